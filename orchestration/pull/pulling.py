"""Pulling from a vendor's API: which days, which pages, and into the landing folder whole or not at all.

Pages are saved byte for byte, each with its request beside it (never a header or a secret). All pages of a table that
one pull asks for carry one time and are one delivery; a newer pull of a day replaces the older one when it lands.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from orchestration import origin
from orchestration.errors import RefusalError
from orchestration.landing.arrivals import (
    arrival,
    has_arrived,
    one_at_a_time,
    put_in_place,
)
from orchestration.landing.contracts import Table, load_contracts
from orchestration.landing.discover import SIDECAR_ENDING
from orchestration.landing.rawzone import read_deliveries
from orchestration.pull.client import PATIENT, Client, Clock, Patience, PullError, utc_now
from orchestration.pull.endpoints import (
    SOURCES,
    Endpoint,
    Parameters,
    Source,
    Window,
    window_parameters,
)
from orchestration.pull.paging import pages, records_of
from orchestration.pull.reports import report_parts
from orchestration.settings import Settings, WriterBusyError, writer_lock

_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")


@dataclass(frozen=True)
class Pulled:
    """What was pulled of one table: one delivery. `first` and `last` are its UTC days; a list has none."""

    table: str
    file_count: int
    byte_count: int
    pulled_at: datetime
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class PullResult:
    """What a pull saved. `is_in_place` is false while another command writes: the next landing takes it then."""

    source: str
    pulled: tuple[Pulled, ...]
    notes: tuple[str, ...]
    is_in_place: bool


def configured_sources(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The sources to pull: those that CHARGEBACK_PULL names, else those whose secret is in the environment."""
    named = environment.get("CHARGEBACK_PULL", "").replace(",", " ").split()
    for name in named:
        _source(name)
    return tuple(named) or tuple(
        source.name
        for source in SOURCES.values()
        if environment.get(source.key_variable) and not source.is_alternative
    )


def pull(
    settings: Settings,
    name: str,
    first: date | None = None,
    last: date | None = None,
    tables: Iterable[str] | None = None,
    environment: Mapping[str, str] = os.environ,
    clock: Clock = utc_now,
    patience: Patience = PATIENT,
) -> PullResult:
    """Pull a source into the landing folder. Safe to repeat: a newer pull of a day replaces an older one.

    `first` and `last` are UTC days, both included; left out, from the last day that has landed less the days that the
    vendor restates, to yesterday. `tables` narrows the pull to some. Raises PullError once all tables have had their
    turn, if any failed; what did not fail is saved. Raises RefusalError where the environment lacks something.
    """
    refuse_invented(settings)
    source = _source(name)
    jobs = list(_jobs(source, environment, None if tables is None else set(tables)))
    pulled: list[Pulled] = []
    notes: list[str] = []
    failures: list[tuple[str, PullError]] = []
    client = _client(source, environment, clock, patience)
    with one_at_a_time(settings.landing, name):
        session = _Session(settings.landing, client, source, patience, _last_days(settings))
        try:
            for endpoint, places in jobs:
                if endpoint.each and endpoint.each[0] not in session.listed:
                    continue
                try:
                    window, note = session.window(endpoint, first, last)
                    notes += [note] if note else []
                    if endpoint.days is None or window is not None:
                        pulled += session.pull(endpoint, places, first, last)
                except PullError as error:
                    if endpoint.by_choice and error.status in (403, 404):
                        notes.append(f"{endpoint.table}: not offered to this key ({error.status})")
                    else:
                        failures.append((endpoint.table, error))
                except OSError as error:
                    reason = f"{settings.landing} cannot be written: {error.strerror}."
                    failures.append((endpoint.table, PullError(reason)))
        finally:
            client.close()
        is_in_place = put_pulled_in_place(settings)
    if client.skew:
        notes.append(
            f"this machine's clock is {abs(client.skew).total_seconds():.0f} seconds "
            f"{'behind' if client.skew > timedelta() else 'ahead of'} the vendor's, whose time was taken"
        )
    if failures:
        raise PullError(
            f"{name}: "
            + " | ".join(f"{table}: {error}" for table, error in failures)
            + (f" Saved all the same: {', '.join(p.table for p in pulled)}." if pulled else ""),
            may_pass=all(error.may_pass for _, error in failures),
            status=failures[0][1].status,
            tables=tuple(table for table, _ in failures),
        )
    return PullResult(name, tuple(pulled), tuple(notes), is_in_place)


