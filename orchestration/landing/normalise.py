"""The SQL that checks a cell, writes it in the one spelling staging reads, and numbers rows.

Nothing here becomes a float: numbers stay the file's text and are only checked to be numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestration.landing.checks import (
    MAXIMUM_DIGITS,
    MAXIMUM_MONEY_DIGITS,
    Fault,
    currency_codes,
    shown,
)
from orchestration.landing.contracts import Column, Table, normal_form
from orchestration.landing.masking import SECRETS
from orchestration.landing.unknown import names_a_person

# What the fast pass raises; a second pass then finds out what is wrong where.
FAULT_MARK = "landing: faulty cell"
PERSON_MARK = "landing: person not yet pseudonymised"
NESTED_MARK = "landing: JSON with keys that may not be kept"
SECRET_MARK = "landing: secret not yet masked"  # noqa: S105 - the name of an error

_NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?"
_ACCOUNTING = r"\s*(-?\$?|\$-|\(\$?)([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?\)?\s*"
_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_UTC_TIME = _CLOCK + r"( ?(Z|UTC|GMT|\+00|\+0000|\+00:00))?)?"
_OFFSET_TIME = _CLOCK + r" ?[+-][0-9]{2}(:?[0-9]{2})?)"
_PSEUDONYM = "person:[0-9a-f]{24}"
_SEPARATOR = "chr(31)"


@dataclass(frozen=True)
class Care:
    """What has been done about a file's people, forbidden keys and secrets before its cells are read.

    A file is first read as if it held none; the pass fails with the mark of the first that it meets, and the file is
    read again with that care. `people_mapped`: table `people_values` maps all its people. `scrubbed`: JSON cells
    went through Python. `secrets_masked`: secrets were masked in the text. `masked` are the positions that must be
    looked up in table `masked_values`.
    """

    people_mapped: bool = False
    scrubbed: bool = False
    secrets_masked: bool = False
    masked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Layout:
    """Where a source's columns are: `c0`, `c1`, … of the relation that holds its cells."""

    positions: Mapping[str, int]
    unknown: tuple[tuple[int, str], ...] = ()
    width: int = 0
    extra_position: int | None = None
    # Of each JSON column that gathers others: their positions and keys.
    gathered: Mapping[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)


def literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def fault_code(column: Column, cell: str) -> str | None:
    """SQL that is the code of what is wrong with a cell (null if nothing); None where nothing can be."""
    tests = _fault_tests(column, cell)
    if column.not_null:
        return f"case when {cell} is null then 'null' {tests} end"
    return f"case when {cell} is null then null {tests} end" if tests else None


def normal_value(column: Column, cell: str) -> str:
    """SQL for the cell in the raw zone's spelling, given that it has no fault."""
    match column.type:
        case "decimal" if column.allow == "us_accounting":
            return _plain_number(cell)
        case "integer":
            return f"regexp_replace({cell}, '\\.0+$', '')"
        case "timestamp":
            return f"cast({_timestamp(column, cell)} as varchar)"
        case "date":
            moment = _timestamp(column, cell)
            return f"case when {moment} = date_trunc('day', {moment}) then strftime({moment}, '%Y-%m-%d') end"
        case "epoch":
            seconds = f"cast(regexp_replace({cell}, '\\.0+$', '') as bigint)"
            return f"cast(make_timestamp({seconds} * 1000000) as varchar)"
        case "boolean":
            return f"case when lower({cell}) in ('true', '1') then 'true' else 'false' end"
        case "currency":
            return f"upper({cell})"
        case _:
            return cell


