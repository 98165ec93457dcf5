"""dbt inside this process: its folders through the environment, its connection closed when it is done."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.registers import write_absent_registers
from orchestration.settings import Settings


def run_dbt(
    settings: Settings,
    arguments: Sequence[str],
    *,
    flags: Sequence[str] = (),
    logs: Path | None = None,
    target: str = "",
    listen: Callable[[Any], None] | None = None,
) -> Any:
    """Invoke a dbt command on the company's folders and return dbt's own result.

    `flags` stand before the command. `target` is a folder inside dbt's target folder, for a run that must not disturb
    what another keeps there. The caller holds the writer's lock, unless the warehouse is one of its own.
    """
    # dbt takes three seconds to import; the other verbs do without it.
    from dbt.cli.main import dbtRunner

    write_absent_registers(settings)
    with _environment(settings, target), warnings.catch_warnings():
        # An optional register column that a company leaves out is no news, and agate warns of each.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="agate")
        try:
            return dbtRunner(callbacks=[listen] if listen else []).invoke(
                [
                    *("--log-level", "none", "--log-level-file", "info"),
                    *("--log-path", str(logs or settings.warehouse / "logs")),
                    *flags,
                    *arguments,
                    *("--project-dir", str(settings.project_root)),
                    *("--profiles-dir", str(settings.project_root / "profiles")),
                ]
            )
        finally:
            _close_connections()


def _close_connections() -> None:
    """Close the work file, which dbt keeps open for the process: readers of it need settings of their own."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
        DuckDBConnectionManager.close_all_connections()


@contextmanager
def _environment(settings: Settings, target: str) -> Iterator[None]:
    """Give dbt the company's folders as absolute paths, and put the environment back afterwards."""
    target_folder = settings.project_root / (os.environ.get("DBT_TARGET_PATH") or "target")
    values = {
        "CHARGEBACK_SEEDS": str(settings.seeds),
        "CHARGEBACK_WAREHOUSE": str(settings.warehouse),
        "DBT_TARGET_PATH": str(target_folder / target),
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
