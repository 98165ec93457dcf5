"""DuckDB as SQLAlchemy's dialect `duckdb+buffered`: all rows of a result are read when the statement runs.

Great Expectations 1.24 fetches rows after it has closed the connection, which duckdb_engine's own dialect cannot do.
"""

from __future__ import annotations

from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy


class BufferedContext(duckdb_engine.Dialect.execution_ctx_cls):
    """One statement, whose result outlives its connection."""

    def post_exec(self) -> None:
        """Read all rows."""
        super().post_exec()
        if self.cursor is not None and self.cursor.description:
            rows: list[Any] = self.cursor.fetchall()
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=rows
            )


class BufferedDuckDB(duckdb_engine.Dialect):
    """DuckDB with buffered results."""

    driver = "buffered"
    supports_statement_cache = False
    execution_ctx_cls = BufferedContext


def register() -> None:
    """Make `duckdb+buffered://` known to SQLAlchemy."""
    registry.register("duckdb.buffered", __name__, BufferedDuckDB.__name__)
