"""Prints a comparison of policies: who pays more, who less, by which rules, and what to do next."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.comparison.figures import CostCentreChange, PolicyComparison
from orchestration.report.terminal import table_of
from orchestration.report.wording import counted, pennies

_SHOWN = 30
_MOVEMENTS_SHOWN = 3


def print_comparison(comparison: PolicyComparison, console: Console) -> None:
    """Print the whole comparison, the largest change first."""
    _print_changes(comparison, console)
    _print_reclaimed(comparison, console)
    console.print(
        f"\nThe total is the same on both sides, to the last decimal: "
        f"{comparison.current_reporting_cost:,f} {comparison.reporting_currency}.",
        highlight=False,
    )
    if comparison.is_closed:
        console.print(
            f"{comparison.period} is closed: its posted ledger stays as it is, whatever is decided."
        )
    console.print(
        f"No ledger was changed. From the next build on, marts.fct_policy_comparison shows this as comparison "
        f"{comparison.comparison_id}.",
        highlight=False,
    )
    console.print(f"[bold]Next: {_next_step(comparison)}[/bold]", highlight=False)


def _print_changes(comparison: PolicyComparison, console: Console) -> None:
    changed = sorted(
        (change for change in comparison.changes if change.is_changed),
        key=lambda change: (-abs(change.reporting_cost_change), change.cost_centre_code or "~"),
    )
    if not changed:
        console.print(
            f"\n[bold]{comparison.period}: the candidate changes nothing.[/bold] "
            f"All {counted(len(comparison.changes), 'line')} of the ledger's sum are equal."
        )
        return
    table = table_of(
        f"{comparison.period} under today's policy and under the candidate, in {comparison.reporting_currency}",
        ("", "cost centre"),
        ("today", "candidate", "change", "in chargeback"),
    )
    table.add_column("what moves it", overflow="fold")
    for change in changed[:_SHOWN]:
        table.add_row(
            escape(change.cost_centre_code or ""),
            escape(_receiver(change)),
            pennies(change.current_reporting_cost),
            pennies(change.candidate_reporting_cost),
            _signed(change.reporting_cost_change),
            _signed(change.candidate_chargeback_cost - change.current_chargeback_cost),
            escape(_reasons(change)),
        )
    hidden = changed[_SHOWN:]
    if hidden:
        _add_sum(table, f"{counted(len(hidden), 'more line')} with a change", hidden)
    unchanged = [change for change in comparison.changes if not change.is_changed]
    if unchanged:
        _add_sum(table, f"{counted(len(unchanged), 'line')} without a change", unchanged)
    table.add_section()
    _add_sum(table, "in all", comparison.changes)
    console.print(table)


def _add_sum(table: Table, label: str, changes: list[CostCentreChange]) -> None:
    current = sum((change.current_reporting_cost for change in changes), Decimal(0))
    candidate = sum((change.candidate_reporting_cost for change in changes), Decimal(0))
    chargeback = sum(
        (change.candidate_chargeback_cost - change.current_chargeback_cost for change in changes),
        Decimal(0),
    )
    table.add_row(
        "",
        label,
        pennies(current),
        pennies(candidate),
        _signed(candidate - current),
        _signed(chargeback),
        "",
    )


def _print_reclaimed(comparison: PolicyComparison, console: Console) -> None:
    if not comparison.reclaimed:
        return
    table = table_of(
        "Charges that another rule would claim",
        ("platform", "rule today", "candidate's rule"),
        ("charges", f"cost in {comparison.reporting_currency}"),
    )
    for found in comparison.reclaimed:
        table.add_row(
            escape(found.platform),
            escape(found.current_rule),
            escape(found.candidate_rule),
            f"{found.charge_count:,}",
            pennies(found.reporting_cost),
        )
    console.print(table)


def _receiver(change: CostCentreChange) -> str:
    if change.unallocated_reason:
        return f"unallocated: {change.unallocated_reason}"
    return change.cost_centre_name or ""


def _reasons(change: CostCentreChange) -> str:
    shown = [
        f"{_signed(movement.reporting_cost_change)} {movement.sentence}"
        for movement in change.movements[:_MOVEMENTS_SHOWN]
    ]
    more = len(change.movements) - len(shown)
    return "\n".join([*shown, f"and {more} more"] if more else shown)


def _signed(amount: Decimal) -> str:
    text = pennies(amount)
    if text in ("0.00", "-0.00"):
        return "0.00"
    return f"+{text}" if amount > 0 else text


def _next_step(comparison: PolicyComparison) -> str:
    names = ", ".join(comparison.candidate_registers)
    if not any(change.is_changed for change in comparison.changes):
        return (
            f"check that the candidate ({names}) holds the change you meant, "
            f"and that it is in force in {comparison.period}."
        )
    return (
        f"show this to those who pay more; once it is approved, put {names} in the registers' folder, with approved_by "
        "and valid_from, and run `chargeback run`."
    )
