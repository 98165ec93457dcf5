"""Exports of cost tools from the landing folder to staging: one mapping for all, FOCUS included."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.sources.company import Company, half_up
from tests.integration.sources.data_exports import as_csv, focus_line

FILES = {
    "datadog": (
        "timestamp,provider,service_name,account_id,tags.team,cost,amortized_cost,currency\n"
        "2026-05-03T00:00:00Z,aws,Amazon Bedrock,000000000042,claims,1.25,1,USD\n"
    ),
    "cloudzero": (
        "time/usage_start,lineitem/type,resource/service,resource/account,resource/tag:team,cost/cost,"
        "cost/amortized_cost,lineitem/cloud_provider\n"
        "2026-05-03T00:00:00Z,Usage,Amazon Bedrock,000000000042,claims,1.25,1,AWS\n"
    ),
    "finout": (
        "Date,Cloud Provider,Service,Account ID,Tag - team,Cost,Amortized Cost\n"
        "2026-05-03,AWS,Amazon Bedrock,000000000042,claims,$1.25,$1.00\n"
    ),
    "harness": (
        "Day,Cloud Provider,Service,Account,label:team,Total Cost,Amortized Cost\n"
        "2026-05-03,AWS,Amazon Bedrock,000000000042,claims,1.25,1\n"
    ),
    "cloudability": (
        "Vendor,Enhanced Service Name,Account ID,Account Name,Date,tag:team,Cost (Total),Cost (Amortized)\n"
        "Amazon,Amazon Bedrock,000000000042,Claims,05/03/2026,claims,1.25,1\n"
        "Amazon,Amazon Bedrock,000000000042,Claims,05/14/2026,(not set),0.00,0\n"
    ),
}


def staged(company: Company) -> list[dict]:
    return company.staged("stg_cost_tools__charges")


@pytest.mark.variant(
    "cost_tools.costs.datadog",
    "cost_tools.costs.cloudzero",
    "cost_tools.costs.finout",
    "cost_tools.costs.harness",
    "cost_tools.costs.cloudability",
)
@pytest.mark.parametrize("tool", FILES)
def test_every_tools_file_is_read_by_the_one_mapping(company: Company, tool: str) -> None:
    company.drop(f"cost_tools/{tool}/may.csv", FILES[tool])
    assert not company.land().quarantined
    [row] = [row for row in staged(company) if row["billed_cost"]]
    assert (row["billed_cost"], row["effective_cost"], row["billing_currency"]) == (
        half_up("1.25"),
        1,
        "USD",
    )
    assert (row["x_platform"], row["service_name"], row["x_account_id"], row["tags"]) == (
        "aws",
        "Amazon Bedrock",
        "000000000042",
        '{"team":"claims"}',
    )
    assert str(row["charge_period_start"]) == "2026-05-03 00:00:00"


def test_of_two_costs_the_mappings_first_is_billed(company: Company) -> None:
    text = "Date,Unblended Cost,Cost,Provider\n2026-05-03,9,4,Cohere\n"
    company.drop("cost_tools/finout/may.csv", text)
    [delivery] = company.land().accepted
    assert delivery.unknown_columns == ("Unblended Cost",)
    [row] = staged(company)
    assert (row["billed_cost"], row["x_platform"]) == (4, "cohere")


def test_a_file_without_a_cost_is_refused(company: Company) -> None:
    company.drop("cost_tools/harness/may.csv", "Day,Service\n2026-05-03,S3\n")
    [refusal] = company.land().quarantined
    assert refusal.faults[0].column == "billed_cost"


def test_a_newer_export_replaces_its_tools_month_and_no_other(company: Company) -> None:
    header = "Date,Provider,Cost\n"
    company.drop("cost_tools/finout/a_pulled_20260601T000000Z.csv", header + "2026-05-03,X,1\n")
    company.drop("cost_tools/harness/a_pulled_20260601T000000Z.csv", header + "2026-05-03,X,2\n")
    company.land()
    company.drop("cost_tools/finout/b_pulled_20260602T000000Z.csv", header + "2026-05-04,X,4\n")
    company.land()
    assert sorted(row["billed_cost"] for row in staged(company)) == [2, 4]


@pytest.mark.variant("cost_tools.costs.focus")
def test_a_focus_file_needs_no_mapping(company: Company, samples: Path) -> None:
    path = samples / "focus_sample_data" / "focus_sample.csv"
    company.drop("cost_tools/datadog/focus.csv", path.read_bytes())
    assert not company.land().quarantined
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    charges = staged(company)
    assert len(charges) == len(rows)
    billed = sum((row["billed_cost"] for row in charges), Decimal(0))
    assert billed == sum((half_up(row["BilledCost"]) for row in rows), Decimal(0))
    assert {"aws", "azure", "oracle"} == {row["x_platform"] for row in charges}


@pytest.mark.overlap(
    "cost_tools_and_the_anthropic_bill",
    "cost_tools_and_the_aws_bill",
    "cost_tools_and_the_azure_bill",
    "cost_tools_and_the_gcp_bill",
    "cost_tools_and_the_openai_bill",
    "cost_tools_and_the_snowflake_bill",
)
@pytest.mark.parametrize("platform", ["anthropic", "aws", "azure", "gcp", "openai", "snowflake"])
def test_beside_a_providers_own_bill_the_tools_lines_of_it_are_kept(
    company: Company, platform: str
) -> None:
    header = "Date,Provider,Cost\n"
    lines = f"2026-05-03,{platform},1\n2026-06-03,{platform},2\n2026-05-03,Cohere,4\n"
    company.drop("cost_tools/finout/may.csv", header + lines)
    company.drop(f"focus/{platform}/may.csv", as_csv([focus_line("8")]))
    assert not company.land().quarantined
    models = ("fct_overlapping_charges", "int_charges_unioned")
    with company.built(
        *models, policy=[{"setting": "reporting_currency", "value": "USD"}]
    ) as built:
        counting = built.rows(
            "select billed_cost from intermediate.int_charges_unioned order by all"
        )
        kept = built.rows("select overlap_set, billed_cost from marts.fct_overlapping_charges")
        failures = built.failures()
    # June has no bill of the provider yet, and Cohere has none at all.
    assert [row["billed_cost"] for row in counting] == [2, 4, 8]
    assert kept == [
        {"overlap_set": f"cost_tools_and_the_{platform}_bill", "billed_cost": Decimal(1)}
    ]
    assert failures == []
