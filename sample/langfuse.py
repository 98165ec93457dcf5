"""Langfuse, which traces the small teams' calls to OpenRouter: the enriched observations, a file a month.

Its counts are a sample of the calls; the bill follows its proportions. One project has no owner on record.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from sample import openrouter
from sample.company import staff_of
from sample.demand import END_DAY, chance
from sample.files import Folder, days, month_starts, next_month, opaque, stamp, uuid_like

# Share of the calls by project, and the cost centre that lends it callers.
PROJECTS = {
    "letter-drafts": (0.45, "CC-320"),
    "tender-reader": (0.35, "CC-430"),
    "hack-week": (0.2, "CC-520"),
}
TRACED_A_DAY = 6

Record = dict[str, object]


def project_id(name: str) -> str:
    """Return Langfuse's id of a project."""
    return opaque("cl", f"langfuse {name}", 23)


def _observation(seed: int, day: date, number: int) -> Record:
    source = chance(seed, "langfuse", day, number)
    pick, project = source.random(), "hack-week"
    for name, (share, _) in PROJECTS.items():
        pick -= share
        if pick <= 0:
            project = name
            break
    staff = staff_of(seed, PROJECTS[project][1])
    started = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(
        seconds=int(source.random() * 32_000), microseconds=int(source.random() * 1_000_000)
    )
    text, cached = 800 + int(source.random() * 5_000), int(source.random() * 900)
    output, reasoning = 120 + int(source.random() * 700), int(source.random() * 200)
    models = list(openrouter.MODELS)
    name = uuid_like(f"langfuse {seed} {day} {number}")
    written = f"{started + timedelta(seconds=9):%Y-%m-%d %H:%M:%S.%f}"
    return {
        "id": name,
        "trace_id": uuid_like(f"trace {name}"),
        "project_id": project_id(project),
        "environment": "production" if project != "hack-week" else "default",
        "type": "GENERATION",
        "parent_observation_id": None,
        "start_time": f"{started:%Y-%m-%d %H:%M:%S.%f}",
        "end_time": f"{started + timedelta(seconds=4):%Y-%m-%d %H:%M:%S.%f}",
        "name": "completion",
        "level": "DEFAULT",
        "input": "[redacted by the exporter]",
        "output": "[redacted by the exporter]",
        "provided_model_name": models[int(source.random() * len(models))],
        "usage_details": {
            "input": text,
            "input_cached_tokens": cached,
            "output": output,
            "output_reasoning_tokens": reasoning,
            "total": text + cached + output + reasoning,
        },
        "cost_details": {},
        "total_cost": None,
        "user_id": staff[int(source.random() * len(staff))].email if number % 3 == 0 else None,
        "session_id": None,
        "tags": [f"team:{project}"],
        "trace_name": project,
        "release": None,
        "created_at": written,
        "updated_at": written,
    }


def observations(seed: int, month: date) -> list[Record]:
    """Return a month's observations; around each call lies a span, which counts nothing."""
    found: list[Record] = []
    for day in days(max(month, openrouter.FIRST_USED), next_month(month)):
        for number in range(TRACED_A_DAY if day.weekday() < 5 else 1):
            call = _observation(seed, day, number)
            found.append(call)
            if number == 0:
                around = {"type": "SPAN", "usage_details": {}, "provided_model_name": None}
                found.append(call | around | {"id": uuid_like(f"span {call['id']}")})
    return found


def write(folder: Folder, seed: int) -> None:
    """Write the export of each month, JSON lines."""
    for month in month_starts(openrouter.FIRST_USED, END_DAY):
        after = next_month(month)
        pulled = stamp(datetime(after.year, after.month, 1, 0, 20, tzinfo=UTC))
        lines = "".join(json.dumps(record) + "\n" for record in observations(seed, month))
        folder.write(
            f"langfuse/observations/{month:%Y-%m}_pulled_{pulled}.jsonl.gz", lines.encode()
        )
