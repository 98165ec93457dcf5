"""One candidate to one accepted delivery, or to the reasons why not."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.checks import MAXIMUM_FAULTS, Fault, RefusedError
from orchestration.landing.contracts import Table
from orchestration.landing.deliveries import Candidate
from orchestration.landing.discover import Claim
from orchestration.landing.json_records import Reading
from orchestration.landing.ledger import current_scopes, statuses
from orchestration.landing.masking import SUSPECT, mask_text
from orchestration.landing.normalise import (
    FAULT_MARK,
    NESTED_MARK,
    PERSON_MARK,
    SECRET_MARK,
    Care,
    cells_select,
    described,
    faults_select,
    literal,
    people_positions,
    quoted,
)
from orchestration.landing.people import People
from orchestration.landing.rawzone import DeliveredFile, Delivery, accept, incoming_folder
from orchestration.landing.sources import Source, open_source, unreadable_parquet

_PARQUET_OPTIONS = "format parquet, compression zstd, compression_level 1, row_group_size 122880"


@dataclass
class Loaded:
    """One file in the incoming folder."""

    claim: Claim
    sha256: str
    part: Path
    row_count: int = 0
    money_rounding: Decimal = Decimal(0)
    unknown: tuple[str, ...] = ()
    facts: Reading = field(default_factory=Reading)


def load(
    connection: duckdb.DuckDBPyConnection,
    raw_zone: Path,
    candidate: Candidate,
    delivery_id: str,
    sequence: int,
    people: People,
    conflicts: Conflicts,
) -> Delivery:
    """Check and write a candidate; it is accepted when this returns. Raises RefusedError and leaves nothing."""
    if candidate.faults:
        raise RefusedError(*candidate.faults)
    table = candidate.table
    incoming = incoming_folder(raw_zone, table.qualified, delivery_id)
    try:
        loaded = _load_files(connection, incoming, candidate, delivery_id, people)
        _check_settled(candidate)
        _check_pages(candidate, loaded)
        _check_manifest_rows(candidate, loaded)
        _number_equal_rows(connection, loaded)
        delivery = _delivery(connection, candidate, delivery_id, sequence, people, loaded)
        conflicts.check(delivery, candidate)
        for file in loaded:
            if not file.row_count:
                file.part.unlink()
        people.save()
        accept(raw_zone, incoming, delivery)
        return delivery
    except BaseException:
        shutil.rmtree(incoming, ignore_errors=True)
        raise


def _load_files(
    connection: duckdb.DuckDBPyConnection,
    incoming: Path,
    candidate: Candidate,
    delivery_id: str,
    people: People,
) -> list[Loaded]:
    loaded: list[Loaded] = []
    faults: list[Fault] = []
    for index, (claim, digest) in enumerate(zip(candidate.claims, candidate.hashes, strict=True)):
        file = Loaded(claim, digest, incoming / f"part-{index:05}.parquet")
        try:
            _load_file(connection, candidate, file, delivery_id, people)
            loaded.append(file)
        except RefusedError as error:
            faults += error.faults
            if len(faults) >= MAXIMUM_FAULTS:
                break
    if faults:
        raise RefusedError(*faults[:MAXIMUM_FAULTS])
    return loaded


def _load_file(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    file: Loaded,
    delivery_id: str,
    people: People,
) -> None:
    """Write one part. First as if nothing needed a second look; what does says so and is read again."""
    table = candidate.table
    name = masked_name(file.claim.file.name, people)
    scope = None
    if candidate.manifest is not None:
        scope = masked_name(candidate.manifest.scope, people)
    elif table.replaces.scope == "nothing":
        scope = candidate.identity
    constants: dict[str, str | None] = {"_delivery_id": delivery_id, "_file": name, "_scope": scope}
    for column, value in zip(table.path_columns, file.claim.captured, strict=True):
        constants[column] = masked_name(value, people) if value else None
    care = Care()
    source = open_source(connection, table, file.claim.file, people, care)
    if source.is_parquet:
        care = _mask_parquet(connection, table, source, people)
    while True:
        try:
            with source.reading() as relation:
                cells = cells_select(table, source.layout, relation, constants, care)
                connection.execute(
                    f"copy ({cells}) to {literal(str(file.part))} ({_PARQUET_OPTIONS})"
                )
            break
        except duckdb.Error as error:
            more_care = _more_care(connection, table, source, people, care, str(error))
            if more_care is None:
                raise _explained(connection, table, source, error) from error
            care = more_care
            source = open_source(connection, table, file.claim.file, people, care)
    file.facts = source.facts
    unknown = {header for _, header in source.layout.unknown} | source.facts.unknown
    file.unknown = tuple(sorted(unknown))
    row = connection.execute(
        f"select count(*), {_rounding(table)} from read_parquet({literal(str(file.part))})"
    ).fetchone()
    if row is not None:
        file.row_count, file.money_rounding = int(row[0]), row[1] or Decimal(0)


def _more_care(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    people: People,
    care: Care,
    message: str,
) -> Care | None:
    """The care that a failed pass asks for; None if it failed for another reason."""
    if PERSON_MARK in message and not care.people_mapped:
        _map_people(connection, table, source, people)
        return replace(care, people_mapped=True)
    if NESTED_MARK in message and not care.scrubbed:
        return replace(care, scrubbed=True)
    if SECRET_MARK in message and not care.secrets_masked:
        return replace(care, secrets_masked=True)
    return None


def masked_name(name: str, people: People) -> str:
    """A path or a part of one without people and secrets."""
    return mask_text(name, people.pseudonym)


def _explained(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, error: duckdb.Error
) -> Exception:
    """The refusal behind a failed pass, found by reading the file again; other errors are returned as they are."""
    if isinstance(error, (duckdb.OutOfMemoryException, duckdb.FatalException)):
        return error
    if "No space left" in str(error):
        return error
    name = source.file.name
    faults: list[Fault] = []
    try:
        if not source.is_parquet:
            faults += _ragged_rows(connection, source)
        if not faults:
            with source.reading() as relation:
                found = connection.execute(
                    faults_select(table, source.layout, relation, MAXIMUM_FAULTS)
                ).fetchall()
            faults += described(name, found)
    except duckdb.Error:
        faults = []
    if faults:
        return RefusedError(*faults[:MAXIMUM_FAULTS])
    if source.is_parquet:
        return unreadable_parquet(source.file)
    if FAULT_MARK in str(error):
        return error
    return RefusedError(
        Fault(
            name,
            "the rows cannot be told apart: quotes or line ends are broken, or a row is longer than 2 MiB",
            "Export the file again as plain CSV, without long texts",
        )
    )


def _ragged_rows(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Fault]:
    """Rows with too few or too many cells, or broken quotes, by their number."""
    reasons: list[tuple[int, str]] = []
    try:
        with source.reading(keep_rejects=True) as relation:
            ragged = connection.execute(
                f"select _row, _ragged from ({relation}) where _ragged is not null limit {MAXIMUM_FAULTS}"
            ).fetchall()
            # Rows that were left out are not counted, so numbers after them would be wrong.
        rejected = connection.execute(
            "select line, any_value(cast(error_type as varchar)) from reject_errors"
            f" group by line order by line limit {MAXIMUM_FAULTS}"
        ).fetchall()
    finally:
        connection.execute("drop table if exists reject_errors")
        connection.execute("drop table if exists reject_scans")
    if rejected:
        reasons = [(int(line), _REJECTIONS.get(kind, "cannot be read")) for line, kind in rejected]
    else:
        reasons = [(int(row), f"has {kind} cells") for row, kind in ragged]
    remedy = "Export the file again; do not edit it in a spreadsheet"
    return [Fault(source.file.name, f"the row {reason}", remedy, row) for row, reason in reasons]


_REJECTIONS = {
    "MISSING COLUMNS": "has too few cells",
    "TOO MANY COLUMNS": "has too many cells",
    "UNQUOTED VALUE": "has a quote that does not end",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MiB",
    "INVALID ENCODING": "is not UTF-8",
}


def _map_people(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, people: People
) -> None:
    """Fill `people_values` with the pseudonym of everyone whom the file names."""
    terms = [
        f"list(distinct c{position}) filter ({condition})"
        for position, condition in people_positions(table, source.layout)
    ]
    lists = _one(connection, source, terms)
    found = {value for values in lists for value in values or () if value is not None}
    _fill(connection, "people_values", {value: people.pseudonym(value) for value in found})


def _mask_parquet(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, people: People
) -> Care:
    """Fill `masked_values` and `people_values` for a Parquet file, whose texts are in reach column by column."""
    positions = [
        *source.layout.positions.values(),
        *(position for position, _ in source.layout.unknown),
    ]
    row = ", ".join(f"c{position}" for position in positions)
    suspect = f"regexp_matches(concat_ws(' ', {row}), {literal(SUSPECT)})"
    named = people_positions(table, source.layout)
    try:
        counts = _one(
            connection,
            source,
            [f"count(*) filter (regexp_matches(c{p}, {literal(SUSPECT)}))" for p in positions],
            f"where {suspect}",
        )
        hits = [position for position, count in zip(positions, counts, strict=True) if count]
        texts = _one(
            connection,
            source,
            [
                f"list(distinct c{p}) filter (regexp_matches(c{p}, {literal(SUSPECT)}))"
                for p in hits
            ],
            f"where {suspect}",
        )
        persons = _one(
            connection,
            source,
            [f"list(distinct c{p}) filter ({condition})" for p, condition in named],
        )
    except duckdb.Error as error:
        raise _explained(connection, table, source, error) from error
    masked: dict[str, str] = {}
    found: set[int] = set()
    for position, values in zip(hits, texts, strict=True):
        for value in values:
            if (replacement := mask_text(value, people.pseudonym)) != value:
                masked[value] = replacement
                found.add(position)
    _fill(connection, "masked_values", masked)
    named_values = {value for values in persons for value in values or () if value is not None}
    _fill(connection, "people_values", {value: people.pseudonym(value) for value in named_values})
    return Care(people_mapped=True, secrets_masked=True, masked=frozenset(found))


def _one(
    connection: duckdb.DuckDBPyConnection, source: Source, terms: Sequence[str], condition: str = ""
) -> tuple[Any, ...]:
    """The single row of aggregates over a source; none for no terms."""
    if not terms:
        return ()
    with source.reading() as relation:
        row = connection.execute(
            f"select {', '.join(terms)} from ({relation}) {condition}"
        ).fetchone()
    return row or ()


def _fill(connection: duckdb.DuckDBPyConnection, table: str, values: dict[str, str]) -> None:
    connection.execute(
        f"create or replace temp table {table} (original varchar, replacement varchar)"
    )
    pairs = list(values.items())
    for start in range(0, len(pairs), 1000):
        batch = pairs[start : start + 1000]
        marks = ", ".join("(?, ?)" for _ in batch)
        connection.execute(
            f"insert into {table} values {marks}", [text for pair in batch for text in pair]
        )


def _rounding(table: Table) -> str:
    """SQL for what a cast of the money columns to DECIMAL(38, 10) adds to their sum."""
    terms = []
    for column in table.columns:
        if column.money:
            name = quoted(column.name)
            exact = f"cast({name} as decimal(38, 20))"
            terms.append(
                f"coalesce(sum(case when length({name}) > 11 or contains(lower({name}), 'e') then"
                f" cast(cast({name} as decimal(38, 10)) as decimal(38, 20)) - {exact} end), 0)"
            )
    return f"cast({' + '.join(terms) or '0'} as decimal(38, 20))"


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


def _check_pages(candidate: Candidate, loaded: Sequence[Loaded]) -> None:
    """No page of a pull twice, none missing at the end."""
    if candidate.table.unit != "pull":
        return
    faults = []
    pages: dict[str, Loaded] = {}
    buckets: dict[str, Loaded] = {}
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


def _check_manifest_rows(candidate: Candidate, loaded: Sequence[Loaded]) -> None:
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


def _number_equal_rows(connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    """Give the second and further of equal rows ids of their own: md5 of the first's id and the ordinal."""
    parts = [file for file in loaded if file.row_count]
    if not parts:
        return
    paths = ", ".join(literal(str(file.part)) for file in parts)
    scan = f"read_parquet([{paths}], filename = true)"
    row = connection.execute(
        f"select count(*), count(distinct hash(_row_id)) from {scan}"
    ).fetchone()
    if row is None or row[0] == row[1]:
        return
    connection.execute(
        f"""
        create or replace temp table repeated_rows as
        select filename, _row, ordinal
        from (
            select
                filename, _row, _row_id,
                row_number() over (partition by _row_id order by filename, _row) as ordinal
            from {scan}
            where _row_id in (select _row_id from {scan} group by _row_id having count(*) > 1)
        )
        where ordinal > 1
        """
    )
    for file in parts:
        path = literal(str(file.part))
        count = connection.execute(
            f"select count(*) from repeated_rows where filename = {path}"
        ).fetchone()
        if not count or not count[0]:
            continue
        numbered = file.part.with_suffix(".numbered")
        connection.execute(
            f"""
            copy (
                select part.* replace (
                    case
                        when repeated.ordinal is null then part._row_id
                        else md5(part._row_id || '|' || repeated.ordinal)
                    end as _row_id
                )
                from read_parquet({path}) as part
                left join repeated_rows as repeated on repeated.filename = {path} and repeated._row = part._row
                order by part._row
            ) to {literal(str(numbered))} ({_PARQUET_OPTIONS})
            """
        )
        numbered.replace(file.part)
    connection.execute("drop table repeated_rows")


