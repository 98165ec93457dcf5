"""AWS Cost Explorer from the landing folder to staging: responses, the console's CSV, and nothing twice."""

from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, half_up
from tests.integration.sources.data_exports import as_csv, bill_line

DEFINITIONS = [
    {"Type": "DIMENSION", "Key": "SERVICE"},
    {"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"},
]


def metrics(amount: str, amortized: str | None = None) -> dict:
    found = {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}
    if amortized is not None:
        found["AmortizedCost"] = {"Amount": amortized, "Unit": "USD"}
    return found


def period(day: str, groups: list[dict], total: dict | None = None) -> dict:
    return {
        "TimePeriod": {"Start": day, "End": f"{day[:8]}{int(day[8:]) + 1:02}"},
        "Total": total or {},
        "Groups": groups,
        "Estimated": False,
    }


def staged(company: Company) -> list[dict]:
    return sorted(company.staged("stg_cost_explorer__charges"), key=lambda row: row["billed_cost"])


@pytest.mark.variant("cost_explorer.results.grouped")
def test_a_grouped_response_is_a_charge_for_each_group(company: Company) -> None:
    bedrock = {
        "Keys": ["Amazon Bedrock", "000000000042"],
        "Metrics": metrics("12.3456789012345", "10"),
    }
    tax = {"Keys": ["Tax", "000000000042"], "Metrics": metrics("2.5")}
    page = {
        "GroupDefinitions": DEFINITIONS,
        "ResultsByTime": [period("2026-05-03", [bedrock, tax]), period("2026-05-04", [])],
        "DimensionValueAttributes": [
            {"Value": "000000000042", "Attributes": {"description": "Claims"}}
        ],
    }
    company.drop("aws/cost_explorer/may.json", page)
    assert not company.land().quarantined
    rows = staged(company)
    assert [
        (row["billed_cost"], row["effective_cost"], row["charge_category"]) for row in rows
    ] == [
        (half_up("2.5"), half_up("2.5"), "Tax"),
        (half_up("12.3456789012345"), 10, "Usage"),
    ]
    assert {(row["x_platform"], row["x_account_id"]) for row in rows} == {("aws", "000000000042")}
    assert (rows[1]["service_name"], rows[1]["service_category"]) == (
        "Amazon Bedrock",
        "AI and Machine Learning",
    )


@pytest.mark.variant("cost_explorer.results.total")
def test_a_response_without_groups_is_its_totals(company: Company) -> None:
    page = {
        "ResultsByTime": [
            period("2026-05-03", [], metrics("7")),
            period("2026-05-04", [], metrics("8")),
        ]
    }
    company.drop("aws/cost_explorer/may.json", page)
    assert not company.land().quarantined
    assert [row["billed_cost"] for row in staged(company)] == [7, 8]


def test_a_response_without_the_unblended_cost_is_refused(company: Company) -> None:
    page = {
        "ResultsByTime": [
            period(
                "2026-05-03",
                [{"Keys": ["Tax"], "Metrics": {"UsageQuantity": {"Amount": "1", "Unit": "N/A"}}}],
            )
        ]
    }
    company.drop("aws/cost_explorer/may.json", page)
    [refusal] = company.land().quarantined
    assert refusal.faults[0].column == "unblended_cost"


@pytest.mark.variant("cost_explorer.console.by_service")
def test_the_consoles_file_is_a_charge_for_each_column(company: Company) -> None:
    text = (
        '"Service","Amazon Bedrock($)","Tax($)","Total costs($)"\n'
        '"Service total","5.25","1","6.25"\n'
        '"2026-05-01","2.25","","2.25"\n'
        '"2026-05-02","3","1","4"\n'
    )
    company.drop("aws/cost_explorer/costs.csv", text)
    assert not company.land().quarantined
    rows = staged(company)
    assert [(row["billed_cost"], row["service_name"], row["charge_category"]) for row in rows] == [
        (1, "Tax", "Tax"),
        (half_up("2.25"), "Amazon Bedrock", "Usage"),
        (3, "Amazon Bedrock", "Usage"),
    ]
    assert str(rows[1]["charge_period_end"]) == "2026-05-02 00:00:00"


