"""Snowflake Cortex, from November 2025: views that the company unloads once a month.

At first the currency view was not granted: metering and the rate sheet are the bill of two months.
AI functions are itemised by query; a part of each day's AI credits is not.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from sample.company import staff_of
from sample.demand import END_DAY, chance, months_between
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.totals import Totals

FIRST_BILLED = date(2025, 11, 1)
CURRENCY_VIEW_FROM = date(2026, 1, 1)
# The view that itemises functions was replaced by a newer one on this day.
NEWER_VIEW_FROM = date(2026, 1, 5)
ORGANIZATION = "HARTWELL"
ACCOUNT, LOCATOR = "HARTWELL_PROD", "HW48213"
# The rate sheet begins on the third day: what was metered before has no price.
RATES = ((date(2025, 11, 3), Decimal("3.10")), (date(2025, 12, 1), Decimal("3.00")))
# The capacity ran out on this day: the service has a line of each source.
OVERAGE_DAY = date(2026, 6, 17)
CENT = Decimal("0.01")
TEN_PLACES = Decimal("1E-10")

Row = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A daily job that calls an AI function: how it can be told, and its credits on a weekday."""

    name: str
    function: str
    model: str
    role: str
    warehouse: str
    credits: float
    query_tag: str = ""
    cost_centre: str = ""
    first: date = FIRST_BILLED


JOBS = (
    Job(
        "claims",
        "AI_COMPLETE",
        "claude-sonnet-4-5",
        "CLAIMS_LOADER",
        "CLAIMS_WH",
        4.2,
        "claims-notes",
    ),
    Job(
        "commentary",
        "AI_COMPLETE",
        "claude-sonnet-4-5",
        "FINANCE_LOADER",
        "REPORTING_WH",
        1.6,
        '{"use_case":"UC-021","job":"commentary"}',
    ),
    Job("underwriting", "AI_EXTRACT", "", "UNDERWRITING_ANALYST", "REPORTING_WH", 2.3),
    Job(
        "reserving", "AI_EMBED", "snowflake-arctic-embed-l-v2.0", "TRANSFORMER", "ACTUARIAL_WH", 3.1
    ),
    Job(
        "analyst",
        "AI_CLASSIFY",
        "",
        "PUBLIC",
        "ADHOC_WH",
        0.7,
        cost_centre="CC-220",
        first=date(2026, 2, 2),
    ),
    Job(
        "unknown",
        "AI_COMPLETE",
        "llama4-maverick",
        "SYSADMIN",
        "ADHOC_WH",
        0.9,
        first=date(2026, 3, 2),
    ),
)


def identities() -> list[Row]:
    """Return who owns what: query tags, roles, warehouses; one tag names its use case itself."""
    return [
        {"identity_type": "query_tag", "identity_id": "claims-notes", "use_case_id": "UC-002"},
        {
            "identity_type": "role",
            "identity_id": "UNDERWRITING_ANALYST",
            "cost_centre_code": "CC-120",
        },
        {"identity_type": "warehouse", "identity_id": "ACTUARIAL_WH", "use_case_id": "UC-022"},
    ]


def rules() -> list[Row]:
    """Return the rules for warehouses, for what no view itemises, and for what has no account."""
    snowflake = {"match_platform": "snowflake"}
    return [
        snowflake
        | {
            "rule_id": "R-220",
            "priority": 220,
            "description": "Warehouses and storage of Snowflake belong to the data platform",
            "method": "fixed",
            "match_service_name": "Snowflake",
            "match_charge_category": "Usage",
            "target_cost_centre": "CC-530",
        },
        snowflake
        | {
            "rule_id": "R-221",
            "priority": 221,
            "description": "AI credits that no view itemises follow those that are",
            "method": "cost",
            "match_cost_basis": "unmetered",
            "driver_grain": "month",
            "fallback_method": "central",
        },
        snowflake
        | {
            "rule_id": "R-222",
            "priority": 222,
            "description": "Rebates, adjustments and support of Snowflake follow its cost",
            "method": "cost",
            "match_charge_category": "Credit|Adjustment|Purchase",
            "driver_grain": "month",
            "fallback_method": "central",
        },
    ]