def _delivery(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    delivery_id: str,
    sequence: int,
    people: People,
    loaded: Sequence[Loaded],
) -> Delivery:
    table = candidate.table
    parts = [literal(str(file.part)) for file in loaded if file.row_count]
    scan = f"read_parquet([{', '.join(parts)}])" if parts else None
    days = _covered_days(table, loaded)
    scopes: set[str] = set()
    content: list[str] = sorted(days)
    if scan is not None and table.replaces.scope != "key":
        scopes |= {
            str(r[0]) for r in connection.execute(f"select distinct _scope from {scan}").fetchall()
        }
    if scan is not None and table.time is not None:
        name = quoted(table.time)
        row = connection.execute(
            f"select left(min({name}), 10), left(max({name}), 10) from {scan}"
        ).fetchone()
        content += [str(value) for value in row or () if value is not None]
    if table.replaces.scope == "key":
        scopes = {delivery_id}
    elif table.replaces.scope == "all":
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
        fingerprint=table.fingerprint,
        arrived_sequence=sequence,
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
            )
            for file in loaded
        ),
    )


def _covered_days(table: Table, loaded: Sequence[Loaded]) -> set[str]:
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
            terms.append(f"coalesce({quoted(name.rstrip('?'))}, '')")
    rows = connection.execute(
        f"select distinct {' || chr(31) || '.join(terms)} from {scan}"
    ).fetchall()
    return tuple(sorted(str(row[0]) for row in rows))


