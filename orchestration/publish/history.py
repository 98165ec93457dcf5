"""What was published and what was taken back, in order: one small file beside the publications.

It is also the log of the swap. An event is written, durably, before readers are moved; whoever writes next moves them
if that was interrupted. So the last event's publication is the one that readers have, or are about to have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import RefusalError
from orchestration.landing.files import write_durably

HISTORY_NAME = "history.json"
PUBLISHED = "published"
ROLLED_BACK = "rolled back"
BROUGHT_BACK = "brought back"

_MONEY = "decimal(38, 10)"
# What a publication says of itself, from its record; `fct_publications` has these and what history adds.
RECORDED_COLUMNS = {
    "code_version": "varchar",
    "code_sha256": "varchar",
    "inputs_sha256": "varchar",
    "registers_sha256": "varchar",
    "rule_set_sha256": "varchar",
    "closes_sha256": "varchar",
    "reporting_currency": "varchar",
    "totals": "varchar",
    "delivery_count": "bigint",
    "row_count": "bigint",
    "ledger_entry_count": "bigint",
    "flag_count": "bigint",
    "reporting_cost": _MONEY,
    "unallocated_reporting_cost": _MONEY,
}
COLUMNS = {
    "publication_id": "varchar",
    **RECORDED_COLUMNS,
    "publication_number": "bigint",
    "is_current": "boolean",
    "was_rolled_back": "boolean",
}


@dataclass(frozen=True)
class Event:
    """One change of what readers have: what it was, to which publication, from which, and when (UTC)."""

    kind: str
    publication_id: str
    replaced: str | None
    at: str


@dataclass(frozen=True)
class History:
    """All events, oldest first, and of every publication what it records of itself."""

    events: tuple[Event, ...] = ()
    publications: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def current(self) -> str | None:
        """The publication that readers have; None before the first."""
        return self.events[-1].publication_id if self.events else None

    @property
    def numbers(self) -> dict[str, int]:
        """Of each publication, which one it was, counted when it was last published."""
        published = [event.publication_id for event in self.events if event.kind == PUBLISHED]
        return {publication_id: number for number, publication_id in enumerate(published, 1)}

    @property
    def taken_back(self) -> set[str]:
        """Publications that readers were taken back from, and not brought back to."""
        found: set[str] = set()
        for event in self.events:
            found.discard(event.publication_id)
            if event.kind == ROLLED_BACK and event.replaced:
                found.add(event.replaced)
        return found

    def with_published(self, publication_id: str, recorded: Mapping[str, Any]) -> History:
        """The history after a publication; unchanged where readers have it already."""
        if publication_id == self.current:
            return self
        return replace(
            self,
            events=(*self.events, self._event(PUBLISHED, publication_id)),
            publications={**self.publications, publication_id: dict(recorded)},
        )

    def with_rolled_back(self, publication_id: str) -> History:
        """The history after readers were moved to an earlier publication, or on to a later one again."""
        numbers = self.numbers
        is_earlier = numbers[publication_id] < numbers[self.current or publication_id]
        kind = ROLLED_BACK if is_earlier else BROUGHT_BACK
        return replace(self, events=(*self.events, self._event(kind, publication_id)))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of `fct_publications`, one per publication, in the order of their numbers."""
        taken_back = self.taken_back
        return [
            {
                "publication_id": publication_id,
                **self.publications[publication_id],
                "publication_number": number,
                "is_current": publication_id == self.current,
                "was_rolled_back": publication_id in taken_back,
            }
            for publication_id, number in sorted(self.numbers.items(), key=lambda item: item[1])
        ]

    def _event(self, kind: str, publication_id: str) -> Event:
        # The one place of publishing that asks for the time: it stands here only, in no mart and no hash.
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return Event(kind, publication_id, self.current, at)


def read_history(published: Path) -> History:
    """The history of a folder of publications; empty where nothing was published. Raises RefusalError if unreadable."""
    path = published / HISTORY_NAME
    if not path.exists():
        return History()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return History(
            tuple(Event(**event) for event in content["events"]), content["publications"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RefusalError(
            f"{path} cannot be read: restore it from a backup, or delete it. Without it the figures stay as they "
            "are; what was published before is forgotten.",
            exit_code=1,
        ) from error


def write_history(published: Path, history: History) -> None:
    """Replace the history, durably. The caller holds the writer's lock."""
    content = {
        "events": [asdict(event) for event in history.events],
        "publications": history.publications,
    }
    write_durably(
        published / HISTORY_NAME, (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
    )
