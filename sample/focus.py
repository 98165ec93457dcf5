"""Two invented providers that export FOCUS.

Lumière sells language models in euro and writes FOCUS 1.2 as CSV; BrightVoice sells speech in
pounds and writes FOCUS 1.0 as Parquet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sample.demand import END_DAY, FIRST_DAY, Demand, chance, use_on
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.prices import Price
from sample.totals import Totals
from sample.usage_files import VOICE_LINES

LUMIERE_ACCOUNT = "HTW-EU-20418"
VOICE_ACCOUNT = "BV-007731"
# In this month the vendor's export carried columns of its own making.
MONTH_WITH_EXTRAS = date(2026, 2, 1)
CORRECTED_MONTH = date(2026, 1, 1)
CORRECTION_BILLED_IN = date(2026, 3, 1)

_LUMIERE_NAMES = """
    AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType
    BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass
    ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart
    CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
    CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost
    ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost ListUnitPrice
    PricingCategory PricingCurrency PricingQuantity PricingUnit ProviderName PublisherName
    RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName
    ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId SubAccountName
    SubAccountType Tags
"""
LUMIERE_COLUMNS = _LUMIERE_NAMES.split()

_VOICE_NAMES = """
    BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
    BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency
    ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId
    CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity
    ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost
    ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName
    RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId
    SkuPriceId SubAccountId SubAccountName Tags
"""


def _voice_type(name: str) -> str:
    if name.endswith(("PeriodStart", "PeriodEnd")):
        return "TIMESTAMP"
    return "DECIMAL(30, 10)" if name.endswith(("Cost", "Quantity", "UnitPrice")) else "VARCHAR"


VOICE_COLUMNS = [(name, _voice_type(name)) for name in _VOICE_NAMES.split()]

LUMIERE_PRICES = {
    ("lumiere-large-2", "Input"): Decimal("1.80"),
    ("lumiere-large-2", "Output"): Decimal("5.40"),
    ("lumiere-small-3", "Input"): Decimal("0.18"),
    ("lumiere-small-3", "Output"): Decimal("0.54"),
}

Row = dict[str, str | None]


def prices() -> list[Price]:
    """Return Lumière's list prices; what it bills is four per cent below them."""
    return [
        Price("lumiere", model, direction.lower(), price, currency="EUR")
        for (model, direction), price in LUMIERE_PRICES.items()
    ]


@dataclass(frozen=True)
class Space:
    """A workspace at Lumière: its model, its tags as the vendor writes them, and its demand."""

    name: str
    model: str
    demand: Demand
    tags: tuple[tuple[str, str], ...] = ()
    first: date = FIRST_DAY


SPACES = [
    Space(
        "claims-translation",
        "lumiere-small-3",
        Demand(120_000_000, 0.8, 0.0, 0.2, 0.02),
        (("env", "production"),),
    ),
    Space(
        "conduct-reviews",
        "lumiere-large-2",
        Demand(11_000_000, 0.1, 0.0, 0.0, 0.02),
        (("env", "production"), ("use_case", "UC-018")),
        first=date(2025, 11, 3),
    ),
    Space(
        "pricing-papers",
        "lumiere-large-2",
        Demand(7_000_000, 0.12, 0.0, 0.0, 0.01),
        (("CostCentre", "CC-130"),),
    ),
    Space(
        "trial-team",
        "lumiere-large-2",
        Demand(1_800_000, 0.2, 0.0, 0.0, 0.03),
        first=date(2026, 2, 9),
    ),
]


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _time(day: date) -> str:
    return f"{day}T00:00:00Z"


def _period(month: date, first: date, end: date) -> Row:
    return {
        "BillingPeriodStart": _time(month),
        "BillingPeriodEnd": _time(next_month(month)),
        "ChargePeriodStart": _time(first),
        "ChargePeriodEnd": _time(end),
    }


def _costs(billed: Decimal, listed: Decimal) -> Row:
    return {
        "BilledCost": _text(billed),
        "EffectiveCost": _text(billed),
        "ContractedCost": _text(billed),
        "ListCost": _text(listed),
    }


