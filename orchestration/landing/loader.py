"""One candidate to one accepted delivery, or to the reasons why not."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.landing.checks import MAXIMUM_FAULTS, Fault, RefusedError
from orchestration.landing.conflicts import Conflicts
from orchestration.landing.contracts import Table
from orchestration.landing.deliveries import Candidate
from orchestration.landing.equal_rows import number_equal_rows
from orchestration.landing.masking import mask_text
from orchestration.landing.measures import Measures, measured, runs
from orchestration.landing.normalise import quoted
from orchestration.landing.parts import PARQUET_OPTIONS, LoadedFile, load_file, scan_of
from orchestration.landing.people import People
from orchestration.landing.rawzone import (
    Acceptance,
    DeliveredFile,
    Delivery,
    accept,
    incoming_folder,
)

_DATE = re.compile(r"[0-9]{4}-?[0-9]{2}(-?[0-9]{2})?")


@dataclass(frozen=True)
class Staged:
    """A candidate whose rows stand in the incoming folder: all but accepted.

    `read_before`: the same content was accepted earlier and is read again, in the order of its first arrival.
    """

    candidate: Candidate
    delivery: Delivery
    incoming: Path
    read_before: bool

    @property
    def parts(self) -> list[Path]:
        """Where its rows stand."""
        return [self.incoming / part for file in self.delivery.files for part in file.parts]

    def discard(self) -> None:
        """Leave nothing of it."""
        shutil.rmtree(self.incoming, ignore_errors=True)


def stage(
    connection: duckdb.DuckDBPyConnection,
    raw_zone: Path,
    candidate: Candidate,
    delivery_id: str,
    people: People,
    read_before: bool,
) -> Staged:
    """Check a candidate by its contract and write its rows. Raises RefusedError and leaves nothing."""
    if candidate.faults:
        raise RefusedError(*candidate.faults)
    incoming = incoming_folder(raw_zone, candidate.table.qualified, delivery_id)
    try:
        loaded = _load_files(connection, incoming, candidate, delivery_id, people)
        _check_settled(candidate)
        _check_pages(candidate, loaded)
        _check_manifest_rows(candidate, loaded)
        number_equal_rows(
            connection, [part for file in loaded for part in file.parts], PARQUET_OPTIONS
        )
        delivery = _delivery(connection, candidate, delivery_id, people, loaded)
        return Staged(candidate, delivery, incoming, read_before)
    except BaseException:
        shutil.rmtree(incoming, ignore_errors=True)
        raise


def settle(
    raw_zone: Path,
    staged: Staged,
    sequence: int,
    acceptances: Sequence[Acceptance],
    people: People,
    conflicts: Conflicts,
) -> Delivery:
    """Accept a staged candidate; it is accepted when this returns. Raises RefusedError where it conflicts."""
    delivery = replace(staged.delivery, arrived_sequence=sequence, acceptances=tuple(acceptances))
    conflicts.check(delivery, staged.read_before)
    # Pseudonyms are in the map before any row that uses them is.
    people.save()
    accept(raw_zone, staged.incoming, delivery)
    return delivery


def delivery_id_of(candidate: Candidate, people: People, arrival: int) -> str:
    """The id of a delivery: the same for the same content, unless it arrives again after something newer."""
    reading = reading_of(candidate.table, people)
    return hashlib.sha256(f"{candidate.identity}|{reading}|{arrival}".encode()).hexdigest()[:24]


def reading_of(table: Table, people: People) -> str:
    """What decides how a file is read: its contract and the key for people."""
    return f"{table.fingerprint}-{people.key_check}"


def masked_name(name: str, people: People) -> str:
    """A path or a part of one without people and secrets."""
    return mask_text(name, people.pseudonym)


def _load_files(
    connection: duckdb.DuckDBPyConnection,
    incoming: Path,
    candidate: Candidate,
    delivery_id: str,
    people: People,
) -> list[LoadedFile]:
    table = candidate.table
    scope = None
    if candidate.manifest is not None:
        scope = masked_name(candidate.manifest.scope, people)
    elif table.replaces.scope == "nothing":
        scope = candidate.identity
    loaded: list[LoadedFile] = []
    faults: list[Fault] = []
    for index, (claim, digest) in enumerate(zip(candidate.claims, candidate.hashes, strict=True)):
        constants: dict[str, str | None] = {
            "_delivery_id": delivery_id,
            "_file": masked_name(claim.file.name, people),
            "_scope": scope,
        }
        for column, value in zip(table.path_columns, claim.captured, strict=True):
            constants[column] = masked_name(value, people) if value else None
        file = LoadedFile(claim, digest)
        try:
            load_file(connection, table, file, incoming / f"part-{index:05}", constants, people)
            loaded.append(file)
        except RefusedError as error:
            faults += error.faults
            if len(faults) >= MAXIMUM_FAULTS:
                break
    if faults:
        raise RefusedError(*faults[:MAXIMUM_FAULTS])
    return loaded


def _check_settled(candidate: Candidate) -> None:
    """What was hashed must be what was read."""
    moving = [claim.file.name for claim in candidate.claims if not claim.file.is_as_found()]
    if moving:
        raise RefusedError(
            *(
                Fault(
                    name,
                    "changed while it was being landed",
                    "Land again once it is copied completely",
                )
                for name in moving
            )
        )


def _check_pages(candidate: Candidate, loaded: Sequence[LoadedFile]) -> None:
    """No page of a pull twice, none missing at the end."""
    if candidate.table.unit != "pull":
        return
    faults = []
    pages: dict[str, LoadedFile] = {}
    buckets: dict[str, LoadedFile] = {}
    remedy = "Pull again: each page once, from the first to the one that says there are no more"
    for file in loaded:
        name = file.claim.file.name
        twin = pages.setdefault(file.sha256, file)
        if twin is not file and file.row_count:
            faults.append(
                Fault(name, f"the same page as {twin.claim.file.name} of the same pull", remedy)
            )
            continue
        for bucket, count in Counter(file.facts.buckets).items():
            other = buckets.setdefault(bucket, file)
            if other is not file or count > 1:
                reason = (
                    f"repeats a bucket of {other.claim.file.name} of the same pull, line for line"
                )
                faults.append(Fault(name, reason, remedy))
                break
    ends = [more for file in loaded for more in file.facts.more_pages]
    # A page without the time of its pull stands alone: nobody can say which pages belong to it.
    if candidate.delivered_at is not None and ends and all(ends):
        last = loaded[-1].claim.file.name
        faults.append(
            Fault(last, "says that more pages follow, but the pull holds no last page", remedy)
        )
    if faults:
        raise RefusedError(*faults[:MAXIMUM_FAULTS])


def _check_manifest_rows(candidate: Candidate, loaded: Sequence[LoadedFile]) -> None:
    if candidate.manifest is None:
        return
    faults = []
    for file in loaded:
        name = file.claim.file.name
        for entry in candidate.manifest.files:
            if name.endswith(entry.key.rsplit("/", 1)[-1]) and entry.row_count not in (
                None,
                file.row_count,
            ):
                reason = f"has {file.row_count} rows, but the manifest says {entry.row_count}"
                faults.append(Fault(name, reason, "Copy the export's folder again"))
    if faults:
        raise RefusedError(*faults)


def _delivery(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    delivery_id: str,
    people: People,
    loaded: Sequence[LoadedFile],
) -> Delivery:
    table = candidate.table
    parts = [part for file in loaded for part in file.parts]
    scan = scan_of(parts) if parts else None
    days = _covered_days(table, loaded)
    told = measured(connection, table, scan) if scan is not None else Measures()
    scope_sums = told.scope_sums
    scopes: set[str] = set()
    if table.replaces.scope == "key":
        scope_sums = tuple(replace(total, scope=delivery_id) for total in scope_sums)
    else:
        scopes |= {total.scope for total in scope_sums}
    content = sorted({*days, *told.days})
    if table.replaces.scope == "key":
        scopes = {delivery_id}
    elif table.replaces.scope == "all" and not table.replaces.by:
        scopes = {"all"}
    elif table.replaces.scope == "nothing":
        scopes = {candidate.identity}
    elif candidate.manifest is not None:
        scopes = {masked_name(candidate.manifest.scope, people)}
    elif table.replaces.scope == "day" and not table.replaces.by:
        scopes |= days
    elif table.replaces.scope == "month" and not table.replaces.by:
        scopes |= {day[:7] for day in days}
    unknown = sorted({name for file in loaded for name in file.unknown})
    return Delivery(
        delivery_id=delivery_id,
        platform=table.platform,
        table=table.name,
        role=table.role,
        identity=candidate.identity,
        fingerprint=reading_of(table, people),
        # Told when it is accepted.
        arrived_sequence=0,
        delivered_at=candidate.delivered_at.isoformat(sep=" ") if candidate.delivered_at else None,
        content_from=min(content, default=None),
        content_to=max(content, default=None),
        row_count=sum(file.row_count for file in loaded),
        money_rounding=f"{sum((file.money_rounding for file in loaded), Decimal(0)):f}",
        columns=table.raw_columns,
        unknown_columns=tuple(unknown),
        scopes=tuple(sorted(scopes)),
        overlaps=_overlaps(connection, table, scan),
        files=tuple(
            DeliveredFile(
                masked_name(file.claim.file.name, people),
                file.sha256,
                file.claim.file.byte_count,
                file.row_count,
                f"{file.money_rounding:f}",
                tuple(part.name for part in file.parts),
            )
            for file in loaded
        ),
        series=_series(candidate, people),
        headers=_headers(table, loaded),
        scope_sums=scope_sums if table.role == "bill" else (),
        fillings=told.fillings,
        days=tuple(runs({*days, *told.days})),
    )


def _series(candidate: Candidate, people: People) -> str:
    """What continues from one delivery to the next: an export without its month, or a folder's placeholders."""
    if candidate.manifest is not None:
        return masked_name(candidate.manifest.export, people)
    parts = (_DATE.sub("", part or "") for part in candidate.claims[0].captured)
    return "/".join(masked_name(part, people) for part in parts if part)


