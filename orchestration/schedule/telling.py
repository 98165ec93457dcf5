"""Alerts, the weekly digest and statements' links as assets: who was told of what, and what did not go out."""

from collections.abc import Callable

import dagster as dg

from orchestration.alerts import Result, send_alerts, send_digest, send_statements
from orchestration.schedule.partitions import months, period_of
from orchestration.schedule.publication import PUBLICATION, statements
from orchestration.schedule.running import WRITER_POOL, writing
from orchestration.settings import Settings

_GROUP = "alerts"
# A mail server that is down for an hour loses nobody's message.
_RETRIES = dg.RetryPolicy(max_retries=3, delay=300, backoff=dg.Backoff.EXPONENTIAL)


def _told(verb: str, send: Callable[[Settings], Result]) -> dg.MaterializeResult:
    with writing(verb, checked=False) as settings:
        result = send(settings)
    # Whom the register does not name is not told by trying again: that is in the metadata, and in the report.
    failed = [sent for sent in result.undelivered if sent[0].audience is not None]
    if failed:
        raise dg.Failure(
            "Not delivered: "
            + "; ".join(
                f"{message.title} to {message.audience_id} ({outcome})"
                for message, outcome in failed
            )
        )
    return dg.MaterializeResult(
        metadata={
            "messages": [
                f"{message.title}: {message.audience_id}, {outcome}"
                for message, outcome in result.messages
            ],
            "notes": list(result.notes),
        }
    )


@dg.asset(key=[_GROUP, "events"], group_name=_GROUP, pool=WRITER_POOL, retry_policy=_RETRIES)
def events() -> dg.MaterializeResult:
    """What has happened since it was last looked at, told once to those whom it concerns."""
    return _told("alerts", send_alerts)


@dg.asset(
    key=[_GROUP, "digest"],
    deps=[PUBLICATION],
    group_name=_GROUP,
    pool=WRITER_POOL,
    retry_policy=_RETRIES,
)
def digest() -> dg.MaterializeResult:
    """What stands, told once a week."""
    return _told("digest", send_digest)


@dg.asset(
    key=[_GROUP, "statements"],
    deps=[statements],
    group_name=_GROUP,
    partitions_def=months,
    pool=WRITER_POOL,
    retry_policy=_RETRIES,
)
def statement_links(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Where a month's statement is, told to every department's head, and that it was."""
    period = period_of(context)
    return _told("statements", lambda settings: send_statements(settings, period))


TELLING = (events, digest, statement_links)
