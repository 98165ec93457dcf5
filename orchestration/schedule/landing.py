"""Landing as assets: one for each raw table, by day where the source delivers days, with quarantine as its check."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration import steps
from orchestration.expectations import SourceResults, last_results
from orchestration.landing import LandingResult
from orchestration.landing.contracts import Table, load_contracts
from orchestration.landing.ledger import Refusal
from orchestration.landing.measures import days_of
from orchestration.schedule.partitions import days
from orchestration.schedule.pulls import PULLED
from orchestration.schedule.running import WRITER_POOL, writing

CHECK = "nothing_in_quarantine"
PLAUSIBLE = "meets_its_expectations"
# Files that no source declares belong to no table.
STRAY_FILES = dg.AssetKey(["landing", "stray_files"])
_FAULTS_SHOWN = 10
_DAYS_NOTED = 62

TABLES = load_contracts()


def key_of(table: Table) -> dg.AssetKey:
    """The asset of a raw table: named as dbt names its source."""
    return dg.AssetKey([table.platform, table.name])


def delivers_days(table: Table) -> bool:
    """Whether a newer delivery replaces days, so that a day is what can be missing or come again."""
    return table.replaces.scope == "day"


def _spec(table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        key_of(table),
        description=table.description,
        group_name="registers" if table.root == "seeds" else "landing",
        kinds={"duckdb"},
        tags={"role": table.role, "platform": table.platform},
        metadata={
            "files": [*table.files],
            "replaces": table.replaces.scope,
            "every": table.every or "nobody can say",
        },
        partitions_def=days if delivers_days(table) else None,
        deps=[PULLED],
    )


_STRAY = dg.AssetSpec(
    STRAY_FILES,
    description="Files of the landing folder that no source declares, or that cannot be read.",
    group_name="landing",
    deps=[PULLED],
)


@dg.multi_asset(
    name="land",
    specs=[*(_spec(table) for table in TABLES), _STRAY],
    check_specs=[
        dg.AssetCheckSpec(CHECK, asset=key, description="No delivery of it is in quarantine.")
        for key in (*(key_of(table) for table in TABLES), STRAY_FILES)
    ]
    + [
        dg.AssetCheckSpec(
            PLAUSIBLE,
            asset=key_of(table),
            description="The newest delivery is plausible, or somebody has accepted it, and none waits.",
        )
        for table in TABLES
    ],
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=WRITER_POOL,
)
def land(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Take everything new from the landing folder; what is there already changes nothing, so it is safe to run twice.

    One landing serves all sources, whichever are selected: a delivery may contradict one of another source.
    """
    with writing("land") as settings:
        result = steps.land(settings, context.log.info)
        verdicts = last_results(settings)
    _note_days(context, result)
    for table in TABLES:
        if key_of(table) in context.selected_asset_keys:
            yield _materialized(table, result, verdicts.get(table.qualified))
    if STRAY_FILES in context.selected_asset_keys:
        strays = [refusal for refusal in result.quarantined if refusal.source_table is None]
        yield dg.MaterializeResult(
            asset_key=STRAY_FILES,
            metadata={"files": len(strays)},
            check_results=[quarantine_check(STRAY_FILES, strays)],
        )


def quarantine_check(key: dg.AssetKey, refusals: Sequence[Refusal]) -> dg.AssetCheckResult:
    """Whether a table has deliveries in quarantine, and what is wrong with them."""
    faults = [fault.sentence() for refusal in refusals for fault in refusal.faults]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CHECK,
        passed=not refusals,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"deliveries": len(refusals), "faults": faults[:_FAULTS_SHOWN]},
    )


def plausible_check(key: dg.AssetKey, found: SourceResults | None) -> dg.AssetCheckResult:
    """What the suite of a table last found; passed, and said to be unjudged, where none has looked yet."""
    if found is None:
        return dg.AssetCheckResult(
            asset_key=key, check_name=PLAUSIBLE, passed=True, metadata={"judged": False}
        )
    verdicts = [*found.quarantined, *([found.newest] if found.newest else [])]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=PLAUSIBLE,
        passed=found.is_met,
        severity=dg.AssetCheckSeverity.ERROR if found.quarantined else dg.AssetCheckSeverity.WARN,
        metadata={
            "judged": True,
            "expectations": len(found.newest.outcomes) if found.newest else 0,
            "unmet": [
                f"{verdict.delivery_id}: {outcome.sentence}"
                + (f" (accepted by {outcome.acceptance.accepted_by})" if outcome.acceptance else "")
                for verdict in verdicts
                for outcome in verdict.unmet
            ][:_FAULTS_SHOWN],
        },
    )


def _note_days(context: dg.AssetExecutionContext, result: LandingResult) -> None:
    """Note for each day that a new delivery tells of that it has landed: late files and restatements show where.

    Days long before the run's are not noted: the first landing of some years would write an event for each.
    """
    keys_of_run = (
        context.partition_keys
        if context.has_partition_key_range or context.has_partition_key
        else []
    )
    last = max(keys_of_run, default=None)
    earlier = [day for day in days.get_partition_keys() if last is None or day <= last]
    known = set(earlier[-_DAYS_NOTED:])
    keys = {table.qualified: key_of(table) for table in TABLES if delivers_days(table)}
    for delivery in result.accepted:
        key = keys.get(delivery.source_table)
        if key is None or key not in context.selected_asset_keys:
            continue
        for day in days_of(delivery.days):
            if day in known:
                context.log_event(
                    dg.AssetMaterialization(
                        key,
                        partition=day,
                        metadata={"delivery": delivery.delivery_id, "files": delivery.names()},
                    )
                )


def _materialized(
    table: Table, result: LandingResult, found: SourceResults | None
) -> dg.MaterializeResult:
    key = key_of(table)
    accepted = [d for d in result.accepted if d.source_table == table.qualified]
    unchanged = [d for d in result.unchanged if d.source_table == table.qualified]
    refused = [r for r in result.quarantined if r.source_table == table.qualified]
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "new_deliveries": len(accepted),
            "dagster/row_count": sum(delivery.row_count for delivery in accepted),
            "unchanged_deliveries": len(unchanged),
            "in_quarantine": len(refused),
            "files": [delivery.names() for delivery in accepted[:_FAULTS_SHOWN]],
        },
        check_results=[quarantine_check(key, refused), plausible_check(key, found)],
    )
