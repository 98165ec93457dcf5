"""Quillmate, an invented writing assistant: sold by seats, with an add-on for everybody who opens it.

It bills in pounds by FOCUS 1.2 files. It lists seats and active days itself; the company keeps both
in the generic usage file.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sample.company import DOMAIN, Person, people, staff_of
from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, month_starts, next_month, stamp
from sample.totals import Totals
from sample.usage_files import HEADER

ACCOUNT = "QM-551203"
SEAT_PRICE = Decimal("19.00")
ADD_ON_FEE = Decimal("249.99")
# How many seats each cost centre bought.
SEATS = {"CC-120": 5, "CC-310": 8, "CC-340": 6, "CC-410": 4, "CC-610": 4}
# A contractor whom no register knows kept a seat.
CONTRACTOR = f"r.vellacott.contractor@{DOMAIN}"
# In this month the vendor's activity page was down: nobody knows who was active.
MONTH_WITHOUT_ACTIVITY = date(2025, 11, 1)

COLUMNS = [
    *("BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart"),
    *("ChargeCategory", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceId", "InvoiceIssuerName"),
    *("ListCost", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName"),
    *("PublisherName", "ServiceCategory", "ServiceName", "SkuId"),
]  # fmt: skip


def seat_holders(seed: int) -> list[str]:
    """Return the addresses that hold seats: staff, somebody who moved, and the contractor."""
    holders = [
        person.email for code, count in SEATS.items() for person in staff_of(seed, code)[:count]
    ]
    return [*holders, _mover(seed).email, CONTRACTOR]


def _mover(seed: int) -> Person:
    """Return the first person who changed cost centre while the sample runs."""
    first, end = str(FIRST_DAY), str(END_DAY)
    return next(person for person in people(seed) if first < person.valid_to < end)


def bill_rows(seed: int, month: date) -> list[list[str]]:
    """Return a month's bill: the seats, and the add-on."""
    seats = len(seat_holders(seed))
    rows = []
    for service, sku, words, cost, quantity, unit in (
        ("Quillmate Seats", "seat", "Seats", SEAT_PRICE * seats, str(seats), "Seats"),
        ("Quillmate Briefings", "briefings", "Daily briefings", ADD_ON_FEE, "1", "Months"),
    ):
        values = {
            **dict.fromkeys(
                ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), f"{cost:f}"
            ),
            **dict.fromkeys(("BillingPeriodStart", "ChargePeriodStart"), f"{month}T00:00:00Z"),
            **dict.fromkeys(
                ("BillingPeriodEnd", "ChargePeriodEnd"), f"{next_month(month)}T00:00:00Z"
            ),
            **dict.fromkeys(
                ("ProviderName", "PublisherName", "InvoiceIssuerName"), "Quillmate Ltd"
            ),
            "BillingAccountId": ACCOUNT,
            "BillingCurrency": "GBP",
            "ChargeCategory": "Purchase",
            "ChargeDescription": words,
            "ChargeFrequency": "Recurring",
            "InvoiceId": invoice_id(month),
            "PricingCategory": "Standard",
            "PricingQuantity": quantity,
            "PricingUnit": unit,
            "ServiceCategory": "AI and Machine Learning",
            "ServiceName": service,
            "SkuId": sku,
        }
        rows.append([values[column] for column in COLUMNS])
    return rows


def invoice_id(month: date) -> str:
    """Return the number of a month's invoice."""
    return f"QM-{month:%Y%m}-88"


def usage_rows(seed: int, month: date) -> list[list[str]]:
    """Return a month's seats, each for the whole month, and active days by half months."""
    rows = []
    for address in seat_holders(seed):
        rows.append(_row(month, next_month(month), address, "seats", 1))
        if month == MONTH_WITHOUT_ACTIVITY:
            continue
        middle = month.replace(day=16)
        for first, end in ((month, middle), (middle, next_month(month))):
            days = int(chance(seed, "quillmate", address, first).random() * 16) - 4
            if days > 0:
                rows.append(_row(first, end, address, "active_days", days))
    return rows


def _row(first: date, end: date, address: str, metric: str, quantity: int) -> list[str]:
    values = {
        "platform": "quillmate",
        "period_start": f"{first}T00:00:00Z",
        "period_end": f"{end}T00:00:00Z",
        "identity_type": "user",
        "identity_id": address,
        "metric": metric,
        "quantity": str(quantity),
        "unit": "seats" if metric == "seats" else "days",
    }
    return [values.get(column, "") for column in HEADER]


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write the monthly bills and the usage beside them, and add what is billed to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        following = next_month(month)
        pulled = stamp(datetime(following.year, following.month, 3, 7, 10, 0, tzinfo=UTC))
        bill = bill_rows(seed, month)
        folder.write_csv(
            f"focus/quillmate/quillmate_{month:%Y-%m}_pulled_{pulled}.csv", COLUMNS, bill
        )
        folder.write_csv(
            f"usage/quillmate_seats_pulled_{pulled}.csv.gz", HEADER, usage_rows(seed, month)
        )
        for row in bill:
            totals.add("quillmate", ACCOUNT, f"{month:%Y-%m}", "GBP", row[0])
