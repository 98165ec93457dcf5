"""What several modules of whole companies share."""

from __future__ import annotations

import pytest

from orchestration.settings import PROJECT_ROOT, Settings
from tests.end_to_end.company import Company, small_company


@pytest.fixture(scope="session")
def published_company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The small company, built and published once: for tests that leave its ledger as it is."""
    company = small_company(tmp_path_factory.mktemp("published"))
    company.chargeback("run")
    return company


@pytest.fixture
def settings(published_company: Company, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Its settings, for functions that run dbt in this process."""
    company = published_company
    monkeypatch.setenv("DBT_TARGET_PATH", str(company.folder / "target"))
    return Settings(PROJECT_ROOT, company.landing, company.seeds, company.warehouse, "a key")