def refuse_invented(settings: Settings) -> None:
    """Raise RefusalError where landing folder or registers are an invented company's: what is pulled is real."""
    if origin.is_invented(settings):
        raise RefusalError(
            f"{settings.landing} is an invented company's. Set CHARGEBACK_LANDING to the folder for your own exports."
        )
    origin.refuse_mixture(settings)


def put_pulled_in_place(settings: Settings) -> bool:
    """Move what has arrived to its places; false while another command writes, and the next landing does so then."""
    try:
        with writer_lock(settings, "pull"):
            put_in_place(settings.landing)
    except WriterBusyError:
        return False
    return True


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise RefusalError(
            f"There is no API to pull named {name!r}; there are {', '.join(SOURCES)}, and stores."
        )
    return SOURCES[name]


def _client(
    source: Source, environment: Mapping[str, str], clock: Clock, patience: Patience
) -> Client:
    secret = environment.get(source.key_variable, "").strip()
    if not secret:
        raise RefusalError(
            f"{source.name} needs a key: set {source.key_variable} (which key that is, docs/pulls.md says)."
        )
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise RefusalError(
            f"{source.key_variable} holds spaces, line ends or other characters that no key has."
        )
    address = environment.get(source.address_variable) or source.address
    if not address:
        raise RefusalError(
            f"{source.name} needs an address: set {source.address_variable}, such as https://gateway.example."
        )
    return Client(
        address,
        secret,
        source.key_header,
        source.key_prefix,
        source.headers,
        patience,
        clock,
        source.may_be_plain_http,
    )


def _jobs(
    source: Source, environment: Mapping[str, str], wanted: set[str] | None
) -> Iterator[tuple[Endpoint, dict[str, tuple[str, ...]]]]:
    """The endpoints to ask, each with the values for the places in its path."""
    known = {endpoint.table for endpoint in source.endpoints}
    if wanted is not None and wanted - known:
        raise RefusalError(
            f"{source.name} has no {', '.join(sorted(wanted - known))}; it has {', '.join(sorted(known))}."
        )
    values = {
        place: tuple(
            value.strip() for value in environment.get(variable, "").split(",") if value.strip()
        )
        for place, variable in source.places.items()
    }
    if source.places and not any(values.values()):
        raise RefusalError(f"{source.name} needs {' or '.join(source.places.values())}.")
    wanted = known if wanted is None else wanted
    wanted = wanted | {e.each[0] for e in source.endpoints if e.each and e.table in wanted}
    taken: set[str] = set()
    for endpoint in source.endpoints:
        places = {name: values[name] for name in values if f"{{{name}}}" in endpoint.path}
        if endpoint.table in wanted - taken and all(places.values()):
            taken.add(endpoint.table)
            yield endpoint, places


def _last_days(settings: Settings) -> dict[str, date]:
    """Of each raw table the last day that accepted deliveries tell of."""
    days: dict[str, date] = {}
    for delivery in read_deliveries(settings.raw_zone):
        told = [date.fromisoformat(last) for _, last in delivery.days]
        if told:
            days[delivery.source_table] = max([*told, days.get(delivery.source_table, told[0])])
    return days


