"""Rows of one key in time: none twice, none overlapping, none that ends before it begins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial

from orchestration.registers.declared import REGISTERS, register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.schema import Register
from orchestration.registers.values import BEGINNING, END

Key = tuple[str, ...]

# Columns that the warehouse compares without case.
_CASELESS = {
    "platform", "provider", "model", "service_tier", "identity_type", "currency", "from_currency",
    "to_currency", "token_type",
}  # fmt: skip
_TAG_PREFIX = re.compile(
    r"^(resourcetags|iamprincipal|accounttag|costcategory|userattribute|resource_tags)/"
)
_USER_PREFIX = re.compile(r"^(user:|user_)")
_REMEDY = "End the earlier row where the later one begins, or delete one of them"


def validity_faults(registers: Registers) -> Iterator[Fault]:
    """Ends that do not follow their beginnings, keys that occur twice and versions that overlap."""
    for register in REGISTERS:
        rows = registers[register.name]
        yield from _order_faults(register, rows)
        if register.name == "people":
            yield from _people_faults(register, rows)
        elif register.is_dated and not register.is_single:
            yield from _overlap_faults(register, rows)
        else:
            yield from _double_faults(register, rows, register.key)
    yield from _exception_faults(registers)
    rules = register_named("allocation_rules")
    yield from _double_faults(rules, registers[rules.name], ("rule_id", "rule_version"))


def row_key(register: Register, row: Row) -> Key | None:
    """What names a row, spelled as the warehouse compares it; None where nothing of it is stated."""
    parts = tuple(_comparable(column, row) for column in register.key)
    return parts if any(parts) else None


def overlapping(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Each row that begins before an earlier one has ended, with the longest-lasting of the earlier ones."""
    lasting: Row | None = None
    for row in sorted(rows, key=lambda row: (row.valid_from, row.valid_to, row.number)):
        if lasting is not None and row.valid_from < lasting.valid_to:
            yield row, lasting
        if lasting is None or row.valid_to > lasting.valid_to:
            lasting = row


def period(valid_from: datetime, valid_to: datetime) -> str:
    """A stretch of validity in words."""
    begins = "the beginning" if valid_from <= BEGINNING else instant(valid_from)
    return f"from {begins} on" if valid_to >= END else f"from {begins} to {instant(valid_to)}"


def instant(moment: datetime) -> str:
    """A UTC instant as a register writes it: a date where it is midnight."""
    midnight = moment.time() == datetime.min.time()
    return moment.date().isoformat() if midnight else f"{moment.isoformat()}Z"


def comparable_tag(identity_id: str) -> str:
    """A tag as tags compare: its key without the vendor's prefix and without case, its value trimmed."""
    key, sign, value = identity_id.partition("=")
    if not sign:
        return identity_id
    bare = _USER_PREFIX.sub("", _TAG_PREFIX.sub("", key.strip(" ").lower()))
    return f"{bare}={value.strip(' ')}"


def shown_key(register: Register, row: Row) -> str:
    """A row's key as a message may show it; users are never shown."""
    if row["identity_type"].lower() == "user":
        return "this user"
    return " / ".join(quoted(row[column]) for column in register.key if row[column])


def _comparable(column: str, row: Row) -> str:
    text = row[column]
    if column == "identity_id":
        kind = row["identity_type"].lower()
        if kind == "user":
            return text.lower()
        return comparable_tag(text) if kind == "tag" else text
    return text.lower() if column in _CASELESS else text


def _caseless(column: str, row: Row) -> Key | None:
    return (row[column].lower(),) if row[column] else None


def _order_faults(register: Register, rows: Sequence[Row]) -> Iterator[Fault]:
    for row in rows:
        ends = row["valid_to"] and "valid_to" in row.values
        if ends and (not row["valid_from"] or "valid_from" in row.values) and not row.has_validity:
            yield Fault(
                register.file,
                row.number,
                "valid_to",
                f"the row ends {instant(row.valid_to)}, no later than it begins",
                "`valid_to` is the first instant that no longer counts; correct it or delete the row",
            )


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key | None]) -> dict[Key, list[Row]]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        if row.has_validity and (of := key(row)) is not None:
            groups[of].append(row)
    return groups


def _overlap_faults(register: Register, rows: Sequence[Row]) -> Iterator[Fault]:
    for group in _grouped(rows, partial(row_key, register)).values():
        for row, other in overlapping(group):
            until = min(row.valid_to, other.valid_to)
            yield Fault(
                register.file,
                row.number,
                "valid_from" if row["valid_from"] else register.key[0],
                f"{shown_key(register, row)} is already valid in row {other.number}: "
                f"both hold {period(row.valid_from, until)}",
                _REMEDY,
            )


def _double_faults(register: Register, rows: Sequence[Row], columns: Key) -> Iterator[Fault]:
    first: dict[Key, Row] = {}
    for row in rows:
        key = tuple(_comparable(column, row) for column in columns)
        if not any(key):
            continue
        other = first.setdefault(key, row)
        if other is not row:
            named = " / ".join(quoted(row[column]) for column in columns if row[column])
            yield Fault(
                register.file,
                row.number,
                columns[0],
                f"{named} is already in row {other.number}",
                "Keep one of the two rows",
            )


def _exception_faults(registers: Registers) -> Iterator[Fault]:
    """Two exceptions that would both say who owns one identity."""
    exceptions, identities = register_named("exceptions"), register_named("identities")
    owning = [
        row
        for row in registers["exceptions"]
        if row["identity_id"] and row["exception_kind"].lower() in ("", "ownership", "dispute")
    ]
    for group in _grouped(owning, partial(row_key, identities)).values():
        for row, other in overlapping(group):
            until = min(row.valid_to, other.valid_to)
            yield Fault(
                exceptions.file,
                row.number,
                "valid_from",
                f"{shown_key(identities, row)} already has the exception of row {other.number}: "
                f"both hold {period(row.valid_from, until)}",
                _REMEDY,
            )


def _people_faults(register: Register, rows: Sequence[Row]) -> Iterator[Fault]:
    """One person in two places at once is allowed: the lower cost-centre code wins."""
    for column in ("person_id", "email"):
        for group in _grouped(rows, partial(_caseless, column)).values():
            for row, other in overlapping(group):
                if column == "email" and row["person_id"] == other["person_id"]:
                    continue
                winner = min(row["cost_centre_code"], other["cost_centre_code"])
                yield Fault(
                    register.file,
                    row.number,
                    column,
                    f"the same person is in row {other.number}, at the same time",
                    f"The lower cost-centre code wins ({quoted(winner)}); end one of the rows if that is wrong",
                    Severity.WARNING,
                )
