"""Spans of the GenAI conventions, old names and new: tokens once, no prompt kept."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, json_text

PROMPT = "please settle claim 4711"
START = int(datetime(2026, 5, 3, 10, 0, 0, tzinfo=UTC).timestamp()) * 10**9 + 963_000_000


def attributes(values: dict[str, object]) -> list[dict]:
    """OpenTelemetry's list: whole numbers are texts, as its JSON has it."""
    kinds = {int: "intValue", bool: "boolValue", str: "stringValue"}
    return [
        {
            "key": key,
            "value": {kinds[type(value)]: str(value) if type(value) is int else value},
        }
        for key, value in values.items()
    ]


def span(number: int, **values: object) -> dict:
    named = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4.1",
        "gen_ai.response.model": "GPT-4.1-2026-04-14",
        "gen_ai.usage.input_tokens": 811,
        "gen_ai.usage.output_tokens": 92,
        "gen_ai.usage.cache_read.input_tokens": 640,
        "gen_ai.input.messages": PROMPT,
        "gen_ai.prompt.0.content": PROMPT,
    } | {f"gen_ai.{key.replace('__', '.')}": value for key, value in values.items()}
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": f"eee19b7ec3c1b1{number:02x}",
        "name": "chat gpt-4.1",
        "kind": 3,
        "startTimeUnixNano": str(START + number * 10**9),
        "endTimeUnixNano": str(START + (number + 2) * 10**9),
        "attributes": attributes({key: value for key, value in named.items() if value is not None}),
        "events": [{"name": "gen_ai.content.prompt", "attributes": attributes({"p": PROMPT})}],
        "status": {"message": PROMPT},
    }


def batch(*spans: dict) -> dict:
    resource = {
        "service.name": "claims-assistant",
        "deployment.environment.name": "production",
        "team": "claims",
    }
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(resource)},
                "scopeSpans": [{"scope": {"name": "openai"}, "spans": list(spans)}],
            }
        ]
    }


def drop(company: Company, *batches: dict, name: str = "traces.jsonl") -> None:
    text = "".join(json_text(one) + "\n" for one in batches)
    content = gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text
    company.drop(f"otel/genai/{name}", content)
    assert not company.land().quarantined


def summed(company: Company) -> dict[str, Decimal]:
    by_metric: dict[str, Decimal] = {}
    for row in company.staged("stg_otel__usage"):
        by_metric[row["metric"]] = by_metric.get(row["metric"], Decimal(0)) + row["quantity"]
    return by_metric


@pytest.mark.variant("otel.genai.spans")
def test_tokens_of_inference_count_once(company: Company) -> None:
    agent = span(3, operation__name="invoke_agent", agent__name="letters")
    tool = span(4, operation__name="execute_tool")
    none = span(5, usage__input_tokens=None, usage__output_tokens=None)
    drop(company, batch(span(1), agent), batch(span(2, agent__name="letters"), tool, none))
    assert summed(company) == {
        "requests": 2,
        "input_tokens": 2 * (811 - 640),
        "cached_input_tokens": 2 * 640,
        "output_tokens": 2 * 92,
    }
    first, *_ = company.staged("stg_otel__usage")
    assert (first["model"], first["provider"]) == ("gpt-4.1-2026-04-14", "openai")
    assert (first["project_id"], first["environment"]) == ("claims-assistant", "production")
    assert '"team":"claims"' in first["tags"]
    assert first["period_start"] == datetime(2026, 5, 3, 10, 0, first["period_start"].second)
    assert company.holds_nowhere(PROMPT)


@pytest.mark.variant("otel.genai.spans_before_1_37")
def test_older_names_and_an_input_without_its_cache(company: Company) -> None:
    old = span(
        1,
        system="anthropic",
        provider__name=None,
        operation__name=None,
        usage__input_tokens=None,
        usage__output_tokens=None,
        usage__prompt_tokens=10,
        usage__completion_tokens=20,
        usage__cache_read__input_tokens=None,
        usage__cached_tokens=300,
        usage__cache_creation__input_tokens=40,
    )
    drop(company, batch(old), name="traces.jsonl.gz")
    assert summed(company) == {
        "requests": 1,
        "input_tokens": 10,
        "cached_input_tokens": 300,
        "cache_write_tokens": 40,
        "output_tokens": 20,
    }


def test_a_span_that_is_delivered_again_counts_once(company: Company) -> None:
    drop(company, batch(span(1)), name="a.jsonl")
    drop(company, batch(span(1), span(2, operation__name="embeddings")), name="b.jsonl")
    assert summed(company)["requests"] == 2
    assert summed(company)["embedding_tokens"] == 171
