"""Snowflake's usage views from the landing folder to staging: itemised to the cent, the rest named, every view once."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up

Row = dict[str, Any]


def as_csv(rows: Sequence[Row]) -> bytes:
    """CSV as an unload writes it: upper-case headers, semi-structured columns as JSON text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: json.dumps(value) if isinstance(value, dict | list) else value
                for name, value in row.items()
            }
        )
    return text.getvalue().encode()


def as_jsonl_gz(rows: Sequence[Row]) -> bytes:
    return gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), mtime=0)


def as_parquet(rows: Sequence[Row]) -> bytes:
    """Parquet of an unload: semi-structured columns as text, the rest as text or number."""
    flat = [
        {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        source.write_text("".join(json.dumps(row) + "\n" for row in flat))
        names = dict.fromkeys(name for row in flat for name in row)
        declared = ", ".join(f"{name}: 'VARCHAR'" for name in names)
        duckdb.sql(
            f"copy (select * from read_json('{source}', format = 'newline_delimited',"
            f" columns = {{{declared}}})) to '{target}' (format parquet)"
        )
        return target.read_bytes()


WRITERS = [("csv", as_csv), ("jsonl.gz", as_jsonl_gz), ("parquet", as_parquet)]


def bill_row(amount: str, credits: str = "10.000", **cells: Any) -> Row:
    return {
        "ORGANIZATION_NAME": "ACME",
        "CONTRACT_NUMBER": "C-1",
        "ACCOUNT_NAME": "PROD",
        "ACCOUNT_LOCATOR": "AB12345",
        "REGION": "AWS_EU_WEST_2",
        "USAGE_DATE": "2026-05-03",
        "USAGE_TYPE": "ai services",
        "USAGE": credits,
        "CURRENCY": "GBP",
        "USAGE_IN_CURRENCY": amount,
        "BALANCE_SOURCE": "capacity",
        "BILLING_TYPE": "consumption",
        "RATING_TYPE": "compute",
        "SERVICE_TYPE": "AI_SERVICES",
        "IS_ADJUSTMENT": "false",
        **cells,
    }


def function_row(credits: str, **cells: Any) -> Row:
    return {
        "START_TIME": "2026-05-03 04:00:00.000 +0000",
        "END_TIME": "2026-05-03 05:00:00.000 +0000",
        "FUNCTION_NAME": "AI_COMPLETE",
        "MODEL_NAME": "claude-sonnet-4-5",
        "QUERY_ID": "q1",
        "WAREHOUSE_ID": "7",
        "ROLE_NAMES": ["ANALYST", "PUBLIC"],
        "QUERY_TAG": '{"team":"claims"}',
        "USER_ID": "42",
        "METRICS": [
            {"key": {"metric": "input", "unit": "tokens"}, "value": 170},
            {"key": {"metric": "output", "unit": "tokens"}, "value": 65},
        ],
        "CREDITS": credits,
        "IS_COMPLETED": "true",
        **cells,
    }


def charges(company: Company) -> list[dict]:
    return company.staged("stg_snowflake__charges")


def total(rows: Sequence[dict]) -> Decimal:
    return sum((row["billed_cost"] for row in rows), Decimal(0))


BILL = [
    bill_row("33.33"),
    # On the day on which the capacity runs out there are two rows of one service.
    bill_row("10.01", "3.000", BALANCE_SOURCE="overage", USAGE_TYPE="overage-ai services"),
    bill_row("120.50", "40.000", SERVICE_TYPE="WAREHOUSE_METERING"),
    bill_row("2.20", "0.050", SERVICE_TYPE="STORAGE", RATING_TYPE="storage"),
    bill_row("-7.77", "0", BILLING_TYPE="rebate"),
    bill_row("-1.10", "-0.400", IS_ADJUSTMENT="true", SERVICE_TYPE="CLOUD_SERVICES"),
    bill_row("500.00", "1", BILLING_TYPE="priority support", ACCOUNT_NAME="", ACCOUNT_LOCATOR=""),
    bill_row("4.00", "1.000", SERVICE_TYPE="SOMETHING_NEW", USAGE_DATE="2026-05-04"),
]


@pytest.mark.variant(
    "snowflake.usage_in_currency_daily.csv",
    "snowflake.usage_in_currency_daily.jsonl",
    "snowflake.usage_in_currency_daily.parquet",
    "snowflake.cortex_usage.ai_functions",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_every_row_is_charged_and_ai_is_itemised_to_the_last_unit(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    company.drop(f"snowflake/USAGE_IN_CURRENCY_DAILY/may.{ending}", write(BILL))
    calls = [
        function_row("4.000000001"),
        function_row("3.0", QUERY_TAG="nightly", FUNCTION_NAME="AI_CLASSIFY", MODEL_NAME=None),
        function_row("2.0", USER_ID="43", QUERY_TAG=None),
    ]
    company.drop(f"snowflake/CORTEX_AI_FUNCTIONS_USAGE_HISTORY/may.{ending}", write(calls))
    assert not company.land().quarantined
    staged = charges(company)
    assert total(staged) == sum(half_up(row["USAGE_IN_CURRENCY"]) for row in BILL)
    of_day = [row for row in staged if row["x_origin_charge_id"]]
    # Two lines of AI in three items and a rest each.
    assert len(of_day) == 8
    by_line: dict[str, Decimal] = {}
    for row in of_day:
        by_line[row["x_origin_charge_id"]] = (
            by_line.get(row["x_origin_charge_id"], Decimal(0)) + row["billed_cost"]
        )
    assert sorted(by_line.values()) == [Decimal("10.01"), Decimal("33.33")]
    [first, second] = sorted(
        row["billed_cost"] for row in of_day if row["x_query_tag"] == '{"team":"claims"}'
    )
    weights = [Decimal("4.000000001"), Decimal(3), Decimal(2), Decimal("3.999999999")]
    assert abs(first - Decimal("10.01") * weights[0] / sum(weights)) < Decimal("1e-9")
    assert abs(second - Decimal("33.33") * weights[0] / sum(weights)) < Decimal("1e-9")
    rest = {row["x_sku"] for row in of_day if row["x_cost_basis"] == "unmetered"}
    assert rest == {"AI_SERVICES not itemised"}
    tagged = next(row for row in of_day if row["x_query_tag"] == '{"team":"claims"}')
    assert (tagged["tags"], tagged["x_role_id"], tagged["x_model"], tagged["x_account_id"]) == (
        '{"team":"claims"}',
        "ANALYST",
        "claude-sonnet-4-5",
        "PROD",
    )
    assert tagged["x_user_id"] == pseudonym_of(company.settings.pseudonym_key, "42")


def test_of_several_views_of_one_day_the_newest_kind_counts(company: Company) -> None:
    company.drop("snowflake/USAGE_IN_CURRENCY_DAILY/may.csv", as_csv([bill_row("10.00")]))
    company.drop(
        "snowflake/CORTEX_AI_FUNCTIONS_USAGE_HISTORY/may.csv",
        as_csv([function_row("5", QUERY_TAG="new")]),
    )
    company.drop(
        "snowflake/CORTEX_AISQL_USAGE_HISTORY/may.csv",
        as_csv([aisql_row("5"), aisql_row("2", USAGE_TIME="2026-05-04 09:00:00.000 +0000")]),
    )
    assert not company.land().quarantined
    assert {row["x_query_tag"]: row["billed_cost"] for row in charges(company)} == {
        "new": 5,
        None: 5,
    }
    usage = company.staged("stg_snowflake__usage")
    assert {
        str(row["period_start"])[:10]: row["quantity"]
        for row in usage
        if row["metric"] == "credits"
    } == {"2026-05-03": 5, "2026-05-04": 2}


def aisql_row(credits: str, **cells: Any) -> Row:
    return {
        "USAGE_TIME": "2026-05-03 04:00:00.000 +0000",
        "MODEL_NAME": "llama3.1-70b",
        "FUNCTION_NAME": "COMPLETE",
        "TOKEN_CREDITS": credits,
        "TOKENS": "300",
        "TOKENS_GRANULAR": {"input": 200, "output": 100},
        "QUERY_ID": "q9",
        "QUERY_TAG": "old",
        "USER_ID": "42",
        "WAREHOUSE_ID": "7",
        **cells,
    }


def tokens(company: Company) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for row in company.staged("stg_snowflake__usage"):
        if row["metric"] != "credits":
            key = (row["model"], row["metric"])
            found[key] = found.get(key, Decimal(0)) + row["quantity"]
    return found


@pytest.mark.variant(
    "snowflake.cortex_usage.aisql",
    "snowflake.cortex_usage.functions",
    "snowflake.cortex_usage.rest_api",
    "snowflake.cortex_usage.analyst",
    "snowflake.cortex_usage.search_daily",
    "snowflake.cortex_usage.agent",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_each_view_tells_its_usage(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    hour = {
        "START_TIME": "2026-05-05 04:00:00.000 +0000",
        "END_TIME": "2026-05-05 05:00:00.000 +0000",
    }
    views = {
        "CORTEX_AISQL": [aisql_row("1.5")],
        "CORTEX_FUNCTIONS": [
            hour
            | {"FUNCTION_NAME": "EMBED_TEXT_1024", "MODEL_NAME": "arctic", "WAREHOUSE_ID": "7"}
            | {"TOKENS": "900", "TOKEN_CREDITS": "0.2"}
        ],
        "CORTEX_REST_API": [
            hour
            | {"REQUEST_ID": "r1", "MODEL_NAME": "claude-rest", "TOKENS": "60", "USER_ID": "42"}
            | {"TOKENS_GRANULAR": {"input": 10, "output": 20, "cache_read_input": 30}}
        ],
        "CORTEX_ANALYST": [hour | {"REQUEST_COUNT": "4", "CREDITS": "0.3", "USERNAME": "MARY"}],
        "CORTEX_SEARCH_DAILY": [
            {"USAGE_DATE": "2026-05-05 00:00:00.000 +0000", "SERVICE_NAME": "POLICIES"}
            | {"CONSUMPTION_TYPE": "EMBED_TEXT_TOKENS", "CREDITS": "0.1"}
            | {"MODEL_NAME": "arctic-search", "TOKENS": "70"}
        ],
        "CORTEX_AGENT": [
            hour
            | {"USER_ID": "44", "USER_NAME": "JOHN", "REQUEST_ID": "r2", "AGENT_NAME": "HELPER"}
            | {"TOKEN_CREDITS": "0.7", "TOKENS": "50", "TOKENS_GRANULAR": [{"orchestration": {}}]}
        ],
    }
    for view, rows in views.items():
        company.drop(f"snowflake/{view}_USAGE_HISTORY/prod/may.{ending}", write(rows))
    assert not company.land().quarantined
    assert tokens(company) == {
        ("llama3.1-70b", "input_tokens"): 200,
        ("llama3.1-70b", "output_tokens"): 100,
        ("llama3.1-70b", "requests"): 1,
        ("arctic", "embedding_tokens"): 900,
        ("arctic", "requests"): 1,
        ("claude-rest", "input_tokens"): 10,
        ("claude-rest", "output_tokens"): 20,
        ("claude-rest", "cached_input_tokens"): 30,
        ("claude-rest", "requests"): 1,
        (None, "requests"): 5,
        ("arctic-search", "embedding_tokens"): 70,
        ("arctic-search", "requests"): 1,
        (None, "input_tokens"): 50,
    }
    assert company.holds_nowhere("mary") and company.holds_nowhere("john")


def test_analysts_inside_an_agents_call_are_not_counted_again(company: Company) -> None:
    company.drop("snowflake/USAGE_IN_CURRENCY_DAILY/may.csv", as_csv([bill_row("10.00")]))
    hour = {"START_TIME": "2026-05-03 04:00:00.000 +0000", "END_TIME": None}
    analyst = [
        hour | {"REQUEST_COUNT": "1", "CREDITS": "2", "USERNAME": "MARY"},
        hour | {"REQUEST_COUNT": "1", "CREDITS": "3", "USERNAME": "JOHN"},
    ]
    agent = [hour | {"USER_NAME": "MARY", "TOKEN_CREDITS": "4", "AGENT_NAME": "HELPER"}]
    company.drop("snowflake/CORTEX_ANALYST_USAGE_HISTORY/may.csv", as_csv(analyst))
    company.drop("snowflake/CORTEX_AGENT_USAGE_HISTORY/may.csv", as_csv(agent))
    assert not company.land().quarantined
    assert sorted(row["billed_cost"] for row in charges(company)) == [3, 3, 4]


@pytest.mark.variant(
    "snowflake.cortex_query_usage.csv",
    "snowflake.query_history.csv",
    "snowflake.query_history.jsonl",
    "snowflake.query_history.parquet",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_a_query_dates_and_names_what_has_no_time_of_its_own(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    query = {
        "QUERY_ID": "q1",
        "QUERY_TEXT": "select secret from clients",
        "START_TIME": "2026-05-03 04:10:00.000 +0000",
        "QUERY_TAG": "claims-batch",
        "USER_NAME": "MARY",
        "ROLE_NAME": "LOADER",
        "WAREHOUSE_ID": "7",
        "WAREHOUSE_NAME": "CLAIMS_WH",
    }
    usage = [
        {"FUNCTION_NAME": "COMPLETE", "MODEL_NAME": "llama3-8b", "QUERY_ID": name}
        | {"TOKENS": "90", "TOKEN_CREDITS": "10", "WAREHOUSE_ID": "7"}
        for name in ("q1", "q2")
    ]
    company.drop(f"snowflake/QUERY_HISTORY/may.{ending}", write([query]))
    company.drop("snowflake/CORTEX_FUNCTIONS_QUERY_USAGE_HISTORY/all.csv", as_csv(usage))
    company.drop(f"snowflake/USAGE_IN_CURRENCY_DAILY/may.{ending}", write([bill_row("10.00")]))
    assert not company.land().quarantined
    [charge] = charges(company)
    assert (charge["x_query_tag"], charge["x_role_id"], charge["x_warehouse_id"]) == (
        "claims-batch",
        "LOADER",
        "CLAIMS_WH",
    )
    assert charge["x_user_id"] == pseudonym_of(company.settings.pseudonym_key, "mary")
    assert company.holds_nowhere("secret") and company.holds_nowhere("mary")


@pytest.mark.variant(
    "snowflake.metering_daily_history.csv",
    "snowflake.metering_daily_history.jsonl",
    "snowflake.metering_daily_history.parquet",
    "snowflake.rate_sheet_daily.csv",
    "snowflake.rate_sheet_daily.jsonl",
    "snowflake.rate_sheet_daily.parquet",
)
@pytest.mark.parametrize(("ending", "write"), WRITERS)
def test_credits_at_the_rate_in_force_are_the_bill_where_there_is_no_other(
    company: Company, ending: str, write: Callable[[Sequence[Row]], bytes]
) -> None:
    def metered(day: str, credits: str, service: str = "AI_SERVICES") -> Row:
        return {"SERVICE_TYPE": service, "USAGE_DATE": day, "CREDITS_BILLED": credits}

    def rate(day: str, price: str, service: str) -> Row:
        return {
            "DATE": day,
            "ORGANIZATION_NAME": "ACME",
            "ACCOUNT_NAME": "PROD",
            "ACCOUNT_LOCATOR": "AB12345",
            "CURRENCY": "GBP",
            "EFFECTIVE_RATE": price,
            "SERVICE_TYPE": service,
            "RATING_TYPE": "compute",
            "BILLING_TYPE": "consumption",
            "IS_ADJUSTMENT": "false",
        }

    company.drop(
        f"snowflake/METERING_DAILY_HISTORY/ab12345/spring.{ending}",
        write(
            [
                metered("2026-04-01", "4"),
                metered("2026-04-02", "1.234567891"),
                metered("2026-04-09", "2"),
                metered("2026-04-20", "3", "PIPE"),
                metered("2026-05-02", "999"),
            ]
        ),
    )
    company.drop(
        f"snowflake/RATE_SHEET_DAILY/spring.{ending}",
        write(
            [
                rate("2026-04-02", "2.50", "AI_SERVICES"),
                rate("2026-04-09", "3.00", "AI_SERVICES"),
                rate("2026-04-03", "2.00", "WAREHOUSE_METERING"),
            ]
        ),
    )
    # May is on the currency bill, so that its metering is none.
    company.drop(f"snowflake/USAGE_IN_CURRENCY_DAILY/may.{ending}", write([bill_row("10.00")]))
    assert not company.land().quarantined
    said = {
        (str(row["charge_period_start"])[:10], row["x_cost_basis"]): row["billed_cost"]
        for row in charges(company)
    }
    assert said == {
        # Before the first rate nothing can be priced, and nothing is lost.
        ("2026-04-01", "unpriced"): 0,
        ("2026-04-02", "unmetered"): half_up(Decimal("1.234567891") * Decimal("2.50")),
        ("2026-04-09", "unmetered"): 6,
        # The newest rate of any compute, for the rate sheet calls pipes otherwise.
        ("2026-04-20", "billed"): 9,
        ("2026-05-03", "unmetered"): 10,
    }


def test_an_open_month_is_replaced_by_the_day(company: Company) -> None:
    folder = "snowflake/USAGE_IN_CURRENCY_DAILY"
    company.drop(
        f"{folder}/a_pulled_20260510T000000Z.csv",
        as_csv([bill_row("1.00"), bill_row("2.00", USAGE_DATE="2026-05-04")]),
    )
    company.land()
    company.drop(
        f"{folder}/b_pulled_20260520T000000Z.csv",
        as_csv([bill_row("4.00", USAGE_DATE="2026-05-04")]),
    )
    company.land()
    assert sorted(row["billed_cost"] for row in charges(company)) == [1, 4]


def test_usage_of_an_account_that_nobody_names_is_not_itemised(company: Company) -> None:
    other = bill_row("5.00", ACCOUNT_NAME="TEST", ACCOUNT_LOCATOR="ZZ99999")
    company.drop("snowflake/USAGE_IN_CURRENCY_DAILY/may.csv", as_csv([bill_row("10.00"), other]))
    company.drop("snowflake/CORTEX_AI_FUNCTIONS_USAGE_HISTORY/may.csv", as_csv([function_row("5")]))
    assert not company.land().quarantined
    assert {row["x_cost_basis"] for row in charges(company)} == {"unmetered"}
    assert total(charges(company)) == 15
