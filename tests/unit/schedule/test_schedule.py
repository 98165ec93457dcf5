"""What Dagster is told of the project: every source, model and test, what writes one at a time, and when it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.landing.contracts import load_contracts
from orchestration.settings import PROJECT_ROOT
from tests.end_to_end.closing_company import closing_company
from tests.end_to_end.company import Company

dg = pytest.importorskip("dagster")
pytest.importorskip("dagster_dbt")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Three cost centres, nothing landed."""
    return closing_company(tmp_path_factory.mktemp("scheduled"))


@pytest.fixture(autouse=True)
def _environment(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in company.environment.items():
        if name.startswith("CHARGEBACK_"):
            monkeypatch.setenv(name, value)


@pytest.fixture
def repository() -> dg.RepositoryDefinition:
    """The code location. dbt is parsed once for the module, in the project's own target folder."""
    from orchestration.schedule.definitions import defs

    return defs.get_repository_def()


def test_every_source_table_is_an_asset_and_says_whether_it_has_quarantined_deliveries(
    repository: dg.RepositoryDefinition,
) -> None:
    graph = repository.asset_graph
    for table in load_contracts():
        node = graph.get(dg.AssetKey([table.platform, table.name]))
        assert node.is_executable
        assert (node.partitions_def is not None) == (table.replaces.scope == "day")
        assert {key.name for key in node.check_keys} >= {
            "nothing_in_quarantine",
            "meets_its_expectations",
        }


def test_every_dbt_test_is_the_check_of_an_asset(repository: dg.RepositoryDefinition) -> None:
    from orchestration.schedule.warehouse import MANIFEST

    tests = [node for node in MANIFEST["nodes"].values() if node["resource_type"] == "test"]
    checks = {key.name for key in repository.asset_graph.asset_check_keys}
    assert {test["name"] for test in tests} <= checks
    assert len(tests) > 300


def test_a_test_of_several_models_belongs_to_the_last_of_them() -> None:
    from orchestration.schedule.manifest import attach_tests

    def node(kind: str, *upstream: str) -> dict[str, object]:
        return {"resource_type": kind, "depends_on": {"nodes": [*upstream]}, "config": {}}

    manifest = {
        "nodes": {
            "model.first": node("model", "source.bill") | {"name": "first"},
            "model.last": node("model", "model.first") | {"name": "last"},
            "test.both": node("test", "model.last", "model.first", "source.bill"),
            "test.one": node("test", "model.first"),
        }
    }
    attach_tests(manifest)
    assert manifest["nodes"]["test.both"]["config"] == {
        "meta": {"dagster": {"ref": {"name": "last"}}}
    }
    assert manifest["nodes"]["test.one"]["config"] == {}


def test_all_that_writes_waits_in_one_pool(repository: dg.RepositoryDefinition) -> None:
    pools = {
        definition.op.name: definition.op.pool
        for definition in repository.assets_defs_by_key.values()
        if definition.is_executable
        and not definition.keys.isdisjoint(repository.assets_defs_by_key)
    }
    writing = {"land", "build", "published__marts", "close_month", "closes__readiness"}
    writing |= {"alerts__events", "alerts__digest", "alerts__statements"}
    assert {name for name, pool in pools.items() if pool == "duckdb_writer"} == writing


@pytest.mark.parametrize(
    ("name", "at", "partition"),
    [
        ("daily", "2026-07-10T05:00", "2026-07-09"),
        ("provisional_close", "2026-07-02T06:00", "2026-06-01"),
        ("close_reminder", "2026-07-03T08:00", "2026-06-01"),
    ],
)
def test_a_schedule_asks_for_the_day_or_month_before(
    repository: dg.RepositoryDefinition, name: str, at: str, partition: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    schedule = repository.get_schedule_def(name)
    with dg.build_schedule_context(
        scheduled_execution_time=moment,
        repository_def=repository,
        instance=dg.DagsterInstance.ephemeral(),
    ) as context:
        asked = schedule.evaluate_tick(context).run_requests
    assert [request.partition_key for request in asked] == [partition]


def test_the_reminder_is_quiet_once_the_month_is_closed(
    repository: dg.RepositoryDefinition, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.schedule import schedules

    class Posted:
        close_id = "c-1"

    monkeypatch.setattr(schedules, "close_of", lambda folder, period: Posted())
    moment = datetime(2026, 7, 3, 8, tzinfo=UTC)
    with dg.build_schedule_context(
        scheduled_execution_time=moment, repository_def=repository
    ) as context:
        data = repository.get_schedule_def("close_reminder").evaluate_tick(context)
    assert not data.run_requests
    assert data.skip_message == "2026-06 is closed as c-1."


def test_the_sensor_waits_until_files_keep_still_and_asks_once(
    repository: dg.RepositoryDefinition, company: Company
) -> None:
    sensor = repository.get_sensor_def("new_files")

    def look(cursor: str | None) -> tuple[int, str | None]:
        with dg.build_sensor_context(cursor=cursor, repository_def=repository) as context:
            data = sensor.evaluate_tick(context)
        return len(data.run_requests or []), data.cursor

    asked, cursor = look(None)
    assert asked == 0
    asked, cursor = look(cursor)
    assert asked == 1
    asked, cursor = look(cursor)
    assert asked == 0
    (company.landing / "usage" / "more.csv").write_text("half a fi", encoding="utf-8")
    asked, cursor = look(cursor)
    assert asked == 0
    (company.landing / "usage" / "more.csv").write_text("half a file no more", encoding="utf-8")
    asked, cursor = look(cursor)
    assert asked == 0, "it changed between two looks"
    asked, cursor = look(cursor)
    assert asked == 1
    assert json.loads(cursor or "")["asked_for"]


def test_faulty_registers_fail_a_step_in_plain_words(
    company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from orchestration.schedule.running import reading

    monkeypatch.setenv("CHARGEBACK_SEEDS", str(tmp_path))
    with pytest.raises(dg.Failure, match="mend them and run this again"), reading():
        pass


def test_a_step_waits_while_another_process_writes(company: Company) -> None:
    from orchestration.schedule.running import writing

    code = (
        "import sys; from orchestration.settings import *\n"
        "with writer_lock(Settings.from_environment(), 'build'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT_ROOT,
        env=os.environ | company.environment,
        text=True,
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with pytest.raises(dg.RetryRequested) as waiting, writing("land"):
            pass
        holder.communicate("")
    assert waiting.value.seconds_to_wait == 60
    with writing("land"):
        pass
