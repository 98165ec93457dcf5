"""Google Cloud's billing exports from the landing folder to staging: three spellings, credits, months, equal rows."""

import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.sources.company import Company, half_up, json_text

ACCOUNT = "01A2B3-C4D5E6-F70819"
Row = dict[str, Any]

# The table's own types, as an extract to Parquet has them.
PAIRS = "STRUCT(key VARCHAR, value VARCHAR)[]"
CREDITS = "STRUCT(id VARCHAR, full_name VARCHAR, type VARCHAR, name VARCHAR, amount {amount})[]"
TYPES = {
    "billing_account_id": "VARCHAR",
    "service": "STRUCT(id VARCHAR, description VARCHAR)",
    "sku": "STRUCT(id VARCHAR, description VARCHAR)",
    "usage_start_time": "TIMESTAMPTZ",
    "usage_end_time": "TIMESTAMPTZ",
    "project": f"STRUCT(id VARCHAR, number VARCHAR, name VARCHAR, labels {PAIRS},"
    " ancestry_numbers VARCHAR)",
    "labels": PAIRS,
    "system_labels": PAIRS,
    "location": "STRUCT(location VARCHAR, country VARCHAR, region VARCHAR, zone VARCHAR)",
    "export_time": "TIMESTAMPTZ",
    "cost": "DOUBLE",
    "currency": "VARCHAR",
    "currency_conversion_rate": "DOUBLE",
    "usage": "STRUCT(amount DOUBLE, unit VARCHAR, amount_in_pricing_units DOUBLE,"
    " pricing_unit VARCHAR)",
    "credits": CREDITS.format(amount="DOUBLE"),
    "invoice": "STRUCT(month VARCHAR)",
    "cost_type": "VARCHAR",
    "adjustment_info": "STRUCT(id VARCHAR, description VARCHAR, mode VARCHAR, type VARCHAR)",
    "tags": "STRUCT(key VARCHAR, value VARCHAR, inherited BOOLEAN, namespace VARCHAR)[]",
    "cost_at_list": "DECIMAL(38, 9)",
    "transaction_type": "VARCHAR",
    "seller_name": "VARCHAR",
    "resource": "STRUCT(name VARCHAR, global_name VARCHAR)",
}


def row(cost: str = "1", credits: Sequence[str] = (), **cells: Any) -> Row:
    """A row of an hour of Gemini, with other cells where they are given."""
    return {
        "billing_account_id": ACCOUNT,
        "service": {"id": "C7E2-9256-1C43", "description": "Vertex AI"},
        "sku": {"id": "A1", "description": "Gemini 2.5 Flash GA Text Input - Predictions"},
        "usage_start_time": "2026-05-03 04:00:00 UTC",
        "usage_end_time": "2026-05-03 05:00:00 UTC",
        "project": {"id": "claims-ai", "number": "4711", "name": "Claims", "labels": []},
        "labels": [],
        "system_labels": [],
        "location": {"location": "global", "region": "global"},
        "export_time": "2026-05-03 09:12:44.123456 UTC",
        "cost": Decimal(cost),
        "currency": "USD",
        "currency_conversion_rate": Decimal("1.0"),
        "usage": {
            "amount": Decimal("1500"),
            "unit": "count",
            "amount_in_pricing_units": Decimal("1500"),
            "pricing_unit": "count",
        },
        "credits": [
            {"id": None, "name": "Promotion", "type": "PROMOTION", "amount": Decimal(amount)}
            for amount in credits
        ],
        "invoice": {"month": "202605"},
        "cost_type": "regular",
        "tags": [],
        **cells,
    }


def as_jsonl(rows: Sequence[Row]) -> bytes:
    """JSON lines as an extract writes them: null fields left out."""
    return "".join(json_text(_without_nulls(each)) + "\n" for each in rows).encode()


def as_jsonl_gz(rows: Sequence[Row]) -> bytes:
    return gzip.compress(as_jsonl(rows), mtime=0)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value


def as_parquet(rows: Sequence[Row], types: dict[str, str] = TYPES) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        source.write_text("".join(json_text(each) + "\n" for each in rows).replace(" UTC", "Z"))
        declared = ", ".join(f"{name}: '{kind}'" for name, kind in types.items())
        duckdb.sql(
            f"copy (select * from read_json('{source}', format = 'newline_delimited',"
            f" columns = {{{declared}}})) to '{target}' (format parquet)"
        )
        return target.read_bytes()


def as_flattened_csv(rows: Sequence[Row]) -> bytes:
    """A notebook's CSV: structs by dotted headers, lists as Python prints them."""
    flat = []
    for each in rows:
        cells: Row = {}
        for name, value in each.items():
            if isinstance(value, dict):
                cells |= {f"{name}.{key}": inner for key, inner in value.items()}
            else:
                cells[name] = value
        flat.append({name: _printed(value) for name, value in cells.items()})
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for each in flat for name in each)))
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue().encode()


