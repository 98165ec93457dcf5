"""The committed sample company, from its files to the published figures."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from orchestration.export.focus import focus_query
from orchestration.settings import Settings
from tests.end_to_end.company import PROJECT, Company
from tests.end_to_end.suites_by_hand import findings
from tests.support.alert_transcripts import (
    PAGE,
    kinds_without_a_case,
    page_with,
    transcripts,
)
from tests.support.focus_rules import (
    FALSE_POSITIVES,
    failures_of_focus_1_2,
    lint_of_focus_1_4,
)
from tests.support.metrics import METRICS


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


def test_every_accepted_delivery_is_plausible(company: Company) -> None:
    """Vendors' true files, with their credits, refunds, retractions and a month of shock, break no expectation."""
    assert findings(company.warehouse / "raw") == []


def test_each_kind_of_entry_is_explained_down_to_its_row(company: Company) -> None:
    """One entry of each tier and method, direct or pooled, allocated or not."""
    with company.published() as connection:
        entries = connection.execute(
            "select min(allocation_id) from marts.fct_allocation_ledger "
            "group by tier, method, pool_id is null, unallocated_reason is null"
        ).fetchall()
    for (allocation_id,) in entries:
        explanation = company.chargeback_json("explain", allocation_id)
        assert explanation["whole"]["adds_up"], allocation_id
        assert explanation["whole"]["largest_charges"][0]["file_name"], allocation_id
        assert explanation["rule_sentence"] or explanation["entry"]["rule_id"] is None, (
            allocation_id
        )


def test_what_is_unmetered_or_unused_is_claimed_by_its_own_rules(company: Company) -> None:
    with company.published() as connection:
        claimed = connection.execute(
            "select focus.x_cost_basis, focus.commitment_discount_status, pools.rule_id, count(*) > 0 "
            "from marts.fct_focus_cost_and_usage as focus "
            "inner join marts.fct_charge_lineage as lineage on focus.x_charge_id = lineage.charge_id "
            "inner join (select charge_group_id, rule_id from marts.fct_allocation_ledger "
            "union all select charge_group_id, rule_id from marts.fct_passed_on_allocations "
            "union all select charge_group_id, rule_id from marts.fct_pool_members "
            "inner join marts.fct_allocation_proof using (pool_id)) as pools using (charge_group_id) "
            "where focus.x_cost_basis = 'unmetered' or focus.commitment_discount_status = 'Unused' "
            "group by all order by all"
        ).fetchall()
    assert claimed == [
        ("billed", "Unused", "R-044", True),
        ("billed", "Unused", "R-111", True),
        ("unmetered", None, "R-070", True),
        ("unmetered", None, "R-221", True),
    ]


def test_a_cost_centre_and_month_is_explained(company: Company) -> None:
    with company.published() as connection:
        code, month = connection.execute(
            "select cost_centre_code, strftime(accounting_month, '%Y-%m') from marts.fct_allocation_ledger "
            "where cost_centre_code is not null order by reporting_cost desc, allocation_id limit 1"
        ).fetchone() or ("", "")
    printed = company.chargeback("explain", "--cost-centre", code, "--month", month)
    assert f"{code} in {month}" in printed
    assert "Sum" in printed


def test_the_page_on_governance_says_what_the_marts_say(company: Company) -> None:
    """The worked figures of docs/governance.md."""
    with company.published() as connection:
        scores = connection.execute(
            "select scope_kind, coalesce(scope_code, ''), readiness_score from marts.fct_governance_readiness "
            "where accounting_month = date '2026-10-01' and readiness_score is not null "
            "and scope_kind in ('company', 'department') order by readiness_score desc, scope_code"
        ).fetchall()
        expected, reached = connection.execute(
            "select max(cap_expected_date) filter (accounting_month = date '2026-06-01'), max(cap_reached_date) "
            "from marts.fct_sandbox_status where use_case_id = 'UC-009'"
        ).fetchone() or (None, None)
        gap_kinds = connection.execute(
            "select count(distinct gap_kind), list(distinct state) "
            "from marts.fct_governance_gaps cross join (select distinct state from marts.fct_sandbox_status)"
        ).fetchone() or (0, [])
    page = " ".join((PROJECT / "docs" / "governance.md").read_text(encoding="utf-8").split())
    percent = {code: f"{(score * 100).quantize(Decimal('0.1'))} %" for _, code, score in scores}
    departments = [f"{code} {percent[code]}" for kind, code, _ in scores if kind == "department"]
    assert f"scored {percent['all']}, by department {', '.join(departments)}." in page
    assert f"to be reached on {expected}; it was on {reached}." in page
    assert gap_kinds[0] >= 20
    assert set(gap_kinds[1]) == {"ok", "near cap", "over", "expiring", "expired"}


