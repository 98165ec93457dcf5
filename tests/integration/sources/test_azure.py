"""Azure's bill from the landing folder to staging: agreements, runs, commitments, deployments."""

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.sources.company import Company, half_up
from tests.integration.sources.cost_details import (
    ACCOUNT,
    ENROLMENT,
    OTHER_SUBSCRIPTION,
    SUBSCRIPTION,
    Line,
    as_export_csv,
    azure_focus_line,
    deliver_run,
    ea_line,
    mca_line,
    payg_line,
)
from tests.integration.sources.data_exports import as_parquet


def total(rows: Sequence[dict], measure: str = "billed_cost") -> Decimal:
    return sum((row[measure] for row in rows), Decimal(0))


def staged(company: Company) -> list[dict]:
    return company.staged("stg_azure__charges")


@pytest.mark.variant("azure.actual.ea_csv")
def test_an_enterprise_file_is_read_as_it_is(company: Company) -> None:
    lines = [
        ea_line("0.00004"),
        ea_line("8E-07", day="05/13/2026"),
        ea_line("-3", MeterName="Unheard of", UnitOfMeasure="7 Moons"),
    ]
    company.drop("azure/actual/may.csv", as_export_csv(lines, bom=True))
    assert not company.land().quarantined
    rows = {row["billed_cost"]: row for row in staged(company)}
    assert set(rows) == {half_up("0.00004"), half_up("8E-07"), Decimal(-3)}
    first = rows[half_up("0.00004")]
    assert (first["billing_account_id"], first["x_account_id"], first["billing_currency"]) == (
        ENROLMENT,
        SUBSCRIPTION,
        "USD",
    )
    assert (first["tags"], first["x_environment"]) == (
        '{"CostCentre": "CC-210","env": "prod"}',
        "prod",
    )
    assert (first["x_model"], first["x_token_type"], first["x_token_count"]) == (
        "gpt-4o-0806",
        "input",
        1_500_000,
    )
    assert first["resource_id"] == ACCOUNT.lower()
    assert str(first["billing_period_end"]) == "2026-06-01 00:00:00"
    assert (rows[Decimal(-3)]["x_token_count"], rows[Decimal(-3)]["x_sku"]) == (None, "Unheard of")
    assert company.holds_nowhere("dana")


@pytest.mark.variant("azure.actual.mca_csv")
def test_a_run_of_a_customer_agreement_is_all_its_parts(company: Company) -> None:
    cents = mca_line("0.10", tags='"broken": ', meterName="5.6 sol ShortCo Cd Inp Std Gl 1M Tokens")
    deliver_run(company, [as_export_csv([mca_line("1.25")]), as_export_csv([cents])])
    assert not company.land().quarantined
    rows = sorted(staged(company), key=lambda row: row["billed_cost"])
    assert [row["billed_cost"] for row in rows] == [half_up("0.10"), half_up("1.25")]
    assert {row["billing_currency"] for row in rows} == {"GBP"}
    assert [
        (row["x_model"], row["x_token_type"], row["x_token_count"], row["tags"]) for row in rows
    ] == [
        ("gpt-5.6-sol", "cached_input", 2_500_000, None),
        ("gpt-5.1", "output", 2_500_000, '{"use_case":"UC-001"}'),
    ]


@pytest.mark.variant("azure.actual.payg_csv")
def test_a_pay_as_you_go_file_has_older_names_and_no_account(company: Company) -> None:
    company.drop("azure/actual/may.csv.gz", gzip.compress(as_export_csv([payg_line("2.5")])))
    assert not company.land().quarantined
    [row] = staged(company)
    assert (row["billed_cost"], row["billing_account_id"], row["x_account_id"]) == (
        half_up("2.5"),
        "azure",
        SUBSCRIPTION,
    )
    assert (row["x_model"], row["x_token_type"], row["x_token_count"]) == (
        "gpt-35-turbo-16k",
        "input",
        12_000,
    )
    assert (row["service_name"], str(row["billing_period_start"])) == (
        "Azure AI Services",
        "2026-05-01 00:00:00",
    )


