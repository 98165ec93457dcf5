"""The code location that `dagster` loads: everything of this folder, in one place."""

import dagster as dg

from orchestration.schedule.closing import close_month, readiness
from orchestration.schedule.jobs import JOBS
from orchestration.schedule.landing import land
from orchestration.schedule.publication import ASSETS
from orchestration.schedule.pulls import pulled
from orchestration.schedule.review import weekly_review
from orchestration.schedule.schedules import SCHEDULES
from orchestration.schedule.sensors import new_files
from orchestration.schedule.telling import TELLING
from orchestration.schedule.warehouse import warehouse

defs = dg.Definitions(
    assets=[pulled, land, warehouse, *ASSETS, weekly_review, readiness, close_month, *TELLING],
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=[new_files],
    # One process a run: dbt's parse is read once, and DuckDB has one writer anyway.
    executor=dg.in_process_executor,
)
