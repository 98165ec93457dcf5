"""The evidence pack, from marts of the contracts' own shape to the files that an auditor opens."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.errors import RefusalError
from orchestration.evidence import Scope, write_evidence
from orchestration.evidence.headings import HEADINGS, IN_PART, NONE
from orchestration.evidence.queries import FILES
from orchestration.publish import publish
from orchestration.settings import Settings

PROJECT = Path(__file__).resolve().parents[3]
MAY = "2026-05-01"

_CASE = {
    "use_case_id": "UC-1", "use_case_name": "Triage", "stage": "production", "department_code": "D1",
    "division": "North", "legal_entity_code": "LE-1", "cost_centre_code": "CC-1", "reporting_cost": "10.0000000001",
    "reporting_currency": "GBP", "is_complete": False, "gap_count": 1, "accounting_month": MAY,
    "period_status": "provisional",
}  # fmt: skip
_OTHER = _CASE | {
    "use_case_id": "UC-2", "use_case_name": "=cmd|' /C calc'!A0", "department_code": "D2", "division": "South",
    "legal_entity_code": None, "cost_centre_code": "CC-2", "reporting_cost": "-3",
}  # fmt: skip
_GAP = {
    "use_case_id": "UC-1", "use_case_name": "Triage", "gap_kind": "no usage owner", "department_code": "D1",
    "division": "North", "legal_entity_code": "LE-1", "exposed_cost": "10.0000000001", "reporting_currency": "GBP",
    "age_days": 30, "actor_role": "business owner", "actor_person_id": "P1", "remedy": "Name a usage owner",
    "is_excepted": False, "accounting_month": MAY,
}  # fmt: skip
_READY = {
    "readiness_status": "scored", "reporting_currency": "GBP", "use_case_count": 2, "complete_use_case_count": 1,
    "gap_count": 2, "use_case_cost": "7.0000000001", "unexplained_cost": "4", "readiness_score": "0.25",
    "accounting_month": MAY, "period_status": "provisional",
}  # fmt: skip
_SINCE = {"valid_from": "2024-01-01", "valid_to": "9999-12-31"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_publications": [],
    # A publication sums these two.
    "fct_allocation_ledger": [],
    "fct_prior_period_adjustments": [],
    "fct_use_case_governance": [_CASE, _OTHER, _CASE | {"accounting_month": "2026-04-01"}],
    "fct_governance_gaps": [
        _GAP,
        _GAP
        | {
            "use_case_id": "UC-2", "use_case_name": "[a](http://x) | <b>", "department_code": "D2",
            "division": "South", "legal_entity_code": None, "exposed_cost": "99", "is_excepted": True,
        },
        _GAP | {"accounting_month": "2026-04-01"},
    ],
    "fct_governance_readiness": [
        _READY | {"scope_kind": "company", "scope_code": "all"},
        _READY | {"scope_kind": "department", "scope_code": "D1"},
        _READY | {"scope_kind": "department", "scope_code": "D2", "readiness_score": None,
                  "readiness_status": "no cost"},
        _READY | {"scope_kind": "department", "scope_code": None},
        _READY | {"scope_kind": "division", "scope_code": "North"},
        _READY | {"scope_kind": "legal entity", "scope_code": "LE-1"},
    ],
    "fct_ownership_trail": [
        {"use_case_id": "UC-1", "holding": "business owner", "holder_id": "P1", **_SINCE},
        {"use_case_id": "UC-1", "holding": "business owner", "holder_id": "P2", "valid_from": "2026-06-01",
         "valid_to": "9999-12-31"},
        {"use_case_id": "UC-9", "holding": "business owner", "holder_id": "P1", **_SINCE},
    ],
    "fct_showback_monthly": [
        {"use_case_id": "UC-1", "platform": "openai", "model": "gpt", "reporting_cost": "4", "token_count": 2,
         "request_count": 1, "reporting_currency": "GBP", "accounting_month": MAY},
        {"use_case_id": "UC-1", "platform": "openai", "model": "gpt", "reporting_cost": "6", "token_count": 3,
         "request_count": 1, "reporting_currency": "GBP", "accounting_month": MAY},
    ],
    "fct_chargeback_readiness": [{"use_case_id": "UC-1", "accounting_month": MAY, "next_step": "move to chargeback"}],
    "fct_sandbox_status": [{"use_case_id": "UC-2", "accounting_month": MAY, "state": "over"}],
    "fct_ownership_gaps": [
        {"gap_kind": "unknown to every register", "identity_id": "k1", "reporting_cost": "5"},
        {"gap_kind": "registered but silent", "identity_id": "k2", "cost_centre_code": "CC-1", "reporting_cost": "0"},
        {"gap_kind": "registered but silent", "identity_id": "k3", "cost_centre_code": "CC-2", "reporting_cost": "0"},
        {"gap_kind": "business owner has left", "identity_id": "UC-1", "use_case_id": "UC-1", "reporting_cost": "1"},
    ],
    "dim_use_cases": [
        {"use_case_id": "UC-1", "purpose": "Old words", "valid_from": "2024-01-01", "valid_to": "2026-05-20"},
        {"use_case_id": "UC-1", "purpose": "Sort claims", "valid_from": "2026-05-20", "valid_to": "9999-12-31"},
        {"use_case_id": "UC-1", "purpose": "Words of June", "valid_from": "2026-06-01", "valid_to": "9999-12-31"},
    ],
    "dim_cost_centres": [
        {"cost_centre_code": "CC-1", "department_code": "D1", "legal_entity_code": "LE-1", **_SINCE},
        {"cost_centre_code": "CC-2", "department_code": "D2", **_SINCE},
    ],
    "dim_departments": [
        {"department_code": "D1", "division": "North", **_SINCE},
        {"department_code": "D2", "division": "South", **_SINCE},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, str]]:
    """Every mart's columns and types, as its contract states them."""
    found = {}
    for file in (PROJECT / "models" / "marts").rglob("*__models.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = {
                column["name"]: column["data_type"] for column in model.get("columns", [])
            }
    return found


