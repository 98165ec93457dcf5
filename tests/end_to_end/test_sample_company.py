"""The committed sample company, from its files to the published figures."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.end_to_end.company import PROJECT, Company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(
        tmp_path_factory.mktemp("hartwell"),
        landing=PROJECT / "sample" / "landing",
        seeds=PROJECT / "seeds",
    )
    company.chargeback("run")
    return company


def test_every_platform_and_month_adds_up_to_the_last_decimal(company: Company) -> None:
    lines = company.report()["platform_months"]
    assert len({line["platform"] for line in lines}) >= 5
    for line in lines:
        assert Decimal(line["billed"]) == Decimal(line["allocated"]) + Decimal(
            line["unallocated"]
        ), line
        assert line["adds_up"]


def test_each_account_and_month_is_what_the_generator_billed(company: Company) -> None:
    """The generator sums its own decimals while it writes the files: another way to the same figures."""
    expected = {
        (
            row["platform"],
            row["billing_account_id"],
            row["billing_period"],
            row["currency"],
        ): Decimal(row["billed_cost"])
        for row in json.loads(
            (PROJECT / "sample" / "expected_totals.json").read_text(encoding="utf-8")
        )
    }
    with company.published() as connection:
        rows = connection.execute(
            "select platform, billing_account_id, strftime(accounting_month, '%Y-%m'), billing_currency, "
            "sum(billed_cost) from marts.fct_allocation_ledger group by all"
        ).fetchall()
    assert {tuple(key): Decimal(amount) for *key, amount in rows} == expected


def test_a_second_run_publishes_the_same_marts_row_for_row(company: Company) -> None:
    """Parquet hashes stand for rows: the files are written in a fixed order, without a clock."""
    first = company.publication()
    inode = company.published_file.stat().st_ino
    company.chargeback("run")
    assert company.publication() == first
    assert company.published_file.stat().st_ino == inode


def test_a_delivery_whose_manifest_names_a_missing_file_is_held_back(company: Company) -> None:
    held_back = company.report()["quarantine"]
    assert [item["file"].split("/")[0] for item in held_back] == ["aws"]
    assert held_back[0]["remedy"]


def test_each_kind_of_entry_is_explained_down_to_its_row(company: Company) -> None:
    """One entry of each method, direct or pooled, allocated or not."""
    with company.published() as connection:
        entries = connection.execute(
            "select min(allocation_id) from marts.fct_allocation_ledger "
            "group by method, pool_id is null, unallocated_reason is null"
        ).fetchall()
    for (allocation_id,) in entries:
        explanation = company.chargeback_json("explain", allocation_id)
        assert explanation["whole"]["adds_up"], allocation_id
        assert explanation["whole"]["largest_charges"][0]["file_name"], allocation_id
        assert explanation["rule_sentence"] or explanation["entry"]["rule_id"] is None, (
            allocation_id
        )


def test_a_cost_centre_and_month_is_explained(company: Company) -> None:
    with company.published() as connection:
        code, month = connection.execute(
            "select cost_centre_code, strftime(accounting_month, '%Y-%m') from marts.fct_allocation_ledger "
            "where cost_centre_code is not null order by reporting_cost desc, allocation_id limit 1"
        ).fetchone() or ("", "")
    printed = company.chargeback("explain", "--cost-centre", code, "--month", month)
    assert f"{code} in {month}" in printed
    assert "Sum" in printed


def test_every_mart_and_column_is_described(company: Company) -> None:
    with company.published() as connection:
        without = connection.execute(
            "select table_name || '.' || column_name from duckdb_columns() "
            "where schema_name = 'marts' and comment is null"
        ).fetchall()
    assert without == []
