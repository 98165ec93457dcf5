"""How far forecasts of the past were off, against two guesses: python -m benchmarks.forecast [WORK_FILE]

Reads the ledger of a built work file (by default the sample company's, after `make run`) and forecasts every series
from each earlier month that had enough history, one to three months ahead. Prints the tables of docs/forecast.md: of
each method the sum of absolute errors over the sum of costs (WAPE), by series, cost centre and company, on the same
forecasts; and how often the cost lay inside the intervals when these are made of earlier misses alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from orchestration.forecast.method import (
    Miss,
    backtest,
    backtest_seasonal,
    interval_widths,
    last_value,
    summed_misses,
    weighted_error,
)
from orchestration.forecast.series import Key, Series, read_series
from orchestration.settings import Settings

LEVELS: dict[str, Callable[[Key], Key]] = {
    "series": lambda key: key,
    "cost centre": lambda key: replace(key, level="cost_centre", platform=None),
    "company": lambda key: replace(key, level="company", cost_centre_code=None, platform=None),
}


def main(work_file: Path) -> None:
    """Print the tables."""
    with duckdb.connect(work_file, read_only=True) as connection:
        series = [one for one in read_series(connection) if one.key.level == "series"]
    methods = {
        "ours": _dated(series, backtest),
        "naive: last month goes on": _dated(series, lambda one: backtest(one, last_value)),
        "seasonal naive: the same month last year": _dated(series, backtest_seasonal),
    }
    _print_errors("All forecasts", {name: methods[name] for name in list(methods)[:2]})
    seasonal = {_identity(miss) for miss in methods["seasonal naive: the same month last year"]}
    _print_errors(
        "Forecasts with a year behind them",
        {
            name: [miss for miss in misses if _identity(miss) in seasonal]
            for name, misses in methods.items()
        },
    )
    _print_coverage(methods["ours"])


def _dated(series: Sequence[Series], misses_of: Callable[[Series], object]) -> list[Miss]:
    """Misses with the calendar month of their origin, so that those of different series meet."""
    begin = min(one.first_month for one in series)

    def lag(month: date) -> int:
        return (month.year - begin.year) * 12 + month.month - begin.month

    return [
        replace(miss, origin=miss.origin + lag(one.first_month))
        for one in series
        for miss in misses_of(one)  # type: ignore[attr-defined]
    ]


def _identity(miss: Miss) -> tuple[Key, int, int]:
    return miss.key, miss.origin, miss.ahead


def _print_errors(title: str, methods: dict[str, list[Miss]]) -> None:
    count = len(next(iter(methods.values())))
    print(f"{title} ({count})")
    print(f"  {'method':42}" + "".join(f"{level:>14}" for level in LEVELS))
    for name, misses in methods.items():
        errors = [weighted_error(summed_misses(misses, key_of)) for key_of in LEVELS.values()]
        print(f"  {name:42}" + "".join(f"{error or 0:14.1%}" for error in errors))


def _print_coverage(misses: list[Miss]) -> None:
    """Of the later half of the origins: how many lay inside intervals made of the earlier half's misses."""
    origins = sorted({miss.origin for miss in misses})
    middle = origins[len(origins) // 2]
    widths = interval_widths([miss for miss in misses if miss.origin + miss.ahead <= middle])
    later = [miss for miss in misses if miss.origin >= middle and miss.level > 0]
    print(f"Intervals, of earlier misses alone ({len(later)} forecasts)")
    for coverage, of in widths.items():
        inside = sum(abs(miss.error) <= of[miss.ahead - 1] * miss.level for miss in later)
        print(f"  {coverage} %: {inside / len(later):.1%} inside")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Settings.from_environment().work_file)