@pytest.mark.variant("azure.actual.localised_csv")
@pytest.mark.parametrize("last", ["31/05/2026", "08/05/2026"])
def test_a_localised_file_writes_the_day_first_throughout(company: Company, last: str) -> None:
    # Where no day is over twelve, the bill is still of one month only when the day comes first.
    days = ["01/05/2026", "03/05/2026", last]
    lines = [
        {
            "Abonnement-GUID (SubscriptionGuid)": SUBSCRIPTION,
            "Datum (Date)": day,
            "Kosten (Cost)": "1.5",
            "Währung (Currency)": "EUR",
            "Kategorie der Verbrauchseinheit (MeterCategory)": "Azure OpenAI",
        }
        for day in days
    ]
    company.drop("azure/actual/mai.csv", as_export_csv(lines))
    assert not company.land().quarantined
    found = sorted(row["charge_period_start"].date() for row in staged(company))
    assert found == [date(2026, 5, int(day[:2])) for day in days]


def test_a_file_with_days_both_ways_round_is_refused(company: Company) -> None:
    company.drop(
        "azure/actual/may.csv",
        as_export_csv([payg_line(day="05/13/2026"), payg_line(day="14/05/2026")]),
    )
    [refusal] = company.land().quarantined
    assert (refusal.faults[0].row, refusal.faults[0].column) == (2, "date")


@pytest.mark.variant("azure.actual.parquet")
def test_a_run_in_parquet_says_the_same(company: Company) -> None:
    lines = [mca_line("1.25", day="2026-05-03"), mca_line("0.1", day="2026-05-04")]
    for line in lines:
        line |= {"billingPeriodStartDate": "2026-05-01", "billingPeriodEndDate": "2026-05-31"}
    deliver_run(company, [as_parquet(lines)], ending="snappy.parquet")
    assert not company.land().quarantined
    assert total(staged(company)) == half_up("1.35")


def test_of_all_runs_of_a_month_the_newest_whole_one_counts(company: Company) -> None:
    deliver_run(
        company,
        [as_export_csv([ea_line("1")])],
        submitted="2026-05-20T04:00:00Z",
        days=("2026-05-01", "2026-05-20"),
    )
    company.land()
    # The month that is over comes from an export of its own, in another version of the columns.
    deliver_run(
        company,
        [as_export_csv([ea_line("4")]), as_export_csv([ea_line("8")])],
        export="monthly",
        timeFrame="TheLastMonth",
        dataVersion="2021-10-01",
    )
    assert not company.land().quarantined
    assert total(staged(company)) == 12
    # A newer run that is not all there yet changes nothing.
    later = [as_export_csv([ea_line("16")]), as_export_csv([ea_line("32")])]
    deliver_run(company, later, submitted="2026-06-06T04:00:00Z", missing=1)
    assert len(company.land().quarantined) == 1
    assert total(staged(company)) == 12
    deliver_run(company, later, submitted="2026-06-06T04:00:00Z")
    assert not company.land().quarantined
    assert total(staged(company)) == 48


def test_a_run_of_some_days_is_refused_beside_the_month(company: Company) -> None:
    deliver_run(company, [as_export_csv([ea_line("1")])])
    company.land()
    deliver_run(
        company,
        [as_export_csv([ea_line("1")])],
        export="one-off",
        days=("2026-05-02", "2026-05-09"),
        submitted="2026-06-09T04:00:00Z",
        timeFrame="Custom",
    )
    [refusal] = company.land().quarantined
    assert (
        "would count it twice" in refusal.faults[0].reason and "one-off" in refusal.faults[0].file
    )
    assert total(staged(company)) == 1


