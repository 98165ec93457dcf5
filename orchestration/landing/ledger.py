"""The load ledger in DuckDB: which delivery is in force for what, and the views that staging reads.

Everything here follows from the raw zone's folders and this landing's refusals; one transaction replaces it all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb

from orchestration.close.views import create_close_views
from orchestration.landing.checks import Fault
from orchestration.landing.contracts import Table
from orchestration.landing.engine import connect
from orchestration.landing.measures import billed_amount, days_of, runs
from orchestration.landing.normalise import literal, quoted
from orchestration.landing.rawzone import Delivery, newest_first


@dataclass(frozen=True)
class Refusal:
    """A delivery in quarantine, with everything found wrong with it."""

    delivery_id: str
    platform: str | None
    source_table: str | None
    role: str | None
    files: tuple[str, ...]
    faults: tuple[Fault, ...]


_TABLES = {
    "deliveries": (
        "delivery_id varchar, platform varchar, source_table varchar, role varchar, status varchar,"
        " delivered_at timestamp, content_from date, content_to date, file_count bigint, row_count bigint,"
        " money_rounding decimal(38, 20), unknown_columns varchar, arrived_sequence bigint,"
        " settles_after_days bigint, series varchar, billed_amount decimal(38, 10),"
        " superseded_row_count bigint, superseded_amount decimal(38, 10), is_billed_by_file boolean,"
        " accepted_by varchar, acceptance_reason varchar"
    ),
    "delivery_files": (
        "delivery_id varchar, file varchar, sha256 varchar, byte_count bigint, row_count bigint,"
        " money_rounding decimal(38, 20)"
    ),
    "current_scopes": "source_table varchar, scope varchar, delivery_id varchar",
    "superseded_rows": (
        "source_table varchar, delivery_id varchar, row_id varchar, billed_amount decimal(38, 10)"
    ),
    "column_fillings": (
        "source_table varchar, content_month date, column_name varchar, row_count bigint, filled_count bigint"
    ),
    "column_changes": "delivery_id varchar, column_name varchar, is_declared boolean, change varchar",
    "source_days": (
        "source_table varchar, series varchar, every varchar, first_date date, last_date date"
    ),
    "quarantine": (
        "delivery_id varchar, platform varchar, source_table varchar, file varchar, row_number bigint,"
        " column_name varchar, reason varchar, remedy varchar"
    ),
}


def current_scopes(
    tables: Sequence[Table], deliveries: Sequence[Delivery]
) -> dict[str, dict[str, str]]:
    """For each raw table the delivery in force for each scope. Of tables by key, every delivery is in force."""
    current: dict[str, dict[str, str]] = {table.qualified: {} for table in tables}
    for table in tables:
        of_table = [d for d in deliveries if d.source_table == table.qualified]
        scopes = current[table.qualified]
        newer: list[Delivery] = []
        for delivery in newest_first(of_table):
            if table.replaces.scope in ("key", "nothing") and any(
                _contains(d, delivery) for d in newer
            ):
                continue
            newer.append(delivery)
            if table.replaces.scope == "key":
                scopes[delivery.delivery_id] = delivery.delivery_id
                continue
            for scope in delivery.scopes:
                scopes.setdefault(scope, delivery.delivery_id)
    return current


def _contains(newer: Delivery, older: Delivery) -> bool:
    """Whether a newer delivery stands in for an older one: read again, or the same pull with more pages."""
    if newer.identity == older.identity:
        return True
    same_pull = newer.delivered_at is not None and newer.delivered_at == older.delivered_at
    return same_pull and {f.sha256 for f in older.files} <= {f.sha256 for f in newer.files}


def statuses(
    deliveries: Sequence[Delivery], scopes: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """`current` for a delivery in force for anything, or that replaces nothing because it is empty."""
    in_force = {delivery_id for by_scope in scopes.values() for delivery_id in by_scope.values()}
    return {
        delivery.delivery_id: (
            "current" if delivery.delivery_id in in_force or not delivery.scopes else "superseded"
        )
        for delivery in deliveries
    }


def refresh(
    work_file: Path,
    raw_zone: Path,
    tables: Sequence[Table],
    deliveries: Sequence[Delivery],
    refusals: Sequence[Refusal],
    closes_folder: Path,
    spill: Path,
) -> None:
    """Bring schemas `raw` and `closes` of the work file in step with raw zone and closes, in one transaction."""
    scopes = current_scopes(tables, deliveries)
    status = statuses(deliveries, scopes)
    work_file.parent.mkdir(parents=True, exist_ok=True)
    with connect(spill, work_file) as connection:
        connection.execute("begin")
        connection.execute("create schema if not exists raw")
        known = {table.qualified for table in tables}
        for (name,) in connection.execute(
            "select view_name from duckdb_views() where schema_name = 'raw' and not internal"
        ).fetchall():
            if name not in known:
                connection.execute(f"drop view raw.{quoted(name)}")
        for name, columns in _TABLES.items():
            connection.execute(f"create or replace table raw.{name} ({columns})")
        _insert(
            connection,
            "delivery_files",
            [
                (d.delivery_id, f.file, f.sha256, f.byte_count, f.row_count, f.money_rounding)
                for d in deliveries
                for f in d.files
            ],
        )
        _insert(
            connection,
            "current_scopes",
            [
                (source_table, scope, delivery_id)
                for source_table, by_scope in sorted(scopes.items())
                for scope, delivery_id in sorted(by_scope.items())
            ],
        )
        _insert(
            connection,
            "quarantine",
            [
                (
                    r.delivery_id,
                    r.platform,
                    r.source_table,
                    f.file,
                    f.row,
                    f.column,
                    f.reason,
                    f.remedy,
                )
                for r in refusals
                for f in r.faults
            ],
        )
        for table in tables:
            of_table = [d for d in deliveries if d.source_table == table.qualified]
            _create_view(connection, raw_zone, table, of_table, scopes[table.qualified])
        superseded = _superseded(connection, deliveries, scopes)
        _insert(
            connection,
            "deliveries",
            _delivery_rows(tables, deliveries, status, refusals, superseded),
        )
        current = [d for d in deliveries if status[d.delivery_id] == "current"]
        _insert(connection, "column_fillings", column_fillings(tables, current))
        _insert(connection, "column_changes", column_changes(deliveries))
        _insert(connection, "source_days", source_days(tables, current))
        create_close_views(connection, closes_folder)
        connection.execute("commit")
        connection.execute("checkpoint")


def _delivery_rows(
    tables: Sequence[Table],
    deliveries: Sequence[Delivery],
    status: Mapping[str, str],
    refusals: Sequence[Refusal],
    superseded: Mapping[str, tuple[int | None, Decimal | None]],
) -> list[tuple[object, ...]]:
    settling = {table.qualified: table.settles_after_days for table in tables}
    billing = {table.qualified for table in tables if table.billed is not None}
    accepted: list[tuple[object, ...]] = [
        (
            d.delivery_id, d.platform, d.source_table, d.role, status[d.delivery_id], d.delivered_at,
            d.content_from, d.content_to, len(d.files), d.row_count, d.money_rounding,
            ", ".join(d.unknown_columns) or None, d.arrived_sequence, settling.get(d.source_table),
            d.series or None, _billed(d), *superseded[d.delivery_id], d.source_table in billing,
            "; ".join(a.accepted_by for a in d.acceptances) or None,
            "; ".join(a.reason for a in d.acceptances) or None,
        )
        for d in deliveries
    ]  # fmt: skip
    refused: list[tuple[object, ...]] = [
        (
            r.delivery_id, r.platform, r.source_table, r.role, "quarantined", None,
            None, None, len(r.files), None, None, None, None, None, None, None, None, None, False, None, None,
        )
        for r in refusals
    ]  # fmt: skip
    return accepted + refused


def _billed(delivery: Delivery) -> Decimal | None:
    """What its rows bill by the file's own money; None where there is none, or it was landed before that was summed."""
    if not delivery.scope_sums and delivery.row_count:
        return None
    amounts = [total.billed_amount for total in delivery.scope_sums]
    if any(amount is None for amount in amounts):
        return None
    return sum((Decimal(amount) for amount in amounts if amount is not None), Decimal(0))


