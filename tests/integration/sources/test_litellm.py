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
