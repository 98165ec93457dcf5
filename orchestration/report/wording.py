"""How amounts and counts are written for people."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def exact(amount: Decimal) -> str:
    """The amount with all ten decimals of the warehouse, so that a column of them lines up."""
    return f"{amount:,.10f}"


def money(amount: Decimal) -> str:
    """The amount to its last non-zero decimal, at least two: `1,234.5678`."""
    whole, _, decimals = f"{amount:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def pennies(amount: Decimal) -> str:
    """The amount rounded half away from zero to two decimals, for reading and never for sums."""
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def quantity(value: Decimal) -> str:
    """The quantity without trailing zeros, with thousands separators."""
    whole, _, decimals = f"{value:,f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def counted(count: int, noun: str) -> str:
    """The count and its noun: `1 entry`, `3 entries`, `2 charges`, `2 days`."""
    if count == 1:
        return f"1 {noun}"
    takes_ies = noun.endswith("y") and noun[-2:-1] not in "aeiou"
    plural = f"{noun[:-1]}ies" if takes_ies else f"{noun}s"
    return f"{count:,} {plural}"
