"""A candidate policy beside today's: what is shown, what is kept for BI, and what must not move."""

from __future__ import annotations

import csv
import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.comparison.comparing import compare_policy
from orchestration.errors import RefusalError
from orchestration.recompute import FaultyRegistersError
from orchestration.settings import Settings
from tests.end_to_end.company import Company


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    folder = tmp_path / "candidate"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def period(published_company: Company) -> str:
    """A month in which two cost centres pay and something is unallocated."""
    with published_company.published() as connection:
        rows = connection.execute(
            "select strftime(accounting_month, '%Y-%m') from marts.fct_allocation_ledger "
            "group by all having count(distinct cost_centre_code) = 2 and count(unallocated_reason) > 0 order by all"
        ).fetchall()
    return str(rows[0][0])


def _rules(company: Company, candidate: Path, **cells: str) -> None:
    """The company's one rule, with other cells."""
    with (company.seeds / "allocation_rules.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (candidate / "allocation_rules.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([row | cells for row in rows])


def _copy(company: Company, candidate: Path, name: str, old: str, new: str) -> None:
    text = (company.seeds / name).read_text(encoding="utf-8")
    assert old in text
    (candidate / name).write_text(text.replace(old, new), encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".writer.lock"
    }


def _paid(company: Company, period: str) -> dict[str | None, Decimal]:
    with company.published() as connection:
        return dict(
            connection.execute(
                "select cost_centre_code, sum(reporting_cost) from marts.fct_allocation_ledger "
                "where strftime(accounting_month, '%Y-%m') = ? group by all",
                [period],
            ).fetchall()
        )


def test_who_gains_and_who_loses_sums_to_nothing(
    published_company: Company, settings: Settings, candidate: Path, period: str
) -> None:
    _rules(
        published_company,
        candidate,
        rule_id="all-central",
        method="fixed",
        target_cost_centre="0900",
    )
    before = _digests(published_company.warehouse)
    comparison = compare_policy(settings, candidate, period)

    paid = _paid(published_company, period)
    changes = {change.cost_centre_code: change for change in comparison.changes}
    assert {code: change.current_reporting_cost for code, change in changes.items()} == paid | {
        "0900": Decimal(0)
    }
    assert changes["0900"].candidate_reporting_cost == sum(paid.values())
    assert changes[None].unallocated_reason == "unknown_identity"
    assert changes[None].candidate_reporting_cost == 0
    assert sum(change.reporting_cost_change for change in comparison.changes) == 0
    for change in comparison.changes:
        assert (
            sum(movement.reporting_cost_change for movement in change.movements)
            == change.reporting_cost_change
        )
    assert any(
        "1 owner → all-central fixed" in movement.rules for movement in changes["0042"].movements
    )
    assert sum(found.reporting_cost for found in comparison.reclaimed) == sum(paid.values())

    kept = published_company.warehouse / "comparisons" / comparison.comparison_id
    after = _digests(published_company.warehouse)
    assert {name for name in after if before.get(name) != after[name]} == {
        str((kept / name).relative_to(published_company.warehouse))
        for name in ("comparison.json", "comparison.parquet")
    }
    # The same question has the same answer, under the same name.
    assert compare_policy(settings, candidate, period) == comparison
    assert _digests(published_company.warehouse) == after


def test_the_mart_shows_it_after_the_next_build(
    published_company: Company, candidate: Path, period: str
) -> None:
    _copy(published_company, candidate, "use_case_stages.csv", "production", "pilot")
    found = published_company.chargeback_json(
        "compare-policy", "--rules", str(candidate), "--period", period
    )
    published_company.chargeback("build")
    published_company.chargeback("publish")
    with published_company.published() as connection:
        rows = connection.execute(
            "select cost_centre_code, reporting_cost_change, moved_by from marts.fct_policy_comparison "
            "where comparison_id = ? order by policy_comparison_id",
            [found["comparison_id"]],
        ).fetchall()
    assert {code: f"{change:f}" for code, change, _ in rows} == {
        change["cost_centre_code"]: change["reporting_cost_change"] for change in found["changes"]
    }
    shutil.rmtree(published_company.warehouse / "comparisons" / found["comparison_id"])
    published_company.chargeback("build")
    with duckdb.connect(
        published_company.warehouse / "chargeback.duckdb", read_only=True
    ) as connection:
        assert (
            connection.execute(
                "select * from marts.fct_policy_comparison where comparison_id = ?",
                [found["comparison_id"]],
            ).fetchall()
            == []
        )


def test_today_beside_itself_changes_nothing(
    published_company: Company, candidate: Path, period: str
) -> None:
    _rules(published_company, candidate)
    printed = published_company.chargeback(
        "compare-policy", "--rules", str(candidate), "--period", period
    )
    assert "the candidate changes nothing" in printed
    assert "Next: check that the candidate (allocation_rules.csv)" in printed


def test_a_fault_of_the_candidate_is_named_by_file_and_row(
    published_company: Company, settings: Settings, candidate: Path, period: str
) -> None:
    _rules(published_company, candidate, method="split", split_id="S-NONE")
    with pytest.raises(
        FaultyRegistersError, match=r"candidate cannot.*allocation_rules.csv, row 2"
    ):
        compare_policy(settings, candidate, period)
    assert not (published_company.warehouse / ".comparing").exists()


def test_a_candidate_decides_who_pays_and_not_what_was_spent(
    published_company: Company, settings: Settings, candidate: Path, period: str
) -> None:
    _copy(
        published_company,
        candidate,
        "policy.csv",
        "reporting_currency,EUR",
        "reporting_currency,USD",
    )
    with pytest.raises(RefusalError, match=r"policy.csv states another reporting_currency"):
        compare_policy(settings, candidate, period)


def test_a_month_without_charges_is_refused(
    published_company: Company, settings: Settings, candidate: Path
) -> None:
    _rules(published_company, candidate)
    with pytest.raises(RefusalError, match="1999-01 has no charges"):
        compare_policy(settings, candidate, "1999-01")
