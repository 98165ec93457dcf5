"""Register files as text: rows with the numbers that a spreadsheet shows, and what is wrong with single cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.registers.declared import REGISTERS
from orchestration.registers.faults import Fault, Severity, holds_secret, quoted
from orchestration.registers.schema import Column, Kind, Register
from orchestration.registers.values import (
    BEGINNING,
    END,
    UnreadableError,
    Value,
    holds_address,
    read_value,
)

_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?[0-9.]+")
# Kinds whose one spelling already leaves no room for a formula or an address.
_FREE_KINDS = (Kind.TEXT, Kind.PERSON)
_ADDRESS_FAULT = (
    "the text holds an e-mail address",
    "Name a team or a person_id: this register reaches the warehouse as it is",
    Severity.WARNING,
)


@dataclass(frozen=True)
class Row:
    """One row of a register. `number` is the spreadsheet's; `texts` are trimmed, empty where nothing is stated.

    `values` holds what could be read; a column that is empty or unreadable is missing from it.
    """

    number: int
    texts: Mapping[str, str]
    values: Mapping[str, Value]

    def __getitem__(self, column: str) -> str:
        """The trimmed text of a column, empty where the file lacks it."""
        return self.texts.get(column, "")

    @property
    def has_validity(self) -> bool:
        """Whether beginning and end could be read and lie in order."""
        stated = [name for name in ("valid_from", "valid_to") if self[name]]
        return all(name in self.values for name in stated) and self.valid_from < self.valid_to

    @property
    def valid_from(self) -> datetime:
        """First instant of validity."""
        value = self.values.get("valid_from", BEGINNING)
        return value if isinstance(value, datetime) else BEGINNING

    @property
    def valid_to(self) -> datetime:
        """First instant after validity."""
        value = self.values.get("valid_to", END)
        return value if isinstance(value, datetime) else END

    def is_in_force(self, instant: datetime) -> bool:
        """Whether the row is valid at an instant."""
        return self.valid_from <= instant < self.valid_to


# The readable rows of every register, by its name; a register that cannot be read has none.
Registers = Mapping[str, Sequence[Row]]


def read_registers(folder: Path) -> tuple[dict[str, list[Row]], list[Fault]]:
    """Every declared register of a folder, and the faults of its files and cells."""
    rows: dict[str, list[Row]] = {}
    faults: list[Fault] = []
    for register in REGISTERS:
        rows[register.name], found = read_register(folder / register.file, register)
        faults += found
    return rows, faults


def read_register(path: Path, register: Register) -> tuple[list[Row], list[Fault]]:
    """The rows of one register and the faults of its file and cells; no rows where columns are missing."""
    if not path.is_file():
        if register.is_optional:
            return [], []
        columns = ",".join(column.name for column in register.fixed_columns)
        return [], [
            Fault(
                register.file,
                None,
                None,
                "the file is missing",
                f"Create it in {path.parent}; without entries it holds one line: {columns}",
            )
        ]
    records, faults = _records(path, register)
    if not records:
        return [], [*faults, *_header_faults([], register)]
    (_, names), body = records[0], records[1:]
    header_faults = _header_faults(names, register)
    faults += header_faults
    if any(fault.severity is Severity.ERROR for fault in header_faults):
        return [], faults
    rows: list[Row] = []
    for number, cells in body:
        if not any(cell.strip(" ") for cell in cells):
            continue
        if len(cells) != len(names):
            faults.append(
                Fault(
                    register.file,
                    number,
                    None,
                    f"the row has {len(cells)} cells and the header {len(names)}",
                    "Put text with commas in double quotes, and give every row as many commas as the header",
                )
            )
            continue
        row, found = _row(number, dict(zip(names, cells, strict=True)), register)
        rows.append(row)
        faults += found
    return rows, faults


def _records(path: Path, register: Register) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """The file's records with their numbers; what cannot be parsed ends them with a fault."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        found = (
            "UTF-16" if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "not UTF-8"
        )
        return [], [
            Fault(
                register.file,
                number,
                None,
                f"the text is {found}",
                "Save the file as `CSV UTF-8`",
            )
        ]
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            records.append((number, cells))
    except csv.Error as error:
        remedy = "Close every double quote, and double those inside a text"
        return records, [Fault(register.file, len(records) + 1, None, f"no CSV: {error}", remedy)]
    return records, []


