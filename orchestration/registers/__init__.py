"""The registers that a company keeps by hand: their declaration, their faults, an empty set to begin with."""

from orchestration.registers.absent import write_absent_registers
from orchestration.registers.checking import check
from orchestration.registers.faults import Fault, Severity
from orchestration.registers.scaffold import init

__all__ = ["Fault", "Severity", "check", "init", "write_absent_registers"]