@dataclass(frozen=True)
class Call:
    """What a job used on one day."""

    job: Job
    day: date
    credits: Decimal
    input_tokens: int
    output_tokens: int
    user: str

    @property
    def query_id(self) -> str:
        """Return the id of the job's query of the day."""
        return f"01c{self.day:%y%m%d}-0{JOBS.index(self.job)}04-{len(self.job.name):04}-0000-000{self.day.day:02}a7e1"


@cache
def calls_of(seed: int, day: date) -> tuple[Call, ...]:
    """Return the AI calls of a day; jobs rest at weekends."""
    if day.weekday() >= 5:
        return ()
    calls = []
    for job in JOBS:
        if day < job.first:
            continue
        source = chance(seed, "snowflake", job.name, day)
        growth = 1 + 0.03 * months_between(FIRST_BILLED, day)
        credits = Decimal(int(job.credits * growth * (0.8 + 0.4 * source.random()) * 10**9))
        tokens = int(credits / 900)
        user = f"SVC_{job.role}"
        if job.cost_centre:
            user = staff_of(seed, job.cost_centre)[0].email
        calls.append(
            Call(
                job,
                day,
                credits.scaleb(-9),
                tokens,
                0 if job.function == "AI_EMBED" else tokens // 5,
                user,
            )
        )
    return tuple(calls)


@dataclass(frozen=True)
class Line:
    """A line of a day: a service and its credits, or an amount of its own."""

    day: date
    service: str
    quantity: Decimal
    rating: str = "compute"
    billing: str = "consumption"
    source: str = "capacity"
    amount: Decimal | None = None
    is_adjustment: bool = False


def _rate(day: date) -> Decimal:
    return ([Decimal(0)] + [rate for first, rate in RATES if first <= day])[-1]


@cache
def lines_of(seed: int, month: date) -> tuple[Line, ...]:
    """Return a month's lines of the bill: AI, warehouses, storage, a rebate, support."""
    lines = []
    for day in days(month, next_month(month)):
        source = chance(seed, "snowflake metering", day)
        # A seventh of what is itemised is not: agents in preview, playgrounds, retries.
        itemised = sum((call.credits for call in calls_of(seed, day)), Decimal(0))
        ai = (itemised * Decimal("1.14") + Decimal("0.05")).quantize(Decimal("0.001"))
        if day == OVERAGE_DAY:
            over = (ai / 4).quantize(Decimal("0.001"))
            lines.append(Line(day, "AI_SERVICES", over, source="overage"))
            ai -= over
        lines.append(Line(day, "AI_SERVICES", ai))
        warehouse = Decimal(int((6 if day.weekday() < 5 else 2) * (800 + 400 * source.random())))
        lines.append(Line(day, "WAREHOUSE_METERING", warehouse.scaleb(-3)))
        lines.append(Line(day, "PIPE", Decimal("0.214")))
    if month >= CURRENCY_VIEW_FROM:
        last = next_month(month) - timedelta(days=1)
        lines.append(Line(last, "STORAGE", Decimal("4.200"), "storage", amount=Decimal("96.60")))
        lines.append(
            Line(
                last,
                "CLOUD_SERVICES",
                Decimal("-0.900"),
                amount=Decimal("-2.70"),
                is_adjustment=True,
            )
        )
        lines.append(
            Line(last, "OTHER", Decimal(1), "other", "priority support", amount=Decimal("120.00"))
        )
        if month.month % 3 == 0:
            lines.append(
                Line(last, "OTHER", Decimal(0), "other", "rebate", "rebate", Decimal("-31.45"))
            )
    return tuple(lines)


