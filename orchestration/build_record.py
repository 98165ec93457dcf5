"""What the last build that passed was made from: the publication's evidence, and the permission to publish.

The record is removed when a build begins and written when its last test has passed, so its presence means that
the marts in the work file are whole and tested.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.close.closed import read_closes
from orchestration.code_version import code_version
from orchestration.errors import RefusalError
from orchestration.forecast import can_forecast
from orchestration.landing.files import sha256_of, write_durably
from orchestration.settings import Settings

_RECORD = "build.json"
_FAILURES = "build_failures.json"
_UNFINISHED = {
    "kind": "build",
    "name": "not finished",
    "message": "The build began and did not end: it was stopped, or the machine was.",
    "meaning": "",
}
_STATE = "built.json"


@dataclass(frozen=True)
class Flag:
    """A dbt test of severity `warn` that found rows: published all the same, and shown in the report."""

    name: str
    meaning: str
    row_count: int


def remove_build_record(settings: Settings) -> None:
    """Withdraw the permission to publish, before anything in the work file changes.

    Until the build ends, its failure is that it never did: so a killed build can be told of.
    """
    (settings.warehouse / _STATE).unlink(missing_ok=True)
    (settings.warehouse / _RECORD).unlink(missing_ok=True)
    write_build_failures(settings, [_UNFINISHED])


def write_build_failures(settings: Settings, failures: list[dict[str, str]]) -> None:
    """Record why the build that has just ended did not pass: kind, name, message and meaning of each failure."""
    path = settings.warehouse / _FAILURES
    write_durably(path, (json.dumps(failures, indent=2, ensure_ascii=False) + "\n").encode())


def read_build_failures(settings: Settings) -> list[dict[str, str]]:
    """Why the last build did not pass; nothing where it did, or where none ever ran."""
    path = settings.warehouse / _FAILURES
    if not path.exists():
        return []
    failures: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return failures


def write_build_record(
    settings: Settings,
    flags: list[Flag],
    flagged_tests: Mapping[str, int] | None = None,
    state: str | None = None,
) -> None:
    """Record what the build that has just passed was made from. The caller holds the writer's lock.

    `flagged_tests` are the flags by dbt's own id of the test, with their rows. `state` is what `build_state` said when
    the build began: a register that is edited while it runs is not in it, and has to be built again.
    """
    record = {**_made_from(settings), "flags": [asdict(flag) for flag in flags]}
    path = settings.warehouse / _RECORD
    write_durably(path, (json.dumps(record, indent=2) + "\n").encode())
    (settings.warehouse / _FAILURES).unlink(missing_ok=True)
    built = {
        "state": state or build_state(settings),
        "flagged_tests": dict(flagged_tests or {}),
    }
    write_durably(settings.warehouse / _STATE, json.dumps(built).encode())


def flags_of_equal_build(settings: Settings) -> dict[str, int] | None:
    """The flagged tests of the last build where another would give the same, by dbt's id; None where it might not.

    It would where the last one passed, and neither the load ledger, quarantine included, nor a register, a close or a
    file of this project has changed since: nothing in a build reads the clock.
    """
    path = settings.warehouse / _STATE
    if read_build_record(settings) is None or not settings.work_file.exists() or not path.exists():
        return None
    built = json.loads(path.read_text(encoding="utf-8"))
    if built["state"] != build_state(settings):
        return None
    flagged: dict[str, int] = built["flagged_tests"]
    return flagged


def read_build_record(settings: Settings) -> dict[str, Any] | None:
    """The record of the last build, or None where it did not pass or never ran."""
    path = settings.warehouse / _RECORD
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def current_build_record(settings: Settings) -> dict[str, Any]:
    """The record of the last build if it is of what is there now; RefusalError if it is not, or did not pass."""
    record = read_build_record(settings)
    if record is None or not settings.work_file.exists():
        raise RefusalError(
            "There is no tested build: run `chargeback build` first and mend what it reports.",
            exit_code=1,
        )
    made_from = _made_from(settings)
    differing = [name for name, value in made_from.items() if record.get(name) != value]
    if differing:
        raise RefusalError(
            f"The last build is not of what is there now ({', '.join(differing)} have changed since): run "
            "`chargeback build` first.",
            exit_code=1,
        )
    return record


def _made_from(settings: Settings) -> dict[str, Any]:
    """What a build depends on: deliveries in force, registers, closed months, and the code."""
    return {
        "code": code_version(),
        "inputs": _inputs(settings.work_file),
        "registers": {path.name: sha256_of(path) for path in sorted(settings.seeds.glob("*.csv"))},
        "closes": {close.period: close.close_id for close in read_closes(settings.closes)},
    }


def build_state(settings: Settings) -> str:
    """One hash over all that a build reads."""
    made_from = {
        "ledger": _ledger(settings.work_file),
        "registers": {path.name: sha256_of(path) for path in sorted(settings.seeds.glob("*.csv"))},
        "closes": [close.close_id for close in read_closes(settings.closes)],
        "code": code_version()["sha256"],
        "has_forecast": can_forecast(),
    }
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def _ledger(work_file: Path) -> dict[str, list[Any]]:
    """Of each table that landing writes, its rows and one hash over them in any order."""
    with duckdb.connect(work_file, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
        ).fetchall()
        hashes = {}
        for (table,) in tables:
            row = connection.execute(
                f'select count(*), sum(cast(hash(t) as hugeint)) from raw."{table}" as t'
            ).fetchone()
            hashes[table] = [str(cell) for cell in row or ()]
    return hashes


def _inputs(work_file: Path) -> dict[str, Any]:
    """Per source table in force: deliveries, rows, and one hash over the names and contents of its files."""
    with duckdb.connect(work_file, read_only=True) as connection:
        rows = connection.execute(
            "select deliveries.source_table, deliveries.delivery_id, deliveries.row_count, "
            "files.file, files.sha256 "
            "from raw.deliveries as deliveries "
            "left join raw.delivery_files as files on deliveries.delivery_id = files.delivery_id "
            "where deliveries.status = 'current' order by all"
        ).fetchall()
    tables: dict[str, list[tuple[str, int, str, str]]] = {}
    for source_table, *row in rows:
        tables.setdefault(source_table, []).append(tuple(row))
    return {name: _input(table_rows) for name, table_rows in tables.items()}


def _input(rows: list[tuple[str, int, str, str]]) -> dict[str, Any]:
    row_counts = {delivery_id: row_count for delivery_id, row_count, _, _ in rows}
    files = [[file, sha256] for _, _, file, sha256 in rows]
    return {
        "delivery_count": len(row_counts),
        "row_count": sum(row_counts.values()),
        "sha256": hashlib.sha256(json.dumps(files).encode()).hexdigest(),
    }
