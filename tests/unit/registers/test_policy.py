"""Settings of policy.csv."""

import pytest

from tests.unit.registers.folder import POLICY, RegisterFolder


@pytest.mark.parametrize("missing", [row["setting"] for row in POLICY])
def test_a_missing_setting_is_named(registers: RegisterFolder, missing: str) -> None:
    registers.write("policy", [row for row in POLICY if row["setting"] != missing])
    assert registers.only_fault().message == f"the setting {missing} is missing"


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("reporting_currency", "GPB", "reporting_currency: `GPB` is no currency"),
        ("reporting_currency", "", "reporting_currency has no value"),
        ("programme_cost_centre", "", "programme_cost_centre has no value"),
        ("programme_cost_centre", "CC-9", "the programme's cost centre `CC-9` is not in cost_centres.csv"),
        ("unallocated_error_share", "20", "unallocated_error_share: `20` is over 1"),
        ("unallocated_warn_share", "5%", "unallocated_warn_share: `5%` is no number"),
        ("sandbox_over_cap", "nobody", "sandbox_over_cap: `nobody` is unknown"),
        ("fiscal_year_start_month", "13", "fiscal_year_start_month: `13` is unknown"),
        ("rate_variance_band", "-0.1", "rate_variance_band: `-0.1` is negative"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_refused(
    registers: RegisterFolder, setting: str, value: str, message: str
) -> None:
    rows = [{**row, "value": value} if row["setting"] == setting else row for row in POLICY]
    registers.write("policy", rows)
    assert registers.only_fault().message == message


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("token_weight.output", "5"),
        ("token_weight.cached_input", "0.1"),
        ("required_assessments.special category", "risk|dpia|aime"),
        ("feature_tag_keys", "feature|app"),
        ("min_showback_months", "3"),
        ("human_cost_per_hour", "31.50"),
        ("dispute_contact", "finance"),
    ],
)
def test_optional_settings_are_known(registers: RegisterFolder, setting: str, value: str) -> None:
    registers.write("policy", [*POLICY, {"setting": setting, "value": value}])
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("reporting_curency", "GBP"),
        ("token_weight.thought", "1"),
        ("token_weight.output", "-1"),
        ("token_weight.output", "0.1234567"),
        ("required_assessments.", "risk"),
        ("required_assessments.internal", "risk|vibe"),
    ],
)
def test_unknown_settings_and_values_are_refused(
    registers: RegisterFolder, setting: str, value: str
) -> None:
    registers.write("policy", [*POLICY, {"setting": setting, "value": value}])
    assert len(registers.errors()) == 1


def test_tag_keys_and_clearing_account_may_be_empty(registers: RegisterFolder) -> None:
    names = ("cost_centre_tag_keys", "use_case_tag_keys", "clearing_account")
    registers.write(
        "policy", [{**row, "value": ""} if row["setting"] in names else row for row in POLICY]
    )
    assert registers.faults() == []