def _printed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return repr(value).replace("Decimal('", "").replace("')", "")
    return str(value).removesuffix(" UTC") + ("+00:00" if str(value).endswith(" UTC") else "")


def bill(seed: int, count: int) -> list[Row]:
    """Rows of every kind with amounts as the export spells doubles, and none, one or two credits."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        amount = repr(chance.uniform(-5, 900) * 10 ** chance.randrange(-9, 1))
        credits = [
            repr(-chance.uniform(0, 5) * 10 ** chance.randrange(-9, 1)) for _ in range(number % 3)
        ]
        kind = ("regular", "regular", "tax", "adjustment", "rounding_error", "something_new")[
            number % 6
        ]
        rows.append(
            row(
                amount,
                credits,
                cost_type=kind,
                project=None if kind == "tax" else {"id": f"p-{number % 4}", "labels": []},
                labels=[{"key": "team", "value": "it's"}, {"key": "env", "value": "prod"}],
            )
        )
    return rows


def net(rows: Sequence[Row]) -> Decimal:
    """What the rows come to: cost and credits, each amount rounded as the warehouse rounds it."""
    return sum(
        (
            half_up(each["cost"]) + sum(half_up(credit["amount"]) for credit in each["credits"])
            for each in rows
        ),
        Decimal(0),
    )


def staged(company: Company) -> list[dict]:
    return company.staged("stg_gcp__charges")


def total(charges: Sequence[dict], measure: str = "billed_cost") -> Decimal:
    return sum((charge[measure] for charge in charges), Decimal(0))


WRITERS = {
    "rows-000000000000.jsonl.gz": as_jsonl_gz,
    "rows-000000000000.json": as_jsonl,
    "rows.parquet": as_parquet,
    "rows.csv": as_flattened_csv,
}


@pytest.mark.variant(
    "gcp.standard.jsonl",
    "gcp.standard.parquet",
    "gcp.standard.flattened_csv",
    "gcp.detailed.jsonl",
    "gcp.detailed.parquet",
    "gcp.detailed.flattened_csv",
)
@pytest.mark.parametrize("export", ["standard", "detailed"])
@pytest.mark.parametrize("name", list(WRITERS))
def test_a_bill_is_its_costs_and_its_credits_in_every_spelling(
    company: Company, export: str, name: str
) -> None:
    rows = bill(seed=7, count=120)
    if export == "detailed":
        rows = [
            each | {"resource": {"name": "endpoint", "global_name": f"//aiplatform/{number % 3}"}}
            for number, each in enumerate(rows)
        ]
    company.drop(f"gcp/{export}/invoice_month=202605/{name}", WRITERS[name](rows))
    assert not company.land().quarantined
    charges = staged(company)
    assert total(charges) == net(rows)
    assert total(charges, "contracted_cost") == sum(half_up(each["cost"]) for each in rows)
    assert len(charges) == len(rows) == len({charge["x_charge_id"] for charge in charges})
    assert {charge["tags"] for charge in charges} == {'{"env":"prod","team":"it\'s"}'}
    assert {charge["x_environment"] for charge in charges} == {"prod"}
    assert {charge["charge_category"] for charge in charges} == {"Usage", "Tax", "Adjustment"}
    assert {charge["x_project_id"] for charge in charges} == {None, "p-0", "p-1", "p-3"} | {
        each["project"]["id"] for each in rows if each["project"]
    }
    assert {charge["resource_id"] for charge in charges} == (
        {None} if export == "standard" else {f"//aiplatform/{number}" for number in range(3)}
    )
    assert {str(charge["charge_period_start"]) for charge in charges} == {"2026-05-03 04:00:00"}


def test_credits_that_are_no_literal_refuse_their_file(company: Company) -> None:
    good = as_flattened_csv([row("1", ["-0.25"])]).decode()
    company.drop("gcp/standard/may.csv", good.replace("'amount'", "amount"))
    [refusal] = company.land().quarantined
    assert (refusal.faults[0].row, refusal.faults[0].column) == (1, "credits")


def test_a_file_without_its_credits_is_no_bill(company: Company) -> None:
    lines = as_flattened_csv([row("1")]).decode().replace("credits", "credit_list")
    company.drop("gcp/standard/may.csv", lines)
    [refusal] = company.land().quarantined
    assert refusal.faults[0].column == "credits"


@pytest.mark.parametrize("element", ["element", "item"])
def test_lists_that_a_writer_has_wrapped_are_lists(company: Company, element: str) -> None:
    """Readers that do not know a file's lists write them again as structs of one member."""
    rows = bill(seed=3, count=9)
    types = {
        name: f"STRUCT(list STRUCT({element} {kind[:-2]})[])" if kind.endswith("[]") else kind
        for name, kind in TYPES.items()
    }
    wrapped = [
        {
            name: {"list": [{element: item} for item in value]}
            if isinstance(value, list)
            else value
            for name, value in each.items()
        }
        for each in rows
    ]
    company.drop("gcp/standard/may.parquet", as_parquet(wrapped, types))
    assert not company.land().quarantined
    charges = staged(company)
    assert total(charges) == net(rows)
    assert {charge["x_environment"] for charge in charges} == {"prod"}