def test_exports_of_two_subscriptions_stand_beside_each_other(company: Company) -> None:
    for number, subscription in enumerate((SUBSCRIPTION, OTHER_SUBSCRIPTION)):
        deliver_run(
            company,
            [as_export_csv([ea_line("1", SubscriptionId=subscription)])],
            export=f"of-{number}",
            scope=f"/subscriptions/{subscription}",
        )
    assert not company.land().quarantined
    assert total(staged(company)) == 2
    # The whole enrolment tells of both once more.
    deliver_run(company, [as_export_csv([ea_line("1")])], export="all")
    assert len(company.land().quarantined) == 1


def test_an_empty_run_replaces_nothing_and_is_no_fault(company: Company) -> None:
    deliver_run(company, [as_export_csv([ea_line("1")])])
    deliver_run(company, [], submitted="2026-06-05T04:00:00Z", export="empty")
    assert not company.land().quarantined
    assert total(staged(company)) == 1


def test_a_run_without_its_manifest_is_not_a_bill_yet(company: Company) -> None:
    company.drop(
        "azure/exports/daily/20260501-20260531/202606020415/run/part_0_0001.csv",
        as_export_csv([ea_line()]),
    )
    assert len(company.land().quarantined) == 1
    assert staged(company) == []


def test_a_price_sheet_is_no_bill(company: Company) -> None:
    deliver_run(company, [as_export_csv([ea_line()])], dataset="PriceSheet")
    [refusal] = company.land().quarantined
    assert "PriceSheet" in refusal.faults[0].reason
    assert staged(company) == []


RESERVATION = "/providers/microsoft.capacity/reservationorders/o-1/reservations/r-1"


def _purchase(cost: str, **cells: str) -> Line:
    return ea_line(
        cost,
        ChargeType="Purchase",
        Frequency="OneTime",
        PricingModel="Reservation",
        benefitId=RESERVATION,
        ConsumedService="Microsoft.Capacity",
        ProductOrderName="Azure AI Foundry Provisioned Throughput Reservation",
        MeterName="",
        UnitOfMeasure="1 Hour",
        SubscriptionId=OTHER_SUBSCRIPTION,
        **cells,
    )


def _ptu(cost: str, **cells: str) -> Line:
    return ea_line(
        cost,
        MeterName="Provisioned Managed Global Unit",
        UnitOfMeasure="1/Hour",
        PricingModel="Reservation",
        benefitId=RESERVATION,
        Quantity="24",
        **cells,
    )


@pytest.mark.variant("azure.amortized.ea_csv")
def test_actual_and_amortized_cost_are_one_bill(company: Company) -> None:
    actual = [
        ea_line("10"),
        _purchase("100"),
        _purchase("-7", **{"Date": "05/09/2026"}) | {"ChargeType": "Refund"},
        _ptu("0"),
    ]
    amortized = [
        ea_line("10"),
        _ptu("60"),
        _ptu("33") | {"ChargeType": "UnusedReservation"},
    ]
    company.drop("azure/actual/may.csv", as_export_csv(actual, bom=True))
    company.land()
    # Alone it stands as it is.
    assert (total(staged(company)), total(staged(company), "effective_cost")) == (103, 103)
    company.drop("azure/amortized/may.csv", as_export_csv(amortized, bom=True))
    assert not company.land().quarantined
    rows = staged(company)
    assert (total(rows), total(rows, "effective_cost")) == (103, 103)
    kinds = {
        (row["charge_category"], row["commitment_discount_status"]): (
            row["billed_cost"],
            row["effective_cost"],
            row["x_feature"],
        )
        for row in rows
        if row["commitment_discount_id"] and row["billed_cost"] != -7
    }
    assert kinds == {
        ("Purchase", None): (100, 0, "commitment"),
        ("Usage", "Used"): (0, 60, "provisioned_capacity"),
        ("Usage", "Unused"): (0, 33, "commitment"),
    }
    assert {row["service_name"] for row in rows} == {"Azure AI Services"}