def _superseded(
    connection: duckdb.DuckDBPyConnection,
    deliveries: Sequence[Delivery],
    scopes: Mapping[str, Mapping[str, str]],
) -> dict[str, tuple[int | None, Decimal | None]]:
    """Rows of each bill that another delivery is in force for, and what they bill; None where nobody counted them."""
    by_key = {
        str(row[0]): (int(row[1]), Decimal(row[2]))
        for row in connection.execute(
            "select delivery_id, count(*), coalesce(sum(billed_amount), 0)"
            " from raw.superseded_rows group by delivery_id"
        ).fetchall()
    }
    superseded: dict[str, tuple[int | None, Decimal | None]] = {}
    for delivery in deliveries:
        if delivery.row_count and not delivery.scope_sums:
            superseded[delivery.delivery_id] = (None, None)
            continue
        row_count, amount = by_key.get(delivery.delivery_id, (0, Decimal(0)))
        in_force = scopes.get(delivery.source_table, {})
        for total in delivery.scope_sums:
            if in_force.get(total.scope) != delivery.delivery_id:
                row_count += total.row_count
                amount += Decimal(total.billed_amount or 0)
        superseded[delivery.delivery_id] = (row_count, amount)
    return superseded


def column_fillings(
    tables: Sequence[Table], deliveries: Sequence[Delivery]
) -> list[tuple[object, ...]]:
    """Of bills and usage in force, per table, month and declared column: rows, and in how many the column is filled.

    Columns that the vendor changes from delivery to delivery, such as an invoice's number, are left out.
    """
    volatile = {
        table.qualified: {column.name for column in table.columns if column.volatile}
        for table in tables
        if table.role in ("bill", "usage")
    }
    rows: dict[tuple[str, str], int] = defaultdict(int)
    filled: dict[tuple[str, str, str], int] = defaultdict(int)
    for delivery in deliveries:
        if delivery.source_table not in volatile:
            continue
        for filling in delivery.fillings:
            if filling.month is None:
                continue
            rows[delivery.source_table, filling.month] += filling.row_count
            for column in filling.filled.keys() - volatile[delivery.source_table]:
                filled[delivery.source_table, filling.month, column] += filling.filled[column]
    return [
        (table, f"{month}-01", column, rows[table, month], count)
        for (table, month, column), count in sorted(filled.items())
    ]


