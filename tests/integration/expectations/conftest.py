"""A company of an invented vendor whose contract has every kind of column, with a suite file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.expectations import additions
from orchestration.settings import Settings
from tests.integration.landing.conftest import Company

CONTRACT = """
platform: acme
tables:
  bill:
    description: Monthly bill of an invented vendor.
    role: bill
    files: ["acme/bill/*.csv"]
    reader: tabular
    delivery: {unit: pull}
    replaces: {scope: month, column: month_start}
    time: used_at
    billed: {sum: cost}
    columns:
      month_start: {type: date, required: true, not_null: true}
      used_at: {type: timestamp}
      project: {type: text}
      kind: {type: text, values: [usage, credit]}
      cost: {type: decimal, required: true, not_null: true, money: true}
      currency: {type: currency}
      tokens: {type: integer, minimum: 0}
      cached: {type: integer, at_most: tokens}
      owner: {type: text, person: true}
  daily:
    description: Daily bill of the same vendor, about which no suite file says anything.
    role: bill
    files: ["acme/daily/*.csv"]
    reader: tabular
    delivery: {unit: pull}
    replaces: {scope: day, column: day}
    billed: {sum: cost}
    columns:
      day: {type: date, required: true, not_null: true}
      cost: {type: decimal, required: true, not_null: true, money: true}
"""

SUITE = """
tables:
  bill:
    totals: {at_most_times: 4, over: 100}
    negative: {cost: "kind = 'credit'"}
    shapes: {project: "proj_[a-z0-9]{3}"}
    periods:
      - {column: used_at, from: month_start, to: "try_cast(month_start as timestamp) + interval 1 month"}
    prices:
      - {amount: cost, quantity: tokens, per: 1000, at_least: 0.01, at_most: 10, where: "kind = 'usage'"}
    rows:
      owned: {sentence: Every row has an owner, column: owner, never: "owner is null", severity: info}
"""

HEADER = "month_start,used_at,project,kind,cost,currency,tokens,cached,owner"


def bill(*rows: str) -> str:
    """A bill file of these rows."""
    return "\n".join([HEADER, *rows]) + "\n"


def month(name: str, cost: str = "100", **changed: str) -> str:
    """A row of a month that meets its suite, but for what is changed."""
    cells = {
        "month_start": f"{name}-01",
        "used_at": f"{name}-10T00:00:00Z",
        "project": "proj_a1b",
        "kind": "usage",
        "cost": cost,
        "currency": "GBP",
        "tokens": "100000",
        "cached": "5",
        "owner": "ada@acme.example",
        **changed,
    }
    return ",".join(cells.values())


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company that asks Great Expectations, without any file."""
    for folder in ("contracts", "suites", "landing", "seeds"):
        (tmp_path / folder).mkdir()
    (tmp_path / "contracts" / "acme.yml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "suites" / "acme.yml").write_text(SUITE, encoding="utf-8")
    monkeypatch.setattr(additions, "SUITES_FOLDER", tmp_path / "suites")
    settings = Settings(
        tmp_path,
        tmp_path / "landing",
        tmp_path / "seeds",
        tmp_path / "warehouse",
        "a key for tests",
        with_expectations=True,
    )
    return Company(settings, tmp_path / "contracts")
