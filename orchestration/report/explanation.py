"""The way from a ledger entry to the rows of the vendors' files, read from the marts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.errors import RefusalError
from orchestration.report.published import published_file, rows_of
from orchestration.settings import Settings

_ENTRY_COLUMNS = """
    allocation_id, strftime(accounting_month, '%Y-%m'), platform, billing_account_id, invoice_id,
    charge_date, charge_group_id, pool_id, cost_centre_code, use_case_id, model, identity_type, identity_id, owner_rung,
    rule_id, rule_version, method, driver, fallback_method, driver_numerator, driver_denominator, share,
    tier, allocation_path, billing_mode, unallocated_reason, suggestion, billing_currency, reporting_currency,
    billed_cost, effective_cost, reporting_cost, coalesce(is_disputed, false) as is_disputed
"""

_ENTRY_BY_ID = f"""
select {_ENTRY_COLUMNS} from marts.fct_allocation_ledger
where starts_with(allocation_id, ?)
order by allocation_id
limit 2
"""

_ENTRIES_OF_COST_CENTRE = f"""
select {_ENTRY_COLUMNS} from marts.fct_allocation_ledger
where cost_centre_code = $1 and strftime(accounting_month, '%Y-%m') = $2
    and ($3 is null or platform = $3)
order by abs(reporting_cost) desc, allocation_id
"""

# Those that a shared service passed on are parts of the whole too, though later parts replace them in the ledger.
_ENTRIES_OF_SAME_WHOLE = f"""
select {_ENTRY_COLUMNS} from (
    select * from marts.fct_allocation_ledger
    union all by name
    select * exclude (onward_pool_id) from marts.fct_passed_on_allocations
)
where charge_group_id = $1 or pool_id = $2
order by abs(billed_cost) desc, allocation_id
"""

# What a shared service held before it passed it on: the whole of an onward pool.
_HELD = """
select cost_centre_code, rule_id, allocation_path, count(*), sum(billed_cost), sum(effective_cost)
from marts.fct_passed_on_allocations
where onward_pool_id = $1
group by all
order by abs(sum(billed_cost)) desc, rule_id, allocation_path
"""

_RULE = """
select rule_text from marts.dim_allocation_rules
where rule_id = ? and rule_version = ?
"""

# The charge groups behind the whole: the entry's own, or all that its pool collected, down through every tier.
_MEMBERS = """
with recursive pools as (
    select $2 as pool_id
    union
    select passed_on.pool_id
    from pools
    inner join marts.fct_passed_on_allocations as passed_on on pools.pool_id = passed_on.onward_pool_id
    where passed_on.pool_id is not null
),
members as (
    select charge_group_id from marts.fct_pool_members where pool_id in (select pool_id from pools)
    union
    select charge_group_id from marts.fct_passed_on_allocations
    where onward_pool_id in (select pool_id from pools) and charge_group_id is not null
    union
    select $1 as charge_group_id where $1 is not null
),
charges as (
    select
        lineage.charge_id,
        lineage.charge_group_id,
        lineage.charge_date,
        coalesce(focus.charge_description, focus.sku_meter, focus.x_sku, focus.service_name) as description,
        focus.x_cost_basis as cost_basis,
        lineage.billed_cost,
        lineage.effective_cost,
        lineage.file_name,
        lineage.row_number,
        lineage.source_table,
        lineage.delivery_id
    from members
    inner join marts.fct_charge_lineage as lineage on members.charge_group_id = lineage.charge_group_id
    -- What a closed month was posted with may have left the vendor's bill since.
    left join marts.fct_focus_cost_and_usage as focus on lineage.charge_id = focus.x_charge_id
)
"""

_CHARGE_TOTALS = f"""
{_MEMBERS}
select count(distinct charge_group_id), count(*), coalesce(sum(billed_cost), 0), coalesce(sum(effective_cost), 0)
from charges
"""

_LARGEST_CHARGES = f"""
{_MEMBERS}
select * from charges order by abs(billed_cost) desc, charge_id limit $3
"""


@dataclass(frozen=True)
class Entry:
    """One row of the allocation ledger."""

    allocation_id: str
    month: str
    platform: str
    billing_account_id: str
    invoice_id: str | None
    charge_date: date
    charge_group_id: str | None
    pool_id: str | None
    cost_centre_code: str | None
    use_case_id: str | None
    model: str | None
    identity_type: str | None
    identity_id: str | None
    owner_rung: str | None
    rule_id: str | None
    rule_version: str | None
    method: str | None
    driver: str | None
    fallback_method: str | None
    driver_numerator: Decimal | None
    driver_denominator: Decimal | None
    share: Decimal | None
    tier: int
    allocation_path: str | None
    billing_mode: str | None
    unallocated_reason: str | None
    suggestion: str | None
    billing_currency: str
    reporting_currency: str
    billed_cost: Decimal
    effective_cost: Decimal
    reporting_cost: Decimal
    is_disputed: bool

    @property
    def receiver(self) -> str:
        """Who receives the entry, in words."""
        if self.cost_centre_code is None:
            return f"unallocated ({self.unallocated_reason})"
        return f"{self.cost_centre_code}, {self.use_case_id or 'no use case'}, {self.billing_mode}"


@dataclass(frozen=True)
class Charge:
    """One billed charge and the row it was read from."""

    charge_id: str
    charge_group_id: str
    charge_date: date
    description: str | None
    cost_basis: str | None
    billed_cost: Decimal
    effective_cost: Decimal
    file_name: str
    row_number: int
    source_table: str
    delivery_id: str


@dataclass(frozen=True)
class Held:
    """What a shared service held by one rule or path before it passed it on."""

    cost_centre_code: str
    rule_id: str
    allocation_path: str | None
    entry_count: int
    billed_cost: Decimal
    effective_cost: Decimal


@dataclass(frozen=True)
class Whole:
    """What the entry is a part of: all charges behind it, and all entries they were carried to.

    `held` is empty but for what a shared service passed on: then it is the whole, and its charges may have
    gone to others too.
    """

    entries: list[Entry]
    held: list[Held]
    group_count: int
    charge_count: int
    charges_billed_cost: Decimal
    charges_effective_cost: Decimal
    largest_charges: list[Charge]

    @property
    def entries_billed_cost(self) -> Decimal:
        return sum((entry.billed_cost for entry in self.entries), Decimal(0))

    @property
    def entries_effective_cost(self) -> Decimal:
        return sum((entry.effective_cost for entry in self.entries), Decimal(0))

    @property
    def billed_cost(self) -> Decimal:
        """What was carried: the charges, or what a shared service held of them."""
        if not self.held:
            return self.charges_billed_cost
        return sum((held.billed_cost for held in self.held), Decimal(0))

    @property
    def effective_cost(self) -> Decimal:
        """The same in effective cost."""
        if not self.held:
            return self.charges_effective_cost
        return sum((held.effective_cost for held in self.held), Decimal(0))

    @property
    def adds_up(self) -> bool:
        """Whether the entries carry exactly what the whole cost."""
        return (self.entries_billed_cost, self.entries_effective_cost) == (
            self.billed_cost,
            self.effective_cost,
        )


@dataclass(frozen=True)
class Explanation:
    """An entry, the rule in words, and the whole it is a part of."""

    entry: Entry
    rule_sentence: str | None
    whole: Whole


@dataclass(frozen=True)
class CostCentreMonth:
    """A cost centre's entries of a month, largest first, and the chain behind the largest."""

    cost_centre_code: str
    month: str
    entries: list[Entry]
    largest: Explanation


