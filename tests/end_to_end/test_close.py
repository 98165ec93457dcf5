"""Months that are closed stay as they were posted, whatever the vendors and the registers say later."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.closing_company import (
    bill,
    closing_company,
    identity,
    rule,
    write_registers,
)
from tests.end_to_end.company import PROJECT, Company

POSTED_MAY = (
    "select cost_centre_code, unallocated_reason, billed_cost, reporting_cost from marts.fct_posted_ledger "
    "where accounting_month = date '2026-05-01' order by all"
)
ADJUSTMENTS = (
    "select cost_centre_code, unallocated_reason, billing_mode, billed_cost, reporting_cost, status, "
    "strftime(original_month, '%Y-%m'), strftime(accounting_month, '%Y-%m') "
    "from marts.fct_prior_period_adjustments order by all"
)
JOURNAL = (
    "select journal_kind, cost_centre_code, gl_account, debit_amount, credit_amount, status "
    "from marts.fct_chargeback_journal_lines where strftime(accounting_month, '%Y-%m') = ? "
    "order by journal_kind, line_number"
)


def _rows(company: Company, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with company.published() as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def _posted_hash(company: Company) -> object:
    (row,) = _rows(
        company,
        "select sum(cast(hash(posted) as hugeint)) from marts.fct_posted_ledger as posted "
        "where accounting_month = date '2026-05-01'",
    )
    return row[0]


def _money(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.0000000001"))


def _changed_registers() -> dict[str, list[dict[str, object]]]:
    """Another rule for the shared service, another owner of Claims' account, other rates."""
    return {
        "allocation_rules": [
            rule("R-1", "10", "fixed", match_sub_account_id="shared", target_cost_centre="CC-3"),
            rule("R-2", "20", "owner"),
        ],
        "identities": [
            identity("api_key", "key-sales", "UC-1"),
            identity("api_key", "key-hr", "UC-2"),
            identity("account", "claims", "UC-1"),
        ],
        "fx_rates": [
            {"month": month, "from_currency": "USD", "to_currency": "GBP", "rate": rate}
            for month, rate in (("2026-05", "0.7"), ("2026-06", "0.5"), ("2026-07", "0.5"))
        ],
    }


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company after its first run; the tests below tell one story, in order."""
    company = closing_company(tmp_path_factory.mktemp("closing"))
    company.chargeback("run")
    yield company


def test_before_the_close_journals_are_drafts(company: Company) -> None:
    lines = _rows(company, JOURNAL, "2026-05")
    assert {line[-1] for line in lines} == {"draft"}
    assert _rows(company, POSTED_MAY) == []
    assert _rows(
        company,
        "select strftime(accounting_month, '%Y-%m'), period_status, is_settled "
        "from marts.dim_accounting_periods order by all",
    ) == [
        ("2026-05", "provisional", True),
        ("2026-06", "provisional", True),
        ("2026-07", "open", False),
    ]


def test_a_month_that_has_not_ended_is_not_closed(company: Company) -> None:
    printed = company.chargeback(
        "close", "--period", "2026-07", "--approved-by", "P1", expected_exit=1
    )
    assert "has not ended" in printed


def test_later_months_wait_for_earlier_ones(company: Company) -> None:
    printed = company.chargeback(
        "close", "--period", "2026-06", "--approved-by", "P1", expected_exit=1
    )
    assert "earlier_month_open" in printed
    assert "2026-05" in printed
    assert not (company.warehouse / "closes" / "2026-06").exists()


def test_may_is_posted_with_its_journal(company: Company) -> None:
    company.chargeback("close", "--period", "2026-05", "--approved-by", "P1")
    assert _rows(company, POSTED_MAY) == [
        ("CC-1", None, _money("600"), _money("480")),
        ("CC-2", None, _money("300"), _money("240")),
        ("CC-3", None, _money("100.01"), _money("80.008")),
        (None, "unknown_identity", _money("100"), _money("80")),
    ]
    # 800.008 is 800.01 to the penny; the penny goes to Claims, whose rest is the largest.
    assert _rows(company, JOURNAL, "2026-05") == [
        ("chargeback", "CC-1", "6100", _money("480"), 0, "posted"),
        ("chargeback", "CC-2", "6200", _money("240"), 0, "posted"),
        ("chargeback", "CC-3", "6300", _money("80.01"), 0, "posted"),
        ("chargeback", None, "2199", 0, _money("800.01"), "posted"),
    ]
    assert "as posted" in company.chargeback("verify-close")


def test_closing_again_changes_nothing(company: Company) -> None:
    before = _digests(company.warehouse / "closes")
    printed = company.chargeback("close", "--period", "2026-05", "--approved-by", "P2")
    assert "nothing has changed" in printed
    assert _digests(company.warehouse / "closes") == before


def test_a_lost_work_file_is_restored_with_every_posted_number(company: Company) -> None:
    before, publication = _posted_hash(company), company.publication()
    (company.warehouse / "chargeback.duckdb").unlink()
    company.chargeback("run")
    assert _posted_hash(company) == before
    assert company.publication()["marts"] == publication["marts"]


def test_a_restated_bill_is_adjusted_under_the_registers_of_the_close(company: Company) -> None:
    """Worked case 7: $40 less of the shared service, along the shares of May; rule, owner and rate changed since."""
    before = _posted_hash(company)
    write_registers(company, **_changed_registers())
    bill(company, "2026-05", "20260710", {"shared": "960.00", "claims": "100.01"})
    (company.warehouse / "chargeback.duckdb").unlink()
    company.chargeback("run")

    assert _posted_hash(company) == before
    may_to_june = ("draft", "2026-05", "2026-06")
    assert _rows(company, ADJUSTMENTS) == [
        ("CC-1", None, "chargeback", _money("-24"), _money("-19.2"), *may_to_june),
        ("CC-2", None, "chargeback", _money("-12"), _money("-9.6"), *may_to_june),
        (None, "unknown_identity", None, _money("-4"), _money("-3.2"), *may_to_june),
    ]
    assert [line for line in _rows(company, JOURNAL, "2026-06") if line[0] == "adjustment"] == [
        ("adjustment", "CC-1", "6100", 0, _money("19.2"), "draft"),
        ("adjustment", "CC-2", "6200", 0, _money("9.6"), "draft"),
        ("adjustment", None, "2199", _money("28.8"), 0, "draft"),
    ]
    # June is open: the new rule holds, so that the shared service is no longer split.
    assert _rows(
        company,
        "select cost_centre_code, sum(billed_cost) from marts.fct_allocation_ledger "
        "where accounting_month = date '2026-06-01' group by all order by all",
    ) == [("CC-1", _money("50")), ("CC-3", _money("500"))]


def test_statements_show_what_was_posted_and_what_was_adjusted_since(
    company: Company, tmp_path: Path
) -> None:
    def said(period: str) -> str:
        company.chargeback("statement", "--period", period, "--output", str(tmp_path))
        (page,) = tmp_path.glob(f"*-{period}.html")
        return " ".join(re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8")).split())

    may, june = said("2026-05"), said("2026-06")
    assert "approved by P1. These figures do not change any more." in may
    assert "Total £800.01" in may
    assert "Total £800.01 £0.00 £800.01 £800.01" in may
    assert "Adjustments of earlier months" not in may
    (adjusted,) = _rows(
        company,
        "select round(sum(reporting_cost), 2) from marts.fct_prior_period_adjustments "
        "where cost_centre_code is not null",
    )
    assert f"Adjustments of earlier months −£{abs(adjusted[0])}" in june


def test_a_statement_names_the_months_and_departments_there_are(company: Company) -> None:
    assert "it has 2026-05 to 2026-07" in company.chargeback(
        "statement", "--period", "2026-09", expected_exit=2
    )
    assert "is no month" in company.chargeback("statement", "--period", "2026-5", expected_exit=2)
    assert "Departments that have something" in company.chargeback(
        "statement", "--period", "2026-05", "--department", "nobody's", expected_exit=2
    )


def test_every_adjustment_links_to_its_posted_entry(company: Company) -> None:
    assert _rows(
        company,
        "select count(*), count(posted.allocation_id) from marts.fct_prior_period_adjustments as adjustments "
        "left join marts.fct_posted_ledger as posted on adjustments.entry_key = posted.entry_key "
        "and adjustments.original_allocation_id = posted.allocation_id",
    ) == [(3, 3)]


def test_posted_entries_are_still_explained(company: Company) -> None:
    """The charge of the shared service that was posted is no longer on the vendor's bill."""
    for (allocation_id,) in _rows(company, "select allocation_id from marts.fct_posted_ledger"):
        explanation = company.chargeback_json("explain", str(allocation_id))
        assert explanation["whole"]["adds_up"], allocation_id
        assert explanation["whole"]["largest_charges"][0]["file_name"], allocation_id