def test_equal_rows_all_count(company: Company) -> None:
    company.drop("gcp/standard/may.jsonl.gz", as_jsonl_gz([row("0.10", ["-0.01"])] * 4))
    assert not company.land().quarantined
    charges = staged(company)
    assert total(charges) == Decimal("0.36")
    assert len({charge["x_charge_id"] for charge in charges}) == 4


def test_the_invoice_has_the_month_and_the_usage_has_the_day(company: Company) -> None:
    late = row(
        "2",
        usage_start_time="2026-04-30 23:00:00 UTC",
        usage_end_time="2026-05-01 00:00:00 UTC",
        cost_type="adjustment",
        adjustment_info={"id": "7", "mode": "PARTIAL_CORRECTION", "type": "USAGE_CORRECTION"},
    )
    # In the evening of 31 May in California it is 1 June in UTC.
    pacific = row("4", usage_start_time="2026-06-01 05:00:00 UTC", usage_end_time=None)
    company.drop("gcp/standard/may.jsonl", as_jsonl([late, pacific]))
    assert not company.land().quarantined
    said = {
        charge["billed_cost"]: (
            str(charge["billing_period_start"])[:10],
            str(charge["charge_period_start"])[:10],
            charge["charge_category"],
            charge["charge_class"],
        )
        for charge in staged(company)
    }
    assert said == {
        2: ("2026-05-01", "2026-04-30", "Adjustment", "Correction"),
        4: ("2026-05-01", "2026-06-01", "Usage", None),
    }


def test_a_newer_extract_replaces_the_month_and_shards_stand_together(company: Company) -> None:
    folder = "gcp/standard/pulled_20260601T000000Z"
    company.drop(f"{folder}/invoice_month=202604/a.jsonl.gz", as_jsonl_gz([_of_april("1")]))
    for shard, cost in (("000000000000", "2"), ("000000000001", "3")):
        company.drop(f"{folder}/invoice_month=202605/{shard}.jsonl.gz", as_jsonl_gz([row(cost)]))
    assert not company.land().quarantined
    assert total(staged(company)) == 6
    newer = "gcp/standard/pulled_20260602T000000Z/invoice_month=202605/000000000000.jsonl.gz"
    company.drop(newer, as_jsonl_gz([row("8")]))
    assert not company.land().quarantined
    assert sorted(charge["billed_cost"] for charge in staged(company)) == [1, 8]


def _of_april(cost: str) -> Row:
    return row(cost, invoice={"month": "202604"}, usage_start_time="2026-04-03 04:00:00 UTC")


def test_one_month_of_an_account_is_on_the_bill_once(company: Company) -> None:
    company.drop("gcp/standard/may.jsonl", as_jsonl([row("1"), row("2")]))
    company.drop("gcp/detailed/may.jsonl", as_jsonl([row("1"), row("2"), _of_april("4")]))
    company.drop("gcp/focus/may.jsonl", as_jsonl([focus_row("3")]))
    refused = {refusal.files[0] for refusal in company.land().quarantined}
    assert refused == {"gcp/standard/may.jsonl", "gcp/focus/may.jsonl"}
    assert total(staged(company)) == 7


def focus_row(cost: str, **cells: Any) -> Row:
    """A charge of the native FOCUS export."""
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ContractedCost": str(Decimal(cost) + 1),
        "ListCost": str(Decimal(cost) + 2),
        "BillingAccountId": ACCOUNT,
        "BillingCurrency": "USD",
        # Midnight in California.
        "BillingPeriodStart": "2026-05-01 07:00:00 UTC",
        "BillingPeriodEnd": "2026-06-01 07:00:00 UTC",
        "ChargePeriodStart": "2026-05-03 04:00:00 UTC",
        "ChargePeriodEnd": "2026-05-03 05:00:00 UTC",
        "ChargeCategory": "Usage",
        "ChargeDescription": "Gemini 2.5 Flash GA Text Output - Predictions",
        "ConsumedQuantity": "700",
        "ConsumedUnit": "count",
        "PublisherName": "Google Cloud",
        "ServiceName": "Vertex AI",
        "SubAccountId": "claims-ai",
        "x_CostType": "regular",
        "x_ServiceId": "C7E2-9256-1C43",
        "x_Project": {"Id": "claims-ai", "Name": "Claims"},
        "x_Credits": [{"Name": "Promotion", "Type": "PROMOTION", "Amount": "-1"}],
        "x_Labels": [{"Key": "team", "Value": "triage"}],
        "x_ProjectLabels": [{"Key": "env", "Value": "test"}, {"Key": "team", "Value": "other"}],
        **cells,
    }


