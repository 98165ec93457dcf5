"""JSON pages, JSON lines and YAML, walked to their records and flattened to the contract's columns.

Prompts and the like are dropped, people replaced and secrets masked here, before a row goes anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.landing.checks import (
    MAXIMUM_RECORD_BYTES,
    Fault,
    RefusedError,
)
from orchestration.landing.containers import inner_name
from orchestration.landing.contracts import Column, Table, normal_form
from orchestration.landing.discover import LandedFile
from orchestration.landing.headers import never_kept
from orchestration.landing.json_text import NumberText, dump, parse
from orchestration.landing.masking import mask_text
from orchestration.landing.people import People
from orchestration.landing.text import utf8_blocks
from orchestration.landing.unknown import names_a_person
from orchestration.landing.yaml_text import parse_yaml

# A document is parsed at once; larger exports come as JSON lines, one record at a time.
MAXIMUM_DOCUMENT_BYTES = 256 << 20
MAXIMUM_LINE_BYTES = 64 << 20

DOCUMENT = "document"
# In a contract's `records`: the records are an object's members, whatever their keys.
MEMBERS = "{}"


@dataclass
class Reading:
    """What reading a file told besides its rows."""

    unknown: set[str] = field(default_factory=set)
    covered: set[tuple[str, str]] = field(default_factory=set)
    buckets: list[str] = field(default_factory=list)
    record_count: int = 0
    # What the pages say of pages after them; None where they say nothing.
    more_pages: list[bool] = field(default_factory=list)


class RecordReader:
    """Flattens the records of one table's JSON files."""

    def __init__(self, table: Table, people: People) -> None:
        self._table = table
        self._people = people
        self._never = never_kept(table)
        self._innermost = table.records[-1] if table.records else DOCUMENT
        self._levels = {DOCUMENT, *table.records}
        self._seen: dict[str, str] = {}
        # Columns of outer levels, and those of the record itself as a tree of its keys.
        self._outer: list[tuple[int, str, tuple[str, ...]]] = []
        self._tree: dict[str, Any] = {}
        # Other spellings of the record's own keys, where the contract lists them.
        self._aliases: dict[str, int] = {}
        for position, column in enumerate(table.columns):
            level, path = self._locate(column)
            if level != self._innermost:
                self._outer.append((position, level, path))
                continue
            if len(path) == 1:
                self._aliases.update(
                    (form, position)
                    for form in column.headers
                    if form not in (normal_form(column.name), normal_form(path[0]))
                )
            branch = self._tree
            for key in path[:-1]:
                inner = branch.setdefault(key, {})
                if not isinstance(inner, dict):
                    inner = branch[key] = {"": inner}
                branch = inner
            leaf = branch.get(path[-1])
            if isinstance(leaf, dict):
                leaf[""] = position
            else:
                branch[path[-1]] = position

    def _locate(self, column: Column) -> tuple[str, tuple[str, ...]]:
        if len(column.path) > 1 and column.path[0] in self._levels:
            return column.path[0], column.path[1:]
        return self._innermost, column.path

    def rows(self, file: LandedFile, reading: Reading) -> Iterator[list[str | None]]:
        """One list per record: the table's columns in order, then the JSON of unknown keys."""
        columns = self._table.columns
        names = [column.name for column in columns]
        for levels in self._walk(file, reading):
            reading.record_count += 1
            values: list[str | None] = [None] * len(columns)
            unknown: dict[str, str] = {}
            record = levels[self._innermost]
            if not isinstance(record, dict):
                raise self._shape(file, "a record is not an object", reading.record_count)
            self._take(record, self._tree, "", values, unknown)
            for position, level, path in self._outer:
                values[position] = self._text(_follow(levels[level], path), columns[position])
            self._pseudonymise(values)
            self._check_sizes(file, [*zip(names, values, strict=True), *unknown.items()], reading)
            reading.unknown.update(unknown)
            yield [*values, dump(unknown) if unknown else None]

    def _check_sizes(
        self, file: LandedFile, cells: Sequence[tuple[str, str | None]], reading: Reading
    ) -> None:
        """Raise RefusedError if the record would be longer than MAXIMUM_RECORD_BYTES, whatever its characters."""
        sizes = [(len(value), name) for name, value in cells if value is not None]
        if sum(size for size, _ in sizes) > MAXIMUM_RECORD_BYTES // 4:
            raise RefusedError(
                Fault(
                    file.name,
                    f"the record holds texts longer than {MAXIMUM_RECORD_BYTES >> 12} Ki characters",
                    "Export the file without its long texts",
                    reading.record_count,
                    max(sizes)[1],
                )
            )

    def flatten_cell(self, text: str | None) -> str | None:
        """A cell that holds JSON, without what may not be kept; text that is no JSON comes back as it is."""
        if text is None or not text.strip():
            return None
        try:
            value = parse(text)
        except ValueError:
            return text
        return self._json_text(value)

    def _walk(self, file: LandedFile, reading: Reading) -> Iterator[dict[str, Any]]:
        for document in _documents(file):
            held = document.get(self._table.page) if isinstance(document, dict) else None
            items = held if isinstance(held, list) else document
            for item in items if isinstance(items, list) else [items]:
                if isinstance(item, dict) and isinstance(item.get("has_more"), bool):
                    reading.more_pages.append(item["has_more"])
                elif isinstance(item, dict) and self._table.next_page is not None:
                    reading.more_pages.append(bool(item.get(self._table.next_page)))
                yield from self._descend(file, {DOCUMENT: item}, DOCUMENT, 0, reading)

    def _descend(
        self, file: LandedFile, levels: dict[str, Any], at: str, depth: int, reading: Reading
    ) -> Iterator[dict[str, Any]]:
        if depth == len(self._table.records):
            yield levels
            return
        name = self._table.records[depth]
        here = levels[at]
        if name == MEMBERS:
            if here is not None and not isinstance(here, dict):
                raise self._shape(
                    file, "there is no object of records where the contract expects one"
                )
            items = list((here or {}).values())
        elif not isinstance(here, dict) or name not in here:
            raise self._shape(file, f"there is no list `{name}` where the contract expects one")
        else:
            items = [] if here[name] is None else here[name]
        if not isinstance(items, list):
            raise self._shape(file, f"`{name}` is not a list")
        if not items and depth == len(self._table.records) - 1:
            items = self._instead(here)
        for item in items:
            inner = {**levels, name: item}
            if depth == 0:
                self._note_bucket(file, inner, reading)
            yield from self._descend(file, inner, name, depth + 1, reading)

    def _instead(self, parent: dict[str, Any]) -> list[dict[str, Any]]:
        """What stands for the records of an empty list, where the contract declares it."""
        if self._table.records_else is None:
            return []
        member, name = self._table.records_else
        return [{name: parent[member]}] if parent.get(member) else []

    def _note_bucket(self, file: LandedFile, levels: dict[str, Any], reading: Reading) -> None:
        if self._table.covers is None:
            return
        bounds = []
        for path in self._table.covers:
            level, rest = (path[0], path[1:]) if path[0] in levels else (self._innermost, path)
            value = _follow(levels.get(level), rest)
            if value is None or isinstance(value, (dict, list)):
                raise self._shape(file, f"a bucket has no `{'.'.join(path)}`")
            bounds.append(str(value))
        reading.covered.add((bounds[0], bounds[1]))
        if len(self._table.records) > 1:
            bucket = levels[self._table.records[0]]
            results = bucket.get(self._table.records[1]) if isinstance(bucket, dict) else None
            if results:
                content = "|".join([*bounds, dump(results)])
                reading.buckets.append(
                    hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()
                )

    def _take(
        self,
        record: dict[str, Any],
        tree: dict[str, Any],
        prefix: str,
        values: list[str | None],
        unknown: dict[str, str],
    ) -> None:
        for key, value in record.items():
            if normal_form(key) in self._never:
                continue
            branch = tree.get(key)
            if branch is None and not prefix and normal_form(key) in self._aliases:
                other = self._aliases[normal_form(key)]
                if values[other] is None:
                    values[other] = self._text(value, self._table.columns[other])
                continue
            if isinstance(branch, dict) and isinstance(value, dict):
                if "" in branch:
                    values[branch[""]] = self._text(value, self._table.columns[branch[""]])
                self._take(value, branch, f"{prefix}{key}.", values, unknown)
            elif isinstance(branch, dict) and "" in branch:
                values[branch[""]] = self._text(value, self._table.columns[branch[""]])
            elif isinstance(branch, int):
                values[branch] = self._text(value, self._table.columns[branch])
            elif value is not None and key not in self._levels and not isinstance(branch, dict):
                name = self._masked(f"{prefix}{key}")
                text = self._json_text(value) if isinstance(value, (dict, list)) else _scalar(value)
                if text:
                    unknown[name] = (
                        self._people.pseudonym(text) if names_a_person(name) else self._masked(text)
                    )

    def _text(self, value: Any, column: Column) -> str | None:
        if value is None:
            return None
        if column.type == "attributes":
            return self._masked(dump(_attributes(value, column.values))) or None
        if column.type == "json":
            if isinstance(value, str) and not isinstance(value, NumberText):
                return self.flatten_cell(value)
            return self._json_text(value)
        if isinstance(value, (dict, list)):
            return self._json_text(value)
        return self._masked(_scalar(value)) or None

    def _json_text(self, value: Any) -> str:
        return self._masked(dump(self._scrubbed(value)))

    def _scrubbed(self, value: Any) -> Any:
        """The value without keys that may not be kept, at any depth, texts that hold JSON included."""
        if not self._never:
            return value
        if isinstance(value, dict):
            return {
                key: self._scrubbed(inner)
                for key, inner in value.items()
                if normal_form(key) not in self._never
            }
        if isinstance(value, list):
            return [self._scrubbed(item) for item in value]
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return dump(self._scrubbed(parse(value)))
            except ValueError:
                return value
        return value

    def _pseudonymise(self, values: list[str | None]) -> None:
        columns = self._table.columns
        for position, column in enumerate(columns):
            value = values[position]
            if value is None or not (column.person or column.person_when):
                continue
            if column.person_when:
                kind_column, kinds = column.person_when
                kind = values[columns.index(self._table.column(kind_column))]
                if (kind or "").strip().lower() not in kinds:
                    continue
            values[position] = self._people.pseudonym(value) if value.strip() else None

    def _masked(self, text: str) -> str:
        """The text masked, with line feeds for line ends; texts repeat, so what was seen is remembered."""
        known = self._seen.get(text)
        if known is not None:
            return known
        masked = mask_text(text, self._people.pseudonym).replace("\r\n", "\n").replace("\r", "\n")
        if len(text) <= 200 and len(self._seen) < 100_000:
            self._seen[text] = masked
        return masked

    def _shape(self, file: LandedFile, reason: str, row: int | None = None) -> RefusedError:
        return RefusedError(
            Fault(
                file.name,
                f"the JSON has another shape: {reason}",
                f"Drop the vendor's response unchanged (source {self._table.qualified})",
                row,
            )
        )


