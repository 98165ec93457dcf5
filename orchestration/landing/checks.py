"""Faults in what was landed, and the one pattern for each kind of value.

A fault never quotes a cell that could hold a prompt, a person or a secret: only values made of digits and the
punctuation of numbers and dates are shown, and a handful of known words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

# Cells and records beyond these sizes are refused: a prompt belongs in no bill, and memory stays bounded.
MAXIMUM_RECORD_BYTES = 2 * 1024 * 1024
# Faults listed per delivery: enough to see what is wrong, few enough to read.
MAXIMUM_FAULTS = 20

# Digits before the point that DECIMAL(38, 10) holds; money also passes DECIMAL(38, 20) to report its rounding.
MAXIMUM_DIGITS = 28
MAXIMUM_MONEY_DIGITS = 18

_SHOWN = re.compile(r"[0-9.,:+\-/TZ$€£%()_ eE]{1,32}")
_SHOWN_WORDS = {
    "nan", "inf", "-inf", "infinity", "-infinity", "null", "(null)", "none", "n/a", "na", "-",
    "true", "false", "yes", "no", "unassigned",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """Why a file, or one cell of it, cannot be loaded, and what to do about it."""

    file: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None

    def sentence(self) -> str:
        """The fault in one line."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self.reason}. {self.remedy}"


class RefusedError(Exception):
    """A file or delivery cannot be loaded."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.sentence() for fault in faults))
        self.faults = faults


def shown(value: str | None) -> str:
    """A cell's value as a reason may quote it: itself if it can only be a number or a date, else its length."""
    if value is None:
        return "nothing"
    if value.strip().lower() in _SHOWN_WORDS or _SHOWN.fullmatch(value):
        return f"`{value}`"
    return f"a text of {len(value)} characters"


def currency_codes() -> tuple[str, ...]:
    """The alphabetic codes of ISO 4217, those withdrawn since 2015 included: old bills keep theirs."""
    text = resources.files(__package__).joinpath("currencies.txt").read_text(encoding="ascii")
    return tuple(text.split())
