"""Settings come from the environment, as absolute paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT, Settings


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANDING", "SEEDS", "WAREHOUSE", "PSEUDONYM_KEY"):
        monkeypatch.delenv(f"CHARGEBACK_{name}", raising=False)
    settings = Settings.from_environment()
    assert settings.landing == PROJECT_ROOT / "landing"
    assert settings.work_file == PROJECT_ROOT / "warehouse" / "chargeback.duckdb"
    assert settings.pseudonym_key


def test_another_company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHARGEBACK_LANDING", str(tmp_path / "files"))
    monkeypatch.setenv("CHARGEBACK_WAREHOUSE", "elsewhere")
    monkeypatch.setenv("CHARGEBACK_PSEUDONYM_KEY", "secret")
    settings = Settings.from_environment()
    assert settings.landing == tmp_path / "files"
    assert settings.published_file == PROJECT_ROOT / "elsewhere" / "published" / "chargeback.duckdb"
    assert settings.pseudonym_key == "secret"