class Conflicts:
    """Loads that tell of the same thing without one replacing the other."""

    def __init__(self, tables: Sequence[Table], accepted: Sequence[Delivery]) -> None:
        self._tables = {table.qualified: table for table in tables}
        self._accepted = list(accepted)
        self._arriving: list[Delivery] = []

    def add(self, delivery: Delivery) -> None:
        """Count a delivery that this landing accepted."""
        self._arriving.append(delivery)

    def check(self, delivery: Delivery, candidate: Candidate) -> None:
        """Raise RefusedError naming both where the delivery overlaps with one that it does not replace."""
        faults = [*self._other_tables(delivery), *self._undated_twins(delivery)]
        if faults:
            raise RefusedError(*faults)

    def _other_tables(self, delivery: Delivery) -> list[Fault]:
        table = self._tables[delivery.source_table]
        if table.overlap_set is None:
            return []
        everything = [*self._accepted, *self._arriving]
        status = statuses(everything, current_scopes(list(self._tables.values()), everything))
        for other in everything:
            other_table = self._tables.get(other.source_table)
            if (
                other_table is None
                or other_table.overlap_set != table.overlap_set
                or (
                    other.source_table == delivery.source_table
                    and not _is_other_export(table, other, delivery)
                )
                or status[other.delivery_id] != "current"
            ):
                continue
            shared = sorted(set(other.overlaps) & set(delivery.overlaps))
            if shared:
                names = ", ".join(text.replace(chr(31), " ").strip() for text in shared[:3])
                return [
                    Fault(
                        delivery.files[0].file,
                        f"{delivery.source_table} ({delivery.names()}) and {other.source_table} ({other.names()}) "
                        f"both tell of {names}; loading both would count it twice",
                        "Keep one of the two in the landing folder; to change over to the other, start a new "
                        "warehouse folder",
                    )
                ]
        return []

    def _undated_twins(self, delivery: Delivery) -> list[Fault]:
        """Two files of one landing for one scope: neither a time nor an earlier arrival says which is newer."""
        if delivery.delivered_at is not None:
            return []
        if self._tables[delivery.source_table].replaces.scope in ("key", "nothing", "all"):
            return []
        for other in self._arriving:
            if (
                other.source_table != delivery.source_table
                or other.delivered_at is not None
                or {f.file for f in other.files} == {f.file for f in delivery.files}
            ):
                continue
            shared = sorted(set(other.scopes) & set(delivery.scopes))
            if shared:
                return [
                    Fault(
                        delivery.files[0].file,
                        f"{delivery.names()} and {other.names()} both hold {shared[0].replace('|', ' ')}, and "
                        "nothing says which is newer",
                        "Put pulled_YYYYMMDDTHHMMSSZ into both names: equal times for parts of one delivery, "
                        "different times where one replaces the other",
                    )
                ]
        return []


def _is_other_export(table: Table, other: Delivery, delivery: Delivery) -> bool:
    """Whether two deliveries of one table come from two exports, of which neither replaces the other."""
    return table.replaces.scope == "export_month" and set(other.scopes).isdisjoint(delivery.scopes)


def delivery_id_of(candidate: Candidate, arrival: int) -> str:
    """The id of a delivery: the same for the same content, unless it arrives again after something newer."""
    return hashlib.sha256(
        f"{candidate.identity}|{candidate.table.fingerprint}|{arrival}".encode()
    ).hexdigest()[:24]
