"""Writes dbt's source `closes` from the marts' YAML: `python -m orchestration.close.dbt_sources`.

A posted row has the columns of the mart that showed it as a draft, less those that the close itself settles. A test
holds the written file in step.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.close.archive import SCHEMA, SOURCES_FILE
from orchestration.registers.declared import register_named
from orchestration.settings import PROJECT_ROOT

_HEADER = (
    "# Written by `python -m orchestration.close.dbt_sources` from the marts' YAML; do not edit.\n"
)
# Of a draft these are not known, of a posted row the close says them; a dispute comes and goes after it.
_NOT_ARCHIVED = (
    "status", "close_id", "period_status", "is_disputed",
    "department_cost_share", "company_cost_share", "previous_year_reporting_cost", "year_on_year_change",
)  # fmt: skip

_OVERLAP_COLUMNS = tuple(
    column.name
    for column in register_named("overlaps").columns
    if not column.name.startswith("valid_")
)

Column = dict[str, str]


class _WithoutAnchors(yaml.SafeDumper):
    """Writes a column that several tables share in full each time."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_CLOSE_ID: Column = {
    "name": "close_id",
    "data_type": "string",
    "description": "The close: the name of its folder.",
}
_MONTH: Column = {
    "name": "accounting_month",
    "data_type": "date",
    "description": "First day of the closed month.",
}


@dataclass(frozen=True)
class _Archived:
    """A file of a close that holds rows of a mart."""

    name: str
    mart: str
    description: str
    only: str | None = None


_ARCHIVED = (
    _Archived("ledger", "fct_allocation_ledger", "Posted ledger entries."),
    _Archived("journal", "fct_chargeback_journal_lines", "Posted journal lines."),
    _Archived(
        "adjustments",
        "fct_prior_period_adjustments",
        "Adjustments of earlier months that were posted in a month.",
        "status = 'draft'",
    ),
    _Archived("proof", "fct_allocation_proof", "Proofs of a month as they were at its close."),
    _Archived("showback", "fct_showback_monthly", "Showback of a month as it was at its close."),
    _Archived("charge_lineage", "fct_charge_lineage", "The charges that posted entries carry."),
    _Archived(
        "passed_on",
        "fct_passed_on_allocations",
        "Entries of a month that shared services passed on, as they were at its close.",
    ),
    _Archived("pool_members", "fct_pool_members", "The charge groups of pools that were posted."),
)


def sources_yaml(models: Path = PROJECT_ROOT / "models") -> str:
    """The source's declaration as YAML text."""
    marts = _mart_columns(models)
    ledger = _archived_columns(marts["fct_allocation_ledger"])
    tables = [
        _table(
            "closes",
            "One row per closed month.",
            [
                _MONTH,
                _column("approved_by", "string", "Staff number of who approved the close."),
                _column("override_count", "bigint", "Checks that were overridden."),
                _column("input_fingerprint", "string", "Charges and usage it was closed with."),
                _column("closed_at", "timestamp", "When it was closed (UTC)."),
            ],
        ),
        *(
            _table(
                archived.name,
                archived.description,
                _archived_columns(marts[archived.mart]),
                f"marts.{archived.mart}",
                archived.only,
            )
            for archived in _ARCHIVED
        ),
        _table(
            "exchange_rates",
            "Exchange rates that a month was closed with.",
            [
                _MONTH,
                _column("billing_currency", "string", "ISO 4217 code of the invoices."),
                _column("reporting_currency", "string", "ISO 4217 code of the reports."),
                _column("exchange_rate", "decimal(14, 8)", "Reporting currency per unit."),
            ],
            "intermediate.int_exchange_rates",
        ),
        _table(
            "overlaps",
            "Overlap sets that a month was closed with.",
            [
                _MONTH,
                *(
                    _column(name, "string", register_named("overlaps").column(name).description)
                    for name in _OVERLAP_COLUMNS
                ),
                _column("valid_from", "timestamp", "First instant of validity (UTC)."),
                _column("valid_to", "timestamp", "First instant after validity (UTC)."),
            ],
            "intermediate.int_overlaps_by_month",
        ),
        _table(
            "recomputations",
            "One row per closed month that was computed again under the registers of its close.",
            [
                _MONTH,
                _column("input_fingerprint", "string", "Charges and usage it was computed from."),
            ],
        ),
        _table("recomputed_ledger", "The ledgers that came out of recomputations.", ledger),
    ]
    source = {
        "name": SCHEMA,
        "schema": SCHEMA,
        "description": "Closed months, from the files of their closes; nothing in dbt changes them.",
        "tables": tables,
    }
    document = {"sources": [source]}
    return _HEADER + yaml.dump(
        document, Dumper=_WithoutAnchors, sort_keys=False, allow_unicode=True, width=118
    )


def _table(
    name: str,
    description: str,
    columns: list[Column],
    relation: str | None = None,
    only: str | None = None,
) -> dict[str, Any]:
    meta = {"archived_from": relation, "archived_where": only}
    stated = {key: value for key, value in meta.items() if value}
    return {
        "name": name,
        "description": description,
        **({"config": {"meta": stated}} if stated else {}),
        "columns": [*columns, _CLOSE_ID],
    }


def _column(name: str, data_type: str, description: str) -> Column:
    return {"name": name, "data_type": data_type, "description": description}


def _archived_columns(columns: list[Column]) -> list[Column]:
    return [column for column in columns if column["name"] not in _NOT_ARCHIVED]


def _mart_columns(models: Path) -> dict[str, list[Column]]:
    wanted = {archived.mart for archived in _ARCHIVED}
    found: dict[str, list[Column]] = {}
    for path in sorted((models / "marts").rglob("*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or ():
            if model["name"] in wanted:
                found[model["name"]] = [
                    _column(column["name"], column["data_type"], column["description"])
                    for column in model["columns"]
                ]
    return found


if __name__ == "__main__":
    SOURCES_FILE.write_text(sources_yaml(), encoding="utf-8")
    sys.stdout.write(f"wrote {SOURCES_FILE}\n")
