"""Publishes in a process of its own, as a verb does: `… <folder> [limit on file sizes in bytes]`; exits as the CLI."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from orchestration.errors import RefusalError
from orchestration.publish import publish
from orchestration.settings import Settings, writer_lock


def main() -> None:
    """Publish, or say why not."""
    folder = Path(sys.argv[1])
    settings = Settings(folder, folder / "landing", folder / "seeds", folder / "warehouse", "k")
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        with writer_lock(settings, "publish"):
            publish(settings)
    except RefusalError as refusal:
        sys.stderr.write(str(refusal))
        sys.exit(refusal.exit_code)


if __name__ == "__main__":
    main()
