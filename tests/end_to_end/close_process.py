"""Closes a month in a process of its own that is killed at one instant: `… <period> <instant>`.

Instants are counted as in the landing's crashes: every change to a file below the warehouse and every DuckDB statement.
With instant 0 it lives and prints how many there were.
"""

from __future__ import annotations

import sys

import duckdb

from orchestration.close.posting import close_period
from orchestration.settings import Settings, writer_lock
from tests.integration.landing.landing_process import Instants, WatchedConnection


def main() -> None:
    """Close, or die trying."""
    period, instant = sys.argv[1], int(sys.argv[2])
    settings = Settings.from_environment()
    instants = Instants(instant, str(settings.warehouse))
    connect = duckdb.connect
    duckdb.connect = lambda *a, **k: WatchedConnection(connect(*a, **k), instants)  # type: ignore[assignment]
    sys.addaudithook(instants.heard)
    with writer_lock(settings, "close"):
        outcome = close_period(settings, period, "P1", {})
    assert outcome.close is not None, outcome.blocks
    print(instants.count)


if __name__ == "__main__":
    main()
