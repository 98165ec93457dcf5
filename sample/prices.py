"""The price list that vendors bill by in the sample, and that `model_prices.csv` registers.

Prices are of the order of public list prices and are not a quotation of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache


@dataclass(frozen=True)
class Price:
    """Price of one token class: `price` in `currency` for `per_units` tokens."""

    provider: str
    model: str
    token_type: str
    price: Decimal
    per_units: int = 1_000_000
    unit: str = "tokens"
    currency: str = "USD"
    service_tier: str = ""
    context_window: str = ""
    valid_from: date = date(2025, 1, 1)
    valid_to: date | None = None

    def per_unit(self) -> float:
        """Return the price of one token as the vendor's billing engine holds it."""
        return float(self.price) / self.per_units


def _text(provider: str, model: str, classes: dict[str, str], **more: object) -> list[Price]:
    return [
        Price(provider, model, token_type, Decimal(price), **more)  # type: ignore[arg-type]
        for token_type, price in classes.items()
    ]


def _openai(model: str, uncached: str, cached: str, output: str, **more: object) -> list[Price]:
    return _text(
        "openai", model, {"input": uncached, "cached_input": cached, "output": output}, **more
    )


def _claude(provider: str, model: str, uncached: str, output: str, **more: object) -> list[Price]:
    """Return a Claude model's classes: cache reads at 0.1, writes at 1.25 and 2 times input."""
    base = Decimal(uncached)
    classes = {
        "input": uncached,
        "cached_input": str(base * Decimal("0.1")),
        "cache_write": str(base * Decimal("1.25")),
        "cache_write_1h": str(base * 2),
        "output": output,
    }
    return _text(provider, model, classes, **more)


def _claude_batch(model: str, uncached: str, output: str) -> list[Price]:
    half = Decimal("0.5")
    return _claude(
        "anthropic",
        model,
        str(Decimal(uncached) * half),
        str(Decimal(output) * half),
        service_tier="batch",
    )


MINI_PRICE_CUT = date(2026, 4, 16)

PRICES: list[Price] = [
    *_openai("gpt-4.1-mini-2025-04-14", "0.40", "0.10", "1.60"),
    *_openai("gpt-5-2025-08-07", "1.25", "0.125", "10.00"),
    *_openai("gpt-5-mini-2025-08-07", "0.25", "0.025", "2.00", valid_to=MINI_PRICE_CUT),
    *_openai("gpt-5-mini-2025-08-07", "0.20", "0.02", "1.60", valid_from=MINI_PRICE_CUT),
    *_openai("gpt-5.2-2025-12-11", "1.75", "0.175", "14.00"),
    *_openai("gpt-5.4-2026-03-05", "2.50", "0.25", "15.00"),
    *_openai("gpt-5.4-mini-2026-03-17", "0.75", "0.075", "4.50"),
    *_openai("gpt-realtime", "4.00", "0.40", "16.00"),
    *_text(
        "openai",
        "gpt-realtime",
        {"audio_input": "32.00", "audio_cached_input": "0.40", "audio_output": "64.00"},
    ),
    *_text("openai", "text-embedding-3-large", {"embedding": "0.13"}),
    *_text("openai", "omni-moderation-latest", {"input": "0"}),
    *_claude("anthropic", "claude-sonnet-4-20250514", "3.00", "15.00"),
    *_claude("anthropic", "claude-sonnet-4-5-20250929", "3.00", "15.00"),
    *_claude_batch("claude-sonnet-4-5-20250929", "3.00", "15.00"),
    *_claude("anthropic", "claude-sonnet-4-6", "3.00", "15.00"),
    *_claude_batch("claude-sonnet-4-6", "3.00", "15.00"),
    *_claude("anthropic", "claude-haiku-4-5-20251001", "1.00", "5.00"),
    *_claude("anthropic", "claude-opus-4-6", "5.00", "25.00"),
]


@cache
def price_of(
    provider: str, model: str, token_type: str, day: date, service_tier: str = ""
) -> Price:
    """Return the price in force on `day`; raises KeyError where the list has none."""
    for price in PRICES:
        if (price.provider, price.model, price.token_type) == (provider, model, token_type):
            in_force = price.valid_from <= day and (price.valid_to is None or day < price.valid_to)
            if in_force and price.service_tier == service_tier:
                return price
    raise KeyError((provider, model, token_type, day, service_tier))
