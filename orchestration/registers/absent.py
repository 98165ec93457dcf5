"""Optional registers that a company's folder lacks: dbt reads a header, or default rows, in their place."""

from __future__ import annotations

from pathlib import Path

from orchestration.registers.declared import REGISTERS
from orchestration.settings import Settings

FOLDER = "absent_registers"


def write_absent_registers(settings: Settings) -> Path:
    """Make the warehouse's folder of stand-ins hold exactly the optional registers that are missing; return it.

    dbt looks for seeds in both folders, so a register must never be in both. The caller holds the writer's lock.
    """
    folder = settings.warehouse / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for register in REGISTERS:
        if not register.is_optional:
            continue
        stand_in = folder / register.file
        if (settings.seeds / register.file).exists():
            stand_in.unlink(missing_ok=True)
        else:
            stand_in.write_text(register.standing_in, encoding="utf-8")
    return folder
