"""What readers get as assets: the publication, and each month's statements and journals."""

from collections.abc import Sequence
from datetime import timedelta

import dagster as dg

from orchestration import steps
from orchestration.export import JournalOptions
from orchestration.export import export as write_export
from orchestration.schedule.partitions import months, period_of
from orchestration.schedule.running import WRITER_POOL, reading, writing
from orchestration.schedule.warehouse import warehouse
from orchestration.statement import write_statements

PUBLICATION = dg.AssetKey(["published", "marts"])
_MARTS = [key for key in warehouse.keys if key.path[0] == "marts"]
_GROUP = "published"


@dg.asset(
    key=PUBLICATION,
    deps=_MARTS,
    group_name=_GROUP,
    kinds={"duckdb"},
    pool=WRITER_POOL,
    # The daily run leaves it a night and a morning to be mended in.
    freshness_policy=dg.FreshnessPolicy.time_window(
        warn_window=timedelta(hours=26), fail_window=timedelta(hours=36)
    ),
)
def publication(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The tested marts, as BI tools read them: shown in one atomic step, or the previous ones stay."""
    with writing("publish") as settings:
        made = steps.publish(settings)
    context.instance.add_run_tags(context.run_id, {"chargeback/publication": made.publication_id})
    return dg.MaterializeResult(
        metadata={
            "publication_id": made.publication_id,
            "file": dg.MetadataValue.path(settings.published_file),
            "marts": len(made.record["marts"]),
            "inputs": dg.MetadataValue.json(made.record["inputs"]),
        },
        data_version=dg.DataVersion(made.publication_id),
    )


@dg.asset(
    key=["published", "statements"], deps=[PUBLICATION], group_name=_GROUP, partitions_def=months
)
def statements(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Each department's statement of a month, as a page."""
    with reading() as settings:
        written = write_statements(settings, period_of(context))
    return dg.MaterializeResult(
        metadata={
            "statements": {
                statement.department_code
                or "(none)": f"{statement.total} {statement.reporting_currency}"
                for statement in written
            },
            "folder": dg.MetadataValue.path(settings.warehouse / "statements"),
        }
    )


@dg.asset(
    key=["published", "accrual_journal"],
    deps=[PUBLICATION],
    group_name=_GROUP,
    partitions_def=months,
)
def accrual_journal(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The provisional close: the drafts of a month that has ended and is not closed, each with its reversal."""
    return _journal(period_of(context), JournalOptions(is_accrual=True), "accrual")


@dg.asset(
    key=["published", "journal"], deps=[PUBLICATION], group_name=_GROUP, partitions_def=months
)
def journal(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The journals of a closed month, for the general ledger."""
    return _journal(period_of(context), None, "journal")


def _journal(period: str, options: JournalOptions | None, name: str) -> dg.MaterializeResult:
    with reading() as settings:
        path = settings.warehouse / "exports" / f"{name}-{period}.csv"
        exported = write_export(settings, "journal", period, path, options)
    return dg.MaterializeResult(
        metadata={
            "files": [str(file.path) for file in exported],
            "lines": sum(file.totals.row_count for file in exported),
            "notes": [note for file in exported for note in file.notes],
        }
    )


ASSETS: Sequence[dg.AssetsDefinition] = (publication, statements, accrual_journal, journal)