@pytest.mark.variant("cost_explorer.console.by_account")
def test_the_consoles_accounts_are_known_by_their_digits(company: Company) -> None:
    text = (
        '"Linked account","Claims (000000000042)($)","Total costs($)"\n'
        '"Linked account total","5.25","5.25"\n"2026-04-01","5.25","5.25"\n'
    )
    company.drop("aws/cost_explorer/costs.csv", text)
    assert not company.land().quarantined
    [row] = staged(company)
    assert (row["billed_cost"], row["x_account_id"]) == (half_up("5.25"), "000000000042")
    assert str(row["charge_period_end"]) == "2026-05-01 00:00:00"


def test_the_consoles_file_without_groups_is_its_totals(company: Company) -> None:
    text = '"Date","Total costs($)"\n"Total","10.5"\n"2026-05-01","6.5"\n"2026-05-02","4"\n'
    company.drop("aws/cost_explorer/costs.csv", text)
    assert not company.land().quarantined
    rows = staged(company)
    assert [(row["billed_cost"], row["service_name"]) for row in rows] == [
        (4, "AWS"),
        (half_up("6.5"), "AWS"),
    ]


def test_a_cost_that_is_no_number_refuses_the_consoles_file(company: Company) -> None:
    text = '"Service","Amazon Bedrock($)","Total costs($)"\n"2026-05-01","1,000.5","1"\n'
    company.drop("aws/cost_explorer/costs.csv", text)
    [refusal] = company.land().quarantined
    assert (refusal.faults[0].row, refusal.faults[0].column) == (1, "costs")


def test_a_month_in_two_files_counts_once(company: Company) -> None:
    page = {"ResultsByTime": [period("2026-05-03", [], metrics("7"))]}
    company.drop("aws/cost_explorer/api_pulled_20260601T000000Z.json", page)
    company.land()
    text = '"Service","Tax($)","Total costs($)"\n"2026-05-03","7","7"\n'
    company.drop("aws/cost_explorer/console_pulled_20260602T000000Z.csv", text)
    assert len(company.land().quarantined) == 1
    page = {"ResultsByTime": [period("2026-05-03", [], metrics("9"))]}
    company.drop("aws/cost_explorer/api_pulled_20260603T000000Z.json", page)
    company.land()
    assert [row["billed_cost"] for row in staged(company)] == [Decimal(9)]


def test_a_pull_without_its_last_page_is_held_back(company: Company) -> None:
    pages = [
        {"ResultsByTime": [period("2026-05-03", [], metrics("7"))], "NextPageToken": "more"},
        {"ResultsByTime": [period("2026-05-04", [], metrics("8"))]},
    ]
    company.drop("aws/cost_explorer/page-1_pulled_20260601T000000Z.json", pages[0])
    assert len(company.land().quarantined) == 1
    company.drop("aws/cost_explorer/page-2_pulled_20260601T000000Z.json", pages[1])
    assert not company.land().quarantined
    assert [row["billed_cost"] for row in staged(company)] == [7, 8]


@pytest.mark.overlap("cost_explorer_and_the_aws_bill")
def test_beside_the_report_cost_explorers_month_is_kept(company: Company) -> None:
    page = {"ResultsByTime": [period("2026-05-03", [], metrics("7"))]}
    company.drop("aws/cost_explorer/may.json", page)
    company.drop("aws/cur2/may.csv", as_csv([bill_line("8")]))
    assert not company.land().quarantined
    models = ("fct_overlapping_charges", "int_charges_unioned")
    with company.built(
        *models, policy=[{"setting": "reporting_currency", "value": "USD"}]
    ) as built:
        counting = built.rows("select billed_cost from intermediate.int_charges_unioned")
        kept = built.rows("select overlap_set, billed_cost from marts.fct_overlapping_charges")
    assert [row["billed_cost"] for row in counting] == [8]
    assert kept == [{"overlap_set": "cost_explorer_and_the_aws_bill", "billed_cost": Decimal(7)}]
