"""Pulls as an asset: what vendors' APIs and object stores hold, before it lands."""

import dagster as dg

from orchestration.pull import configured_sources, declared_stores
from orchestration.pull.verb import pull_all
from orchestration.schedule.partitions import days
from orchestration.schedule.running import reading

PULLED = dg.AssetKey(["landing", "pulled"])
CHECK = "every_source_answered"
_RETRIES = 3
_FIRST_WAIT_SECONDS = 60


@dg.asset(
    key=PULLED,
    group_name="landing",
    partitions_def=days,
    backfill_policy=dg.BackfillPolicy.single_run(),
    check_specs=[dg.AssetCheckSpec(CHECK, asset=PULLED)],
)
def pulled(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """What the environment has keys for, with the overlap that each vendor restates; of a range of days just these.

    What does not answer is asked again after one, two and four minutes. After that its check fails and the rest lands.
    """
    if not configured_sources() and not declared_stores():
        return _result([], [])
    lines: list[str] = []
    with reading() as settings:
        failures = pull_all(settings, [], *_range(context), lines.append)
    for line in lines:
        context.log.info(line)
    if failures and context.retry_number < _RETRIES:
        context.log.warning("\n".join(failures))
        raise dg.RetryRequested(
            max_retries=_RETRIES, seconds_to_wait=_FIRST_WAIT_SECONDS * 2**context.retry_number
        )
    return _result(lines, failures)


def _range(context: dg.AssetExecutionContext) -> tuple[str | None, str | None]:
    if not context.has_partition_key_range:
        return None, None
    return context.partition_key_range.start, context.partition_key_range.end


def _result(lines: list[str], failures: list[str]) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={"pulled": lines},
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK, passed=not failures, metadata={"failures": failures}
            )
        ],
    )
