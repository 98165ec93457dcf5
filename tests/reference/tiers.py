"""Shared services in ascending tiers: what each holds of a month goes onward by the rules of its tier."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tests.reference.coarse import NOTHING, Costs
from tests.reference.drivers import OwnedCharge, Recipient, cut_among, first_weights
from tests.reference.funding import Due, Funded, Position, funded, sandbox_spend
from tests.reference.patterns import matches
from tests.reference.periods import day_start
from tests.reference.records import (
    Company,
    LedgerEntry,
    PoolKey,
    Rule,
    SequenceIds,
    UseCaseStage,
)

LAST_TIER = 5


def stepped_down(
    company: Company,
    entries: Iterable[LedgerEntry],
    owned: Sequence[OwnedCharge],
    spent: Mapping[UseCaseStage, int],
    ids: SequenceIds,
) -> list[LedgerEntry]:
    """The entries after every shared service has passed on what it held.

    entries: those of tier 1, after funding. owned: what owner rules claimed, the driver `cost`.
    spent: what tier 1 spent under each sandbox. No penny is in two of the entries returned: an
    entry that was passed on is replaced by the parts of its pool.
    """
    held = list(entries)
    spent = dict(spent)
    for tier in range(2, LAST_TIER + 1):
        staying: list[LedgerEntry] = []
        pools: dict[tuple[PoolKey, Rule], list[LedgerEntry]] = defaultdict(list)
        for entry in held:
            rule = _onward_rule(company, entry, tier)
            if rule is None:
                staying.append(entry)
            else:
                pools[_pool_key(entry, rule), rule].append(entry)
        parts: list[LedgerEntry] = []
        dues: list[Due] = []
        for (pool, rule), members in pools.items():
            for part, due in _pool_parts(company, pool, rule, members, owned, ids):
                dues.append(replace(due, key=len(parts)))
                parts.append(part)
        onward = [_entry(parts[out.key], out) for out in funded(company, dues, spent)]
        for stage, amount in sandbox_spend(company, dues).items():
            spent[stage] = spent.get(stage, 0) + amount
        held = staying + onward
    return held


def _onward_rule(company: Company, entry: LedgerEntry, tier: int) -> Rule | None:
    """The rule that passes an entry on: the first of its holder's tier that matches."""
    code, start = entry.cost_centre_code, day_start(entry.accounting_month)
    if code is None or code not in _services(company, (tier,), start):
        return None
    matching = [
        rule
        for rule in company.allocation_rules
        if rule.tier == tier
        and rule.in_force(start)
        and matches(rule.match_cost_centre, code)
        and matches(rule.match_platform, entry.platform)
        and matches(rule.match_billing_account_id, entry.billing_account_id)
    ]
    return min(matching, key=lambda rule: rule.priority, default=None)


def _services(company: Company, tiers: Iterable[int], at: datetime) -> set[str]:
    """The shared services of some tiers at an instant."""
    return {
        row.cost_centre_code
        for row in company.cost_centres
        if row.is_shared_service and row.tier in tiers and row.in_force(at)
    }


def _pool_key(entry: LedgerEntry, rule: Rule) -> PoolKey:
    return PoolKey(
        rule_id=rule.rule_id,
        rule_version=rule.rule_version,
        accounting_month=entry.accounting_month,
        charge_day=None,
        platform=entry.platform,
        billing_account_id=entry.billing_account_id,
        invoice_id=entry.invoice_id,
        billing_currency=entry.billing_currency,
        sender=entry.cost_centre_code,
    )


def _pool_parts(
    company: Company,
    pool: PoolKey,
    rule: Rule,
    members: Sequence[LedgerEntry],
    owned: Sequence[OwnedCharge],
    ids: SequenceIds,
) -> Iterable[tuple[LedgerEntry, Due]]:
    """The parts of what one service held. Nobody receives who has passed on: no earlier tier, nor this one."""
    start = day_start(pool.accounting_month)
    passed = _services(company, range(rule.tier + 1), start)
    driver, weights = first_weights(company, rule, pool, start, owned, passed)
    recipients = sorted(weights, key=Recipient.tie_break) or [Recipient(reason="zero_driver")]
    numerators = [weights.get(recipient, 0) for recipient in recipients]
    whole = NOTHING
    for member in members:
        whole += Costs(member.billed_cost, member.effective_cost, member.reporting_cost)
    costs = cut_among(whole, recipients, numerators) if weights else [whole]
    blank = dict.fromkeys(LedgerEntry.__dataclass_fields__)
    entry = LedgerEntry(
        **blank
        | {
            "accounting_month": pool.accounting_month,
            "platform": pool.platform,
            "billing_account_id": pool.billing_account_id,
            "invoice_id": pool.invoice_id,
            "billing_currency": pool.billing_currency,
            "reporting_currency": members[0].reporting_currency,
            "tier": rule.tier,
            "allocation_path": _path(pool, rule, members),
            "pool": pool,
            "rule_id": rule.rule_id,
            "rule_version": rule.rule_version,
            "method": rule.method,
            "fallback_method": driver if driver != rule.method else None,
            "driver": driver,
            "driver_denominator": sum(numerators),
        }
    )
    position = Position(start, ids.pool(pool))
    for recipient, numerator, part in zip(recipients, numerators, costs, strict=True):
        is_central = driver == "central" or recipient.is_idle
        due = Due(0, position, recipient, part, is_central=is_central)
        yield replace(entry, driver_numerator=numerator), due


def _path(pool: PoolKey, rule: Rule, members: Iterable[LedgerEntry]) -> str:
    """By which rules the cost came to the service, then the service and the rule that passes it on."""
    ways = sorted({member.allocation_path or member.rule_id or "" for member in members})
    came = ways[0] if len(ways) == 1 else f"({' + '.join(ways)})"
    return f"{came} → {pool.sender}: {rule.rule_id}"


def _entry(part: LedgerEntry, outcome: Funded) -> LedgerEntry:
    recipient = outcome.recipient
    return replace(
        part,
        cost_centre_code=recipient.cost_centre_code,
        use_case_id=recipient.use_case_id,
        unallocated_reason=recipient.reason,
        identity_type=recipient.identity_type,
        identity_id=recipient.identity_id,
        billing_mode=outcome.billing_mode,
        use_case_stage=outcome.stage,
        billed_cost=outcome.costs.billed,
        effective_cost=outcome.costs.effective,
        reporting_cost=outcome.costs.reporting,
    )