FOCUS_TYPES = dict.fromkeys(focus_row("1"), "VARCHAR") | {
    "BilledCost": "DECIMAL(38, 9)",
    "EffectiveCost": "DECIMAL(38, 9)",
    "ContractedCost": "DECIMAL(38, 9)",
    "ListCost": "DECIMAL(38, 9)",
    "BillingPeriodStart": "TIMESTAMPTZ",
    "ChargePeriodStart": "TIMESTAMPTZ",
    "x_Project": "STRUCT(Id VARCHAR, Name VARCHAR)",
    "x_Credits": "STRUCT(Name VARCHAR, Type VARCHAR, Amount DECIMAL(38, 9))[]",
    "x_Labels": "STRUCT(Key VARCHAR, Value VARCHAR)[]",
    "x_ProjectLabels": "STRUCT(Key VARCHAR, Value VARCHAR)[]",
}


@pytest.mark.variant("gcp.focus.native_jsonl", "gcp.focus.native_parquet")
@pytest.mark.parametrize(
    ("ending", "write"),
    [("jsonl.gz", as_jsonl_gz), ("parquet", lambda rows: as_parquet(rows, FOCUS_TYPES))],
)
def test_credits_of_a_focus_charge_are_not_taken_off_twice(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    rows = [focus_row("0.123456789"), focus_row("5", ChargeCategory="Tax", x_CostType="tax")]
    company.drop(f"gcp/focus/may.{ending}", write(rows))
    assert not company.land().quarantined
    charges = {charge["charge_category"]: charge for charge in staged(company)}
    usage = charges["Usage"]
    assert total(list(charges.values())) == Decimal("5.123456789")
    assert usage["contracted_cost"] == Decimal("1.123456789")
    assert (usage["x_project_id"], usage["x_model"], usage["x_token_type"]) == (
        "claims-ai",
        "gemini-2.5-flash",
        "output",
    )
    assert usage["tags"] == '{"env":"test","team":"triage"}'
    assert (usage["x_environment"], usage["x_token_count"]) == ("test", 700)
    assert str(usage["billing_period_start"]) == "2026-05-01 00:00:00"


@pytest.mark.variant("gcp.focus.view_csv")
def test_the_view_names_the_account_for_a_project_and_lists_all_labels_as_tags(
    company: Company,
) -> None:
    line = focus_row("2") | {
        "ChargeCategory": "usage",
        "SubAccountId": ACCOUNT,
        "x_Project": {"id": "claims-ai", "name": "Claims"},
        "Tags": [
            {"key": "team", "value": "triage", "x_type": "label", "x_inherited": False},
            {"key": "env", "value": "prod", "x_type": "project_label", "x_inherited": True},
        ],
    }
    cells = {
        name: value if isinstance(value, str) else repr(value)
        for name, value in line.items()
        if name not in ("x_Labels", "x_ProjectLabels")
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cells))
    writer.writeheader()
    writer.writerow(cells)
    company.drop("gcp/focus/may.csv", text.getvalue().replace(" UTC", ""))
    assert not company.land().quarantined
    [charge] = staged(company)
    assert (charge["billed_cost"], charge["x_project_id"], charge["sub_account_name"]) == (
        2,
        "claims-ai",
        "Claims",
    )
    assert (charge["tags"], charge["x_environment"]) == ('{"env":"prod","team":"triage"}', "prod")


def test_people_in_labels_are_pseudonyms(company: Company) -> None:
    labelled = row("1", labels=[{"key": "caller", "value": "mary@example.com"}])
    company.drop("gcp/standard/may.csv", as_flattened_csv([labelled]))
    assert not company.land().quarantined
    assert company.holds_nowhere("mary")
    assert "person:" in staged(company)[0]["tags"]


def test_json_is_not_touched_by_the_reader_of_literals(company: Company) -> None:
    """A notebook that dumps its lists as JSON is read as well."""
    text = as_flattened_csv([row("1", ["-0.5"])]).decode()
    as_json = json.dumps([{"amount": -0.5, "name": "it's"}]).replace('"', '""')
    start = text.index('"[{') if '"[{' in text else text.index("[{")
    end = text.index("}]", start) + 2
    end += text[end : end + 1] == '"'
    company.drop("gcp/standard/may.csv", text[:start] + f'"{as_json}"' + text[end:])
    assert not company.land().quarantined
    assert total(staged(company)) == Decimal("0.5")
