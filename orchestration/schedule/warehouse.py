"""The warehouse as assets: every seed and model of dbt, its tests as their checks, built by the project's own build.

`orchestration.build` runs dbt more than once where a closed month is restated or a forecast is made. Dagster hears of
the last word on each model and test, when all of it is done.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration import steps
from orchestration.build import BuildOutcome
from orchestration.build_record import flags_of_equal_build
from orchestration.schedule.manifest import depths, read_manifest
from orchestration.schedule.running import WRITER_POOL, writing
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.results import RunResult

_SUCCEEDED = ("success", "pass")
_SEED_OR_MODEL = ("seed", "model")
# Over this share a month does not close, though what is true of it is published.
_UNALLOCATED = "unallocated_share_is_tolerable"
_OVER_ERROR_SHARE = (
    "select count(*) from marts.fct_data_quality "
    "where check_name = 'unallocated_share' and state = 'error'"
)


class Translator(DagsterDbtTranslator):
    """Groups by folder: registers, staging, intermediate, and the marts by subject."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer; of marts the subject too."""
        if dbt_resource_props["resource_type"] == "seed":
            return "registers"
        layer, *subjects = dbt_resource_props["fqn"][1:-1]
        return "_".join([layer, *subjects]) if layer == "marts" else str(layer)

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: Any,
    ) -> dg.AssetCheckSpec | None:
        """A test's check. It blocks nothing by itself: a build with a failed test fails as a whole."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec._replace(blocking=False) if spec else None


MANIFEST = read_manifest(Settings.from_environment())
TRANSLATOR = Translator()
_DEPTHS = depths(MANIFEST)
_MARTS_IN_ORDER = sorted(
    (
        name
        for name, node in MANIFEST["nodes"].items()
        if node["fqn"][1] == "marts" and name.startswith("model.")
    ),
    key=lambda name: _DEPTHS[name],
)


@dbt_assets(
    manifest=MANIFEST,
    dagster_dbt_translator=TRANSLATOR,
    name="build",
    pool=WRITER_POOL,
)
def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Build and test all of it, whichever models are selected: the tests decide about the whole of a publication."""

    def progress(step: int, total: int, description: str) -> None:
        if step % 100 == 0:
            context.log.info(f"{step} of {total}: {description}")

    with writing("build") as settings:
        flagged = flags_of_equal_build(settings)
        if flagged is not None:
            context.log.info("Nothing has changed since the last build: its marts and tests stand.")
            yield from unchanged_events(context, settings, flagged)
            return
        outcome = steps.build(settings, progress)
        yield from events_of(context, settings, outcome)
        if outcome.failures:
            raise dg.Failure(
                "\n".join(
                    [
                        str(steps.failed_build(settings, outcome)),
                        *(f"{failure.kind}: {failure.name}" for failure in outcome.failures),
                    ]
                ),
                allow_retries=False,
            )


def unchanged_events(
    context: dg.AssetExecutionContext, settings: Settings, flagged: Mapping[str, int]
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """The marts as they were, so that a crash before the publication is made good, and what every test found."""
    keys, checks = context.selected_asset_keys, context.selected_asset_check_keys
    for unique_id in _MARTS_IN_ORDER:
        key = TRANSLATOR.get_asset_spec(MANIFEST, unique_id, None).key
        if key in keys:
            yield dg.Output(
                None, output_name=key.to_python_identifier(), metadata={"status": "unchanged"}
            )
    for unique_id, node in MANIFEST["nodes"].items():
        check = get_asset_check_key_for_test(MANIFEST, TRANSLATOR, unique_id, None)
        if check in checks:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=unique_id not in flagged,
                severity=_severity(settings, node["name"], unique_id in flagged),
                metadata={"rows": flagged.get(unique_id, 0), "status": "unchanged"},
            )


def events_of(
    context: dg.AssetExecutionContext, settings: Settings, outcome: BuildOutcome
) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
    """What Dagster is told of a build: what was built, and what each test found."""
    keys, checks = context.selected_asset_keys, context.selected_asset_check_keys
    for unique_id, result in outcome.results.items():
        if result.node.resource_type in _SEED_OR_MODEL and result.status in _SUCCEEDED:
            key = TRANSLATOR.get_asset_spec(MANIFEST, unique_id, None).key
            if key in keys:
                yield dg.Output(
                    None,
                    output_name=key.to_python_identifier(),
                    metadata={"seconds": result.execution_time, "unique_id": unique_id},
                )
    for unique_id, result in outcome.results.items():
        if result.node.resource_type == "test" and result.status != "skipped":
            check = get_asset_check_key_for_test(MANIFEST, TRANSLATOR, unique_id, None)
            if check in checks:
                yield _check_result(settings, check, result)


def _check_result(
    settings: Settings, check: dg.AssetCheckKey, result: "RunResult"
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=result.status in _SUCCEEDED,
        severity=_severity(settings, result.node.name, result.status == "warn"),
        metadata={"rows": result.failures or 0, "seconds": result.execution_time},
    )


def _severity(settings: Settings, test: str, is_flag: bool) -> dg.AssetCheckSeverity:
    """A flag warns, unless an unallocated share is over what a close allows."""
    if not is_flag or (test == _UNALLOCATED and _is_over_error_share(settings)):
        return dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckSeverity.WARN


def _is_over_error_share(settings: Settings) -> bool:
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        row = connection.execute(_OVER_ERROR_SHARE).fetchone()
    return bool(row and row[0])
