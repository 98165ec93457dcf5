"""DuckDB as landing uses it: bounded, in UTC, without extensions from elsewhere and without a progress bar."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY_LIMIT = "1GB"


def connect(spill: Path, file: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in memory, or to a file, that spills into a folder of the warehouse."""
    connection = duckdb.connect(
        str(file) if file else ":memory:",
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": "2",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection
