"""What is wrong with single cells: each kind has one spelling."""

import pytest

from tests.unit.registers.folder import RegisterFolder

INVOICE = {"provider": "openai", "billing_period": "2026-05", "currency": "GBP", "amount": "1"}
RATE = {"month": "2026-05", "from_currency": "USD", "to_currency": "GBP", "rate": "0.8"}
PRICE = {
    "provider": "openai",
    "model": "gpt",
    "token_type": "input",
    "price": "1",
    "per_units": "1000",
    "currency": "USD",
}
STAGE = {"use_case_id": "UC-1", "stage": "pilot"}
IDENTITY = {
    "platform": "openai",
    "identity_type": "api_key",
    "identity_id": "k1",
    "cost_centre_code": "CC-1",
}
RULE = {"rule_id": "R1", "rule_version": "1", "priority": "1", "method": "owner"}
EXCEPTION = {"exception_id": "E1", "approved_by": "P1", "valid_to": "2026-06-01"}


@pytest.mark.parametrize(
    ("register", "row", "column", "text", "message"),
    [
        ("invoices", INVOICE, "amount", "1,234.56", "`1,234.56` is no number"),
        ("invoices", INVOICE, "amount", "£12", "`£12` is no number"),
        ("invoices", INVOICE, "amount", "1e3", "`1e3` is no number"),
        ("invoices", INVOICE, "amount", "1_000", "`1_000` is no number"),
        ("invoices", INVOICE, "amount", "", "the cell is empty"),
        ("invoices", INVOICE, "amount", "0.00000000001", "`0.00000000001` has 11 decimals, more than the 10 kept"),
        ("invoices", INVOICE, "amount", "1" + "0" * 16, "`10000000000000000` is too large"),
        ("invoices", INVOICE, "currency", "QQQ", "`QQQ` is no currency"),
        ("invoices", INVOICE, "billing_period", "2026-05-01", "`2026-05-01` is no month"),
        ("fx_rates", RATE, "rate", "0", "a rate of `0` is not over 0"),
        ("fx_rates", RATE, "rate", "0.123456789", "`0.123456789` has 9 decimals, more than the 8 kept"),
        ("fx_rates", RATE, "month", "May-26", "`May-26` is no month"),
        ("model_prices", PRICE, "price", "-0.1", "`-0.1` is negative"),
        ("model_prices", PRICE, "per_units", "0", "`0` is no whole number from 1"),
        ("model_prices", PRICE, "per_units", "1.5", "`1.5` is no whole number from 1"),
        ("model_prices", PRICE, "token_type", "inputs", "`inputs` is unknown"),
        ("use_case_stages", STAGE, "stage", "live", "`live` is unknown"),
        ("use_case_stages", STAGE, "sandbox_cap", "-5", "`-5` is negative"),
        ("use_case_stages", STAGE, "chargeback_from", "31/05/2026", "`31/05/2026` is no date"),
        ("use_case_stages", STAGE, "valid_from", "2026-02-30", "`2026-02-30` is no date"),
        ("use_case_stages", STAGE, "valid_to", "2026-05-01T00:00:00+02:00", "`2026-05-01T00:00:00+02:00` is no date"),
        ("identities", IDENTITY, "identity_type", "key", "`key` is unknown"),
        ("identities", IDENTITY, "identity_id", "", "the cell is empty"),
        ("allocation_rules", RULE, "priority", "first", "`first` is no whole number from 0"),
        ("allocation_rules", RULE, "tier", "0", "`0` is no whole number from 1"),
        ("allocation_rules", RULE, "method", "magic", "`magic` is unknown"),
        ("allocation_rules", RULE, "driver_grain", "week", "`week` is unknown"),
        ("allocation_rules", RULE, "idle_policy", "burn", "`burn` is unknown"),
        ("assessments", {"assessment_id": "A", "use_case_id": "UC-1"}, "kind", "vibe", "`vibe` is unknown"),
        ("outcomes", {"use_case_id": "UC-1", "month": "2026-05"}, "outcomes", "-1", "`-1` is no whole number from 0"),
        ("cost_centres", {"cost_centre_code": "CC-1"}, "is_shared_service", "maybe", "`maybe` is unknown"),
        ("exceptions", {"exception_id": "E1"}, "exception_kind", "wish", "`wish` is unknown"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_refused(
    registers: RegisterFolder,
    register: str,
    row: dict[str, str],
    column: str,
    text: str,
    message: str,
) -> None:
    registers.write(register, [{**row, column: text}])
    found = [
        fault
        for fault in registers.faults()
        if (fault.file, fault.row, fault.column) == (f"{register}.csv", 2, column)
    ]
    assert [fault.message for fault in found if fault.severity == "error"] == [message]
    assert all(fault.remedy for fault in found)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("valid_from", "2026-05-01"),
        ("valid_from", "2026-05-01T09:30:00Z"),
        ("valid_from", "2026-05-01 09:30"),
        ("valid_from", "2026-05-01T09:30:00.123456+00:00"),
        ("stage", "Pilot"),
        ("sandbox_cap", "500.00"),
        ("sandbox_cap", "0.10000000000000"),
    ],
)
def test_every_spelling_that_the_warehouse_reads_is_accepted(
    registers: RegisterFolder, column: str, text: str
) -> None:
    registers.write("use_case_stages", [{**STAGE, column: text}])
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("register", "row", "column"),
    [
        ("departments", {"department_code": "D1"}, "head_person_id"),
        ("use_cases", {"use_case_id": "UC-1", "cost_centre_code": "CC-1"}, "business_owner_id"),
        ("use_cases", {"use_case_id": "UC-1", "cost_centre_code": "CC-1"}, "usage_owner_id"),
        ("use_case_stages", STAGE, "approved_by"),
        ("allocation_rules", RULE, "approved_by"),
        ("allocation_rules", RULE, "rule_owner"),
        ("exceptions", EXCEPTION, "requested_by"),
    ],
)
def test_an_address_in_a_person_column_is_refused_and_not_repeated(
    registers: RegisterFolder, register: str, row: dict[str, str], column: str
) -> None:
    registers.write(register, [{**row, column: "mallory@works.example"}])
    fault = registers.only_fault()
    assert (fault.severity, fault.column) == ("error", column)
    assert "mallory" not in fault.sentence()


