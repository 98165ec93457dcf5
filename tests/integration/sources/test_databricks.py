"""Databricks' system tables from the landing folder to staging: every record type, priced or not, and who asked."""

import csv
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up, json_text

Row = dict[str, Any]

TYPES = {
    "usage_quantity": "DECIMAL(38, 18)",
    "usage_start_time": "TIMESTAMPTZ",
    "usage_end_time": "TIMESTAMPTZ",
    "usage_date": "DATE",
    "ingestion_date": "DATE",
    "custom_tags": "MAP(VARCHAR, VARCHAR)",
    "usage_metadata": "STRUCT(endpoint_name VARCHAR, endpoint_id VARCHAR, job_id VARCHAR,"
    " usage_policy_id VARCHAR)",
    "identity_metadata": "STRUCT(run_as VARCHAR, owned_by VARCHAR, created_by VARCHAR)",
    "product_features": "STRUCT(serving_type VARCHAR)",
    "pricing": 'STRUCT("default" VARCHAR, promotional STRUCT("default" VARCHAR),'
    ' effective_list STRUCT("default" VARCHAR))',
    "usage_context": "MAP(VARCHAR, VARCHAR)",
    "external_model_config": "STRUCT(provider VARCHAR, name VARCHAR)",
    "foundation_model_config": "STRUCT(max_provisioned_throughput BIGINT)",
    "request_time": "TIMESTAMPTZ",
    "change_time": "TIMESTAMPTZ",
    "price_start_time": "TIMESTAMPTZ",
    "price_end_time": "TIMESTAMPTZ",
    "status_code": "INTEGER",
    "input_token_count": "BIGINT",
    "output_token_count": "BIGINT",
}


