"""Amounts as people read them: whole pennies that add up, currency signs, a real minus."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

_PENNY = Decimal("0.01")
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_MINUS = "\N{MINUS SIGN}"


def rounded(amount: Decimal) -> Decimal:
    """The amount to the penny, half away from zero."""
    return amount.quantize(_PENNY, ROUND_HALF_UP)


def penny_parts(amounts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """The amounts as pennies that add up to `total`, itself whole pennies, by largest remainder; ties to the first.

    A column of amounts that are rounded one by one misses its own total. No amount moves by a penny or more where
    `total` is the sum of the amounts, rounded to either side; a total that no such rounding reaches raises ValueError.
    """
    floors = [amount.quantize(_PENNY, ROUND_FLOOR) for amount in amounts]
    missing = int((total - sum(floors, Decimal(0))) / _PENNY)
    if not 0 <= missing <= len(amounts):
        raise ValueError(f"{sum(amounts, Decimal(0))} in whole pennies is not {total}.")
    by_remainder = sorted(
        range(len(amounts)), key=lambda place: (floors[place] - amounts[place], place)
    )
    raised = set(by_remainder[:missing])
    return [floor + _PENNY if place in raised else floor for place, floor in enumerate(floors)]


def money(amount: Decimal, currency: str, places: int = 2) -> str:
    """`£1,234.56`, `−£12.30`, `SEK 5.00`."""
    digits = f"{abs(amount):,.{places}f}"
    sign = _MINUS if amount < 0 and any(digit not in "0.," for digit in digits) else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{digits}"