def test_an_address_elsewhere_is_shown_and_not_repeated(registers: RegisterFolder) -> None:
    registers.write(
        "allocation_rules",
        [{**RULE, "description": "ask mallory@works.example", "our_note": "mallory@works.example"}],
    )
    assert [fault.column for fault in registers.faults()] == ["description", "our_note"]
    assert "mallory" not in " ".join(registers.warnings())


def test_an_address_in_a_cell_of_another_kind_is_not_repeated(registers: RegisterFolder) -> None:
    registers.write("invoices", [{**INVOICE, "amount": "mallory@works.example"}])
    assert registers.only_fault().message == "`[person]` is no number"


def test_a_model_id_with_a_version_is_no_address(registers: RegisterFolder) -> None:
    registers.write("model_prices", [{**PRICE, "model": "claude-sonnet@20250514"}])
    assert registers.faults() == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_formula_is_shown(registers: RegisterFolder, start: str) -> None:
    registers.write(
        "departments", [{"department_code": "D1", "department_name": f"{start}cmd|' /C calc'"}]
    )
    assert registers.only_fault().message == "the text looks like a formula"
    assert registers.only_fault().severity == "warning"


def test_spaces_around_a_text_are_shown_and_do_not_count(registers: RegisterFolder) -> None:
    registers.write("use_case_stages", [{**STAGE, "use_case_id": " UC-1 "}])
    assert registers.only_fault().message == "spaces stand before or after the text"
    assert registers.only_fault().severity == "warning"


def test_an_invisible_character_is_named(registers: RegisterFolder) -> None:
    registers.write("departments", [{"department_code": "D1"}, {"department_code": "D1\u00a0"}])
    assert registers.warnings() == [
        "departments.csv, row 3, column department_code: the text holds an invisible character (no-break space). "
        "Type the text anew"
    ]


def test_the_word_null_reads_as_empty_in_a_seed(registers: RegisterFolder) -> None:
    registers.write("departments", [{"department_code": "D1", "division": "NULL"}])
    assert registers.only_fault().message == "the word `null` reads as an empty cell"


def test_a_secret_is_shown_and_not_repeated(registers: RegisterFolder) -> None:
    secret = "sk-proj-" + "a1B2" * 8
    registers.write("identities", [{**IDENTITY, "identity_id": secret}])
    fault = registers.only_fault()
    assert (fault.message, secret in fault.sentence()) == (
        "the text looks like a secret key",
        False,
    )
