"""Whether two published files hold the same marts, row for row."""

from __future__ import annotations

from pathlib import Path

import duckdb

# In which order deliveries came, which is what differs between one landing and many.
_ARRIVAL = {"fct_deliveries": "exclude (arrived_sequence)"}


def differences(left: Path, right: Path) -> tuple[int, int, list[str]]:
    """Marts and rows compared, and what differs: each mart with its rows that only one of the two files has."""
    differing = []
    row_count = 0
    with duckdb.connect() as connection:
        for name, path in (("one", left), ("two", right)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        marts = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'one' and schema_name = 'marts' "
                "order by all"
            ).fetchall()
        ]
        for mart in marts:
            columns = f"select * {_ARRIVAL.get(mart, '')}"
            counts = connection.execute(
                f"select (select count(*) from one.marts.{mart}), "
                f"(select count(*) from ({columns} from one.marts.{mart} except all {columns} from two.marts.{mart})), "
                f"(select count(*) from ({columns} from two.marts.{mart} except all {columns} from one.marts.{mart}))"
            ).fetchone()
            assert counts is not None
            row_count += counts[0]
            if counts[1] or counts[2]:
                differing.append(f"{mart}: {counts[1]} and {counts[2]} rows")
    return len(marts), row_count, differing
