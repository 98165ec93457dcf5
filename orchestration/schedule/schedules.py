"""When jobs run, all in UTC. Times leave vendors a night to restate the day before."""

import dagster as dg

from orchestration import steps
from orchestration.close.closed import close_of
from orchestration.errors import RefusalError
from orchestration.periods import months_after
from orchestration.schedule import jobs

_RUNNING = dg.DefaultScheduleStatus.RUNNING

daily = dg.build_schedule_from_partitioned_job(
    jobs.daily,
    name="daily",
    hour_of_day=5,
    default_status=_RUNNING,
    description="Every day at 05:00: the day before.",
)

alerts = dg.ScheduleDefinition(
    job=jobs.alerts,
    name="alerts",
    cron_schedule="30 * * * *",
    default_status=_RUNNING,
    description="Every hour at half past: what has happened, and what has failed, since.",
)

weekly = dg.ScheduleDefinition(
    job=jobs.weekly,
    name="weekly",
    cron_schedule="0 7 * * 1",
    default_status=_RUNNING,
    description="Every Monday at 07:00.",
)

provisional_close = dg.build_schedule_from_partitioned_job(
    jobs.provisional_close,
    name="provisional_close",
    day_of_month=2,
    hour_of_day=6,
    default_status=_RUNNING,
    description="On the 2nd at 06:00, after the daily run: the month before.",
)


@dg.schedule(
    job=jobs.close_reminder,
    name="close_reminder",
    cron_schedule="0 8 3-31 * *",
    default_status=_RUNNING,
    description="From the 3rd on at 08:00: the month before, until it is closed.",
)
def close_reminder(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run for the month before, unless it is closed."""
    month = months_after(context.scheduled_execution_time.date(), -1)
    period = f"{month:%Y-%m}"
    try:
        settings = steps.settings_in_use()
    except RefusalError as refusal:
        return dg.SkipReason(str(refusal))
    posted = close_of(settings.closes, period)
    if posted is not None:
        return dg.SkipReason(f"{period} is closed as {posted.close_id}.")
    return dg.RunRequest(partition_key=f"{month}", tags={"chargeback/period": period})


SCHEDULES = (daily, alerts, weekly, provisional_close, close_reminder)