def column_changes(deliveries: Sequence[Delivery]) -> list[tuple[object, ...]]:
    """Columns that a delivery has and the one before it in its series had not (`new`), or the other way (`gone`)."""
    changes: list[tuple[object, ...]] = []
    series: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.row_count:
            series[delivery.source_table, delivery.series].append(delivery)
    for _, of_series in sorted(series.items()):
        in_order = sorted(of_series, key=lambda d: (d.content_to or "", d.arrived_sequence))
        for before, after in pairwise(in_order):
            for declared, had, has in (
                (True, before.headers, after.headers),
                (False, before.unknown_columns, after.unknown_columns),
            ):
                if had is None or has is None:
                    continue
                for change, names in (("new", set(has) - set(had)), ("gone", set(had) - set(has))):
                    changes += [
                        (after.delivery_id, name, declared, change) for name in sorted(names)
                    ]
    return changes


def source_days(
    tables: Sequence[Table], deliveries: Sequence[Delivery]
) -> list[tuple[object, ...]]:
    """Of each source that has something to tell at a known rhythm: the unbroken runs of days that it tells of."""
    every = {table.qualified: table.every for table in tables if table.every is not None}
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for delivery in deliveries:
        if delivery.source_table in every:
            told[delivery.source_table, delivery.series] |= set(days_of(delivery.days))
    return [
        (table, series or None, every[table], first, last)
        for (table, series), days in sorted(told.items())
        for first, last in runs(days, every[table] or "day")
    ]


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    for start in range(0, len(rows), 500):
        batch = rows[start : start + 500]
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in batch)
        connection.execute(
            f"insert into raw.{table} values {marks}", [v for row in batch for v in row]
        )