def test_the_page_on_alerts_shows_what_goes_out(company: Company) -> None:
    """Every kind has a case in the sample; `python -m tests.support.alert_transcripts` writes the page again."""
    text = transcripts(
        Settings(PROJECT, company.landing, company.seeds, company.warehouse, "a key")
    )
    assert kinds_without_a_case(text) == []
    assert PAGE.read_text(encoding="utf-8") == page_with(text)


def test_the_evidence_of_a_month_costs_what_the_ledger_says(
    company: Company, tmp_path: Path
) -> None:
    company.chargeback("evidence", "--period", "2026-10", "--output", str(tmp_path / "pack"))
    with (tmp_path / "pack" / "ai_systems.csv").open(encoding="utf-8", newline="") as file:
        found = sum(Decimal(row["reporting_cost"]) for row in csv.DictReader(file))
    with company.published() as connection:
        assert connection.execute(
            "select sum(reporting_cost) from marts.fct_allocation_ledger "
            "where accounting_month = date '2026-10-01' and use_case_id is not null"
        ).fetchone() == (found,)
    printed = company.chargeback("evidence", "--period", "2024-01", expected_exit=2)
    assert "2025-08" in printed


def test_every_mart_and_column_is_described(company: Company) -> None:
    with company.published() as connection:
        without = connection.execute(
            "select table_name || '.' || column_name from duckdb_columns() "
            "where schema_name = 'marts' and comment is null"
        ).fetchall()
    assert without == []


