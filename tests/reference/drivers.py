"""By what a pool is split: recipients and their integer weights."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from tests.reference.arithmetic import (
    FRACTIONAL_DRIVER_UNIT,
    RATED_UNIT,
    largest_remainder,
    round_half_away,
)
from tests.reference.coarse import NOTHING, Costs, PricedCharge
from tests.reference.ladder import Ownership, find_owner
from tests.reference.periods import accounting_month, day_start, first_of_month
from tests.reference.records import Company, PoolKey, Rule, Usage
from tests.reference.registers import (
    payer,
    price_per_token,
    setting,
    splits_at,
    token_weight,
    use_case_at,
)


@dataclass(frozen=True)
class Recipient:
    """Who receives a part: a (cost centre, use case) pair, or an identity and a reason.

    `is_idle`: the part pays for GPU hours that no job used.
    """

    cost_centre_code: str | None = None
    use_case_id: str | None = None
    reason: str | None = None
    identity_type: str | None = None
    identity_id: str | None = None
    is_idle: bool = False

    def tie_break(self) -> tuple:
        """Lower cost-centre code, then lower use-case id (none is lowest), then the identity (none comes last)."""
        return (
            self.cost_centre_code or "",
            self.use_case_id or "",
            self.identity_type is None,
            self.identity_type or "",
            self.identity_id or "",
            self.reason or "",
            self.is_idle,
        )


def cut_among(costs: Costs, recipients: Sequence[Recipient], weights: Sequence[int]) -> list[Costs]:
    """Cut a whole among recipients in the order of their tie-break; the unallocated come last."""
    last = {place for place, recipient in enumerate(recipients) if recipient.reason}
    return costs.cut(weights, last)


@dataclass(frozen=True)
class OwnedCharge:
    """A charge that an owner rule claimed: the `cost` driver before funding."""

    priced: PricedCharge
    ownership: Ownership


def recipient_of(ownership: Ownership) -> Recipient:
    """The pool part that an owned or unowned quantity belongs to."""
    if ownership.reason is None:
        return Recipient(ownership.cost_centre_code, ownership.use_case_id)
    identity = ownership.identity
    return Recipient(
        reason=ownership.reason,
        identity_type=identity.identity_type if identity else None,
        identity_id=identity.identity_id if identity else None,
    )


def first_weights(
    company: Company,
    rule: Rule,
    pool: PoolKey,
    start: datetime,
    owned: Sequence[OwnedCharge],
    passed: Collection[str] = (),
) -> tuple[str, dict[Recipient, int]]:
    """The first method of a rule, its fallbacks in order, whose driver is not zero, and its weights.

    passed: shared services that have passed on and receive nothing any more. Without any driver the
    rule's own method and no weights.
    """
    for method in (rule.method, *(rule.fallback_method or "").split("|")):
        weights = driver_weights(company, method, rule, pool, start, owned) if method else {}
        receiving = {to: n for to, n in weights.items() if to.cost_centre_code not in passed}
        if receiving:
            return method, receiving
    return rule.method, {}


def driver_weights(
    company: Company,
    method: str,
    rule: Rule,
    pool: PoolKey,
    start: datetime,
    owned: Sequence[OwnedCharge],
) -> dict[Recipient, int]:
    """Weights of one method for one pool, positive only; empty where the driver is zero.

    Units: weighted tokens, percent, GPU hours and active users in 10⁻⁶; model calls, workflow runs and
    seat days as they are; costs in 10⁻¹⁰; a gateway's listed usage in 10⁻¹². `fixed` and `central` (as
    fallbacks) and `even` weigh 1.
    """
    match method:
        case "fixed":
            weights = [(_recipient(company, rule.target_cost_centre, start), Fraction(1))]
        case "central":
            programme = setting(company, "programme_cost_centre", start)
            weights = [(_recipient(company, programme, start), Fraction(1))]
        case "split" | "even":
            weights = _split_weights(company, method, rule, start)
        case "token_volume" | "requests":
            weights = _usage_weights(company, method, rule, pool, start)
        case "workflow_count":
            weights = (
                (_owner(company, row), Fraction(row.quantity))
                for row in _in_scope(company, rule, pool, "workflow_runs")
            )
        case "seats":
            weights = _seat_weights(company, rule, pool)
        case "active_users":
            weights = _active_user_weights(company, rule, pool)
        case "gpu_hours":
            weights = _gpu_weights(company, rule, pool, start)
        case "gateway":
            weights = _gateway_weights(company, rule, pool)
        case "cost":
            weights = _cost_weights(rule, pool, owned)
        case _:
            raise ValueError(f"the reference does not know the method {method}")
    sums: dict[Recipient, Fraction] = defaultdict(Fraction)
    for recipient, weight in weights:
        sums[recipient] += weight
    rounded = {recipient: round_half_away(weight) for recipient, weight in sums.items()}
    return {recipient: weight for recipient, weight in rounded.items() if weight > 0}


def _recipient(
    company: Company, code: str | None, at: datetime, use_case_id: str | None = None
) -> Recipient:
    paying = payer(company, code, at)
    if paying.reason:
        return Recipient(reason=paying.reason)
    return Recipient(paying.cost_centre_code, use_case_id)


def _split_weights(
    company: Company, method: str, rule: Rule, start: datetime
) -> Iterable[tuple[Recipient, Fraction]]:
    for row in splits_at(company, rule.split_id, start):
        weight = row.share_percent * FRACTIONAL_DRIVER_UNIT if method == "split" else 1
        code = row.cost_centre_code
        if code is None and row.use_case_id is not None:
            use_case = use_case_at(company, row.use_case_id, start)
            code = use_case.cost_centre_code if use_case else None
        recipient = _recipient(company, code, start, row.use_case_id)
        if recipient.reason:
            # The entry tells which of the split's codes is broken.
            recipient = replace(recipient, identity_id=code)
        yield recipient, Fraction(weight)


def _usage_weights(
    company: Company, method: str, rule: Rule, pool: PoolKey, start: datetime
) -> Iterable[tuple[Recipient, Fraction]]:
    for row in company.usage:
        if row.platform != (rule.driver_scope or pool.platform) or not _in_grain(row, pool):
            continue
        owner = recipient_of(find_owner(company, row, row.period_start))
        if method == "requests" and row.metric == "requests":
            yield owner, Fraction(row.quantity)
        elif method == "token_volume" and row.token_type is not None:
            weight = token_weight(company, row.token_type, start)
            yield owner, Fraction(row.quantity) * weight * FRACTIONAL_DRIVER_UNIT


def _owner(company: Company, usage: Usage) -> Recipient:
    return recipient_of(find_owner(company, usage, usage.period_start))


def _in_scope(company: Company, rule: Rule, pool: PoolKey, metric: str) -> Iterator[Usage]:
    """Usage of a metric on the driver's platform inside the pool's period."""
    for row in company.usage:
        is_on_platform = row.platform == (rule.driver_scope or pool.platform)
        if is_on_platform and row.metric == metric and _in_grain(row, pool):
            yield row


def _seat_weights(
    company: Company, rule: Rule, pool: PoolKey
) -> Iterable[tuple[Recipient, Fraction]]:
    """Seat days: every day that a seat's period touches, each with its own owner."""
    for row in company.usage:
        if row.platform != (rule.driver_scope or pool.platform) or row.metric != "seats":
            continue
        at = row.period_start
        while at == row.period_start or at < row.period_end:
            if _in_grain(replace(row, period_start=at), pool):
                owner = recipient_of(find_owner(company, row, at))
                yield owner, Fraction(row.quantity)
            at = day_start(at.date() + timedelta(days=1))


