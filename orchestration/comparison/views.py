"""Where comparisons are kept: one folder each in the warehouse, and a view over them that dbt reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.comparison.figures import PolicyComparison
from orchestration.landing.files import sync_file, sync_folder
from orchestration.report.published import as_json
from orchestration.settings import Settings

_COST = "decimal(38, 10)"
# The columns of `fct_policy_comparison`, but for the change, which its model works out.
_COLUMNS = {
    "comparison_id": "varchar",
    "cost_centre_code": "varchar",
    "cost_centre_name": "varchar",
    "unallocated_reason": "varchar",
    "platforms": "varchar",
    "moved_by": "varchar",
    "candidate_registers": "varchar",
    "reporting_currency": "varchar",
    "current_reporting_cost": _COST,
    "candidate_reporting_cost": _COST,
    "current_chargeback_cost": _COST,
    "candidate_chargeback_cost": _COST,
    "current_showback_cost": _COST,
    "candidate_showback_cost": _COST,
    "current_central_cost": _COST,
    "candidate_central_cost": _COST,
    "accounting_month": "date",
}
_ROWS = "comparison.parquet"
_SUMMARY = "comparison.json"
_SCHEMA = "comparisons"
_VIEW = "policy_comparisons"


def comparisons_folder(settings: Settings) -> Path:
    """One folder per comparison; deleting one takes it out of the mart."""
    return settings.warehouse / "comparisons"


def write_comparison(settings: Settings, comparison: PolicyComparison) -> None:
    """Keep a comparison, in place of the same one made before. The caller holds the writer's lock."""
    folder = comparisons_folder(settings) / comparison.comparison_id
    unfinished = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    _write_rows(comparison, unfinished / _ROWS)
    (unfinished / _SUMMARY).write_text(as_json(comparison) + "\n", encoding="utf-8")
    for path in unfinished.iterdir():
        sync_file(path)
    # The same id is the same content: nothing is lost between the two steps that would not come again.
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    sync_folder(folder.parent)


def create_comparison_view(settings: Settings) -> None:
    """Bring schema `comparisons` of the work file in step with the folder. The caller holds the writer's lock."""
    files = sorted(comparisons_folder(settings).glob(f"[!.]*/{_ROWS}"))
    if files:
        names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        body = (
            f"select {', '.join(_COLUMNS)} from read_parquet([{names}], hive_partitioning = false)"
        )
    else:
        nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _COLUMNS.items())
        body = f"select {nulls} where false"
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(f"create schema if not exists {_SCHEMA}")
        connection.execute(f"create or replace view {_SCHEMA}.{_VIEW} as {body}")


def _write_rows(comparison: PolicyComparison, path: Path) -> None:
    declared = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    marks = ", ".join("?" for _ in _COLUMNS)
    with duckdb.connect() as connection:
        connection.execute(f"create table compared ({declared})")
        for change in comparison.changes:
            platforms = sorted({movement.platform for movement in change.movements})
            values = {
                "comparison_id": comparison.comparison_id,
                "platforms": ", ".join(platforms) or None,
                "moved_by": "; ".join(movement.sentence for movement in change.movements) or None,
                "candidate_registers": ", ".join(comparison.candidate_registers),
                "reporting_currency": comparison.reporting_currency,
                "accounting_month": f"{comparison.period}-01",
            }
            connection.execute(
                f"insert into compared values ({marks})",
                [values[name] if name in values else getattr(change, name) for name in _COLUMNS],
            )
        written = str(path).replace("'", "''")
        connection.execute(f"copy compared to '{written}' (format parquet, compression zstd)")
