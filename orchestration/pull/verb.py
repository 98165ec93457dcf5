"""What `chargeback pull` does: each source and store in turn, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from orchestration.errors import RefusalError
from orchestration.pull.client import PullError
from orchestration.pull.endpoints import SOURCES
from orchestration.pull.pulling import PullResult, configured_sources, pull
from orchestration.pull.stores import VARIABLE, Store, StoreResult, declared_stores, pull_store
from orchestration.report.wording import counted
from orchestration.settings import Settings

STORES = "stores"
_WAITS = "it waits for the command that is writing, and lands with the next landing"


def pull_all(
    settings: Settings,
    names: Sequence[str],
    first: str | None,
    last: str | None,
    echo: Callable[[str], None],
) -> list[str]:
    """Pull what is named, or all that is configured; returns why what failed has failed."""
    days = _days(first, last)
    apis, stores = _chosen(names)
    failures = []
    for name in apis:
        try:
            for line in _lines(pull(settings, name, *days)):
                echo(line)
        except PullError as error:
            failures.append(str(error))
    for store in stores:
        try:
            for line in _store_lines(pull_store(settings, store)):
                echo(line)
        except PullError as error:
            failures.append(str(error))
    return failures


def _chosen(names: Sequence[str]) -> tuple[list[str], list[Store]]:
    declared = declared_stores()
    if not names:
        apis = list(configured_sources())
        if not apis and not declared:
            variables = ", ".join(sorted({source.key_variable for source in SOURCES.values()}))
            raise RefusalError(
                f"There is nothing to pull: set the key of an API ({variables}), or {VARIABLE}. docs/pulls.md says how."
            )
        return apis, list(declared)
    addresses = {store.address: store for store in declared}
    apis = [name for name in names if name in SOURCES]
    stores = [addresses[name] for name in names if name in addresses]
    for name in names:
        if name == STORES:
            if not declared:
                raise RefusalError(
                    f"No store is declared: set {VARIABLE} to a file that names them (docs/pulls.md shows one)."
                )
            stores = list(declared)
        elif name not in SOURCES and name not in addresses:
            raise RefusalError(
                f"There is nothing to pull named {name!r}; there are {', '.join([*SOURCES, STORES, *addresses])}."
            )
    return apis, stores


def _days(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    days = []
    for option, text in (("--from", first), ("--to", last)):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError as error:
            raise RefusalError(f"{option} is a day such as 2026-05-31, not {text!r}.") from error
    if days[0] and days[1] and days[0] > days[1]:
        raise RefusalError("--from is later than --to.")
    return days[0], days[1]


def _lines(result: PullResult) -> list[str]:
    lines = []
    for table in result.pulled:
        days = f", {table.first} to {table.last}" if table.first else ""
        lines.append(
            f"pulled {result.source} {table.table}: {counted(table.file_count, 'file')}{days}"
        )
    if not result.is_in_place:
        lines.append(f"{result.source}: {_WAITS}")
    return lines + [f"{result.source} {note}" for note in result.notes]


def _store_lines(result: StoreResult) -> list[str]:
    store = result.store
    lines = [
        f"copied {store.address} to {store.folder}: {counted(result.copied_count, 'file')}, "
        f"{result.byte_count:,} bytes; {result.unchanged_count:,} were there already"
    ]
    if not result.is_in_place:
        lines.append(f"{store.address}: {_WAITS}")
    return lines + [f"{store.address}: {note}" for note in result.notes]
