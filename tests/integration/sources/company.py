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
        """The rows of a staging model over what has been landed, and rows of registers.

        Of charges, every landed line must be among them or left out for a reason that staging names.
        """
        platform = model.removeprefix("stg_").partition("__")[0]
        left_out = f"stg_{platform}__left_out_lines"
        if model != f"stg_{platform}__charges":
            left_out = ""
        elif left_out not in {node.name for node in self.project.models}:
            left_out = "no lines"
        models = [name for name in (model, left_out) if name.startswith("stg_")]
        with self.built(*models, **registers) as warehouse:
            rows = warehouse.rows(f"select * from staging.{model}")
            if left_out:
                named = (
                    warehouse.rows(f"select * from staging.{left_out}") if len(models) > 1 else []
                )
                assert self._unexplained(platform, rows, named) == {}
        return rows

    def _unexplained(
        self, platform: str, charges: list[dict[str, object]], left_out: list[dict[str, object]]
    ) -> dict[object, tuple[object, object]]:
        """By delivery of a bill, the lines and the money that are neither charges nor left out by name."""
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            bills = _rows(
                connection,
                "select * from raw.deliveries where role = 'bill' and status <> 'quarantined' "
                f"and platform = '{platform}'",
            )
        lines: dict[object, set[object]] = {}
        money: dict[object, Decimal] = {}
        for charge in charges:
            delivery = charge["x_delivery_id"]
            line = (charge["x_source_file"], charge["x_source_row"])
            lines.setdefault(delivery, set()).add(line)
            money[delivery] = money.get(delivery, Decimal(0)) + Decimal(str(charge["billed_cost"]))
        counts = {delivery: len(of_delivery) for delivery, of_delivery in lines.items()}
        for line_left_out in left_out:
            delivery = line_left_out["delivery_id"]
            counts[delivery] = counts.get(delivery, 0) + bool(line_left_out["is_whole"])
            amount = Decimal(str(line_left_out["billed_amount"] or 0))
            money[delivery] = money.get(delivery, Decimal(0)) + amount
        unexplained = {}
        for bill in bills:
            delivery = bill["delivery_id"]
            row_count = bill["row_count"] - bill["superseded_row_count"] - counts.get(delivery, 0)
            amount = Decimal(0)
            if bill["is_billed_by_file"]:
                amount = bill["billed_amount"] - bill["superseded_amount"]
                amount -= money.get(delivery, Decimal(0))
            if row_count or amount:
                unexplained[delivery] = (row_count, amount)
        return unexplained

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
