"""Writing files so that the same content is always the same bytes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@cache
def opaque(prefix: str, name: str, length: int = 24) -> str:
    """Return an identifier that looks like the vendor's and is always the same for one name."""
    number = int.from_bytes(hashlib.sha256(f"{prefix}{name}".encode()).digest(), "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return prefix + "".join(digits)


def uuid_like(name: str) -> str:
    """Return a UUID-shaped text that is always the same for one name."""
    text = hashlib.sha256(name.encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def stamp(moment: datetime) -> str:
    """Return the spelling of a pull's time in a file name: `20260503T021500Z`."""
    return moment.strftime("%Y%m%dT%H%M%SZ")


def days(first: date, end: date) -> Iterable[date]:
    """Yield every day from `first` up to, not including, `end`."""
    day = first
    while day < end:
        yield day
        day += timedelta(days=1)


def month_starts(first: date, end: date) -> list[date]:
    """Return the first of each month from `first`'s month up to, not including, `end`."""
    months = []
    month = first.replace(day=1)
    while month < end:
        months.append(month)
        month = next_month(month)
    return months


def next_month(day: date) -> date:
    """Return the first day of the month after `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass
class Folder:
    """A folder being written; remembers what was written so that leftovers can be removed."""

    root: Path
    written: set[Path] = field(default_factory=set)

    def write(self, name: str, content: bytes) -> None:
        """Write one file; a name that ends in `.gz` is compressed, without a time."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".gz"):
            buffer = io.BytesIO()
            with gzip.GzipFile(
                filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0
            ) as packed:
                packed.write(content)
            content = buffer.getvalue()
        path.write_bytes(content)
        self.written.add(path)

    def write_json(self, name: str, document: object, indent: int | None = None) -> None:
        """Write a JSON document; numbers are spelled as a float's shortest text, as vendors do."""
        separators = (",", ":") if indent is None else None
        text = json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)
        self.write(name, text.encode())

    def write_csv(
        self,
        name: str,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
    ) -> None:
        """Write a CSV file with `\\n` line ends."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        self.write(name, buffer.getvalue().encode())

    def write_parquet(
        self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]
    ) -> None:
        """Write a snappy Parquet file of (column, type); one thread keeps its bytes stable."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        declared = ", ".join(f'"{column}": "{kind}"' for column, kind in columns)
        lines = "\n".join(
            json.dumps(
                dict(zip((column for column, _ in columns), row, strict=True)), ensure_ascii=False
            )
            for row in rows
        )
        source = path.with_suffix(".rows.jsonl")
        source.write_text(lines, encoding="utf-8")
        try:
            with duckdb.connect(config={"threads": 1}) as connection:
                connection.execute(
                    f"copy (select * from read_json('{source}', format = 'newline_delimited',"
                    f" columns = {{{declared}}})) to '{path}' (format parquet, compression snappy)"
                )
        finally:
            source.unlink()
        self.written.add(path)

    def remove_leftovers(self) -> list[Path]:
        """Delete files below the folder that this run did not write, and return them."""
        leftovers = sorted(
            path for path in self.root.rglob("*") if path.is_file() and path not in self.written
        )
        for path in leftovers:
            path.unlink()
        for folder in sorted(
            (path for path in self.root.rglob("*") if path.is_dir()), reverse=True
        ):
            if not any(folder.iterdir()):
                folder.rmdir()
        return leftovers
