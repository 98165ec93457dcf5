"""Restated months: closed ones whose charges, usage or approved exceptions have changed since, computed again under
their own registers.

What comes out is kept below `closes/.recomputed/<close_id>/`, the newest only: it follows from the close and from what
has landed, and is made again when it is missing.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.close.closed import REGISTERS, Close, read_closes
from orchestration.registers.declared import REGISTERS as DECLARED_REGISTERS
from orchestration.settings import Settings

_FOLDER = ".recomputed"
_UNFINISHED = ".unfinished"
_RECORD = "recomputation.json"
_LEDGER = "ledger.parquet"

_NEEDED = """
select close_id, current_fingerprint from intermediate.int_accounting_periods
where is_restated
    and not exists (
        select 1 from closes.recomputations
        where recomputations.close_id = int_accounting_periods.close_id
            and recomputations.input_fingerprint = int_accounting_periods.current_fingerprint
    )
order by accounting_month
"""


@dataclass(frozen=True)
class Recomputation:
    """A closed month's ledger as it comes out of the charges and usage of the fingerprint."""

    close: Close
    input_fingerprint: str
    ledger: Path


def read_recomputations(closes_folder: Path, closes: Sequence[Close]) -> list[Recomputation]:
    """The recomputations that are there, whole."""
    made = []
    for close in closes:
        folder = closes_folder / _FOLDER / close.close_id
        if (folder / _RECORD).exists() and (folder / _LEDGER).exists():
            record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
            made.append(Recomputation(close, record["input_fingerprint"], folder / _LEDGER))
    return made


def restated_closes(settings: Settings) -> list[tuple[Close, str]]:
    """Closes whose month must be computed again, with the fingerprint of the inputs, as the work file's models say."""
    closes = {close.close_id: close for close in read_closes(settings.closes)}
    if not closes:
        return []
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        try:
            rows = connection.execute(_NEEDED).fetchall()
        except duckdb.CatalogException:
            # The build failed before the models that tell were made.
            return []
    return [(closes[close_id], fingerprint or "") for close_id, fingerprint in rows]


def recompute(settings: Settings, close: Close, input_fingerprint: str) -> None:
    """Allocate a closed month anew under its archived registers; the caller holds the writer's lock.

    Raises RefusalError where the allocation under these registers fails.
    """
    # Landing reads the closes, so this module must not need landing to be imported.
    from orchestration.landing.files import write_durably
    from orchestration.recompute import recompute_ledger

    unfinished = settings.closes / _FOLDER / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    registers = unfinished / REGISTERS
    shutil.copytree(close.folder / REGISTERS, registers)
    _add_later_rates(settings.seeds, registers)
    _add_later_exceptions(settings, registers)
    _add_missing_headers(registers)
    recompute_ledger(settings, registers, unfinished / _LEDGER, [close.month])
    shutil.rmtree(registers)
    record = {"input_fingerprint": input_fingerprint}
    write_durably(unfinished / _RECORD, json.dumps(record).encode())
    # The work file's views read the earlier one until this one is whole.
    folder = settings.closes / _FOLDER / close.close_id
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


def _add_later_rates(seeds: Path, registers: Path) -> None:
    """Give the archived exchange rates those that they lack: other months must not fail, and a currency that a
    restatement brings in first has no rate of the close."""
    archived, current = registers / "fx_rates.csv", seeds / "fx_rates.csv"
    if not current.exists():
        return
    rows = _rows(archived) if archived.exists() else []
    known = {_rate_key(row) for row in rows}
    added = [row for row in _rows(current) if _rate_key(row) not in known]
    columns = list(dict.fromkeys(name for row in [*rows, *added] for name in row if name))
    if not added:
        return
    archived.unlink(missing_ok=True)
    with archived.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows([*rows, *added])


def _add_later_exceptions(settings: Settings, registers: Path) -> None:
    """Give the archived exceptions those approved since: the one way by which a register reaches a closed month."""
    archived = registers / "exceptions.parquet"
    held = f"read_parquet({_literal(archived)}, hive_partitioning = false)"
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        later = "select * from raw.registers__exceptions"
        if archived.exists():
            later = (
                f"select * from {held} union all by name {later} "
                f"where exception_id not in (select exception_id from {held} where exception_id is not null)"
            )
        joined = archived.with_name(f".{archived.name}")
        connection.execute(f"copy ({later}) to {_literal(joined)} (format parquet)")
    joined.replace(archived)


def _add_missing_headers(registers: Path) -> None:
    """Give a close of before a register had defaults the register without rows, as the month was posted."""
    for register in DECLARED_REGISTERS:
        if register.defaults and not (registers / register.file).exists():
            header = ",".join(column.name for column in register.fixed_columns)
            (registers / register.file).write_text(f"{header}\n", encoding="utf-8")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _rate_key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        (row.get(name) or "").strip().upper() for name in ("month", "from_currency", "to_currency")
    )
