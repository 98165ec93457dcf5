"""What a comparison says: a change per cost centre, what moved it, and which charges other rules would claim."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Reclaimed:
    """Charges of one platform that another rule would claim, with their reporting cost."""

    platform: str
    current_rule: str
    candidate_rule: str
    charge_count: int
    reporting_cost: Decimal


@dataclass(frozen=True)
class Movement:
    """What the rules named, together, change for one cost centre on one platform, in reporting cost."""

    platform: str
    rules: str
    reporting_cost_change: Decimal

    @property
    def sentence(self) -> str:
        """Platform and rules in one line."""
        return f"{self.platform}: {self.rules}"


@dataclass(frozen=True)
class CostCentreChange:
    """One cost centre, or one reason for which nobody pays, under today's policy and under the candidate.

    Reporting costs; a positive change is paid by more. The movements sum to the change.
    """

    cost_centre_code: str | None
    cost_centre_name: str | None
    unallocated_reason: str | None
    current_reporting_cost: Decimal
    candidate_reporting_cost: Decimal
    current_chargeback_cost: Decimal
    candidate_chargeback_cost: Decimal
    current_showback_cost: Decimal
    candidate_showback_cost: Decimal
    current_central_cost: Decimal
    candidate_central_cost: Decimal
    movements: list[Movement]

    @property
    def reporting_cost_change(self) -> Decimal:
        """Candidate less current."""
        return self.candidate_reporting_cost - self.current_reporting_cost

    @property
    def is_changed(self) -> bool:
        """Whether the cost, or the mode that it is paid in, changes."""
        return bool(self.movements)


@dataclass(frozen=True)
class PolicyComparison:
    """One month under today's policy and under a candidate; the ledger is neither."""

    comparison_id: str
    period: str
    reporting_currency: str
    candidate_registers: list[str]
    is_closed: bool
    changes: list[CostCentreChange]
    reclaimed: list[Reclaimed]

    @property
    def current_reporting_cost(self) -> Decimal:
        """What the month cost; the candidate's is the same."""
        return sum((change.current_reporting_cost for change in self.changes), Decimal(0))

    @property
    def candidate_reporting_cost(self) -> Decimal:
        """What the month would cost under the candidate: the same."""
        return sum((change.candidate_reporting_cost for change in self.changes), Decimal(0))
