"""From owner to funding: what a use case's stage makes of an entry."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.reference.arithmetic import money_units
from tests.reference.coarse import Costs
from tests.reference.drivers import Recipient, cut_among
from tests.reference.periods import day_start
from tests.reference.records import Company, UseCaseStage
from tests.reference.registers import (
    department_chargeback_from,
    payer,
    setting,
    stage_at,
    use_case_payer,
)


@dataclass(frozen=True)
class Position:
    """Where an entry stands in a sandbox's running sum: period start, then charge (or pool) id."""

    at: datetime
    sequence_id: str


@dataclass(frozen=True)
class Due:
    """An amount that a recipient owes before funding. `key` ties it to what it came from."""

    key: int
    position: Position
    recipient: Recipient
    costs: Costs
    is_central: bool = False


@dataclass(frozen=True)
class Funded:
    """An amount with its payer."""

    key: int
    recipient: Recipient
    costs: Costs
    billing_mode: str | None
    stage: str | None


def funded(
    company: Company, dues: Sequence[Due], spent: Mapping[UseCaseStage, int] | None = None
) -> list[Funded]:
    """Take every due amount through its use case's stage; sandboxes are cut at their caps.

    spent: what lower tiers spent under each sandbox stage, which comes first under its cap.
    """
    settled: list[Funded] = []
    sandboxed: dict[UseCaseStage, list[Due]] = defaultdict(list)
    for due in dues:
        stage = _stage(company, due)
        if stage is not None and stage.stage == "sandbox" and due.recipient.reason is None:
            sandboxed[stage].append(due)
        else:
            settled.append(_settled(company, due, stage))
    for stage, inside in sandboxed.items():
        settled += _sandbox(company, stage, inside, (spent or {}).get(stage, 0))
    return settled


def sandbox_spend(company: Company, dues: Sequence[Due]) -> dict[UseCaseStage, int]:
    """Reporting cost that counts under each sandbox's cap: all of it until the sandbox expires."""
    spent: dict[UseCaseStage, int] = defaultdict(int)
    for due in dues:
        stage = _stage(company, due)
        if stage is None or stage.stage != "sandbox" or due.recipient.reason is not None:
            continue
        if due.position.at < _expiry(company, stage, due.position.at):
            spent[stage] += due.costs.reporting
    return dict(spent)


def _stage(company: Company, due: Due) -> UseCaseStage | None:
    if due.is_central or due.recipient.use_case_id is None:
        return None
    return stage_at(company, due.recipient.use_case_id, due.position.at)


def _settled(company: Company, due: Due, stage: UseCaseStage | None) -> Funded:
    mode: str | None = "showback"
    if due.recipient.reason:
        mode = None
    elif due.is_central:
        mode = "central"
    elif stage is not None and stage.stage == "production":
        mode = _production_mode(company, due, stage)
    return Funded(due.key, due.recipient, due.costs, mode, stage.stage if stage else None)


def _production_mode(company: Company, due: Due, stage: UseCaseStage) -> str:
    """Charged from the later of the use case's and the department's date; an empty one is never."""
    department_from = department_chargeback_from(
        company, due.recipient.cost_centre_code, due.position.at
    )
    if stage.chargeback_from is None or department_from is None:
        return "showback"
    begins = day_start(max(stage.chargeback_from, department_from))
    return "chargeback" if due.position.at >= begins else "showback"


def _sandbox(
    company: Company, stage: UseCaseStage, dues: Sequence[Due], spent: int
) -> list[Funded]:
    """Fund from the programme up to the cap; a credit first undoes what lies over it."""
    entries: list[Funded] = []
    running = spent
    for due in sorted(dues, key=_running_order):
        before, running = running, running + due.costs.reporting
        if due.position.at >= _expiry(company, stage, due.position.at):
            entries.append(_over(company, due, stage, "sandbox_expired"))
            continue
        if stage.sandbox_cap is None:
            entries.append(_central(company, due, stage))
            continue
        cap = money_units(stage.sandbox_cap)
        inside = min(running, cap) - min(before, cap)
        over = due.costs.reporting - inside
        if over == 0 and (inside != 0 or running <= cap):
            entries.append(_central(company, due, stage))
        elif inside == 0:
            entries.append(_over(company, due, stage, "sandbox_over_cap"))
        else:
            entries += _cut(company, due, stage, abs(inside), abs(over))
    return entries


def _running_order(due: Due) -> tuple:
    return (due.position.at, due.position.sequence_id, due.recipient.tie_break())


def _expiry(company: Company, stage: UseCaseStage, at: datetime) -> datetime:
    days = stage.sandbox_days
    if days is None:
        days = int(setting(company, "sandbox_days", at))
    return day_start(stage.valid_from.date()) + timedelta(days=days)


def _cut(company: Company, due: Due, stage: UseCaseStage, inside: int, over: int) -> list[Funded]:
    """A charge that crosses the cap is a whole of two parts, weighed by its reporting cost."""
    central = _central(company, due, stage)
    rest = _over(company, due, stage, "sandbox_over_cap")
    weighed = [(central, inside), (rest, over)]
    weighed.sort(key=lambda part: part[0].recipient.tie_break())
    costs = cut_among(
        due.costs,
        [entry.recipient for entry, _ in weighed],
        [weight for _, weight in weighed],
    )
    return [replace(entry, costs=part) for (entry, _), part in zip(weighed, costs, strict=True)]


def _central(company: Company, due: Due, stage: UseCaseStage) -> Funded:
    programme = payer(
        company, setting(company, "programme_cost_centre", due.position.at), due.position.at
    )
    mode = None if programme.reason else "central"
    recipient = replace(
        due.recipient,
        cost_centre_code=programme.cost_centre_code,
        reason=programme.reason,
    )
    return Funded(due.key, recipient, due.costs, mode, stage.stage)


def _over(company: Company, due: Due, stage: UseCaseStage, reason: str) -> Funded:
    """What the sandbox does not fund: the use case's cost centre as sponsor, or nobody."""
    if setting(company, "sandbox_over_cap", due.position.at) == "unallocated":
        recipient = replace(due.recipient, cost_centre_code=None, reason=reason)
        return Funded(due.key, recipient, due.costs, None, stage.stage)
    sponsor = use_case_payer(company, due.recipient.use_case_id, due.position.at)
    recipient = replace(
        due.recipient, cost_centre_code=sponsor.cost_centre_code, reason=sponsor.reason
    )
    mode = None if sponsor.reason else "showback"
    return Funded(due.key, recipient, due.costs, mode, stage.stage)
