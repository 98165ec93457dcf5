"""What keeps a month from being closed: each check looks at the tested marts and says what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.periods import months_after
from orchestration.report.wording import counted, money

_STAMP = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)T\d{6}Z?")
_MONTH_NAMED = re.compile(
    r"(?<!\d)(20\d\d)-(0[1-9]|1[0-2])(?!\d)|(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)"
)


@dataclass(frozen=True)
class Block:
    """One thing that keeps a month open: the check that found it, what it found, and how to mend it."""

    check: str
    finding: str
    remedy: str


@dataclass(frozen=True)
class _Month:
    """The month's first day and the first day after it, and the work file."""

    start: date
    end: date
    connection: duckdb.DuckDBPyConnection

    @property
    def period(self) -> str:
        return f"{self.start:%Y-%m}"

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query over $start, $end and further parameters, as far as it names them."""
        known = {"start": self.start, "end": self.end, **parameters}
        return self.connection.execute(
            sql, {name: value for name, value in known.items() if f"${name}" in sql}
        ).fetchall()


def find_blocks(connection: duckdb.DuckDBPyConnection, month: date) -> list[Block]:
    """Everything that keeps the month open, check by check; `connection` reads the work file of a tested build."""
    looked_at = _Month(month, months_after(month, 1), connection)
    return [
        Block(check, finding, remedy)
        for check, find in CHECKS.items()
        for finding, remedy in find(looked_at)
    ]


_Findings = Iterator[tuple[str, str]]


def _earlier_month_open(month: _Month) -> _Findings:
    open_months = [
        f"{earlier:%Y-%m}"
        for (earlier,) in month.rows(
            "select accounting_month from marts.dim_accounting_periods "
            "where accounting_month < $start and charge_count > 0 and period_status <> 'closed' order by all"
        )
    ]
    if open_months:
        named = (
            open_months[0] if len(open_months) == 1 else f"{open_months[0]} to {open_months[-1]}"
        )
        yield (
            f"{counted(len(open_months), 'earlier month')} with charges not closed: {named}",
            f"Close them first, {open_months[0]} to begin with",
        )


def _unsettled_source(month: _Month) -> _Findings:
    rows = month.rows(
        "select platform from intermediate.int_platform_settlements "
        "where accounting_month = $start and not is_settled order by all"
    )
    for (platform,) in rows:
        yield (
            f"{platform}: its bill of {month.period} may still change",
            "Land a delivery dated after the settlement time of its contract (`settles_after_days`)",
        )


def _quarantined_delivery(month: _Month) -> _Findings:
    rows = month.rows(
        "select coalesce(first_fault_file, delivery_id), role, first_fault_reason, first_fault_remedy "
        "from marts.fct_deliveries where status = 'quarantined' order by all"
    )
    for file, role, reason, remedy in rows:
        if may_concern(file, month.start, role):
            yield (
                f"{file} is in quarantine: {reason}",
                f"{remedy or 'Mend it'}, land it again and build",
            )


def may_concern(file: str, month: date, role: str | None) -> bool:
    """Whether a file whose content cannot be trusted may be about a month, as far as its name tells.

    A name that gives months is about these; a pull's stamp rules out later months only. A register is about all.
    """
    if role == "register":
        return True
    stamps = [date(int(y), int(m), 1) for y, m, _ in _STAMP.findall(file)]
    months = {
        date(int(first or third), int(second or fourth), 1)
        for first, second, third, fourth in _MONTH_NAMED.findall(_STAMP.sub(" ", file))
    }
    if months:
        return month in months
    return not stamps or month <= max(stamps)


def _invoice_difference(month: _Month) -> _Findings:
    rows = month.rows(
        "select provider, billing_account_id, coalesce(invoice_id, ''), billing_currency, status, invoice_amount, "
        "billed_cost - tax_cost, difference from marts.fct_invoice_reconciliation "
        "where accounting_month = $start and status in ('differs', 'no charges landed') order by all"
    )
    for provider, account, invoice, currency, status, invoiced, billed, difference in rows:
        found = "no charges landed" if status == "no charges landed" else f"billed {money(billed)}"
        yield (
            f"{provider}, account {account}, invoice {invoice or '(without number)'}: invoiced {money(invoiced)}, "
            f"{found}, difference {money(difference)} {currency}",
            "Land the missing export, or correct invoices.csv (amounts without VAT)",
        )


def _unallocated_share(month: _Month) -> _Findings:
    tolerance = _policy(month, "unallocated_error_share")
    if tolerance is None:
        return
    rows = month.rows(
        "select platform, sum(reporting_cost), "
        "coalesce(sum(reporting_cost) filter (unallocated_reason is not null), 0) "
        "from marts.fct_allocation_ledger where accounting_month = $start group by platform order by platform"
    )
    for platform, total, unallocated in rows:
        if unallocated > total * Decimal(tolerance):
            yield (
                f"{platform}: {money(unallocated)} of {money(total)} is unallocated, over the share of {tolerance} "
                "that policy tolerates",
                "Mend the registers as fct_unallocated_spend suggests",
            )


def _production_use_case(month: _Month) -> _Findings:
    rows = month.rows(
        "select use_case_id, string_agg(gap_kind, ', ' order by gap_kind), string_agg(remedy, '. ' order by gap_kind) "
        "from marts.fct_governance_gaps "
        "where accounting_month = $start and stops_close and not is_excepted group by use_case_id order by use_case_id"
    )
    for use_case, gaps, remedies in rows:
        yield (
            f"use case {use_case} is in production with a broken link: {gaps}",
            f"{remedies}. Or have a governance exception approved",
        )


# An exception that has ended is done with where another row speaks for the identity since.
_EXPIRED = """
select exceptions.exception_id, exceptions.identity_type, exceptions.identity_id, exceptions.use_case_id,
    coalesce(exceptions.exception_kind, 'ownership') as kind, cast(exceptions.valid_to as date)