@pytest.fixture
def settings(tmp_path: Path, contracts: dict[str, dict[str, str]]) -> Settings:
    settings = Settings(
        project_root=tmp_path,
        landing=tmp_path / "landing",
        seeds=tmp_path / "seeds",
        warehouse=tmp_path / "warehouse",
        pseudonym_key="k",
    )
    settings.warehouse.mkdir(parents=True)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("create schema marts")
        for mart, rows in ROWS.items():
            columns = ", ".join(f"{name} {kind}" for name, kind in contracts[mart].items())
            connection.execute(f"create table marts.{mart} ({columns})")
            for row in rows:
                places = ", ".join("?" for _ in row)
                connection.execute(
                    f"insert into marts.{mart} ({', '.join(row)}) values ({places})",
                    list(row.values()),
                )
    record = {"inputs": {}, "registers": {}, "flags": []}
    (settings.warehouse / "build.json").write_text(json.dumps(record), encoding="utf-8")
    publish(settings)
    return settings


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_pack_holds_every_file_and_the_month_alone(settings: Settings) -> None:
    pack = write_evidence(settings, "2026-05")
    assert pack.folder == settings.warehouse / "evidence" / "2026-05"
    assert sorted(path.name for path in pack.folder.iterdir()) == sorted([*FILES, "evidence.md"])
    systems = _rows(pack.folder / "ai_systems.csv")
    assert [(row["use_case_id"], row["purpose"]) for row in systems] == [
        ("UC-1", "Sort claims"),
        ("UC-2", ""),
    ]
    assert sum(Decimal(row["reporting_cost"]) for row in systems) == Decimal("7.0000000001")
    assert [row["use_case_id"] for row in _rows(pack.folder / "governance_gaps.csv")] == [
        "UC-2",
        "UC-1",
    ]
    assert [
        (row["holder_id"], row["valid_to"]) for row in _rows(pack.folder / "ownership_trail.csv")
    ] == [("P1", "")]
    (system,) = _rows(pack.folder / "third_party_systems.csv")
    assert (Decimal(system["reporting_cost"]), system["token_count"]) == (Decimal(10), "5")
    assert len(_rows(pack.folder / "ownership_gaps.csv")) == 4
    assert pack.row_counts["sandboxes.csv"] == pack.row_counts["chargeback_readiness.csv"] == 1


def test_no_text_is_run_by_a_spreadsheet_and_none_breaks_out_of_the_page(
    settings: Settings,
) -> None:
    pack = write_evidence(settings, "2026-05")
    names = {row["use_case_name"] for row in _rows(pack.folder / "ai_systems.csv")}
    assert names == {"Triage", "'=cmd|' /C calc'!A0"}
    page = pack.page.read_text(encoding="utf-8")
    assert "[a](http" not in page
    assert "<b>" not in page
    assert r"\[a\](http://x) \| \<b\>" in page


