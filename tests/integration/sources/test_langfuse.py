"""Langfuse's observations: disjoint counts of each generation, updated in place, without prompts."""

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, json_text

PROMPT = "please settle claim 4711"


def observation(number: int, **changes: object) -> dict:
    """A row of the enriched export as JSON has it."""
    return {
        "id": f"obs-{number}",
        "trace_id": f"trace-{number}",
        "project_id": "proj-1",
        "environment": "production",
        "type": "GENERATION",
        "parent_observation_id": None,
        "start_time": f"2026-05-0{number % 5 + 1} 13:46:19.963000",
        "end_time": f"2026-05-0{number % 5 + 1} 13:46:21.000000",
        "name": "answer",
        "metadata": {"note": PROMPT},
        "level": "DEFAULT",
        "status_message": PROMPT,
        "version": None,
        "input": [{"role": "user", "content": PROMPT}],
        "output": {"content": PROMPT},
        "provided_model_name": "GPT-4o",
        "model_parameters": {"temperature": 0},
        "usage_details": {
            "input": 40,
            "input_cached_tokens": 60,
            "output": 15,
            "output_reasoning_tokens": 5,
            "total": 120,
        },
        "cost_details": {"input": 0.1, "total": 0.25},
        "total_cost": Decimal("0.25"),
        "user_id": "iris.quill",
        "session_id": None,
        "tags": ["team:claims", "beta"],
        "trace_name": "claim-letters",
        "release": None,
        "created_at": "2026-05-01 13:46:22.000000",
        "updated_at": "2026-05-01 13:46:22.000000",
        **changes,
    }


def as_csv(rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(
            json.dumps(value) if isinstance(value, dict | list) else value for value in row.values()
        )
    return text.getvalue()


def summed(company: Company) -> dict[str, Decimal]:
    by_metric: dict[str, Decimal] = {}
    for row in company.staged("stg_langfuse__usage"):
        by_metric[row["metric"]] = by_metric.get(row["metric"], Decimal(0)) + row["quantity"]
    return by_metric


@pytest.mark.variant(
    "langfuse.observations.enriched_jsonl",
    "langfuse.observations.enriched_json",
    "langfuse.observations.enriched_csv",
)
@pytest.mark.parametrize("kind", ["jsonl", "json", "csv"])
def test_every_format_says_the_same(company: Company, kind: str) -> None:
    rows = [observation(number) for number in range(1, 6)]
    rows.append(observation(6, type="SPAN", usage_details={}, total_cost=None))
    content = {
        "jsonl": lambda: "".join(json_text(one) + "\n" for one in rows),
        "json": lambda: json_text(rows),
        "csv": lambda: as_csv(rows),
    }[kind]()
    company.drop(f"langfuse/observations/20260501.{kind}", content)
    assert not company.land().quarantined
    assert summed(company) == {
        "requests": 5,
        "input_tokens": 5 * 40,
        "cached_input_tokens": 5 * 60,
        "output_tokens": 5 * 20,
    }
    row = next(one for one in company.staged("stg_langfuse__usage") if one["metric"] == "requests")
    assert (row["model"], row["project_id"], row["workflow_id"]) == (
        "gpt-4o",
        "proj-1",
        "claim-letters",
    )
    assert row["tags"] == '{"beta":"true","team":"claims"}'
    assert row["logged_cost"] == Decimal("0.25")
    assert row["user_id"].startswith("person:")
    for secret in (PROMPT, "iris.quill"):
        assert company.holds_nowhere(secret)


def test_kinds_of_tokens_by_whatever_name(company: Company) -> None:
    anthropic = {
        "input": 5,
        "cache_read_input_tokens": 7,
        "cache_creation_input_tokens": 11,
        "output": 13,
    }
    audio = {"input_audio_tokens": 17, "output_audio_tokens": 19, "total": 36}
    company.drop(
        "langfuse/observations/may.jsonl",
        "".join(
            json_text(one) + "\n"
            for one in (
                observation(1, usage_details=anthropic),
                observation(2, usage_details=audio),
                observation(3, type="EMBEDDING", usage_details={"input": 23, "total": 23}),
                observation(4, usage_details={"seconds": 90}),
            )
        ),
    )
    assert not company.land().quarantined
    assert summed(company) == {
        "requests": 4,
        "input_tokens": 5,
        "cached_input_tokens": 7,
        "cache_write_tokens": 11,
        "output_tokens": 13,
        "audio_input_tokens": 17,
        "audio_output_tokens": 19,
        "embedding_tokens": 23,
    }


@pytest.mark.variant("langfuse.observations.legacy_jsonl")
def test_an_updated_observation_replaces_itself(company: Company) -> None:
    legacy = observation(1)
    for column in ("user_id", "trace_name", "tags", "session_id", "release"):
        del legacy[column]
    company.drop("langfuse/observations/a_pulled_20260501T000000Z.jsonl", json_text(legacy) + "\n")
    company.land()
    updated = observation(1, usage_details={"input": 1, "output": 2, "total": 3})
    company.drop("langfuse/observations/b_pulled_20260502T000000Z.jsonl", json_text(updated) + "\n")
    assert not company.land().quarantined
    assert summed(company) == {"requests": 1, "input_tokens": 1, "output_tokens": 2}