def _fault_tests(column: Column, cell: str) -> str:
    tests = []
    match column.type:
        case "decimal" | "integer":
            number = _plain_number(cell) if column.allow == "us_accounting" else cell
            digits = MAXIMUM_MONEY_DIGITS if column.money else MAXIMUM_DIGITS
            width = 20 if column.money else 10
            plain = f"regexp_full_match({number}, '[+-]?[0-9]{{1,{digits}}}(\\.[0-9]+)?')"
            if column.type == "integer":
                plain = f"regexp_full_match({number}, '[+-]?[0-9]{{1,{digits}}}(\\.0+)?')"
            if column.allow == "us_accounting":
                tests.append(f"when not regexp_full_match({cell}, '{_ACCOUNTING}') then 'number'")
            tests += [
                f"when {plain} then {_below_minimum(column, number)}",
                f"when not regexp_full_match({number}, '{_NUMBER}') then 'number'",
                f"when try_cast({number} as decimal(38, {width})) is null then 'wide'",
            ]
            if column.type == "integer":
                whole = f"cast({number} as decimal(38, 10))"
                tests.append(f"when {whole} <> round({whole}, 0) then 'whole'")
            tests.append(f"else {_below_minimum(column, number)}")
        case "timestamp":
            tests.append(f"when {_timestamp(column, cell)} is null then 'timestamp'")
        case "date":
            moment = _timestamp(column, cell)
            tests += [
                f"when {moment} is null then 'date'",
                f"when {moment} <> date_trunc('day', {moment}) then 'date'",
            ]
        case "epoch":
            tests.append(
                f"when not regexp_full_match({cell}, '[0-9]{{1,11}}(\\.0+)?') then 'epoch'"
            )
        case "boolean":
            tests.append(f"when lower({cell}) not in ('true', 'false', '1', '0') then 'boolean'")
        case "currency":
            # A long IN becomes a join; a search in one text does not.
            codes = literal(f" {' '.join(currency_codes())} ")
            tests.append(
                f"when length({cell}) <> 3 or not contains({codes}, ' ' || upper({cell}) || ' ') then 'currency'"
            )
        case "time_zone":
            known = f"select 1 from pg_timezone_names() where name = {cell}"
            tests.append(f"when not exists ({known}) then 'time_zone'")
        case "json" | "attributes":
            tests.append(f"when not json_valid({cell}) then 'json'")
    if column.values and column.type != "attributes":
        allowed = ", ".join(literal(value) for value in column.values)
        tests.append(f"when not list_contains([{allowed}], {cell}) then 'value'")
    return " ".join(tests)


def _below_minimum(column: Column, number: str) -> str:
    if column.minimum is None:
        return "null"
    return f"case when cast({number} as decimal(38, 10)) < {column.minimum} then 'minimum' end"


def _plain_number(cell: str) -> str:
    """`$10,000.00 ` and `(5.00)` as 10000.00 and -5.00."""
    bare = f"regexp_replace({cell}, '[\\s$,()+-]', '', 'g')"
    return f"case when regexp_matches({cell}, '[(-]') then '-' || {bare} else {bare} end"


def _timestamp(column: Column, cell: str) -> str:
    """The cell as a UTC timestamp, null if it is none. A cast to timestamp ignores offsets: those go apart."""
    if column.formats and column.one_format_per_file:
        return (
            f"case when {is_iso(cell)} then {_iso_timestamp(cell)} else {_parsed(column, cell)} end"
        )
    return _parsed(column, cell) if column.formats else _iso_timestamp(cell)


def is_iso(cell: str) -> str:
    """SQL for whether a date is written year first."""
    return f"regexp_matches({cell}, '^[0-9]{{4}}-')"


def _parsed(column: Column, cell: str) -> str:
    formats = ", ".join(literal(spelling) for spelling in column.formats)
    return f"cast(try_strptime({cell}, [{formats}]) as timestamp)"


def _iso_timestamp(cell: str) -> str:
    return (
        f"case when regexp_full_match({cell}, '{_UTC_TIME}') and left({cell}, 4) <> '0000'"
        f" then try_cast({cell} as timestamp)"
        f" when regexp_full_match({cell}, '{_OFFSET_TIME}')"
        f" then cast(try_cast({cell} as timestamptz) as timestamp) end"
    )


