"""What there is to tell: events of the published marts, of the load ledger and of the last build.

Amounts are read as the marts state them and never computed; what is not known stays None.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import duckdb

from orchestration.build_record import current_build_record, read_build_failures
from orchestration.close.conditions import find_blocks
from orchestration.errors import RefusalError
from orchestration.registers import check
from orchestration.report.published import published_file
from orchestration.settings import Settings

# A build takes its date from the newest delivery, so it cannot see that all feeds have fallen silent; the clock can.
SILENT_DAYS = 7
# A bill may change for days after its month: that alone keeps every month open for a while, and is no news.
_EXPECTED_BLOCKS = frozenset({"unsettled_source"})


@dataclass(frozen=True)
class Event:
    """One thing to tell. `kind` and `subject` say what it is about; it is told once in each `state`.

    `persons`: person_ids of those it concerns; `department_code`: the department it concerns, if there is one.
    """

    kind: str
    subject: str
    state: str
    facts: Mapping[str, Any]
    persons: tuple[str, ...] = ()
    department_code: str | None = None


@dataclass
class Found:
    """All events that stand now, the kinds that were looked for, and why others were not."""

    events: list[Event] = field(default_factory=list)
    looked_for: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def take(self, kind: str, events: Iterable[Event]) -> None:
        """Add the events of a kind that has been looked for."""
        self.events += events
        self.looked_for.add(kind)


def find_events(settings: Settings, now: datetime) -> Found:
    """Everything that stands; of a source that cannot be read a note says why, and its kinds are not looked for."""
    found = Found()
    found.take("failed_build", _failed_build(settings))
    try:
        with published_file(settings) as marts:
            for kind, find in _OF_MARTS.items():
                found.take(kind, find(marts))
            found.take("stale_feed", [*_missing_days(marts), *_silence(marts, now)])
    except RefusalError as refusal:
        found.notes.append(f"Nothing could be said of the marts. {refusal}")
    if not settings.work_file.exists():
        return found
    try:
        with duckdb.connect(settings.work_file, read_only=True) as work_file:
            found.take("quarantine", _quarantine(work_file))
            current_build_record(settings)
            found.take("close_blocked", _close_blocked(work_file))
    except RefusalError as refusal:
        found.notes.append(f"Whether a month may close was not looked at. {refusal}")
    except duckdb.IOException:
        found.notes.append(
            "Another program has the work file open: quarantine and close were not looked at."
        )
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, **parameters: Any
) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters)
    names = [description[0] for description in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _subject(*parts: str | None) -> str:
    return " | ".join(part or "-" for part in parts)


# The newest month with charges and the one before; what is older keeps its month from closing, and is told so.
_RECENT = """
with recent as (
    select max(accounting_month) - interval 1 month as since from marts.dim_accounting_periods where charge_count > 0
)
"""

_UNALLOCATED = f"""
{_RECENT}
select platform, series, check_month, state, checked_value as share,
    case state when 'error' then error_tolerance else warn_tolerance end as tolerance,
    exposed_cost, reporting_currency, since_date
from marts.fct_data_quality
where check_name = 'unallocated_share' and state in ('warn', 'error') and period_status <> 'closed'
    and check_month >= (select since from recent)
qualify check_month = max(check_month) over (partition by platform, series)
order by platform, series
"""

_WORKLIST = """
select identity_type, identity_id, unallocated_reason, suggestion, reporting_cost, reporting_currency
from marts.fct_unallocated_spend
where platform = $platform and accounting_month = $month and unallocated_reason is not null
order by reporting_cost desc, identity_type, identity_id, unallocated_reason
limit 3
"""


def _unallocated(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row in _rows(marts, _UNALLOCATED):
        worklist = _rows(marts, _WORKLIST, platform=row["platform"], month=row["check_month"])
        month = f"{row['check_month']:%Y-%m}"
        yield Event(
            "unallocated",
            _subject(row["platform"], row["series"], month),
            row["state"],
            {**row, "worklist": worklist},
        )


_ANOMALIES = f"""
{_RECENT}
select anomaly_id, calendar_date, platform, cost_centre_code, direction, severity, largest_use_case_id,
    notified_person_id, daily_cost, baseline_cost, excess_cost, reporting_currency, driver, contribution_cost
