"""LiteLLM's request log in every format it is dumped in: each request once, no prompt kept."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.integration.sources.company import Company, half_up, json_text

PROMPT = "please settle claim 4711"
ADDRESS = "203.0.113.77"


def record(number: int, **changes: object) -> dict:
    """A request as the log's JSON dump has it: metadata and tags are texts that hold JSON."""
    usage = {
        "prompt_tokens": 100 + number,
        "completion_tokens": 20,
        "total_tokens": 120 + number,
        "prompt_tokens_details": {"cached_tokens": 40, "audio_tokens": None},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    metadata = {
        "usage_object": usage,
        "user_api_key_user_id": "iris.quill",
        "user_api_key_project_id": None,
        "requester_ip_address": ADDRESS,
        "proxy_server_request": PROMPT,
        "error_information": {"error_message": PROMPT},
    }
    return {
        "request_id": f"chatcmpl-{number}",
        "call_type": "acompletion",
        "api_key": f"hash{number % 3}",
        "cache_hit": "None",
        "startTime": f"2026-05-0{number % 5 + 1} 09:20:46.847371",
        "endTime": f"2026-05-0{number % 5 + 1} 09:20:47.100000",
        "completionStartTime": f"2026-05-0{number % 5 + 1} 09:20:47.000000",
        "model": "openai/gpt-4o",
        "user": "",
        "end_user": "iris.quill",
        "team_id": "team-claims",
        "metadata": json.dumps(metadata),
        "cache_key": "Cache OFF",
        "spend": Decimal("0.00022500000000000002") * number,
        "total_tokens": usage["total_tokens"],
        "prompt_tokens": usage["prompt_tokens"],
        "completion_tokens": usage["completion_tokens"],
        "request_tags": json.dumps(["cost_centre=CC-210", "team: claims", "beta"]),
        "model_group": "",
        "model_id": "",
        "requester_ip_address": ADDRESS,
        "custom_llm_provider": "openai",
        "messages": json.dumps([{"role": "user", "content": PROMPT}]),
        "response": json.dumps({"answer": PROMPT}),
        "proxy_server_request": "{}",
        "status": "success",
        **changes,
    }


def as_csv(records: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def as_parquet(records: list[dict], path: Path) -> bytes:
    """Typed columns, as a copy out of the gateway's database has them."""
    lines = path / "records.jsonl"
    lines.write_text("".join(json_text(one) + "\n" for one in records))
    target = path / "records.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (cast(startTime as timestamp) as startTime, "
            f"cast(endTime as timestamp) as endTime, cast(spend as double) as spend) "
            f"from read_json('{lines}', format='newline_delimited')) to '{target}' (format parquet)"
        )
    return target.read_bytes()


def dump(kind: str, records: list[dict], work: Path) -> str | bytes:
    if kind == "json":
        return json_text(records)
    if kind == "jsonl":
        return "".join(json_text(one) + "\n" for one in records)
    if kind == "csv":
        return as_csv(records)
    return as_parquet(records, work)


@pytest.mark.variant(
    "litellm.spend_logs.list",
    "litellm.spend_logs.lines",
    "litellm.spend_logs.csv",
    "litellm.spend_logs.parquet",
)
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "parquet"])
def test_every_format_says_the_same(company: Company, kind: str, tmp_path: Path) -> None:
    records = [record(number) for number in range(1, 21)]
    company.drop(f"litellm/spend_logs/spend_logs.{kind}", dump(kind, records, tmp_path))
    company.land()
    usage = company.staged("stg_litellm__usage")
    by_metric: dict[str, Decimal] = {}
    for row in usage:
        by_metric[row["metric"]] = by_metric.get(row["metric"], Decimal(0)) + row["quantity"]
    prompt_tokens = sum(one["prompt_tokens"] for one in records)
    assert by_metric == {
        "requests": 20,
        "input_tokens": prompt_tokens - 20 * 40,
        "cached_input_tokens": 20 * 40,
        "output_tokens": 20 * 20,
    }
    logged = sum(row["logged_cost"] for row in usage if row["logged_cost"] is not None)
    assert logged == sum(half_up(one["spend"]) for one in records)
    first = next(row for row in usage if row["metric"] == "requests")
    assert first["model"] == "gpt-4o"
    assert first["team_id"] == "team-claims"
    assert first["tags"] == '{"beta":"true","cost_centre":"CC-210","team":"claims"}'
    assert first["user_id"].startswith("person:")
    for secret in (PROMPT, ADDRESS, "iris.quill"):
        assert company.holds_nowhere(secret)


