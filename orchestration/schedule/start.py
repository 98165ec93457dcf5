"""Starts Dagster's user interface, scheduler and sensors on this machine: `python -m orchestration.schedule.start`."""

from __future__ import annotations

import argparse
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration import steps
from orchestration.errors import RefusalError
from orchestration.settings import Settings

_MODULE = "orchestration.schedule.definitions"


def home_of(settings: Settings) -> Path:
    """Dagster's own folder, with its settings in it: runs, ticks and what they left."""
    home = settings.warehouse / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    return home


def fail_orphans(home: Path) -> int:
    """Fail the runs that a power cut left behind as running, so that they are tried again; return how many.

    Runs are processes of this machine that end with Dagster, so none of them is alive before it starts.
    """
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        alive = [
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.CANCELING,
        ]
        orphans = instance.get_runs(dg.RunsFilter(statuses=alive))
        for run in orphans:
            instance.report_run_failed(run, "Dagster was stopped while this ran.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        return len(orphans)


def main() -> None:
    """Start, or say what is in the way."""
    parser = argparse.ArgumentParser(description="Start Dagster's user interface and scheduler.")
    parser.add_argument("--port", default="3000")
    parser.add_argument("--host", default="127.0.0.1")
    arguments = parser.parse_args()
    if importlib.util.find_spec("dagster_webserver") is None:
        sys.exit("Dagster is not installed: `make dagster` sets it up, and starts it.")
    try:
        settings = steps.settings_in_use()
    except RefusalError as refusal:
        sys.exit(str(refusal))
    home = home_of(settings)
    with (home / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"Dagster runs already for {settings.warehouse}: open it, or stop it first.")
        orphans = fail_orphans(home)
        if orphans:
            print(f"{orphans} of the last start's runs had not ended: they are tried again.")
        environment = os.environ | {
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "DO_NOT_TRACK": "1",
            "CHARGEBACK_LANDING": str(settings.landing),
            "CHARGEBACK_SEEDS": str(settings.seeds),
            "CHARGEBACK_WAREHOUSE": str(settings.warehouse),
        }
        print(
            f"Dagster: http://{arguments.host}:{arguments.port}  (Ctrl-C stops it; runs in {home})"
        )
        command = [sys.executable, "-m", "dagster", "dev", "-m", _MODULE]
        address = ["--host", arguments.host, "--port", arguments.port]
        try:
            ended = subprocess.call(  # noqa: S603 — our own command
                [*command, *address], env=environment, cwd=settings.project_root
            )
            sys.exit(ended)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
