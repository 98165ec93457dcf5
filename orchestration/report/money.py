"""How amounts are written for people."""

from __future__ import annotations

from decimal import Decimal


def money(amount: Decimal) -> str:
    """The amount to its last non-zero decimal, at least two, with thousands separators: `1,234.5678`."""
    whole, _, decimals = f"{amount:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def quantity(value: Decimal) -> str:
    """The quantity without trailing zeros, with thousands separators."""
    whole, _, decimals = f"{value:,f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole
