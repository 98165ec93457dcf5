"""Microsoft 365 Copilot: licences by the usage report, with hashed names at first; Copilot Studio's credits."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp, uuid_like
from sample.seats import Member, members_of, seat_month_cost
from sample.totals import Totals

ACCOUNT = "m365_copilot"
SEAT_PRICE = Decimal("24.70")
CREDIT_PRICE = Decimal("0.01")
FIRST_PLAIN_NAMES = date(2026, 3, 1)
FIRST_CREDITS = date(2026, 1, 1)
SEATS = {
    "CC-120": 3,
    "CC-210": 4,
    "CC-220": 3,
    "CC-310": 5,
    "CC-410": 4,
    "CC-420": 3,
    "CC-430": 2,
    "CC-620": 3,
}

_APPS = (
    "Microsoft Teams Copilot,Word Copilot,Excel Copilot,PowerPoint Copilot,Outlook Copilot,"
    "OneNote Copilot,Loop Copilot,Copilot Chat"
)
APPS = _APPS.split(",")
HEADER = [
    *("Report Refresh Date", "Report Period", "User Principal Name", "Display Name"),
    *("Last Activity Date", *(f"{app} Last Activity Date" for app in APPS)),
]
AGENTS_HEADER = [
    *("Date", "Environment ID", "Environment Name", "Agent ID", "Agent Name", "Feature", "Channel"),
    *("Billed Copilot Credits", "Non-billed Copilot Credits"),
]
# Agents by Power Platform environment; nobody registered the environment that every tenant begins with.
AGENTS = [
    ("Claims", "claims-status-helper", 310),
    ("Claims", "repairer-booking", 140),
    ("Contact centre", "call-wrap-up", 520),
    ("Default", "holiday-balance", 60),
]
ENVIRONMENTS = {"Claims": "CC-210", "Contact centre": "CC-310", "Default": ""}


def environment_id(name: str) -> str:
    """Return the id of a Power Platform environment."""
    return uuid_like(f"power platform {name}")


@cache
def members(seed: int) -> tuple[Member, ...]:
    """Return everybody who ever held a licence; who joins or leaves does so with a month."""
    found = members_of(seed, SEATS, date(2025, 5, 1))
    found[4] = replace(found[4], since=date(2026, 4, 1))
    found[8] = replace(found[8], is_idle=True)
    found[11] = replace(found[11], until=date(2026, 5, 1))
    found[17] = replace(found[17], is_idle=True)
    return tuple(found)


def report_rows(seed: int, day: date) -> list[list[str]]:
    """Return the report of a day: who holds a licence, and the last day of each use."""
    rows = []
    for member in members(seed):
        if member.since <= day and (member.until is None or day < member.until):
            name, shown = member.email, member.email.split("@")[0].replace(".", " ").title()
            if day < FIRST_PLAIN_NAMES:
                name, shown = (
                    hashlib.md5(text.encode()).hexdigest().upper() for text in (name, shown)
                )
            active = member.active_days(seed, "m365", day.replace(day=1))
            last = str(active[-1]) if active else ""
            apps = [
                str(active[-1 - number]) if len(active) > number and number < 5 else ""
                for number in range(len(APPS))
            ]
            rows.append([f"{day}", "30", name, shown, last, *apps])
    return rows


def agent_rows(seed: int, month: date) -> list[list[str]]:
    """Return the credits of a month by day and agent; weekends have none."""
    rows = []
    for day in days(month, next_month(month)):
        for environment, agent, usual in AGENTS:
            if day.weekday() < 5:
                credits = int(usual * (0.7 + 0.6 * chance(seed, agent, day).random()))
                feature = "Generative answer" if day.day % 3 else "Agent action"
                rows.append(
                    [
                        *(
                            f"{day}",
                            environment_id(environment),
                            environment,
                            uuid_like(agent),
                            agent,
                        ),
                        *(feature, "Microsoft Teams", str(credits), str(credits // 20)),
                    ]
                )
    return rows


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write the reports, and add what they come to at the price list to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        following, period = next_month(month), f"{month:%Y-%m}"
        for day in (month, following - timedelta(days=1)):
            pulled = stamp(datetime(day.year, day.month, day.day, 6, 40, 0) + timedelta(days=2))
            folder.write_csv(
                f"m365_copilot/user_detail/copilot_user_detail_pulled_{pulled}.csv.gz",
                HEADER,
                report_rows(seed, day),
            )
        for member in members(seed):
            held = member.held_in(month)
            if held is not None:
                totals.add(
                    ACCOUNT, ACCOUNT, period, "GBP", f"{seat_month_cost(SEAT_PRICE, *held):f}"
                )
        if month >= FIRST_CREDITS:
            pulled = stamp(datetime(following.year, following.month, 5, 10, 0, 0))
            used = agent_rows(seed, month)
            folder.write_csv(
                f"m365_copilot/credits/copilot_studio_pulled_{pulled}.csv.gz", AGENTS_HEADER, used
            )
            for row in used:
                totals.add(ACCOUNT, ACCOUNT, period, "USD", f"{Decimal(row[7]) * CREDIT_PRICE:f}")


def invoice_id(month: date, currency: str) -> str:
    """Return the number of a month's invoice in a currency."""
    return f"MS-{month:%Y%m}-{currency}"
