"""Suites follow the contracts; what suite files add is checked before anything lands."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.expectations.additions import SUITES_FOLDER, load_suites
from orchestration.expectations.earlier import months_before
from orchestration.expectations.suite import SEVERITIES
from orchestration.landing.contracts import ContractError, Table, load_contracts
from orchestration.landing.normalise import quoted

TABLES = load_contracts()
SUITES = load_suites(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.qualified)
def test_every_suite_can_be_asked(table: Table) -> None:
    """Its names are unique, its severities known, and its SQL binds against the columns of the contract."""
    suite = SUITES[table.qualified]
    names = [expectation.name for expectation in suite.expectations]
    assert len(names) == len(set(names))
    with duckdb.connect() as connection:
        columns = ", ".join(
            f"{quoted(name)} {'bigint' if name == '_row' else 'varchar'}"
            for name in table.raw_columns
        )
        connection.execute(f"create table rows_of_it ({columns})")
        connection.execute("create table candidates (_delivery_id varchar, delivered_at timestamp)")
        connection.execute(
            "create table earlier (_delivery_id varchar, currency varchar, month varchar,"
            " most_of_month decimal(38, 10), most_of_day decimal(38, 10), month_before decimal(38, 10))"
        )
        for expectation in suite.expectations:
            assert expectation.severity in SEVERITIES
            assert expectation.sentence and expectation.remedy
            if expectation.checks or expectation.findings:
                query = expectation.query.replace("{batch}", "rows_of_it")
                assert connection.execute(query).fetchall() == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.qualified)
def test_a_suite_holds_what_its_contract_says(table: Table) -> None:
    names = {expectation.name for expectation in SUITES[table.qualified].expectations}
    expected = {"columns", "rows_are_told_apart"}
    expected |= {f"never_empty.{column.name}" for column in table.columns if column.not_null}
    expected |= {
        f"known_values.{column.name}"
        for column in table.columns
        if column.values and column.type != "attributes"
    }
    if any(column.person for column in table.columns):
        expected.add("people")
    if any(column.minimum or column.at_most for column in table.columns):
        expected.add("bounds")
    if table.billed and table.time:
        expected.add("month_total")
    assert expected <= names


def test_every_bill_says_where_amounts_may_be_negative() -> None:
    """Those without are named here, with what makes their amounts."""
    without = {
        table.qualified
        for table in TABLES
        if table.role == "bill"
        and not any(e.name.startswith("negative.") for e in SUITES[table.qualified].expectations)
    }
    # Cost Explorer's groups hold credits unseen; user credits of Microsoft 365 are whole snapshots.
    assert without == {
        "cost_explorer__console",
        "cost_explorer__results",
        "m365_copilot__user_credits",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tables: [", "not YAML"),
        ("tables: {costs: {}}\nplatform: openai", "expected `tables`, and nothing beside it"),
        ("tables: {cost: {}}", "no table of the contract"),
        ("tables: {costs: []}", "costs: expected a mapping"),
        ("tables: {costs: {total: {}}}", r"costs\.total: not a key here; known: negative, periods"),
        ("tables: {costs: {shapes: {projekt: x}}}", r"costs\.`projekt` is not a column"),
        ("tables: {costs: {prices: [{amount: cost, per: 1}]}}", r"costs\.`cost` is not a column"),
        (
            "tables: {costs: {rows: {odd: {never: 'true'}}}}",
            "needs `sentence`, `column` and `never`",
        ),
        ("tables: {costs: {totals: {times: 3}}}", "totals: known are at_most_times"),
        (
            "tables: {costs: {rows: {odd: {never: 'true', column: line_item, sentence: x, severity: bad}}}}",
            "none of critical, warning, info",
        ),
    ],
)
def test_a_faulty_suite_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "openai.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=message):
        load_suites(TABLES, tmp_path)


def test_every_suite_file_is_of_a_platform() -> None:
    assert {path.stem for path in SUITES_FOLDER.glob("*.yml")} <= {t.platform for t in TABLES}


def test_a_suite_that_judges_otherwise_has_another_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "openai.yml").write_text(
        "tables: {costs: {totals: {at_most_times: 3}}}", encoding="utf-8"
    )
    other = load_suites(TABLES, tmp_path)["openai__costs"]
    assert other.fingerprint != SUITES["openai__costs"].fingerprint
    assert load_suites(TABLES)["openai__costs"].fingerprint == SUITES["openai__costs"].fingerprint


def test_months_before_cross_the_year() -> None:
    assert months_before("2026-02") == ["2026-01", "2025-12", "2025-11"]