@pytest.mark.variant("azure.amortized.mca_csv")
def test_amortized_cost_alone_stands_as_it_is(company: Company) -> None:
    covered = mca_line("60", pricingModel="SavingsPlan", reservationId="r-1")
    deliver_run(company, [as_export_csv([mca_line("10"), covered])], dataset="AmortizedCost")
    assert not company.land().quarantined
    rows = staged(company)
    assert (total(rows), total(rows, "effective_cost")) == (70, 70)
    assert {row["x_source_table"] for row in rows} == {"azure__amortized"}


@pytest.mark.parametrize("first", ["cost details", "focus"])
def test_cost_details_and_focus_of_a_month_are_the_same_purchases(
    company: Company, first: str
) -> None:
    def details() -> None:
        deliver_run(company, [as_export_csv([ea_line("5")])])

    def focus() -> None:
        deliver_run(company, [as_export_csv([azure_focus_line("5")])], "FocusCost", "focus")

    for deliver in (details, focus) if first == "cost details" else (focus, details):
        deliver()
        refused = company.land().quarantined
    assert len(refused) == 1
    charges = [*staged(company), *company.staged("stg_focus__charges")]
    assert total(charges) == 5
    assert {row["x_platform"] for row in charges} == {"azure"}


@pytest.mark.variant("focus.azure_exports.v1_0_csv")
def test_a_focus_run_names_its_models_by_their_meters(company: Company) -> None:
    million = azure_focus_line(
        "2", x_SkuMeterName="GPT 5.1 opt Gl 1M Tokens", x_PricingUnitDescription="1M"
    )
    deliver_run(
        company, [as_export_csv([azure_focus_line("1"), million])], "FocusCost", dataVersion="1.0"
    )
    assert not company.land().quarantined
    rows = sorted(company.staged("stg_focus__charges"), key=lambda row: row["billed_cost"])
    assert [
        (row["x_model"], row["x_token_type"], row["x_token_count"], row["x_sku"]) for row in rows
    ] == [
        ("gpt-4o-1120", "cached_input", 3_000, "gpt 4o 1120 cached Inp glbl Tokens"),
        ("gpt-5.1", "output", 3_000_000, "GPT 5.1 opt Gl 1M Tokens"),
    ]
    assert [
        row["quantity"]
        for row in sorted(company.staged("stg_focus__usage"), key=lambda r: r["quantity"])
    ] == [
        3_000,
        3_000_000,
    ]


@pytest.mark.variant("focus.azure_exports.v1_2_parquet")
def test_a_focus_run_in_parquet_has_the_newer_names(company: Company) -> None:
    line = {
        name: value
        for name, value in azure_focus_line("1.5").items()
        if name not in ("x_InvoiceId", "x_SkuMeterName")
    } | {
        "InvoiceId": "G9",
        "SkuMeter": "R1 Outp glbl Tokens",
        "x_SkuMeterSubcategory": "Azure DeepSeek Models",
    }
    line |= {
        "x_SkuMeterCategory": "Foundry Models",
        "CommitmentDiscountStatus": "Unused",
        "CommitmentDiscountId": "r-1",
    }
    deliver_run(company, [as_parquet([line])], "FocusCost", ending="snappy.parquet")
    assert not company.land().quarantined
    [row] = company.staged("stg_focus__charges")
    assert (row["invoice_id"], row["x_model"], row["x_token_type"], row["x_feature"]) == (
        "G9",
        "deepseek-r1",
        "output",
        "commitment",
    )


