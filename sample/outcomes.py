"""Outcomes as two systems count them: the contact centre by day, motor claims by month with their worth."""

from __future__ import annotations

import json
from datetime import date

from sample.demand import chance
from sample.files import Folder, days, month_starts, next_month

FIRST_MONTH, LAST_DAY = date(2026, 8, 1), date(2026, 10, 31)


def reply_rows(seed: int, month: date) -> list[list[object]]:
    """Return what advisers sent of the drafts of each day; some are written anew."""
    rows: list[list[object]] = []
    for day in days(month, next_month(month)):
        source = chance(seed, "replies", day)
        usual = 340 if day.weekday() < 5 else 110
        drafted = int(usual * (0.9 + 0.2 * source.random()) * (1 + (day - FIRST_MONTH).days / 400))
        sent = int(drafted * (0.9 + 0.06 * source.random()))
        quality = f"{4.1 + 0.5 * source.random():.2f}"
        rows.append(["UC-011", day.isoformat(), drafted, sent, "1", "3.5", quality])
    return rows


def claims_record(seed: int, month: date) -> dict[str, object]:
    """Return what motor claims triaged in a month, and what that was worth."""
    triaged = int(1_650 + 300 * chance(seed, "triaged", month).random())
    accepted = triaged * 92 // 100
    return {
        "use_case_id": "UC-001",
        "month": f"{month:%Y-%m}",
        "outcomes": triaged,
        "accepted_outcomes": accepted,
        "human_minutes_per_outcome": 1,
        "outcome_value": accepted * 5,
    }


def write(folder: Folder, seed: int) -> None:
    """Write a file of days a month, and one of months."""
    header = [
        "use_case_id",
        "day",
        "outcomes",
        "accepted_outcomes",
        "human_minutes_per_outcome",
        "handling_minutes_per_outcome",
        "quality_score",
    ]
    months = list(month_starts(FIRST_MONTH, LAST_DAY))
    for month in months:
        folder.write_csv(
            f"outcomes/contact_replies_{month:%Y-%m}.csv", header, reply_rows(seed, month)
        )
    lines = "".join(json.dumps(claims_record(seed, month)) + "\n" for month in months)
    folder.write("outcomes/motor_claims.jsonl", lines.encode())
