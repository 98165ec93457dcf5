"""Dagster's scheduler, queue and retries under a clock that a test sets: ticks are evaluated as its daemon does it.

Nothing is called by name: the daemon's own iterations decide which runs there are, and runs execute in this process.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.launcher import LaunchRunContext
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.storage.dagster_run import DagsterRun
from dagster._core.test_utils import (
    InProcessTestWorkspaceLoadTarget,
    create_test_daemon_workspace_context,
    freeze_time,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster._serdes import ConfigurableClassData

from orchestration.schedule.start import home_of
from orchestration.settings import PROJECT_ROOT, Settings

_MODULE = "orchestration.schedule.definitions"
# The files of Dagster's own SQLite are opened anew for every event: in memory a run is three times as fast.
_IN_MEMORY = """
run_launcher:
  module: tests.support.dagster_clock
  class: KillableLauncher
event_log_storage:
  module: dagster._core.storage.event_log.in_memory
  class: InMemoryEventLogStorage
"""
_LOG = logging.getLogger("dagster_clock")


class KillableLauncher(SyncInMemoryRunLauncher):
    """Executes a run in this process; with `victims` in one that is killed: its run fails as under Dagster's."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self.victims: list[Callable[[], None]] = []

    def launch_run(self, context: LaunchRunContext) -> None:
        """Execute, or be killed once while executing."""
        if not self.victims or context.dagster_run.job_name != "daily":
            super().launch_run(context)
            return
        victim = self.victims.pop(0)
        process = os.fork()
        if process == 0:
            try:
                victim()
                super().launch_run(context)
            finally:
                os._exit(1)
        _, status = os.waitpid(process, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
        self._instance.report_run_failed(context.dagster_run, "Its process was killed.")


class DagsterClock:
    """An instance with the project's own settings, but for the launcher: runs execute here, one after the other."""

    def __init__(self, instance: dg.DagsterInstance, workspace: IWorkspaceProcessContext) -> None:
        self.instance = instance
        self._workspace = workspace
        self._retries = EventLogConsumerDaemon()
        self._queue = QueuedRunCoordinatorDaemon(interval_seconds=5)

    def kill_next_runs(self, *victims: Callable[[], None]) -> None:
        """Let the next daily runs execute in processes of their own, where each victim prepares its death."""
        launcher = self.instance.run_launcher
        assert isinstance(launcher, KillableLauncher)
        launcher.victims += victims

    def tick(self, at: datetime) -> list[DagsterRun]:
        """Let the scheduler look at the clock, and run what it asks for; return the runs, oldest first."""
        before = {run.run_id for run in self.instance.get_runs()}
        with freeze_time(at):
            self._evaluate_schedules(at)
            self._run_queue()
        return self._runs_since(before)

    def look(self, at: datetime) -> list[DagsterRun]:
        """Let the sensors look, and run what they ask for."""
        before = {run.run_id for run in self.instance.get_runs()}
        with freeze_time(at):
            list(execute_sensor_iteration(self._workspace, _LOG, None, None))
            self._run_queue()
        return self._runs_since(before)

    def built(self, run: DagsterRun) -> int:
        """How many seeds and models a run built."""
        events = self.instance.all_logs(
            run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        return sum("unique_id" in event.asset_materialization.metadata for event in events)

    def launch(
        self, job: str, partition: str, config: Mapping[str, Mapping[str, Any]], at: datetime
    ) -> DagsterRun:
        """Run a job with a configuration for each op, as somebody does in the launchpad."""
        definition = self._definitions().resolve_job_def(job)
        ops = {"ops": {name: {"config": dict(values)} for name, values in config.items()}}
        with freeze_time(at):
            result = definition.execute_in_process(
                run_config=ops,
                partition_key=partition,
                instance=self.instance,
                raise_on_error=False,
            )
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return run

    @staticmethod
    def _definitions() -> dg.Definitions:
        # Importing it parses dbt, under the environment that a test has set by then.
        from orchestration.schedule.definitions import defs

        return defs

    def _evaluate_schedules(self, at: datetime) -> None:
        for found in launch_scheduled_runs(self._workspace, _LOG, at, iteration_times={}):
            if found is not None and not isinstance(found, dict):
                raise AssertionError(str(found))

    def _run_queue(self) -> None:
        while True:
            list(self._retries.run_iteration(self._workspace))
            queued = self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
            if not queued:
                return
            list(self._queue.run_iteration(self._workspace))
            left = self.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
            assert {run.run_id for run in left} != {run.run_id for run in queued}, "a run is stuck"

    def _runs_since(self, before: set[str]) -> list[DagsterRun]:
        return [run for run in reversed(self.instance.get_runs()) if run.run_id not in before]


@contextmanager
def dagster_clock(settings: Settings) -> Iterator[DagsterClock]:
    """Dagster for the company of the environment, which `settings` repeat."""
    home = home_of(settings)
    _keep_in_memory(home)
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(
            module_name=_MODULE, attribute="defs", working_directory=str(PROJECT_ROOT)
        ),
        location_name="chargeback",
    )
    with (
        dg.DagsterInstance.from_config(str(home)) as instance,
        create_test_daemon_workspace_context(
            InProcessTestWorkspaceLoadTarget(origin), instance
        ) as workspace,
    ):
        yield DagsterClock(instance, workspace)


def _keep_in_memory(home: Path) -> None:
    with (home / "dagster.yaml").open("a", encoding="utf-8") as file:
        file.write(_IN_MEMORY)
