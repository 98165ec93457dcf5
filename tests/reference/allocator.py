"""The whole way from charges to ledger: claim, direct entries, pools, credits, funding, tiers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.reference.coarse import NOTHING, Costs, PricedCharge, priced_charges
from tests.reference.drivers import OwnedCharge, Recipient, cut_among, first_weights
from tests.reference.funding import Due, Funded, Position, funded, sandbox_spend
from tests.reference.ladder import Ownership, find_owner
from tests.reference.patterns import POOLED_METHODS, pools_by_day, rule_instant, rule_matches
from tests.reference.periods import accounting_month, day_start
from tests.reference.records import (
    Company,
    LedgerEntry,
    PoolKey,
    Rule,
    SequenceIds,
)
from tests.reference.registers import named_feature, payer, setting
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
    # A credit of a credit is a charge like any other, and so is one whose charge is not there.
    creditable = {
        claim.priced.charge.x_charge_id: claim
        for claim in claims
        if claim.priced.charge.x_credited_charge_id is None
    }
    follows = [c for c in claims if c.priced.charge.x_credited_charge_id in creditable]
    leads = [c for c in claims if c.priced.charge.x_credited_charge_id not in creditable]
    owned = _owned_charges(leads, follows, creditable)

    parts: list[Part] = []
    sources: dict[str, list[Part]] = {}
    for claim in leads:
        if claim.rule is None or claim.rule.method not in POOLED_METHODS:
            part = _direct_part(company, claim, key=len(parts))
            sources[claim.priced.charge.x_charge_id] = [part]
            parts.append(part)
    for pool, members in _pools(leads).items():
        pooled = _pool_parts(company, pool, members, owned, ids.pool(pool), len(parts))
        sources |= {member.priced.charge.x_charge_id: pooled for member in members}
        parts += pooled
    for claim in follows:
        credited = claim.priced.charge.x_credited_charge_id
        parts += _credit_parts(claim.priced, sources[credited], ids, len(parts))

    by_key: dict[int, list[Funded]] = defaultdict(list)
    dues = [part.due for part in parts]
    for outcome in funded(company, dues):
        by_key[outcome.key].append(outcome)
    entries = [_entry(part.entry, outcome) for part in parts for outcome in by_key[part.due.key]]
    spent = sandbox_spend(company, dues)
    return _merged(stepped_down(company, entries, owned, spent, ids))


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
        feature=named_feature(company, charge.tags) or charge.x_feature,
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


def _owned_charges(
    leads: Iterable[Claim], follows: Iterable[Claim], creditable: Mapping[str, Claim]
) -> list[OwnedCharge]:
    """What owner rules claimed, and what was credited to the same owners."""
    by_owner = [(claim.priced, claim) for claim in leads]
    by_owner += [
        (claim.priced, creditable[claim.priced.charge.x_credited_charge_id]) for claim in follows
    ]
    return [
        OwnedCharge(priced, claim.ownership)
        for priced, claim in by_owner
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
    owned: Sequence[OwnedCharge],
    sequence_id: str,
    first_key: int,
) -> list[Part]:
    """The parts of one pool; fallbacks are tried in order."""
    rule = members[0].rule
    start = day_start(pool.charge_day or pool.accounting_month)
    whole = NOTHING
    for member in members:
        whole += member.priced.costs
    driver, weights = first_weights(company, rule, pool, start, owned)
    recipients = sorted(weights, key=Recipient.tie_break) or [Recipient(reason="zero_driver")]
    numerators = [weights.get(recipient, 0) for recipient in recipients]
    costs = cut_among(whole, recipients, numerators) if weights else [whole]
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
        Part(
            replace(entry, driver_numerator=numerator),
            Due(
                first_key + place,
                Position(start, sequence_id),
                recipient,
                part,
                is_central=driver == "central" or recipient.is_idle,
            ),
        )
        for place, (recipient, numerator, part) in enumerate(
            zip(recipients, numerators, costs, strict=True)
        )
    ]


def _credit_parts(
    credit: PricedCharge, source: Sequence[Part], ids: SequenceIds, first_key: int
) -> list[Part]:
    """A credit on its own day and bill, cut by the shares of the charge it credits, before funding.

    It names that charge's rule, and its driver's quantities. What was nobody's for want of a driver stays so.
    """
    charge, credited = credit.charge, source[0].entry
    is_gateway = credited.method == "gateway"
    pool = PoolKey(
        rule_id=credited.rule_id,
        rule_version=credited.rule_version,
        accounting_month=accounting_month(charge),
        charge_day=charge.charge_period_start.date(),
        platform=charge.x_platform,
        billing_account_id=charge.billing_account_id,
        invoice_id=charge.invoice_id,
        billing_currency=charge.billing_currency,
        model=charge.x_model if is_gateway else None,
        api_key_id=charge.x_api_key_id if is_gateway else None,
        credit_id=charge.x_charge_id,
    )
    is_direct = credited.pool is None
    counts = [1] if is_direct else [part.entry.driver_numerator for part in source]
    # No driver or the programme's: both would be said of the charge itself.
    keeps_driver = sum(counts) == 0 or credited.driver == "central"
    recipients = [_before_funding(part) for part in source]
    costs = cut_among(credit.costs, recipients, counts) if sum(counts) else [credit.costs]
    entry = replace(
        _blank_entry(credit),
        pool=pool,
        model=pool.model,
        driver=credited.driver if keeps_driver else "credited_charge",
        counted_by=credited.driver,
        driver_denominator=sum(counts),
        rule_id=credited.rule_id,
        rule_version=credited.rule_version,
        method=credited.method,
    )
    position = Position(day_start(pool.charge_day), ids.pool(pool))
    return [
        Part(
            replace(entry, driver_numerator=count),
            Due(first_key + place, position, recipient, cost, part.due.is_central),
        )
        for place, (part, recipient, count, cost) in enumerate(
            zip(source, recipients, counts, costs, strict=True)
        )
    ]


def _before_funding(part: Part) -> Recipient:
    """The receiver of a part as a pool has it: a pair, or an identity and a reason."""
    recipient = part.due.recipient
    if recipient.reason is not None:
        return replace(recipient, cost_centre_code=None, use_case_id=None)
    return replace(recipient, identity_type=None, identity_id=None)


def _entry(entry: LedgerEntry, outcome: Funded) -> LedgerEntry:
    recipient = outcome.recipient
    is_direct_owner = entry.method == "owner" and entry.pool is None
    names_identity = is_direct_owner or recipient.reason is not None
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
