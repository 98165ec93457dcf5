"""What the register of outcomes must not say."""

from __future__ import annotations

from orchestration.registers import Severity
from tests.unit.registers.folder import RegisterFolder

MONTH = {"use_case_id": "UC-1", "month": "2026-05", "outcomes": "10", "accepted_outcomes": "10"}


def test_outcomes_that_are_all_accepted_or_not_known_have_no_fault(
    registers: RegisterFolder,
) -> None:
    unknown = {**MONTH, "month": "2026-06", "accepted_outcomes": ""}
    none_reported = {"use_case_id": "UC-1", "month": "2026-07"}
    registers.write("outcomes", [MONTH, unknown, none_reported])
    assert registers.faults() == []


def test_no_more_are_accepted_than_were_reached(registers: RegisterFolder) -> None:
    registers.write("outcomes", [{**MONTH, "accepted_outcomes": "11"}])
    fault = registers.only_fault()
    assert (fault.file, fault.row, fault.column) == ("outcomes.csv", 2, "accepted_outcomes")
    assert fault.message == "11 are accepted and 10 were reached"
    assert fault.severity == Severity.ERROR


def test_accepted_outcomes_alone_are_no_report(registers: RegisterFolder) -> None:
    registers.write("outcomes", [{**MONTH, "outcomes": ""}])
    fault = registers.only_fault()
    assert (fault.column, fault.severity) == ("outcomes", Severity.WARNING)