def _header_faults(names: Sequence[str], register: Register) -> list[Fault]:
    faults = []
    missing = [column.name for column in register.fixed_columns if column.name not in names]
    if missing and len(names) == 1 and ";" in names[0]:
        return [
            Fault(
                register.file,
                1,
                None,
                "the cells are separated by semicolons",
                "Save the file with commas between the cells",
            )
        ]
    for name in missing:
        near = next((found for found in names if found.strip().lower() == name), None)
        remedy = f"Rename {quoted(near)}" if near else "Add the column; its cells may be empty"
        faults.append(Fault(register.file, 1, name, "the column is missing", remedy))
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            faults.append(
                Fault(
                    register.file, 1, name, "the column occurs more than once", "Keep one of them"
                )
            )
    if names and not all(names):
        faults.append(
            Fault(
                register.file,
                1,
                None,
                "a column has no name",
                "Name it or delete it",
                Severity.WARNING,
            )
        )
    return faults


def _row(number: int, cells: Mapping[str, str], register: Register) -> tuple[Row, list[Fault]]:
    texts: dict[str, str] = {}
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for column in register.columns:
        cell = cells.get(column.name, "")
        text = cell.strip(" ")
        # dbt reads the word as nothing; what is landed keeps it.
        if text.lower() == "null" and not register.is_landed:
            text = ""
        texts[column.name] = text
        for message, remedy, severity in _cell_faults(cell, text, column, register):
            faults.append(Fault(register.file, number, column.name, message, remedy, severity))
        if not text:
            continue
        try:
            values[column.name] = read_value(text, column.kind, column.choices)
        except UnreadableError as error:
            faults.append(Fault(register.file, number, column.name, error.message, error.remedy))
    faults += _extra_cell_faults(number, cells, texts, register)
    return Row(number, texts, values), faults


def _extra_cell_faults(
    number: int, cells: Mapping[str, str], declared: Mapping[str, str], register: Register
) -> Iterator[Fault]:
    """Columns of a company's own are welcome, but dbt loads them as they are."""
    for name, cell in cells.items():
        if name not in declared and not register.is_landed and holds_address(cell):
            yield Fault(register.file, number, name, *_ADDRESS_FAULT)


def _cell_faults(
    cell: str, text: str, column: Column, register: Register
) -> Iterator[tuple[str, str, Severity]]:
    """What is wrong with a cell whatever it means: message, remedy, severity."""
    if column.is_required and not text:
        yield "the cell is empty", "Fill it in, or delete the row", Severity.ERROR
    if cell != cell.strip(" "):
        yield "spaces stand before or after the text", "Delete them", Severity.WARNING
    if cell.strip(" ") != text:
        yield "the word `null` reads as an empty cell", "Leave the cell empty", Severity.WARNING
    hidden = next((character for character in text if _is_hidden(character)), None)
    if hidden:
        name = unicodedata.name(hidden, f"U+{ord(hidden):04X}").lower()
        yield (
            f"the text holds an invisible character ({name})",
            "Type the text anew",
            Severity.WARNING,
        )
    if (
        column.kind in _FREE_KINDS
        and text.startswith(_FORMULA_STARTS)
        and not _NUMBER.fullmatch(text)
    ):
        remedy = "Begin the text with a letter or a digit: a spreadsheet would run it"
        yield "the text looks like a formula", remedy, Severity.WARNING
    if holds_secret(text):
        remedy = "Delete it here and revoke it; a register holds ids of keys, never keys"
        yield "the text looks like a secret key", remedy, Severity.WARNING
    if column.kind is Kind.TEXT and not register.is_landed and holds_address(text):
        yield _ADDRESS_FAULT


def _is_hidden(character: str) -> bool:
    """Whether a character shows as nothing, or as a space that is none; line feeds are at home in prose."""
    if character in " \n\r":
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")
