"""Optional registers that a company's folder lacks: dbt reads a header in their place."""

from __future__ import annotations

from pathlib import Path

from orchestration.registers.declared import REGISTERS
from orchestration.settings import Settings

FOLDER = "absent_registers"


def write_absent_registers(settings: Settings) -> Path:
    """Make the warehouse's folder of headers hold exactly the optional registers that are missing; return it.

    dbt looks for seeds in both folders, so a register must never be in both. The caller holds the writer's lock.
    """
    folder = settings.warehouse / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for register in REGISTERS:
        if not register.is_optional:
            continue
        header = folder / register.file
        if (settings.seeds / register.file).exists():
            header.unlink(missing_ok=True)
        else:
            names = [column.name for column in register.fixed_columns]
            header.write_text(",".join(names) + "\n", encoding="utf-8")
    return folder
