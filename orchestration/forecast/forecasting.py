"""Makes the forecast of what the last build's ledger shows, where the series have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib.util import find_spec

import duckdb

from orchestration.forecast import method
from orchestration.forecast.series import Key, Series, fingerprint, read_series
from orchestration.forecast.views import (
    ForecastRow,
    create_forecast_view,
    stored_fingerprint,
    write_forecast,
)
from orchestration.periods import months_after
from orchestration.settings import Settings

_PENNY = Decimal("0.01")
_RATIO = Decimal("0.0001")


@dataclass(frozen=True)
class Forecast:
    """What was done: how many series have a forecast, how many have none, and whether anything was computed."""

    forecast_count: int
    other_count: int
    has_changed: bool


def can_forecast() -> bool:
    """Whether the optional library is installed (extra `forecast`)."""
    return find_spec("statsforecast") is not None


def refresh_forecast(settings: Settings) -> Forecast:
    """Forecast the series of the work file's marts, unless what is stored was made of the same.

    The caller holds the writer's lock, and the extra `forecast` is installed. The view that dbt reads follows.
    """
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        series = read_series(connection)
    if not any(method.status_of(one) == "forecast" for one in series):
        rows = _rows_without_points(series)
        made_from = fingerprint(series, "none")
    else:
        made_from = fingerprint(series, method.method_id())
        rows = None
    stored = stored_fingerprint(settings)
    if stored == made_from or (stored is None and rows == []):
        return Forecast(0, 0, has_changed=False)
    rows = forecast_rows(series) if rows is None else rows
    write_forecast(settings, rows, made_from)
    create_forecast_view(settings)
    counted = sum(row.months_ahead in (None, 1) and row.status == "forecast" for row in rows)
    return Forecast(counted, sum(row.status != "forecast" for row in rows), has_changed=True)


def forecast_rows(series: Sequence[Series]) -> list[ForecastRow]:
    """Rows of every series and total: a row a month ahead, or one that says why there is none."""
    leaves = [one for one in series if one.key.level == "series"]
    by_use_case = [one for one in series if one.key.level == "use_case"]
    rows = _leaf_rows(leaves)
    rows += _total_rows(leaves, lambda key: replace(key, level="cost_centre", platform=None))
    rows += _total_rows(
        leaves, lambda key: replace(key, level="company", cost_centre_code=None, platform=None)
    )
    rows += _total_rows(by_use_case, lambda key: replace(key, platform=None))
    return rows


def _rows_without_points(series: Sequence[Series]) -> list[ForecastRow]:
    return [_empty(one) for one in series if one.key.level == "series"]


def _empty(one: Series, status: str = "") -> ForecastRow:
    return ForecastRow(
        key=one.key,
        status=status or method.status_of(one),
        months_ahead=None,
        forecast_month=None,
        trained_to=one.last_month,
        history_months=len(one.costs),
    )


def _leaf_rows(leaves: Sequence[Series]) -> list[ForecastRow]:
    misses = {one.key: list(method.backtest(one)) for one in leaves}
    naive = {one.key: list(method.backtest(one, method.last_value)) for one in leaves}
    seasonal = {one.key: list(method.backtest_seasonal(one)) for one in leaves}
    widths = method.interval_widths([miss for of in misses.values() for miss in of])
    rows: list[ForecastRow] = []
    for one in leaves:
        if method.status_of(one) != "forecast":
            rows.append(_empty(one))
            continue
        level = float(sum(abs(cost) for cost in one.costs[-3:])) / 3
        rows += _months(
            one.key,
            one.last_month,
            method.forecast_months(one, method.HORIZON),
            level,
            widths,
            len(one.costs),
            min(one.costs) >= 0,
            (misses[one.key], naive[one.key], seasonal[one.key]),
        )
    return rows


def _total_rows(leaves: Sequence[Series], key_of: method.Callable[[Key], Key]) -> list[ForecastRow]:
    """Totals are sums of their parts; a part without a forecast stays at its last month, an ended one at 0."""
    groups: dict[Key, list[Series]] = defaultdict(list)
    for one in leaves:
        groups[key_of(one.key)].append(one)
    # An origin is a calendar month here, so that parts that began at different times add up.
    counted_from = min((one.first_month for one in leaves), default=date.min)
    dated = {
        name: [
            replace(miss, origin=miss.origin + _months_between(counted_from, one.first_month))
            for one in leaves
            for miss in misses_of(one)
        ]
        for name, misses_of in (
            ("method", method.backtest),
            ("naive", lambda one: method.backtest(one, method.last_value)),
            ("seasonal", method.backtest_seasonal),
        )
    }
    misses = {name: method.summed_misses(of, key_of) for name, of in dated.items()}
    widths = method.interval_widths(misses["method"])
    rows: list[ForecastRow] = []
    for key, parts in sorted(groups.items(), key=lambda item: repr(item[0])):
        end = max(part.last_month for part in parts)
        if all(method.status_of(part) != "forecast" for part in parts):
            longest = max(parts, key=lambda part: len(part.costs))
            rows.append(_empty(replace(longest, key=key)))
            continue
        points = [0.0] * method.HORIZON
        for part in parts:
            lag = _months_between(part.last_month, end)
            for place, value in enumerate(_continued(part, method.HORIZON + lag)[lag:]):
                points[place] += value
        of_key = tuple([miss for miss in misses[name] if miss.key == key] for name in misses)
        rows += _months(
            key,
            end,
            points,
            sum(float(sum(abs(cost) for cost in part.costs[-3:])) / 3 for part in parts),
            widths,
            max(len(part.costs) for part in parts),
            all(min(part.costs) >= 0 for part in parts),
            of_key,
        )
    return rows


def _continued(part: Series, ahead: int) -> list[float]:
    status = method.status_of(part)
    if status == "forecast":
        return method.forecast_months(part, ahead)
    return [0.0 if status == "series has ended" else float(part.costs[-1])] * ahead


def _months(
    key: Key,
    last_month: date,
    points: Sequence[float],
    level: float,
    widths: dict[int, list[float]],
    history_months: int,
    is_positive: bool,
    backtests: Sequence[Sequence[method.Miss]],
) -> list[ForecastRow]:
    errors = [_ratio(method.weighted_error(misses)) for misses in backtests]

    def bounds(coverage: int, place: int) -> tuple[Decimal | None, Decimal | None]:
        if coverage not in widths:
            return None, None
        width = widths[coverage][place] * level
        lower = points[place] - width
        return _money(max(lower, 0.0) if is_positive else lower), _money(points[place] + width)

    return [
        ForecastRow(
            key=key,
            status="forecast",
            months_ahead=place + 1,
            forecast_month=months_after(last_month, place + 1),
            trained_to=last_month,
            history_months=history_months,
            method=method.METHOD,
            reporting_cost=_money(point),
            lower_80=bounds(80, place)[0],
            upper_80=bounds(80, place)[1],
            lower_95=bounds(95, place)[0],
            upper_95=bounds(95, place)[1],
            backtest_error=errors[0],
            naive_error=errors[1],
            seasonal_naive_error=errors[2],
            backtest_count=len(backtests[0]),
        )
        for place, point in enumerate(points)
    ]


def _months_between(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month


def _money(amount: float) -> Decimal:
    """An estimate in whole pennies: more digits would claim what nobody knows."""
    return Decimal(repr(amount)).quantize(_PENNY)


def _ratio(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(_RATIO)
