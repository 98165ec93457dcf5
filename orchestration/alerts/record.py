"""What was told, to whom, when and with what outcome: one line of JSON for each event and audience, never changed.

A message is recorded as delivered after it has gone out. A crash between the two tells it once more: told twice is a
nuisance, never told is a loss. No address is recorded, only the name of the variable that holds it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.landing.files import sync_folder
from orchestration.settings import Settings

DELIVERED = "delivered"
CLEARED = "cleared"

_FOLDER = "alerts"
_FILE = "deliveries.jsonl"


@dataclass(frozen=True)
class Entry:
    """One line. `at`: UTC, ISO; `outcome`: delivered, cleared (the event is over), or why it did not go out."""

    at: str
    kind: str
    subject: str
    state: str
    audience_id: str
    notify_target: str
    outcome: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What was told to whom, whatever its state."""
        return self.kind, self.subject, self.audience_id


class Record:
    """The deliveries so far, in order. Who appends holds the writer's lock."""

    def __init__(self, settings: Settings) -> None:
        self.path: Path = settings.warehouse / _FOLDER / _FILE
        self.entries = _read(self.path)
        self._last = {entry.key: entry for entry in self.entries}

    def last(self, kind: str, subject: str, audience_id: str) -> Entry | None:
        """The newest entry of an event and an audience."""
        return self._last.get((kind, subject, audience_id))

    def is_told(self, kind: str, subject: str, state: str, audience_id: str) -> bool:
        """Whether the audience has been told of the event in this state, and of no other since."""
        last = self.last(kind, subject, audience_id)
        return last is not None and (last.state, last.outcome) == (state, DELIVERED)

    def standing(self) -> list[Entry]:
        """The newest entry of every event and audience that is not over."""
        return [entry for entry in self._last.values() if entry.outcome != CLEARED]

    def append(self, entries: Sequence[Entry]) -> None:
        """Have further lines on disk; a line that a crash cut short is dropped first."""
        if not entries:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)
            file.seek(whole)
            file.write(lines.encode())
            file.flush()
            os.fsync(descriptor)
        sync_folder(self.path.parent)
        self.entries += entries
        self._last.update({entry.key: entry for entry in entries})


def _read(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    # What follows the last line feed was cut short by a crash.
    *whole, _ = path.read_bytes().split(b"\n")
    return [Entry(**json.loads(line)) for line in whole]
