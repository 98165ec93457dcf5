"""Audiences: whom they speak of is stated, and their addresses stand in the environment, not in the register."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, Severity
from orchestration.registers.reading import Registers

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def audience_faults(registers: Registers) -> Iterator[Fault]:
    """Faults of `audiences.csv` that no single cell shows. An address is a secret: no message repeats the cell."""
    file = register_named("audiences").file
    for row in registers["audiences"]:
        if row["notify_target"] and not _VARIABLE.fullmatch(row["notify_target"]):
            yield Fault(
                file,
                row.number,
                "notify_target",
                "the text is no name of an environment variable",
                "Enter a name such as `CHARGEBACK_NOTIFY_FINOPS`, and put the address into that variable; "
                "if the cell held an address, revoke it",
            )
        if (row["kind"].lower() == "department") != bool(row["department_code"]):
            yield Fault(
                file,
                row.number,
                "department_code",
                "an audience of kind `department` names one, and no other does",
                "Correct kind or department_code",
            )
    if registers["audiences"] and not any(
        row["kind"].lower() in ("finops", "operations") for row in registers["audiences"]
    ):
        yield Fault(
            file,
            None,
            "kind",
            "nobody is told what concerns no department and no person",
            "Enter an audience of kind `finops`",
            Severity.WARNING,
        )
