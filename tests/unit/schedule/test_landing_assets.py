"""Landing under Dagster: what a day's run, a late file, a faulty one and the backfill of a month leave behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.closing_company import closing_company
from tests.end_to_end.company import Company

dg = pytest.importorskip("dagster")
pytest.importorskip("dagster_dbt")

USAGE = ["usage", "usage"]
HEADER = (
    "platform,period_start,period_end,identity_type,identity_id,metric,quantity,unit\n"
    "acme,2026-05-20T00:00:00Z,2026-05-21T00:00:00Z,api_key,key-hr,input_tokens,{quantity},tokens\n"
)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Three cost centres with usage on 3 May and 3 June, nothing landed."""
    company = closing_company(tmp_path)
    for name, value in company.environment.items():
        if name.startswith("CHARGEBACK_"):
            monkeypatch.setenv(name, value)
    return company


def _land(instance: dg.DagsterInstance, **run: object) -> dg.ExecuteInProcessResult:
    from orchestration.schedule.landing import land

    return dg.materialize([land], instance=instance, selection=[dg.AssetKey(USAGE)], **run)


def _days(result: dg.ExecuteInProcessResult) -> list[str | None]:
    key = dg.AssetKey(USAGE)
    return [
        event.partition
        for event in result.get_asset_materialization_events()
        if event.asset_key == key
    ]


def test_a_run_of_a_day_notes_it_and_every_day_that_new_files_tell_of(company: Company) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert _days(_land(instance, partition_key="2026-06-20")) == [
            "2026-05-03",
            "2026-06-03",
            "2026-06-20",
        ]
        late = company.landing / "usage" / "late.csv"
        late.write_text(HEADER.format(quantity="5"), encoding="utf-8")
        assert _days(_land(instance, partition_key="2026-06-21")) == ["2026-05-20", "2026-06-21"]
        assert _days(_land(instance, partition_key="2026-06-21")) == ["2026-06-21"], "landed again"
        late.write_text(HEADER.format(quantity="6"), encoding="utf-8")
        assert _days(_land(instance, partition_key="2026-08-21")) == ["2026-08-21"], "too long ago"


def test_a_file_in_quarantine_fails_the_check_of_its_table_alone(company: Company) -> None:
    faulty = company.landing / "usage" / "faulty.csv"
    faulty.write_text(HEADER.format(quantity="1_000"), encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = _land(instance, partition_key="2026-06-20")
    assert result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.asset_key for check in failed] == [dg.AssetKey(USAGE)]
    assert failed[0].severity == dg.AssetCheckSeverity.ERROR
    assert "usage/faulty.csv, row 1, column quantity" in str(failed[0].metadata["faults"].value)


def test_the_backfill_of_a_month_is_one_run(company: Company) -> None:
    tags = {
        "dagster/asset_partition_range_start": "2026-05-01",
        "dagster/asset_partition_range_end": "2026-05-31",
    }
    with dg.DagsterInstance.ephemeral() as instance:
        result = _land(instance, tags=tags)
        landed = instance.get_materialized_partitions(dg.AssetKey(USAGE))
    assert result.success
    assert {f"2026-05-{day:02}" for day in range(1, 32)} <= landed
