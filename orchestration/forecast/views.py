"""Where the forecast is kept: one file in the warehouse, and a view over it that dbt reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.forecast.series import Key
from orchestration.landing.files import sync_file, sync_folder
from orchestration.settings import Settings

_SCHEMA = "forecasts"
_VIEW = "cost_forecasts"
_MONEY = "decimal(38, 10)"
_COLUMNS = {
    "forecast_level": "varchar",
    "cost_centre_code": "varchar",
    "use_case_id": "varchar",
    "platform": "varchar",
    "reporting_currency": "varchar",
    "forecast_status": "varchar",
    "method": "varchar",
    "made_from": "varchar",
    "reporting_cost": _MONEY,
    "lower_80_cost": _MONEY,
    "upper_80_cost": _MONEY,
    "lower_95_cost": _MONEY,
    "upper_95_cost": _MONEY,
    "backtest_error_share": _MONEY,
    "naive_error_share": _MONEY,
    "seasonal_naive_error_share": _MONEY,
    "backtest_count": "integer",
    "history_month_count": "integer",
    "months_ahead": "integer",
    "forecast_month": "date",
    "trained_to_month": "date",
}


@dataclass(frozen=True)
class ForecastRow:
    """A month of a forecast, amounts in the reporting currency; or, with `months_ahead` None, why there is none."""

    key: Key
    status: str
    months_ahead: int | None
    forecast_month: date | None
    trained_to: date
    history_months: int
    method: str | None = None
    reporting_cost: Decimal | None = None
    lower_80: Decimal | None = None
    upper_80: Decimal | None = None
    lower_95: Decimal | None = None
    upper_95: Decimal | None = None
    backtest_error: Decimal | None = None
    naive_error: Decimal | None = None
    seasonal_naive_error: Decimal | None = None
    backtest_count: int = 0


def _file(settings: Settings) -> Path:
    return settings.warehouse / "forecasts" / "forecast.parquet"


def stored_fingerprint(settings: Settings) -> str | None:
    """What the stored forecast was made from; None where there is none."""
    if not _file(settings).exists():
        return None
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select max(made_from) from read_parquet('{_quoted(_file(settings))}')"
        ).fetchone()
    return row[0] if row else None


def write_forecast(settings: Settings, rows: list[ForecastRow], made_from: str) -> None:
    """Put a forecast in the place of the stored one, by a rename. The caller holds the writer's lock."""
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.new")
    declared = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    marks = ", ".join("?" for _ in _COLUMNS)
    with duckdb.connect() as connection:
        connection.execute(f"create table forecast ({declared})")
        if rows:
            connection.executemany(
                f"insert into forecast values ({marks})", [_values(row, made_from) for row in rows]
            )
        connection.execute(
            f"copy forecast to '{_quoted(unfinished)}' (format parquet, compression zstd)"
        )
    sync_file(unfinished)
    unfinished.replace(file)
    sync_folder(file.parent)


def create_forecast_view(settings: Settings, *, is_kept: bool = True) -> None:
    """Bring schema `forecasts` of the work file in step with what is stored. The caller holds the writer's lock.

    Where the library is not installed, nothing keeps what is stored in step with the ledger: then it is not shown.
    """
    file = _file(settings)
    if is_kept and file.exists():
        body = (
            f"select {', '.join(_COLUMNS)} from "
            f"read_parquet('{_quoted(file)}', hive_partitioning = false)"
        )
    else:
        nulls = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _COLUMNS.items())
        body = f"select {nulls} where false"
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(f"create schema if not exists {_SCHEMA}")
        connection.execute(f"create or replace view {_SCHEMA}.{_VIEW} as {body}")


def _values(row: ForecastRow, made_from: str) -> list[object]:
    key = row.key
    return [
        key.level, key.cost_centre_code, key.use_case_id, key.platform, key.reporting_currency, row.status, row.method,
        made_from, row.reporting_cost, row.lower_80, row.upper_80, row.lower_95, row.upper_95, row.backtest_error,
        row.naive_error, row.seasonal_naive_error, row.backtest_count, row.history_months, row.months_ahead,
        row.forecast_month, row.trained_to,
    ]  # fmt: skip


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
