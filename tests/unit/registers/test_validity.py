"""Rows of one key in time."""

import pytest

from tests.unit.registers.folder import POLICY, RegisterFolder

MAY, JUNE, JULY = "2026-05-01", "2026-06-01", "2026-07-01"
IDENTITY = {
    "platform": "openai",
    "identity_type": "api_key",
    "identity_id": "k1",
    "cost_centre_code": "CC-1",
}
PRICE = {
    "provider": "openai",
    "model": "gpt",
    "token_type": "input",
    "price": "1",
    "per_units": "1000",
    "currency": "USD",
}
VERSIONED = [
    ("departments", {"department_code": "D1"}),
    ("cost_centres", {"cost_centre_code": "CC-1", "department_code": "D1"}),
    ("use_cases", {"use_case_id": "UC-1", "cost_centre_code": "CC-1"}),
    ("use_case_stages", {"use_case_id": "UC-1", "stage": "pilot"}),
    ("identities", IDENTITY),
    ("allocation_splits", {"split_id": "S", "cost_centre_code": "CC-1", "share_percent": "100"}),
    ("model_prices", PRICE),
    ("tariffs", {"platform": "p", "sku": "s", "price": "1", "per_units": "1", "currency": "GBP"}),
]


@pytest.mark.parametrize(("register", "row"), VERSIONED)
def test_overlapping_rows_name_each_other(
    registers: RegisterFolder, register: str, row: dict[str, str]
) -> None:
    registers.write(
        register, [{**row, "valid_from": MAY, "valid_to": JULY}, {**row, "valid_from": JUNE}]
    )
    overlaps = [fault for fault in registers.faults() if "already valid in row 2" in fault.message]
    assert [(fault.file, fault.row, fault.severity) for fault in overlaps] == [
        (f"{register}.csv", 3, "error")
    ]
    assert "from 2026-06-01 to 2026-07-01" in overlaps[0].message


@pytest.mark.parametrize(("register", "row"), VERSIONED)
def test_rows_that_follow_each_other_are_no_fault(
    registers: RegisterFolder, register: str, row: dict[str, str]
) -> None:
    registers.write(register, [{**row, "valid_from": JUNE}, {**row, "valid_to": JUNE}])
    assert not any("already valid" in fault.message for fault in registers.faults())


@pytest.mark.parametrize(
    ("register", "row"),
    [
        ("use_cases", {"use_case_id": "UC-1", "cost_centre_code": "CC-1"}),
        ("assessments", {"assessment_id": "A1", "use_case_id": "UC-1", "kind": "risk"}),
        ("fx_rates", {"month": "2026-05", "from_currency": "USD", "to_currency": "GBP", "rate": "1"}),
        ("invoices", {"provider": "openai", "billing_period": "2026-05", "currency": "GBP", "amount": "1"}),
        ("budgets", {"cost_centre_code": "CC-1", "month": "2026-05", "currency": "GBP", "amount": "1"}),
        ("outcomes", {"use_case_id": "UC-1", "month": "2026-05"}),
        ("exceptions", {"exception_id": "E1", "approved_by": "P1", "valid_to": "2026-06-01"}),
    ],
)  # fmt: skip
def test_a_key_twice_names_both_rows(
    registers: RegisterFolder, register: str, row: dict[str, str]
) -> None:
    registers.write(register, [row, row])
    fault = registers.only_fault()
    assert (fault.file, fault.row, fault.severity) == (f"{register}.csv", 3, "error")
    assert "row 2" in fault.message