def window_of(
    endpoint: Endpoint,
    source: Source,
    today: date,
    last_landed: date | None,
    first: date | None = None,
    last: date | None = None,
) -> tuple[Window | None, str | None]:
    """The days to ask for, None if there are none to tell of; and what had to be left out of those that were wanted.

    Only whole days: today's figures are not final, and a day that looks cheap is an anomaly that was none.
    """
    assert endpoint.days is not None
    yesterday = today - timedelta(days=1)
    end = min(last or yesterday, yesterday)
    if first is None:
        if last_landed is None:
            # Nothing yet: the month before this one, and this one.
            first = (end.replace(day=1) - timedelta(days=1)).replace(day=1)
        else:
            first = min(last_landed, end) - timedelta(days=source.overlap_days - 1)
    earliest = [first]
    if endpoint.days.since is not None:
        earliest.append(endpoint.days.since)
    if endpoint.days.oldest is not None:
        earliest.append(today - timedelta(days=endpoint.days.oldest))
    start = max(earliest)
    note = None
    if start > first:
        note = f"{endpoint.table}: asked from {start} only, the vendor tells of nothing earlier"
    return (Window(start, end) if start <= end else None), note


@cache
def _tables_of(platform: str) -> dict[str, Table]:
    return {table.name: table for table in load_contracts() if table.platform == platform}


class _ClockError(Exception):
    """The first answer told that this machine's clock is wrong: other days are meant, at another time."""