from marts.fct_cost_anomalies
where anomaly_status = 'new' and calendar_date >= (select since from recent)
order by calendar_date desc, anomaly_id, abs(contribution_cost) desc, driver
"""


def _anomalies(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    days: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(marts, _ANOMALIES):
        days.setdefault(row["anomaly_id"], []).append(row)
    for anomaly_id, drivers in days.items():
        day = drivers[0]
        yield Event(
            "anomaly",
            anomaly_id,
            f"{day['severity']} {day['direction']}",
            {**day, "drivers": [row for row in drivers if row["contribution_cost"]]},
            persons=(day["notified_person_id"],) if day["notified_person_id"] else (),
        )


# The newest row of each stage, unless the stage had ended by then.
_SANDBOXES = """
select sandboxes.use_case_id, use_case_name, sandboxes.cost_centre_code, department_code, sandbox_cap, spent_cost,
    cap_left, over_cap_cost, expired_cost, cap_expected_date, cap_reached_date, expires_date, days_left, judged_date,
    sandboxes.reporting_currency, sandboxes.usage_owner_id, sandboxes.business_owner_id, department_head_id,
    stage_valid_from, is_near_cap, is_over_cap, is_expiring, is_expired, accounting_month, is_decided
from marts.fct_sandbox_status as sandboxes
left join marts.dim_use_cases as use_cases
    on sandboxes.use_case_id = use_cases.use_case_id
        and use_cases.valid_from <= sandboxes.judged_date and use_cases.valid_to > sandboxes.judged_date
qualify row_number() over (partition by sandboxes.use_case_id, stage_valid_from order by accounting_month desc) = 1
order by sandboxes.use_case_id, stage_valid_from
"""


def _sandboxes(marts: duckdb.DuckDBPyConnection) -> Iterator[tuple[dict[str, Any], Event]]:
    since = marts.execute(f"{_RECENT} select cast(since as date) from recent").fetchone()
    for row in _rows(marts, _SANDBOXES):
        if row["is_decided"] or since is None or row["accounting_month"] < since[0]:
            continue
        named = (row["usage_owner_id"], row["business_owner_id"], row["department_head_id"])
        yield (
            row,
            Event(
                "",
                _subject(row["use_case_id"], f"{row['stage_valid_from']:%Y-%m-%d}"),
                "",
                row,
                persons=tuple(dict.fromkeys(person for person in named if person)),
                department_code=row["department_code"],
            ),
        )


def _sandbox_caps(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row, event in _sandboxes(marts):
        if row["is_over_cap"] or row["is_near_cap"]:
            # A cap that is spent to the penny is near by the mart's word, and used up all the same.
            state = "100 %" if row["cap_left"] <= 0 else "80 %"
            yield replace(event, kind="sandbox_cap", state=state)


def _sandbox_ends(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row, event in _sandboxes(marts):
        if row["is_expired"] or row["is_expiring"]:
            state = "expired" if row["is_expired"] else "expires soon"
            yield replace(event, kind="sandbox_expiry", state=state)


_BUDGETS = f"""
{_RECENT}
select budget_scope, budgets.cost_centre_code, budgets.use_case_id, use_cases.use_case_name, cost_centre_name,
    cost_centres.department_code, use_cases.business_owner_id, budget_amount, actual_cost, variance_amount,
    budget_year_to_date, actual_year_to_date, reporting_currency, accounting_month, period_status
from marts.fct_budget_variance as budgets
left join marts.dim_use_cases as use_cases
    on budgets.use_case_id = use_cases.use_case_id
        and use_cases.valid_from <= accounting_month and use_cases.valid_to > accounting_month
left join marts.dim_cost_centres as cost_centres
    on coalesce(budgets.cost_centre_code, use_cases.cost_centre_code) = cost_centres.cost_centre_code
        and cost_centres.valid_from <= accounting_month and cost_centres.valid_to > accounting_month
