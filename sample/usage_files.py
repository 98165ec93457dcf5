"""The generic usage file: workflow runs, GPU hours, and calls to a platform that reports no usage itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sample import openai_keys
from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp

HEADER = [
    "platform",
    "period_start",
    "period_end",
    "identity_type",
    "identity_id",
    "workflow_id",
    "metric",
    "quantity",
    "unit",
    "model",
    "environment",
    "bill_identity_id",
]

# BrightVoice counts calls per line; nobody exported December 2025.
VOICE_LINES = {"claims-line": 420, "contact-line": 910, "reception-line": 60, "broker-line": 150}
MONTH_WITHOUT_CALLS = date(2025, 12, 1)

WORKFLOWS = [
    ("wf-motor-intake", "motor-triage", 310),
    ("wf-call-writeup", "call-summaries", 680),
    ("wf-submission-intake", "submission-intake", 90),
    ("wf-month-end-pack", "management-commentary", 6),
]


def _row(
    platform: str, day: date, identity: tuple[str, str], metric: str, quantity: str, **more: str
) -> list[str]:
    return [
        platform,
        f"{day.isoformat()}T00:00:00Z",
        f"{(day + timedelta(days=1)).isoformat()}T00:00:00Z",
        identity[0],
        identity[1],
        more.get("workflow_id", ""),
        metric,
        quantity,
        more.get("unit", ""),
        "",
        more.get("environment", "production"),
        more.get("bill_identity_id", ""),
    ]


def workflow_rows(seed: int, month: date) -> list[list[str]]:
    """Return the orchestrator's runs per workflow and weekday of a month."""
    keys = {workload.name: workload for workload in openai_keys.WORKLOADS}
    rows = []
    for day in days(month, next_month(month)):
        for workflow, key_name, usual in WORKFLOWS:
            if day.weekday() < 5 and day >= keys[key_name].first:
                runs = int(usual * (0.8 + 0.4 * chance(seed, workflow, day).random()))
                rows.append(
                    _row(
                        "openai",
                        day,
                        ("workflow", workflow),
                        "workflow_runs",
                        str(runs),
                        workflow_id=workflow,
                        unit="runs",
                        bill_identity_id=keys[key_name].key_id or "",
                    )
                )
    return rows


# The hosts of one kind of machine: their GPUs, hours a day, and who ran jobs on them for how many GPU hours.
GPU_CAPACITY = "24"
GPU_JOBS = {"ranking": 7.5, "claims-embeddings": 4.25, "try-outs": 1.0}
GPU_FIRST = date(2025, 9, 1)


def gpu_rows(seed: int, month: date) -> list[list[str]]:
    """Return the cluster's GPU hours per namespace and weekday of a month, and what there was."""
    rows = []
    for day in days(max(month, GPU_FIRST), next_month(month)):
        rows.append(_row("aws", day, ("", ""), "gpu_capacity_hours", GPU_CAPACITY, unit="hours"))
        for namespace, usual in GPU_JOBS.items():
            hours = usual * (0.6 + 0.8 * chance(seed, "gpu", namespace, day).random())
            if day.weekday() < 5:
                rows.append(
                    _row(
                        "aws",
                        day,
                        ("namespace", namespace),
                        "gpu_hours",
                        f"{hours:.2f}",
                        unit="hours",
                    )
                )
    return rows


def voice_rows(seed: int, month: date) -> list[list[str]]:
    """Return the voice platform's calls and seconds per line and day of a month."""
    rows = []
    for day in days(month, next_month(month)):
        for line, usual in VOICE_LINES.items():
            volume = (1.0 if day.weekday() < 5 else 0.35) * (
                0.85 + 0.3 * chance(seed, line, day).random()
            )
            calls = int(usual * volume)
            rows.append(
                _row("brightvoice", day, ("team", line), "requests", str(calls), unit="calls")
            )
            rows.append(
                _row(
                    "brightvoice",
                    day,
                    ("team", line),
                    "audio_seconds",
                    f"{calls * 93.5:.1f}",
                    unit="seconds",
                )
            )
    return rows


# A key that was lent for a joint trial: claims and the contact centre search with it, in test and in production.
SHARED_KEY = "key_tR1alAcross2Desks"
SHARED_FROM = date(2026, 9, 7)
SHARED_BY = (("wf-motor-intake", "production"), ("wf-call-writeup", "test"))


def shared_key_rows(seed: int, month: date) -> list[list[str]]:
    """Return the tool sessions of a month that the proxy counted for the key that two departments share."""
    return [
        _row(
            "openai",
            day,
            ("api_key", SHARED_KEY),
            "tool_sessions",
            str(int(12 + 20 * chance(seed, "shared key", workflow, day).random())),
            workflow_id=workflow,
            environment=environment,
            unit="sessions",
        )
        for day in days(max(month, SHARED_FROM), next_month(month))
        if day.weekday() < 5
        for workflow, environment in SHARED_BY
    ]


def write(folder: Folder, seed: int) -> None:
    """Write one file of each kind a month."""
    for month in month_starts(FIRST_DAY, END_DAY):
        pulled = stamp(datetime(next_month(month).year, next_month(month).month, 2, 6, 0, 0))
        folder.write_csv(
            f"usage/workflow_runs_pulled_{pulled}.csv", HEADER, workflow_rows(seed, month)
        )
        if month >= GPU_FIRST:
            folder.write_csv(
                f"usage/gpu_hours_pulled_{pulled}.csv.gz", HEADER, gpu_rows(seed, month)
            )
        if next_month(month) > SHARED_FROM:
            folder.write_csv(
                f"usage/tool_sessions_pulled_{pulled}.csv", HEADER, shared_key_rows(seed, month)
            )
        if month != MONTH_WITHOUT_CALLS:
            folder.write_csv(
                f"usage/brightvoice_calls_pulled_{pulled}.csv", HEADER, voice_rows(seed, month)
            )