def cells_select(
    table: Table,
    layout: Layout,
    source: str,
    constants: Mapping[str, str | None],
    care: Care,
) -> str:
    """SQL for the rows of a raw table, in its column order, from a relation of `_row, c0, c1, …`.

    `constants` are the path columns, `_delivery_id`, `_file`, and `_scope` unless each row has its own. The statement
    fails with FAULT_MARK at the first faulty cell, and with the marks of what `care` has left undone.
    """
    values = []
    for column in table.columns:
        position = layout.positions.get(column.name)
        if position is not None:
            value = _column_value(column, table, layout, position, care)
        elif column.name in layout.gathered:
            # Declared as the map itself would be: a key such as `user:team` makes nobody a person.
            value = _object(layout.gathered[column.name], table, care, column=column)
        else:
            value = _constant(column.default)
        values.append(f"{value} as {quoted(column.name)}")
    fixed_scope = constants["_scope"]
    scope = scope_value(table) if fixed_scope is None else literal(fixed_scope)
    paths = {name: constants[name] for name in table.path_columns}
    content = [
        f"'{column.name}=' || {quoted(column.name)}"
        for column in table.columns
        if not column.volatile
    ] + [f"'{name}=' || {quoted(name)}" for name in paths]
    path_values = "".join(
        f", {_constant(value)} as {quoted(name)}" for name, value in paths.items()
    )
    output = ", ".join(quoted(name) for name in (*[c.name for c in table.columns], *paths))
    extra = _extra(table, layout, care)
    row = "_row" if care.secrets_masked else _unless_secret(table, layout)
    return f"""
        with source as ({source}),
        cells as (
            select _row, {", ".join(values)}{path_values}, {extra} as _extra
            from source
            {_without_totals(table, layout)}
        ),
        scoped as (select *, {scope} as _scope from cells)
        select
            {output},
            {_constant(constants["_delivery_id"])} as _delivery_id,
            {_constant(constants["_file"])} as _file,
            {row} as _row,
            _scope,
            md5(concat_ws({_SEPARATOR}, {literal(table.qualified)}, _scope, {", ".join(content)})) as _row_id,
            _extra
        from scoped
    """


def faults_select(table: Table, layout: Layout, source: str, limit: int) -> str:
    """SQL for the first faulty cells: row, column, code and the cell."""
    tests = []
    for column in table.columns:
        position = layout.positions.get(column.name)
        code = (
            None
            if position is None
            else _fault_in_row(_strict(column, table), layout, f"c{position}")
        )
        if code is not None:
            tests.append(
                f"{{'column_name': {literal(column.name)}, 'code': {code}, 'cell': left(c{position}, 200), "
                f"'size': length(c{position})}}"
            )
        if column.gathers_money:
            for gathered, _ in layout.gathered.get(column.name, ()):
                cell = f"c{gathered}"
                tests.append(
                    f"{{'column_name': {literal(column.name)}, 'code': {fault_code(_amount(column), cell)}, "
                    f"'cell': left({cell}, 200), 'size': length({cell})}}"
                )
    if not tests:
        return "select null, null, null, null, null where false"
    return f"""
        select _row, fault.column_name, fault.code, fault.cell, fault.size
        from (
            select _row, unnest(list_filter([{", ".join(tests)}], lambda f: f.code is not null)) as fault
            from ({source})
            {_without_totals(table, layout)}
        )
        limit {limit}
    """


def _without_totals(table: Table, layout: Layout) -> str:
    """A WHERE clause that leaves out the rows that a column marks as totals; nothing where none does."""
    terms = [
        f"lower(c{layout.positions[column.name]}) like {literal(pattern.lower().replace('*', '%'))}"
        for column in table.columns
        if column.name in layout.positions
        for pattern in column.skip
    ]
    return f"where not coalesce({' or '.join(terms)}, false)" if terms else ""


def scope_value(table: Table) -> str:
    """SQL for what a newer delivery replaces, from normalised columns."""
    replaces = table.replaces
    match replaces.scope:
        case "day":
            first = f"left({quoted(replaces.column or '')}, 10)"
        case "month" | "export_month" if replaces.column:
            first = f"left({quoted(replaces.column)}, 7)"
        case "key":
            return " || '|' || ".join(f"coalesce({quoted(name)}, '')" for name in replaces.columns)
        case _:
            first = "'all'"
    return " || '|' || ".join([first, *(f"coalesce({quoted(name)}, '')" for name in replaces.by)])


