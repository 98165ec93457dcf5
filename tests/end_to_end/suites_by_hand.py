"""Suites asked of accepted deliveries in DuckDB alone: what Great Expectations would find, without importing it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.expectations.additions import load_suites
from orchestration.expectations.earlier import History
from orchestration.landing.contracts import load_contracts
from orchestration.landing.normalise import quoted
from orchestration.landing.parts import scan_of
from orchestration.landing.rawzone import read_deliveries


def findings(raw_zone: Path) -> list[tuple[str, str, str]]:
    """Table, expectation and first finding of each expectation that deliveries, in order of arrival, do not meet."""
    found = []
    deliveries = read_deliveries(raw_zone)
    suites = load_suites(load_contracts())
    with duckdb.connect() as connection:
        for table in load_contracts():
            of_table = [d for d in deliveries if d.source_table == table.qualified and d.row_count]
            if not of_table:
                continue
            history = History(connection, raw_zone, table, [], of_table)
            earlier = []
            for delivery in of_table:
                parts = delivery.part_paths(raw_zone)
                earlier += history.before(delivery, parts)
                history.add(delivery, parts)
            every_part = [part for d in of_table for part in d.part_paths(raw_zone)]
            name = quoted(table.qualified)
            connection.execute(f"create view {name} as select * from {scan_of(every_part)}")
            connection.execute(
                "create or replace table candidates (_delivery_id varchar, delivered_at timestamp)"
            )
            connection.executemany(
                "insert into candidates values (?, ?)",
                [(d.delivery_id, d.delivered_at) for d in of_table],
            )
            connection.execute(
                "create or replace table earlier (_delivery_id varchar, currency varchar, month varchar,"
                " most_of_month decimal(38, 10), most_of_day decimal(38, 10), month_before decimal(38, 10))"
            )
            if earlier:
                connection.executemany(
                    "insert into earlier values (?, ?, ?, ?, ?, ?)",
                    [
                        (
                            e.delivery_id,
                            e.currency,
                            e.month,
                            e.most_of_month,
                            e.most_of_day,
                            e.month_before,
                        )
                        for e in earlier
                    ],
                )
            for expectation in suites[table.qualified].expectations:
                if expectation.checks or expectation.findings:
                    rows = connection.execute(expectation.query.replace("{batch}", name)).fetchall()
                    found += [(table.qualified, expectation.name, str(rows[0]))] if rows else []
    return found