@pytest.mark.parametrize(
    ("scope", "silent"),
    [
        (Scope("department", "D1"), ["k2"]),
        (Scope("division", "North"), ["k2"]),
        (Scope("legal entity", "LE-1"), ["k2"]),
    ],
)
def test_a_scope_holds_its_own_use_cases_gaps_and_identities(
    settings: Settings, scope: Scope, silent: list[str]
) -> None:
    pack = write_evidence(settings, "2026-05", scope)
    assert {row["use_case_id"] for row in _rows(pack.folder / "ai_systems.csv")} == {"UC-1"}
    assert {row["use_case_id"] for row in _rows(pack.folder / "governance_gaps.csv")} == {"UC-1"}
    assert {row["identity_id"] for row in _rows(pack.folder / "ownership_gaps.csv")} == {
        "UC-1",
        *silent,
    }
    assert pack.row_counts["sandboxes.csv"] == 0
    page = pack.page.read_text(encoding="utf-8")
    assert page.startswith(f"# Evidence of AI governance: {scope.kind} {scope.code}, 2026-05")
    assert "UC-2" not in page


def test_the_page_names_each_heading_of_the_assessment_and_what_it_has_nothing_for(
    settings: Settings,
) -> None:
    page = write_evidence(settings, "2026-05").page.read_text(encoding="utf-8")
    assert [(heading.section, heading.name) for heading in HEADINGS] == [
        ("Internal processes", "AI system record"),
        ("Internal processes", "AI policy"),
        ("Internal processes", "Fairness"),
        ("Managing risks", "Impact assessment"),
        ("Managing risks", "Risk assessment"),
        ("Managing risks", "Data management"),
        ("Managing risks", "Bias mitigation"),
        ("Managing risks", "Data protection"),
        ("Communication", "Issue reporting"),
        ("Communication", "Third-party communication"),
    ]
    for heading in HEADINGS:
        assert f"| {heading.section} | {heading.name} | {heading.evidence} |" in page
        assert (heading.evidence == NONE) == (not heading.files) == (not heading.says)
        assert heading.evidence not in (IN_PART, NONE) or heading.missing
        assert set(heading.files) <= set(FILES)
    assert {file for heading in HEADINGS for file in heading.files} == set(FILES)
    assert "No evidence at all: Fairness, Bias mitigation, Issue reporting, Third-party" in page
    assert "25.0 % of that cost has no gap" in page
    assert "provisional" in page


def test_what_is_excepted_stands_last_and_says_so(settings: Settings) -> None:
    page = write_evidence(settings, "2026-05").page.read_text(encoding="utf-8")
    assert page.index("UC-1 Triage") < page.index("(excepted)")
    assert page.count("(excepted)") == 1


def test_a_scope_without_a_score_or_a_gap_says_so(settings: Settings) -> None:
    pack = write_evidence(settings, "2026-05", Scope("department", "D2"))
    assert "no score: no cost" in pack.page.read_text(encoding="utf-8")
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("delete from marts.fct_governance_gaps")
    publish(settings)
    assert "There is none." in write_evidence(settings, "2026-05").page.read_text(encoding="utf-8")


def test_a_second_pack_replaces_the_first_in_a_folder_of_its_own(
    settings: Settings, tmp_path: Path
) -> None:
    first = write_evidence(settings, "2026-05", output=tmp_path / "pack")
    page = first.page.read_bytes()
    again = write_evidence(settings, "2026-05", output=tmp_path / "pack")
    assert again.page.read_bytes() == page
    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == sorted(
        [*FILES, "evidence.md"]
    )


def test_what_is_not_there_is_refused_with_what_is(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="2026-04, 2026-05"):
        write_evidence(settings, "2026-06")
    with pytest.raises(RefusalError, match="YYYY-MM"):
        write_evidence(settings, "2026-5")
    with pytest.raises(RefusalError, match=r"No department is called 'D9' in 2026-05.*D1, D2"):
        write_evidence(settings, "2026-05", Scope("department", "D9"))
    with pytest.raises(RefusalError, match="The registers name none"):
        write_evidence(settings, "2026-04", Scope("legal entity", "LE-1"))
    (tmp_path / "file").touch()
    with pytest.raises(RefusalError, match="is a file"):
        write_evidence(settings, "2026-05", output=tmp_path / "file")
    assert not (settings.warehouse / "evidence").exists()


def test_two_scopes_at_once_are_refused_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("orchestration.cli._settings", lambda console: settings)
    monkeypatch.setattr("orchestration.cli._check", lambda *_, **__: None)
    runner = CliRunner()
    outcome = runner.invoke(
        app, ["evidence", "--period", "2026-05", "--department", "D1", "--division", "North"]
    )
    assert isinstance(outcome.exception, RefusalError)
    outcome = runner.invoke(app, ["evidence", "--period", "2026-05", "--department", "D1"])
    assert outcome.exit_code == 0
    assert "2026-05-D1/evidence.md" in outcome.output.replace("\n", "")
