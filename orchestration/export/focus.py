"""The ledger as FOCUS 1.4 cost and usage with the Allocated columns, as CSV and as Parquet with the same texts.

Columns have the specification's names, PascalCase, first; this project's own follow as `x_` and PascalCase.
Instants are ISO 8601 texts in UTC; an absent value is empty in the CSV and null in the Parquet file.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.export.files import finished_file, write_csv
from orchestration.export.totals import Exported, ledger_sums, must_tie

MART = "fct_focus_allocated"


def export(published: duckdb.DuckDBPyConnection, month: str, path: Path) -> list[Exported]:
    """Write a month's allocated rows to `path` and, beside it, to the same name with `.parquet`.

    Raises UntiedExportError where billed or effective cost is not the ledger's.
    """
    query = focus_query(published, MART, month)
    parquet = path.with_suffix(".parquet")
    with finished_file(path) as unfinished_csv, finished_file(parquet) as unfinished_parquet:
        totals = write_csv(
            published.execute(query), unfinished_csv, "BilledCost", "BillingCurrency"
        )
        published.execute(f"copy ({query}) to {_text(unfinished_parquet)} (format parquet)")
        must_tie("The FOCUS CSV", totals.sums, ledger_sums(published, month))
        for amount, measure in {
            "BilledCost": "billed_cost",
            "EffectiveCost": "effective_cost",
        }.items():
            must_tie(
                f"{amount} of the FOCUS Parquet file",
                _parquet_sums(published, unfinished_parquet, amount),
                ledger_sums(published, month, measure),
            )
    return [Exported(path, totals), Exported(parquet, totals)]


def focus_query(published: duckdb.DuckDBPyConnection, mart: str, month: str | None = None) -> str:
    """SQL that reads a mart under the specification's names, a month of it or all, in the mart's order of columns."""
    columns = published.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    selected = ", ".join(
        f"{_as_text(name, data_type)} as {focus_name(name)}" for name, data_type in columns
    )
    where = "" if month is None else f" where strftime(x_accounting_month, '%Y-%m') = '{month}'"
    return f"select {selected} from marts.{mart}{where} order by all"


def focus_name(column: str) -> str:
    """A mart's column as FOCUS writes it: `sku_price_id` → `SkuPriceId`, `x_rule_id` → `x_RuleId`."""
    prefix, words = ("x_", column[2:]) if column.startswith("x_") else ("", column)
    return prefix + "".join(word.capitalize() for word in words.split("_"))


def _as_text(column: str, data_type: str) -> str:
    return (
        f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')" if data_type.startswith("TIMESTAMP") else column
    )


def _parquet_sums(
    published: duckdb.DuckDBPyConnection, parquet: Path, amount: str
) -> dict[str, Decimal]:
    return dict(
        published.execute(
            f"select BillingCurrency, sum({amount}) from read_parquet({_text(parquet)}) "
            "group by BillingCurrency order by BillingCurrency"
        ).fetchall()
    )


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
