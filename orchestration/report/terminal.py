"""Prints the report: the proof first, the short answers last, where the eye is when the command ends."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.report.figures import Amount, HeldBack, Report
from orchestration.report.wording import counted, exact, pennies

_DEPARTMENTS_SHOWN = 8
_HELD_BACK_SHOWN = 10
_FALLBACKS_SHOWN = 8
_OVERLAPS_SHOWN = 12
_YES = "[green]✓[/green]"
_NO = "[bold red]✗[/bold red]"


def print_report(report: Report, console: Console) -> None:
    """Print the whole report."""
    _print_platform_months(report, console)
    _print_totals(report, console)
    _print_amounts("Who pays", "department", report.departments, console, _DEPARTMENTS_SHOWN)
    _print_amounts("How it is paid", "billing mode", report.billing_modes, console)
    _print_amounts("Unallocated", "reason", report.unallocated_by_reason, console)
    _print_to_mend(report, console)
    _print_fallbacks(report, console)
    _print_overlaps(report, console)
    _print_flags(report, console)
    _print_quarantine(report, console)
    _print_rollback(report, console)
    _print_next_step(report, console)


def _print_platform_months(report: Report, console: Console) -> None:
    table = table_of(
        "Billed = allocated + unallocated",
        ("platform", "month", "currency"),
        ("billed", "allocated", "unallocated"),
    )
    table.add_column("")
    for line in report.platform_months:
        table.add_row(
            escape(line.platform),
            line.month,
            line.currency,
            *(exact(amount) for amount in (line.billed, line.allocated, line.unallocated)),
            _YES if line.adds_up else _NO,
        )
    console.print(table)


def _print_totals(report: Report, console: Console) -> None:
    table = table_of("In all", ("", "currency"), ("total", "allocated", "unallocated"))
    for label, totals in (
        ("billed", report.billed_totals),
        ("reporting cost", report.reporting_totals),
    ):
        for total in totals:
            table.add_row(
                label,
                total.currency,
                *(exact(amount) for amount in (total.cost, total.allocated, total.unallocated)),
            )
    console.print(table)


def _print_amounts(
    title: str, heading: str, amounts: list[Amount], console: Console, shown: int | None = None
) -> None:
    if not amounts:
        return
    table = table_of(title, (heading, "", "currency"), ("amount",))
    for amount in amounts[:shown]:
        table.add_row(
            escape(amount.code), escape(amount.name), amount.currency, pennies(amount.amount)
        )
    console.print(table)
    if shown is not None and len(amounts) > shown:
        console.print(
            f"  … and {len(amounts) - shown} more: select from marts.fct_showback_monthly"
        )


def _print_to_mend(report: Report, console: Console) -> None:
    if not report.to_mend_first:
        return
    console.print("\n[bold]Mend first[/bold]")
    for item in report.to_mend_first:
        identity = " ".join(part for part in (item.identity_type, item.identity_id) if part)
        console.print(
            f"  {pennies(item.amount)} {item.currency}  {escape(item.platform)} {escape(identity)} ({item.reason})",
            highlight=False,
        )
        if item.suggestion:
            console.print(f"    → {escape(item.suggestion)}", highlight=False)


def _print_fallbacks(report: Report, console: Console) -> None:
    if not report.fallbacks:
        return
    table = table_of("Split by a fallback", ("month", "rule", "its method", "split by"), ("pools",))
    for item in report.fallbacks[-_FALLBACKS_SHOWN:]:
        table.add_row(
            item.month,
            escape(item.rule_id),
            item.method,
            item.fallback_method or "nothing: unallocated",
            str(item.pool_count),
        )
    console.print(table)
    if len(report.fallbacks) > _FALLBACKS_SHOWN:
        console.print(
            f"  … and {len(report.fallbacks) - _FALLBACKS_SHOWN} before: select from marts.fct_allocation_proof"
        )


def _print_overlaps(report: Report, console: Console) -> None:
    if report.overlaps:
        table = table_of(
            "On two bills: kept, and not in the figures above",
            ("overlap set", "month", "kept", "counted", "currency"),
            ("kept", "counted"),
        )
        for item in report.overlaps[-_OVERLAPS_SHOWN:]:
            table.add_row(
                escape(item.overlap_set),
                item.month,
                escape(item.platform),
                escape(item.counted_platform),
                item.currency,
                pennies(item.kept),
                pennies(item.counted),
            )
        console.print(table)
        if len(report.overlaps) > _OVERLAPS_SHOWN:
            console.print(
                f"  … and {len(report.overlaps) - _OVERLAPS_SHOWN} before: select from marts.fct_overlapping_charges"
            )
    if report.usage_overlaps:
        console.print(
            f"\nUsage that two sources tell of counts once ({escape(', '.join(report.usage_overlaps))}): "
            "select from marts.fct_overlapping_usage",
            highlight=False,
        )


def _print_flags(report: Report, console: Console) -> None:
    if not report.flags:
        return
    console.print("\n[bold yellow]Published, but worth a look[/bold yellow]")
    for flag in report.flags:
        console.print(
            f"  does not hold in {counted(flag['row_count'], 'case')}: {escape(flag['name'])}"
        )
        if flag["meaning"]:
            console.print(f"    {escape(flag['meaning'])}", highlight=False)


def _print_rollback(report: Report, console: Console) -> None:
    if report.rolled_back_from is None:
        return
    console.print(
        f"\n[bold yellow]Rolled back[/bold yellow] at {report.rolled_back_at} UTC from {report.rolled_back_from} to "
        f"{report.publication_id}, whose figures these are.\n  A run that makes anything else publishes it; "
        f"`chargeback rollback {report.rolled_back_from}` brings back what was taken back.",
        highlight=False,
        soft_wrap=True,
    )


def _print_quarantine(report: Report, console: Console) -> None:
    if not report.quarantine:
        console.print("\nNothing is in quarantine.")
        return
    count = len(report.quarantine)
    console.print(
        f"\n[bold red]In quarantine: {counted(count, 'delivery')}, not in the figures above[/bold red]",
        highlight=False,
    )
    for item in report.quarantine[:_HELD_BACK_SHOWN]:
        place = ", ".join(_place(item))
        console.print(
            f"  [bold]{escape(item.file)}[/bold]{' (' + escape(place) + ')' if place else ''}",
            highlight=False,
            soft_wrap=True,
        )
        console.print(f"    {escape(item.reason)}", highlight=False)
        if item.remedy:
            console.print(f"    → {escape(item.remedy)}", highlight=False)
    if count > _HELD_BACK_SHOWN:
        console.print(f"  … and {count - _HELD_BACK_SHOWN} more: select from marts.fct_deliveries")


def _place(item: HeldBack) -> Iterable[str]:
    if item.row is not None:
        yield f"row {item.row}"
    if item.column:
        yield f"column {item.column}"
    if item.fault_count > 1:
        yield f"the first of {item.fault_count} faults"


def _print_next_step(report: Report, console: Console) -> None:
    console.print(
        f"\nRead it with any DuckDB client: {escape(report.published_file)} (schema marts), or the Parquet "
        "files in the folder `current` beside it."
    )
    console.print(f"[bold]Next: {_next_step(report)}[/bold]", highlight=False)


def _next_step(report: Report) -> str:
    if not report.adds_up:
        return (
            "the lines marked ✗ do not add up, which is a defect of this program: please report it."
        )
    if report.quarantine:
        return "mend the files in quarantine, drop them again, and run this once more."
    if report.to_mend_first:
        return "give what is unallocated an owner (table “Mend first”), and run this once more."
    return (
        "`chargeback explain --cost-centre CODE --month YYYY-MM` shows where a figure comes from."
    )


def table_of(title: str, texts: tuple[str, ...], amounts: tuple[str, ...]) -> Table:
    """An empty table of the report's look: columns of text, then columns of amounts."""
    table = Table(
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for text in texts:
        table.add_column(text, overflow="fold")
    for amount in amounts:
        table.add_column(amount, justify="right", no_wrap=True)
    return table
