"""What earlier deliveries of a table billed, by month and day: what a candidate's totals are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.expectations.additions import currency_of, period_of
from orchestration.landing.contracts import Table
from orchestration.landing.ledger import current_scopes
from orchestration.landing.measures import billed_amount
from orchestration.landing.normalise import quoted
from orchestration.landing.parts import scan_of
from orchestration.landing.rawzone import Delivery

# How many months before a month count as "before".
MONTHS = 3


@dataclass(frozen=True)
class Earlier:
    """What the months before one month of a delivery came to, in one currency.

    `most_of_month` is the highest total of them and of what was in force for the month itself, `most_of_day` the
    highest of a day in them, `month_before` the total of the month before, 0 without one.
    """

    delivery_id: str
    currency: str
    month: str
    most_of_month: Decimal
    most_of_day: Decimal
    month_before: Decimal


@dataclass
class _Amounts:
    """Billed amounts of one series and currency: by what a newer delivery replaces, then by day."""

    by_scope: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def of_days(self) -> dict[str, Decimal]:
        days: dict[str, Decimal] = defaultdict(Decimal)
        for amounts in self.by_scope.values():
            for day, amount in amounts.items():
                days[day] += amount
        return days


class History:
    """Billed amounts of one table's deliveries, those in force first and then each that is counted."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        raw_zone: Path,
        table: Table,
        accepted: Sequence[Delivery],
        candidates: Sequence[Delivery],
    ) -> None:
        self._connection = connection
        self._table = table
        self._amounts: dict[tuple[str, str], _Amounts] = defaultdict(_Amounts)
        self._counted = table.billed is not None and table.time is not None
        if not self._counted:
            return
        months = [d.content_from[:7] for d in candidates if d.content_from]
        ends = [d.content_to[:7] for d in candidates if d.content_to]
        if not months:
            return
        first, last = months_before(min(months))[-1], max(ends)
        of_table = [d for d in accepted if d.source_table == table.qualified]
        in_force = current_scopes([table], of_table)[table.qualified]
        for delivery in of_table:
            if not delivery.row_count or not delivery.content_from or not delivery.content_to:
                continue
            if delivery.content_from[:7] <= last and first <= delivery.content_to[:7]:
                scopes = {
                    s for s, delivery_id in in_force.items() if delivery_id == delivery.delivery_id
                }
                if scopes:
                    self._add(delivery, delivery.part_paths(raw_zone), scopes)

    def add(self, delivery: Delivery, parts: Sequence[Path]) -> None:
        """Count a delivery that takes the place of what it replaces."""
        if self._counted and parts:
            self._add(delivery, parts, None)

    def before(self, delivery: Delivery, parts: Sequence[Path]) -> list[Earlier]:
        """What the months of a delivery are held against; months without any before have no entry."""
        found: list[Earlier] = []
        if not self._counted or not parts:
            return found
        billed = {(currency, day[:7]) for _, currency, day, _ in self._billed(parts)}
        for currency, month in sorted(billed):
            days = self._amounts[delivery.series, currency].of_days()
            totals: dict[str, Decimal] = defaultdict(Decimal)
            highest: dict[str, Decimal] = defaultdict(Decimal)
            for day, amount in days.items():
                totals[day[:7]] += amount
                highest[day[:7]] = max(highest[day[:7]], amount)
            before = months_before(month)
            counted = [month, *before]
            # Months of credits alone are no measure of anything.
            if max((totals[other] for other in before if other in totals), default=0) <= 0:
                continue
            found.append(
                Earlier(
                    delivery.delivery_id,
                    currency,
                    month,
                    max(totals[other] for other in counted),
                    max(highest[other] for other in counted),
                    totals[before[0]],
                )
            )
        return found

    def _add(self, delivery: Delivery, parts: Sequence[Path], scopes: set[str] | None) -> None:
        by_key = self._table.replaces.scope == "key"
        for scope, currency, day, amount in self._billed(parts):
            if scopes is not None and not by_key and scope not in scopes:
                continue
            key = delivery.delivery_id if by_key else f"{scope}|{delivery.delivery_id}"
            by_scope = self._amounts[delivery.series, currency].by_scope
            if not by_key:
                for other in [k for k in by_scope if k.rpartition("|")[0] == scope and k != key]:
                    del by_scope[other]
            by_scope.setdefault(key, defaultdict(Decimal))[day] += amount

    def _billed(self, parts: Sequence[Path]) -> list[tuple[str, str, str, Decimal]]:
        """Scope, currency, day and amount."""
        table = self._table
        assert table.billed is not None
        period = quoted(period_of(table))
        scope = "''" if table.replaces.scope == "key" else "_scope"
        rows = self._connection.execute(
            f"select {scope}, {currency_of(table)}, left({period}, 10), sum({billed_amount(table.billed)})"
            f" from {scan_of(parts)} where {period} is not null group by 1, 2, 3 order by 1, 2, 3"
        ).fetchall()
        return [(str(s), str(c), str(d), Decimal(amount or 0)) for s, c, d, amount in rows]


def months_before(month: str) -> list[str]:
    """The months before one, the nearest first."""
    year, number = int(month[:4]), int(month[5:7])
    found = []
    for _ in range(MONTHS):
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
        found.append(f"{year:04}-{number:02}")
    return found
