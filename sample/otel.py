"""Spans of an agent platform in trial: October 2026, as the collector's file exporter writes them, a batch a line.

An agent's span repeats the tokens of the calls inside it.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from sample.demand import chance
from sample.files import Folder, days, next_month

MONTH = date(2026, 10, 1)
SERVICES = {"claims-agent": 3, "broker-agent": 1}

Record = dict[str, object]


def _attributes(values: Record) -> list[Record]:
    return [
        {
            "key": key,
            "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in values.items()
    ]


def _span(number: int, name: str, started: datetime, seconds: int, values: Record) -> Record:
    start = int(started.timestamp()) * 1_000_000_000
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:x}{len(name):02x}".rjust(16, "0"),
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + seconds * 1_000_000_000),
        "attributes": _attributes(values),
        "status": {},
    }


def batches(seed: int) -> list[Record]:
    """Return a batch per service and weekday."""
    found, number = [], 0
    for day in days(MONTH, next_month(MONTH)):
        for service, calls in SERVICES.items():
            if day.weekday() >= 5:
                continue
            spans, total_input, total_output = [], 0, 0
            started = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            for call in range(calls):
                number += 1
                source = chance(seed, "otel", service, day, call)
                tokens, output = int(9_000 * source.random()), int(700 * source.random())
                total_input, total_output = total_input + tokens, total_output + output
                values: Record = {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "anthropic",
                    "gen_ai.request.model": "claude-sonnet-4-5",
                    "gen_ai.agent.name": service,
                    "gen_ai.usage.input_tokens": tokens,
                    "gen_ai.usage.output_tokens": output,
                    "gen_ai.usage.cache_read.input_tokens": tokens // 2,
                }
                at = started + timedelta(minutes=call)
                spans.append(_span(number, "chat claude-sonnet-4-5", at, 6, values))
            values = {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": service,
                "gen_ai.usage.input_tokens": total_input,
                "gen_ai.usage.output_tokens": total_output,
            }
            spans.append(_span(number, f"invoke_agent {service}", started, 600, values))
            resource = {"service.name": service, "deployment.environment.name": "test"}
            found.append(
                {
                    "resourceSpans": [
                        {
                            "resource": {"attributes": _attributes(dict(resource))},
                            "scopeSpans": [{"scope": {"name": "agent-kit"}, "spans": spans}],
                        }
                    ]
                }
            )
    return found


def write(folder: Folder, seed: int) -> None:
    """Write the month's file."""
    lines = "".join(json.dumps(batch, separators=(",", ":")) + "\n" for batch in batches(seed))
    folder.write("otel/genai/traces-2026-10.jsonl.gz", lines.encode())