def first_keys(table: Table, file: LandedFile) -> list[str] | None:
    """The keys of a file's first record; None where records lie deeper, or there is none.

    Raises RefusedError where the file is not JSON.
    """
    if table.records:
        return None
    document = next(_documents(file), None)
    record = document[0] if isinstance(document, list) and document else document
    return list(record) if isinstance(record, dict) else None


def _documents(file: LandedFile) -> Iterator[Any]:
    """The file's documents: one of JSON or YAML, or one of JSON per line."""
    if inner_name(file).lower().endswith((".jsonl", ".ndjson")):
        yield from _lines(file, utf8_blocks(file))
        return
    content = bytearray()
    for block in utf8_blocks(file):
        content += block
        if len(content) > MAXIMUM_DOCUMENT_BYTES:
            reason = f"the document is larger than {MAXIMUM_DOCUMENT_BYTES >> 20} MiB"
            raise RefusedError(Fault(file.name, reason, "Export it as JSON lines (.jsonl)"))
    text = content.decode()
    if inner_name(file).lower().endswith((".yml", ".yaml")):
        try:
            yield parse_yaml(text)
        except ValueError as error:
            reason = "not valid YAML, or with anchors, which none of these files needs"
            raise RefusedError(
                Fault(file.name, reason, "Write it as `name: value` lines")
            ) from error
        return
    try:
        yield parse(text)
    except ValueError as error:
        # Some exporters write JSON lines under the name of a document.
        if "Extra data" not in str(error):
            raise _not_json(file, error) from error
        yield from _lines(file, iter((bytes(content),)))


