"""Prints where an identity's spend went."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.report.identity import IdentityMonth, Part
from orchestration.report.wording import counted, exact, money

_RECEIVERS_NAMED = 3
_PARTS_SHOWN = 20


def print_identity(found: IdentityMonth, console: Console) -> None:
    """Print the month's sum by rule and receiver, then the charge groups and pools behind it, largest first."""
    identity = found.identity
    console.print(
        f"[bold]{escape(identity.identity_type)} {escape(identity.identity_id)} of {escape(identity.platform)} "
        f"in {found.month}: {counted(sum(part.charge_count for part in found.parts), 'charge')}[/bold]"
    )
    _print_by_rule(found.parts, console)
    for currency in sorted({part.reporting_currency for part in found.parts}):
        amounts = [p.reporting_cost for p in found.parts if p.reporting_currency == currency]
        console.print(f"together {money(sum(amounts, Decimal(0)))} {currency}\n")
    shown = found.parts[:_PARTS_SHOWN]
    order = "" if len(shown) == len(found.parts) else f", the largest {len(shown)} here"
    console.print(f"[bold]Its charge groups and pools{order}[/bold]")
    _print_parts(shown, console)
    console.print("\nNext: `chargeback explain ALLOCATION_ID` for the chain behind one of them.")


def _print_by_rule(parts: list[Part], console: Console) -> None:
    amounts: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for part in parts:
        key = (_rule(part), _went_to(part), part.reporting_currency)
        amounts[key].append(part.reporting_cost)
    table = _table("rule", "went to", "currency", amounts=("reporting cost",))
    for key, costs in sorted(
        amounts.items(), key=lambda item: (-abs(sum(item[1], Decimal(0))), item[0])
    ):
        table.add_row(*(escape(text) for text in key), exact(sum(costs, Decimal(0))))
    console.print(table)


def _print_parts(parts: list[Part], console: Console) -> None:
    table = _table(
        "allocation_id",
        "whole",
        "rule",
        "went to",
        "currency",
        amounts=("billed", "reporting cost"),
    )
    for part in parts:
        disputed = " (disputed)" if part.is_disputed else ""
        table.add_row(
            (part.allocation_id or "")[:12],
            "pool" if part.is_pool else "charge group",
            escape(_rule(part)),
            escape(_went_to(part) + disputed),
            f"{part.billing_currency} → {part.reporting_currency}",
            exact(part.billed_cost),
            exact(part.reporting_cost),
        )
    console.print(table)


def _rule(part: Part) -> str:
    return f"{part.rule_id} {part.method}" if part.rule_id else "none"


def _went_to(part: Part) -> str:
    if len(part.receivers) > _RECEIVERS_NAMED:
        return f"a pool of {len(part.receivers)} receivers"
    return ", ".join(part.receivers)


def _table(*headings: str, amounts: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for heading in amounts:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