from staging.stg_registers__exceptions as exceptions
where exceptions.valid_to <= $end
    and not exists (
        select 1 from staging.stg_registers__exceptions as later
        where later.exception_id <> exceptions.exception_id
            and coalesce(later.platform, '') = coalesce(exceptions.platform, '')
            and coalesce(later.identity_type, '') = coalesce(exceptions.identity_type, '')
            and coalesce(later.identity_id, '') = coalesce(exceptions.identity_id, '')
            and (exceptions.identity_id is not null or later.use_case_id = exceptions.use_case_id)
            and coalesce(later.exception_kind, 'ownership') = coalesce(exceptions.exception_kind, 'ownership')
            and later.valid_from < $end and later.valid_to >= $end
    )
    and not exists (
        select 1 from staging.stg_registers__identities as registered
        where (registered.platform is null or exceptions.platform is null or registered.platform = exceptions.platform)
            and registered.identity_type = exceptions.identity_type
            and registered.identity_id = exceptions.identity_id
            and registered.valid_from < $end and registered.valid_to >= $end
    )
order by all
"""


def _expired_exception(month: _Month) -> _Findings:
    incomplete = {
        use_case
        for (use_case,) in month.rows(
            "select use_case_id from marts.fct_governance_gaps where accounting_month = $start and stops_close"
        )
    }
    for exception, identity_type, identity, use_case, kind, ended in month.rows(_EXPIRED):
        if kind == "governance" and use_case not in incomplete:
            continue
        subject = f"{identity_type} {identity}" if identity else f"use case {use_case}"
        yield (
            f"exception {exception} for {subject} ended on {ended} and nothing has taken its place",
            "Register who owns it now, or have the exception renewed"
            if identity
            else "Complete the use case's records, or have the exception renewed",
        )


def _policy(month: _Month, setting: str) -> str | None:
    """A setting's value at the month's start."""
    rows = month.rows(
        "select value from staging.stg_registers__policy "
        "where lower(setting) = lower($setting) and valid_from <= $start and valid_to > $start",
        setting=setting,
    )
    return rows[0][0] if rows else None


# The names that `--override` takes, in the order in which a month is looked at.
CHECKS: dict[str, Callable[[_Month], _Findings]] = {
    "earlier_month_open": _earlier_month_open,
    "unsettled_source": _unsettled_source,
    "quarantined_delivery": _quarantined_delivery,
    "invoice_difference": _invoice_difference,
    "unallocated_share": _unallocated_share,
    "production_use_case": _production_use_case,
    "expired_exception": _expired_exception,
}