def test_the_report_still_adds_up(company: Company) -> None:
    assert all(line["adds_up"] for line in company.report()["platform_months"])


def test_dbt_alone_asks_for_the_recomputation_it_lacks(company: Company) -> None:
    recomputed = company.warehouse / "closes" / ".recomputed"
    kept = company.folder / "recomputed"
    shutil.move(recomputed, kept)
    company.chargeback("land")
    built = _dbt(company, "build", "--select", "+every_restated_month_is_recomputed")
    shutil.move(kept, recomputed)
    assert "every_restated_month_is_recomputed" in built
    assert "ERROR=1" in built


def test_closing_june_posts_the_adjustment_once(company: Company) -> None:
    company.chargeback("run")
    june = ("close", "--period", "2026-06", "--approved-by", "P1")
    printed = company.chargeback(*june, expected_exit=1)
    assert "invoice_difference" in printed
    # The bill of May differs from its invoice since it was restated; that keeps no other month open.
    assert "I-2026-06" in printed
    assert "I-2026-05" not in printed
    company.chargeback(*june, "--override", "invoice_difference", expected_exit=2)
    company.chargeback(
        *june, "--override", "invoice_difference", "--reason", "Credit note to follow"
    )
    (record,) = (company.warehouse / "closes" / "2026-06").glob("*/close.json")
    (override,) = json.loads(record.read_text(encoding="utf-8"))["overrides"]
    assert (override["check"], override["reason"]) == (
        "invoice_difference",
        "Credit note to follow",
    )
    assert "difference 1.00 USD" in override["found"][0]
    assert _rows(
        company,
        "select approved_by, override_count from marts.dim_accounting_periods where period_status = 'closed' "
        "order by accounting_month",
    ) == [("P1", 0), ("P1", 1)]
    assert [row[5] for row in _rows(company, ADJUSTMENTS)] == ["posted"] * 3
    company.chargeback("run")
    assert [row[5] for row in _rows(company, ADJUSTMENTS)] == ["posted"] * 3


