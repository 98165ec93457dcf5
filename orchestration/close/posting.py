"""Posts a month: one folder with what the marts of a tested build show of it, put in its place by one rename."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.build_record import current_build_record
from orchestration.close.archive import archived_tables
from orchestration.close.closed import (
    INCOMING,
    RECORD_NAME,
    REGISTERS,
    Close,
    close_of,
)
from orchestration.close.conditions import CHECKS, Block, find_blocks
from orchestration.close.totals import totals_of
from orchestration.errors import RefusalError
from orchestration.landing.engine import connect
from orchestration.landing.files import sha256_of, sync_file, sync_folder, write_durably
from orchestration.periods import month_of
from orchestration.registers.declared import REGISTERS as DECLARED_REGISTERS
from orchestration.settings import Settings

_EXIT_FAILED = 1


@dataclass(frozen=True)
class ClosingOutcome:
    """What an attempt to close did: `close` is None where `blocks` kept the month open."""

    close: Close | None = None
    was_closed: bool = False
    blocks: list[Block] = field(default_factory=list)
    overridden: list[Block] = field(default_factory=list)


def close_period(
    settings: Settings, period: str, approved_by: str, overrides: Mapping[str, str]
) -> ClosingOutcome:
    """Post an accounting month, unless something keeps it open. The caller holds the writer's lock.

    `overrides` gives a reason for each check to pass over. A month that is closed stays as it is. Raises RefusalError
    for a month that has not ended by the as-of date or that nothing is known of, an approver that is no staff number,
    an unknown check, and where the last tested build is not of what is there now.
    """
    month = month_of(period)
    _refuse_wrong_words(approved_by, overrides)
    existing = close_of(settings.closes, period)
    if existing is not None:
        return ClosingOutcome(existing, was_closed=True)
    build = current_build_record(settings)
    with _reading_work_file(settings) as connection:
        fingerprint = _refuse_unended(connection, period)
        blocks = find_blocks(connection, month)
        standing = [block for block in blocks if block.check not in overrides]
        overridden = [block for block in blocks if block.check in overrides]
        if standing:
            return ClosingOutcome(blocks=standing, overridden=overridden)
        used = [
            {
                "check": check,
                "reason": overrides[check],
                "found": [block.finding for block in overridden if block.check == check],
            }
            for check in CHECKS
            if any(block.check == check for block in overridden)
        ]
        close = _post(settings, connection, period, approved_by, used, fingerprint, build)
    return ClosingOutcome(close, overridden=overridden)


def preview_close(settings: Settings, period: str) -> ClosingOutcome:
    """What keeps an accounting month open, without posting anything. The caller holds the writer's lock.

    Raises RefusalError for a month that has not ended or that nothing is known of, and where the last tested build is
    not of what is there now.
    """
    month = month_of(period)
    existing = close_of(settings.closes, period)
    if existing is not None:
        return ClosingOutcome(existing, was_closed=True)
    current_build_record(settings)
    with _reading_work_file(settings) as connection:
        _refuse_unended(connection, period)
        return ClosingOutcome(blocks=find_blocks(connection, month))


@contextmanager
def _reading_work_file(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(settings.warehouse / ".spill-close") as connection:
        connection.execute(
            f"attach '{str(settings.work_file).replace(chr(39), chr(39) * 2)}' as chargeback (read_only)"
        )
        connection.execute("use chargeback.main")
        yield connection


def _refuse_wrong_words(approved_by: str, overrides: Mapping[str, str]) -> None:
    if not approved_by.strip() or "@" in approved_by:
        raise RefusalError(
            "Who approves is named by a person_id, the staff number in people.csv: never by an e-mail."
        )
    for check, reason in overrides.items():
        if check not in CHECKS:
            raise RefusalError(
                f"There is no check '{check}' to override. There are: {', '.join(CHECKS)}."
            )
        if not reason.strip():
            raise RefusalError(
                f"The override of {check} needs a reason: it is kept with the close."
            )


def _refuse_unended(connection: duckdb.DuckDBPyConnection, period: str) -> str:
    """The month's input fingerprint, if it has charges and has ended by the as-of date; RefusalError otherwise."""
    row = connection.execute(
        "select period_status, current_fingerprint, charge_count, (select as_of_date from intermediate.int_as_of_date) "
        "from intermediate.int_accounting_periods where accounting_month = ?",
        [month_of(period)],
    ).fetchone()
    if row is None or not row[2]:
        raise RefusalError(
            f"No charge of {period} has landed: there is nothing to close.", _EXIT_FAILED
        )
    status, fingerprint, _, as_of = row
    if status == "open":
        raise RefusalError(
            f"{period} has not ended: what has landed reaches to {as_of}. Close it when its last day is behind that.",
            _EXIT_FAILED,
        )
    return str(fingerprint)