def _lines(file: LandedFile, content: Iterator[bytes]) -> Iterator[Any]:
    number = 0
    pending = b""
    for block in content:
        *lines, pending = (pending + block).split(b"\n")
        for line in lines:
            number += 1
            if line.strip():
                yield _parse_line(file, line, number)
        if len(pending) > MAXIMUM_LINE_BYTES:
            reason = f"a line is longer than {MAXIMUM_LINE_BYTES >> 20} MiB"
            raise RefusedError(
                Fault(file.name, reason, "Export it without its long texts", number + 1)
            )
    if pending.strip():
        yield _parse_line(file, pending, number + 1)


def _parse_line(file: LandedFile, line: bytes, number: int) -> Any:
    try:
        return parse(line.decode())
    except ValueError as error:
        raise _not_json(file, error, number) from error


def _not_json(file: LandedFile, error: ValueError, line: int | None = None) -> RefusedError:
    # The decoder's message begins with the document's text in no case, but its position helps.
    position = f" (character {error.pos})" if hasattr(error, "pos") else ""
    return RefusedError(
        Fault(
            file.name,
            f"not valid JSON, or cut off{position}",
            "Fetch it again and drop it under the same name",
            line,
        )
    )


def _follow(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _attributes(value: Any, kept: tuple[str, ...]) -> dict[str, Any]:
    """The scalar members of an object, or of OpenTelemetry's list of keys and values; of `kept`, if it names any."""
    if isinstance(value, str) and not isinstance(value, NumberText):
        try:
            value = parse(value)
        except ValueError:
            return {}
    pairs = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        for entry in value:
            held = entry.get("value") if isinstance(entry, dict) else None
            if isinstance(held, dict) and len(held) == 1:
                pairs.append((entry.get("key"), next(iter(held.values()))))
    return {
        str(key): inner
        for key, inner in pairs
        if isinstance(inner, (str, bool)) and (not kept or key in kept)
    }


def _scalar(value: Any) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value).replace("\x00", "\ufffd")