def _strict(column: Column, table: Table) -> Column:
    """The column, never null where it decides what a delivery replaces."""
    replaces = table.replaces
    if column.name == replaces.column or column.name in replaces.columns:
        return replace(column, not_null=True)
    return column


def _column_value(column: Column, table: Table, layout: Layout, position: int, care: Care) -> str:
    cell = _masked(position, care.masked)
    column = _strict(column, table)
    if column.person or column.person_when:
        value = _person_value(column, layout, position, cell, care)
        return f"coalesce({value}, error('{FAULT_MARK}'))" if column.not_null else value
    value = normal_value(column, cell)
    if column.type == "json" and not care.scrubbed:
        value = _unless_nested(table, cell)
    if column.type in ("timestamp", "date") and not column.values:
        # The normal value of what is no time is null: told apart without reading the cell twice.
        value = f"coalesce({value}, error('{FAULT_MARK}'))"
        return value if column.not_null else f"case when {cell} is null then null else {value} end"
    code = _fault_in_row(column, layout, cell)
    if code is None:
        return value
    return f"case when {code} is not null then error('{FAULT_MARK}') when {cell} is null then null else {value} end"


def _fault_in_row(column: Column, layout: Layout, cell: str) -> str | None:
    """SQL like `fault_code`, of a cell that another cell of its row may bound."""
    code = fault_code(column, cell)
    bound = layout.positions.get(column.at_most or "")
    if bound is None:
        return code
    numbers = [f"try_cast({number} as decimal(38, 10))" for number in (cell, f"c{bound}")]
    over = f"case when {' > '.join(numbers)} then 'at_most' end"
    return over if code is None else f"coalesce({code}, {over})"


def _person_value(column: Column, layout: Layout, position: int, cell: str, care: Care) -> str:
    person = _person(f"c{position}", care.people_mapped)
    if column.person_when is None:
        return person
    kind_column, kinds = column.person_when
    kind_position = layout.positions.get(kind_column)
    if kind_position is None:
        return cell
    listed = ", ".join(literal(kind) for kind in kinds)
    return f"case when lower(trim(c{kind_position})) in ({listed}) then {person} else {cell} end"


def _unless_secret(table: Table, layout: Layout) -> str:
    """`_row`, or SECRET_MARK where a text of the row looks like a secret; checked types cannot hold one."""
    texts = [
        quoted(column.name)
        for column in table.columns
        if column.type in ("text", "json")
        and (column.name in layout.positions or column.name in layout.gathered)
    ]
    row = ", ".join([*texts, "_extra"])
    return (
        f"case when regexp_matches(concat_ws({_SEPARATOR}, {row}), {literal(SECRETS)})"
        f" then error('{SECRET_MARK}') else _row end"
    )


def _person(cell: str, known: bool) -> str:
    replaced = (
        f"(select replacement from people_values where original = {cell})"
        if known
        else f"error('{PERSON_MARK}')"
    )
    return (
        f"case when {cell} is null or trim({cell}) = '' then null"
        f" when regexp_full_match(trim({cell}), '{_PSEUDONYM}') then trim({cell}) else {replaced} end"
    )


def _masked(position: int, masked: frozenset[int]) -> str:
    cell = f"c{position}"
    if position not in masked:
        return cell
    return f"coalesce((select replacement from masked_values where original = {cell}), {cell})"


def _unless_nested(table: Table, cell: str) -> str:
    """The cell, or NESTED_MARK where a text holds JSON with a key that the contract never keeps."""
    if not table.never_keep:
        return cell
    keys = "|".join(
        '[^a-z0-9"]*'.join(normal_form(name.split(".")[-1])) for name in table.never_keep
    )
    pattern = literal(f'(?i)"[^a-z0-9"]*({keys})[^a-z0-9"]*\\\\*"\\s*:')
    return (
        f"case when regexp_matches({cell}, {pattern}) then error('{NESTED_MARK}') else {cell} end"
    )