@pytest.mark.variant("litellm.spend_logs.page")
def test_pages_of_the_gateways_api_are_one_delivery(company: Company) -> None:
    for number in (1, 2):
        document = {"data": [record(number)], "total": 2, "page": number, "total_pages": 2}
        name = f"litellm/spend_logs/spend_logs_pulled_20260510T000000Z_page{number}.json"
        company.drop(name, json_text(document))
    assert len(company.land().accepted) == 1
    assert len(company.staged("stg_litellm__calls")) == 2


@pytest.mark.variant("litellm.spend_logs.record")
def test_a_single_record_is_a_file_too(company: Company) -> None:
    company.drop("litellm/spend_logs/one.json", json_text(record(1)))
    company.land()
    assert len(company.staged("stg_litellm__calls")) == 1


def test_a_request_counts_once_and_its_newest_record_wins(company: Company) -> None:
    records = [record(1), record(2), record(1)]
    company.drop("litellm/spend_logs/spend_logs_pulled_20260510T000000Z.json", json_text(records))
    company.land()
    assert len(company.staged("stg_litellm__calls")) == 2
    restated = record(1, spend=Decimal("0.5"))
    company.drop(
        "litellm/spend_logs/spend_logs_pulled_20260511T000000Z.json", json_text([restated])
    )
    company.land()
    calls = company.staged("stg_litellm__calls")
    assert sorted(call["logged_cost"] for call in calls) == [Decimal("0.00045"), Decimal("0.5")]


def test_an_empty_text_is_nothing(company: Company) -> None:
    empty = record(1, api_key="", team_id="", end_user="", request_tags="[]", model_group="")
    company.drop("litellm/spend_logs/one.json", json_text(empty))
    company.land()
    row = company.staged("stg_litellm__usage")[0]
    identities = ("api_key_id", "team_id", "user_id", "workflow_id", "project_id", "tags")
    assert {row[column] for column in identities} == {None}


@pytest.mark.variant("litellm.spend_logs.record")
def test_the_gateways_own_example_lands_unedited(company: Company, samples: Path) -> None:
    sample = samples / "litellm" / "spend_logs_payload.json"
    company.drop("litellm/spend_logs/spend_logs_payload.json", sample.read_bytes())
    company.land()
    assert company.quarantine() == []
    usage = {row["metric"]: row for row in company.staged("stg_litellm__usage")}
    assert {metric: row["quantity"] for metric, row in usage.items()} == {
        "requests": 1,
        "input_tokens": 10,
        "output_tokens": 20,
    }
    assert usage["requests"]["logged_cost"] == Decimal("0.000225")


def daily_row(number: int, day: int = 1, **changes: object) -> dict:
    """A row of a daily table; the gateway writes an empty text where there is none."""
    return {
        "id": f"row-{number}",
        "date": f"2026-05-0{day}",
        "api_key": f"hash{number}",
        "model": "anthropic/claude-x",
        "model_group": "claude",
        "custom_llm_provider": "anthropic",
        "mcp_namespaced_tool_name": "",
        "endpoint": "/chat/completions",
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "cache_read_input_tokens": 600,
        "cache_creation_input_tokens": 100,
        "spend": Decimal("0.0123"),
        "api_requests": 11,
        "successful_requests": 10,
        "failed_requests": 1,
        "created_at": "2026-05-01 08:00:00",
        "updated_at": "2026-05-01 09:00:00",
        **changes,
    }


def summed(usage: list[dict]) -> dict[str, Decimal]:
    by_metric: dict[str, Decimal] = {}
    for row in usage:
        by_metric[row["metric"]] = by_metric.get(row["metric"], Decimal(0)) + row["quantity"]
    return by_metric


