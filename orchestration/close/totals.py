"""The totals of a close, from the rows of its files: in its record when it is made, and counted again to verify it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

_TOTALS = {
    "ledger": (
        "select billing_currency, reporting_currency, count(*) as entry_count, sum(billed_cost) as billed_cost, "
        "sum(effective_cost) as effective_cost, sum(reporting_cost) as reporting_cost, "
        "coalesce(sum(reporting_cost) filter (billing_mode = 'chargeback'), 0) as chargeback_reporting_cost, "
        "coalesce(sum(reporting_cost) filter (unallocated_reason is not null), 0) as unallocated_reporting_cost"
    ),
    "adjustments": (
        "select strftime(original_month, '%Y-%m') as original_period, billing_currency, reporting_currency, "
        "count(*) as entry_count, sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, "
        "sum(reporting_cost) as reporting_cost"
    ),
    "journal": (
        "select currency, count(*) as line_count, sum(debit_amount) as debit_amount, "
        "sum(credit_amount) as credit_amount"
    ),
}


def totals_of(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Counts and exact sums per currency, as text; raises duckdb.Error where a file cannot be read."""
    with duckdb.connect(":memory:") as connection:
        totals = {}
        for name, select in _TOTALS.items():
            source = str(folder / f"{name}.parquet").replace("'", "''")
            cursor = connection.execute(
                f"{select} from read_parquet('{source}') group by all order by all"
            )
            columns = [description[0] for description in cursor.description]
            totals[name] = [
                {
                    column: value if value is None else str(value)
                    for column, value in zip(columns, row, strict=True)
                }
                for row in cursor.fetchall()
            ]
        return totals
