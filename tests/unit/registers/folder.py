"""A registers folder without a fault, to be spoilt one cell at a time."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.registers import Fault, check
from orchestration.registers.declared import REGISTERS, register_named
from orchestration.registers.policy_settings import SETTINGS
from orchestration.settings import Settings

Row = Mapping[str, object]

POLICY = [
    {"setting": setting.name, "value": setting.proposal or "CC-1"}
    for setting in SETTINGS
    if setting.is_required
]
CLEAN: dict[str, list[Row]] = {
    "departments": [{"department_code": "D1"}],
    "cost_centres": [
        {"cost_centre_code": "CC-1", "department_code": "D1"},
        {"cost_centre_code": "CC-2", "department_code": "D1"},
    ],
    "people": [{"person_id": "P1", "email": "ada@works.example", "cost_centre_code": "CC-1"}],
    "use_cases": [{"use_case_id": "UC-1", "cost_centre_code": "CC-1"}],
    "policy": POLICY,
}


@dataclass(frozen=True)
class RegisterFolder:
    """Registers in a folder of their own; every register is there, empty unless something was written."""

    settings: Settings

    @classmethod
    def clean(cls, folder: Path) -> RegisterFolder:
        settings = Settings(
            folder, folder / "landing", folder / "seeds", folder / "warehouse", "key"
        )
        settings.seeds.mkdir()
        registers = cls(settings)
        for declared in REGISTERS:
            registers.write(declared.name, CLEAN.get(declared.name, []))
        return registers

    def path(self, name: str) -> Path:
        return self.settings.seeds / f"{name}.csv"

    def write(self, name: str, rows: Sequence[Row], extra: Sequence[str] = ()) -> None:
        """Replace a register. Rows are numbered from 2, as a spreadsheet shows them."""
        fixed = [column.name for column in register_named(name).fixed_columns]
        stated = dict.fromkeys(column for row in rows for column in row)
        columns = list(dict.fromkeys([*fixed, *extra, *stated]))
        with self.path(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def write_text(self, name: str, text: str, encoding: str = "utf-8") -> None:
        self.path(name).write_bytes(text.encode(encoding))

    def faults(self) -> list[Fault]:
        return check(self.settings)

    def only_fault(self) -> Fault:
        faults = self.faults()
        assert len(faults) == 1, [fault.sentence() for fault in faults]
        return faults[0]

    def errors(self) -> list[str]:
        """The sentences of the faults that refuse the build."""
        return [fault.sentence() for fault in self.faults() if fault.severity == "error"]

    def warnings(self) -> list[str]:
        return [fault.sentence() for fault in self.faults() if fault.severity == "warning"]
