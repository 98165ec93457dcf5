"""Registers through dbt: seeds as companies write them, and what the data tests refuse where only dbt runs."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from tests.integration.registers.conftest import RegisterProject

Make = Callable[[], RegisterProject]

BEGINNING, END = datetime(1900, 1, 1), datetime(9999, 12, 31)


def test_cells_survive_as_they_were_written_and_headers_alone_are_enough(
    make_project: Make,
) -> None:
    """All registers but those written here have a header only; no optional column is there but one."""
    project = make_project()
    project.write(
        "cost_centres",
        "\ufeffcost_centre_code,cost_centre_name,department_code,gl_account,is_shared_service,tier,successor_code,"
        "valid_from,valid_to,legal_entity_code,colour\r\n"
        '0042,"O\'Neill\'s, ""the"" unit",01,006300,TRUE,2,,2026-05-01,2026-06-01T09:30:00Z,007,\'green\'\r\n'
        " 042 ,null,NULL,1e3,,,,,,,\r\n"
        ",,,,,,,,,,\r\n"
        "\r\n",
    )
    project.write(
        "use_cases",
        "use_case_id,use_case_name,cost_centre_code,business_owner_id,purpose,data_classification,outcome_unit,"
        "baseline_cost_per_outcome,value_per_outcome,expected_monthly_cost,currency\n"
        '001,Offers,0042,17,"two\nlines",,,0.1234567891,,,gbp\n',
    )
    project.write(
        "fx_rates", "month,from_currency,to_currency,rate,source\n2026-05,usd,GBP,0.75140001,\n"
    )
    project.append(
        "allocation_rules",
        {"rule_id": "1", "rule_version": "01", "priority": "5", "method": "Owner"},
    )
    project.land(
        "people", [{"person_id": "0017", "email": "person:ab", "valid_from": "2026-05-01 00:00:00"}]
    )
    approved = {"approved_by": "0017", "valid_to": "2026-06-01 00:00:00"}
    project.land("exceptions", [{"exception_id": "E1", "exception_kind": "Governance", **approved}])
    printed = project.build()
    assert "Completed successfully" in printed, printed
    types = (
        "select distinct data_type from information_schema.columns where table_schema = 'registers'"
    )
    assert project.rows(types) == [("VARCHAR",)]
    assert project.rows("select count(*) from marts.dim_departments") == [(0,)]
    assert project.rows(
        "select value, valid_from, valid_to from staging.stg_registers__policy where setting = 'reporting_currency'"
    ) == [("GBP", BEGINNING, END)]
    validity = datetime(2026, 5, 1), datetime(2026, 6, 1, 9, 30)
    assert project.rows(
        "select cost_centre_code, cost_centre_name, department_code, gl_account, legal_entity_code, tier,"
        " is_shared_service, valid_from, valid_to from marts.dim_cost_centres order by cost_centre_code"
    ) == [
        ("0042", "O'Neill's, \"the\" unit", "01", "006300", "007", 2, True, *validity),
        ("042", None, None, "1e3", None, 1, False, BEGINNING, END),
    ]
    assert project.rows(
        "select use_case_id, purpose, baseline_cost_per_outcome, currency, usage_owner_id, valid_from"
        " from marts.dim_use_cases"
    ) == [("001", "two\nlines", Decimal("0.1234567891"), "GBP", None, BEGINNING)]
    assert project.rows(
        "select accounting_month, from_currency, rate from staging.stg_registers__fx_rates"
    ) == [(date(2026, 5, 1), "USD", Decimal("0.75140001"))]
    assert project.rows(
        "select rule_id, rule_version, priority, tier, method, driver_grain, match_cost_basis"
        " from staging.stg_registers__allocation_rules"
    ) == [("1", "01", 5, 1, "owner", "month", None)]
    assert project.rows(
        "select person_id, user_id, valid_from from staging.stg_registers__people"
    ) == [("0017", "person:ab", datetime(2026, 5, 1))]
    assert project.rows("select exception_kind from staging.stg_registers__exceptions") == [
        ("governance",)
    ]
    # Found by a company that began to use another column: the seed's table kept its old ones.
    project.write(
        "allocation_splits",
        "split_id,cost_centre_code,use_case_id,share_percent,our_note,valid_from,valid_to\n"
        "S,042,,100,agreed in May,,\n",
    )
    printed = project.build()
    assert "Completed successfully" in printed, printed
    assert project.rows("select our_note from registers.allocation_splits") == [("agreed in May",)]


def test_what_dbt_alone_can_see_fails_its_build(make_project: Make) -> None:
    project = make_project()
    rule = {"rule_version": "1", "priority": "5", "valid_from": "2026-05-01"}
    project.append(
        "allocation_rules",
        {**rule, "rule_id": "R1", "method": "split", "split_id": "S"},
        {**rule, "rule_id": "R2", "method": "even", "split_id": "T"},
        {**rule, "rule_id": "R3", "method": "guesswork", "priority": "6"},
    )
    project.append(
        "allocation_splits",
        {"split_id": "S", "cost_centre_code": "A", "share_percent": "50"},
        {"split_id": "S", "cost_centre_code": "B", "share_percent": "50", "valid_to": "2026-06-01"},
    )
    project.append(
        "model_prices",
        {"provider": "openai", "model": "m", "token_type": "input", "price": "1", "per_units": "0", "currency": "USD"},
    )  # fmt: skip
    project.append("policy", {"setting": "sandbox_days", "value": "30", "valid_from": "2026-05-01"})
    project.append(
        "fx_rates",
        *[{"month": "2026-05", "from_currency": "USD", "to_currency": "GBP", "rate": "1"}] * 2,
    )
    key = {"platform": "openai", "identity_type": "api_key", "identity_id": "k"}
    project.land(
        "identities",
        [{**key, "valid_to": "2026-06-01"}, {**key, "valid_from": "2026-05-31 23:59:59"}],
    )
    printed = project.build()
    for test in (
        "split_shares_sum_to_one_hundred",
        "no_two_rules_have_equal_right",
        "every_splitting_rule_has_its_split",
        "stg_registers__allocation_rules_every_row_holds",
        "stg_registers__model_prices_every_row_holds",
        "no_overlapping_validity_stg_registers__policy_setting",
        "no_overlapping_validity_stg_registers__identities_platform__identity_type__identity_id",
        "unique_row_stg_registers__fx_rates",
    ):
        assert f"Failure in test {test}" in printed, printed
    assert printed.count("Failure in test") == 8, printed