@pytest.mark.variant(
    "litellm.daily_team_spend.csv",
    "litellm.daily_team_spend.lines",
    "litellm.daily_team_spend.parquet",
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_team_day_counts_what_was_answered(company: Company, kind: str, tmp_path: Path) -> None:
    rows = [daily_row(1, team_id="team-a"), daily_row(2, team_id="", api_key="")]
    company.drop(f"litellm/daily_team_spend/may.{kind}", daily_dump(kind, rows, tmp_path))
    assert not company.land().quarantined
    usage = company.staged("stg_litellm__usage")
    assert summed(usage) == {
        "requests": 20,
        "input_tokens": 2 * 300,
        "cached_input_tokens": 2 * 600,
        "cache_write_tokens": 2 * 100,
        "output_tokens": 2 * 200,
    }
    assert {row["team_id"] for row in usage} == {"team-a", None}
    assert {row["model"] for row in usage} == {"claude-x"}
    assert sum(row["logged_cost"] for row in usage if row["metric"] == "requests") == Decimal(
        "0.0246"
    )


def daily_dump(kind: str, rows: list[dict], work: Path) -> str | bytes:
    if kind == "parquet":
        lines = work / "rows.jsonl"
        lines.write_text("".join(json_text(one) + "\n" for one in rows))
        target = work / "rows.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"copy (select * replace (cast(spend as double) as spend, cast(date as varchar) as date) "
                f"from read_json('{lines}', format='newline_delimited')) to '{target}' (format parquet)"
            )
        return target.read_bytes()
    return dump(kind, rows, work)


def test_a_row_that_counted_on_replaces_itself(company: Company) -> None:
    """The gateway writes a day's row again with each call: copies are not added up."""
    for hour, answered in ((9, 5), (10, 8)):
        row = daily_row(
            1, team_id="t", successful_requests=answered, updated_at=f"2026-05-01 {hour:02}:00:00"
        )
        company.drop(
            f"litellm/daily_team_spend/teams_pulled_20260501T{hour:02}0000Z.csv", as_csv([row])
        )
        company.land()
    assert summed(company.staged("stg_litellm__usage"))["requests"] == 8


@pytest.mark.variant(
    "litellm.daily_user_spend.csv",
    "litellm.daily_user_spend.lines",
    "litellm.daily_user_spend.parquet",
    "litellm.daily_tag_spend.csv",
    "litellm.daily_tag_spend.lines",
    "litellm.daily_tag_spend.parquet",
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_of_three_tables_of_the_same_calls_one_counts_a_day(
    company: Company, kind: str, tmp_path: Path
) -> None:
    tables = {
        "team": [daily_row(1, 1, team_id="t")],
        "user": [daily_row(2, day, user_id="iris.quill") for day in (1, 2)],
        # A call with two tags is in two rows.
        "tag": [
            daily_row(10 * day + place, day, tag=tag)
            for day in (1, 2, 3)
            for place, tag in enumerate(("cost_centre=CC-210", "beta"))
        ],
    }
    tables["user"][1]["id"] = "row-3"
    for name, rows in tables.items():
        work = tmp_path / name
        work.mkdir()
        company.drop(f"litellm/daily_{name}_spend/may.{kind}", daily_dump(kind, rows, work))
    assert not company.land().quarantined
    calls = [row for row in company.staged("stg_litellm__usage") if row["metric"] == "requests"]
    found = sorted((row["period_start"].day, row["source_table"]) for row in calls)
    assert found == [
        (1, "litellm__daily_team_spend"),
        (2, "litellm__daily_user_spend"),
        (3, "litellm__daily_tag_spend"),
        (3, "litellm__daily_tag_spend"),
    ]
    assert {row["tags"] for row in calls} == {None, '{"cost_centre":"CC-210"}', '{"beta":"true"}'}
    assert company.holds_nowhere("iris.quill")


@pytest.mark.overlap("litellm_requests_and_daily_tables")
def test_a_day_of_the_request_log_keeps_the_daily_table_out(company: Company) -> None:
    """The log was pruned to some days: on the others the daily table is all there is."""
    company.drop("litellm/spend_logs/log.json", json_text([record(1), record(6)]))
    rows = [daily_row(day, day, team_id="t") for day in (2, 3)]
    company.drop("litellm/daily_team_spend/may.csv", as_csv(rows))
    assert not company.land().quarantined
    with company.built("int_usage_unioned", "fct_overlapping_usage") as warehouse:
        counting = warehouse.rows(
            "select period_start::date as day, source_table, sum(quantity) as calls "
            "from intermediate.int_usage_unioned where metric = 'requests' group by all order by all"
        )
        [kept] = warehouse.rows(
            "select * from marts.fct_overlapping_usage where metric = 'requests'"
        )
        assert warehouse.failures() == []
    assert [(row["day"].day, row["source_table"], row["calls"]) for row in counting] == [
        (2, "litellm__spend_logs", 2),
        (3, "litellm__daily_team_spend", 10),
    ]
    assert (kept["kept_quantity"], kept["counted_quantity"]) == (10, 2)
