"""The figures of a statement, read from the published marts: of closed months, what was posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.errors import RefusalError
from orchestration.periods import months_after
from orchestration.report.published import refuse_empty_month

MONTHS_OF_TREND = 13


class UntiedStatementError(RefusalError):
    """What the statement lists is not what the ledger holds for the department: names both sums."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} No statement was written. Run `chargeback run` again.", 1)


@dataclass(frozen=True)
class CostCentreLine:
    """What one cost centre pays of the month: amounts in the reporting currency.

    `journalled` is what the journal lines of the month debit to it, in whole pennies, adjustments included.
    """

    cost_centre_code: str
    cost_centre_name: str | None
    chargeback_cost: Decimal
    showback_cost: Decimal
    central_cost: Decimal
    adjustment_cost: Decimal
    journalled: Decimal


@dataclass(frozen=True)
class UseLine:
    """Use case, platform, model and workflow: usage, cost of its own, and its part of shared costs."""

    use_case_id: str | None
    use_case_name: str | None
    platform: str
    model: str | None
    workflow_id: str | None
    direct_cost: Decimal
    shared_cost: Decimal
    token_count: Decimal
    request_count: Decimal

    @property
    def cost(self) -> Decimal:
        return self.direct_cost + self.shared_cost


@dataclass(frozen=True)
class SharedLine:
    """A rule that splits shared costs: what was split, the department's part, and by what."""

    rule_id: str | None
    description: str | None
    basis: str | None
    whole_cost: Decimal
    cost: Decimal


@dataclass(frozen=True)
class AdjustmentLine:
    """What a closed month came to afterwards."""

    original_month: date
    platform: str
    cost_centre_code: str
    cost: Decimal


@dataclass(frozen=True)
class MonthLine:
    """A month of the trend: null where nothing has been landed of it, which is not nothing spent."""

    month: date
    cost: Decimal | None
    period_status: str | None


@dataclass(frozen=True)
class FundedLine:
    """A sandbox of the department's that the AI programme pays for: not in the total."""

    use_case_id: str
    use_case_name: str | None
    cost: Decimal


@dataclass(frozen=True)
class Statement:
    """One department's month, in one reporting currency; every sum is exact, pennies come when it is written."""

    month: date
    department_code: str
    department_name: str | None
    reporting_currency: str
    period_status: str
    approved_by: str | None
    closed_on: date | None
    dispute_contact: str | None
    dispute_days: str | None
    disputed_entries: int
    cost_centres: list[CostCentreLine]
    uses: list[UseLine]
    shared: list[SharedLine]
    adjustments: list[AdjustmentLine]
    trend: list[MonthLine]
    funded: list[FundedLine]

    @property
    def number(self) -> str:
        """The same for every writing of the same department and month."""
        return f"{self.department_code}-{self.month:%Y-%m}"

    @property
    def cost(self) -> Decimal:
        """The ledger's entries and the adjustments posted in the month."""
        return sum(
            (
                line.chargeback_cost + line.showback_cost + line.central_cost + line.adjustment_cost
                for line in self.cost_centres
            ),
            Decimal(0),
        )

    @property
    def previous_cost(self) -> Decimal | None:
        """The month before; null where nothing was landed of it."""
        return self.trend[-2].cost if len(self.trend) > 1 else None


# Which department a cost centre belongs to in the month: as showback says (posted where the month is closed), else, for
# one that has adjustments only, as the register says at the month's end.
_OWNERS = """
with shown as (
    select distinct cost_centre_code, department_code
    from marts.fct_showback_monthly
    where accounting_month = $month and cost_centre_code is not null
),
registered as (
    select cost_centre_code, department_code, cost_centre_name
    from marts.dim_cost_centres
    where valid_from < cast($month as date) + interval 1 month and valid_to > $month
    qualify row_number() over (partition by cost_centre_code order by valid_from desc) = 1
),
owners as (
    select
        coalesce(shown.cost_centre_code, registered.cost_centre_code) as cost_centre_code,
        case when shown.cost_centre_code is null then registered.department_code else shown.department_code end
            as department_code,
        registered.cost_centre_name
    from shown full join registered on shown.cost_centre_code = registered.cost_centre_code
),
"""

_COST_CENTRES = f"""
{_OWNERS}
entries as (
    select cost_centre_code, billing_mode, reporting_cost, cast(0 as decimal(38, 10)) as journalled
    from marts.fct_allocation_ledger
    where accounting_month = $month and cost_centre_code is not null
    union all
    select cost_centre_code, 'adjustment', reporting_cost, 0
    from marts.fct_prior_period_adjustments
    where accounting_month = $month and cost_centre_code is not null
    union all
    select cost_centre_code, 'journalled', 0, debit_amount - credit_amount
    from marts.fct_chargeback_journal_lines
    where accounting_month = $month and cost_centre_code is not null
)
select
    owners.department_code,
    entries.cost_centre_code,
    max(owners.cost_centre_name),
    coalesce(sum(reporting_cost) filter (billing_mode = 'chargeback'), 0),
    coalesce(sum(reporting_cost) filter (billing_mode = 'showback'), 0),
    coalesce(sum(reporting_cost) filter (billing_mode = 'central'), 0),
    coalesce(sum(reporting_cost) filter (billing_mode = 'adjustment'), 0),
    coalesce(sum(journalled), 0)
from entries left join owners on entries.cost_centre_code = owners.cost_centre_code
group by all order by all
"""

