"""The whole way from charges to ledger: claim, direct entries, pools, credits, funding, tiers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from tests.reference.coarse import NOTHING, Costs, PricedCharge, priced_charges
from tests.reference.drivers import OwnedCharge, Recipient, cut_among, first_weights
from tests.reference.funding import Due, Funded, Position, funded, sandbox_spend
from tests.reference.ladder import Ownership, find_owner
from tests.reference.patterns import POOLED_METHODS, pools_by_day, rule_instant, rule_matches
from tests.reference.periods import accounting_month, day_start
from tests.reference.records import (
    Charge,
    Company,
    LedgerEntry,
    PoolKey,
    Rule,
    SequenceIds,
)
from tests.reference.registers import payer, setting
from tests.reference.tiers import stepped_down

IDS = SequenceIds()


@dataclass(frozen=True)
class Claim:
    """A charge with the rule that claimed it (none: unallocated) and its owner, if any."""

    priced: PricedCharge
    rule: Rule | None
    ownership: Ownership

    @property
    def environment(self) -> str | None:
        return self.priced.charge.x_environment or self.ownership.environment


@dataclass(frozen=True)
class Part:
    """An amount before funding and all that its ledger entry says beside the payer."""

    entry: LedgerEntry
    due: Due


def allocate(company: Company, ids: SequenceIds = IDS) -> list[LedgerEntry]:
    """The ledger. Entries that agree in all but money are one; in no particular order."""
    claims = [_claimed(company, priced) for priced in priced_charges(company, ids)]
    known = {claim.priced.origin for claim in claims}
    credits = {claim.priced.origin for claim in claims if _credits(claim.priced.charge, known)}
    # A credit of a credit is a charge like any other.
    follows = [claim for claim in claims if _credits(claim.priced.charge, known - credits)]
    leads = [claim for claim in claims if not _credits(claim.priced.charge, known - credits)]

    parts: list[Part] = []
    sources: dict[str, list[tuple[int, Fraction]]] = defaultdict(list)
    for claim in leads:
        if claim.rule is None or claim.rule.method not in POOLED_METHODS:
            part = _direct_part(company, claim, key=len(parts))
            sources[claim.priced.origin].append((part.due.key, claim.priced.share))
            parts.append(part)
    for pool, members in _pools(leads).items():
        pooled = _pool_parts(company, pool, members, claims, ids.pool(pool), len(parts))
        for member in members:
            for part, share in pooled:
                sources[member.priced.origin].append((part.due.key, member.priced.share * share))
        parts += [part for part, _ in pooled]

    by_key: dict[int, list[Funded]] = defaultdict(list)
    dues = [part.due for part in parts]
    for outcome in funded(company, dues):
        by_key[outcome.key].append(outcome)
    entries = [_entry(part.entry, outcome) for part in parts for outcome in by_key[part.due.key]]
    for claim in follows:
        credited = claim.priced.charge.x_credited_charge_id
        entries += _credit_entries(claim.priced, sources[credited], parts, by_key)
    spent = sandbox_spend(company, dues)
    return _merged(stepped_down(company, entries, _owned_charges(claims), spent, ids))


def _credits(charge: Charge, known: set[str]) -> bool:
    """Whether a charge takes the shares of another that is there."""
    return (
        charge.x_credited_charge_id in known and charge.x_credited_charge_id != charge.x_charge_id
    )


def _claimed(company: Company, priced: PricedCharge) -> Claim:
    """The first rule in force whose every match holds; an owner rule without an owner passes on."""
    charge = priced.charge
    ownership = find_owner(company, charge, charge.charge_period_start)
    unclaimed = Claim(priced, None, ownership)
    # Two versions of a rule can both be in force where one is direct and the other's pool began
    # before it: the later version decides.
    in_order = sorted(company.allocation_rules, key=lambda rule: rule.valid_from, reverse=True)
    matching = [
        rule
        for rule in sorted(in_order, key=lambda rule: rule.priority)
        if rule.tier == 1
        and rule.in_force(rule_instant(rule, charge))
        and rule_matches(rule, charge, unclaimed.environment)
    ]
    for rule in matching:
        if rule.method != "owner" or ownership.found:
            return replace(unclaimed, rule=rule)
    if matching:
        return unclaimed
    unruled = replace(ownership, reason="no_rule", cost_centre_code=None, use_case_id=None)
    return replace(unclaimed, ownership=unruled)


def _direct_part(company: Company, claim: Claim, key: int) -> Part:
    charge = claim.priced.charge
    at = charge.charge_period_start
    method = claim.rule.method if claim.rule else None
    if method in ("fixed", "central"):
        code = (
            claim.rule.target_cost_centre
            if method == "fixed"
            else setting(company, "programme_cost_centre", at)
        )
        paying = payer(company, code, at)
        recipient = replace(
            _identified(claim.ownership),
            cost_centre_code=paying.cost_centre_code,
            reason=paying.reason,
        )
    else:
        recipient = replace(
            _identified(claim.ownership),
            cost_centre_code=claim.ownership.cost_centre_code,
            use_case_id=claim.ownership.use_case_id,
            reason=claim.ownership.reason,
        )
    entry = replace(
        _blank_entry(claim.priced),
        charge_date=at.date(),
        feature=charge.x_feature,
        model=charge.x_model,
        workflow_id=charge.x_workflow_id,
        environment=claim.environment,
        owner_rung=claim.ownership.rung if method == "owner" else None,
        **_rule_columns(claim.rule),
    )
    position = Position(at, charge.x_charge_id)
    return Part(entry, Due(key, position, recipient, claim.priced.costs, method == "central"))


def _identified(ownership: Ownership) -> Recipient:
    if ownership.identity is None:
        return Recipient()
    return Recipient(
        identity_type=ownership.identity.identity_type,
        identity_id=ownership.identity.identity_id,
    )


def _rule_columns(rule: Rule | None) -> dict[str, str | None]:
    if rule is None:
        return {}
    return {"rule_id": rule.rule_id, "rule_version": rule.rule_version, "method": rule.method}


def _blank_entry(priced: PricedCharge) -> LedgerEntry:
    charge = priced.charge
    empty = dict.fromkeys(LedgerEntry.__dataclass_fields__)
    return LedgerEntry(
        **empty
        | {
            "accounting_month": accounting_month(charge),
            "platform": charge.x_platform,
            "billing_account_id": charge.billing_account_id,
            "invoice_id": charge.invoice_id,
            "billing_currency": charge.billing_currency,
            "reporting_currency": priced.reporting_currency,
            "tier": 1,
        }
    )


def _owned_charges(claims: Iterable[Claim]) -> list[OwnedCharge]:
    return [
        OwnedCharge(claim.priced, claim.ownership)
        for claim in claims
        if claim.rule is not None and claim.rule.method == "owner"
    ]


def _pools(claims: Iterable[Claim]) -> dict[PoolKey, list[Claim]]:
    pools: dict[PoolKey, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.rule is not None and claim.rule.method in POOLED_METHODS:
            pools[_pool_key(claim)].append(claim)
    return pools


def _pool_key(claim: Claim) -> PoolKey:
    charge, rule = claim.priced.charge, claim.rule
    return PoolKey(
        rule_id=rule.rule_id,
        rule_version=rule.rule_version,
        accounting_month=accounting_month(charge),
        charge_day=charge.charge_period_start.date() if pools_by_day(rule) else None,
        platform=charge.x_platform,
        billing_account_id=charge.billing_account_id,
        invoice_id=charge.invoice_id,
        billing_currency=charge.billing_currency,
        model=charge.x_model if rule.method == "gateway" else None,
        api_key_id=charge.x_api_key_id if rule.method == "gateway" else None,
    )


def _pool_parts(
    company: Company,
    pool: PoolKey,
    members: Sequence[Claim],
    claims: Sequence[Claim],
    sequence_id: str,
    first_key: int,
) -> list[tuple[Part, Fraction]]:
    """The parts of one pool, each with its share; fallbacks are tried in order."""
    rule = members[0].rule
    start = day_start(pool.charge_day or pool.accounting_month)
    whole = NOTHING
    for member in members:
        whole += member.priced.costs
    driver, weights = first_weights(company, rule, pool, start, _owned_charges(claims))
    recipients = sorted(weights, key=Recipient.tie_break) or [Recipient(reason="zero_driver")]
    numerators = [weights.get(recipient, 0) for recipient in recipients]
    costs = cut_among(whole, recipients, numerators) if weights else [whole]
    shares = [Fraction(n, sum(numerators)) for n in numerators] if weights else [Fraction(1)]
    entry = replace(
        _blank_entry(members[0].priced),
        pool=pool,
        model=pool.model,
        fallback_method=driver if driver != rule.method else None,
        driver=driver,
        driver_denominator=sum(numerators),
        **_rule_columns(rule),
    )
    return [
        (
            Part(
                replace(entry, driver_numerator=numerator),
                Due(
                    first_key + place,
                    Position(start, sequence_id),
                    recipient,
                    part,
                    is_central=driver == "central" or recipient.is_idle,
                ),
            ),
            share,
        )
        for place, (recipient, numerator, part, share) in enumerate(
            zip(recipients, numerators, costs, shares, strict=True)
        )
    ]


def _entry(entry: LedgerEntry, outcome: Funded) -> LedgerEntry:
    recipient = outcome.recipient
    names_identity = entry.method == "owner" or recipient.reason is not None
    return replace(
        entry,
        cost_centre_code=recipient.cost_centre_code,
        use_case_id=recipient.use_case_id,
        unallocated_reason=recipient.reason,
        identity_type=recipient.identity_type if names_identity else None,
        identity_id=recipient.identity_id if names_identity else None,
        billing_mode=outcome.billing_mode,
        use_case_stage=outcome.stage,
        billed_cost=outcome.costs.billed,
        effective_cost=outcome.costs.effective,
        reporting_cost=outcome.costs.reporting,
    )


def _credit_entries(
    credit: PricedCharge,
    source: Sequence[tuple[int, Fraction]],
    parts: Sequence[Part],
    by_key: dict[int, list[Funded]],
) -> list[LedgerEntry]:
    """A credit in its own period, cut by the final shares of the charge it credits."""
    weighed = [
        (parts[key], outcome, share * outcome.share)
        for key, share in source
        for outcome in by_key[key]
    ]
    weighed.sort(key=lambda part: part[1].recipient.tie_break())
    scale = lcm(*(share.denominator for _, _, share in weighed))
    costs = cut_among(
        credit.costs,
        [outcome.recipient for _, outcome, _ in weighed],
        [int(share * scale) for _, _, share in weighed],
    )
    charge = credit.charge
    own = {
        "accounting_month": accounting_month(charge),
        "platform": charge.x_platform,
        "invoice_id": charge.invoice_id,
        "billing_account_id": charge.billing_account_id,
        "billing_currency": charge.billing_currency,
        "reporting_currency": credit.reporting_currency,
        "charge_date": charge.charge_period_start.date(),
    }
    return [
        _entry(replace(part.entry, **own), replace(outcome, costs=cut))
        for (part, outcome, _), cut in zip(weighed, costs, strict=True)
    ]


def _merged(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Charge groups and pool parts: entries that agree in all but quantities are one."""
    sums: dict[LedgerEntry, Costs] = defaultdict(lambda: NOTHING)
    numerators: dict[LedgerEntry, int | None] = defaultdict(lambda: None)
    for entry in entries:
        key = replace(
            entry, driver_numerator=None, billed_cost=0, effective_cost=0, reporting_cost=0
        )
        sums[key] += Costs(entry.billed_cost, entry.effective_cost, entry.reporting_cost)
        if entry.driver_numerator is not None:
            numerators[key] = (numerators[key] or 0) + entry.driver_numerator
    return [
        replace(
            key,
            driver_numerator=numerators[key],
            billed_cost=costs.billed,
            effective_cost=costs.effective,
            reporting_cost=costs.reporting,
        )
        for key, costs in sums.items()
    ]