def _headers(table: Table, loaded: Sequence[LoadedFile]) -> tuple[str, ...] | None:
    """The declared columns that every file has, gathered ones aside; None where a file is JSON."""
    headers = [file.headers for file in loaded]
    if not headers or any(names is None for names in headers):
        return None
    shared = frozenset.intersection(*(names for names in headers if names is not None))
    return tuple(column.name for column in table.columns if column.name in shared)


def _covered_days(table: Table, loaded: Sequence[LoadedFile]) -> set[str]:
    """The days that a pull's buckets cover, those without results included."""
    days: set[str] = set()
    for file in loaded:
        for start, end in file.facts.covered:
            first, last = _moment(start), _moment(end)
            if (
                first is None
                or last is None
                or last < first
                or (last - first) > timedelta(days=1000)
            ):
                reason = "a bucket's bounds are not two times in order"
                raise RefusedError(
                    Fault(file.claim.file.name, reason, "Drop the vendor's response unchanged")
                )
            day = first.date()
            end_day = (last - timedelta(microseconds=1)).date() if last > first else day
            while day <= end_day:
                days.add(day.isoformat())
                day += timedelta(days=1)
    return days


def _moment(text: str) -> datetime | None:
    if text.isdecimal():
        return datetime(1970, 1, 1) + timedelta(seconds=int(text)) if len(text) <= 11 else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        moment = (moment - (moment.utcoffset() or timedelta())).replace(tzinfo=None)
    return moment


def _overlaps(
    connection: duckdb.DuckDBPyConnection, table: Table, scan: str | None
) -> tuple[str, ...]:
    """The values under which another table of the overlap set would tell the same purchase."""
    if table.overlap_set is None or scan is None:
        return ()
    terms = []
    for name in table.overlap_by:
        if name == "month":
            month = table.replaces.column or table.time
            terms.append(f"left({quoted(month)}, 7)" if month else "''")
        else:
            # Accounts compare by the last part of their path: one export writes all of it, another that part alone.
            values = ", ".join(f"nullif({quoted(column)}, '')" for column in name.split("|"))
            terms.append(f"lower(regexp_extract(coalesce({values}, ''), '[^/]*$'))")
    rows = connection.execute(
        f"select distinct {' || chr(31) || '.join(terms)} from {scan}"
    ).fetchall()
    return tuple(sorted(str(row[0]) for row in rows))
