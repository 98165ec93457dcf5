"""A second company on the same checkout, and everything that may go wrong with it."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import signal
from pathlib import Path

import pytest

from tests.end_to_end.company import Company, small_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company after its first run."""
    company = small_company(tmp_path_factory.mktemp("small"))
    company.chargeback("run")
    return company


def _contents(company: Company) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for folder in (company.landing, company.seeds)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_exports_and_registers_are_read_and_never_written(company: Company) -> None:
    """dbt once overwrote register CSVs with the SQL that loads them, where their folder was an absolute path."""
    before = _contents(company)
    company.chargeback("run")
    assert _contents(company) == before


def test_two_platforms_without_optional_registers_are_enough(company: Company) -> None:
    report = company.report()
    assert {line["platform"] for line in report["platform_months"]} == {"openai", "wortbruecke"}
    assert all(line["adds_up"] for line in report["platform_months"])
    assert [total["currency"] for total in report["reporting_totals"]] == ["EUR"]


def test_codes_keep_their_leading_zeros(company: Company) -> None:
    with company.published() as connection:
        codes = connection.execute(
            "select distinct cost_centre_code from marts.fct_allocation_ledger "
            "where cost_centre_code is not null order by all"
        ).fetchall()
    assert codes == [("0042",), ("0100",)]


def test_shuffled_rows_give_the_same_ledger(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A warehouse made anew from files whose rows stand in another order."""
    shuffled = small_company(tmp_path_factory.mktemp("shuffled"))
    order = random.Random(7)
    for path in shuffled.landing.rglob("*.json"):
        page = json.loads(path.read_text(encoding="utf-8"))
        for bucket in page["data"]:
            order.shuffle(bucket["results"])
        order.shuffle(page["data"])
        path.write_text(json.dumps(page), encoding="utf-8")
    for path in shuffled.landing.rglob("*.csv"):
        header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        order.shuffle(rows)
        path.write_text("".join([header, *rows]), encoding="utf-8")
    shuffled.chargeback("run")

    marts, shuffled_marts = company.publication()["marts"], shuffled.publication()["marts"]
    # Rows and deliveries do differ: which row a charge stood in, which bytes a file had.
    differing = {name for name in marts if marts[name] != shuffled_marts[name]}
    assert differing <= {
        "fct_charge_lineage",
        "fct_deliveries",
        "fct_delivery_reconciliation",
        "fct_focus_cost_and_usage",
    }


def test_a_register_fault_refuses_every_verb_and_leaves_the_publication(company: Company) -> None:
    before = company.publication()
    register = company.seeds / "identities.csv"
    original = register.read_bytes()
    with register.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with register.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(rows[1])
    try:
        for verb in ("check", "land", "build", "publish", "run", "report"):
            printed = company.chargeback(verb, expected_exit=2)
            assert f"identities.csv, row {len(rows) + 1}" in printed, verb
    finally:
        register.write_bytes(original)
    assert company.publication() == before


def test_a_killed_build_leaves_the_publication_and_the_next_run_mends_it(company: Company) -> None:
    before = company.publication()
    with company.begin("run") as process:
        assert process.stdout
        for line in process.stdout:
            if re.match(r" +\d+ of \d+", line):
                break
        os.kill(process.pid, signal.SIGKILL)
    with company.published() as connection:
        connection.execute("select count(*) from marts.fct_allocation_ledger").fetchone()
    company.chargeback("publish", expected_exit=1)
    company.chargeback("run")
    assert company.publication() == before


def test_a_broken_invariant_publishes_nothing_and_is_named(company: Company) -> None:
    """Amounts a hundred times too high, as when cents are read as whole units."""
    before = company.publication()
    newest = max(company.landing.glob("openai/costs/*.json"))
    page = json.loads(newest.read_text(encoding="utf-8"))
    for bucket in page["data"]:
        for result in bucket["results"]:
            result["amount"]["value"] *= 100
    later = newest.with_name("costs_pulled_20270101T000000Z.json")
    later.write_text(json.dumps(page), encoding="utf-8")

    printed = company.chargeback("run", expected_exit=1)
    assert "no rate is off by a unit" in printed
    assert "for example" in printed
    assert "what was published before still stands" in " ".join(printed.split())
    assert company.publication() == before
    company.chargeback("publish", expected_exit=1)
    assert company.publication() == before
