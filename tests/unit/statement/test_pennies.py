"""Amounts as whole pennies that add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.statement.pennies import money, penny_parts, rounded

amounts = st.lists(
    st.decimals(
        min_value=-10_000, max_value=10_000, places=10, allow_nan=False, allow_infinity=False
    ),
    min_size=1,
    max_size=30,
)


def _pennies(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_the_penny_goes_to_the_largest_remainder() -> None:
    assert penny_parts(_pennies("0.334", "0.333", "0.333"), Decimal("1.00")) == _pennies(
        "0.34", "0.33", "0.33"
    )


def test_of_equal_remainders_the_first_gets_the_penny() -> None:
    assert penny_parts(_pennies("0.005", "0.005"), Decimal("0.01")) == _pennies("0.01", "0.00")


def test_negative_amounts_add_up_too() -> None:
    assert penny_parts(_pennies("-0.334", "-0.333", "-0.333"), Decimal("-1.00")) == _pennies(
        "-0.34", "-0.33", "-0.33"
    )


def test_a_total_that_no_rounding_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match="in whole pennies is not 5"):
        penny_parts(_pennies("1.00", "2.00"), Decimal("5.00"))


def test_nothing_sums_to_nothing() -> None:
    assert penny_parts([], Decimal("0.00")) == []


@given(amounts)
def test_parts_add_up_and_none_moves_by_a_penny(parts: list[Decimal]) -> None:
    total = rounded(sum(parts, Decimal(0)))
    shown = penny_parts(parts, total)
    assert sum(shown, Decimal(0)) == total
    assert all(
        abs(part - whole) < Decimal("0.01") for part, whole in zip(shown, parts, strict=True)
    )


@pytest.mark.parametrize(
    ("amount", "currency", "places", "text"),
    [
        ("1234.56", "GBP", 2, "£1,234.56"),
        ("-12.3", "GBP", 2, "−£12.30"),
        ("-0.001", "GBP", 2, "£0.00"),
        ("0.28451", "USD", 4, "$0.2845"),
        ("5", "SEK", 2, "SEK 5.00"),
    ],
)
def test_money_is_written_with_its_sign_and_a_real_minus(
    amount: str, currency: str, places: int, text: str
) -> None:
    assert money(Decimal(amount), currency, places) == text
