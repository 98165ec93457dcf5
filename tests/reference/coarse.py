"""Charges as the claim sees them: converted once, and coarse bill lines cut to (day, key)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.arithmetic import (
    RATED_UNIT,
    converted_units,
    largest_remainder,
    money_units,
    round_half_away,
)
from tests.reference.periods import accounting_month, day_start
from tests.reference.records import Charge, Company, SequenceIds, Usage
from tests.reference.registers import exchange_rate, price_per_token, setting


@dataclass(frozen=True)
class Costs:
    """The three measures that travel side by side, in units of 10⁻¹⁰ of their currencies."""

    billed: int
    effective: int
    reporting: int

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(
            self.billed + other.billed,
            self.effective + other.effective,
            self.reporting + other.reporting,
        )

    def cut(self, weights: Sequence[int], last: Collection[int] = ()) -> list["Costs"]:
        """Parts by largest remainder, each measure on its own; see `largest_remainder`."""
        measures = (
            largest_remainder(whole, weights, last)
            for whole in (self.billed, self.effective, self.reporting)
        )
        return [Costs(*parts) for parts in zip(*measures, strict=True)]


NOTHING = Costs(0, 0, 0)


@dataclass(frozen=True)
class PricedCharge:
    """A whole charge, or a part of a coarse one, with its reporting cost."""

    charge: Charge
    costs: Costs
    reporting_currency: str


@dataclass(frozen=True, order=True)
class KeyDay:
    """The parts of a coarse charge. A missing key sorts last."""

    day: date
    has_no_key: bool
    key: str


def priced_charges(company: Company, ids: SequenceIds) -> list[PricedCharge]:
    """Every charge converted to the reporting currency, coarse ones apportioned."""
    wholes = [_priced(company, charge) for charge in company.charges]
    return [part for whole in wholes for part in _parts(company, whole, ids)]


def _priced(company: Company, charge: Charge) -> PricedCharge:
    month = accounting_month(charge)
    currency = setting(company, "reporting_currency", day_start(month))
    effective = money_units(charge.effective_cost)
    rate = exchange_rate(company, month, charge.billing_currency, currency)
    costs = Costs(money_units(charge.billed_cost), effective, converted_units(effective, rate))
    return PricedCharge(charge, costs, currency)


def _parts(company: Company, whole: PricedCharge, ids: SequenceIds) -> list[PricedCharge]:
    if not whole.charge.x_is_coarse or not _tells_usage(whole.charge):
        return [whole]
    weights = _weights(company, whole.charge)
    if not weights:
        return [replace(whole, charge=replace(whole.charge, x_cost_basis="unmetered"))]
    # Ties go to the larger weight, then the earlier day, then the lower key.
    key_days = sorted(weights)
    costs = whole.costs.cut([weights[key_day] for key_day in key_days])
    return [
        replace(
            whole,
            charge=_derived(whole.charge, key_day, ids),
            costs=part,
        )
        for key_day, part in zip(key_days, costs, strict=True)
    ]


def _tells_usage(charge: Charge) -> bool:
    """Whether a bill line names the model or kind of token whose usage it could be split by."""
    return charge.x_model is not None or charge.x_token_type is not None


def _derived(charge: Charge, key_day: KeyDay, ids: SequenceIds) -> Charge:
    start = day_start(key_day.day)
    key = None if key_day.has_no_key else key_day.key
    return replace(
        charge,
        x_charge_id=ids.part(charge.x_charge_id, key_day.day, key),
        x_cost_basis="derived",
        x_api_key_id=key,
        charge_period_start=start,
        charge_period_end=start + timedelta(days=1),
    )


def _weights(company: Company, charge: Charge) -> dict[KeyDay, int]:
    """Rated usage of each (day, key) in 10⁻¹² of its currency, else tokens, else requests."""
    usage = [row for row in company.usage if _is_behind(row, charge)]
    tokens = [
        row
        for row in usage
        if row.token_type is not None and charge.x_token_type in (None, row.token_type)
    ]
    requests = [row for row in usage if row.metric == "requests"]
    return (
        _summed((row, _rated(company, row)) for row in tokens)
        or _summed((row, Fraction(row.quantity)) for row in tokens)
        or _summed((row, Fraction(row.quantity)) for row in requests)
    )


def _is_behind(usage: Usage, charge: Charge) -> bool:
    """Whether usage lies inside the bill line: its project or workspace, model, period and key."""
    return (
        usage.platform == charge.x_platform
        and usage.project_id == charge.x_project_id
        and usage.workspace_id == charge.x_workspace_id
        and charge.x_model in (None, usage.model)
        and charge.x_api_key_id in (None, usage.api_key_id)
        and charge.charge_period_start <= usage.period_start < charge.charge_period_end
    )


def _rated(company: Company, usage: Usage) -> Fraction:
    price = price_per_token(
        company,
        usage.provider or usage.platform,
        usage.model,
        usage.token_type,
        usage.period_start,
    )
    return (price or Fraction(0)) * Fraction(usage.quantity) * RATED_UNIT


def _summed(weighed) -> dict[KeyDay, int]:
    sums: dict[KeyDay, Fraction] = defaultdict(Fraction)
    for row, weight in weighed:
        key = row.api_key_id
        sums[KeyDay(row.period_start.date(), key is None, key or "")] += weight
    rounded = {key_day: round_half_away(weight) for key_day, weight in sums.items()}
    return {key_day: weight for key_day, weight in rounded.items() if weight > 0}
