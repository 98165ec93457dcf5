"""What is wrong with a register, said so that whoever keeps the file can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestration.landing.masking import MASKED_SECRET, mask_text

_LONGEST_QUOTE = 60


class Severity(StrEnum):
    """An error refuses the build; a warning is shown, and what it concerns keeps its reason in the ledger."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fault:
    """One fault of one register.

    `row` is the row as a spreadsheet shows it (the header is row 1); None where the whole file is meant.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    remedy: str
    severity: Severity = Severity.ERROR

    def sentence(self) -> str:
        """The fault in one line."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self.message}. {self.remedy}"


def quoted(text: str) -> str:
    """A cell as a message may show it: on one line, cut when long, without people's addresses or secrets."""
    line = " ".join(mask_text(text, lambda _: "[person]").split())
    return f"`{line}`" if len(line) <= _LONGEST_QUOTE else f"`{line[:_LONGEST_QUOTE]}…`"


def holds_secret(text: str) -> bool:
    """Whether a text holds what looks like an API key or another secret."""
    return MASKED_SECRET.decode() in mask_text(text, lambda person: person)
