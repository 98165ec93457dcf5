"""`check`: every fault of every register at once, before anything is landed or built."""

from __future__ import annotations

from orchestration.registers.audiences import audience_faults
from orchestration.registers.cost_centres import cost_centre_faults
from orchestration.registers.credits import credit_faults
from orchestration.registers.declared import REGISTERS
from orchestration.registers.disputes import dispute_faults
from orchestration.registers.faults import Fault, Severity
from orchestration.registers.outcomes import outcome_faults
from orchestration.registers.overlaps import overlap_faults
from orchestration.registers.policy import policy_faults
from orchestration.registers.reading import read_registers
from orchestration.registers.references import has_cost_tools, known_platforms, reference_faults
from orchestration.registers.rules import rule_faults
from orchestration.registers.splits import split_faults
from orchestration.registers.tiers import tier_faults
from orchestration.registers.validity import validity_faults
from orchestration.settings import Settings


def check(settings: Settings) -> list[Fault]:
    """The faults of the registers folder, by file and row; errors refuse the build, warnings are shown."""
    if not settings.seeds.is_dir():
        remedy = "Set CHARGEBACK_SEEDS to the registers' folder; `chargeback init DIR` makes an empty one"
        return [Fault(str(settings.seeds), None, None, "there is no such folder", remedy)]
    registers, faults = read_registers(settings.seeds)
    faults += _unknown_files(settings)
    faults += validity_faults(registers)
    faults += rule_faults(registers)
    faults += split_faults(registers)
    faults += cost_centre_faults(registers)
    faults += tier_faults(registers)
    faults += policy_faults(registers)
    faults += credit_faults(registers)
    faults += dispute_faults(registers)
    faults += outcome_faults(registers)
    faults += audience_faults(registers)
    faults += overlap_faults(registers)
    faults += reference_faults(
        registers, known_platforms(settings.landing), has_cost_tools(settings.landing)
    )
    return sorted(faults, key=_place)


def _place(fault: Fault) -> tuple[str, int, str, str]:
    return fault.file, fault.row or 0, fault.column or "", fault.message


def _unknown_files(settings: Settings) -> list[Fault]:
    known = {register.file for register in REGISTERS}
    return [
        Fault(
            path.name,
            None,
            None,
            "the file is no register",
            "Rename it if it should be one; else keep it somewhere else",
            Severity.WARNING,
        )
        for path in sorted(settings.seeds.glob("*.csv"))
        if path.name not in known
    ]
