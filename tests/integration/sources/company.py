"""A company of one test: its landing folder, its warehouse, and what staging makes of them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import duckdb

from orchestration.landing import LandingResult, land
from orchestration.registers.declared import REGISTERS
from orchestration.settings import Settings
from tests.support.compiled_project import CompanyWarehouse, CompiledProject

MONEY = Decimal("0.0000000001")


def half_up(amount: str | Decimal) -> Decimal:
    """An amount in the warehouse's ten decimals, half away from zero."""
    return Decimal(amount).quantize(MONEY, rounding=ROUND_HALF_UP)


def unix_seconds(day: str) -> int:
    """The first second of a UTC day, as the vendor counts it."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def page_of(buckets: list[dict]) -> dict:
    """A response page of a bucketed endpoint."""
    return {"object": "page", "data": buckets, "has_more": False, "next_page": None}


def json_text(value: object) -> str:
    """JSON with every Decimal written as the number it spells, digit for digit."""
    marked = json.dumps(value, default=lambda number: f"\x00{number}\x00")
    return re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", marked)


@dataclass(frozen=True)
class Company:
    """Folders of one invented company; everything stays below them."""

    settings: Settings
    project: CompiledProject

    def drop(self, name: str, content: str | bytes | dict | list) -> None:
        """Put a file into the landing folder; dicts and lists as JSON."""
        path = self.settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict | list):
            content = json_text(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def land(self) -> LandingResult:
        """Land what is new in the landing folder."""
        return land(self.settings)

    def staged(self, model: str, **registers: list[dict[str, object]]) -> list[dict[str, object]]:
        """The rows of a staging model over what has been landed, and rows of registers."""
        with self.built(model, **registers) as warehouse:
            return warehouse.rows(f"select * from staging.{model}")

    @contextmanager
    def built(
        self, *models: str, **registers: list[dict[str, object]]
    ) -> Iterator[CompanyWarehouse]:
        """The models over what has been landed and over registers: rows by name, else what stands in for them."""
        sources = [
            node
            for node in self.project.nodes.values()
            if node.kind == "source" and node.schema == "raw"
        ]
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            raw = {
                node.name: _rows(connection, f"select * from {node.relation}") for node in sources
            }
        stated = {
            register.name: list(csv.DictReader(io.StringIO(register.standing_in)))
            for register in REGISTERS
            if register.is_optional
        }
        # An empty cell of a seed is null.
        filled = {
            name: [{column: value or None for column, value in row.items()} for row in rows]
            for name, rows in (stated | registers).items()
        }
        with self.project.run(models, raw | filled) as warehouse:
            yield warehouse

    def quarantine(self) -> list[dict[str, object]]:
        """The faults of the last landing."""
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            return _rows(connection, "select * from raw.quarantine")

    def holds_nowhere(self, text: str) -> bool:
        """Whether no table of the warehouse has the text in any cell, in whatever case."""
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            tables = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'raw'"
            ).fetchall()
            return not any(
                text.casefold() in str(row).casefold()
                for (table,) in tables
                for row in connection.execute(f'select * from raw."{table}"').fetchall()
            )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