_USES = """
with use_cases as (
    select use_case_id, use_case_name from marts.dim_use_cases
    where valid_from < cast($month as date) + interval 1 month and valid_to > $month
    qualify row_number() over (partition by use_case_id order by valid_from desc) = 1
),
owners as (
    select distinct cost_centre_code, department_code from marts.fct_showback_monthly
    where accounting_month = $month
),
direct as (
    select owners.department_code, use_case_id, platform, model, workflow_id, sum(reporting_cost) as cost
    from marts.fct_allocation_ledger as ledger
    left join owners on ledger.cost_centre_code = owners.cost_centre_code
    where accounting_month = $month and ledger.cost_centre_code is not null and pool_id is null
    group by all
),
shown as (
    select
        department_code, use_case_id, platform, model, workflow_id, sum(reporting_cost) as cost,
        sum(token_count) as token_count, sum(request_count) as request_count
    from marts.fct_showback_monthly
    where accounting_month = $month
    group by all
)
select
    shown.department_code, shown.use_case_id, use_case_name, shown.platform, shown.model, shown.workflow_id,
    coalesce(direct.cost, 0), shown.cost - coalesce(direct.cost, 0), token_count, request_count
from shown
left join direct
    on shown.department_code is not distinct from direct.department_code
        and shown.use_case_id is not distinct from direct.use_case_id
        and shown.platform = direct.platform
        and shown.model is not distinct from direct.model
        and shown.workflow_id is not distinct from direct.workflow_id
left join use_cases on shown.use_case_id = use_cases.use_case_id
order by all
"""

# A rule's whole is what it split into parts of which the department got one, unallocated parts included.
_SHARED = """
with owners as (
    select distinct cost_centre_code, department_code from marts.fct_showback_monthly
    where accounting_month = $month
),
parts as (
    select
        owners.department_code, ledger.pool_id, ledger.rule_id, ledger.rule_version, ledger.driver,
        sum(reporting_cost) as cost
    from marts.fct_allocation_ledger as ledger
    left join owners on ledger.cost_centre_code = owners.cost_centre_code
    where accounting_month = $month and ledger.pool_id is not null and ledger.cost_centre_code is not null
    group by all
),
wholes as (
    select pool_id, sum(reporting_cost) as cost
    from marts.fct_allocation_ledger
    where accounting_month = $month and pool_id is not null
    group by all
)
select
    parts.department_code, parts.rule_id, max(rules.description),
    max(rules.method_sentence), sum(wholes.cost), sum(parts.cost)
from parts
left join wholes on parts.pool_id = wholes.pool_id
left join marts.dim_allocation_rules as rules
    on parts.rule_id = rules.rule_id and parts.rule_version = rules.rule_version
group by parts.department_code, parts.rule_id order by all
"""

_ADJUSTMENTS = f"""
{_OWNERS}
adjusted as (
    select * from marts.fct_prior_period_adjustments
    where accounting_month = $month and cost_centre_code is not null
)
select
    owners.department_code, adjusted.original_month, adjusted.platform, adjusted.cost_centre_code,
    sum(adjusted.reporting_cost)
from adjusted left join owners on adjusted.cost_centre_code = owners.cost_centre_code
group by all order by all
"""

_TREND = """
select department_code, accounting_month, sum(reporting_cost)
from marts.fct_showback_monthly
where accounting_month between $first and $month and reporting_currency = $currency
group by all
"""

_FUNDED = """
with use_cases as (
    select use_case_id, use_case_name, cost_centre_code from marts.dim_use_cases
    where valid_from < cast($month as date) + interval 1 month and valid_to > $month
    qualify row_number() over (partition by use_case_id order by valid_from desc) = 1
),
cost_centres as (
    select cost_centre_code, department_code from marts.dim_cost_centres
    where valid_from < cast($month as date) + interval 1 month and valid_to > $month
    qualify row_number() over (partition by cost_centre_code order by valid_from desc) = 1
)
select cost_centres.department_code, ledger.use_case_id, max(use_case_name), sum(reporting_cost)
from marts.fct_allocation_ledger as ledger
left join use_cases on ledger.use_case_id = use_cases.use_case_id
left join cost_centres on use_cases.cost_centre_code = cost_centres.cost_centre_code
where accounting_month = $month and billing_mode = 'central' and ledger.use_case_id is not null
group by cost_centres.department_code, ledger.use_case_id order by all
"""

_DISPUTED = """
select department_code, count(*)
from marts.fct_disputes as disputes
left join (select distinct cost_centre_code, department_code from marts.fct_showback_monthly
    where accounting_month = $month) as owners
    on disputes.cost_centre_code = owners.cost_centre_code
where disputes.accounting_month = $month and disputes.status = 'open'
group by all
"""