def _lumiere(month: date) -> Row:
    return {
        "BillingAccountId": LUMIERE_ACCOUNT,
        "BillingAccountName": "Hartwell Mutual",
        "BillingAccountType": "Contract",
        "BillingCurrency": "EUR",
        "InvoiceId": f"LUM-{month:%Y%m}-0418",
        "InvoiceIssuerName": "Lumière Langage SAS",
        "PricingCurrency": "EUR",
        "ProviderName": "Lumière",
        "PublisherName": "Lumière",
        "RegionId": "fr-par",
        "RegionName": "Paris",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Lumière API",
        "ServiceSubcategory": "Generative AI",
        "Tags": "{}",
    }


def lumiere_rows(seed: int, month: date) -> list[Row]:
    """Return a month's bill of Lumière: tokens by workspace and day, a fee, a correction."""
    rows = []
    for day in days(month, next_month(month)):
        for space in SPACES:
            use = (
                use_on(seed, f"lumiere {space.name}", space.demand, FIRST_DAY, day)
                if day >= space.first
                else None
            )
            if use is None:
                continue
            for direction, tokens in (("Input", use.uncached), ("Output", use.output)):
                rows.append(
                    _lumiere(month)
                    | _period(month, day, day + timedelta(days=1))
                    | _tokens(space, direction, tokens)
                )
    fee = Decimal("900")
    rows.append(
        _lumiere(month)
        | _period(month, month, next_month(month))
        | _costs(fee, fee)
        | {
            "ChargeCategory": "Purchase",
            "ChargeDescription": "Enterprise platform fee",
            "ChargeFrequency": "Recurring",
            "ServiceSubcategory": "AI Platforms",
            "ServiceName": "Lumière Platform",
            "PricingCategory": "Standard",
            "PricingQuantity": "1",
            "PricingUnit": "Months",
            "SkuId": "platform-enterprise",
            "SkuPriceId": "platform-enterprise-m",
            "SkuMeter": "Platform Fee",
        }
    )
    if month == CORRECTION_BILLED_IN:
        taken = Decimal("-18.4")
        rows.append(
            _lumiere(month)
            | _period(month, date(2026, 1, 14), date(2026, 1, 15))
            | _costs(taken, taken)
            | {
                "ChargeCategory": "Usage",
                "ChargeClass": "Correction",
                "ChargeFrequency": "Usage-Based",
                "ChargeDescription": "Correction of input tokens metered twice",
                "SubAccountId": "ws-pricing-papers",
                "SubAccountName": "pricing-papers",
                "SubAccountType": "Workspace",
                "SkuId": "lumiere-large-2-input",
                "SkuMeter": "Input Tokens",
                "Tags": json.dumps({"CostCentre": "CC-130"}),
            }
        )
    return rows


def _tokens(space: Space, direction: str, tokens: int) -> Row:
    price = LUMIERE_PRICES[(space.model, direction)]
    quantity = Decimal(tokens) / 1_000_000
    listed = quantity * price
    # The contract takes four per cent off the list.
    contracted = price * Decimal("0.96")
    billed = quantity * contracted
    return _costs(billed, listed) | {
        "ChargeCategory": "Usage",
        "ChargeDescription": f"{direction} tokens of {space.model}",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": str(tokens),
        "ConsumedUnit": "Tokens",
        "ContractedUnitPrice": _text(contracted),
        "ListUnitPrice": _text(price),
        "PricingCategory": "Standard",
        "PricingQuantity": _text(quantity),
        "PricingUnit": "1000000 Tokens",
        "ResourceId": f"{space.name}/{space.model}",
        "ResourceName": space.model,
        "ResourceType": "Model",
        "SkuId": f"{space.model}-{direction.lower()}",
        "SkuMeter": f"{direction} Tokens",
        "SkuPriceDetails": json.dumps({"x_ModelId": space.model, "x_TokenDirection": direction}),
        "SkuPriceId": f"{space.model}-{direction.lower()}-eur",
        "SubAccountId": f"ws-{space.name}",
        "SubAccountName": space.name,
        "SubAccountType": "Workspace",
        "Tags": json.dumps(dict(space.tags)),
    }


def _voice(month: date) -> Row:
    return {
        "BillingAccountId": VOICE_ACCOUNT,
        "BillingAccountName": "Hartwell Mutual Insurance",
        "BillingCurrency": "GBP",
        "InvoiceIssuerName": "BrightVoice Ltd",
        "ProviderName": "BrightVoice",
        "PublisherName": "BrightVoice",
        "RegionId": "uk-london",
        "RegionName": "London",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "BrightVoice Speech",
        "Tags": "{}",
    }


