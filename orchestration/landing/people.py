"""People appear in the warehouse as keyed pseudonyms; who they are is in one restricted file, erasable.

`people/people.csv` maps pseudonyms to what the sources called the person, `people/forgotten.csv` lists the
pseudonyms that may never be mapped again. Both are readable by their owner only.
"""

from __future__ import annotations

import csv
import hmac
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.landing.files import write_durably

PREFIX = "person:"
_PSEUDONYM = re.compile(r"person:[0-9a-f]{24}")
_BLANKS = " \t\r\n"


def pseudonym_of(key: str, value: str) -> str:
    """`person:` and 24 hex digits of the keyed hash of the value, blanks around it and case apart."""
    digest = hmac.digest(
        key.encode(), value.strip(_BLANKS).lower().encode("utf-8", "replace"), "sha256"
    )
    return PREFIX + digest.hex()[:24]


def is_pseudonym(value: str) -> bool:
    """Whether a value is a pseudonym already."""
    return _PSEUDONYM.fullmatch(value.strip(_BLANKS)) is not None


@dataclass
class People:
    """The pseudonyms given so far, and what is new among them."""

    folder: Path
    key: str
    known: dict[str, str] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    _given: dict[str, str] = field(default_factory=dict)
    _changed: bool = False

    @classmethod
    def read(cls, folder: Path, key: str) -> People:
        """The people of a warehouse; none where nothing was landed yet."""
        people = cls(folder, key)
        people.known = {row["pseudonym"]: row["person"] for row in _rows(folder / "people.csv")}
        people.forgotten = {row["pseudonym"] for row in _rows(folder / "forgotten.csv")}
        return people

    @property
    def key_check(self) -> str:
        """Tells one key from another; under a new key every file is read again."""
        return hmac.digest(self.key.encode(), b"key check", "sha256").hex()[:8]

    def pseudonym(self, value: str) -> str:
        """The pseudonym of a value that names a person, remembered unless forgotten; of a pseudonym, itself."""
        given = self._given.get(value)
        if given is not None:
            return given
        if is_pseudonym(value):
            return value.strip(_BLANKS)
        pseudonym = pseudonym_of(self.key, value)
        if len(self._given) < 200_000:
            self._given[value] = pseudonym
        if pseudonym not in self.known and pseudonym not in self.forgotten:
            self.known[pseudonym] = value.strip(_BLANKS)
            self._changed = True
        return pseudonym

    def forget(self, person: str) -> tuple[str, bool]:
        """Erase a person, given as the sources name them or by pseudonym; says whether the map knew them."""
        pseudonym = (
            person.strip(_BLANKS) if is_pseudonym(person) else pseudonym_of(self.key, person)
        )
        was_known = self.known.pop(pseudonym, None) is not None
        self.forgotten.add(pseudonym)
        self._changed = True
        return pseudonym, was_known

    def save(self) -> None:
        """Write both files if anything changed; each is replaced whole, the list of the forgotten first."""
        if not self._changed:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        forgotten = [(pseudonym,) for pseudonym in sorted(self.forgotten)]
        known = sorted(self.known.items())
        write_durably(self.folder / "forgotten.csv", _csv(("pseudonym",), forgotten), mode=0o600)
        write_durably(self.folder / "people.csv", _csv(("pseudonym", "person"), known), mode=0o600)
        self._changed = False


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