def _create_view(
    connection: duckdb.DuckDBPyConnection,
    raw_zone: Path,
    table: Table,
    deliveries: Sequence[Delivery],
    scopes: Mapping[str, str],
) -> None:
    in_force = set(scopes.values())
    counted = [d for d in newest_first(deliveries) if d.delivery_id in in_force and d.row_count]
    if table.replaces.scope == "key":
        partial = _supersede_rows(connection, raw_zone, table, counted)
        condition = (
            "not exists (select 1 from raw.superseded_rows as s where s.source_table = "
            f"{literal(table.qualified)} and s.delivery_id = r._delivery_id and s.row_id = r._row_id)"
        )
    else:
        partial = {
            d.delivery_id
            for d in counted
            if any(scopes.get(scope) != d.delivery_id for scope in d.scopes)
        }
        condition = (
            "exists (select 1 from raw.current_scopes as s where s.source_table = "
            f"{literal(table.qualified)} and s.scope = r._scope and s.delivery_id = r._delivery_id)"
        )
    selects = []
    shapes = sorted({d.columns for d in counted})
    for shape in shapes:
        for is_partial in (False, True):
            members = [
                d
                for d in counted
                if d.columns == shape and (d.delivery_id in partial) == is_partial
            ]
            if members:
                where = f" where {condition}" if is_partial else ""
                selects.append(f"{_read(raw_zone, table, members, shape)}{where}")
    body = " union all ".join(selects) or f"select {_typed_nulls(table)} where false"
    connection.execute(f"create or replace view raw.{quoted(table.qualified)} as {body}")


def _read(raw_zone: Path, table: Table, members: Sequence[Delivery], shape: tuple[str, ...]) -> str:
    paths = ", ".join(
        literal(str(part))
        for d in sorted(members, key=lambda d: d.arrived_sequence)
        for part in d.part_paths(raw_zone)
    )
    columns = ", ".join(
        f"r.{quoted(name)}" if name in shape else f"cast(null as varchar) as {quoted(name)}"
        for name in table.raw_columns
    )
    return f"select {columns} from read_parquet([{paths}], hive_partitioning = false) as r"


def _typed_nulls(table: Table) -> str:
    return ", ".join(
        f"cast(null as {'bigint' if name == '_row' else 'varchar'}) as {quoted(name)}"
        for name in table.raw_columns
    )


def _supersede_rows(
    connection: duckdb.DuckDBPyConnection, raw_zone: Path, table: Table, newest: Sequence[Delivery]
) -> set[str]:
    """List the rows whose key came again, later; returns the deliveries that hold any."""
    if not newest:
        return set()
    ranks = ", ".join(f"({literal(d.delivery_id)}, {rank})" for rank, d in enumerate(newest))
    paths = ", ".join(literal(str(part)) for d in newest for part in d.part_paths(raw_zone))
    billed = billed_amount(table.billed) if table.billed else "null"
    connection.execute(
        f"""
        insert into raw.superseded_rows
        with ranked as (
            select
                _delivery_id,
                _row_id,
                _scope,
                {billed} as billed,
                row_number() over (partition by _scope order by rank, _file desc, _row desc) as place
            from read_parquet([{paths}], hive_partitioning = false)
            inner join (values {ranks}) as ranks (delivery_id, rank) on delivery_id = _delivery_id
            where _scope in (
                select _scope from read_parquet([{paths}], hive_partitioning = false)
                group by _scope having count(*) > 1
            )
        )
        select {literal(table.qualified)}, _delivery_id, _row_id, billed from ranked where place > 1
        """
    )
    rows = connection.execute(
        "select distinct delivery_id from raw.superseded_rows where source_table = ?",
        [table.qualified],
    ).fetchall()
    return {str(row[0]) for row in rows}
