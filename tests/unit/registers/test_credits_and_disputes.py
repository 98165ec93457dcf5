"""What the registers of prepaid credit and of disputes must not say."""

from __future__ import annotations

import pytest

from orchestration.registers import Severity
from tests.unit.registers.folder import RegisterFolder

PURCHASE = {
    "contract_id": "POT",
    "platform": "openai",
    "billing_account_id": "acc",
    "invoice_id": "I-1",
    "purchased_on": "2026-05-01",
    "expires_on": "2027-05-01",
    "amount": "100",
    "currency": "USD",
}
DISPUTE = {
    "dispute_id": "D-1",
    "allocation_id": "aa01",
    "cost_centre_code": "CC-1",
    "raised_by": "P1",
    "raised_on": "2026-05-01",
    "reason": "Not ours",
    "status": "open",
}
SETTLED = {**DISPUTE, "status": "accepted", "resolved_on": "2026-05-09"}
EXCEPTION = {
    "exception_id": "E-1",
    "platform": "openai",
    "identity_type": "project",
    "identity_id": "p",
    "cost_centre_code": "CC-2",
    "reason": "Settlement",
    "requested_by": "P1",
    "approved_by": "P1",
    "valid_from": "2026-05-01",
    "valid_to": "2026-12-01",
    "exception_kind": "dispute",
    "dispute_id": "D-1",
}


def test_purchases_and_disputes_without_a_fault_have_none(registers: RegisterFolder) -> None:
    registers.write("credit_purchases", [PURCHASE, {**PURCHASE, "invoice_id": "I-2"}])
    registers.write("disputes", [{**SETTLED, "exception_id": "E-1"}])
    registers.write("exceptions", [EXCEPTION])
    assert registers.errors() == []


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"expires_on": "2026-05-01"}, "expires_on"),
        ({"purchased_on": "1 May 2026"}, "purchased_on"),
        ({"amount": "-1"}, "amount"),
        ({"currency": "dollars"}, "currency"),
        ({"contract_id": ""}, "contract_id"),
    ],
)
def test_a_purchase_is_named_by_row_and_column(
    registers: RegisterFolder, changed: dict[str, str], column: str
) -> None:
    registers.write("credit_purchases", [{**PURCHASE, **changed}])
    fault = registers.only_fault()
    assert (fault.file, fault.row, fault.column) == ("credit_purchases.csv", 2, column)


@pytest.mark.parametrize("column", ["platform", "billing_account_id", "currency"])
def test_a_contract_is_of_one_platform_account_and_currency(
    registers: RegisterFolder, column: str
) -> None:
    other = {"platform": "anthropic", "billing_account_id": "other", "currency": "EUR"}[column]
    registers.write(
        "credit_purchases", [PURCHASE, {**PURCHASE, "invoice_id": "I-2", column: other}]
    )
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (3, column)


def test_the_same_purchase_twice_is_named(registers: RegisterFolder) -> None:
    registers.write("credit_purchases", [PURCHASE, PURCHASE])
    assert registers.only_fault().row == 3


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"status": "pending"}, "status"),
        ({"raised_on": "soon"}, "raised_on"),
        ({"resolved_on": "2026-05-09"}, "resolved_on"),
        ({"status": "rejected"}, "resolved_on"),
        ({"status": "accepted", "resolved_on": "2026-04-30"}, "resolved_on"),
        ({"exception_id": "E-9"}, "exception_id"),
        ({"allocation_id": ""}, "allocation_id"),
        ({"raised_by": "ada@works.example"}, "raised_by"),
    ],
)
def test_a_dispute_is_named_by_row_and_column(
    registers: RegisterFolder, changed: dict[str, str], column: str
) -> None:
    registers.write("disputes", [{**DISPUTE, **changed}])
    fault = registers.only_fault()
    assert (fault.file, fault.row, fault.column) == ("disputes.csv", 2, column)


def test_a_settlement_and_its_exception_name_each_other(registers: RegisterFolder) -> None:
    registers.write("disputes", [{**SETTLED, "exception_id": "E-1"}])
    registers.write("exceptions", [{**EXCEPTION, "dispute_id": "D-7"}])
    faults = {(fault.file, fault.column, fault.severity) for fault in registers.faults()}
    assert faults == {
        ("disputes.csv", "exception_id", Severity.ERROR),
        ("exceptions.csv", "dispute_id", Severity.WARNING),
    }
