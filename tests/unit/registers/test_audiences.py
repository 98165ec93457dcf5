"""What the register of audiences must not say."""

from __future__ import annotations

import pytest

from orchestration.registers import Severity
from tests.unit.registers.folder import RegisterFolder

FINOPS = {"audience_id": "finops", "kind": "finops", "notify_target": "CHARGEBACK_NOTIFY_FINOPS"}
HEAD = {"audience_id": "P1", "kind": "person", "notify_target": "CHARGEBACK_NOTIFY_P1"}
DEPARTMENT = {"audience_id": "dept-1", "kind": "department", "department_code": "D1"}


def test_audiences_without_a_fault_have_none(registers: RegisterFolder) -> None:
    registers.write("audiences", [FINOPS, HEAD, DEPARTMENT])
    assert registers.faults() == []


@pytest.mark.parametrize(
    "target", ["mailtos://robot:hunter2@mail.example", "slack://T1/T2/T3", "finops"]
)
def test_an_address_in_the_register_is_refused_and_never_repeated(
    registers: RegisterFolder, target: str
) -> None:
    registers.write("audiences", [{**FINOPS, "notify_target": target}])
    faults = registers.faults()
    assert any(
        (fault.row, fault.column, fault.severity) == (2, "notify_target", Severity.ERROR)
        for fault in faults
    )
    assert all(target not in fault.sentence() for fault in faults)


@pytest.mark.parametrize(
    "row", [{**DEPARTMENT, "department_code": ""}, {**FINOPS, "department_code": "D1"}]
)
def test_a_department_is_named_where_the_kind_says_so(
    registers: RegisterFolder, row: dict[str, str]
) -> None:
    rows = [row] if row["kind"] == "finops" else [FINOPS, row]
    registers.write("audiences", rows)
    fault = registers.only_fault()
    assert (fault.column, fault.severity) == ("department_code", Severity.ERROR)


def test_what_concerns_nobody_in_particular_needs_an_audience(registers: RegisterFolder) -> None:
    registers.write("audiences", [HEAD])
    fault = registers.only_fault()
    assert (fault.row, fault.severity) == (None, Severity.WARNING)
