"""Where things are, and the one lock that every writer of the warehouse takes."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import RefusalError

# Good enough for the invented sample company and for nobody else: docs and `report` say so.
DEVELOPMENT_PSEUDONYM_KEY = "chargeback-development-key"
PROJECT_ROOT = Path(__file__).resolve().parents[1]


class WriterBusyError(RefusalError):
    """Another process writes to the warehouse."""


@dataclass(frozen=True)
class Settings:
    """Absolute paths of one company's landing folder, registers and warehouse, and the key for its people."""

    project_root: Path
    landing: Path
    seeds: Path
    warehouse: Path
    pseudonym_key: str
    # Whether a landing asks Great Expectations, where it is installed, before it accepts a delivery.
    with_expectations: bool = False

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


_held: dict[Path, int] = {}


@contextmanager
def writer_lock(settings: Settings, verb: str) -> Iterator[None]:
    """Hold the warehouse's writer lock while the block runs; a block inside another of this process shares it.

    Raises WriterBusyError, which names the verb, process and host that hold it.
    """
    path = settings.warehouse / ".writer.lock"
    if _held.get(path):
        _held[path] += 1
        try:
            yield
        finally:
            _held[path] -= 1
        return
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise WriterBusyError(_holder(path, settings.warehouse)) from error
        lock.truncate(0)
        lock.write(json.dumps({"verb": verb, "process": os.getpid(), "host": socket.gethostname()}))
        lock.flush()
        _held[path] = 1
        try:
            yield
        finally:
            del _held[path]
            lock.truncate(0)


def _holder(path: Path, warehouse: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        who = f"`chargeback {holder['verb']}` (process {holder['process']} on {holder['host']})"
    except (ValueError, KeyError, OSError):
        who = "another process"
    return f"{who} is writing to {warehouse}; wait until it has finished, then run this again"
