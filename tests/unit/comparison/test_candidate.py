"""What a candidate's folder may hold, said before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.comparison.candidate import candidate_files
from orchestration.comparison.comparing import compare_policy
from orchestration.errors import RefusalError
from orchestration.settings import Settings


def _folder(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).write_text("", encoding="utf-8")
    return path


def test_any_register_of_policy_is_taken_and_notes_are_left(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "policy.csv", "allocation_rules.csv", "README.md", ".hidden")
    assert [path.name for path in candidate_files(folder)] == ["allocation_rules.csv", "policy.csv"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("allocation_rule.csv", "Rename it to allocation_rules.csv"),
        ("allocation_rules.xlsx", "Rename it to allocation_rules.csv"),
        ("something.csv", "Take it out of the folder"),
        ("people.csv", "only `chargeback land` reads this register"),
        ("fx_rates.csv", "it decides nothing about who pays"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(RefusalError, match=name) as refused:
        candidate_files(_folder(tmp_path, "policy.csv", name))
    assert said in str(refused.value)


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="holds no register"):
        candidate_files(tmp_path)
    with pytest.raises(RefusalError, match="There is no folder"):
        candidate_files(tmp_path / "nowhere")


@pytest.mark.parametrize("period", ["2026", "2026-13", "May 2026", "2026-05-01"])
def test_a_period_is_a_month(tmp_path: Path, period: str) -> None:
    settings = Settings(tmp_path, tmp_path, tmp_path, tmp_path, "a key")
    with pytest.raises(RefusalError, match="is no month: write it as YYYY-MM, such as 2026-05"):
        compare_policy(settings, tmp_path, period)