def amount_of(line: Line) -> Decimal:
    """Return what a line comes to: in cents on the currency view, exact at the rate otherwise."""
    exact = line.quantity * _rate(line.day) if line.amount is None else line.amount
    if line.day < CURRENCY_VIEW_FROM:
        return exact.quantize(TEN_PLACES, rounding=ROUND_HALF_UP)
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def invoices(seed: int) -> Iterator[Row]:
    """Yield the invoices in whole cents; October's is not there yet."""
    for month in month_starts(FIRST_BILLED, date(2026, 10, 1)):
        amount = sum((amount_of(line) for line in lines_of(seed, month)), Decimal(0))
        yield {
            "provider": "snowflake",
            "billing_account_id": ORGANIZATION,
            "billing_period": f"{month:%Y-%m}",
            "invoice_id": f"SF-{month:%Y%m}-48213",
            "currency": "USD",
            "amount": amount.quantize(CENT, rounding=ROUND_HALF_UP),
            "invoice_kind": "usage",
        }


def _identity() -> Row:
    return {
        "ORGANIZATION_NAME": ORGANIZATION,
        "CONTRACT_NUMBER": "C-20251103",
        "ACCOUNT_NAME": ACCOUNT,
        "ACCOUNT_LOCATOR": LOCATOR,
        "REGION": "AWS_EU_WEST_2",
        "SERVICE_LEVEL": "ENTERPRISE",
    }


def _currency_row(line: Line) -> Row:
    is_contracts = line.billing in ("priority support", "rebate")
    own = _identity()
    if is_contracts:
        own |= {"ACCOUNT_NAME": "", "ACCOUNT_LOCATOR": "", "REGION": ""}
    words = line.service.lower().replace("_", " ")
    return own | {
        "USAGE_DATE": str(line.day),
        "USAGE_TYPE": f"overage-{words}" if line.source == "overage" else words,
        "USAGE": f"{line.quantity:.3f}",
        "CURRENCY": "USD",
        "USAGE_IN_CURRENCY": f"{amount_of(line):.2f}",
        "BALANCE_SOURCE": line.source,
        "BILLING_TYPE": line.billing,
        "RATING_TYPE": line.rating,
        "SERVICE_TYPE": line.service,
        "IS_ADJUSTMENT": str(line.is_adjustment).lower(),
    }


def _metering_row(line: Line) -> Row:
    return {
        "SERVICE_TYPE": line.service,
        "USAGE_DATE": str(line.day),
        "CREDITS_USED_COMPUTE": f"{line.quantity:.9f}",
        "CREDITS_USED_CLOUD_SERVICES": "0.000000000",
        "CREDITS_USED": f"{line.quantity:.9f}",
        "CREDITS_ADJUSTMENT_CLOUD_SERVICES": "0.0000000000",
        "CREDITS_BILLED": f"{line.quantity:.10f}",
    }


def _rate_rows() -> list[Row]:
    """Return the rate sheet; the days between are without a record."""
    return [
        {"DATE": str(first)}
        | _identity()
        | {
            "USAGE_TYPE": service.lower().replace("_", " "),
            "CURRENCY": "USD",
            "EFFECTIVE_RATE": f"{rate:.2f}",
            "SERVICE_TYPE": service,
            "RATING_TYPE": "compute",
            "BILLING_TYPE": "consumption",
            "IS_ADJUSTMENT": "false",
        }
        for first, rate in RATES
        # Pipes are called otherwise here than in the metering, and are priced as any compute is.
        for service in ("AI_SERVICES", "WAREHOUSE_METERING", "SNOWPIPE")
    ]


def _hour(day: date, hour: int) -> str:
    return f"{day} {hour:02}:00:00.000 +0000"


