"""The close as assets: what keeps a month open, and the months that somebody has posted."""

from collections.abc import Iterator

import dagster as dg

from orchestration.close.conditions import CHECKS
from orchestration.close.posting import close_period, preview_close
from orchestration.schedule.partitions import months, period_of
from orchestration.schedule.publication import PUBLICATION
from orchestration.schedule.running import WRITER_POOL, writing
from orchestration.schedule.warehouse import MANIFEST

_GROUP = "closes"
READINESS = dg.AssetKey(["closes", "readiness"])
# What dbt reads of closed months. It is made of the marts: an arrow back that no graph without circles can show.
_CLOSED = [
    dg.AssetKey([source["source_name"], source["name"]])
    for source in MANIFEST["sources"].values()
    if source["source_name"] == "closes"
]


class CloseConfig(dg.Config):
    """Who closes a month, by staff number, and which checks are passed over, each with its reason."""

    approved_by: str
    overrides: dict[str, str] = {}  # noqa: RUF012 — Dagster's configuration copies it


@dg.asset(
    key=READINESS,
    deps=[PUBLICATION],
    group_name=_GROUP,
    partitions_def=months,
    pool=WRITER_POOL,
    check_specs=[dg.AssetCheckSpec(check, asset=READINESS) for check in CHECKS],
)
def readiness(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """What keeps an ended month from being closed: one check for each condition, with what to do about it."""
    period = period_of(context)
    with writing("close reminder") as settings:
        outcome = preview_close(settings, period)
    found = {
        check: [
            f"{block.finding} → {block.remedy}" for block in outcome.blocks if block.check == check
        ]
        for check in CHECKS
    }
    return dg.MaterializeResult(
        metadata={
            "period": period,
            "closed_as": outcome.close.close_id if outcome.close else "not closed",
            "to_mend": len(outcome.blocks),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=check,
                passed=not findings,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"findings": findings},
            )
            for check, findings in found.items()
        ],
    )


@dg.multi_asset(
    name="close_month",
    specs=[dg.AssetSpec(key, group_name=_GROUP, partitions_def=months) for key in _CLOSED],
    pool=WRITER_POOL,
)
def close_month(
    context: dg.AssetExecutionContext, config: CloseConfig
) -> Iterator[dg.MaterializeResult]:
    """Post a month for good, as somebody decides in the launchpad. A month that is closed stays as it is."""
    period = period_of(context)
    with writing("close") as settings:
        outcome = close_period(settings, period, config.approved_by, config.overrides)
    if outcome.close is None:
        raise dg.Failure(
            "\n".join(
                [
                    f"{period} stays open. Mend, or override with a reason:",
                    *(
                        f"{block.check}: {block.finding} → {block.remedy}"
                        for block in outcome.blocks
                    ),
                ]
            ),
            allow_retries=False,
        )
    for key in _CLOSED:
        yield dg.MaterializeResult(asset_key=key, metadata={"close_id": outcome.close.close_id})
