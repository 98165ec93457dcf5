"""Names that nothing knows are shown; they become reasons in the ledger, so they refuse nothing."""

import pytest

from tests.unit.registers.folder import RegisterFolder

IDENTITY = {"platform": "openai", "identity_type": "api_key", "identity_id": "k1"}
SPLIT = {"split_id": "S", "share_percent": "100"}
RULE = {"rule_id": "R1", "rule_version": "1", "priority": "10", "method": "fixed"}
EXCEPTION = {"exception_id": "E1", "approved_by": "P1", "valid_to": "2026-06-01"}


@pytest.mark.parametrize(
    ("register", "row", "column"),
    [
        ("identities", {**IDENTITY, "cost_centre_code": "CC-3"}, "cost_centre_code"),
        ("identities", {**IDENTITY, "use_case_id": "UC-3"}, "use_case_id"),
        ("use_cases", {"use_case_id": "UC-1", "cost_centre_code": "CC-3"}, "cost_centre_code"),
        ("allocation_splits", {**SPLIT, "cost_centre_code": "CC-3"}, "cost_centre_code"),
        ("allocation_rules", {**RULE, "target_cost_centre": "CC-3"}, "target_cost_centre"),
        ("people", {"person_id": "P1", "cost_centre_code": "CC-3"}, "cost_centre_code"),
        ("use_case_stages", {"use_case_id": "UC-3", "stage": "pilot"}, "use_case_id"),
        ("exceptions", {**EXCEPTION, "use_case_id": "UC-3"}, "use_case_id"),
    ],
)  # fmt: skip
def test_an_unknown_code_is_shown_with_the_nearest(
    registers: RegisterFolder, register: str, row: dict[str, str], column: str
) -> None:
    registers.write(register, [row])
    fault = registers.only_fault()
    assert (fault.severity, fault.row, fault.column) == ("warning", 2, column)
    assert (
        "Did you mean `CC-" in fault.remedy
        or "Did you mean `UC-1`" in fault.remedy
        or "add it" in fault.remedy
    )


def test_each_unknown_cost_centre_that_benefits_is_shown(registers: RegisterFolder) -> None:
    use_case = {"use_case_id": "UC-1", "cost_centre_code": "CC-1"}
    registers.write("use_cases", [{**use_case, "benefiting_cost_centres": "CC-1 | CC-2|"}])
    assert registers.faults() == []
    registers.write("use_cases", [{**use_case, "benefiting_cost_centres": "CC-1|CC-3,CC-2"}])
    fault = registers.only_fault()
    assert (fault.severity, fault.row, fault.column) == ("warning", 2, "benefiting_cost_centres")
    assert "`CC-3,CC-2` is not in cost_centres.csv" in fault.message


def test_a_cost_centre_of_an_unknown_department_is_shown(registers: RegisterFolder) -> None:
    registers.write("cost_centres", [{"cost_centre_code": "CC-1", "department_code": "D2"}])
    messages = [fault.message for fault in registers.faults() if fault.file == "cost_centres.csv"]
    assert messages == ["`D2` is not in departments.csv"]


def test_an_unknown_platform_is_shown_once(registers: RegisterFolder) -> None:
    rows = [
        {**IDENTITY, "platform": "open-ai", "identity_id": key, "cost_centre_code": "CC-1"}
        for key in "abc"
    ]
    registers.write("identities", rows)
    fault = registers.only_fault()
    assert (fault.severity, fault.row) == ("warning", 2)
    assert fault.message == "no bill of a platform `open-ai` is known (and in 2 more rows)"
    assert "did you mean `openai`?" in fault.remedy


def test_a_provider_with_a_folder_of_its_own_is_a_platform(registers: RegisterFolder) -> None:
    (registers.settings.landing / "focus" / "oracle").mkdir(parents=True)
    registers.write("identities", [{**IDENTITY, "platform": "Oracle", "cost_centre_code": "CC-1"}])
    assert registers.faults() == []


def test_a_cost_tool_may_know_providers_that_nothing_else_does(registers: RegisterFolder) -> None:
    export = registers.settings.landing / "cost_tools" / "finout" / "may.csv"
    export.parent.mkdir(parents=True)
    export.write_text("Date,Provider,Cost\n")
    rows = [
        {**IDENTITY, "platform": "cohere", "cost_centre_code": "CC-1"},
        {**IDENTITY, "platform": "open-ai", "cost_centre_code": "CC-1"},
    ]
    registers.write("identities", rows)
    assert "`open-ai`" in registers.only_fault().message


def test_an_owner_row_that_names_nobody_is_shown(registers: RegisterFolder) -> None:
    registers.write("identities", [IDENTITY])
    assert registers.only_fault().message == "the row names neither a cost centre nor a use case"


def test_a_tag_without_a_value_is_shown(registers: RegisterFolder) -> None:
    tag = {
        "platform": "aws",
        "identity_type": "tag",
        "identity_id": "team",
        "cost_centre_code": "CC-1",
    }
    registers.write("identities", [tag])
    assert registers.only_fault().message == "a tag is written `key=value`"
