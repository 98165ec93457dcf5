"""Writes dbt's source files from the contracts: `python -m orchestration.landing.dbt_sources`.

The raw tables have exactly the columns declared here, so dbt and the loader cannot disagree. A test holds the
written files in step.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from orchestration.landing.contracts import Column, Table, load_contracts
from orchestration.settings import PROJECT_ROOT

_SYSTEM_DESCRIPTIONS = {
    "_delivery_id": "Delivery the row came with, as in raw.deliveries",
    "_file": "File the row came from, below the landing folder (registers: below the registers folder)",
    "_row": "Number of the record within the file, from 1, header not counted",
    "_scope": "What a newer delivery of this table replaces",
    "_row_id": "MD5 of table, scope, content and ordinal among equal rows; kept when the row is delivered again",
    "_extra": "JSON object of the columns that the contract does not declare; null if there are none",
}
_HEADER = "# Written by `python -m orchestration.landing.dbt_sources` from orchestration/contracts; change it there.\n"


def source_files(tables: Sequence[Table], models: Path) -> dict[Path, str]:
    """The text of each platform's source file, by its path below the models folder."""
    files = {}
    for platform in sorted({table.platform for table in tables}):
        of_platform = [table for table in tables if table.platform == platform]
        document = {
            "version": 2,
            "sources": [
                {
                    "name": platform,
                    "schema": "raw",
                    "description": f"Accepted deliveries of {platform}, as text, one table per kind of file.",
                    "tables": [_table(table) for table in of_platform],
                }
            ],
        }
        path = models / "staging" / platform / f"_{platform}__sources.yml"
        files[path] = _HEADER + yaml.safe_dump(
            document, sort_keys=False, allow_unicode=True, width=118
        )
    return files


def _table(table: Table) -> dict[str, Any]:
    meta: dict[str, Any] = {"role": table.role, "replaces": table.replaces.scope}
    if table.overlap_set:
        meta["overlap_set"] = table.overlap_set
    return {
        "name": table.name,
        "identifier": table.qualified,
        "description": table.description,
        "config": {"meta": meta},
        "columns": [
            *(
                {"name": column.name, "data_type": "varchar", "description": _description(column)}
                for column in table.columns
            ),
            *(
                {
                    "name": name,
                    "data_type": "varchar",
                    "description": f"`{name.removeprefix('_path_')}` as the file's path names it",
                }
                for name in table.path_columns
            ),
            *(
                {
                    "name": name,
                    "data_type": "bigint" if name == "_row" else "varchar",
                    "description": text,
                }
                for name, text in _SYSTEM_DESCRIPTIONS.items()
            ),
        ],
    }


def _description(column: Column) -> str:
    unit = f" (unit: {column.unit})" if column.unit else ""
    kind = "" if column.type == "text" else f" [{column.type}]"
    return f"{column.description or column.name}{unit}{kind}"


def main() -> None:
    """Write the files of all contracts."""
    for path, text in source_files(load_contracts(), PROJECT_ROOT / "models").items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(PROJECT_ROOT))


if __name__ == "__main__":
    main()
