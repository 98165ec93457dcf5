"""The allocation under other registers, beside a built and published company that must not notice."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.recompute import FaultyRegistersError, recompute_ledger
from orchestration.settings import Settings
from tests.end_to_end.company import Company


@pytest.fixture
def candidate(published_company: Company, tmp_path: Path) -> Path:
    """A copy of the registers to change."""
    folder = tmp_path / "candidate"
    shutil.copytree(published_company.seeds, folder)
    return folder


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".writer.lock"
    }


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, "the change changes nothing"
    path.write_text(after, encoding="utf-8")


def _payers(ledger: Path) -> set[tuple[str | None, str | None]]:
    return set(
        duckdb.sql(
            f"select distinct cost_centre_code, rule_id from read_parquet('{ledger}')"
        ).fetchall()
    )


def _total(ledger: Path) -> object:
    return duckdb.sql(
        f"select sum(billed_cost), sum(effective_cost), sum(reporting_cost) from read_parquet('{ledger}')"
    ).fetchall()


def test_the_same_registers_give_the_published_ledger_byte_for_byte(
    published_company: Company, settings: Settings, tmp_path: Path
) -> None:
    """Parquet is written in a fixed order: equal bytes are equal rows, and equal types."""
    before = _digests(published_company.warehouse)
    ledger = recompute_ledger(settings, published_company.seeds, tmp_path / "ledger.parquet")
    published = (
        published_company.published_file.parent / "current" / "fct_allocation_ledger.parquet"
    )
    assert ledger.read_bytes() == published.read_bytes()
    assert _digests(published_company.warehouse) == before


def test_other_rules_give_other_rows_of_the_same_sum(
    published_company: Company, settings: Settings, candidate: Path, tmp_path: Path
) -> None:
    _rewrite(
        candidate / "allocation_rules.csv",
        lambda text: text.replace(",owner,,,,,,,17,2025-01-01,", ",fixed,,,,0900,,,17,2025-01-01,"),
    )
    registers, warehouse = _digests(candidate), _digests(published_company.warehouse)
    ledger = recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")
    published = (
        published_company.published_file.parent / "current" / "fct_allocation_ledger.parquet"
    )
    assert _payers(ledger) == {("0900", "1")}
    assert _total(ledger) == _total(published)
    assert _digests(candidate) == registers
    assert _digests(published_company.warehouse) == warehouse


def test_only_the_months_asked_for_are_written(
    published_company: Company, settings: Settings, tmp_path: Path
) -> None:
    published = (
        published_company.published_file.parent / "current" / "fct_allocation_ledger.parquet"
    )
    months = [
        month
        for (month,) in duckdb.sql(
            f"select distinct accounting_month from read_parquet('{published}') order by all"
        ).fetchall()
    ]
    ledger = recompute_ledger(
        settings, published_company.seeds, tmp_path / "ledger.parquet", [months[0]]
    )
    rows = duckdb.sql(
        f"select * from read_parquet('{published}') where accounting_month = date '{months[0]}'"
    ).fetchall()
    assert len(months) > 1
    assert rows
    assert duckdb.sql(f"select * from read_parquet('{ledger}')").fetchall() == rows
    nothing = recompute_ledger(
        settings, published_company.seeds, tmp_path / "none.parquet", [date(1999, 1, 1)]
    )
    assert duckdb.sql(f"select count(*) from read_parquet('{nothing}')").fetchall() == [(0,)]


def test_archived_identities_stand_for_the_accepted_ones(
    published_company: Company, settings: Settings, candidate: Path, tmp_path: Path
) -> None:
    """A CSV of a landed register is not read: it may name people, and only landing hashes them."""
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        connection.execute(
            "copy (select * replace ('0900' as cost_centre_code, null as use_case_id) "
            f"from raw.registers__identities) to '{candidate / 'identities.parquet'}' (format parquet)"
        )
    (candidate / "identities.csv").write_text("nothing that is read\n", encoding="utf-8")
    ledger = recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")
    assert {code for code, _ in _payers(ledger)} == {"0900", None}


def test_an_archive_from_before_a_column_existed_can_be_used(
    published_company: Company, settings: Settings, candidate: Path, tmp_path: Path
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 1 as _row, 'EX-1' as exception_id, 'openai' as platform, 'api_key' as identity_type, "
            "'key_pGK8sqyV2iZS9ENN' as identity_id, '0900' as cost_centre_code, null as use_case_id, "
            "'agreed' as reason, '17' as requested_by, '17' as approved_by, '2025-01-01' as valid_from, "
            f"'2027-01-01' as valid_to) to '{candidate / 'exceptions.parquet'}' (format parquet)"
        )
    ledger = recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")
    assert "0900" in {code for code, _ in _payers(ledger)}


def test_a_fault_is_named_by_file_and_row_and_leaves_no_file(
    published_company: Company, settings: Settings, candidate: Path, tmp_path: Path
) -> None:
    _rewrite(candidate / "allocation_rules.csv", lambda text: text.replace(",owner,", ",by guess,"))
    before = _digests(published_company.warehouse)
    with pytest.raises(FaultyRegistersError, match=r"allocation_rules.csv, row 2, column method"):
        recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")
    assert _digests(published_company.warehouse) == before
    assert list(tmp_path.iterdir()) == [candidate]


def test_a_missing_register_is_named(settings: Settings, candidate: Path, tmp_path: Path) -> None:
    (candidate / "policy.csv").unlink()
    with pytest.raises(FaultyRegistersError, match=r"policy.csv: the file is missing"):
        recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")


def test_a_failing_allocation_says_so_and_leaves_no_file(
    published_company: Company,
    settings: Settings,
    candidate: Path,
    tmp_path: Path,
) -> None:
    """Two columns that differ only by case make one table for a CSV reader, none for the warehouse."""
    _rewrite(
        candidate / "cost_centres.csv",
        lambda text: "\n".join(
            f"{line},{'Tier' if number == 0 else ''}"
            for number, line in enumerate(text.splitlines())
        ),
    )
    before = _digests(published_company.warehouse)
    with pytest.raises(RefusalError, match=r'by it. cost_centres: .*"Tier" already exists'):
        recompute_ledger(settings, candidate, tmp_path / "ledger.parquet")
    assert _digests(published_company.warehouse) == before
    assert list(tmp_path.iterdir()) == [candidate]
