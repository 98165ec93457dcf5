"""The monthly series that are forecast: the ledger's cost centres by platform, and its use cases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from orchestration.periods import months_after


@dataclass(frozen=True)
class Key:
    """What a series is of. `level` is series, cost_centre, use_case or company; codes are null where they do not apply.

    A series without a cost centre is what nobody owns.
    """

    level: str
    cost_centre_code: str | None
    use_case_id: str | None
    platform: str | None
    reporting_currency: str


@dataclass(frozen=True)
class Series:
    """Costs of consecutive months from the first one in which there were any, the last one settled."""

    key: Key
    first_month: date
    costs: tuple[Decimal, ...]

    @property
    def last_month(self) -> date:
        return months_after(self.first_month, len(self.costs) - 1)


# A month counts for a platform when it has ended and its bill may not change any more: half a month is no fall.
_COSTS = """
with settled as (
    select platform, accounting_month from intermediate.int_platform_settlements where is_settled
),
ended as (
    select accounting_month from marts.dim_accounting_periods where period_status <> 'open'
)
select {columns}, ledger.reporting_currency, ledger.accounting_month, sum(ledger.reporting_cost)
from marts.fct_allocation_ledger as ledger
where exists (select 1 from ended where ended.accounting_month = ledger.accounting_month)
    and exists (
        select 1 from settled
        where settled.platform = ledger.platform and settled.accounting_month = ledger.accounting_month
    )
group by all order by all
"""
_LAST_SETTLED = """
select
    platform,
    max(case when is_settled and accounting_month in (
        select accounting_month from marts.dim_accounting_periods where period_status <> 'open'
    ) then accounting_month end) as settled_month,
    max(accounting_month) as billed_month
from intermediate.int_platform_settlements
group by platform
having settled_month is not null
order by platform
"""


def month_length(month: date) -> float:
    """A month's length as cost sees it: half calendar days, half working days, in days of an average week."""
    days = (months_after(month, 1) - month).days
    working = sum((month + timedelta(day)).weekday() < 5 for day in range(days))
    return (days * 5 / 7 + working) / 2


def read_series(connection: duckdb.DuckDBPyConnection) -> list[Series]:
    """The series of each (cost centre, platform) and of each (use case, platform), months without cost as 0.

    The platform's last whole month is the last of its series, so that a series that fell silent shows it.
    """
    last = _last_months(connection.execute(_LAST_SETTLED).fetchall())
    found: dict[Key, dict[date, Decimal]] = {}
    for level, columns in (
        ("series", "ledger.cost_centre_code, null, ledger.platform"),
        ("use_case", "null, ledger.use_case_id, ledger.platform"),
    ):
        for cost_centre, use_case, platform, currency, month, cost in connection.execute(
            _COSTS.format(columns=columns)
        ).fetchall():
            if level == "use_case" and use_case is None:
                continue
            key = Key(level, cost_centre, use_case, platform, currency)
            found.setdefault(key, {})[month] = cost
    return [
        _series(key, costs, last[key.platform])
        for key, costs in sorted(found.items(), key=lambda item: _order(item[0]))
    ]


def _last_months(platforms: Sequence[tuple[str, date, date]]) -> dict[str | None, date]:
    """Each platform's last month that is whole, from its last settled and its last billed month.

    One that lacks the newest settled month of all has not billed it yet. One that lacks two has stopped: its months
    since cost nothing, and totals do not go on counting it.
    """
    newest = max((settled for _, settled, _ in platforms), default=date.min)
    return {
        platform: newest if settled == billed and months_after(settled, 1) < newest else settled
        for platform, settled, billed in platforms
    }


def _series(key: Key, costs: dict[date, Decimal], last: date) -> Series:
    first = min(costs)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [months_after(first, place) for place in range(count)]
    return Series(key, first, tuple(costs.get(month, Decimal(0)) for month in months))


def _order(key: Key) -> tuple[str, ...]:
    return (
        key.level,
        *(value or "" for value in (key.cost_centre_code, key.use_case_id, key.platform)),
    )


def fingerprint(series: Iterable[Series], method: str) -> str:
    """A hash of everything that a forecast is made from."""
    digest = hashlib.sha256(method.encode())
    for one in series:
        digest.update(repr((one.key, one.first_month, [str(cost) for cost in one.costs])).encode())
    return digest.hexdigest()