def voice_rows(seed: int, month: date) -> list[Row]:
    """Return a month's bill of BrightVoice: minutes by line and day, a platform fee, a top-up."""
    rows = []
    price = Decimal("0.0175")
    for day in days(month, next_month(month)):
        for line, usual in VOICE_LINES.items():
            volume = (1.0 if day.weekday() < 5 else 0.35) * (
                0.85 + 0.3 * chance(seed, line, day).random()
            )
            minutes = (int(usual * volume) * Decimal("93.5") / 60).quantize(
                Decimal("0.01"), rounding=ROUND_HALF_UP
            )
            cost = minutes * price
            rows.append(
                _voice(month)
                | _period(month, day, day + timedelta(days=1))
                | _costs(cost, cost)
                | {
                    "ChargeCategory": "Usage",
                    "ChargeDescription": "Real-time transcription",
                    "ChargeFrequency": "Usage-Based",
                    "ConsumedQuantity": _text(minutes),
                    "ConsumedUnit": "Minutes",
                    "ContractedUnitPrice": _text(price),
                    "ListUnitPrice": _text(price),
                    "PricingCategory": "Standard",
                    "PricingQuantity": _text(minutes),
                    "PricingUnit": "Minutes",
                    "ResourceId": f"line/{line}",
                    "ResourceName": line,
                    "ResourceType": "Line",
                    "SkuId": "realtime-minute",
                    "SkuPriceId": "realtime-minute-gbp",
                    "SubAccountId": line,
                    "SubAccountName": line,
                }
            )
    for sku, words, amount in (
        ("platform", "Platform fee", "1150"),
        ("minimum", "Minimum spend top-up", "400"),
    ):
        rows.append(
            _voice(month)
            | _period(month, month, next_month(month))
            | _costs(Decimal(amount), Decimal(amount))
            | {
                "ChargeCategory": "Purchase",
                "ChargeDescription": words,
                "ChargeFrequency": "Recurring",
                "ServiceName": "BrightVoice Platform",
                "PricingCategory": "Standard",
                "PricingQuantity": "1",
                "PricingUnit": "Months",
                "SkuId": sku,
                "SkuPriceId": f"{sku}-gbp",
            }
        )
    if month == date(2026, 4, 1):
        rows.append(
            _voice(month)
            | _period(month, date(2026, 4, 9), date(2026, 4, 10))
            | _costs(Decimal("-61.25"), Decimal("-61.25"))
            | {
                "ChargeCategory": "Credit",
                "ChargeDescription": "Service credit for the fault of 9 April",
                "ChargeFrequency": "One-Time",
                "SkuId": "service-credit",
                "SubAccountId": "contact-line",
                "SubAccountName": "contact-line",
            }
        )
    return rows


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write both providers' monthly exports, and add what they bill to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        delivered = datetime(
            next_month(month).year, next_month(month).month, 2, 4, 5, month.month, tzinfo=UTC
        )
        rows = lumiere_rows(seed, month)
        columns = list(LUMIERE_COLUMNS)
        if month == MONTH_WITH_EXTRAS:
            columns += ["Id", "x_CampaignCode"]
            for number, row in enumerate(rows):
                row |= {
                    "Id": str(900_000 + number),
                    "x_CampaignCode": "winter-26" if number % 3 == 0 else "",
                }
        folder.write_csv(
            f"focus/lumiere/{LUMIERE_ACCOUNT}/lumiere_focus_{month:%Y-%m}_pulled_{stamp(delivered)}.csv.gz",
            columns,
            [[row.get(column) or "" for column in columns] for row in rows],
        )
        for row in rows:
            totals.add(
                "lumiere", LUMIERE_ACCOUNT, f"{month:%Y-%m}", "EUR", row["BilledCost"] or "0"
            )
        spoken = voice_rows(seed, month)
        folder.write_parquet(
            f"focus/brightvoice/brightvoice_{month:%Y-%m}_pulled_{stamp(delivered)}.parquet",
            VOICE_COLUMNS,
            [[_typed(row.get(name), kind) for name, kind in VOICE_COLUMNS] for row in spoken],
        )
        for row in spoken:
            totals.add(
                "brightvoice", VOICE_ACCOUNT, f"{month:%Y-%m}", "GBP", row["BilledCost"] or "0"
            )


def _typed(value: str | None, kind: str) -> str | None:
    if value is not None and kind == "TIMESTAMP":
        return value.replace("T", " ").replace("Z", "")
    return value
