"""Prints an explanation from the entry down to the vendor's row, and the sums that prove it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from orchestration.report.explanation import CostCentreMonth, Entry, Explanation, Whole
from orchestration.report.wording import counted, exact, money, quantity

_ENTRIES_SHOWN = 10


def print_cost_centre(found: CostCentreMonth, console: Console) -> None:
    """Print what a cost centre got in a month by rule, its largest entries, and the chain behind the first."""
    console.print(
        f"[bold]{escape(found.cost_centre_code)} in {found.month}: {counted(len(found.entries), 'entry')}[/bold]"
    )
    _print_by_rule(found.entries, console)
    for currency in sorted({entry.reporting_currency for entry in found.entries}):
        amounts = [e.reporting_cost for e in found.entries if e.reporting_currency == currency]
        console.print(f"together {money(sum(amounts, Decimal(0)))} {currency}\n")
    console.print("[bold]The largest entries[/bold]")
    _print_entries(found.entries[:_ENTRIES_SHOWN], console)
    console.print("\n[bold]The first of them[/bold]\n")
    print_explanation(found.largest, console)
    console.print("\nNext: `chargeback explain ALLOCATION_ID` for another one.")


def _print_by_rule(entries: list[Entry], console: Console) -> None:
    amounts: dict[tuple[str, str, str, str, str], list[Decimal]] = defaultdict(list)
    for entry in entries:
        key = (
            entry.platform,
            entry.use_case_id or "",
            f"{entry.rule_id or ''} {entry.method or ''}",
            entry.billing_mode or "",
            entry.reporting_currency,
        )
        amounts[key].append(entry.reporting_cost)
    table = _table("platform", "use case", "rule", "mode", "currency")
    for heading in ("entries", "reporting cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for key, parts in sorted(
        amounts.items(), key=lambda item: (-abs(sum(item[1], Decimal(0))), item[0])
    ):
        texts = (escape(text) for text in key)
        table.add_row(*texts, str(len(parts)), exact(sum(parts, Decimal(0))))
    console.print(table)


def _print_entries(entries: list[Entry], console: Console) -> None:
    table = _table("allocation_id", "date", "platform", "use case", "model", "currency")
    for heading in ("billed", "reporting cost"):
        table.add_column(heading, justify="right", no_wrap=True)
    for entry in entries:
        table.add_row(
            entry.allocation_id[:12],
            str(entry.charge_date),
            escape(entry.platform),
            escape(entry.use_case_id or ""),
            escape(entry.model or ""),
            f"{entry.billing_currency} → {entry.reporting_currency}",
            exact(entry.billed_cost),
            exact(entry.reporting_cost),
        )
    console.print(table)


def print_explanation(explanation: Explanation, console: Console) -> None:
    """Print one entry's chain: entry, rule, driver, whole, charges, sums."""
    entry, whole = explanation.entry, explanation.whole
    _print_entry(entry, console)
    _print_rule(explanation, console)
    _print_share(entry, console)
    if len(whole.entries) > 1:
        _print_receivers(entry, whole, console)
    if whole.held:
        _print_held(whole, console)
    _print_charges(entry, whole, console)
    _print_sums(entry, whole, console)


def _print_entry(entry: Entry, console: Console) -> None:
    console.print(f"[bold]Entry[/bold]   {entry.allocation_id}")
    console.print(f"        {escape(entry.receiver)}")
    console.print(
        f"        {escape(entry.platform)}, account {escape(entry.billing_account_id)}, "
        f"invoice {escape(entry.invoice_id or 'not known')}, {entry.month}"
    )
    console.print(
        f"        billed {money(entry.billed_cost)} {entry.billing_currency}, "
        f"effective {money(entry.effective_cost)} {entry.billing_currency}, "
        f"reported {money(entry.reporting_cost)} {entry.reporting_currency}"
    )
    if entry.allocation_path:
        console.print(f"        tier {entry.tier}, by way of {escape(entry.allocation_path)}")
    if entry.is_disputed:
        console.print("        [yellow]disputed[/yellow]: `fct_disputes` says by whom and why")
    if entry.suggestion:
        console.print(f"        to mend: {escape(entry.suggestion)}")


