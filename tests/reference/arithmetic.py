"""Exact arithmetic: money as integers, fractions rounded once, wholes cut into exact parts."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

MONEY_DECIMALS = 10
MONEY_UNIT = 10**MONEY_DECIMALS
RATED_UNIT = 10**12
FRACTIONAL_DRIVER_UNIT = 10**6


def round_half_away(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero."""
    doubled = 2 * abs(value) + 1
    nearest = doubled.numerator // (2 * doubled.denominator)
    return nearest if value >= 0 else -nearest


def money_units(amount: Decimal) -> int:
    """An amount of at most ten decimals in units of 10⁻¹⁰; raises ValueError where it has more."""
    units = Fraction(amount) * MONEY_UNIT
    if units.denominator != 1:
        raise ValueError(f"{amount} has more than {MONEY_DECIMALS} decimals")
    return units.numerator


def money_amount(units: int) -> Decimal:
    """The inverse of `money_units`: exact, always with ten decimals, whatever the length."""
    digits = f"{abs(units):0{MONEY_DECIMALS + 1}d}"
    sign = "-" if units < 0 else ""
    return Decimal(f"{sign}{digits[:-MONEY_DECIMALS]}.{digits[-MONEY_DECIMALS:]}")


def converted_units(units: int, rate: Decimal) -> int:
    """Money units times an exchange rate, half away from zero."""
    return round_half_away(units * Fraction(rate))


def largest_remainder(whole: int, weights: Sequence[int], last: Collection[int] = ()) -> list[int]:
    """Cut a whole into integer parts proportional to weights; the parts sum to the whole.

    Among equal remainders the parts at the places in `last` wait for all others, then the larger
    weight wins, then the earlier place. A negative whole is the mirror image of its absolute value.
    Raises ValueError for a negative weight, and when nothing weighs anything.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights must not be negative and not all zero: {list(weights)}")
    magnitude = abs(whole)
    parts = [magnitude * weight // total for weight in weights]
    remainders = [magnitude * weight % total for weight in weights]
    favoured = sorted(
        range(len(weights)),
        key=lambda part: (-remainders[part], part in last, -weights[part], part),
    )
    for part in favoured[: magnitude - sum(parts)]:
        parts[part] += 1
    return parts if whole >= 0 else [-part for part in parts]
