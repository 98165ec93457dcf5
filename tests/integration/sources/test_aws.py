"""AWS bills from the landing folder to staging: manifests, totals, people, and one month counted once."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up
from tests.integration.sources.data_exports import (
    PAYER,
    Line,
    as_csv,
    as_csv_gz,
    as_parquet,
    bill_line,
    deliver,
    focus_line,
)

FIRST, SECOND = "2026-06-03T06:14:02.306Z-7c1e", "2026-06-17T06:21:48.306Z-98ab"
LINE_TYPES = [
    *("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation"),
    *("SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "RIFee", "Fee", "FlatRateSubscription"),
    *("Tax", "Credit", "Refund", "BundledDiscount", "EdpDiscount", "PrivateRateDiscount"),
    *("Discount", "SomethingNew"),
]


def total(rows: Sequence[dict], measure: str = "billed_cost") -> Decimal:
    return sum((row[measure] for row in rows), Decimal(0))


def bill(seed: int, rows: int) -> list[Line]:
    """Lines of every type with amounts as the export spells doubles, tiny and scientific ones too."""
    chance = random.Random(seed)
    lines = []
    for number in range(rows):
        amount = chance.uniform(-50, 5000) * 10 ** chance.randrange(-9, 1)
        lines.append(
            bill_line(
                repr(amount),
                line_item_line_item_type=LINE_TYPES[number % len(LINE_TYPES)],
                line_item_product_code=chance.choice(["AmazonBedrock", "AmazonS3", "AmazonEC2"]),
                line_item_usage_account_id=f"{chance.randrange(10**6):012}",
            )
        )
    return lines


@pytest.mark.variant("aws.cur2.export_csv", "aws.cur2.export_parquet")
@pytest.mark.parametrize(
    ("write", "ending"), [(as_csv_gz, "csv.gz"), (as_parquet, "snappy.parquet")]
)
def test_billed_cost_is_every_line_of_the_bill(
    company: Company, write: Callable[[Sequence[Line]], bytes], ending: str
) -> None:
    lines = bill(seed=5, rows=170)
    deliver(company, [write(lines[:100]), write(lines[100:])], ending=ending)
    assert not company.land().quarantined
    charges = company.staged("stg_aws__charges")
    assert total(charges) == sum(half_up(line["line_item_unblended_cost"]) for line in lines)
    assert {row["x_account_id"] for row in charges} == {
        line["line_item_usage_account_id"] for line in lines
    }
    assert {row["charge_category"] for row in charges} == {
        "Usage",
        "Purchase",
        "Tax",
        "Credit",
        "Adjustment",
    }


def test_csv_and_parquet_say_the_same(company: Company) -> None:
    tags = '{"user_cost_centre":"CC-215","user_env":"prod"}'
    lines = [bill_line("0.30000000000000004", resource_tags=tags), bill_line("5e-06")]
    said = []
    for export, write, ending in (
        ("text", as_csv_gz, "csv.gz"),
        ("columns", as_parquet, "snappy.parquet"),
    ):
        month = "2026-05" if export == "text" else "2026-04"
        deliver(
            company, [write([line | _month(month) for line in lines])], export, month, ending=ending
        )
        company.land()
        rows = company.staged("stg_aws__charges")
        said.append(
            sorted(
                (row["billed_cost"], row["tags"], row["x_environment"], row["x_token_count"])
                for row in rows
                if row["billing_period_start"].month == int(month[5:])
            )
        )
    assert said[0] == said[1]
    assert said[0][1] == (half_up("0.3"), tags, "prod", Decimal(1500))


def _month(month: str) -> Line:
    whole = bill_line(month=month)
    return {name: whole[name] for name in whole if name.endswith("_date")}


def test_an_overwritten_month_is_replaced_whole(company: Company) -> None:
    deliver(company, [as_csv_gz([bill_line("1"), bill_line("2")]), as_csv_gz([bill_line("4")])])
    company.land()
    deliver(company, [as_csv_gz([bill_line("8")]), as_csv_gz([bill_line("16")])])
    company.land()
    assert total(company.staged("stg_aws__charges")) == 24


def test_of_kept_deliveries_the_newest_whole_one_counts(company: Company) -> None:
    # The newer one arrives first: what counts is when it was written, not when it was copied.
    deliver(company, [as_csv_gz([bill_line("2")])], execution=SECOND)
    company.land()
    deliver(company, [as_csv_gz([bill_line("1")])], execution=FIRST)
    company.land()
    assert [row["billed_cost"] for row in company.staged("stg_aws__charges")] == [2]


def test_a_delivery_that_was_cut_short_leaves_the_one_before_in_force(company: Company) -> None:
    deliver(company, [as_csv_gz([bill_line("1")])], execution=FIRST)
    parts = [as_csv_gz([bill_line("2")]), as_csv_gz([bill_line("3")])]
    deliver(company, parts, execution=SECOND, missing=1)
    landed = company.land()
    assert len(landed.quarantined) == 1
    assert [row["billed_cost"] for row in company.staged("stg_aws__charges")] == [1]
    deliver(company, parts, execution=SECOND)
    assert not company.land().quarantined
    assert total(company.staged("stg_aws__charges")) == 5


def test_data_without_its_manifest_is_not_a_bill_yet(company: Company) -> None:
    company.drop("aws/cur2/data/BILLING_PERIOD=2026-05/cur2-00001.csv.gz", as_csv_gz([bill_line()]))
    assert len(company.land().quarantined) == 1
    assert company.staged("stg_aws__charges") == []


@pytest.mark.variant("aws.cur2.single_file")
def test_a_single_file_stands_alone(company: Company) -> None:
    company.drop("aws/cur2/may.csv", as_csv([bill_line("3")]))
    assert not company.land().quarantined
    assert total(company.staged("stg_aws__charges")) == 3


@pytest.mark.parametrize(
    ("second", "rows"), [("cur2-again", [bill_line("1")]), ("focus", [focus_line("1")])]
)
def test_a_payers_month_counts_once_whatever_tells_it(
    company: Company, second: str, rows: list[Line]
) -> None:
    deliver(company, [as_csv_gz([bill_line("1")])])
    company.land()
    deliver(company, [as_csv_gz(rows)], export=second)
    [refusal] = company.land().quarantined
    reason = refusal.faults[0].sentence()
    assert "cur2-00001.csv.gz" in reason and second in reason
    assert total(company.staged("stg_aws__charges")) == 1
    assert company.staged("stg_focus__charges") == []


def test_a_focus_file_of_the_same_payer_is_refused_too(company: Company) -> None:
    deliver(company, [as_csv_gz([bill_line("1")])])
    company.land()
    company.drop("focus/aws/may.csv", as_csv([focus_line("1")]))
    company.drop("focus/other/may.csv", as_csv([focus_line("1", BillingAccountId="acct-1")]))
    assert [refusal.files for refusal in company.land().quarantined] == [("focus/aws/may.csv",)]


@pytest.mark.variant("focus.aws_data_exports.single_file")
def test_a_single_focus_file_of_aws_is_the_platform_aws(company: Company) -> None:
    company.drop("aws/focus/may.csv", as_csv([focus_line("1")]))
    assert not company.land().quarantined
    [charge] = company.staged("stg_focus__charges")
    assert (charge["x_platform"], charge["billed_cost"]) == ("aws", 1)


@pytest.mark.variant("focus.aws_data_exports.export_csv", "focus.aws_data_exports.export_parquet")
@pytest.mark.parametrize(
    ("write", "ending"), [(as_csv_gz, "csv.gz"), (as_parquet, "snappy.parquet")]
)
def test_the_tree_holds_focus_exports_too(
    company: Company, write: Callable[[Sequence[Line]], bytes], ending: str
) -> None:
    line = focus_line(
        "3",
        ServiceName="Amazon Bedrock",
        x_ServiceCode="AmazonBedrock",
        x_UsageType="EUW2-NovaPro-output-tokens",
        ConsumedQuantity="2.5",
        ConsumedUnit="1K tokens",
        Tags='{"user:team":"ml"}',
    )
    deliver(company, [write([line])], export="focus-1-2", ending=ending)
    assert not company.land().quarantined
    [charge] = company.staged("stg_focus__charges")
    assert (charge["x_platform"], charge["x_model"], charge["x_token_count"], charge["tags"]) == (
        "aws",
        "novapro",
        2500,
        '{"user:team":"ml"}',
    )
    [usage] = company.staged("stg_focus__usage")
    assert (usage["platform"], usage["metric"], usage["quantity"]) == ("aws", "output_tokens", 2500)


def test_a_line_keeps_its_charge_id_when_the_month_becomes_final(company: Company) -> None:
    deliver(company, [as_csv_gz([bill_line("1"), bill_line("1"), bill_line("2")])])
    company.land()
    before = {row["x_charge_id"] for row in company.staged("stg_aws__charges")}
    final = [
        bill_line(cost, bill_invoice_id="EUINGB26-1", identity_line_item_id=f"new{number}")
        for number, cost in enumerate(["2", "1", "1"])
    ]
    deliver(company, [as_csv_gz(final)])
    company.land()
    after = company.staged("stg_aws__charges")
    assert {row["x_charge_id"] for row in after} == before and len(before) == 3
    assert {row["invoice_id"] for row in after} == {"EUINGB26-1"}


def test_a_caller_is_a_role_and_a_pseudonym(company: Company) -> None:
    role = "arn:aws:sts::000000000042:assumed-role/Analyst"
    callers = [
        f"{role}/Mary.Smith@example.com",
        "arn:aws:iam::000000000042:user/Mary.Smith@example.com",
    ]
    deliver(company, [as_csv_gz([bill_line(line_item_iam_principal=caller) for caller in callers])])
    company.land()
    charges = company.staged("stg_aws__charges")
    assert {row["x_role_id"] for row in charges} == {role, None}
    mary = pseudonym_of(company.settings.pseudonym_key, "mary.smith@example.com")
    assert {row["x_user_id"] for row in charges} == {mary}
    assert company.holds_nowhere("mary.smith")


def test_a_savings_plan_is_paid_once_and_used_once(company: Company) -> None:
    plan = {"savings_plan_savings_plan_a_r_n": "arn:aws:savingsplans::004215873390:savingsplan/a"}
    gpu = {
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": "EUW2-BoxUsage:g5.2xlarge",
        "pricing_unit": "Hrs",
    }
    covered = gpu | {
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "savings_plan_savings_plan_effective_cost": "6",
    }
    negation = gpu | {"line_item_line_item_type": "SavingsPlanNegation"}
    fee = {
        "line_item_line_item_type": "SavingsPlanRecurringFee",
        "line_item_product_code": "ComputeSavingsPlans",
        "line_item_usage_type": "EUW2-EC2SP:g5.1yrNoUpfront",
        "savings_plan_total_commitment_to_date": "8",
        "savings_plan_used_commitment": "6",
    }
    lines = [
        bill_line(cost, **plan, **cells)
        for cost, cells in (("10", covered), ("-10", negation), ("8", fee))
    ]
    deliver(company, [as_csv_gz(lines)])
    company.land()
    charges = company.staged("stg_aws__charges")
    assert (total(charges), total(charges, "effective_cost")) == (8, 8)
    by_feature = {
        (row["x_feature"], row["commitment_discount_status"]): row["effective_cost"]
        for row in charges
        if row["effective_cost"]
    }
    assert by_feature == {("gpu_compute", "Used"): 6, ("commitment", "Unused"): 2}


def test_split_lines_add_no_money(company: Company) -> None:
    pod = bill_line(
        "",
        line_item_operation="EKSPod-EC2",
        line_item_resource_id="arn:aws:eks:eu-west-2:000000000042:pod/prod/scoring/model-7/8a1f",
        split_line_item_parent_resource_id="i-0a",
        split_line_item_split_cost="7",
    )
    node = bill_line("10", line_item_operation="", split_line_item_split_cost="")
    deliver(company, [as_csv_gz([node, pod])])
    assert not company.land().quarantined
    charges = company.staged("stg_aws__charges")
    assert (len(charges), total(charges), total(charges, "effective_cost")) == (2, 10, 10)
    assert {row["x_namespace"] for row in charges} == {None, "prod/scoring"}


@pytest.mark.parametrize(
    "cells",
    [
        {"line_item_unblended_cost": "1,234.56"},
        {"line_item_unblended_cost": "NaN"},
        {"line_item_currency_code": ""},
        {"line_item_usage_start_date": "03/05/2026"},
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_delivery(company: Company, cells: Line) -> None:
    deliver(company, [as_csv_gz([bill_line("1"), bill_line(**cells)])])
    [refusal] = company.land().quarantined
    assert refusal.faults[0].row == 2 and refusal.faults[0].column in cells
    assert company.staged("stg_aws__charges") == []


# The columns of the legacy report that are spelt in a way of their own.
LEGACY = {
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
    "savings_plan_savings_plan_a_r_n": "savingsPlan/SavingsPlanARN",
    "pricing_unit": "pricing/unit",
    "pricing_public_on_demand_cost": "pricing/publicOnDemandCost",
}
GROUPS = ("identity", "bill", "line_item", "savings_plan", "split_line_item", "pricing")


def _legacy(line: Line, **cells: str) -> Line:
    """The line under `group/Name` headers; maps are columns of their own there."""
    written = {}
    for name, value in line.items():
        group = next((group for group in GROUPS if name.startswith(f"{group}_")), None)
        if name in LEGACY:
            written[LEGACY[name]] = value
        elif group is not None:
            words = name.removeprefix(f"{group}_").split("_")
            first, *rest = group.split("_")
            header = first + "".join(word.title() for word in rest)
            written[f"{header}/{''.join(word.title() for word in words)}"] = value
    return written | cells


def _deliver_legacy(
    company: Company, parts: dict[str, bytes], assembly: str, kept: bool = False, missing: int = 0
) -> None:
    """A month of a legacy report: the manifest above, and one more beside the data where deliveries are kept."""
    folder = "billing/hartwell/20260501-20260601"
    keys = [f"{folder}/{assembly + '/' if kept else ''}{name}" for name in parts]
    for key, content in list(zip(keys, parts.values(), strict=True))[: len(parts) - missing]:
        company.drop(f"aws/{key}", content)
    manifest = {
        "assemblyId": assembly,
        "account": PAYER,
        "columns": [{"category": "lineItem", "name": "UnblendedCost"}],
        "charset": "UTF-8",
        "compression": "GZIP",
        "reportName": "hartwell",
        "billingPeriod": {"start": "20260501T000000.000Z", "end": "20260601T000000.000Z"},
        "bucket": "hartwell-bills",
        "reportKeys": keys,
    }
    if kept:
        company.drop(f"aws/{folder}/{assembly}/hartwell-Manifest.json", manifest)
    company.drop(f"aws/{folder}/hartwell-Manifest.json", manifest)


@pytest.mark.variant("aws.cur.csv_gz")
def test_a_legacy_report_is_the_same_bill(company: Company) -> None:
    tagged = {
        "resourceTags/user:cost_centre": "CC-215",
        "resourceTags/user:env": "prod",
        "costCategory/team": "claims",
        "product/ProductName": "Claude Opus 4.5 (Amazon Bedrock Edition)",
        "product/instanceType": "",
    }
    sold = bill_line("2.5", bill_billing_entity="AWS Marketplace", pricing_unit="Units")
    sold["line_item_usage_type"] = "EUW2-MP:EUW2_OutputTokenCount-Units"
    lines = [
        _legacy(bill_line("0.30000000000000004"), **dict.fromkeys(tagged, "")),
        _legacy(sold, **tagged),
    ]
    parts = {"hartwell-1.csv.gz": as_csv_gz(lines[:1]), "hartwell-2.csv.gz": as_csv_gz(lines[1:])}
    _deliver_legacy(company, parts, "0b7a1c80-aaaa")
    assert not company.land().quarantined
    charges = sorted(company.staged("stg_aws__charges"), key=lambda row: row["billed_cost"])
    assert [row["billed_cost"] for row in charges] == [half_up("0.3"), half_up("2.5")]
    assert {row["x_source_table"] for row in charges} == {"aws__cur"}
    assert (charges[0]["x_model"], charges[0]["x_token_count"], charges[0]["tags"]) == (
        "novapro",
        1500,
        None,
    )
    assert (charges[1]["x_model"], charges[1]["x_token_type"], charges[1]["x_environment"]) == (
        "claude-opus-4.5",
        "output",
        "prod",
    )
    assert json.loads(charges[1]["tags"]) == {
        "user:cost_centre": "CC-215",
        "user:env": "prod",
        "team": "claims",
    }


@pytest.mark.variant("aws.cur.csv_zip")
def test_of_kept_legacy_deliveries_the_one_that_the_manifest_above_names_counts(
    company: Company,
) -> None:
    for assembly, cost in (("0b7a1c80-aaaa", "1"), ("ff001122-bbbb", "2")):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("hartwell-1.csv", as_csv([_legacy(bill_line(cost))]))
        _deliver_legacy(company, {"hartwell-1.csv.zip": packed.getvalue()}, assembly, kept=True)
    # Both stand there; nothing in the older one's own manifest says that it is older.
    assert not company.land().quarantined
    assert total(company.staged("stg_aws__charges")) == 2


@pytest.mark.variant("aws.cur.athena_parquet")
def test_a_legacy_report_for_athena_has_a_column_for_each_tag(company: Company) -> None:
    line = {
        name: value
        for name, value in bill_line("1.25").items()
        if name not in ("product", "resource_tags")
    } | {"resource_tags_user_env": "prod", "product_product_name": "Amazon Bedrock"}
    folder = "billing/hartwell/hartwell/year=2026/month=5"
    company.drop(f"aws/{folder}/hartwell-00001.snappy.parquet", as_parquet([line]))
    assert len(company.land().quarantined) == 1
    company.drop(
        "aws/billing/hartwell/20260501-20260601/hartwell-Manifest.json",
        {
            "assemblyId": "20260602T060148Z",
            "reportName": "hartwell",
            "billingPeriod": {"start": "20260501T000000.000Z", "end": "20260601T000000.000Z"},
            "reportKeys": [f"{folder}/hartwell-00001.snappy.parquet"],
        },
    )
    assert not company.land().quarantined
    [charge] = company.staged("stg_aws__charges")
    assert (charge["billed_cost"], charge["tags"], charge["x_environment"]) == (
        half_up("1.25"),
        '{"user_env":"prod"}',
        "prod",
    )


@pytest.mark.variant("aws.cur.single_file")
def test_a_payers_month_in_both_reports_is_refused(company: Company) -> None:
    company.drop("aws/cur/may.csv", as_csv([_legacy(bill_line("3"))]))
    assert not company.land().quarantined
    deliver(company, [as_csv_gz([bill_line("3")])])
    assert len(company.land().quarantined) == 1
    assert total(company.staged("stg_aws__charges")) == 3
