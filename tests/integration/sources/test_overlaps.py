"""Two exports that tell of one purchase: one side counts, the other is kept, and nothing is lost."""

from decimal import Decimal

import pytest

from tests.integration.sources import test_databricks as databricks
from tests.integration.sources import test_github_copilot as github_copilot
from tests.integration.sources import test_litellm as litellm
from tests.integration.sources import test_openai as openai
from tests.integration.sources.company import Company, json_text
from tests.integration.sources.cost_details import as_export_csv, ea_line
from tests.integration.sources.data_exports import Line, as_csv, focus_line

POLICY = [{"setting": "reporting_currency", "value": "USD"}]
BOTH_BILLS = ("fct_overlapping_charges", "int_charges_unioned", "fct_allocation_ledger")


def databricks_line(cost: str, **changes: str) -> Line:
    return focus_line(cost, ServiceName="Azure Databricks", **changes)


def drop_both(company: Company, counted: list[Line], kept: list[Line]) -> None:
    company.drop("focus/azure/bill.csv", as_csv(counted))
    company.drop("focus/databricks/usage.csv", as_csv(kept))
    assert not company.land().quarantined


def test_the_invoice_counts_and_the_sellers_own_figures_are_kept(company: Company) -> None:
    azure = [databricks_line("10.25"), focus_line("3", ServiceName="Azure Storage")]
    databricks = [
        databricks_line("9.5"),
        databricks_line("0.75"),
        focus_line("4", ServiceName="Databricks on another cloud"),
    ]
    drop_both(company, azure, databricks)
    with company.built(*BOTH_BILLS, policy=POLICY) as warehouse:
        counting = warehouse.rows(
            "select x_platform, billed_cost from intermediate.int_charges_unioned order by all"
        )
        kept = warehouse.rows("select * from marts.fct_overlapping_charges order by billed_cost")
        ledger = warehouse.rows("select sum(billed_cost) as cost from marts.fct_allocation_ledger")
        failures = warehouse.failures()
    assert [(row["x_platform"], row["billed_cost"]) for row in counting] == [
        ("azure", Decimal(3)),
        ("azure", Decimal("10.25")),
        ("databricks", Decimal(4)),
    ]
    assert [row["billed_cost"] for row in kept] == [Decimal("0.75"), Decimal("9.5")]
    for row in kept:
        assert row["overlap_set"] == "databricks_on_the_azure_bill"
        assert (row["platform"], row["counted_platform"]) == ("databricks", "azure")
        assert (row["kept_billed_cost"], row["counted_billed_cost"]) == (
            Decimal("10.25"),
            Decimal("10.25"),
        )
    assert ledger[0]["cost"] == Decimal("17.25")
    assert [failure.test for failure in failures] == []


def test_one_side_alone_counts(company: Company) -> None:
    company.drop("focus/databricks/usage.csv", as_csv([databricks_line("9.5")]))
    company.land()
    with company.built(*BOTH_BILLS) as warehouse:
        assert len(warehouse.rows("select 1 from intermediate.int_charges_unioned")) == 1
        assert warehouse.rows("select 1 from marts.fct_overlapping_charges") == []


def test_the_other_side_of_another_month_keeps_nothing_out(company: Company) -> None:
    drop_both(company, [databricks_line("10", month="2026-06")], [databricks_line("9")])
    with company.built(*BOTH_BILLS) as warehouse:
        assert len(warehouse.rows("select 1 from intermediate.int_charges_unioned")) == 2


def test_a_company_that_declares_no_overlap_counts_both(company: Company) -> None:
    drop_both(company, [databricks_line("10")], [databricks_line("9")])
    with company.built(*BOTH_BILLS, overlaps=[]) as warehouse:
        [row] = warehouse.rows("select sum(billed_cost) as cost from marts.fct_allocation_ledger")
    assert row["cost"] == Decimal(19)


def test_a_company_may_let_the_other_side_count(company: Company) -> None:
    drop_both(company, [databricks_line("10")], [databricks_line("9")])
    sides = [
        {"overlap_set": "own", "side": "kept", "match_platform": "azure"},
        {"overlap_set": "own", "side": "counted", "match_platform": "databricks"},
    ]
    with company.built(*BOTH_BILLS, overlaps=sides) as warehouse:
        [row] = warehouse.rows("select sum(billed_cost) as cost from marts.fct_allocation_ledger")
    assert row["cost"] == Decimal(9)


