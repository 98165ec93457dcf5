"""When another build would give what the last one gave."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import steps
from orchestration.build_record import (
    build_state,
    flags_of_equal_build,
    remove_build_record,
    write_build_record,
)
from orchestration.settings import PROJECT_ROOT, Settings
from tests.end_to_end.closing_company import closing_company


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A company whose files have landed and, as far as the record says, are built with one flag."""
    company = closing_company(tmp_path)
    settings = Settings(PROJECT_ROOT, company.landing, company.seeds, company.warehouse, "a key")
    steps.land(settings, lambda line: None)
    assert flags_of_equal_build(settings) is None, "nothing is built yet"
    write_build_record(settings, [], {"test.chargeback.flagged": 3})
    return settings


def test_a_build_of_the_same_is_known_with_its_flags(settings: Settings) -> None:
    steps.land(settings, lambda line: None)
    assert flags_of_equal_build(settings) == {"test.chargeback.flagged": 3}
    remove_build_record(settings)
    assert flags_of_equal_build(settings) is None


def test_a_changed_register_and_a_file_in_quarantine_are_built_again(settings: Settings) -> None:
    budgets = settings.seeds / "budgets.csv"
    before = budgets.read_text(encoding="utf-8")
    budgets.write_text(before + ",,2026-05,1,GBP\n", encoding="utf-8")
    assert flags_of_equal_build(settings) is None
    budgets.write_text(before, encoding="utf-8")
    assert flags_of_equal_build(settings) == {"test.chargeback.flagged": 3}

    (settings.landing / "usage" / "faulty.csv").write_text("nothing of use\n", encoding="utf-8")
    steps.land(settings, lambda line: None)
    assert flags_of_equal_build(settings) is None


def test_a_register_that_is_edited_during_a_build_is_built_again(settings: Settings) -> None:
    """dbt has read it by then: the record of the new text would keep the old figures for good."""
    begun = build_state(settings)
    budgets = settings.seeds / "budgets.csv"
    budgets.write_text(budgets.read_text(encoding="utf-8") + ",,2026-05,1,GBP\n", encoding="utf-8")
    write_build_record(settings, [], {}, begun)
    assert flags_of_equal_build(settings) is None
