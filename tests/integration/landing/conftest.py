"""A company of its own for each test: landing folder, registers, warehouse, and contracts of an invented vendor."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing import LandingResult, forget, land
from orchestration.settings import Settings

CONTRACTS = """
platform: acme
tables:
  bill:
    description: Monthly bill of an invented vendor.
    role: bill
    files: ["acme/bill/*", "acme/<region>/bill/*"]
    reader: any
    delivery: {unit: pull}
    replaces: {scope: month, column: month_start}
    billed: {sum: cost}
    overlap_set: acme_purchases
    overlap_by: [account, month]
    never_keep: [prompt, response]
    csv: {null_values: ["NULL"]}
    columns:
      month_start: {type: date, required: true, not_null: true}
      account: {type: text, required: true}
      cost: {type: decimal, required: true, not_null: true, money: true}
      currency: {type: currency, header: [Currency, "Währung (Currency)"]}
      quantity: {type: integer}
      at: {type: timestamp}
      settled: {type: boolean}
      owner: {type: text, person: true}
      tags: {type: json}
      note: {type: text}
      line: {type: text, volatile: true}
  resale:
    description: The same purchases as a reseller tells them.
    role: bill
    files: ["acme/resale/*"]
    reader: any
    delivery: {unit: pull}
    replaces: {scope: month, column: month_start}
    overlap_set: acme_purchases
    overlap_by: [account, month]
    columns:
      month_start: {type: date, required: true, not_null: true}
      account: {type: text, required: true}
      cost: {type: decimal, required: true, money: true}
  american:
    description: A spreadsheet's spelling of the bill.
    role: bill
    files: ["acme/american/*.csv"]
    reader: tabular
    delivery: {unit: file}
    replaces: {scope: month, column: month_start}
    columns:
      month_start: {type: date, required: true, formats: ["%m/%d/%Y"]}
      cost: {type: decimal, required: true, money: true, allow: us_accounting}
  costs:
    description: Response pages by day.
    role: bill
    files: ["acme/costs/*"]
    reader: json
    records: [data, results]
    delivery: {unit: pull}
    replaces: {scope: day, column: start}
    covers: {from: data.start, to: data.end}
    request: {consistent: [group_by]}
    never_keep: [prompt]
    columns:
      start: {from: data.start, type: epoch, required: true, not_null: true}
      value: {from: amount.value, type: decimal, money: true}
      currency: {from: amount.currency, type: currency}
      user: {type: text, person: true}
      labels: {type: json}
      item: {type: text}
  log:
    description: Requests by key.
    role: usage
    files: ["acme/log/*"]
    reader: any
    delivery: {unit: pull}
    replaces: {scope: key, columns: [request]}
    never_keep: [messages]
    columns:
      request: {type: text, required: true, not_null: true}
      tokens: {type: integer, required: true}
      who: {type: text, person: true}
      metadata: {type: json}
  metered:
    description: Billed records by key.
    role: bill
    files: ["acme/metered/*"]
    reader: any
    delivery: {unit: pull}
    replaces: {scope: key, columns: [record]}
    billed: {sum: cost, times: "0.01"}
    columns:
      record: {type: text, required: true, not_null: true}
      cost: {type: decimal, required: true}
  seats:
    description: Seats as of a day.
    role: list
    files: ["acme/seats_*.json", "acme/seats/*.json"]
    reader: json
    records: [seats]
    delivery: {unit: pull}
    replaces: {scope: nothing}
    columns:
      login: {type: text, required: true, person: true}
  exported:
    description: What a manifest lists.
    role: bill
    files: ["cloud/**/data/**/*.csv", "cloud/**/data/**/*.csv.gz", "cloud/single/*.csv"]
    reader: tabular
    delivery: {unit: manifest, kind: aws_data_exports, without_manifest: file}
    replaces: {scope: export_month, column: at}
    columns:
      at: {type: timestamp, required: true, not_null: true}
      cost: {type: decimal, required: true, money: true}
"""


@dataclass
class Company:
    """One company's folders, and short ways to fill, land and ask."""

    settings: Settings
    contracts: Path
    lines: list[str] = field(default_factory=list)

    @property
    def landing(self) -> Path:
        return self.settings.landing

    @property
    def raw(self) -> Path:
        return self.settings.raw_zone

    def drop(self, name: str, content: str | bytes | Any) -> Path:
        """Write a landing file; objects become JSON, names that end in .gz are compressed."""
        path = self.settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        if name.endswith(".gz"):
            content = gzip.compress(content, mtime=0)
        path.write_bytes(content)
        return path

    def land(self) -> LandingResult:
        self.lines = []
        return land(self.settings, self.lines.append, self.contracts)

    def forget(self, person: str) -> None:
        forget(self.settings, person)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows from the work file."""
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def refused(self) -> tuple[str, int | None, str | None, str]:
        """The one fault in quarantine: file, row, column, reason."""
        rows = self.ask("select file, row_number, column_name, reason, remedy from raw.quarantine")
        assert len(rows) == 1, rows
        assert rows[0][4], "every fault says what to do"
        return rows[0][:4]

    def every_byte(self) -> Iterator[tuple[Path, bytes]]:
        """Each file of the warehouse but the people map, unpacked where it is Parquet."""
        for path in sorted(self.settings.warehouse.rglob("*")):
            if not path.is_file() or "people" in path.relative_to(self.settings.warehouse).parts:
                continue
            content = path.read_bytes()
            if path.suffix == ".parquet":
                rows = duckdb.sql(f"select * from read_parquet('{path}')").fetchall()
                content += repr(rows).encode()
            yield path, content
        with duckdb.connect(str(self.settings.work_file), read_only=True) as connection:
            for (table,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'raw'"
            ).fetchall():
                rows = connection.execute(f"select * from raw.{table}").fetchall()
                yield self.settings.work_file / table, repr(rows).encode()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company without any file."""
    contracts = tmp_path / "contracts"
    contracts.mkdir()
    (contracts / "acme.yml").write_text(CONTRACTS, encoding="utf-8")
    for folder in ("landing", "seeds"):
        (tmp_path / folder).mkdir()
    settings = Settings(
        tmp_path,
        tmp_path / "landing",
        tmp_path / "seeds",
        tmp_path / "warehouse",
        "a key for tests",
    )
    return Company(settings, contracts)


BILL_HEADER = "month_start,account,cost,currency,quantity,at,settled,owner,tags,note,line"


def bill(*rows: str) -> str:
    """A bill file of these rows."""
    return "\n".join([BILL_HEADER, *rows]) + "\n"


def page(*buckets: tuple[int, list[dict[str, Any]]], more: bool = False) -> dict[str, Any]:
    """A response page of (day number since 2026-05-01, results)."""
    first = 1_777_593_600
    return {
        "data": [
            {"start": first + day * 86_400, "end": first + (day + 1) * 86_400, "results": results}
            for day, results in buckets
        ],
        "has_more": more,
    }


def cost(value: Any, **more: Any) -> dict[str, Any]:
    """A result of a response page."""
    return {"amount": {"value": value, "currency": "usd"}, **more}