def _post(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    period: str,
    approved_by: str,
    overrides: Sequence[Mapping[str, Any]],
    fingerprint: str,
    build: Mapping[str, Any],
) -> Close:
    of_period = settings.closes / period
    of_period.mkdir(parents=True, exist_ok=True)
    for leftover in of_period.glob(f"{INCOMING}*"):
        # What a killed close left behind was never a close.
        shutil.rmtree(leftover)
    incoming = of_period / f"{INCOMING}{period}"
    incoming.mkdir()
    _write_rows(connection, period, incoming)
    _write_registers(settings, connection, incoming / REGISTERS)
    content = {
        "period": period,
        "approved_by": approved_by.strip(),
        "overrides": list(overrides),
        "totals": totals_of(incoming),
        "files": file_hashes(incoming),
        "rule_versions": _rule_versions(connection, period),
        "input_fingerprint": fingerprint,
        "inputs": build["inputs"],
        "earlier_closes": build["closes"],
    }
    close_id = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    # The clock is asked here alone: it is recorded, and nothing is computed from it.
    closed_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    record = {"close_id": close_id, **content, "closed_at": closed_at}
    write_durably(incoming / RECORD_NAME, (json.dumps(record, indent=1) + "\n").encode())
    for path in sorted(incoming.rglob("*")):
        if path.is_file():
            path.chmod(0o444)
            sync_file(path)
    sync_folder(incoming / REGISTERS)
    sync_folder(incoming)
    folder = of_period / close_id
    incoming.rename(folder)
    sync_folder(of_period)
    sync_folder(settings.closes)
    return Close(period, close_id, folder, record)


def _write_rows(connection: duckdb.DuckDBPyConnection, period: str, folder: Path) -> None:
    """Each archived table's rows of the month, in a fixed order: the same content gives the same bytes."""
    for table in archived_tables():
        columns = ", ".join(
            f'cast("{name}" as {kind}) as "{name}"' for name, kind in table.file_columns
        )
        only = f" and {table.only}" if table.only else ""
        connection.execute(
            f"copy (select {columns} from chargeback.{table.relation} "
            f"where accounting_month = date '{month_of(period)}'{only} order by all) "
            f"to '{_escaped(folder / table.file)}' (format parquet, compression zstd)"
        )


def _write_registers(
    settings: Settings, connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    """Every register as it stands; of those that name people the accepted rows, which hold pseudonyms."""
    folder.mkdir()
    for register in DECLARED_REGISTERS:
        if register.is_landed:
            connection.execute(
                f"copy (select * from chargeback.raw.registers__{register.name} order by _file, _row) "
                f"to '{_escaped(folder / register.name)}.parquet' (format parquet, compression zstd)"
            )
        elif (settings.seeds / register.file).exists():
            shutil.copyfile(settings.seeds / register.file, folder / register.file)
        elif register.defaults:
            # What stood in for it is as much of the close: another version may have other defaults.
            (folder / register.file).write_text(register.standing_in, encoding="utf-8")


def _rule_versions(connection: duckdb.DuckDBPyConnection, period: str) -> list[dict[str, str]]:
    rows = connection.execute(
        "select distinct rule_id, rule_version from marts.fct_allocation_ledger "
        "where accounting_month = ? and rule_id is not null order by all",
        [month_of(period)],
    ).fetchall()
    return [{"rule_id": rule_id, "rule_version": version} for rule_id, version in rows]


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a close but its record, by path below the folder."""
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / RECORD_NAME
    }


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
