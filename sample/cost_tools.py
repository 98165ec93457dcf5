"""Cloudability: the company's cost tool, which alone knows what a small provider bills.

A monthly export by day, account and tag, dates as month/day/year. Everything else that the tool knows comes
from its vendor's own bill, so that the export is narrowed to this provider.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.totals import Totals

PLATFORM = "cohere"
# Accounts at the provider: a week's usual cost in US dollars, and the tag of the team where there is one.
ACCOUNTS = {
    "cohere-search": (Decimal("46"), "digital-service"),
    "cohere-claims": (Decimal("31"), ""),
    "cohere-trial": (Decimal("6"), ""),
}
_HEADER = (
    "Vendor", "Account ID", "Account Name", "Enhanced Service Name", "Usage Type", "Date", "tag:team",
    "Usage Quantity", "Cost (Total)", "Cost (Amortized)",
)  # fmt: skip


def rows(seed: int, month: date) -> list[tuple[str, ...]]:
    """Return a month of the export: a line a week and account, and a refund now and then."""
    found = []
    for day in days(month, next_month(month)):
        if day.weekday() != 0:
            continue
        for account, (usual, team) in ACCOUNTS.items():
            share = chance(seed, "cohere", account, day).random()
            cost = (usual * (80 + int(share * 40)) / 100).quantize(Decimal("0.0001"))
            found.append(_row(day, account, team, "Command tokens", cost))
        if day.month in (2, 7) and day.day <= 7:
            found.append(_row(day, "cohere-claims", "", "Refund", Decimal("-12.5")))
    return found


def _row(day: date, account: str, team: str, meter: str, cost: Decimal) -> tuple[str, ...]:
    written = f"{cost:f}"
    return (
        "Cohere", account, account.replace("-", " ").title(), "Cohere API", meter, f"{day:%m/%d/%Y}",
        team or "(not set)", "1", written, written,
    )  # fmt: skip


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every month's export and add what it bills to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        after = next_month(month)
        pulled = datetime(after.year, after.month, 6, 7, 30)
        lines = rows(seed, month)
        name = f"cost_tools/cloudability/cohere_{month:%Y-%m}_pulled_{stamp(pulled)}.csv"
        folder.write_csv(name, _HEADER, lines)
        for line in lines:
            totals.add(PLATFORM, PLATFORM, f"{month:%Y-%m}", "USD", line[-2])
