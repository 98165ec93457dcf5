"""Whether closed months are still what was posted: each file's hash, the totals of its rows, the close's own id."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.close.closed import INCOMING, RECORD_NAME, Close, read_closes
from orchestration.close.posting import file_hashes
from orchestration.close.totals import totals_of
from orchestration.errors import RefusalError
from orchestration.periods import month_of
from orchestration.settings import Settings


@dataclass(frozen=True)
class Verified:
    """A closed month and what is wrong with its files, a sentence each; none where it stands as it was posted."""

    period: str
    close_id: str
    faults: tuple[str, ...]


def verify_closes(settings: Settings, period: str | None = None) -> list[Verified]:
    """Look at one closed month, or at all. Raises RefusalError where the month is not closed.

    An unreadable record leaves nothing to compare with: it refuses instead of being listed.
    """
    if period is not None:
        month_of(period)
    found = []
    for close in read_closes(settings.closes):
        if period in (None, close.period):
            found.append(Verified(close.period, close.close_id, tuple(faults_of(close))))
    for folder in sorted(settings.closes.glob("*/*/")):
        is_close = (folder / RECORD_NAME).exists()
        if (
            not is_close
            and not folder.name.startswith((".", INCOMING))
            and not folder.parent.name.startswith(".")
        ):
            fault = (
                f"{folder} holds no {RECORD_NAME}: restore it from a backup, or remove the folder"
            )
            found.append(Verified(folder.parent.name, folder.name, (fault,)))
    if period is not None and not found:
        raise RefusalError(f"{period} is not closed.", exit_code=1)
    return found


def faults_of(close: Close) -> list[str]:
    """What differs between a close's files and its record."""
    recorded: dict[str, str] = close.record.get("files", {})
    found = file_hashes(close.folder)
    faults = [f"{close.folder / name} is missing" for name in recorded if name not in found]
    faults += [
        f"{close.folder / name} is not part of the close" for name in found if name not in recorded
    ]
    changed = [name for name in recorded if name in found and found[name] != recorded[name]]
    faults += [f"{close.folder / name} has been changed since it was posted" for name in changed]
    faults += _record_faults(close)
    faults += _total_faults(close)
    return faults


def _record_faults(close: Close) -> list[str]:
    content = {
        name: value for name, value in close.record.items() if name not in ("close_id", "closed_at")
    }
    expected = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    if expected == close.close_id == close.folder.name:
        return []
    return [
        f"{close.folder / RECORD_NAME} has been changed: its content gives {expected}, it is named {close.folder.name}"
    ]


def _total_faults(close: Close) -> list[str]:
    try:
        totals = totals_of(close.folder)
    except duckdb.Error as error:
        return [f"the rows of {close.folder} cannot be read: {str(error).splitlines()[0]}"]
    recorded: dict[str, list[dict[str, Any]]] = close.record.get("totals", {})
    return [
        f"{name}.parquet of {close.period} comes to {_words(totals[name])}; "
        f"posted was {_words(recorded.get(name, []))}"
        for name in totals
        if totals[name] != recorded.get(name)
    ]


def _words(totals: list[dict[str, Any]]) -> str:
    return (
        "; ".join(
            ", ".join(f"{name} {value}" for name, value in line.items() if value is not None)
            for line in totals
        )
        or "nothing"
    )


def refuse_changed_closes(settings: Settings) -> None:
    """Raise RefusalError unless every close is as it was posted: no mart may be made from a changed one."""
    faults = [fault for verified in verify_closes(settings) for fault in verified.faults]
    if faults:
        raise RefusalError(
            "A closed month is not as it was posted: "
            + "; ".join(faults[:5])
            + ". Restore the folder from a backup; `chargeback verify-close` lists everything that differs.",
            exit_code=1,
        )
