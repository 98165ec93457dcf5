"""One landed file as Parquet parts: read, checked and masked in one pass, with a second look only where needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.checks import MAXIMUM_FAULTS, Fault, RefusedError
from orchestration.landing.contracts import Table
from orchestration.landing.discover import Claim
from orchestration.landing.json_records import Reading
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
    is_iso,
    literal,
    people_positions,
    quoted,
)
from orchestration.landing.people import People
from orchestration.landing.pipe import Progress
from orchestration.landing.sources import Source, open_source, unreadable_parquet

PARQUET_OPTIONS = "format parquet, compression zstd, compression_level 1, row_group_size 61440"


@dataclass
class LoadedFile:
    """A file whose rows stand in the incoming folder; `parts` without rows are not kept."""

    claim: Claim
    sha256: str
    parts: list[Path] = field(default_factory=list)
    row_count: int = 0
    money_rounding: Decimal = Decimal(0)
    unknown: tuple[str, ...] = ()
    # Declared columns that the header names; None of JSON.
    headers: frozenset[str] | None = None
    facts: Reading = field(default_factory=Reading)


def load_file(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file: LoadedFile,
    stem: Path,
    constants: dict[str, str | None],
    people: People,
) -> None:
    """Write the parts `<stem>-00000.parquet` … Raises RefusedError with every fault found.

    The file is first read as if nothing in it needed a second look; what does says so, and it is read again.
    """
    care = Care()
    source = open_source(connection, table, file.claim.file, people, care)
    if source.is_parquet:
        care = _mask_parquet(connection, table, source, people)
    table = _with_its_formats(connection, table, source)
    while True:
        progress = Progress()
        file.parts = []
        try:
            for segment in source.segments(progress):
                part = stem.with_name(f"{stem.name}-{len(file.parts):05}.parquet")
                with segment as relation:
                    cells = cells_select(table, source.layout, relation, constants, care)
                    connection.execute(
                        f"copy ({cells}) to {literal(str(part))} ({PARQUET_OPTIONS})"
                    )
                file.parts.append(part)
                progress.row_count += _count(connection, part)
            break
        except duckdb.Error as error:
            more_care = _more_care(connection, table, source, people, care, str(error))
            if more_care is None:
                raise _explained(
                    connection, table, source, progress, len(file.parts), error
                ) from error
            care = more_care
            source = open_source(connection, table, file.claim.file, people, care)
    file.facts = source.facts
    file.unknown = tuple(
        sorted({header for _, header in source.layout.unknown} | source.facts.unknown)
    )
    if source.layout.extra_position is None:
        file.headers = frozenset(source.layout.positions)
    file.row_count = progress.row_count
    if not file.row_count:
        for part in file.parts:
            part.unlink()
        file.parts = []
        return
    row = connection.execute(f"select {_rounding(table)} from {scan_of(file.parts)}").fetchone()
    file.money_rounding = row[0] if row else Decimal(0)


def _with_its_formats(connection: duckdb.DuckDBPyConnection, table: Table, source: Source) -> Table:
    """The table with the one format in which this file writes its dates: month and day may stand either way round.

    It is the format that reads most cells; of several that read as many the one whose dates lie in the fewest months,
    since a bill is of few; then the one that the contract names first.
    """
    dated = [
        (column, source.layout.positions[column.name])
        for column in table.columns
        if column.one_format_per_file and column.name in source.layout.positions
    ]
    if not dated:
        return table
    formats = dated[0][0].formats
    terms = []
    for spelling in formats:
        times = [f"try_strptime(c{position}, {literal(spelling)})" for _, position in dated]
        unread = [
            f"count(*) filter ({time} is null and not {is_iso(f'c{position}')})"
            for time, (_, position) in zip(times, dated, strict=True)
        ]
        terms += [" + ".join(unread), f"list(distinct date_trunc('month', {times[0]}))"]
    try:
        rows = _aggregates(connection, source, terms)
    except duckdb.Error:
        # What is wrong with the file is told when it is read for good.
        return table
    scores = []
    for number, spelling in enumerate(formats):
        unread_count = sum(row[2 * number] or 0 for row in rows)
        months = {month for row in rows for month in row[2 * number + 1] or () if month}
        scores.append((unread_count, len(months), number, spelling))
    chosen = min(scores)[-1]
    columns = tuple(
        replace(column, formats=(chosen,)) if column.one_format_per_file else column
        for column in table.columns
    )
    return replace(table, columns=columns)


def scan_of(parts: Sequence[Path]) -> str:
    """SQL that reads parts."""
    return f"read_parquet([{', '.join(literal(str(part)) for part in parts)}])"


def _count(connection: duckdb.DuckDBPyConnection, part: Path) -> int:
    row = connection.execute(f"select count(*) from {scan_of([part])}").fetchone()
    return int(row[0]) if row else 0


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


def _explained(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    progress: Progress,
    segment_index: int,
    error: duckdb.Error,
) -> Exception:
    """The refusal behind a failed pass, found by reading the failed segment again; or the error as it is."""
    if isinstance(
        error, duckdb.OutOfMemoryException | duckdb.FatalException
    ) or "No space left" in str(error):
        return error
    faults: list[Fault] = []
    try:
        if not source.is_parquet:
            faults += _ragged_rows(connection, source, progress, segment_index)
        if not faults:
            segment = next(iter(source.segments(progress, skip=segment_index)))
            with segment as relation:
                found = connection.execute(
                    faults_select(table, source.layout, relation, MAXIMUM_FAULTS)
                ).fetchall()
            faults += described(source.file.name, found)
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
            source.file.name,
            "the rows cannot be told apart: quotes or line ends are broken, or a row is longer than 2 MiB",
            "Export the file again as plain CSV, without long texts",
        )
    )


def _ragged_rows(
    connection: duckdb.DuckDBPyConnection, source: Source, progress: Progress, segment_index: int
) -> list[Fault]:
    """Rows with too few or too many cells, or broken quotes, by their number."""
    try:
        with next(
            iter(source.segments(progress, keep_rejects=True, skip=segment_index))
        ) as relation:
            ragged = connection.execute(
                f"select _row, _ragged from ({relation}) where _ragged is not null limit {MAXIMUM_FAULTS}"
            ).fetchall()
        rejected = connection.execute(
            "select line, any_value(cast(error_type as varchar)) from reject_errors"
            f" group by line order by line limit {MAXIMUM_FAULTS}"
        ).fetchall()
    finally:
        connection.execute("drop table if exists reject_errors")
        connection.execute("drop table if exists reject_scans")
    reasons = [(int(row), f"has {kind} cells") for row, kind in ragged]
    if rejected:
        # Rejected rows are not counted, so the numbers of ragged rows after them would be wrong.
        reasons = [
            (progress.row_count + int(line), _REJECTIONS.get(kind, "cannot be read"))
            for line, kind in rejected
        ]
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
    found: set[str] = set()
    for lists in _aggregates(connection, source, terms):
        found.update(value for values in lists for value in values or () if value is not None)
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
        counts = _only(
            connection,
            source,
            [f"count(*) filter (regexp_matches(c{p}, {literal(SUSPECT)}))" for p in positions],
            f"where {suspect}",
        )
        hits = [position for position, count in zip(positions, counts, strict=True) if count]
        texts = _only(
            connection,
            source,
            [
                f"list(distinct c{p}) filter (regexp_matches(c{p}, {literal(SUSPECT)}))"
                for p in hits
            ],
            f"where {suspect}",
        )
        persons = _only(
            connection,
            source,
            [f"list(distinct c{p}) filter ({condition})" for p, condition in named],
        )
    except duckdb.Error as error:
        raise _explained(connection, table, source, Progress(), 0, error) from error
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


def _only(
    connection: duckdb.DuckDBPyConnection, source: Source, terms: Sequence[str], condition: str = ""
) -> tuple[Any, ...]:
    """The aggregates over a source of one segment; none for no terms."""
    return next(iter(_aggregates(connection, source, terms, condition)), ())


def _aggregates(
    connection: duckdb.DuckDBPyConnection, source: Source, terms: Sequence[str], condition: str = ""
) -> list[tuple[Any, ...]]:
    """One row of aggregates per segment of a source."""
    rows = []
    if terms:
        for segment in source.segments(Progress()):
            with segment as relation:
                sql = f"select {', '.join(terms)} from ({relation}) {condition}"
                rows += connection.execute(sql).fetchall()
    return rows


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
