"""What runs without waiting for its hour: new files, and changed registers."""

import hashlib
import json
import os
from pathlib import Path

import dagster as dg

from orchestration import steps
from orchestration.errors import RefusalError
from orchestration.schedule import jobs
from orchestration.schedule.partitions import days


@dg.sensor(
    job=jobs.daily,
    name="new_files",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run once the landing folder or the registers have changed, and then kept still for one look.

    The cursor holds what was seen last, and what a run was asked for.
    """
    try:
        settings = steps.settings_in_use()
    except RefusalError as refusal:
        return dg.SkipReason(str(refusal))
    state = state_of(settings.landing, settings.seeds)
    before = json.loads(context.cursor or "{}")
    cursor = {"seen": state, "asked_for": before.get("asked_for")}
    if state == before.get("asked_for"):
        return dg.SkipReason("Nothing has changed since the last run was asked for.")
    if state != before.get("seen"):
        context.update_cursor(json.dumps(cursor))
        return dg.SkipReason(
            "Files are changing: a run begins when they have kept still for one look."
        )
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=state,
                partition_key=days.get_last_partition_key(),
                tags={"chargeback/files": state[:12]},
            )
        ],
        cursor=json.dumps(cursor | {"asked_for": state}),
    )


def state_of(*folders: Path) -> str:
    """A hash over name, size and time of change of every file in the folders, hidden ones left out."""
    entries = [
        (str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns)
        for folder in folders
        for parent, _, names in os.walk(folder)
        for path in (Path(parent, name) for name in names if not name.startswith("."))
        if path.exists()
    ]
    return hashlib.sha256(json.dumps(sorted(entries)).encode()).hexdigest()
