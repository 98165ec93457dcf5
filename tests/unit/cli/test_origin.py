"""Invented and real data never mix, and each refusal names the variable to set."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import origin
from orchestration.errors import RefusalError
from orchestration.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A checkout with the sample company in it and nothing else."""
    for folder in ("sample/landing", "seeds"):
        _mark(tmp_path / folder, "hartwell")
    return Settings(
        project_root=tmp_path,
        landing=tmp_path / "landing",
        seeds=tmp_path / "seeds",
        warehouse=tmp_path / "warehouse",
        pseudonym_key="k",
    )


def _mark(folder: Path, company: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".sample").write_text(f"Invented: {company}\n", encoding="utf-8")


def _drop(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "costs.json").write_text("{}", encoding="utf-8")


def test_the_sample_runs_while_there_is_no_landing_folder(settings: Settings) -> None:
    in_use = origin.with_landing_in_use(settings, {})
    assert in_use.landing == settings.project_root / "sample" / "landing"
    origin.refuse_mixture(in_use)


def test_a_landing_folder_with_hidden_files_only_is_empty(settings: Settings) -> None:
    settings.landing.mkdir()
    (settings.landing / ".gitkeep").touch()
    assert origin.with_landing_in_use(settings, {}).landing != settings.landing


def test_a_landing_folder_that_is_named_is_used_though_empty(settings: Settings) -> None:
    environment = {"CHARGEBACK_LANDING": str(settings.landing)}
    assert origin.with_landing_in_use(settings, environment) == settings


def test_own_files_refuse_the_samples_registers(settings: Settings) -> None:
    _drop(settings.landing / "openai")
    in_use = origin.with_landing_in_use(settings, {})
    assert in_use.landing == settings.landing
    with pytest.raises(RefusalError, match="set CHARGEBACK_SEEDS"):
        origin.refuse_mixture(in_use)


def test_own_registers_refuse_the_samples_files(settings: Settings) -> None:
    (settings.seeds / ".sample").unlink()
    with pytest.raises(RefusalError, match="Set CHARGEBACK_LANDING"):
        origin.refuse_mixture(origin.with_landing_in_use(settings, {}))


def test_two_invented_companies_do_not_mix(settings: Settings) -> None:
    _mark(settings.landing, "small")
    with pytest.raises(RefusalError, match="CHARGEBACK_LANDING and CHARGEBACK_SEEDS"):
        origin.refuse_mixture(settings)


def test_a_warehouse_of_the_sample_refuses_own_files(settings: Settings) -> None:
    origin.record_origin(origin.with_landing_in_use(settings, {}))
    (settings.seeds / ".sample").unlink()
    _drop(settings.landing)
    with pytest.raises(RefusalError, match="Set CHARGEBACK_WAREHOUSE"):
        origin.refuse_mixture(settings)


def test_a_warehouse_of_own_files_refuses_the_sample(settings: Settings) -> None:
    _drop(settings.landing)
    origin.record_origin(settings)
    (settings.landing / "costs.json").unlink()
    with pytest.raises(RefusalError, match="Set CHARGEBACK_WAREHOUSE"):
        origin.refuse_mixture(origin.with_landing_in_use(settings, {}))


def test_own_files_land_in_their_own_warehouse_again(settings: Settings) -> None:
    (settings.seeds / ".sample").unlink()
    _drop(settings.landing)
    origin.record_origin(settings)
    origin.refuse_mixture(settings)
