"""Runs dbt in this process: registers, models and tests in one go, and its failures in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.build_record import (
    Flag,
    build_state,
    remove_build_record,
    write_build_failures,
    write_build_record,
)
from orchestration.close.recomputed import recompute, restated_closes
from orchestration.close.verify import refuse_changed_closes
from orchestration.close.views import refresh_close_views
from orchestration.comparison.views import create_comparison_view
from orchestration.dbt_process import run_dbt
from orchestration.errors import RefusalError
from orchestration.failures import cause_of, refuse_damaged_work_file
from orchestration.forecast import can_forecast, create_forecast_view, refresh_forecast
from orchestration.publish.views import create_publications_view
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.results import RunResult

# step, steps in all, what begins now
Progress = Callable[[int, int, str], None]

_EXAMPLE_ROWS = 3
_MESSAGE_LINES = 8


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong in a build: what it is, what it means, and rows that show it."""

    kind: str
    name: str
    message: str
    meaning: str = ""
    examples: tuple[str, ...] = ()


@dataclass
class BuildOutcome:
    """What a build did. It passed where there are no failures; flags do not stop it."""

    model_count: int = 0
    test_count: int = 0
    flags: list[Flag] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    # dbt's own result of each node it ran, by unique id: of several passes the last.
    results: dict[str, RunResult] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.failures

    @property
    def cause(self) -> str | None:
        """What made it fail where that was the machine (a full disk, say) and no fault of data or SQL."""
        return next(filter(None, (cause_of(failure.message) for failure in self.failures)), None)

    def take_over(self, later: BuildOutcome) -> None:
        """Add what a second pass over some models found: what was said of them and their tests no longer counts."""
        self.flags = sorted(
            [flag for flag in self.flags if flag.name not in later.names] + later.flags,
            key=lambda flag: flag.name,
        )
        self.failures = [
            failure for failure in self.failures if failure.name not in later.names
        ] + later.failures
        self.results |= later.results


def build(settings: Settings, progress: Progress) -> BuildOutcome:
    """Seed, build and test everything with dbt; record the build only if all of it passed.

    A closed month whose charges or usage have changed is first computed again under the registers of its close, which
    takes a second pass over what reads it. The caller holds the writer's lock. Raises RefusalError where a close is not
    as it was posted, and where the registers of a close no longer give a ledger.
    """
    remove_build_record(settings)
    state = build_state(settings)
    try:
        outcome = _built(settings, progress)
    except RefusalError as refusal:
        _record_failures(settings, [Failure("build", "refused", str(refusal))])
        raise
    if outcome.passed:
        flagged = {
            unique_id: result.failures or 0
            for unique_id, result in outcome.results.items()
            if result.status == "warn"
        }
        write_build_record(settings, outcome.flags, flagged, state)
    else:
        _record_failures(settings, outcome.failures)
    return outcome


def _record_failures(settings: Settings, failures: list[Failure]) -> None:
    """Have them told of, without the rows that show them: alerts leave the machine."""
    write_build_failures(
        settings,
        [
            {
                "kind": failure.kind,
                "name": failure.name,
                "message": failure.message,
                "meaning": failure.meaning,
            }
            for failure in failures
        ],
    )


def _built(settings: Settings, progress: Progress) -> BuildOutcome:
    create_comparison_view(settings)
    create_forecast_view(settings, is_kept=can_forecast())
    create_publications_view(settings)
    refuse_changed_closes(settings)
    refresh_close_views(settings)

    def listen(event: Any) -> None:
        if event.info.name == "LogStartLine":
            progress(event.data.index, event.data.total, event.data.description)

    def run(*selection: str) -> BuildOutcome:
        # Unit tests test the SQL, which no delivery changes: `make test` runs them.
        arguments = ["build", "--exclude-resource-type", "unit_test", *selection]
        outcome = outcome_of(settings, run_dbt(settings, arguments, listen=listen))
        refuse_damaged_work_file([fault.message for fault in outcome.failures], settings.work_file)
        return outcome

    outcome = run()
    restated = restated_closes(settings)
    if restated:
        for close, input_fingerprint in restated:
            recompute(settings, close, input_fingerprint)
        refresh_close_views(settings)
        outcome.take_over(run("--select", "source:closes+"))
    # The forecast is made of the ledger that has just passed, and what shows it is built once more.
    if outcome.passed and can_forecast() and refresh_forecast(settings).has_changed:
        outcome.take_over(run("--select", "source:forecasts+"))
    return outcome


def outcome_of(settings: Settings, dbt_result: Any) -> BuildOutcome:
    """What dbt's result of a run or build on the settings' work file means in plain words."""
    outcome = BuildOutcome()
    if dbt_result.exception is not None:
        outcome.failures.append(Failure("project", "dbt", _shortened(str(dbt_result.exception))))
    for result in dbt_result.result or []:
        outcome.results[result.node.unique_id] = result
        is_test = result.node.resource_type in ("test", "unit_test")
        outcome.test_count += is_test
        outcome.names.add(_test_name(result.node) if is_test else result.node.name)
        outcome.model_count += result.node.resource_type == "model"
        if result.status == "warn":
            outcome.flags.append(
                Flag(_test_name(result.node), _meaning(result.node), result.failures or 0)
            )
        elif result.status in ("error", "fail", "runtime error"):
            outcome.failures.append(_failure(settings, result))
    # Threads end in any order, and a publication's id must not tell of it.
    outcome.flags.sort(key=lambda flag: flag.name)
    return outcome


def _failure(settings: Settings, result: RunResult) -> Failure:
    node: Any = result.node
    if node.resource_type == "unit_test":
        return Failure("unit test", f"{node.model}: {node.name}", _shortened(result.message or ""))
    if node.resource_type != "test":
        return Failure(str(node.resource_type), node.name, _shortened(result.message or ""))
    return Failure(
        kind="test",
        name=_test_name(node),
        message=f"{result.failures} rows break it."
        if result.status == "fail"
        else _shortened(result.message or ""),
        meaning=_meaning(node),
        examples=_examples(settings, node.compiled_code) if result.status == "fail" else (),
    )


def _test_name(node: Any) -> str:
    """A singular test is named by its invariant; a generic one by what it holds of which column."""
    metadata = getattr(node, "test_metadata", None)
    if metadata is None:
        return str(node.name).replace("_", " ")
    model = str(node.attached_node or node.name).split(".")[-1]
    subject = f"{model}.{node.column_name}" if node.column_name else model
    return f"{subject}: {metadata.name.replace('_', ' ')}"


def _meaning(node: Any) -> str:
    """A test's description, else the comment that its SQL opens with."""
    if node.description:
        return str(node.description)
    lines: list[str] = []
    for line in node.raw_code.strip().splitlines():
        if line.startswith("{{ config("):
            continue
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def _examples(settings: Settings, sql: str) -> tuple[str, ...]:
    """The first rows that break a test, as `column=value` text."""
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        try:
            cursor = connection.execute(f"select * from ({sql}\n) as broken limit {_EXAMPLE_ROWS}")
        except duckdb.Error:
            # A test whose SQL cannot stand inside another query still failed; its name and count say so.
            return ()
        names = [description[0] for description in cursor.description]
        return tuple(
            ", ".join(
                f"{name}={value}"
                for name, value in zip(names, row, strict=True)
                if value is not None
            )
            for row in cursor.fetchall()
        )


def _shortened(message: str) -> str:
    lines = [line.rstrip() for line in message.splitlines() if line.strip()]
    return "\n".join(lines[:_MESSAGE_LINES])