where budget_status = 'over budget' and period_status <> 'closed' and accounting_month >= (select since from recent)
order by accounting_month desc, budget_scope, budgets.cost_centre_code, budgets.use_case_id, reporting_currency
"""


def _budgets(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row in _rows(marts, _BUDGETS):
        owner = row["business_owner_id"]
        yield Event(
            "budget",
            _subject(
                row["budget_scope"],
                row["cost_centre_code"],
                row["use_case_id"],
                row["reporting_currency"],
                f"{row['accounting_month']:%Y-%m}",
            ),
            "over budget",
            row,
            persons=(owner,) if owner else (),
            department_code=row["department_code"],
        )


_MISSING_DAYS = f"""
{_RECENT}
select platform, source_table, series, check_month, state, finding, remedy, since_date, checked_value as days
from marts.fct_data_quality
where check_name = 'source_days' and state in ('warn', 'error') and period_status <> 'closed'
    and check_month >= (select since from recent)
order by check_month desc, platform, source_table, series
"""


def _missing_days(marts: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row in _rows(marts, _MISSING_DAYS):
        yield Event(
            "stale_feed",
            _subject(row["source_table"], row["series"], f"{row['check_month']:%Y-%m}"),
            row["state"],
            row,
        )


def _silence(marts: duckdb.DuckDBPyConnection, now: datetime) -> Iterator[Event]:
    """That no platform has delivered anything for SILENT_DAYS, by the clock."""
    newest = marts.execute(
        "select max(delivered_at) from marts.fct_deliveries "
        "where status in ('current', 'superseded') and role <> 'register'"
    ).fetchone()
    if newest is None or newest[0] is None:
        return
    days = (now.astimezone(UTC).replace(tzinfo=None) - newest[0]).days
    if days >= SILENT_DAYS:
        facts = {
            "platform": None,
            "newest_at": newest[0],
            "finding": f"No platform has delivered anything for {days} days",
            "remedy": "Look whether exports and pulls still run, and whether landing does",
        }
        yield Event("stale_feed", "all feeds", "silent", facts)


_QUARANTINE = """
select delivery_id, platform, source_table, file, row_number as row, column_name as column, reason, remedy,
    count(*) over (partition by delivery_id) as fault_count
from raw.quarantine
qualify row_number() over (partition by delivery_id order by file, row_number, column_name, reason) = 1
order by platform, source_table, file
"""


def _quarantine(work_file: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    for row in _rows(work_file, _QUARANTINE):
        yield Event("quarantine", row["delivery_id"], "quarantined", row)


def _failed_build(settings: Settings) -> Iterator[Event]:
    """The last build's failures, and faults of the registers, which refuse the next one."""
    failures = read_build_failures(settings)
    faults = [
        {"kind": "register", "name": fault.file, "message": fault.sentence(), "meaning": ""}
        for fault in check(settings)
        if fault.severity == "error"
    ]
    told = [*failures, *faults]
    if told:
        names = sorted({f"{failure['kind']}: {failure['name']}" for failure in told})
        yield Event("failed_build", "build", _fingerprint(names), {"failures": told})


_NEXT_TO_CLOSE = """
select accounting_month from marts.dim_accounting_periods
where period_status = 'provisional' and charge_count > 0 order by accounting_month limit 1
"""


def _close_blocked(work_file: duckdb.DuckDBPyConnection) -> Iterator[Event]:
    """The earliest ended month that is not closed: those after it wait for it anyway."""
    for (month,) in work_file.execute(_NEXT_TO_CLOSE).fetchall():
        blocks = find_blocks(work_file, month)
        if any(block.check not in _EXPECTED_BLOCKS for block in blocks):
            checks = sorted({block.check for block in blocks})
            facts = {"month": month, "blocks": blocks}
            yield Event("close_blocked", f"{month:%Y-%m}", ", ".join(checks), facts)


def _fingerprint(names: list[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


_OF_MARTS = {
    "unallocated": _unallocated,
    "anomaly": _anomalies,
    "sandbox_cap": _sandbox_caps,
    "sandbox_expiry": _sandbox_ends,
    "budget": _budgets,
}