def test_a_policy_setting_twice_at_once_is_refused(registers: RegisterFolder) -> None:
    registers.write(
        "policy", [*POLICY, {"setting": "sandbox_days", "value": "30", "valid_from": MAY}]
    )
    assert "`sandbox_days` is already valid in row" in registers.only_fault().message


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        (("OpenAI", "api_key", "k1"), ("openai", "API_KEY", "k1"), True),
        (("openai", "api_key", "k1"), ("openai", "api_key", "K1"), False),
        (("openai", "user", "Ada@Works.example"), ("openai", "user", "ada@works.example"), True),
        (("aws", "tag", "user:Team=ml"), ("aws", "tag", "team= ml"), True),
        (("aws", "tag", "resourceTags/user:team=ml"), ("aws", "tag", "team=ML"), False),
        (("openai", "api_key", "k1"), ("", "api_key", "k1"), False),
    ],
)
def test_identities_compare_as_the_warehouse_compares_them(
    registers: RegisterFolder, one: tuple[str, ...], other: tuple[str, ...], is_one: bool
) -> None:
    rows = [
        dict(zip(("platform", "identity_type", "identity_id"), key, strict=True))
        for key in (one, other)
    ]
    registers.write("identities", [{**row, "cost_centre_code": "CC-1"} for row in rows])
    assert (len(registers.errors()) == 1) is is_one
    assert "ada@works" not in " ".join(registers.errors()).lower()


def test_the_longest_of_many_earlier_rows_is_the_one_named(registers: RegisterFolder) -> None:
    rows = [("2026-01-01", ""), ("2026-02-01", "2026-03-01"), (JUNE, "")]
    registers.write(
        "identities",
        [{**IDENTITY, "valid_from": begins, "valid_to": ends} for begins, ends in rows],
    )
    assert [(fault.row, "row 2" in fault.message) for fault in registers.faults()] == [
        (3, True),
        (4, True),
    ]


@pytest.mark.parametrize("valid_to", [MAY, "2026-04-30", "2026-05-01T00:00:00Z"])
def test_a_row_that_ends_no_later_than_it_begins_is_refused(
    registers: RegisterFolder, valid_to: str
) -> None:
    registers.write("identities", [{**IDENTITY, "valid_from": MAY, "valid_to": valid_to}])
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (2, "valid_to")
    assert "no later than it begins" in fault.message


def test_an_unreadable_date_is_reported_once(registers: RegisterFolder) -> None:
    registers.write("identities", [{**IDENTITY, "valid_from": "soon", "valid_to": MAY}, IDENTITY])
    assert registers.only_fault().message == "`soon` is no date"


def test_two_exceptions_of_one_identity_name_each_other(registers: RegisterFolder) -> None:
    approved = {"approved_by": "P1", "valid_from": MAY, "valid_to": JUNE}
    exceptions = [{**IDENTITY, **approved, "exception_id": f"E{n}"} for n in (1, 2)]
    registers.write("exceptions", exceptions)
    assert "already has the exception of row 2" in registers.only_fault().message
    registers.write("exceptions", [{**row, "exception_kind": "governance"} for row in exceptions])
    assert registers.faults() == []


@pytest.mark.parametrize("column", ["approved_by", "valid_to"])
def test_an_exception_without_approver_or_end_is_refused(
    registers: RegisterFolder, column: str
) -> None:
    exception = {
        "exception_id": "E1",
        "approved_by": "P1",
        "valid_to": JUNE,
        "exception_kind": "dispute",
    }
    registers.write("exceptions", [exception | {column: ""}])
    fault = registers.only_fault()
    assert (fault.severity, fault.row, fault.column) == ("error", 2, column)
    assert fault.message == "the cell is empty"


def test_people_may_overlap_and_are_flagged(registers: RegisterFolder) -> None:
    rows = [
        {"person_id": "P1", "email": "ada@works.example", "cost_centre_code": "CC-2"},
        {
            "person_id": "P1",
            "email": "ada@works.example",
            "cost_centre_code": "CC-1",
            "valid_from": MAY,
        },
        {"person_id": "P2", "email": "ADA@works.example", "cost_centre_code": "CC-1"},
    ]
    registers.write("people", rows)
    assert registers.errors() == []
    assert [(fault.row, fault.column) for fault in registers.faults()] == [
        (3, "person_id"),
        (4, "email"),
    ]
    assert "lower cost-centre code wins (`CC-1`)" in registers.warnings()[0]
    assert "ada@" not in " ".join(registers.warnings()).lower()
