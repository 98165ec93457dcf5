"""What the generator knows it billed: exact sums that are independent of the warehouse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

SCALE = Decimal("1E-10")


@dataclass
class Totals:
    """Sums of billed amounts by (platform, billing account, month, currency).

    Each amount is rounded half away from zero to ten decimals first, as the warehouse's money is.
    """

    billed: dict[tuple[str, str, str, str], Decimal] = field(
        default_factory=lambda: defaultdict(Decimal)
    )
    rows: dict[tuple[str, str, str, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, platform: str, account: str, month: str, currency: str, amount: str) -> None:
        """Add one bill line; `amount` is the text of the export in the currency's main unit."""
        key = (platform, account, month, currency)
        self.billed[key] += Decimal(amount).quantize(SCALE, rounding=ROUND_HALF_UP)
        self.rows[key] += 1

    def amount(self, platform: str, account: str, month: str, currency: str) -> Decimal:
        """Return the sum of one account's month; raises KeyError where nothing was billed."""
        key = (platform, account, month, currency)
        if key not in self.billed:
            raise KeyError(key)
        return self.billed[key]

    def document(self) -> list[dict[str, object]]:
        """Return the sums as JSON-ready records in a stable order."""
        return [
            {
                "platform": platform,
                "billing_account_id": account,
                "billing_period": month,
                "currency": currency,
                "billed_cost": f"{self.billed[key]:.10f}",
                "rows": self.rows[key],
            }
            for key in sorted(self.billed)
            for platform, account, month, currency in [key]
        ]
