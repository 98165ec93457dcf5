"""The closes that stand in the warehouse folder, as their `close.json` states them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.errors import RefusalError
from orchestration.periods import month_of

RECORD_NAME = "close.json"
REGISTERS = "registers"
INCOMING = ".incoming-"


@dataclass(frozen=True)
class Close:
    """One closed month: its folder and its record."""

    period: str
    close_id: str
    folder: Path
    record: dict[str, Any]

    @property
    def month(self) -> date:
        """The first day of the month."""
        return month_of(self.period)

    @property
    def input_fingerprint(self) -> str:
        """What charges and usage up to the month's end were when it was closed."""
        return str(self.record["input_fingerprint"])


def read_closes(closes_folder: Path) -> list[Close]:
    """Every close, by month. Raises RefusalError for a folder that is no close, or for two closes of one month."""
    closes: dict[str, Close] = {}
    for record_path in sorted(closes_folder.glob(f"*/*/{RECORD_NAME}")):
        folder = record_path.parent
        if folder.name.startswith("."):
            continue
        close = _read(folder)
        if close.period in closes:
            raise RefusalError(
                f"{close.period} has two closes, {closes[close.period].folder} and {folder}. One of them was put there "
                "by hand: `chargeback verify-close` shows which is whole; move the other one away.",
                exit_code=1,
            )
        closes[close.period] = close
    return list(closes.values())


def close_of(closes_folder: Path, period: str) -> Close | None:
    """The close of a month, or None while it is open."""
    return next((close for close in read_closes(closes_folder) if close.period == period), None)


def _read(folder: Path) -> Close:
    path = folder / RECORD_NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        period, close_id = str(record["period"]), str(record["close_id"])
        close = Close(period, close_id, folder, record)
        if period != folder.parent.name or not close.input_fingerprint:
            raise ValueError("it names another period than its folder")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RefusalError(
            f"{path} cannot be read as a close ({error}). Restore it from a backup.", exit_code=1
        ) from error
    return close