@pytest.mark.variant("azure.metrics.csv")
def test_what_deployments_metered_stands_for_what_the_bill_counts(company: Company) -> None:
    header = "TimeGenerated,ResourceId,ModelDeploymentName,ModelName,MetricName,Total\n"
    rows = [
        f"2026-05-03T00:00:00Z,{ACCOUNT.upper()},claims-4o,gpt-4o,ProcessedPromptTokens,1000000",
        f"2026-05-03T00:00:00Z,{ACCOUNT.upper()},fraud-4o,gpt-4o,ProcessedPromptTokens,500000",
        # The same tokens by their newer name, and a rate, which is no count.
        f"2026-05-03T00:00:00Z,{ACCOUNT.upper()},fraud-4o,gpt-4o,InputTokens,500000",
        f"2026-05-03T00:00:00Z,{ACCOUNT.upper()},fraud-4o,gpt-4o,AzureOpenAIContextTokensCacheMatchRate,40",
        f"2026-05-03T00:00:00Z,{ACCOUNT.upper()},fraud-4o,gpt-4o,AzureOpenAIRequests,12",
    ]
    company.drop("azure/metrics/may_pulled_20260601T000000Z.csv", header + "\n".join(rows) + "\n")
    company.drop(
        "azure/actual/may.csv", as_export_csv([ea_line("1"), ea_line("1", day="05/04/2026")])
    )
    assert not company.land().quarantined
    usage = sorted(
        (str(row["period_start"])[:10], row["endpoint_id"] or "", row["metric"], row["quantity"])
        for row in company.staged("stg_azure__usage")
    )
    assert usage == [
        ("2026-05-03", "oai-claims/claims-4o", "input_tokens", 1_000_000),
        ("2026-05-03", "oai-claims/fraud-4o", "input_tokens", 500_000),
        ("2026-05-03", "oai-claims/fraud-4o", "requests", 12),
        ("2026-05-04", "", "input_tokens", 1_500_000),
    ]


def _costs(path: Path, column: str) -> Decimal:
    """The sum of a file's costs, each rounded as the warehouse rounds it."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    return sum((half_up(row[column]) for row in rows), Decimal(0))


@pytest.mark.variant("azure.actual.ea_csv", "azure.amortized.ea_csv")
@pytest.mark.parametrize("dataset", ["Actual", "Amortized"])
def test_the_vendors_samples_land_unedited(company: Company, samples: Path, dataset: str) -> None:
    path = samples / "azure_finops_toolkit" / f"EA_{dataset}Cost_Small.csv"
    company.drop(f"azure/{dataset.lower()}/{path.name}", path.read_bytes())
    assert not company.land().quarantined
    rows = staged(company)
    assert total(rows) == _costs(path, "Cost")
    # Braces left out or not, every set of tags is read.
    tagged = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    assert sum(row["tags"] is not None for row in rows) == sum(bool(row["Tags"]) for row in tagged)


def test_the_vendors_two_samples_together_are_one_bill(company: Company, samples: Path) -> None:
    folder = samples / "azure_finops_toolkit"
    for dataset in ("Actual", "Amortized"):
        path = folder / f"EA_{dataset}Cost_Small.csv"
        company.drop(f"azure/{dataset.lower()}/{path.name}", path.read_bytes())
    assert not company.land().quarantined
    amortized = _costs(folder / "EA_AmortizedCost_Small.csv", "Cost")
    kept = [row for row in staged(company) if row["x_source_table"] == "azure__amortized"]
    assert total(kept, "effective_cost") == amortized


@pytest.mark.variant("focus.azure_exports.single_file")
def test_focus_rows_of_azure_land_as_one_file(company: Company, samples: Path) -> None:
    path = samples / "focus_sample_data" / "focus_sample.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    of_azure = [row for row in rows if row["ProviderName"] == "Microsoft"]
    company.drop("azure/focus/2024-09.csv", as_export_csv(of_azure))
    assert not company.land().quarantined
    charges = company.staged("stg_focus__charges")
    assert len(charges) == len(of_azure) > 10
    assert total(charges) == sum((half_up(row["BilledCost"]) for row in of_azure), Decimal(0))
    assert {row["x_platform"] for row in charges} == {"azure"}
