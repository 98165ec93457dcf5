"""What each metric of models/semantic must come to, as plain SQL over the marts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """A metric as an aggregate over a mart, `month` the SQL of its month; with a divisor it is a ratio."""

    mart: str
    month: str
    value: str
    divisor: str | None = None

    def query(self, by_month: bool, aggregate: str) -> str:
        """The aggregate by month, in order, or once over all."""
        if by_month:
            return f"select {self.month}, {aggregate} from marts.{self.mart} group by 1 order by 1"
        return f"select {aggregate} from marts.{self.mart}"


_LEDGER = ("fct_allocation_ledger", "accounting_month")
_USAGE = ("fct_ai_usage", "date_trunc('month', usage_date)")

_ECONOMICS = ("fct_unit_economics", "accounting_month")
_WITH_OUTCOMES = "accepted_outcome_count > 0 and full_cost is not null"
_COST_OF_ACCEPTED = f"coalesce(sum(full_cost) filter ({_WITH_OUTCOMES}), 0)"
_ACCEPTED = f"coalesce(sum(accepted_outcome_count) filter ({_WITH_OUTCOMES}), 0)"

METRICS = {
    "spend": Metric(*_LEDGER, "sum(reporting_cost)"),
    "allocated_spend": Metric(
        *_LEDGER, "coalesce(sum(reporting_cost) filter (cost_centre_code is not null), 0)"
    ),
    "unallocated_spend": Metric(
        *_LEDGER, "coalesce(sum(reporting_cost) filter (cost_centre_code is null), 0)"
    ),
    "allocated_share": Metric(
        *_LEDGER,
        "coalesce(sum(reporting_cost) filter (cost_centre_code is not null), 0)",
        "sum(reporting_cost)",
    ),
    "tokens": Metric(*_USAGE, "coalesce(sum(quantity) filter (metric like '%_tokens'), 0)"),
    "requests": Metric(*_USAGE, "coalesce(sum(quantity) filter (metric = 'requests'), 0)"),
    "active_users": Metric(
        *_USAGE,
        "count(distinct identity_id) filter (metric = 'active_days' and quantity > 0 "
        "and identity_type = 'user')",
    ),
    "cost_of_accepted_outcomes": Metric(*_ECONOMICS, _COST_OF_ACCEPTED),
    "accepted_outcomes": Metric(*_ECONOMICS, _ACCEPTED),
    "unit_cost": Metric(*_ECONOMICS, _COST_OF_ACCEPTED, _ACCEPTED),
    "budget_variance": Metric(
        "fct_budget_variance",
        "accounting_month",
        "coalesce(sum(variance_amount) filter (budget_scope = 'cost centre'), 0)",
    ),
}
