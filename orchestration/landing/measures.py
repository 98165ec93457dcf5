"""What the rows of a delivery tell of themselves, counted once, when it lands.

Everything is read from the raw zone's text: rows and billed money by scope, days, and filled cells by column and month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from orchestration.landing.contracts import Billed, Table
from orchestration.landing.normalise import literal, quoted


@dataclass(frozen=True)
class ScopeSum:
    """Rows of one scope, and what they bill, as decimal text; None where the table's files name no billed money."""

    scope: str
    row_count: int
    billed_amount: str | None


@dataclass(frozen=True)
class Filling:
    """Rows of one month (None without a time), and in how many of them each column is filled."""

    month: str | None
    row_count: int
    filled: dict[str, int]


@dataclass(frozen=True)
class Measures:
    """A delivery's rows, counted. `days` are those that have rows."""

    scope_sums: tuple[ScopeSum, ...] = ()
    fillings: tuple[Filling, ...] = ()
    days: frozenset[str] = field(default_factory=frozenset)


def measured(connection: duckdb.DuckDBPyConnection, table: Table, scan: str) -> Measures:
    """Count the rows of `scan`, a relation of raw parts, in one pass."""
    names = [column.name for column in table.columns]
    scope = "_scope" if table.replaces.scope != "key" else "''"
    day = f"left({quoted(table.time)}, 10)" if table.time else "cast(null as varchar)"
    billed = f"sum({billed_amount(table.billed)})" if table.billed else "null"
    filled = [f"count(nullif({quoted(name)}, ''))" for name in names]
    rows = connection.execute(
        f"select {scope}, {day}, count(*), {billed}, {', '.join(filled)} from {scan} group by 1, 2"
    ).fetchall()
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    row_counts: dict[str | None, int] = defaultdict(int)
    cells: dict[str | None, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    days: set[str] = set()
    for of_scope, of_day, row_count, amount, *of_columns in rows:
        month = of_day[:7] if of_day else None
        counts[of_scope] += row_count
        amounts[of_scope] += amount or 0
        row_counts[month] += row_count
        for name, count in zip(names, of_columns, strict=True):
            cells[month][name] += count
        if of_day:
            days.add(of_day)
    return Measures(
        tuple(
            ScopeSum(of, count, f"{amounts[of]:f}" if table.billed else None)
            for of, count in sorted(counts.items())
        ),
        tuple(
            Filling(month, count, cells[month])
            for month, count in sorted(row_counts.items(), key=lambda item: item[0] or "")
        ),
        frozenset(days),
    )


def billed_amount(billed: Billed) -> str:
    """SQL for what one raw row bills, DECIMAL(38, 10), each amount rounded once, half away from zero."""
    amount = " + ".join(_term(term, billed.times) for term in billed.terms)
    if billed.otherwise is not None:
        first = quoted(billed.terms[0].split(".")[0].split("[")[0])
        amount = f"case when {first} is null then {_term(billed.otherwise, billed.times)} else {amount} end"
    return f"cast({amount} as decimal(38, 10))"


def _term(term: str, times: str | None) -> str:
    """A column, the members of an object (`costs.*`), or one member of each object of a list (`credits[].amount`)."""
    if term.endswith(".*"):
        values = f"map_values(cast(cast({quoted(term[:-2])} as json) as map(varchar, varchar)))"
        return f"coalesce(list_sum(list_transform({values}, lambda each_value: {_money('each_value')})), 0)"
    column, _, member = term.partition("[].")
    if member:
        items = f"""from_json({quoted(column)}, '["JSON"]')"""
        value = f"json_extract_string(each_item, {literal('$.' + member)})"
        return f"coalesce(list_sum(list_transform({items}, lambda each_item: {_money(value)})), 0)"
    if times is None:
        return f"coalesce({_money(quoted(column))}, 0)"
    scale = len(times.partition(".")[2])
    factor = f"cast({times} as decimal({scale}, {scale}))"
    return f"coalesce(cast(cast({quoted(column)} as decimal(34, 16)) * {factor} as decimal(38, 10)), 0)"


def _money(text: str) -> str:
    return f"cast({text} as decimal(38, 10))"


def runs(days: Iterable[str], every: str = "day") -> list[tuple[str, str]]:
    """Unbroken runs of days, each as its first and last. `every` is what a source has records of: a `day`, a
    `working_day` (a week-end breaks no run) or a `month` (of which any day will do)."""
    found: list[list[date]] = []
    for day in sorted(_spans(days, every)):
        if found and _follows(found[-1][1], day[0], every):
            found[-1][1] = max(found[-1][1], day[1])
        else:
            found.append([day[0], day[1]])
    return [(first.isoformat(), last.isoformat()) for first, last in found]


def days_of(run_list: Sequence[tuple[str, str]]) -> Iterable[str]:
    """The days of runs that `runs` made."""
    for first, last in run_list:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            yield day.isoformat()
            day += timedelta(days=1)


def _spans(days: Iterable[str], every: str) -> set[tuple[date, date]]:
    spans = set()
    for text in days:
        day = date.fromisoformat(text)
        if every == "month":
            first = day.replace(day=1)
            next_first = (first + timedelta(days=32)).replace(day=1)
            spans.add((first, next_first - timedelta(days=1)))
        else:
            spans.add((day, day))
    return spans


def _follows(last: date, day: date, every: str) -> bool:
    day_after = last + timedelta(days=1)
    while every == "working_day" and day_after.weekday() >= 5 and day_after < day:
        day_after += timedelta(days=1)
    return day <= day_after