def _print_rule(explanation: Explanation, console: Console) -> None:
    entry = explanation.entry
    if entry.rule_id is None:
        console.print("[bold]Rule[/bold]    none claimed it")
        return
    console.print(
        f"[bold]Rule[/bold]    {escape(entry.rule_id)} version {escape(entry.rule_version or '')}"
    )
    if explanation.rule_sentence:
        console.print(Padding(escape(explanation.rule_sentence), (0, 0, 0, 8)), highlight=False)
    if entry.owner_rung:
        console.print(
            f"        owner found by {entry.owner_rung}: {entry.identity_type} {escape(entry.identity_id or '')}"
        )


def _print_share(entry: Entry, console: Console) -> None:
    driver = entry.driver or "none"
    if entry.fallback_method:
        driver += f" (fallback: the driver of method {entry.method} was zero)"
    console.print(f"[bold]Share[/bold]   driver {driver}")
    if entry.driver_numerator is not None and entry.driver_denominator is not None:
        share = "" if entry.share is None else f" = {quantity(entry.share)}"
        console.print(
            f"        {quantity(entry.driver_numerator)} of {quantity(entry.driver_denominator)}{share}"
        )


def _print_receivers(entry: Entry, whole: Whole, console: Console) -> None:
    source = f"pool {entry.pool_id}" if entry.pool_id else f"charge group {entry.charge_group_id}"
    console.print(f"[bold]Split[/bold]   {source} went to {counted(len(whole.entries), 'entry')}")
    table = _table("", "receiver")
    for heading in ("driver", "share", "billed", "effective"):
        table.add_column(heading, justify="right", no_wrap=True)
    for part in whole.entries:
        table.add_row(
            "→" if part.allocation_id == entry.allocation_id else "",
            escape(part.receiver),
            "" if part.driver_numerator is None else quantity(part.driver_numerator),
            "" if part.share is None else quantity(part.share),
            exact(part.billed_cost),
            exact(part.effective_cost),
        )
    console.print(table)


def _print_held(whole: Whole, console: Console) -> None:
    """What the shared service held, by the rule or the path on which it came."""
    count = sum(held.entry_count for held in whole.held)
    console.print(
        f"[bold]Held[/bold]    by {escape(whole.held[0].cost_centre_code)}: {counted(count, 'entry')}"
    )
    table = _table("came by")
    for heading in ("entries", "billed", "effective"):
        table.add_column(heading, justify="right", no_wrap=True)
    for held in whole.held:
        table.add_row(
            escape(held.allocation_path or held.rule_id),
            f"{held.entry_count:,}",
            exact(held.billed_cost),
            exact(held.effective_cost),
        )
    console.print(table)


def _print_charges(entry: Entry, whole: Whole, console: Console) -> None:
    shown = len(whole.largest_charges)
    order = "" if shown == whole.charge_count else f", the largest {shown} here"
    console.print(
        f"[bold]Charges[/bold] {whole.charge_count:,}, in {counted(whole.group_count, 'charge group')}{order}"
    )
    table = _table("date", "charge", "file, row", "delivery")
    table.add_column(f"billed {entry.billing_currency}", justify="right", no_wrap=True)
    for charge in whole.largest_charges:
        derived = "" if charge.cost_basis in ("billed", None) else f" ({charge.cost_basis})"
        table.add_row(
            str(charge.charge_date),
            escape((charge.description or "") + derived),
            escape(f"{charge.file_name}, row {charge.row_number}"),
            charge.delivery_id[:12],
            exact(charge.billed_cost),
        )
    console.print(table)


def _print_sums(entry: Entry, whole: Whole, console: Console) -> None:
    mark = "[green]✓[/green]" if whole.adds_up else "[bold red]✗[/bold red]"
    console.print(
        f"[bold]Sum[/bold]     {'held' if whole.held else 'charges'} "
        f"{money(whole.billed_cost)} {entry.billing_currency} billed, {money(whole.effective_cost)} effective = "
        f"entries {money(whole.entries_billed_cost)} billed, {money(whole.entries_effective_cost)} effective {mark}"
    )


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