def as_parquet(rows: Sequence[Row]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        source.write_text("".join(json_text(row) + "\n" for row in rows))
        names = dict.fromkeys(name for row in rows for name in row)
        declared = ", ".join(f"{name}: '{TYPES.get(name, 'VARCHAR')}'" for name in names)
        duckdb.sql(
            f"copy (select * from read_json('{source}', format = 'newline_delimited',"
            f" columns = {{{declared}}})) to '{target}' (format parquet)"
        )
        return target.read_bytes()


def as_jsonl_gz(rows: Sequence[Row]) -> bytes:
    return gzip.compress("".join(json_text(row) + "\n" for row in rows).encode(), mtime=0)


def as_csv(rows: Sequence[Row]) -> bytes:
    """CSV of the SQL editor: structs and maps as JSON text, missing values as `null`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: json.dumps(value)
                if isinstance(value, dict)
                else "null"
                if value is None
                else value
                for name, value in row.items()
            }
        )
    return text.getvalue().encode()


WRITERS = [("parquet", as_parquet), ("jsonl.gz", as_jsonl_gz), ("csv", as_csv)]
SKU = "PREMIUM_ANTHROPIC_MODEL_SERVING"


def usage_row(record_id: str, quantity: str, **cells: Any) -> Row:
    return {
        "record_id": record_id,
        "account_id": "acc-1",
        "workspace_id": "4711",
        "sku_name": SKU,
        "cloud": "AWS",
        "usage_start_time": "2026-05-03T04:00:00Z",
        "usage_end_time": "2026-05-03T05:00:00Z",
        "usage_date": "2026-05-03",
        "custom_tags": {"team": "claims", "env": "prod"},
        "usage_unit": "DBU",
        "usage_quantity": Decimal(quantity),
        "usage_metadata": {
            "endpoint_name": "databricks-claude-sonnet-4-5",
            "endpoint_id": "e-1",
            "usage_policy_id": "policy-7",
        },
        "identity_metadata": {"run_as": "mary@example.com"},
        "record_type": "ORIGINAL",
        "ingestion_date": "2026-05-03",
        "billing_origin_product": "MODEL_SERVING",
        "product_features": {"serving_type": "FOUNDATION_MODEL"},
        "usage_type": "TOKEN",
        **cells,
    }


def price_row(price: str, start: str, end: str | None = None, **cells: Any) -> Row:
    return {
        "price_start_time": f"{start}T00:00:00Z",
        "price_end_time": end and f"{end}T00:00:00Z",
        "account_id": "acc-1",
        "sku_name": SKU,
        "cloud": "AWS",
        "currency_code": "USD",
        "usage_unit": "DBU",
        "pricing": {"default": price, "effective_list": {"default": price}},
        **cells,
    }


def charges(company: Company) -> list[dict]:
    return company.staged("stg_databricks__charges")


def total(rows: Sequence[dict], measure: str = "billed_cost") -> Decimal:
    return sum((row[measure] for row in rows), Decimal(0))


def priced(quantity: Decimal, price: str) -> Decimal:
    narrowed = quantity.quantize(Decimal("1E-13"), rounding=ROUND_HALF_UP)
    return half_up(narrowed * Decimal(price))


@pytest.mark.variant(
    "databricks.usage.parquet",
    "databricks.usage.jsonl",
    "databricks.usage.csv",
    "databricks.list_prices.parquet",
    "databricks.list_prices.jsonl",
    "databricks.list_prices.csv",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_every_record_is_charged_at_the_price_of_its_own_time(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    chance = random.Random(11)
    rows, expected = [], Decimal(0)
    for number in range(60):
        quantity = Decimal(repr(chance.uniform(-3, 40))).quantize(Decimal("1E-16"))
        day = 1 + number % 28
        rows.append(
            usage_row(
                f"r{number}",
                f"{quantity}",
                usage_start_time=f"2026-05-{day:02}T23:00:00Z",
                usage_end_time=f"2026-05-{day + 1:02}T00:00:00Z",
                record_type=("ORIGINAL", "RETRACTION", "RESTATEMENT")[number % 3],
            )
        )
        # The price is that of the end: midnight belongs to the day that begins.
        expected += priced(quantity, "0.07" if day + 1 < 16 else "0.0665")
    company.drop(f"databricks/usage/may.{ending}", write(rows))
    company.drop(
        f"databricks/list_prices/all.{ending}",
        write(
            [
                price_row("0.07", "2026-01-01", "2026-05-16"),
                price_row("0.0665", "2026-05-16"),
                price_row("9", "2026-01-01", cloud="AZURE"),
                price_row("9", "2026-01-01", usage_unit="GB"),
                price_row("9", "2026-01-01", sku_name=f"{SKU}_US"),
            ]
        ),
    )
    assert not company.land().quarantined
    staged = charges(company)
    assert total(staged) == expected
    assert len(staged) == 60
    assert {row["x_cost_basis"] for row in staged} == {"billed"}
    [tags] = {row["tags"] for row in staged}
    assert json.loads(str(tags)) == {
        "team": "claims",
        "env": "prod",
        "usage_policy_id": "policy-7",
    }
    first = staged[0]
    assert (first["x_endpoint_id"], first["x_model"], first["x_environment"]) == (
        "databricks-claude-sonnet-4-5",
        "claude-sonnet-4-5",
        "prod",
    )
    assert first["x_user_id"] == pseudonym_of(company.settings.pseudonym_key, "mary@example.com")
    assert company.holds_nowhere("mary")


def test_a_correction_is_the_sum_of_all_three_records(company: Company) -> None:
    wrong = usage_row("a", "10")
    retracted = usage_row("b", "-10", record_type="RETRACTION", ingestion_date="2026-06-20")
    stated_anew = usage_row("c", "7", record_type="RESTATEMENT", ingestion_date="2026-06-20")
    company.drop("databricks/list_prices/all.csv", as_csv([price_row("0.10", "2026-01-01")]))
    company.drop("databricks/usage/pulled_20260601T000000Z.csv", as_csv([wrong]))
    company.land()
    assert total(charges(company)) == 1
    # The month is pulled again, the record that was there already too.
    company.drop(
        "databricks/usage/pulled_20260701T000000Z.csv", as_csv([wrong, retracted, stated_anew])
    )
    assert not company.land().quarantined
    staged = charges(company)
    assert sorted(row["billed_cost"] for row in staged) == [-1, Decimal("0.7"), 1]
    assert {str(row["billing_period_start"])[:7] for row in staged} == {"2026-05"}
    assert sorted(str(row["charge_class"]) for row in staged) == [
        "Correction",
        "Correction",
        "None",
    ]


@pytest.mark.variant(
    "databricks.account_prices.parquet",
    "databricks.account_prices.jsonl",
    "databricks.account_prices.csv",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_the_accounts_own_price_beats_the_list(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    later = usage_row(
        "b", "10", usage_start_time="2026-05-20T04:00:00Z", usage_end_time="2026-05-20T05:00:00Z"
    )
    company.drop(f"databricks/usage/may.{ending}", write([usage_row("a", "10"), later]))
    company.drop(f"databricks/list_prices/all.{ending}", write([price_row("0.10", "2026-01-01")]))
    own = price_row("0.08", "2026-05-01", "2026-05-10", pricing={"default": "0.08"})
    company.drop(f"databricks/account_prices/all.{ending}", write([own]))
    assert not company.land().quarantined
    assert sorted((row["billed_cost"], row["list_cost"]) for row in charges(company)) == [
        (Decimal("0.8"), 1),
        (1, 1),
    ]


def test_two_accounts_deliver_prices_side_by_side(company: Company) -> None:
    """A newer file of one account replaces that account's prices alone."""
    usage = [usage_row(account, "10", account_id=account) for account in ("acc-1", "acc-2")]
    company.drop("databricks/usage/may.csv", as_csv(usage))
    for folder, prices in (("list_prices", ("4", "3", "5")), ("account_prices", ("2", "1", "1.5"))):
        for day, (account, price) in enumerate(
            zip(("acc-1", "acc-2", "acc-1"), prices, strict=True), start=1
        ):
            row = price_row(price, "2026-01-01", account_id=account)
            company.drop(f"databricks/{folder}/pulled_2026060{day}T000000Z.csv", as_csv([row]))
            assert not company.land().quarantined
    assert sorted((row["billed_cost"], row["list_cost"]) for row in charges(company)) == [
        (10, 30),
        (15, 50),
    ]


def test_usage_without_a_price_in_force_stands_with_nothing(company: Company) -> None:
    company.drop(
        "databricks/usage/may.csv",
        as_csv([usage_row("early", "10"), usage_row("unknown", "3", sku_name="SOMETHING_NEW")]),
    )
    company.drop("databricks/list_prices/all.csv", as_csv([price_row("0.10", "2026-05-04")]))
    assert not company.land().quarantined
    said = {row["x_sku"]: (row["x_cost_basis"], row["billed_cost"]) for row in charges(company)}
    assert said == {SKU: ("unpriced", 0), "SOMETHING_NEW": ("unpriced", 0)}
    assert {row["billing_currency"] for row in charges(company)} == {"USD"}


def test_usage_comes_before_any_price_list(company: Company) -> None:
    company.drop("databricks/usage/may.csv", as_csv([usage_row("a", "10")]))
    assert not company.land().quarantined
    assert [row["x_cost_basis"] for row in charges(company)] == ["unpriced"]


def request_row(number: int, **cells: Any) -> Row:
    return {
        "request_time": "2026-05-03T04:10:00Z",
        "account_id": "acc-1",
        "workspace_id": "4711",
        "databricks_request_id": f"q{number}",
        "served_entity_id": "s1",
        "requester": "mary@example.com",
        "status_code": 200,
        "input_token_count": 100,
        "output_token_count": 20,
        "usage_context": {"project": "triage"},
        **cells,
    }


def entity_row(entity: str, changed: str, **cells: Any) -> Row:
    return {
        "served_entity_id": "s1",
        "workspace_id": "4711",
        "endpoint_id": "e-1",
        "endpoint_name": "assistant",
        "entity_type": "FOUNDATION_MODEL",
        "entity_name": entity,
        "external_model_config": None,
        "foundation_model_config": None,
        "created_by": "john@example.com",
        "change_time": f"{changed}T00:00:00Z",
        **cells,
    }


@pytest.mark.variant(
    "databricks.endpoint_usage.parquet",
    "databricks.endpoint_usage.jsonl",
    "databricks.endpoint_usage.csv",
    "databricks.served_entities.parquet",
    "databricks.served_entities.jsonl",
    "databricks.served_entities.csv",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_a_request_is_of_what_was_served_then(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    company.drop(
        f"databricks/endpoint_usage/may.{ending}",
        write(
            [
                request_row(1),
                request_row(
                    2, request_time="2026-05-10T00:00:00Z", requester="sp-7", usage_context={}
                ),
                request_row(3, served_entity_id="ext"),
                request_row(4, served_entity_id="nobody-lists-it"),
                request_row(5, status_code=429, input_token_count=None, output_token_count=None),
            ]
        ),
    )
    company.drop(
        f"databricks/served_entities/all.{ending}",
        write(
            [
                entity_row("system.ai.llama-3.3-70b", "2026-01-01"),
                entity_row(
                    "system.ai.claude-sonnet-4",
                    "2026-05-10",
                    foundation_model_config={"max_provisioned_throughput": 900},
                ),
                entity_row("system.ai.later", "2026-06-01"),
                entity_row(
                    "gpt",
                    "2026-01-01",
                    served_entity_id="ext",
                    endpoint_name="outside",
                    entity_type="EXTERNAL_MODEL",
                    external_model_config={"provider": "openai", "name": "gpt-5"},
                ),
            ]
        ),
    )
    assert not company.land().quarantined
    usage = company.staged("stg_databricks__usage")
    mary = pseudonym_of(company.settings.pseudonym_key, "mary@example.com")
    said = {
        (row["endpoint_id"], row["model"], row["service_tier"], row["provider"]): (
            row["quantity"],
            row["user_id"],
            row["service_account_id"],
            row["tags"],
        )
        for row in usage
        if row["metric"] == "input_tokens"
    }
    project = '{"project":"triage"}'
    assert said == {
        ("assistant", "llama-3.3-70b", "pay-per-token", None): (100, mary, None, project),
        ("assistant", "claude-sonnet-4", "provisioned", None): (100, None, "sp-7", None),
        ("outside", "gpt-5", "external", "openai"): (100, mary, None, project),
        (None, None, None, None): (100, mary, None, project),
    }
    assert sum(row["quantity"] for row in usage if row["metric"] == "requests") == 4
    listed = company.staged("stg_databricks__identities")
    assert {row["identity_id"] for row in listed} == {"assistant", "outside"}
    assert company.holds_nowhere("mary") and company.holds_nowhere("john")


def test_databricks_on_azure_bears_the_name_that_its_bill_has(company: Company) -> None:
    azure = {
        "cloud": "AZURE",
        "sku_name": "PREMIUM_JOBS_COMPUTE",
        "usage_metadata": {"job_id": "9"},
    }
    azure |= {"billing_origin_product": "JOBS", "usage_type": "COMPUTE_TIME"}
    company.drop("databricks/usage/may.csv", as_csv([usage_row("a", "1", **azure)]))
    assert not company.land().quarantined
    [charge] = charges(company)
    assert (charge["service_name"], charge["invoice_issuer_name"], charge["x_workflow_id"]) == (
        "Azure Databricks",
        "Microsoft",
        "9",
    )


def test_what_a_notebook_writes_in_parts_is_one_delivery_and_its_marks_are_none(
    company: Company,
) -> None:
    folder = "databricks/usage/2026-05_pulled_20260601T000000Z.parquet"
    for part in ("0", "1"):
        company.drop(f"{folder}/part-0000{part}.snappy.parquet", as_parquet([usage_row(part, "1")]))
    for mark in ("_SUCCESS", "_started_71", "_committed_71"):
        company.drop(f"{folder}/{mark}", b"")
    landed = company.land()
    assert not landed.quarantined
    [delivery] = landed.accepted
    assert (len(delivery.files), delivery.row_count) == (2, 2)
