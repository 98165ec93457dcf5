"""OpenRouter, from which small teams buy models by the token: the dashboard's activity export, a file a month.

It names days and models, no keys: who used it Langfuse knows.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

from sample.demand import END_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.totals import Totals

FIRST_USED = date(2026, 7, 6)
# Input tokens of a weekday, and dollars for a million tokens of input and of output.
MODELS = {
    "mistralai/mistral-large": (1_900_000, 2.0, 6.0),
    "qwen/qwen3-235b": (3_400_000, 0.18, 0.54),
    "meta-llama/llama-4-scout:free": (250_000, 0.0, 0.0),
}
# In August one team lent its own OpenAI key: OpenRouter takes a fee, OpenAI bills the calls.
OWN_KEY_MODEL, OWN_KEY_MONTH, FEE = "openai/gpt-5-mini", date(2026, 8, 1), 0.05
HEADER = [
    *("Date", "Slug", "Usage", "BYOK Usage", "Requests"),
    *("Prompt Tokens", "Completion Tokens", "Reasoning Tokens"),
]

Row = list[str]


def rows_of(seed: int, month: date) -> list[Row]:
    """Return a month's rows; amounts have the digits of a float."""
    rows = []
    for day in days(max(month, FIRST_USED), next_month(month)):
        volume = 0.25 if day.weekday() >= 5 else 1.0
        for model, (usual, input_price, output_price) in MODELS.items():
            source = chance(seed, "openrouter", model, day)
            prompt = int(usual * volume * (0.6 + 0.8 * source.random()))
            completion = int(prompt * (0.15 + 0.1 * source.random()))
            usage = (prompt * input_price + completion * output_price) / 1e6
            reasoning = completion // 3 if "qwen" in model else 0
            counts = (prompt // 2_300, prompt, completion, reasoning)
            rows.append([day.isoformat(), model, str(usage), "0", *map(str, counts)])
        if month == OWN_KEY_MONTH and day.weekday() < 5:
            prompt = int(300_000 * (0.7 + 0.6 * chance(seed, "openrouter own key", day).random()))
            elsewhere = prompt * 0.4 / 1e6
            counts = (prompt // 2_000, prompt, prompt // 5, 0)
            rows.append(
                [day.isoformat(), OWN_KEY_MODEL, str(elsewhere * FEE), str(elsewhere)]
                + [str(count) for count in counts]
            )
    return rows


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write one export a month; the dashboard puts every cell in quotes."""
    for month in month_starts(FIRST_USED, END_DAY):
        after = next_month(month)
        pulled = stamp(datetime(after.year, after.month, 2, 7, 45, tzinfo=UTC))
        rows = rows_of(seed, month)
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([HEADER, *rows])
        folder.write(
            f"openrouter/activity/openrouter_activity_{month:%Y-%m}_pulled_{pulled}.csv",
            text.getvalue().encode(),
        )
        for row in rows:
            totals.add("openrouter", "openrouter", f"{month:%Y-%m}", "USD", row[2])
