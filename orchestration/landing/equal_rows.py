"""Equal rows of one delivery all count, so each gets an id of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.landing.normalise import literal


def number_equal_rows(
    connection: duckdb.DuckDBPyConnection, parts: Sequence[Path], options: str
) -> None:
    """Give the second and further of equal rows new ids: md5 of the first's id and the ordinal.

    Ids are read narrowly; a part is written again, by COPY `options`, only if it holds such rows.
    """
    if not parts:
        return
    paths = ", ".join(literal(str(part)) for part in parts)
    scan = f"read_parquet([{paths}], filename = true)"
    row = connection.execute(
        f"select count(*), count(distinct hash(_row_id)) from {scan}"
    ).fetchone()
    if row is None or row[0] == row[1]:
        return
    connection.execute(
        f"""
        create or replace temp table repeated_rows as
        select filename, _row, ordinal
        from (
            select
                filename, _row, _row_id,
                row_number() over (partition by _row_id order by filename, _row) as ordinal
            from {scan}
            where _row_id in (select _row_id from {scan} group by _row_id having count(*) > 1)
        )
        where ordinal > 1
        """
    )
    affected = connection.execute(
        "select distinct filename from repeated_rows order by 1"
    ).fetchall()
    for (name,) in affected:
        path = literal(name)
        numbered = Path(name).with_suffix(".numbered")
        connection.execute(
            f"""
            copy (
                select part.* replace (
                    case
                        when repeated.ordinal is null then part._row_id
                        else md5(part._row_id || '|' || repeated.ordinal)
                    end as _row_id
                )
                from read_parquet({path}) as part
                left join repeated_rows as repeated on repeated.filename = {path} and repeated._row = part._row
                order by part._row
            ) to {literal(str(numbered))} ({options})
            """
        )
        numbered.replace(name)
    connection.execute("drop table repeated_rows")
