"""Shows earlier publications to dbt: schema `publications` of the work file, a view with a row for each."""

from __future__ import annotations

from typing import Any

import duckdb

from orchestration.publish.history import COLUMNS, read_history
from orchestration.settings import Settings

_SCHEMA = "publications"
_VIEW = "publications"


def create_publications_view(settings: Settings) -> None:
    """Bring the view in step with the history. The caller holds the writer's lock."""
    rows = read_history(settings.published_file.parent).rows()
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(f"create schema if not exists {_SCHEMA}")
        connection.execute(f"create or replace view {_SCHEMA}.{_VIEW} as {rows_as_query(rows)}")


def rows_as_query(rows: list[dict[str, Any]]) -> str:
    """A query that returns the rows, typed."""
    return " union all ".join(_select(row) for row in rows) or f"{_select({})} where false"


def _select(row: dict[str, Any]) -> str:
    columns = (
        f"cast({_literal(row.get(name))} as {kind}) as {name}" for name, kind in COLUMNS.items()
    )
    return f"select {', '.join(columns)}"


def _literal(value: object) -> str:
    return "null" if value is None else "'" + str(value).replace("'", "''") + "'"
