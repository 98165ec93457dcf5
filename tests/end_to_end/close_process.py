"""Closes a month in a process of its own that is killed at one instant: `… <period> <instant>`.

With instant 0 it lives and prints how many there were.
"""

from __future__ import annotations

import sys

from orchestration.close.posting import close_period
from orchestration.settings import Settings, writer_lock
from tests.support.dying import watch


def main() -> None:
    """Close, or die trying."""
    period, instant = sys.argv[1], int(sys.argv[2])
    settings = Settings.from_environment()
    instants = watch(instant, str(settings.warehouse))
    with writer_lock(settings, "close"):
        outcome = close_period(settings, period, "P1", {})
    assert outcome.close is not None, outcome.blocks
    print(instants.count)


if __name__ == "__main__":
    main()
