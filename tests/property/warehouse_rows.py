"""A company of the reference, as the warehouse's tables see it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal

from tests.reference.records import (
    BEGINNING,
    END,
    Charge,
    Company,
    Dated,
    ExchangeRate,
    Usage,
)

Rows = list[dict[str, object]]

SEEDS = (
    "departments",
    "cost_centres",
    "use_cases",
    "use_case_stages",
    "allocation_rules",
    "allocation_splits",
    "model_prices",
    "policy",
)


def company_rows(company: Company) -> dict[str, Rows]:
    """Content of the registers, the landed registers and the models that join the sources."""
    return {
        # Nothing is closed: every month is computed.
        "int_accounting_periods": [],
        "int_charges_unioned": [_charge_row(charge) for charge in company.charges],
        "int_usage_unioned": [_usage_row(usage) for usage in company.usage],
        "int_identities_unioned": [_record_row(row) for row in company.vendor_identities],
        "registers.people": [_person_row(_register_row(row)) for row in company.people],
        "registers.identities": _register_rows(company.identities),
        "registers.exceptions": [
            _register_row(row) | {"approved_by": "0001"} for row in company.exceptions
        ],
        "fx_rates": [_rate_row(rate) for rate in company.fx_rates],
        **{seed: _register_rows(getattr(company, seed)) for seed in SEEDS},
    }


def _record_row(record: object) -> dict[str, object]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _charge_row(charge: Charge) -> dict[str, object]:
    """A canonical charge; list and contracted cost are what a vendor without them states."""
    return _record_row(charge) | {
        "tags": _tags_text(charge.tags),
        "list_cost": charge.billed_cost,
        "contracted_cost": charge.billed_cost,
        "billing_period_end": _next_month(charge.billing_period_start),
        "x_source_table": f"{charge.x_platform}__costs",
        "x_delivery_id": "delivery",
    }


def _usage_row(usage: Usage) -> dict[str, object]:
    return _record_row(usage) | {
        "tags": _tags_text(usage.tags),
        "source_table": f"{usage.platform}__usage",
        "delivery_id": "delivery",
    }


def _tags_text(tags: Mapping[str, str]) -> str | None:
    return json.dumps(tags) if tags else None


def _next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _register_rows(records: Iterable[Dated]) -> Rows:
    return [_register_row(record) for record in records]


def _register_row(record: Dated) -> dict[str, object]:
    """Register rows are text, as in their CSV; an empty end means open."""
    row = {name: _text(value) for name, value in _record_row(record).items()}
    if record.valid_from == BEGINNING:
        row["valid_from"] = None
    if record.valid_to == END:
        row["valid_to"] = None
    return row


def _person_row(row: dict[str, object]) -> dict[str, object]:
    return {"email" if name == "user_id" else name: value for name, value in row.items()}


def _rate_row(rate: ExchangeRate) -> dict[str, object]:
    return {
        "month": f"{rate.accounting_month:%Y-%m}",
        "from_currency": rate.from_currency,
        "to_currency": rate.to_currency,
        "rate": _text(rate.rate),
    }


def _text(value: object) -> str | None:
    match value:
        case None | "":
            return None
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return str(value)
