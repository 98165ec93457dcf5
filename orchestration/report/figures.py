"""The figures of the report: billed against allocated, who pays, what nobody owns, what was held back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orchestration.publish import record_of, taken_back_to
from orchestration.report.published import published_file, rows_of
from orchestration.settings import Settings

_TO_MEND = 5

# The ledger, and what closed months turned out to owe, which is posted later but belongs to them.
_CARRIED = """
with carried as (
    select
        platform, accounting_month, billing_currency, reporting_currency, cost_centre_code, billing_mode,
        unallocated_reason, billed_cost, reporting_cost
    from marts.fct_allocation_ledger
    union all
    select
        platform, original_month, billing_currency, reporting_currency, cost_centre_code, billing_mode,
        unallocated_reason, billed_cost, reporting_cost
    from marts.fct_prior_period_adjustments
)
"""

# Billed comes from the charges and the other two from the ledger: that they agree is a finding, not a definition.
_PLATFORM_MONTHS = f"""
{_CARRIED},
billed as (
    select
        x_platform as platform,
        cast(date_trunc('month', billing_period_start) as date) as accounting_month,
        billing_currency,
        sum(billed_cost) as billed_cost
    from marts.fct_focus_cost_and_usage
    group by all
),
ledger as (
    select
        platform,
        accounting_month,
        billing_currency,
        sum(case when unallocated_reason is null then billed_cost else 0 end) as allocated_cost,
        sum(case when unallocated_reason is null then 0 else billed_cost end) as unallocated_cost
    from carried
    group by all
)
select
    coalesce(billed.platform, ledger.platform),
    strftime(coalesce(billed.accounting_month, ledger.accounting_month), '%Y-%m'),
    coalesce(billed.billing_currency, ledger.billing_currency),
    coalesce(billed.billed_cost, 0),
    coalesce(ledger.allocated_cost, 0),
    coalesce(ledger.unallocated_cost, 0)
from billed
full join ledger
    on billed.platform = ledger.platform
        and billed.accounting_month = ledger.accounting_month
        and billed.billing_currency = ledger.billing_currency
order by 1, 2, 3
"""

_BY_REASON = f"""
{_CARRIED}
select reporting_currency, unallocated_reason, '', sum(reporting_cost)
from carried
where unallocated_reason is not null
group by all
order by 1, 4 desc, 2
"""

_BY_MODE = f"""
{_CARRIED}
select reporting_currency, billing_mode, '', sum(reporting_cost)
from carried
where unallocated_reason is null
group by all
order by 1, 4 desc, 2
"""

# A department is called what its newest version is called.
_BY_DEPARTMENT = """
with names as (
    select department_code, arg_max(department_name, valid_from) as department_name
    from marts.dim_departments
    group by department_code
)
select
    showback.reporting_currency,
    coalesce(showback.department_code, '(no department)'),
    coalesce(names.department_name, ''),
    sum(showback.reporting_cost)
from (
    select reporting_currency, department_code, reporting_cost from marts.fct_showback_monthly
    union all
    select adjustments.reporting_currency, cost_centres.department_code, adjustments.reporting_cost
    from marts.fct_prior_period_adjustments as adjustments
    left join (
        select cost_centre_code, arg_max(department_code, valid_from) as department_code
        from marts.dim_cost_centres
        group by cost_centre_code
    ) as cost_centres on adjustments.cost_centre_code = cost_centres.cost_centre_code
    where adjustments.unallocated_reason is null
) as showback
left join names on showback.department_code = names.department_code
group by all
order by 1, 4 desc, 2
"""

_REPORTING_TOTALS = f"""
{_CARRIED}
select
    reporting_currency,
    sum(reporting_cost),
    sum(case when unallocated_reason is null then reporting_cost else 0 end),
    sum(case when unallocated_reason is null then 0 else reporting_cost end)
from carried
group by all
order by 1
"""

_TO_MEND_FIRST = f"""
select
    platform,
    coalesce(identity_type, ''),
    coalesce(identity_id, ''),
    unallocated_reason,
    reporting_currency,
    sum(reporting_cost) as reporting_cost,
    coalesce(max(suggestion), '')
from marts.fct_unallocated_spend
group by all
order by abs(sum(reporting_cost)) desc, 1, 2, 3, 4
limit {_TO_MEND}
"""

# How often the rule's own driver was zero and another method, or nobody, took the pool.
_FALLBACKS = """
select strftime(accounting_month, '%Y-%m'), rule_id, method, fallback_method, count(*)
from marts.fct_allocation_proof
where fallback_method is not null
group by all
union all
select strftime(accounting_month, '%Y-%m'), rule_id, method, null, count(distinct pool_id)
from marts.fct_allocation_ledger
where unallocated_reason = 'zero_driver'
group by all
order by 1, 2, 4 nulls last
"""

# A total of a set stands on each of its charges; where both sides share a resource or day, it is that one's.
_OVERLAPS = """
with places as (
    select
        overlap_set, accounting_month, platform, counted_platform, shared_value, billing_currency,
        sum(billed_cost) as kept_cost,
        any_value(counted_billed_cost) as counted_cost
    from marts.fct_overlapping_charges
    group by all
)
select
    overlap_set,
    strftime(accounting_month, '%Y-%m'),
    platform,
    counted_platform,
    billing_currency,
    sum(kept_cost),
    sum(counted_cost)
