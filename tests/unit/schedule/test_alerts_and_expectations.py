"""Alerts and expectations under Dagster: who is told though registers are faulty, and what a suite found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.expectations import Acceptance, Finding, Outcome, SourceResults, Verdict
from tests.end_to_end.closing_company import closing_company
from tests.end_to_end.company import Company

dg = pytest.importorskip("dagster")
pytest.importorskip("dagster_dbt")

KEY = ["openai", "costs"]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Three cost centres, nothing landed."""
    company = closing_company(tmp_path)
    for name, value in company.environment.items():
        if name.startswith("CHARGEBACK_"):
            monkeypatch.setenv(name, value)
    return company


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_alerts_go_out_in_spite_of_faulty_registers_and_say_who_is_not_told(
    company: Company,
) -> None:
    from orchestration.schedule.telling import events

    with (company.seeds / "cost_centres.csv").open("a", encoding="utf-8") as register:
        register.write("nonsense\n")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([events], instance=instance)
    assert result.success
    assert any("nobody" in message for message in _metadata(result)["messages"])


def test_a_message_that_did_not_go_out_fails_the_step(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register names an address at which nobody listens."""
    from orchestration.schedule import telling

    with (company.seeds / "cost_centres.csv").open("a", encoding="utf-8") as register:
        register.write("nonsense\n")
    (company.seeds / "audiences.csv").write_text(
        "audience_id,kind,department_code,access_group,notify_target\nops,operations,,,TOLD_BY\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("TOLD_BY", "json://127.0.0.1:9/")
    monkeypatch.setattr(telling, "_RETRIES", None)
    with pytest.raises(dg.Failure, match=r"Not delivered: .* to ops"):
        telling.events()


def _verdict(*outcomes: Outcome) -> Verdict:
    return Verdict("openai__costs", "openai", "d-1", 1, ("costs.json",), "b", outcomes)


def test_the_check_of_plausibility_says_what_a_suite_found() -> None:
    from orchestration.schedule.landing import plausible_check

    key = dg.AssetKey(KEY)
    met = Outcome("totals", "No month is far above.", "warning", is_met=True)
    unmet = Outcome(
        "totals",
        "No month is far above.",
        "warning",
        is_met=False,
        finding_count=1,
        findings=(Finding("far above", "costs.json"),),
    )
    accepted = Outcome(
        "totals",
        "No month is far above.",
        "warning",
        is_met=False,
        acceptance=Acceptance("totals", "P1", "2026-06-01", "It did double."),
    )

    def check(newest: Verdict | None, *waiting: Verdict) -> dg.AssetCheckResult:
        return plausible_check(key, SourceResults("openai__costs", "openai", newest, waiting))

    unjudged = plausible_check(key, None)
    assert unjudged.passed
    assert unjudged.metadata["judged"].value is False
    assert check(_verdict(met)).passed
    taken = check(_verdict(accepted))
    assert taken.passed
    assert "accepted by P1" in str(taken.metadata["unmet"].value)
    held = check(_verdict(met), _verdict(unmet))
    assert not held.passed
    assert held.severity == dg.AssetCheckSeverity.ERROR
    assert "No month is far above." in str(held.metadata["unmet"].value)
