"""Purchases of prepaid credit: one contract, one account and currency; nothing expires before it is bought."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, quoted
from orchestration.registers.reading import Registers, Row

_SHARED = ("platform", "billing_account_id", "currency")


def credit_faults(registers: Registers) -> Iterator[Fault]:
    """Faults of `credit_purchases.csv` that no single cell shows."""
    file = register_named("credit_purchases").file
    first_of: dict[str, Row] = {}
    for row in registers["credit_purchases"]:
        if row["expires_on"] and row["purchased_on"] and row["expires_on"] <= row["purchased_on"]:
            yield Fault(
                file,
                row.number,
                "expires_on",
                f"the credit expires on {row['expires_on']} and is bought on {row['purchased_on']}",
                "Enter the first day on which it no longer pays, or leave it empty",
            )
        first = first_of.setdefault(row["contract_id"], row)
        for column in _SHARED:
            if row["contract_id"] and row[column].lower() != first[column].lower():
                yield Fault(
                    file,
                    row.number,
                    column,
                    f"contract {quoted(row['contract_id'])} has {quoted(first[column])} in row {first.number}",
                    "Give each platform, account and currency a contract of its own",
                )