from places
group by all
order by all
"""

_USAGE_OVERLAPS = "select overlap_set from marts.fct_overlapping_usage group by all order by all"

_QUARANTINE = """
select
    coalesce(first_fault_file, delivery_id), first_fault_row, first_fault_column,
    first_fault_reason, first_fault_remedy, fault_count
from marts.fct_deliveries
where status = 'quarantined'
order by 1, delivery_id
"""


@dataclass(frozen=True)
class PlatformMonth:
    """What one platform billed in one month and currency, and where the ledger put it."""

    platform: str
    month: str
    currency: str
    billed: Decimal
    allocated: Decimal
    unallocated: Decimal

    @property
    def adds_up(self) -> bool:
        return self.billed == self.allocated + self.unallocated


@dataclass(frozen=True)
class Amount:
    """An amount in a reporting currency under a code (a reason, a billing mode, a department)."""

    currency: str
    code: str
    name: str
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """The ledger in one currency."""

    currency: str
    cost: Decimal
    allocated: Decimal
    unallocated: Decimal


@dataclass(frozen=True)
class Unowned:
    """Spend without an owner, and what would give it one."""

    platform: str
    identity_type: str
    identity_id: str
    reason: str
    currency: str
    amount: Decimal
    suggestion: str


@dataclass(frozen=True)
class Fallback:
    """How many pools of a rule and month went by a fallback; none named: unallocated, as no driver was left."""

    month: str
    rule_id: str
    method: str
    fallback_method: str | None
    pool_count: int


@dataclass(frozen=True)
class Overlap:
    """What a platform bills in a month and another bill carries too: `kept` is in no ledger, `counted` is."""

    overlap_set: str
    month: str
    platform: str
    counted_platform: str
    currency: str
    kept: Decimal
    counted: Decimal


@dataclass(frozen=True)
class HeldBack:
    """A delivery in quarantine: where its first fault is, and how to mend it."""

    file: str
    row: int | None
    column: str | None
    reason: str
    remedy: str | None
    fault_count: int


@dataclass(frozen=True)
class Report:
    """The short report on the current publication. Amounts of different currencies are never added up.

    `rolled_back_from` is the publication that readers were taken back from to this one, at `rolled_back_at` (UTC).
    """

    publication_id: str
    published_file: str
    rolled_back_from: str | None
    rolled_back_at: str | None
    platform_months: list[PlatformMonth]
    billed_totals: list[Totals]
    reporting_totals: list[Totals]
    unallocated_by_reason: list[Amount]
    billing_modes: list[Amount]
    departments: list[Amount]
    to_mend_first: list[Unowned]
    fallbacks: list[Fallback]
    overlaps: list[Overlap]
    usage_overlaps: list[str]
    flags: list[dict[str, Any]]
    quarantine: list[HeldBack]

    @property
    def adds_up(self) -> bool:
        return all(line.adds_up for line in self.platform_months)


def read_report(settings: Settings) -> Report:
    """Read the report's figures from the published file and its record. Raises RefusalError if there is none."""
    with published_file(settings) as connection:
        record = record_of(settings, connection)
        rolled_back = taken_back_to(settings, record["publication_id"])
        lines = rows_of(connection, PlatformMonth, _PLATFORM_MONTHS)
        return Report(
            publication_id=record["publication_id"],
            published_file=str(settings.published_file),
            rolled_back_from=rolled_back.replaced if rolled_back else None,
            rolled_back_at=rolled_back.at if rolled_back else None,
            platform_months=lines,
            billed_totals=_billed_totals(lines),
            reporting_totals=rows_of(connection, Totals, _REPORTING_TOTALS),
            unallocated_by_reason=rows_of(connection, Amount, _BY_REASON),
            billing_modes=rows_of(connection, Amount, _BY_MODE),
            departments=rows_of(connection, Amount, _BY_DEPARTMENT),
            to_mend_first=rows_of(connection, Unowned, _TO_MEND_FIRST),
            fallbacks=rows_of(connection, Fallback, _FALLBACKS),
            overlaps=rows_of(connection, Overlap, _OVERLAPS),
            usage_overlaps=[row[0] for row in connection.execute(_USAGE_OVERLAPS).fetchall()],
            flags=record["flags"],
            quarantine=rows_of(connection, HeldBack, _QUARANTINE),
        )


def _billed_totals(lines: list[PlatformMonth]) -> list[Totals]:
    totals = []
    for currency in sorted({line.currency for line in lines}):
        of_currency = [line for line in lines if line.currency == currency]
        totals.append(
            Totals(
                currency,
                sum((line.billed for line in of_currency), Decimal(0)),
                sum((line.allocated for line in of_currency), Decimal(0)),
                sum((line.unallocated for line in of_currency), Decimal(0)),
            )
        )
    return totals