def test_a_bill_that_goes_back_takes_its_adjustment_back(company: Company) -> None:
    bill(company, "2026-05", "20260711", {"shared": "1000.00", "claims": "100.01"})
    company.chargeback("run")
    drafts = [row for row in _rows(company, ADJUSTMENTS) if row[5] == "draft"]
    assert [(row[0], row[3], row[7]) for row in drafts] == [
        ("CC-1", _money("24"), "2026-07"),
        ("CC-2", _money("12"), "2026-07"),
        (None, _money("4"), "2026-07"),
    ]


def test_an_approved_exception_reaches_back_into_a_closed_month(company: Company) -> None:
    """It says whose the unknown key was in May; June, which it does not cover, stays as it was posted."""
    before = _posted_hash(company)
    exception = {
        "exception_id": "E-1",
        "platform": "acme",
        "identity_type": "api_key",
        "identity_id": "key-nobody",
        "use_case_id": "UC-2",
        "reason": "The key was Human resources'",
        "requested_by": "P1",
        "approved_by": "P1",
        "valid_from": "2026-05-01",
        "valid_to": "2026-06-01",
    }
    write_registers(company, **_changed_registers(), exceptions=[exception])
    company.chargeback("run")
    assert _posted_hash(company) == before
    drafts = [row for row in _rows(company, ADJUSTMENTS) if row[5] == "draft"]
    # 100 from nobody to Human resources, beside what the bill took back.
    assert [(row[0], row[3], row[6]) for row in drafts] == [
        ("CC-1", _money("24"), "2026-05"),
        ("CC-2", _money("112"), "2026-05"),
        (None, _money("-96"), "2026-05"),
    ]


