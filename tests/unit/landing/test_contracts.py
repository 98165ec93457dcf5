"""Contracts say what is wrong with them, and the product's own are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.landing.contracts import (
    ContractError,
    load_contracts,
    normal_form,
    read_contract,
)

MINIMAL = """
platform: acme
tables:
  bill:
    role: bill
    files: ["acme/<region>/*.csv"]
    reader: tabular
    delivery: {unit: file}
    replaces: {scope: day, column: at}
    columns:
      at: {type: timestamp}
      cost: {type: decimal}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "acme.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_minimal_contract(tmp_path: Path) -> None:
    [table] = read_contract(write(tmp_path, MINIMAL))
    assert table.qualified == "acme__bill"
    assert table.raw_columns == (
        "at", "cost", "_path_region", "_delivery_id", "_file", "_row", "_scope", "_row_id", "_extra",
    )  # fmt: skip
    assert table.time == "at"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "role: bill",
            "role: bil",
            "tables.bill.role: `bil` is none of bill, usage, outcome, list, register",
        ),
        ("role: bill", "rolle: bill", "tables.bill: `rolle` is not a key here"),
        ("role: bill", "", "tables.bill: `role` is missing"),
        ("reader: tabular", "reader: xml", "tables.bill.reader: `xml` is none of"),
        ("unit: file", "unit: manifest", "`unit: manifest` and `kind` go together"),
        (
            "column: at}",
            "column: when}",
            "tables.bill.replaces.column: `when` is not a declared column",
        ),
        ("scope: day, column: at", "scope: day", "scope day needs `column`"),
        (
            "role: bill",
            "role: bill\n    billed: {sum: amount}",
            "billed: `amount` is not a declared",
        ),
        (
            "role: bill",
            "role: bill\n    billed: {else: cost}",
            "tables.bill.billed.sum: expected a",
        ),
        (
            "role: bill",
            "role: bill\n    billed: {sum: cost, times: 2}",
            "billed.times: expected a frac",
        ),
        ("role: bill", "role: usage\n    billed: {sum: cost}", "`billed` goes with the role bill"),
        (
            "role: bill",
            "role: bill\n    every: hour",
            "every: `hour` is none of day, working_day, month",
        ),
        ("scope: day, column: at", "scope: key", "scope key needs `columns`"),
        ("type: decimal}", "type: money}", "tables.bill.columns.cost.type: `money` is none of"),
        ("type: decimal}", "tpye: decimal}", "tables.bill.columns.cost: `tpye` is not a key here"),
        ("type: decimal}", "gather: [tag_]}", "columns.cost.gather: only for a json column"),
        ("type: timestamp}", "one_format_per_file: true}", "one_format_per_file: needs `formats`"),
        ("reader: tabular", "reader: json\n    records_else: Total", "tables.bill.records_else"),
        ("type: decimal}", "gathers_money: some}", "cost.gathers_money: expected true or false"),
        (
            "type: decimal}",
            "required: maybe}",
            "tables.bill.columns.cost.required: expected true or false",
        ),
        ("type: decimal}", "money: true}", "tables.bill.columns.cost.money: only for a decimal"),
        ("type: timestamp}", "type: text}", "`at` must be a timestamp, epoch or date"),
        ("acme/<region>", "../acme", "must stay below the folder"),
        ("platform: acme", "platform: Acme!", "platform: expected a lower-case name"),
        ("columns:", "columns: []\n    x:", "tables.bill.columns: expected a mapping of columns"),
    ],
)
def test_a_fault_names_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in MINIMAL
    with pytest.raises(ContractError) as caught:
        read_contract(write(tmp_path, MINIMAL.replace(old, new, 1)))
    assert message in str(caught.value)
    assert "acme.yml" in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "platform: acme", "platform: [", "tables: {a: 1}\nplatform: acme"]
)
def test_what_is_no_contract(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContractError):
        read_contract(write(tmp_path, text))


def test_a_table_declared_twice(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    (tmp_path / "again.yml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(ContractError, match="acme__bill"):
        load_contracts(tmp_path)


def test_the_products_contracts_are_sound() -> None:
    tables = load_contracts()
    assert {"registers__people", "registers__identities", "registers__exceptions"} <= {
        table.qualified for table in tables
    }
    for table in tables:
        assert table.description, table.qualified


@pytest.mark.parametrize(
    "spelling", ["BilledCost", "billed_cost", "Billed Cost", "x.BILLED-COST"[2:]]
)
def test_headers_compare_by_letters_and_digits(spelling: str) -> None:
    assert normal_form(spelling) == "billedcost"
