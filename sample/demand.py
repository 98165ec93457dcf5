"""How much a workload uses on a day: a base, growth, weekends, surges and a little noise.

Only `random()` and plain arithmetic are used: Python promises both to be the same in every version.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2025, 8, 1)
END_DAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Surge:
    """A time in which a workload runs at `factor` times its usual volume."""

    first: date
    end: date
    factor: float


@dataclass(frozen=True)
class Demand:
    """The volume of a workload: input tokens of an average first weekday, and their shape."""

    weekday_input: int
    output_share: float
    cached_share: float = 0.0
    weekend: float = 0.0
    monthly_growth: float = 0.0
    tokens_a_request: int = 6_000
    surges: tuple[Surge, ...] = ()


@dataclass(frozen=True)
class DayUse:
    """Tokens and calls of a day; the token counts are exclusive of each other."""

    uncached: int
    cached: int
    output: int
    requests: int

    def scaled(self, factor: float) -> DayUse:
        """Return the same day at another volume."""
        return DayUse(
            int(self.uncached * factor),
            int(self.cached * factor),
            int(self.output * factor),
            int(self.requests * factor),
        )


def chance(seed: int, *names: object) -> random.Random:
    """Return a source of chance that depends on the seed and the names alone."""
    return random.Random(":".join([str(seed), *map(str, names)]))


def months_between(first: date, day: date) -> int:
    """Return the number of whole calendar months from `first`'s month to `day`'s."""
    return (day.year - first.year) * 12 + day.month - first.month


def level(demand: Demand, first: date, day: date) -> float:
    """Return the expected volume of `day` relative to an average weekday of the first month."""
    volume = 1.0
    for _ in range(months_between(first, day)):
        volume *= 1.0 + demand.monthly_growth
    if day.weekday() >= 5:
        volume *= demand.weekend
    if (day.month, day.day) in {(12, 25), (12, 26), (1, 1)}:
        volume *= 0.3
    for surge in demand.surges:
        if surge.first <= day < surge.end:
            volume *= surge.factor
    return volume


def use_on(seed: int, name: str, demand: Demand, first: date, day: date) -> DayUse | None:
    """Return a workload's use on one day, or nothing where it rests."""
    volume = level(demand, first, day)
    if volume <= 0:
        return None
    source = chance(seed, name, day)
    total_input = int(demand.weekday_input * volume * (0.82 + 0.36 * source.random()))
    cached = int(total_input * demand.cached_share * (0.9 + 0.2 * source.random()))
    output = int(total_input * demand.output_share * (0.9 + 0.2 * source.random()))
    requests = total_input // demand.tokens_a_request + 1
    return DayUse(total_input - cached, cached, output, requests)
