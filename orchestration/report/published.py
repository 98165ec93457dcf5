"""Opens the published file for reading and turns its rows into dataclasses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import duckdb

from orchestration.errors import RefusalError
from orchestration.failures import is_damage
from orchestration.publish import read_publication
from orchestration.settings import Settings

Row = TypeVar("Row")


@contextmanager
def published_file(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the current publication. Raises RefusalError where there is none, or it is damaged."""
    read_publication(settings)
    try:
        with duckdb.connect(settings.published_file, read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        if not is_damage(str(error)):
            raise
        raise RefusalError(
            f"{settings.published_file} is damaged. `chargeback publish` writes it again from the last build; "
            f"`chargeback rollback` shows the publication before it. ({str(error).splitlines()[0]})",
            exit_code=1,
        ) from error


def refuse_empty_month(connection: duckdb.DuckDBPyConnection, month: date) -> None:
    """Raise RefusalError, naming the months there are, where the published ledger has no entry of a month."""
    months = [
        found
        for (found,) in connection.execute(
            "select distinct accounting_month from marts.fct_allocation_ledger order by all"
        ).fetchall()
    ]
    if month not in months:
        known = f"it has {months[0]:%Y-%m} to {months[-1]:%Y-%m}" if months else "it is empty"
        raise RefusalError(f"The published ledger has no entry of {month:%Y-%m}: {known}.")


def rows_of(
    connection: duckdb.DuckDBPyConnection,
    row_type: type[Row],
    sql: str,
    values: list[Any] | dict[str, Any] | None = None,
) -> list[Row]:
    """The rows of a query whose columns stand in the order of the dataclass's fields."""
    return [row_type(*row) for row in connection.execute(sql, values or []).fetchall()]


def as_json(result: Any) -> str:
    """A dataclass and its properties as JSON: amounts as text, so that no reader makes floats of them, dates as ISO."""
    return json.dumps(_plain(result), indent=2, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        properties = [
            name for name, member in vars(type(value)).items() if isinstance(member, property)
        ]
        return {name: _plain(getattr(value, name)) for name in names + properties}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
