"""What a close keeps of the warehouse: which rows of a month go into which file, with which columns.

The columns are declared in `models/staging/closes/_closes__sources.yml`, from which dbt reads the same files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.settings import PROJECT_ROOT

SCHEMA = "closes"
SOURCES_FILE = PROJECT_ROOT / "models" / "staging" / "closes" / "_closes__sources.yml"


@dataclass(frozen=True)
class SourceTable:
    """One table of dbt's source `closes`.

    `relation` is what a close copies it from, by month and, where `only` says so, under a condition; None for what is
    made otherwise. `columns` are names and types in order; `close_id`, which every table has, stands in no file.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    relation: str | None = None
    only: str | None = None

    @property
    def file(self) -> str:
        """The file's name in a close's folder."""
        return f"{self.name}.parquet"

    @property
    def file_columns(self) -> tuple[tuple[str, str], ...]:
        """The columns that stand in the file."""
        return tuple(column for column in self.columns if column[0] != "close_id")


@cache
def source_tables(path: Path = SOURCES_FILE) -> dict[str, SourceTable]:
    """The tables of the source by name, in the order of their declaration."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    (source,) = document["sources"]
    return {table["name"]: _source_table(table) for table in source["tables"]}


def archived_tables() -> list[SourceTable]:
    """The tables that a close copies out of the work file."""
    return [table for table in source_tables().values() if table.relation]


def _source_table(declared: dict[str, Any]) -> SourceTable:
    meta = (declared.get("config") or {}).get("meta") or {}
    return SourceTable(
        name=declared["name"],
        columns=tuple((column["name"], column["data_type"]) for column in declared["columns"]),
        relation=meta.get("archived_from"),
        only=meta.get("archived_where"),
    )
