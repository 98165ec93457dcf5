"""How a series is forecast, and how far such forecasts were off when they were made of the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from orchestration.forecast.series import Key, Series, month_length
from orchestration.periods import months_after

MINIMUM_HISTORY = 5
HORIZON = 12
BACKTEST_HORIZON = 3
COVERAGES = (80, 95)
METHOD = "mean of last month and dynamic optimised theta"
# A change here or of the library makes every forecast anew.
_REVISION = "1"

Point = Callable[[Sequence[float], int], list[float]]


def method_id() -> str:
    """Names the method with its revision and its library's version."""
    return f"{METHOD} {_REVISION}, statsforecast {version('statsforecast')}"


@dataclass(frozen=True)
class Miss:
    """How far a forecast of the past was off: made after `origin` months, for the month `ahead` (1 is the next)."""

    key: Key
    origin: int
    ahead: int
    forecast: float
    actual: float
    level: float

    @property
    def error(self) -> float:
        return self.actual - self.forecast


def theta_and_last(costs: Sequence[float], ahead: int) -> list[float]:
    """The mean of two: the last value goes on; the dynamic optimised theta model."""
    import numpy
    from statsforecast.models import DynamicOptimizedTheta

    theta = DynamicOptimizedTheta(season_length=1).forecast(
        y=numpy.asarray(costs, dtype=float), h=ahead
    )["mean"]
    return [(float(value) + costs[-1]) / 2 for value in theta]


def last_value(costs: Sequence[float], ahead: int) -> list[float]:
    """Naive: the last value goes on."""
    return [costs[-1]] * ahead


def same_month_last_year(costs: Sequence[float], ahead: int) -> list[float] | None:
    """Seasonal naive; None with less than a year of history."""
    return [costs[place - 12] for place in range(ahead)] if len(costs) >= 12 else None


def forecast_months(series: Series, ahead: int, point: Point = theta_and_last) -> list[float]:
    """Points of the next `ahead` months: a method on costs a day, so that February is no fall. Never negative where the
    history is not."""
    lengths = [
        month_length(months_after(series.first_month, place))
        for place in range(len(series.costs) + ahead)
    ]
    history = [float(cost) for cost in series.costs]
    daily = [cost / length for cost, length in zip(history, lengths, strict=False)]
    points = [
        value * length
        for value, length in zip(point(daily, ahead), lengths[len(history) :], strict=True)
    ]
    return [max(value, 0.0) for value in points] if min(history) >= 0 else points


def status_of(series: Series) -> str:
    """`forecast`, or in words why there is none."""
    if len(series.costs) > 1 and not any(series.costs[-2:]):
        return "series has ended"
    return "forecast" if len(series.costs) >= MINIMUM_HISTORY else "too little history"


def backtest(series: Series, point: Point = theta_and_last) -> Iterator[Miss]:
    """Forecasts as they would have been made at each earlier month with enough history, against what came."""
    for origin in range(MINIMUM_HISTORY, len(series.costs)):
        past = Series(series.key, series.first_month, series.costs[:origin])
        if status_of(past) != "forecast":
            continue
        ahead = min(BACKTEST_HORIZON, len(series.costs) - origin)
        for place, value in enumerate(forecast_months(past, ahead, point)):
            level = sum(abs(float(cost)) for cost in past.costs[-3:]) / 3
            yield Miss(
                series.key, origin, place + 1, value, float(series.costs[origin + place]), level
            )


def backtest_seasonal(series: Series) -> Iterator[Miss]:
    """The same for seasonal naive, of the origins that have a year behind them."""
    for origin in range(12, len(series.costs)):
        past = [float(cost) for cost in series.costs[:origin]]
        if status_of(Series(series.key, series.first_month, series.costs[:origin])) != "forecast":
            continue
        ahead = min(BACKTEST_HORIZON, len(series.costs) - origin)
        for place, value in enumerate(same_month_last_year(past, ahead) or []):
            level = sum(abs(cost) for cost in past[-3:]) / 3
            yield Miss(
                series.key, origin, place + 1, value, float(series.costs[origin + place]), level
            )


def weighted_error(misses: Sequence[Miss]) -> float | None:
    """Sum of absolute errors over the sum of absolute actuals (WAPE); None where nothing was spent."""
    spent = sum(abs(miss.actual) for miss in misses)
    return sum(abs(miss.error) for miss in misses) / spent if spent else None


def summed_misses(misses: Sequence[Miss], key_of: Callable[[Key], Key]) -> list[Miss]:
    """Misses of totals: forecasts and actuals of the parts made after the same month for the same month, added up.

    Origins are counted from each series' first month, so `origin` must already be a calendar one.
    """
    groups: dict[tuple[Key, int, int], list[Miss]] = defaultdict(list)
    for miss in misses:
        groups[key_of(miss.key), miss.origin, miss.ahead].append(miss)
    return [
        Miss(
            key,
            origin,
            ahead,
            sum(part.forecast for part in parts),
            sum(part.actual for part in parts),
            sum(part.level for part in parts),
        )
        for (key, origin, ahead), parts in groups.items()
    ]


def interval_widths(misses: Sequence[Miss]) -> dict[int, list[float]]:
    """Per coverage, half the width of each month's interval, as a part of the level of the last three months.

    The quantile of the misses of the past, all series together; further ahead than the back-test looks it grows by the
    square root of the distance. Empty where there is no back-test to take it from.
    """
    scaled: dict[int, list[float]] = defaultdict(list)
    for miss in misses:
        if miss.level > 0:
            scaled[miss.ahead].append(abs(miss.error) / miss.level)
    widths: dict[int, list[float]] = {}
    for coverage in COVERAGES:
        known = [
            _quantile(sorted(scaled[ahead]), coverage)
            for ahead in range(1, BACKTEST_HORIZON + 1)
            if scaled[ahead]
        ]
        if not known:
            return {}
        for place in range(1, len(known)):
            known[place] = max(known[place], known[place - 1])
        widths[coverage] = known + [
            known[-1] * (ahead / len(known)) ** 0.5 for ahead in range(len(known) + 1, HORIZON + 1)
        ]
    return widths


def _quantile(ascending: list[float], coverage: int) -> float:
    """The smallest value that at least `coverage` per cent do not exceed, one more counted for the one to come."""
    place = -(-coverage * (len(ascending) + 1) // 100) - 1
    return ascending[min(place, len(ascending) - 1)]
