"""The jobs by name: what runs together."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from orchestration.schedule.closing import close_month, readiness
from orchestration.schedule.landing import land
from orchestration.schedule.publication import accrual_journal, journal, publication, statements
from orchestration.schedule.pulls import pulled
from orchestration.schedule.review import weekly_review
from orchestration.schedule.telling import digest, events, statement_links
from orchestration.schedule.warehouse import warehouse


def _job(name: str, description: str, *assets: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*assets),
        description=description,
        tags={"chargeback/job": name},
    )


daily = _job(
    "daily",
    "Pull, land what is new, build and test the marts, publish.",
    pulled,
    land,
    warehouse,
    publication,
)
alerts = _job("alerts", "Tell those whom it concerns of what has happened, once.", events)
weekly = _job("weekly", "What somebody looks at once a week.", weekly_review, digest)
provisional_close = _job(
    "provisional_close",
    "Of a month that has ended: every statement and who was told of it, and the accruals with their reversal.",
    statements,
    statement_links,
    accrual_journal,
)
close_reminder = _job(
    "close_reminder", "What keeps last month open, until somebody has closed it.", readiness
)
close = _job(
    "close",
    "Post a month, build, publish, and write its journals and statements. Somebody launches it, and says who approves.",
    close_month,
    warehouse,
    publication,
    journal,
    statements,
    statement_links,
)

JOBS = (daily, alerts, weekly, provisional_close, close_reminder, close)
