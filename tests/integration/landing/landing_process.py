"""Lands in a process of its own that is killed at one instant: `… <folder> <contracts> <instant>`.

With instant 0 it lives and prints how many there were.
"""

from __future__ import annotations

import sys
from pathlib import Path

from orchestration.landing import land
from orchestration.settings import Settings
from tests.support.dying import watch


def main() -> None:
    """Land, or die trying."""
    folder, contracts, instant = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    settings = Settings(
        folder, folder / "landing", folder / "seeds", folder / "warehouse", "a key for tests"
    )
    instants = watch(instant, str(settings.warehouse))
    land(settings, contracts=contracts)
    print(instants.count)


if __name__ == "__main__":
    main()
