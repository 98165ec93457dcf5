"""Accounting months: as people write them, and counted."""

from __future__ import annotations

from datetime import date

from orchestration.errors import RefusalError


def month_of(period: str) -> date:
    """The first day of `YYYY-MM`. Raises RefusalError for any other text."""
    try:
        if len(period) != 7:
            raise ValueError
        return date.fromisoformat(f"{period}-01")
    except ValueError:
        raise RefusalError(
            f"'{period}' is no month: write it as YYYY-MM, such as 2026-05."
        ) from None


def months_after(month: date, count: int) -> date:
    """The first day of the month `count` months later, or earlier where it is negative."""
    years, months = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(years, months + 1, 1)
