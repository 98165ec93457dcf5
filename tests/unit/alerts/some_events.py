"""An event of every kind, as full and as empty as the marts allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from orchestration.alerts.events import Event
from orchestration.alerts.record import Entry
from orchestration.close.conditions import Block

GBP = {"reporting_currency": "GBP"}
MAY = date(2026, 5, 1)

UNALLOCATED = Event(
    "unallocated",
    "openai | GBP | 2026-05",
    "warn",
    {
        "platform": "openai",
        "series": "GBP",
        "check_month": MAY,
        "state": "warn",
        "share": Decimal("0.0614644206"),
        "tolerance": Decimal("0.0500000000"),
        "exposed_cost": Decimal("424.2164088134"),
        "since_date": date(2026, 3, 1),
        "worklist": [
            {
                "identity_type": "project",
                "identity_id": "proj_1",
                "unallocated_reason": "identity_without_owner",
                "suggestion": "Add an owner to identities.csv",
                "reporting_cost": Decimal("424.2164088134"),
                **GBP,
            },
            {
                "identity_type": None,
                "identity_id": None,
                "unallocated_reason": "no_identity",
                "suggestion": None,
                "reporting_cost": None,
                **GBP,
            },
        ],
        **GBP,
    },
)
ANOMALY = Event(
    "anomaly",
    "a1",
    "high up",
    {
        "calendar_date": date(2026, 5, 4),
        "platform": "azure",
        "cost_centre_code": "CC-1",
        "direction": "up",
        "severity": "high",
        "largest_use_case_id": "UC-1",
        "daily_cost": Decimal("85.6637845000"),
        "baseline_cost": Decimal("0E-10"),
        "excess_cost": Decimal("85.6637845000"),
        "drivers": [{"driver": "volume", "contribution_cost": Decimal("85.6637845000")}],
        **GBP,
    },
    persons=("P1",),
)
SANDBOX = Event(
    "sandbox_cap",
    "UC-1 | 2026-04-01",
    "80 %",
    {
        "use_case_id": "UC-1",
        "use_case_name": "Letters",
        "sandbox_cap": Decimal("800.0000000000"),
        "spent_cost": Decimal("650.1000000000"),
        "cap_left": Decimal("149.9000000000"),
        "over_cap_cost": Decimal("0E-10"),
        "expired_cost": Decimal("0E-10"),
        "cap_expected_date": date(2026, 6, 9),
        "cap_reached_date": None,
        "expires_date": date(2026, 6, 5),
        "days_left": 5,
        "judged_date": date(2026, 5, 31),
        **GBP,
    },
    persons=("P1", "P2"),
    department_code="CLM",
)
EXPIRY = replace(SANDBOX, kind="sandbox_expiry", state="expires soon")
BUDGET = Event(
    "budget",
    "cost centre | CC-1 | - | GBP | 2026-05",
    "over budget",
    {
        "budget_scope": "cost centre",
        "cost_centre_code": "CC-1",
        "cost_centre_name": "Motor",
        "use_case_id": None,
        "use_case_name": None,
        "budget_amount": Decimal("2000.0000000000"),
        "actual_cost": Decimal("2444.7546610255"),
        "variance_amount": Decimal("444.7546610255"),
        "budget_year_to_date": Decimal("12000.0000000000"),
        "actual_year_to_date": Decimal("12480.1067859178"),
        "accounting_month": MAY,
        "period_status": "provisional",
        **GBP,
    },
    department_code="CLM",
)
STALE = Event(
    "stale_feed",
    "openai__usage | - | 2026-05",
    "warn",
    {
        "platform": "openai",
        "source_table": "openai__usage",
        "series": None,
        "check_month": MAY,
        "finding": "Nothing came for days from 2026-05-03 to 2026-05-05",
        "remedy": "Fetch these days again",
    },
)
SILENT = Event(
    "stale_feed",
    "all feeds",
    "silent",
    {
        "platform": None,
        "newest_at": datetime(2026, 5, 3, 4, 30),
        "finding": "No platform has delivered anything for 9 days",
        "remedy": "Look whether exports still run",
    },
)
QUARANTINED = Event(
    "quarantine",
    "d1",
    "quarantined",
    {
        "platform": "aws",
        "file": "aws/cur2/may.csv",
        "row": 3,
        "column": "cost",
        "reason": "`1,5` is no amount",
        "remedy": "Export it with a point",
        "fault_count": 2,
    },
)
FAILED = Event(
    "failed_build",
    "build",
    "abc",
    {
        "failures": [
            {
                "kind": "test",
                "name": "no charge is lost",
                "message": "3 rows break it.",
                "meaning": "Every charge stands in the ledger.",
            }
        ]
    },
)
BLOCKED = Event(
    "close_blocked",
    "2026-05",
    "invoice_difference",
    {
        "month": MAY,
        "blocks": [Block("invoice_difference", "azure: difference 4.00 GBP", "Land the export")],
    },
)
DIGEST = Event(
    "digest",
    "2026-W21",
    "sent",
    {
        "week": 21,
        "year": 2026,
        "standing": {
            event.kind: [event]
            for event in (
                UNALLOCATED,
                ANOMALY,
                SANDBOX,
                EXPIRY,
                BUDGET,
                STALE,
                QUARANTINED,
                FAILED,
                BLOCKED,
            )
        },
        "unsent": [
            Entry("2026-05-18", "budget", "CC-1", "over budget", "finops", "NOTIFY_F", "failed")
        ],
        "notes": ["Whether a month may close was not looked at."],
    },
)
STATEMENT = Event(
    "statement",
    "2026-05 | CLM",
    "provisional",
    {
        "month": MAY,
        "status": "provisional",
        "department": "Claims",
        "total": Decimal("15345.52"),
        "currency": "GBP",
        "path": Path("statements/CLM-2026-05.html"),
    },
    persons=("P1",),
    department_code="CLM",
)


def changed(event: Event, state: str | None = None, **facts: object) -> Event:
    """The event with other facts, and perhaps in another state."""
    return replace(event, state=state or event.state, facts={**event.facts, **facts})


FULL = (
    UNALLOCATED,
    ANOMALY,
    SANDBOX,
    EXPIRY,
    BUDGET,
    STALE,
    SILENT,
    QUARANTINED,
    FAILED,
    BLOCKED,
    DIGEST,
    STATEMENT,
)
# What a mart may leave empty, and the other states.
EDGES = (
    changed(UNALLOCATED, "error", since_date=None, exposed_cost=None, worklist=[]),
    changed(ANOMALY, "low down", direction="down", cost_centre_code=None, largest_use_case_id=None),
    changed(ANOMALY, drivers=[], baseline_cost=None, excess_cost=None),
    changed(
        SANDBOX,
        "100 %",
        use_case_name=None,
        cap_left=Decimal("0E-10"),
        cap_reached_date=date(2026, 5, 9),
    ),
    changed(SANDBOX, cap_expected_date=None),
    changed(SANDBOX, "100 %", sandbox_cap=Decimal("0E-10"), over_cap_cost=None),
    changed(EXPIRY, "expired", days_left=-3, expired_cost=None, expires_date=None),
    changed(EXPIRY, days_left=1, sandbox_cap=None, use_case_name=None),
    changed(
        BUDGET,
        budget_scope="use case",
        cost_centre_code=None,
        cost_centre_name=None,
        use_case_id="UC-1",
        budget_year_to_date=None,
    ),
    changed(BUDGET, budget_scope="unallocated", cost_centre_code=None, cost_centre_name=None),
    changed(STALE, finding=None, remedy=None, series="export-1"),
    changed(
        QUARANTINED, platform=None, file=None, row=None, column=None, remedy=None, fault_count=1
    ),
    changed(FAILED, failures=[{**FAILED.facts["failures"][0], "meaning": ""}] * 12),
    changed(BLOCKED, blocks=[*BLOCKED.facts["blocks"]] * 12),
    changed(DIGEST, standing={}, unsent=[], notes=[]),
    changed(DIGEST, standing={"budget": [BUDGET] * 12, "stale_feed": [SILENT]}),
    changed(STATEMENT, "closed", status="closed", total=Decimal("-3.10")),
)