def test_sides_that_lean_on_each_other_are_refused(company: Company) -> None:
    """What `check` refuses a build refuses too: otherwise both bills would be gone."""
    drop_both(company, [databricks_line("10")], [databricks_line("9")])
    circle = [
        {"overlap_set": "a", "side": "kept", "match_platform": "azure"},
        {"overlap_set": "a", "side": "counted", "match_platform": "databricks"},
        {"overlap_set": "b", "side": "kept", "match_platform": "databricks"},
        {"overlap_set": "b", "side": "counted", "match_platform": "azure"},
    ]
    with company.built(*BOTH_BILLS, overlaps=circle) as warehouse:
        failed = {failure.test for failure in warehouse.failures()}
    assert "nothing_that_counts_once_is_kept_out" in failed


def counted_and_kept(company: Company) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Billed cost that counts, by platform, and that is kept, by overlap set; every data test holds."""
    assert not company.land().quarantined
    with company.built(*BOTH_BILLS, policy=POLICY) as warehouse:
        counting = warehouse.rows(
            "select x_platform as side, sum(billed_cost) as cost from intermediate.int_charges_unioned group by all"
        )
        kept = warehouse.rows(
            "select overlap_set as side, sum(billed_cost) as cost from marts.fct_overlapping_charges group by all"
        )
        assert warehouse.failures() == []
    counted, out = ({row["side"]: row["cost"] for row in rows} for rows in (counting, kept))
    return counted, out


@pytest.mark.overlap("databricks_on_the_azure_bill")
def test_databricks_own_tables_beside_azures_bill(company: Company) -> None:
    on_azure = {"cloud": "AZURE"}
    company.drop(
        "azure/actual/may.csv",
        as_export_csv(
            [
                ea_line(
                    "12.5",
                    MeterCategory="Azure Databricks",
                    ConsumedService="Microsoft.Databricks",
                ),
                ea_line("2"),
            ]
        ),
    )
    company.drop(
        "databricks/usage/may.csv",
        databricks.as_csv(
            [databricks.usage_row("a", "3", **on_azure), databricks.usage_row("b", "5")]
        ),
    )
    company.drop(
        "databricks/list_prices/prices.csv",
        databricks.as_csv(
            [
                databricks.price_row("0.5", "2026-01-01", **on_azure),
                databricks.price_row("0.25", "2026-01-01"),
            ]
        ),
    )
    assert counted_and_kept(company) == (
        {"azure": Decimal("14.5"), "databricks": Decimal("1.25")},
        {"databricks_on_the_azure_bill": Decimal("1.5")},
    )


@pytest.mark.overlap("github_copilot_on_the_azure_bill")
def test_githubs_report_beside_azures_bill(company: Company) -> None:
    company.drop(
        "azure/actual/may.csv",
        as_export_csv(
            [
                ea_line(
                    "19",
                    MeterCategory="GitHub",
                    MeterName="Copilot Business",
                    ConsumedService="Microsoft.GitHub",
                )
            ]
        ),
    )
    company.drop(
        "github_copilot/usage_report/usage.csv",
        github_copilot.as_csv(
            github_copilot.SUMMARY_HEADER,
            "2026-05-01,copilot,copilot_for_business,1,user-months,19,19,0,19,acme,,",
        ),
    )
    assert counted_and_kept(company) == (
        {"azure": Decimal(19)},
        {"github_copilot_on_the_azure_bill": Decimal(19)},
    )


def test_a_gateways_log_beside_its_providers_bill_adds_no_money(company: Company) -> None:
    cost = {
        "object": "organization.costs.result",
        "amount": {"value": "3.25", "currency": "usd"},
        "line_item": "gpt-4o, input",
        "project_id": "proj_a",
    }
    company.drop(
        openai.COSTS.format(stamp="20260502T020000Z"),
        openai.page_of([openai.bucket("2026-05-01", [cost])]),
    )
    company.drop("litellm/spend_logs/logs.json", json_text([litellm.record(5)]))
    assert counted_and_kept(company) == ({"openai": Decimal("3.25")}, {})