def explain_entry(settings: Settings, allocation_id: str, charge_limit: int) -> Explanation:
    """Explain one entry by its id or the id's beginning. Raises RefusalError where no or several entries match."""
    with published_file(settings) as connection:
        entries = rows_of(connection, Entry, _ENTRY_BY_ID, [allocation_id])
        if not entries:
            raise RefusalError(
                f"No entry of the ledger has an allocation_id beginning with '{allocation_id}'. "
                "`chargeback explain --cost-centre CODE --month YYYY-MM` lists the ids."
            )
        if len(entries) > 1:
            raise RefusalError(
                f"Several entries begin with '{allocation_id}': give more of the id."
            )
        return _explained(connection, entries[0], charge_limit)


def explain_cost_centre(
    settings: Settings, cost_centre_code: str, month: str, platform: str | None, charge_limit: int
) -> CostCentreMonth:
    """Explain what a cost centre got in a month. Raises RefusalError where it got nothing."""
    with published_file(settings) as connection:
        entries = rows_of(
            connection, Entry, _ENTRIES_OF_COST_CENTRE, [cost_centre_code, month, platform]
        )
        if not entries:
            on_platform = f" on {platform}" if platform else ""
            raise RefusalError(
                f"The ledger has no entry of {cost_centre_code} in {month}{on_platform}."
            )
        return CostCentreMonth(
            cost_centre_code, month, entries, _explained(connection, entries[0], charge_limit)
        )


def _explained(
    connection: duckdb.DuckDBPyConnection, entry: Entry, charge_limit: int
) -> Explanation:
    rule = connection.execute(_RULE, [entry.rule_id, entry.rule_version]).fetchone()
    whole = [entry.charge_group_id, entry.pool_id]
    totals = connection.execute(_CHARGE_TOTALS, whole).fetchone()
    assert totals is not None, "an aggregate always returns one row"
    return Explanation(
        entry=entry,
        rule_sentence=rule[0] if rule else None,
        whole=Whole(
            entries=rows_of(connection, Entry, _ENTRIES_OF_SAME_WHOLE, whole),
            held=rows_of(connection, Held, _HELD, [entry.pool_id]),
            group_count=totals[0],
            charge_count=totals[1],
            charges_billed_cost=totals[2],
            charges_effective_cost=totals[3],
            largest_charges=rows_of(connection, Charge, _LARGEST_CHARGES, [*whole, charge_limit]),
        ),
    )
