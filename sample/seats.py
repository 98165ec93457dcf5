"""What seats cost by the day, and who holds the seats that two assistants list: ChatGPT and Microsoft 365 Copilot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sample.company import staff_of
from sample.demand import chance
from sample.files import days, next_month
from sample.totals import SCALE


@dataclass(frozen=True)
class Member:
    """Somebody with a seat from `since` up to, not including, `until`."""

    email: str
    since: date
    until: date | None = None
    is_idle: bool = False

    def held_in(self, month: date) -> tuple[date, date] | None:
        """Return the first day held in a month and the day after the last, or nothing."""
        first = max(month, self.since)
        end = min(next_month(month), self.until or date.max)
        return (first, end) if first < end else None

    def active_days(self, seed: int, name: str, month: date) -> list[date]:
        """Return the days of a month on which the seat was used; who leaves is active to the end."""
        held = self.held_in(month)
        if held is None or self.is_idle:
            return []
        found = [
            day
            for day in days(*held)
            if day.weekday() < 5 and chance(seed, name, self.email, day).random() < 0.4
        ]
        if self.until is not None and held[1] == self.until:
            found = sorted({*found, self.until - timedelta(days=1)})
        return found


def members_of(seed: int, seats: dict[str, int], start: date) -> list[Member]:
    """Return a number of staff of each cost centre, all with a seat since `start`."""
    return [
        Member(person.email, start)
        for code, count in seats.items()
        for person in staff_of(seed, code)[-count:]
    ]


def seat_month_cost(price: Decimal, first: date, end: date) -> Decimal:
    """Return what a seat's days from `first` up to `end`, of one month, cost of a month's price."""
    month_days = (next_month(first) - first.replace(day=1)).days
    last = (end - timedelta(days=1)).day
    units = int(price / SCALE)
    return (units * last // month_days - units * (first.day - 1) // month_days) * SCALE
