"""Where things are, and the one lock that every writer of the warehouse takes."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import RefusalError
from orchestration.failures import refusal_of

# Good enough for the invented sample company and for nobody else: docs and `report` say so.
DEVELOPMENT_PSEUDONYM_KEY = "chargeback-development-key"
KEPT_PUBLICATIONS = 5
PROJECT_ROOT = Path(__file__).resolve().parents[1]


class WriterBusyError(RefusalError):
    """Another process writes to the warehouse."""


@dataclass(frozen=True)
class Settings:
    """Absolute paths of one company's landing folder, registers and warehouse, and the key for its people.

    `kept_publications` counts the newest ones, the current one among them; fewer than two leave no way back.
    """

    project_root: Path
    landing: Path
    seeds: Path
    warehouse: Path
    pseudonym_key: str
    # Whether a landing asks Great Expectations, where it is installed, before it accepts a delivery.
    with_expectations: bool = False
    kept_publications: int = KEPT_PUBLICATIONS

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings that the CHARGEBACK_ variables name; relative paths start at the project root."""

        def folder(variable: str, default: str) -> Path:
            return (PROJECT_ROOT / (os.environ.get(variable) or default)).resolve()

        return cls(
            project_root=PROJECT_ROOT,
            landing=folder("CHARGEBACK_LANDING", "landing"),
            seeds=folder("CHARGEBACK_SEEDS", "seeds"),
            warehouse=folder("CHARGEBACK_WAREHOUSE", "warehouse"),
            pseudonym_key=os.environ.get("CHARGEBACK_PSEUDONYM_KEY") or DEVELOPMENT_PSEUDONYM_KEY,
            with_expectations=os.environ.get("CHARGEBACK_EXPECTATIONS") != "off",
            kept_publications=_kept_publications(),
        )

    @property
    def work_file(self) -> Path:
        """The DuckDB file that landing and dbt write."""
        return self.warehouse / "chargeback.duckdb"

    @property
    def published_file(self) -> Path:
        """The DuckDB file that BI tools read."""
        return self.warehouse / "published" / "chargeback.duckdb"

    @property
    def raw_zone(self) -> Path:
        """The folder of accepted deliveries."""
        return self.warehouse / "raw"

    @property
    def closes(self) -> Path:
        """The folder of closed months."""
        return self.warehouse / "closes"


def _kept_publications() -> int:
    value = os.environ.get("CHARGEBACK_KEPT_PUBLICATIONS") or str(KEPT_PUBLICATIONS)
    if not value.isascii() or not value.isdigit() or int(value) < 2:
        raise RefusalError(
            f"CHARGEBACK_KEPT_PUBLICATIONS is `{value}`: set it to a whole number from 2 on, or leave it unset "
            f"({KEPT_PUBLICATIONS})."
        )
    return int(value)


# How deep a thread is in blocks of a lock that it holds.
_held: dict[tuple[Path, int], int] = {}


@contextmanager
def writer_lock(settings: Settings, verb: str) -> Iterator[None]:
    """Hold the warehouse's writer lock while the block runs; a block inside another of this thread shares it.

    Raises WriterBusyError, which names the verb, process and host that hold it, and RefusalError where the block fails
    for want of space or rights, or on a damaged work file, which is then set aside.
    """
    path = settings.warehouse / ".writer.lock"
    holder = (path, threading.get_ident())
    if holder in _held:
        _held[holder] += 1
        try:
            yield
        finally:
            _held[holder] -= 1
        return
    try:
        with _locked(path, settings.warehouse, verb):
            yield
    except Exception as error:
        refusal = refusal_of(error, settings.work_file)
        if refusal is None:
            raise
        raise refusal from error


@contextmanager
def _locked(path: Path, warehouse: Path, verb: str) -> Iterator[None]:
    warehouse.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WriterBusyError(_holder(path, warehouse)) from error
        lock.truncate(0)
        lock.write(json.dumps({"verb": verb, "process": os.getpid(), "host": socket.gethostname()}))
        lock.flush()
        holder = (path, threading.get_ident())
        _held[holder] = 1
        try:
            yield
        finally:
            del _held[holder]
            lock.truncate(0)


def _holder(path: Path, warehouse: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who = f"`chargeback {holder['verb']}` (process {holder['process']} on {holder['host']})"
    except (ValueError, KeyError, OSError):
        who = "another process"
    return f"{who} is writing to {warehouse}; wait until it has finished, then run this again"