class _Session:
    """One pull of one source. `listed` holds what the records of its lists are called, by table."""

    def __init__(
        self,
        landing: Path,
        client: Client,
        source: Source,
        patience: Patience,
        last_days: Mapping[str, date],
    ) -> None:
        self._landing = landing
        self._client = client
        self._source = source
        self._patience = patience
        self._last_days = last_days
        self._tables = _tables_of(source.platform)
        self._members = {e.each[0]: e.each[1] for e in source.endpoints if e.each}
        self.listed: dict[str, list[str]] = {}

    def window(
        self, endpoint: Endpoint, first: date | None, last: date | None
    ) -> tuple[Window | None, str | None]:
        """The days to ask an endpoint for, as `window_of` tells them."""
        if endpoint.days is None:
            return None, None
        landed = self._last_days.get(self._tables[endpoint.table].qualified)
        return window_of(endpoint, self._source, self._client.now().date(), landed, first, last)

    def pull(
        self,
        endpoint: Endpoint,
        places: Mapping[str, tuple[str, ...]],
        first: date | None,
        last: date | None,
    ) -> list[Pulled]:
        """Save all pages of a table as one delivery, or none of them."""
        try:
            return self._pull_once(endpoint, places, first, last)
        except _ClockError:
            return self._pull_once(endpoint, places, first, last)

    def _pull_once(
        self,
        endpoint: Endpoint,
        places: Mapping[str, tuple[str, ...]],
        first: date | None,
        last: date | None,
    ) -> list[Pulled]:
        skew = self._client.skew
        window, _ = self.window(endpoint, first, last)
        pulled_at = self._unused_second(endpoint)
        names: list[str] = []
        sizes: list[int] = []
        with arrival(self._landing, self._source.name) as files:
            for filled in self._filled(endpoint, places):
                parts = self._parts(endpoint, filled, window)
                for number, (content, parameters, piece, document) in enumerate(parts, start=1):
                    if self._client.skew != skew:
                        raise _ClockError
                    kind = "part{}.csv" if endpoint.report else "page{}.json"
                    file = (
                        f"{self._folder(endpoint, filled)}/{self._stem(endpoint, filled)}"
                        f"_pulled_{pulled_at:%Y%m%dT%H%M%SZ}_{kind.format(number)}"
                    )
                    files.write(file, content)
                    files.write(
                        f"{file}{SIDECAR_ENDING}",
                        self._request(endpoint, filled, parameters, piece, pulled_at),
                    )
                    sizes.append(len(content))
                    names += self._names(endpoint, document)
        if endpoint.table in self._members:
            self.listed[endpoint.table] = names
        if not sizes:
            return []
        days = (window.first, window.last) if window else (None, None)
        return [Pulled(endpoint.table, len(sizes), sum(sizes), pulled_at, *days)]

    def _parts(
        self, endpoint: Endpoint, filled: Mapping[str, str], window: Window | None
    ) -> Iterator[tuple[bytes, Parameters, Window | None, Any]]:
        """Each page or file, what was asked for, about which days, and what a page says."""
        path = self._path(endpoint, filled)
        pieces: list[Window | None] = [None]
        if window is not None and endpoint.days is not None:
            pieces = [*window.pieces(endpoint.days.most)]
        for piece in pieces:
            if endpoint.report is not None and piece is not None:
                for part in report_parts(
                    self._client, path, endpoint.report, piece, self._patience
                ):
                    yield part.content, part.parameters, piece, None
                continue
            parameters = dict(endpoint.parameters)
            if piece is not None and endpoint.days is not None:
                parameters |= window_parameters(endpoint.days, piece)
            table = self._tables[endpoint.table]
            for page in pages(self._client, path, parameters, endpoint.paging, table):
                yield page.content, page.parameters, piece, page.document

    def _filled(
        self, endpoint: Endpoint, places: Mapping[str, tuple[str, ...]]
    ) -> Iterator[dict[str, str]]:
        """What stands in the places of the path, once for each request."""
        each = dict(places)
        if endpoint.each is not None:
            each[endpoint.each[1]] = tuple(self.listed[endpoint.each[0]])
        for values in product(*each.values()):
            yield dict(zip(each, values, strict=True))

    def _names(self, endpoint: Endpoint, document: Any) -> list[str]:
        """What a list's records are called, for the endpoints that ask for each of them; archived ones are left out."""
        member = self._members.get(endpoint.table)
        if member is None:
            return []
        names = []
        for record in records_of(document, self._tables[endpoint.table]):
            if record.get("status") != "archived":
                name = str(record.get(member))
                if not _SAFE_NAME.fullmatch(name):
                    raise PullError(f"{endpoint.path}: {name[:80]!r} is no name of a record.")
                names.append(name)
        return names

    def _path(self, endpoint: Endpoint, filled: Mapping[str, str]) -> str:
        return endpoint.path.format(**{k: quote(v, safe="") for k, v in filled.items()})

    def _folder(self, endpoint: Endpoint, filled: Mapping[str, str]) -> str:
        below = endpoint.folder.format(**{k: quote(v, safe="") for k, v in filled.items()})
        return "/".join(filter(None, (self._source.platform, endpoint.table, below)))

    def _stem(self, endpoint: Endpoint, filled: Mapping[str, str]) -> str:
        return filled[endpoint.each[1]] if endpoint.each else endpoint.table

    def _unused_second(self, endpoint: Endpoint) -> datetime:
        """The time of this pull: pulls of one second would be one delivery."""
        moment = self._client.now().astimezone(UTC).replace(microsecond=0)
        folder = f"{self._source.platform}/{endpoint.table}"
        while has_arrived(self._landing, folder, f"*pulled_{moment:%Y%m%dT%H%M%SZ}*"):
            moment += timedelta(seconds=1)
        return moment

    def _request(
        self,
        endpoint: Endpoint,
        filled: Mapping[str, str],
        parameters: Parameters,
        piece: Window | None,
        pulled_at: datetime,
    ) -> bytes:
        request = {
            "endpoint": f"{self._client.address}{self._path(endpoint, filled)}",
            # As the contracts name them: Anthropic's `group_by[]` is `group_by`.
            "parameters": {name.removesuffix("[]"): value for name, value in parameters.items()},
            "window": {"from": f"{piece.first}", "to": f"{piece.last}"} if piece else None,
            "pulled_at": f"{pulled_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        return json.dumps(request, indent=2).encode()
