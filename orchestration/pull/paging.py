"""From the first page of an answer to its last, and not one page further."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.landing.contracts import Table
from orchestration.pull.client import Client, PullError
from orchestration.pull.endpoints import Paging, Parameters

# No vendor has so many pages for the days of one request; whoever has more is going in a circle.
MAXIMUM_PAGES = 10_000


@dataclass(frozen=True)
class Page:
    """A page as it came, what was asked for to get it, and what it says."""

    content: bytes
    parameters: Parameters
    document: Any


def pages(
    client: Client, path: str, parameters: Parameters, paging: Paging | None, table: Table
) -> Iterator[Page]:
    """Every page of one request. Raises PullError for a page without its list, and for pages without an end."""
    asked = dict(parameters)
    if paging is not None and paging.cursor is None:
        asked[paging.parameter] = 1
    seen: set[str] = set()
    for number in range(1, MAXIMUM_PAGES + 1):
        answer = client.get(path, asked)
        records = _records(answer.document, table, path)
        yield Page(answer.content, dict(asked), answer.document)
        if paging is None:
            return
        if paging.cursor is None:
            mark = hashlib.sha256(answer.content).hexdigest()
            following: Any = number + 1
            more = bool(records) and (answer.has_link_to_next or len(records) >= paging.size)
        else:
            more = _has_more(answer.document, path)
            following = answer.document.get(paging.cursor)
            mark = str(following)
            if more and not isinstance(following, str):
                raise _changed(
                    path, f"it says that more pages follow, but holds no `{paging.cursor}`"
                )
        if not more:
            return
        if mark in seen:
            raise PullError(
                f"{path}: page {number} leads back to a page that was read already: its pages have no end. Nothing "
                "was saved; report it to the vendor."
            )
        seen.add(mark)
        asked[paging.parameter] = following
    raise PullError(f"{path}: more than {MAXIMUM_PAGES} pages; ask for fewer days (--from, --to).")


def records_of(document: Any, table: Table) -> list[Any]:
    """The outermost list of a page, as the table's contract names it. Raises ValueError where there is none."""
    name = table.records[0] if table.records else table.page
    found = document.get(name) if isinstance(document, dict) and name is not None else None
    if not isinstance(found, list):
        raise ValueError(f"there is no list `{name}`")
    return found


def _records(document: Any, table: Table, path: str) -> list[Any]:
    try:
        records = records_of(document, table)
    except ValueError as error:
        raise _changed(path, str(error)) from None
    for record in records:
        inner = record
        for name in table.records[1:]:
            inner = inner.get(name) if isinstance(inner, dict) else None
            if not isinstance(inner, list):
                raise _changed(
                    path, f"`{table.records[0]}` holds a record without its list `{name}`"
                )
            break
        if not isinstance(record, dict):
            raise _changed(path, "a record is not an object")
    return records


def _has_more(document: Any, path: str) -> bool:
    more = document.get("has_more")
    if not isinstance(more, bool):
        raise _changed(path, "it does not say whether more pages follow (`has_more`)")
    return more


def _changed(path: str, what: str) -> PullError:
    return PullError(
        f"{path}: the answer has another shape than its contract knows: {what}. Nothing was saved. Look whether the "
        "vendor has changed its API; then the contract in orchestration/contracts has to follow."
    )