def _function_row(call: Call) -> Row:
    metrics = [{"key": {"metric": "input", "unit": "tokens"}, "value": call.input_tokens}]
    if call.output_tokens:
        metrics.append({"key": {"metric": "output", "unit": "tokens"}, "value": call.output_tokens})
    return {
        "START_TIME": _hour(call.day, 5),
        "END_TIME": _hour(call.day, 6),
        "FUNCTION_NAME": call.job.function,
        "MODEL_NAME": call.job.model,
        "QUERY_ID": call.query_id,
        "WAREHOUSE_ID": 700 + JOBS.index(call.job),
        "ROLE_NAMES": [call.job.role, "PUBLIC"],
        "QUERY_TAG": call.job.query_tag,
        "USER_ID": str(9000 + JOBS.index(call.job)),
        "METRICS": metrics,
        "CREDITS": float(call.credits),
        "IS_COMPLETED": True,
    }


def _aisql_row(call: Call) -> Row:
    granular = {"input": call.input_tokens}
    if call.output_tokens:
        granular["output"] = call.output_tokens
    return {
        "USAGE_TIME": _hour(call.day, 5),
        "MODEL_NAME": call.job.model,
        "FUNCTION_NAME": call.job.function,
        "TOKEN_CREDITS": float(call.credits),
        "TOKENS": call.input_tokens + call.output_tokens,
        "TOKENS_GRANULAR": granular,
        "QUERY_ID": call.query_id,
        "QUERY_TAG": call.job.query_tag,
        "USER_ID": str(9000 + JOBS.index(call.job)),
        "WAREHOUSE_ID": str(700 + JOBS.index(call.job)),
    }


def _query_row(call: Call) -> Row:
    return {
        "QUERY_ID": call.query_id,
        "START_TIME": f"{call.day} 05:0{JOBS.index(call.job)}:12.406 +0000",
        "QUERY_TAG": call.job.query_tag,
        "USER_NAME": call.user,
        "ROLE_NAME": call.job.role,
        "WAREHOUSE_ID": 700 + JOBS.index(call.job),
        "WAREHOUSE_NAME": call.job.warehouse,
    }


def _as_csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _as_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write what was unloaded after each month, and add what it bills to the totals."""
    for month in month_starts(FIRST_BILLED, END_DAY):
        after = next_month(month)
        pulled = stamp(datetime(after.year, after.month, 7, 4, 30, tzinfo=UTC))
        lines = lines_of(seed, month)
        calls = [call for day in days(month, after) for call in calls_of(seed, day)]

        has_currency_view = month >= CURRENCY_VIEW_FROM
        views: list[tuple[str, list[Row], Callable[[Sequence[Row]], bytes]]] = [
            (
                "USAGE_IN_CURRENCY_DAILY",
                [_currency_row(line) for line in lines if has_currency_view],
                _as_csv,
            ),
            (
                f"METERING_DAILY_HISTORY/{ACCOUNT}",
                [_metering_row(line) for line in lines if not has_currency_view],
                _as_csv,
            ),
            ("RATE_SHEET_DAILY", _rate_rows() if month == FIRST_BILLED else [], _as_csv),
            (
                f"CORTEX_AISQL_USAGE_HISTORY/{ACCOUNT}",
                [_aisql_row(call) for call in calls if call.day < NEWER_VIEW_FROM],
                _as_lines,
            ),
            (
                f"CORTEX_AI_FUNCTIONS_USAGE_HISTORY/{ACCOUNT}",
                [_function_row(call) for call in calls if call.day >= NEWER_VIEW_FROM],
                _as_lines,
            ),
            (f"QUERY_HISTORY/{ACCOUNT}", [_query_row(call) for call in calls], _as_csv),
        ]
        for view, rows, spell in views:
            ending = "csv.gz" if spell is _as_csv else "jsonl.gz"
            if rows:
                name = f"snowflake/{view}/{month:%Y-%m}_pulled_{pulled}.{ending}"
                folder.write(name, spell(rows))
        for line in lines:
            totals.add("snowflake", ORGANIZATION, f"{month:%Y-%m}", "USD", f"{amount_of(line):f}")