def read_statements(published: duckdb.DuckDBPyConnection, month: date) -> list[Statement]:
    """The statements of a month, one per department that anything of it belongs to, in order of their codes.

    A cost centre that the register gives no department comes under the code ''. Raises UntiedStatementError where the
    lines of a department do not sum to its entries in the ledger.
    """
    status, approved_by, closed_on, currency = _period(published, month)
    contact, days = (
        _setting(published, name, month) for name in ("dispute_contact", "dispute_days")
    )
    names = dict(
        published.execute(
            "select department_code, department_name from marts.dim_departments "
            "where valid_from < cast($month as date) + interval 1 month and valid_to > $month "
            "order by valid_from",
            {"month": month},
        ).fetchall()
    )
    cost_centres = _by_department(published, CostCentreLine, _COST_CENTRES, month)
    uses = _by_department(published, UseLine, _USES, month)
    shared = _by_department(published, SharedLine, _SHARED, month)
    adjustments = _by_department(published, AdjustmentLine, _ADJUSTMENTS, month)
    funded = _by_department(published, FundedLine, _FUNDED, month)
    disputed = dict(published.execute(_DISPUTED, {"month": month}).fetchall())
    trends = _trends(published, month, currency)
    statements = [
        Statement(
            month=month,
            department_code=code,
            department_name=names.get(code),
            reporting_currency=currency,
            period_status=status,
            approved_by=approved_by,
            closed_on=closed_on,
            dispute_contact=contact,
            dispute_days=days,
            disputed_entries=disputed.get(code or None, 0),
            cost_centres=cost_centres[code],
            uses=uses[code],
            shared=shared[code],
            adjustments=adjustments[code],
            trend=trends(code),
            funded=funded[code],
        )
        for code in sorted({*cost_centres, *uses, *adjustments, *funded})
    ]
    _refuse_untied(statements)
    return statements


def _period(
    published: duckdb.DuckDBPyConnection, month: date
) -> tuple[str, str | None, date | None, str]:
    """Status, approver and day of the close, and the month's reporting currency. RefusalError for an unknown month."""
    refuse_empty_month(published, month)
    (row,) = published.execute(
        "select max(reporting_currency) from marts.fct_allocation_ledger where accounting_month = ?",
        [month],
    ).fetchall()
    (period,) = published.execute(
        "select period_status, approved_by, cast(closed_at as date) from marts.dim_accounting_periods "
        "where accounting_month = ?",
        [month],
    ).fetchall()
    return (*period, row[0])


def _setting(published: duckdb.DuckDBPyConnection, setting: str, month: date) -> str | None:
    """The policy's value at the end of the month."""
    row = published.execute(
        "select value from marts.dim_policy_settings where setting = $setting "
        "and valid_from < cast($month as date) + interval 1 month "
        "and valid_to >= cast($month as date) + interval 1 month",
        {"setting": setting, "month": month},
    ).fetchone()
    return row[0] if row else None


def _by_department(
    published: duckdb.DuckDBPyConnection, row_type: type[Any], sql: str, month: date
) -> defaultdict[str, list[Any]]:
    """Rows of a query whose first column is the department."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for code, *values in published.execute(sql, {"month": month}).fetchall():
        found[code or ""].append(row_type(*values))
    return found


def _trends(published: duckdb.DuckDBPyConnection, month: date, currency: str) -> Any:
    """From a department's code to its months up to this one; none before the first that landed."""
    first = months_after(month, 1 - MONTHS_OF_TREND)
    costs = {
        (code or "", of): cost
        for code, of, cost in published.execute(
            _TREND, {"first": first, "month": month, "currency": currency}
        ).fetchall()
    }
    periods = published.execute(
        "select accounting_month, period_status, charge_count > 0 from marts.dim_accounting_periods "
        "where accounting_month between ? and ? order by all",
        [first, month],
    ).fetchall()

    def trend(code: str) -> list[MonthLine]:
        return [
            MonthLine(of, costs.get((code, of), Decimal(0)) if has_charges else None, status)
            for of, status, has_charges in periods
        ]

    return trend


def _refuse_untied(statements: Iterable[Statement]) -> None:
    for statement in statements:
        adjusted = sum((line.adjustment_cost for line in statement.cost_centres), Decimal(0))
        charged = statement.cost - adjusted
        for what, listed, held in (
            ("use", sum((line.cost for line in statement.uses), Decimal(0)), charged),
            (
                "shared costs",
                sum((line.cost for line in statement.shared), Decimal(0)),
                sum((line.shared_cost for line in statement.uses), Decimal(0)),
            ),
            (
                "adjustments",
                sum((line.cost for line in statement.adjustments), Decimal(0)),
                adjusted,
            ),
        ):
            if listed != held:
                raise UntiedStatementError(
                    f"Department {statement.department_code or '(none)'}, {statement.month:%Y-%m}: its lines of {what} "
                    f"sum to {listed}, its entries in the ledger to {held}."
                )