def _extra(table: Table, layout: Layout, care: Care) -> str:
    if layout.extra_position is not None:
        return f"c{layout.extra_position}"
    if not layout.unknown:
        return "cast(null as varchar)"
    people = frozenset(header for _, header in layout.unknown if names_a_person(header))
    return _object(layout.unknown, table, care, people)


def _object(
    cells: Sequence[tuple[int, str]],
    table: Table,
    care: Care,
    people: frozenset[str] = frozenset(),
    column: Column | None = None,
) -> str:
    """A JSON object of cells by their keys, without the empty ones; null if all are. `people` are keys of persons."""
    members = []
    for position, header in cells:
        if header in people:
            cell = _person(f"c{position}", care.people_mapped)
        else:
            cell = _masked(position, care.masked)
            if not care.scrubbed:
                cell = _unless_nested(table, cell)
        if column is not None and column.gathers_money:
            code = fault_code(_amount(column), f"c{position}")
            cell = f"case when {code} is not null then error('{FAULT_MARK}') else {cell} end"
        key = literal(_json_text(header) + ":")
        members.append(f"{key} || cast(to_json({cell}) as varchar)")
    return f"nullif('{{' || concat_ws(',', {', '.join(members)}) || '}}', '{{}}')"


def _amount(column: Column) -> Column:
    """What each value of a column that gathers money must be."""
    return Column(column.name, type="decimal", money=True)


def people_positions(table: Table, layout: Layout) -> list[tuple[int, str]]:
    """The positions that hold people, each with the SQL condition under which it does."""
    found = [(position, "true") for position, header in layout.unknown if names_a_person(header)]
    for column in table.columns:
        position = layout.positions.get(column.name)
        if position is None or not (column.person or column.person_when):
            continue
        condition = "true"
        if column.person_when:
            kind_position = layout.positions.get(column.person_when[0])
            if kind_position is None:
                continue
            listed = ", ".join(literal(kind) for kind in column.person_when[1])
            condition = f"lower(trim(c{kind_position})) in ({listed})"
        found.append((position, condition))
    return found


def _constant(value: str | None) -> str:
    return "cast(null as varchar)" if value is None else literal(value)


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_REASONS = {
    "null": ("is empty, and may not be", "Find out why the export left it out"),
    "number": ("is {cell}, which is not a plain number", "Export digits and a point, without thousands marks"),
    "wide": ("is {cell}, which has more digits than an amount can have", "Check the column's unit in the export"),
    "whole": ("is {cell}, which is not a whole number", "Check which column the export wrote there"),
    "minimum": ("is {cell}, below the least value the source may have", "Check the sign in the export"),
    "at_most": ("is {cell}, more than the number it is a part of", "Check whether two columns are exchanged"),
    "timestamp": ("is {cell}, which is not a time such as 2026-05-03T00:00:00Z", "Export times in ISO 8601"),
    "date": ("is {cell}, which is not a day such as 2026-05-03", "Export days in ISO 8601"),
    "epoch": ("is {cell}, which is not a time in seconds since 1970", "Drop the vendor's response unchanged"),
    "boolean": ("is {cell}, which is neither true nor false", "Check which column the export wrote there"),
    "time_zone": (
        "is {cell}, which is no time zone",
        "Write the zone's IANA name, such as Europe/London",
    ),
    "currency": ("is {cell}, which is no ISO 4217 currency code", "Check which column the export wrote there"),
    "json": ("is not valid JSON", "Export the column as JSON"),
    "value": ("is {cell}, which is not one of this column's values", "See the contract's `values` for this column"),
}  # fmt: skip


def described(
    file: str, found: Sequence[tuple[int, str, str, str | None, int | None]]
) -> list[Fault]:
    """Faults in words from the rows of `faults_select`."""
    faults = []
    for row, column, code, cell, size in found:
        reason, remedy = _REASONS[code]
        text = shown(cell) if cell is None or size == len(cell) else f"a text of {size} characters"
        faults.append(Fault(file, reason.format(cell=text), remedy, row, column))
    return faults
