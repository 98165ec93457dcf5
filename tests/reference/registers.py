"""Look-ups in the registers at an instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from tests.reference.records import (
    Company,
    CostCentre,
    Dated,
    Split,
    UseCase,
    UseCaseStage,
)
from tests.reference.tags import normalised_key, normalised_tags

Row = TypeVar("Row", bound=Dated)

DEFAULTS = {
    "reporting_currency": "GBP",
    "sandbox_days": "90",
    "sandbox_over_cap": "sponsor",
}


@dataclass(frozen=True)
class Payer:
    """A resolved cost centre, or the reason why there is none."""

    cost_centre_code: str | None
    reason: str | None = None


def setting(company: Company, name: str, at: datetime) -> str | None:
    """A policy setting's value in force, else its default."""
    for row in company.policy:
        if row.setting == name and row.in_force(at):
            return row.value
    return DEFAULTS.get(name)


def listed_setting(company: Company, name: str, at: datetime) -> list[str]:
    value = setting(company, name, at)
    return [word.strip() for word in value.split("|") if word.strip()] if value else []


def tag_keys(company: Company, name: str, at: datetime) -> list[str]:
    return [normalised_key(key) for key in listed_setting(company, name, at)]


def named_feature(company: Company, tags: Mapping[str, str]) -> str | None:
    """The product feature that a tag names: by the first key that is there of the newest list, whatever the day."""
    lists = [row for row in company.policy if row.setting == "feature_tag_keys"]
    if not lists:
        return None
    values = normalised_tags(tags)
    keys = max(lists, key=lambda row: row.valid_from).value.split("|")
    named = [values[key] for key in map(normalised_key, keys) if key in values]
    return named[0] if named else None


def is_known_cost_centre(company: Company, code: str) -> bool:
    return any(row.cost_centre_code == code for row in company.cost_centres)


def is_known_use_case(company: Company, use_case_id: str) -> bool:
    return any(row.use_case_id == use_case_id for row in company.use_cases)


def use_case_at(company: Company, use_case_id: str, at: datetime) -> UseCase | None:
    return _only(
        row for row in company.use_cases if row.use_case_id == use_case_id and row.in_force(at)
    )


def cost_centre_at(company: Company, code: str, at: datetime) -> CostCentre | None:
    return _only(
        row for row in company.cost_centres if row.cost_centre_code == code and row.in_force(at)
    )


def stage_at(company: Company, use_case_id: str, at: datetime) -> UseCaseStage | None:
    return _only(
        row
        for row in company.use_case_stages
        if row.use_case_id == use_case_id and row.in_force(at)
    )


def splits_at(company: Company, split_id: str | None, at: datetime) -> list[Split]:
    return [
        row for row in company.allocation_splits if row.split_id == split_id and row.in_force(at)
    ]


def payer(company: Company, code: str | None, at: datetime) -> Payer:
    """Follow successors from a cost centre to the one that pays at an instant.

    One that has not begun is as unknown as one in no register; one that ended and whose successors
    lead nowhere is closed.
    """
    visited: set[str] = set()
    while code is not None:
        if cost_centre_at(company, code, at):
            return Payer(code)
        ended = [
            row for row in company.cost_centres if row.cost_centre_code == code and row.ended(at)
        ]
        if not ended:
            return Payer(None, "closed_cost_centre" if visited else "unknown_cost_centre")
        visited.add(code)
        code = max(ended, key=lambda row: row.valid_to).successor_code
        if code is None or code in visited:
            return Payer(None, "closed_cost_centre")
    return Payer(None, "unknown_cost_centre")


def use_case_payer(company: Company, use_case_id: str, at: datetime) -> Payer:
    """The cost centre that a use case's own register row names."""
    use_case = use_case_at(company, use_case_id, at)
    return payer(company, use_case.cost_centre_code if use_case else None, at)


def department_chargeback_from(company: Company, code: str, at: datetime) -> date | None:
    """From when the cost centre's department is charged; None means never."""
    cost_centre = cost_centre_at(company, code, at)
    if cost_centre is None:
        return None
    department = _only(
        row
        for row in company.departments
        if row.department_code == cost_centre.department_code and row.in_force(at)
    )
    return department.chargeback_from if department else None


def exchange_rate(company: Company, month: date, currency: str, reporting_currency: str) -> Decimal:
    """The month's rate; a missing one is a register fault (KeyError), never 1."""
    if currency == reporting_currency:
        return Decimal(1)
    for row in company.fx_rates:
        if (row.accounting_month, row.from_currency, row.to_currency) == (
            month,
            currency,
            reporting_currency,
        ):
            return row.rate
    raise KeyError(f"no rate from {currency} to {reporting_currency} in {month:%Y-%m}")


def token_weight(company: Company, token_type: str | None, at: datetime) -> Fraction:
    value = setting(company, f"token_weight.{token_type}", at)
    return Fraction(value) if value is not None else Fraction(1)


def price_per_token(
    company: Company, platform: str, model: str | None, token_type: str | None, at: datetime
) -> Fraction | None:
    """List price of one token in force, in its currency; None where the register has none."""
    for row in company.model_prices:
        if (row.provider, row.model, row.token_type) == (platform, model, token_type) and (
            row.in_force(at)
        ):
            return Fraction(row.price) / Fraction(row.per_units)
    return None


def _only(rows: Iterable[Row]) -> Row | None:
    return next(iter(rows), None)
