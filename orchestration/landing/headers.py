"""Headers of tabular files: found below junk lines, compared with a contract, localised or not."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES, Fault, RefusedError
from orchestration.landing.contracts import Dialect, Table, normal_form
from orchestration.landing.discover import LandedFile
from orchestration.landing.masking import Pseudonym, mask_text
from orchestration.landing.normalise import Layout
from orchestration.landing.text import line_blocks

if TYPE_CHECKING:
    from _csv import Reader

# Titles, notes and blank lines that exports put above the header.
_MAXIMUM_LINES_BEFORE_HEADER = 50


def layout_of(
    table: Table, file: LandedFile, header: Sequence[str], pseudonym: Pseudonym
) -> Layout:
    """Where the contract's columns stand under a header. Raises RefusedError where one is missing or twice."""
    never = never_kept(table)
    spellings = _spellings(table)
    positions: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    named = {_column_named(title, spellings) for title in header}
    gathered: dict[str, list[tuple[int, str]]] = {}
    names: set[str] = set()
    faults: list[Fault] = []
    beaten = _beaten(table, header, spellings) if table.first_header_wins else frozenset()
    for position, title in enumerate(header):
        column = _column_named(title, spellings)
        if column is not None and position not in beaten:
            if column in positions:
                reason = f"the header names column {column} twice"
                faults.append(
                    Fault(file.name, reason, "Export the file with each column once", None, column)
                )
            positions[column] = position
            continue
        if never & {*_forms(title), *(normal_form(part) for part in title.split("."))}:
            continue
        gathering = _gathering(table, title)
        # Where the map itself is a column, its parts are other columns of their own.
        if gathering is not None and gathering[0] not in named:
            gathered.setdefault(gathering[0], []).append(
                (position, mask_text(gathering[1], pseudonym))
            )
            continue
        name = mask_text(title.strip(), pseudonym) or f"column_{position + 1}"
        while name in names:
            name += "_2"
        names.add(name)
        unknown.append((position, name))
    for declared in table.columns:
        if declared.required and declared.name not in positions:
            reason = f"the required column {declared.name} is missing ({len(header)} columns found)"
            remedy = f"Export the file with all required columns of source {table.qualified}"
            faults.append(Fault(file.name, reason, remedy, None, declared.name))
    for group in table.one_of:
        if positions.keys().isdisjoint(group):
            reason = f"none of the columns {', '.join(group)} is there; one is needed"
            faults.append(
                Fault(file.name, reason, "Export the file with one of them", None, group[0])
            )
    if faults:
        raise RefusedError(*faults)
    return Layout(
        positions,
        tuple(unknown),
        len(header),
        gathered={column: tuple(members) for column, members in gathered.items()},
    )


def _beaten(table: Table, header: Sequence[str], spellings: dict[str, str]) -> frozenset[int]:
    """The positions of headers for whose column another header stands earlier in the contract's list."""
    ranks: dict[str, list[tuple[int, int]]] = {}
    for position, title in enumerate(header):
        name = _column_named(title, spellings)
        if name is not None:
            headers = table.column(name).headers
            rank = min(headers.index(form) for form in _forms(title) if form in headers)
            ranks.setdefault(name, []).append((rank, position))
    return frozenset(position for ranked in ranks.values() for _, position in sorted(ranked)[1:])


def _gathering(table: Table, title: str) -> tuple[str, str] | None:
    """The column that gathers a header, and the header's key in it: what follows the prefix."""
    for column in table.columns:
        for prefix in column.gather:
            if title.lower().startswith(prefix.lower()) and len(title) > len(prefix):
                return column.name, title[len(prefix) :]
    return None


def never_kept(table: Table) -> frozenset[str]:
    """The normal forms of the names that the table never keeps, wherever they stand."""
    return frozenset(normal_form(name.split(".")[-1]) for name in table.never_keep)


def match_count(table: Table, header: Sequence[str]) -> int | None:
    """How many of the table's columns a header names; None where a required one is not among them."""
    spellings = _spellings(table)
    found = {_column_named(title, spellings) for title in header} - {None}
    if any(column.required and column.name not in found for column in table.columns):
        return None
    return len(found)


def split_header(
    table: Table, file: LandedFile, pseudonym: Pseudonym, look_for_secrets: bool = True
) -> tuple[list[str], Iterator[bytes]]:
    """The header of a text file, and the blocks after it.

    The header is the first line that names every required column; where none does, the one that names most.
    """
    content = line_blocks(file, pseudonym, look_for_secrets)
    first = next(content, b"")
    lines = first.split(b"\n")
    best: tuple[int, list[str], int] | None = None
    for start in range(min(len(lines), _MAXIMUM_LINES_BEFORE_HEADER)):
        titles, line_count = _first_record(lines[start:], table.dialect)
        named = match_count(table, titles)
        if named is not None and titles:
            best = (named, titles, start + line_count)
            break
        spellings = _spellings(table)
        named = len({_column_named(title, spellings) for title in titles} - {None})
        if named and (best is None or named > best[0]):
            best = (named, titles, start + line_count)
    if best is None:
        content.close()
        raise _no_header(table, file, bool(first.strip()))
    rest = b"\n".join(lines[best[2] :])
    return best[1], _after(rest, content)


def _after(rest: bytes, content: Generator[bytes, None, None]) -> Iterator[bytes]:
    return chain([rest] if rest else [], content)


def _no_header(table: Table, file: LandedFile, has_text: bool) -> RefusedError:
    if not has_text:
        return RefusedError(
            Fault(
                file.name,
                "the file holds no text",
                "Fetch it again and drop it under the same name",
            )
        )
    return RefusedError(
        Fault(
            file.name,
            "no line names any column of this source",
            f"Check that the file belongs to source {table.qualified} and has its header",
        )
    )


def _first_record(lines: Sequence[bytes], dialect: Dialect) -> tuple[list[str], int]:
    """The cells of the record that begins with the first line, and how many lines it spans."""
    reader = csv_reader((line.decode() + "\n" for line in lines), dialect)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:
        return [], 1


def csv_reader(lines: Iterator[str], dialect: Dialect) -> Reader:
    """A reader of the dialect; a cell may be as long as a record."""
    csv.field_size_limit(MAXIMUM_RECORD_BYTES)
    doubled = dialect.escape == dialect.quote
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=doubled,
        escapechar=None if doubled else (dialect.escape or None),
    )


def _spellings(table: Table) -> dict[str, str]:
    """Each accepted spelling of a header, and its column; a column's own name beats another's spelling."""
    spellings = {form: column.name for column in reversed(table.columns) for form in column.headers}
    spellings.update({normal_form(column.name): column.name for column in table.columns})
    return spellings


def _column_named(title: str, spellings: dict[str, str]) -> str | None:
    return next((spellings[form] for form in _forms(title) if form in spellings), None)


def _forms(title: str) -> list[str]:
    """The spellings to compare: the whole title and, of a localised one, the English in its last brackets."""
    forms = [normal_form(title)]
    if title.rstrip().endswith(")") and "(" in title:
        forms.append(normal_form(title[title.rindex("(") + 1 :]))
    return [form for form in forms if form]