@pytest.mark.parametrize("mart", ["fct_focus_cost_and_usage", "fct_focus_allocated"])
@pytest.mark.parametrize("month", ["2025-08", "2026-05", "2026-10"])
def test_no_rule_of_focus_1_4_is_broken(
    mart: str, month: str, company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "focus.csv"
    with company.published() as connection:
        query = focus_query(connection, mart, month)
        connection.execute(f"copy ({query}) to '{file}' (header, delimiter ',')")
    assert lint_of_focus_1_4(file) == {}


def test_the_foundations_validator_finds_nothing_but_its_own_faults(
    company: Company, tmp_path: Path
) -> None:
    command = os.environ.get("CHARGEBACK_FOCUS_VALIDATOR")
    if not command:
        pytest.skip(
            "NOT CHECKED with the FinOps Foundation's validator. It needs Python 3.12 and an environment of its own: "
            "python3.12 -m venv FOLDER; FOLDER/bin/pip install 'focus-validator==2.2.1' 'pyarrow<22'; "
            "export CHARGEBACK_FOCUS_VALIDATOR=FOLDER/bin/focus-validator"
        )
    file = tmp_path / "focus.parquet"
    with company.published() as connection:
        query = focus_query(connection, "fct_focus_1_2")
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")
    assert failures_of_focus_1_2(command, file, tmp_path / "report.xml") == set(FALSE_POSITIVES)


def test_an_exported_month_keeps_what_no_validator_looks_at(
    company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "focus.csv"
    company.chargeback("export", "focus", "--period", "2026-05", "--output", str(file))
    with file.open(encoding="utf-8", newline="") as rows:
        lines = list(csv.DictReader(rows))
    headings = list(lines[0])
    own = [heading for heading in headings if heading.startswith("x_")]
    assert headings == headings[: -len(own)] + own
    assert all(re.fullmatch(r"(x_)?[A-Z][A-Za-z0-9]*", heading) for heading in headings)
    subcategories: dict[str, set[tuple[str, str]]] = {}
    for line in lines:
        for period in ("BillingPeriod", "ChargePeriod"):
            start, end = line[f"{period}Start"], line[f"{period}End"]
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", start), line
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", end), line
            assert start < end
        subcategories.setdefault(line["ServiceName"], set()).add(
            (line["ServiceCategory"], line["ServiceSubcategory"])
        )
    assert all(len({category for category, _ in pairs}) == 1 for pairs in subcategories.values())
    with company.published() as connection:
        parquet = file.with_suffix(".parquet")
        texts = [
            name
            for name, data_type, *_ in connection.execute(
                f"describe from read_parquet('{parquet}')"
            ).fetchall()
            if data_type == "VARCHAR"
        ]
        empty = " or ".join(f"trim({name}) in ('', 'N/A', 'null')" for name in texts)
        assert connection.execute(
            f"select count(*) from read_parquet('{parquet}') where {empty}"
        ).fetchone() == (0,)
        assert (
            connection.execute(
                "select BillingCurrency, sum(BilledCost), sum(EffectiveCost), sum(x_ReportingCost) "
                f"from read_parquet('{parquet}') group by all order by all"
            ).fetchall()
            == connection.execute(
                "select billing_currency, sum(billed_cost), sum(effective_cost), sum(reporting_cost) "
                "from marts.fct_allocation_ledger where accounting_month = date '2026-05-01' group by all order by all"
            ).fetchall()
        )


def test_statements_state_what_the_ledger_charges_each_department(
    company: Company, tmp_path: Path
) -> None:
    """Departments come from the register here, and from showback there."""
    company.chargeback("statement", "--period", "2026-05", "--output", str(tmp_path))
    with company.published() as connection:
        expected = connection.execute(
            "select department_code, round(sum(reporting_cost), 2) from marts.fct_allocation_ledger as ledger "
            f"left join read_csv('{PROJECT / 'seeds' / 'cost_centres.csv'}', all_varchar = true) as register "
            "on ledger.cost_centre_code = register.cost_centre_code and register.valid_from < '2026-06-01' "
            "and coalesce(register.valid_to, '9999') > '2026-05-01' "
            "where accounting_month = date '2026-05-01' and ledger.cost_centre_code is not null "
            "group by all order by all"
        ).fetchall()
    stated = []
    for page in sorted(tmp_path.iterdir()):
        (total,) = re.findall(
            r"<dt>Total</dt><dd>£([\d,.]+)</dd>", page.read_text(encoding="utf-8")
        )
        assert "Write to finance-systems" in page.read_text(encoding="utf-8")
        stated.append((page.name.removesuffix("-2026-05.html"), Decimal(total.replace(",", ""))))
    assert len(stated) == 8
    assert stated == expected


def test_every_metric_is_what_its_mart_sums_to(company: Company, tmp_path: Path) -> None:
    """`mf query` on the work file, and the SQL that it makes on the published one, against plain SQL."""
    # MetricFlow looks for dbt's manifest in `target` below the project and nowhere else.
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(PROJECT / "dbt_project.yml", project)
    (project / "target").symlink_to(company.folder / "target")
    subprocess.run(
        [sys.executable, "-m", "tests.support.metric_queries", str(tmp_path), *METRICS],
        cwd=PROJECT,
        env=company.environment
        | {"DBT_PROFILES_DIR": str(PROJECT / "profiles"), "DBT_PROJECT_DIR": str(project)},
        check=True,
    )
    declared = [
        metric["name"]
        for path in (PROJECT / "models" / "semantic").glob("*__semantics.yml")
        for metric in yaml.safe_load(path.read_text(encoding="utf-8"))["metrics"]
    ]
    assert sorted(declared) == sorted(METRICS)
    for name, metric in METRICS.items():
        for by_month in (True, False):
            with company.published() as connection:
                expected = connection.execute(metric.query(by_month, metric.value)).fetchall()
                divisors: list[tuple[object, ...]] = [()] * len(expected)
                if metric.divisor:
                    divisors = connection.execute(metric.query(by_month, metric.divisor)).fetchall()
                on_published = expected
                if by_month:
                    sql = (tmp_path / f"{name}.sql").read_text(encoding="utf-8")
                    on_published = connection.execute(sql).fetchall()
            file = tmp_path / (f"{name}.csv" if by_month else f"{name}.total.csv")
            with file.open(encoding="utf-8", newline="") as lines:
                answered = list(csv.reader(lines))[1:]
            assert len(answered) == len(on_published) == len(expected) > 0, name
            for answer, published, wanted, divisor in zip(
                answered, on_published, expected, divisors, strict=True
            ):
                assert answer[:-1] == [f"{month:%Y-%m-%d} 00:00:00" for month in wanted[:-1]]
                if metric.divisor is None:
                    assert Decimal(answer[-1]) == published[-1] == wanted[-1], (name, answer)
                else:
                    # MetricFlow divides in floating point.
                    ratio = Decimal(wanted[-1]) / Decimal(divisor[-1])
                    assert abs(Decimal(answer[-1]) - ratio) < Decimal("1e-12"), (name, answer)


# A query in a comment, or one that readers see, and the table that answers it.
ANSWER = re.compile(
    r"(?:<!-- answer: (?P<hidden>[^\n]*?) -->|```sql\n(?P<shown>[^`]*)```\n\n<!-- answer -->)\n"
    r"(?P<table>(?:\|[^\n]*\n)+)"
)


@pytest.mark.parametrize(
    "page",
    [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))],
    ids=lambda page: page.stem,
)
def test_figures_in_the_docs_are_those_of_the_sample(company: Company, page: Path) -> None:
    """A table of figures stands below a comment with the query that it answers."""
    for answer in ANSWER.finditer(page.read_text(encoding="utf-8")):
        written = [
            tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in answer["table"].splitlines()[2:]
        ]
        with company.published() as connection:
            rows = connection.execute(answer["hidden"] or answer["shown"]).fetchall()
        assert written == [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