def test_an_overlap_declared_later_moves_nothing_that_was_posted(company: Company) -> None:
    """July is open and loses what the shared service's bill says too; May and June keep the sets of their close."""
    before = _posted_hash(company), _rows(company, ADJUSTMENTS)
    bill(company, "2026-07", "20260711", {"shared": "10.00", "claims": "1.00"})
    header = "overlap_set,side,match_platform,match_source_table,match_service_name,match_sku,"
    header += "match_sub_account_id,match_resource_id,match_metric,valid_from,valid_to"
    sides = ("twice,counted,acme,,,,shared,,,,", "twice,kept,acme,,,,claims,,,,")
    overlaps = company.seeds / "overlaps.csv"
    overlaps.write_text("\n".join([header, *sides]) + "\n", encoding="utf-8")
    company.chargeback("run")
    assert (_posted_hash(company), _rows(company, ADJUSTMENTS)) == before
    kept = "select accounting_month, billed_cost, counted_billed_cost from marts.fct_overlapping_charges"
    assert _rows(company, kept) == [(date(2026, 7, 1), _money("1"), _money("10"))]
    (archived,) = (company.warehouse / "closes" / "2026-05").glob("*/registers/overlaps.csv")
    assert "databricks_on_the_azure_bill" in archived.read_text(encoding="utf-8")
    overlaps.unlink()
    company.chargeback("run")


def test_verify_close_catches_one_edited_row(company: Company) -> None:
    (ledger,) = (company.warehouse / "closes" / "2026-05").glob("*/ledger.parquet")
    original = ledger.read_bytes()
    edited = company.folder / "edited.parquet"
    duckdb.sql(
        f"copy (select * replace (case when cost_centre_code = 'CC-1' then billed_cost + 0.0000000001 "
        f"else billed_cost end as billed_cost) from read_parquet('{ledger}')) to '{edited}' (format parquet)"
    )
    ledger.chmod(0o644)
    ledger.write_bytes(edited.read_bytes())
    try:
        printed = company.chargeback("verify-close", expected_exit=1)
        assert "ledger.parquet has been changed" in " ".join(printed.split())
        assert "1100.0100000001" in printed
        # Nothing is built, and nothing published, from it.
        company.chargeback("build", expected_exit=1)
    finally:
        ledger.write_bytes(original)
    assert "as posted" in company.chargeback("verify-close", "--period", "2026-05")


@pytest.mark.parametrize(
    "name", ["registers/fx_rates.csv", "journal.parquet", "registers/people.parquet"]
)
def test_verify_close_names_what_is_missing_or_edited(company: Company, name: str) -> None:
    (close,) = (company.warehouse / "closes" / "2026-05").iterdir()
    original = (close / name).read_bytes()
    (close / name).unlink()
    try:
        assert f"{name} is missing" in " ".join(
            company.chargeback("verify-close", expected_exit=1).split()
        )
        (close / name).write_bytes(original + b"\n")
        assert f"{name} has been changed" in " ".join(
            company.chargeback("verify-close", expected_exit=1).split()
        )
    finally:
        (close / name).write_bytes(original)


def _digests(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _dbt(company: Company, *arguments: str) -> str:
    return subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--no-use-colors", "--log-path", company.folder / "logs"),
            *arguments,
            *("--profiles-dir", "profiles"),
        ],
        cwd=PROJECT,
        env=company.environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