def _active_user_weights(
    company: Company, rule: Rule, pool: PoolKey
) -> Iterable[tuple[Recipient, Fraction]]:
    """Every active user is one, cut by largest remainder in millionths where several owners share."""
    days: dict[tuple, dict[Recipient, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for row in _in_scope(company, rule, pool, "active_days"):
        ownership = find_owner(company, row, row.period_start)
        user = ("user", row.user_id) if row.user_id else ("other", ownership.identity)
        days[user][recipient_of(ownership)] += Fraction(row.quantity)
    for by_owner in days.values():
        owners = sorted(by_owner, key=Recipient.tie_break)
        weights = [round_half_away(by_owner[owner] * FRACTIONAL_DRIVER_UNIT) for owner in owners]
        if sum(weights) == 0:
            continue
        last = {place for place, owner in enumerate(owners) if owner.reason}
        parts = largest_remainder(FRACTIONAL_DRIVER_UNIT, weights, last)
        for owner, part in zip(owners, parts, strict=True):
            yield owner, Fraction(part)


def _gpu_weights(
    company: Company, rule: Rule, pool: PoolKey, start: datetime
) -> Iterable[tuple[Recipient, Fraction]]:
    """Job hours by owner; under `central` what is left of the capacity is the programme's."""
    idle = sum(
        (Fraction(row.quantity) for row in _in_scope(company, rule, pool, "gpu_capacity_hours")),
        Fraction(0),
    )
    for row in _in_scope(company, rule, pool, "gpu_hours"):
        idle -= Fraction(row.quantity)
        yield _owner(company, row), Fraction(row.quantity) * FRACTIONAL_DRIVER_UNIT
    if rule.idle_policy == "central" and idle > 0:
        programme = _recipient(company, setting(company, "programme_cost_centre", start), start)
        yield replace(programme, is_idle=True), idle * FRACTIONAL_DRIVER_UNIT


def _gateway_weights(
    company: Company, rule: Rule, pool: PoolKey
) -> Iterable[tuple[Recipient, Fraction]]:
    """What the gateway logged that day for the model; a receiver without logged cost by list price.

    A row that names provider or key counts for that one only. What is logged apart (by provider and
    key) is looked at apart.
    """
    logged: dict[tuple, Fraction] = defaultdict(Fraction)
    rated: dict[tuple, Fraction] = defaultdict(Fraction)
    for row in company.usage:
        if (
            row.platform != rule.driver_scope
            or row.period_start.date() != pool.charge_day
            or (row.model or "").lower() != (pool.model or "").lower()
            or row.provider not in (None, pool.platform)
            or row.bill_identity_id not in (None, pool.api_key_id)
        ):
            continue
        key = (_owner(company, row), row.provider, row.bill_identity_id)
        logged[key] += Fraction(row.logged_cost or 0) * RATED_UNIT
        price = price_per_token(
            company, row.provider or row.platform, row.model, row.token_type, row.period_start
        )
        rated[key] += (price or Fraction(0)) * Fraction(row.quantity) * RATED_UNIT
    for key, amount in logged.items():
        yield key[0], amount if amount > 0 else rated[key]


def _in_grain(usage: Usage, pool: PoolKey) -> bool:
    if pool.charge_day is not None:
        return usage.period_start.date() == pool.charge_day
    return first_of_month(usage.period_start) == pool.accounting_month


def _cost_weights(
    rule: Rule, pool: PoolKey, owned: Sequence[OwnedCharge]
) -> Iterable[tuple[Recipient, Fraction]]:
    """Net effective cost of what owner rules claimed; in reporting cost where currencies mix."""
    in_scope = [
        entry
        for entry in owned
        if entry.priced.charge.x_platform == (rule.driver_scope or pool.platform)
        and _charge_in_grain(entry.priced, pool)
    ]
    currencies = {entry.priced.charge.billing_currency for entry in in_scope}
    nets: dict[Recipient, Costs] = defaultdict(lambda: NOTHING)
    for entry in in_scope:
        nets[recipient_of(entry.ownership)] += entry.priced.costs
    for recipient, net in nets.items():
        yield recipient, Fraction(net.effective if len(currencies) == 1 else net.reporting)


def _charge_in_grain(priced: PricedCharge, pool: PoolKey) -> bool:
    """A pool of a day compares what the same month's bill charges for that day."""
    day = priced.charge.charge_period_start.date()
    return accounting_month(priced.charge) == pool.accounting_month and (
        pool.charge_day in (None, day)
    )
