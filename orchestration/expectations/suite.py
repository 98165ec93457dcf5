"""What is expected of a delivery: the suite of a raw table, made from its contract and from what its suite file adds.

Expectations are plain data here; `validating` hands them to Great Expectations. Their SQL is of the raw zone, in which
every column is text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from orchestration.landing.contracts import Table
from orchestration.landing.normalise import literal, quoted

# A critical one that fails holds the delivery back always; a warning until a person accepts it; an info only flags.
CRITICAL, WARNING, INFO = "critical", "warning", "info"
SEVERITIES = (CRITICAL, WARNING, INFO)

# Rows this far from the middle of their delivery, and this long after it, are not what it says it is about.
DAYS_FROM_MIDDLE = 400
DAYS_AHEAD = 31

# What the vendor or the loader broke: nobody can accept it.
_STRUCTURE = (
    "Export the file again, unchanged; if the vendor has changed its form, change the contract"
)


@dataclass(frozen=True)
class Check:
    """A SQL condition under which a row is wrong, and the column to look at."""

    column: str
    condition: str


@dataclass(frozen=True)
class Expectation:
    """One expectation, by a name that is unique in its suite.

    It is of rows where it has `checks`, of the whole delivery where it has `findings`: a query of `{batch}` (the
    candidates' rows) that returns `_delivery_id` and, in words, `finding`. `gx_type` and `arguments` name an
    expectation of Great Expectations' own; without them the checks or findings themselves are the query.
    """

    name: str
    sentence: str
    severity: str
    remedy: str
    checks: tuple[Check, ...] = ()
    findings: str = ""
    gx_type: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is about."""
        return tuple(dict.fromkeys(check.column for check in self.checks))

    @property
    def rows_query(self) -> str:
        """SQL for the rows of `{batch}` that break it: delivery, file, row, column, never what a cell holds."""
        conditions = " or ".join(f"coalesce({check.condition}, false)" for check in self.checks)
        column = " ".join(
            f"when {check.condition} then {literal(check.column)}" for check in self.checks
        )
        return (
            f"select _delivery_id, _file, _row, case {column} end as column_name"
            f" from {{batch}} as candidate where {conditions}"
        )

    @property
    def query(self) -> str:
        """SQL that returns no row where it is met."""
        return self.findings or self.rows_query


@dataclass(frozen=True)
class Suite:
    """Everything expected of the deliveries of one raw table."""

    table: str
    expectations: tuple[Expectation, ...]

    @property
    def fingerprint(self) -> str:
        """Equal for suites that judge alike."""
        text = json.dumps(
            [asdict(expectation) for expectation in self.expectations], sort_keys=True
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def from_contract(table: Table) -> tuple[Expectation, ...]:
    """What the contract of a table says about every row that reaches the raw zone."""
    return (
        _columns(table),
        *_never_empty(table),
        *_known_values(table),
        *_readable(table),
        *_bounds(table),
        *_people(table),
        Expectation(
            "rows_are_told_apart",
            "Each row has an id of its own",
            CRITICAL,
            _STRUCTURE,
            (
                Check(
                    "_row_id",
                    "(_delivery_id, _row_id) in (select (_delivery_id, _row_id) from {batch} as other"
                    " group by _delivery_id, _row_id having count(*) > 1)",
                ),
            ),
        ),
        *_days(table),
    )


def number(column: str) -> str:
    """SQL for a raw column as a number; null where it is none."""
    return f"try_cast({quoted(column)} as decimal(38, 10))"


def moment(column: str) -> str:
    """SQL for a raw column as a time; null where it is none."""
    return f"try_cast({quoted(column)} as timestamp)"


def _columns(table: Table) -> Expectation:
    return Expectation(
        "columns",
        "The columns are those of the contract",
        CRITICAL,
        _STRUCTURE,
        gx_type="expect_table_columns_to_match_set",
        arguments={"column_set": list(table.raw_columns), "exact_match": True},
    )


def _never_empty(table: Table) -> Sequence[Expectation]:
    replaces = table.replaces
    scope = {replaces.column, *replaces.columns}
    names = [c.name for c in table.columns if c.not_null or c.name in scope]
    return [
        Expectation(
            f"never_empty.{name}",
            f"`{name}` is never empty",
            CRITICAL,
            "Find out why the export left it out",
            (Check(name, f"{quoted(name)} is null"),),
            gx_type="expect_column_values_to_not_be_null",
            arguments={"column": name},
        )
        for name in names
    ]


def _known_values(table: Table) -> Sequence[Expectation]:
    return [
        Expectation(
            f"known_values.{column.name}",
            f"`{column.name}` is one of {', '.join(f'`{value}`' for value in column.values)}",
            CRITICAL,
            "See the contract's `values` for this column",
            (
                Check(
                    column.name,
                    f"{quoted(column.name)} not in ({', '.join(map(literal, column.values))})",
                ),
            ),
            gx_type="expect_column_values_to_be_in_set",
            arguments={"column": column.name, "value_set": list(column.values)},
        )
        for column in table.columns
        if column.values and column.type != "attributes"
    ]


def _readable(table: Table) -> Sequence[Expectation]:
    kinds = {
        "numbers": ("numbers are plain decimals", ("decimal", "integer"), "{number} is null"),
        "times": (
            "times and days are real ones",
            ("timestamp", "epoch", "date"),
            "{moment} is null",
        ),
        "currencies": (
            "currencies are codes of three letters",
            ("currency",),
            "not regexp_full_match({cell}, '[A-Z]{{3}}')",
        ),
    }
    found = []
    for name, (sentence, types, condition) in kinds.items():
        checks = tuple(
            Check(
                column.name,
                f"{quoted(column.name)} is not null and "
                + condition.format(
                    cell=quoted(column.name), number=number(column.name), moment=moment(column.name)
                ),
            )
            for column in table.columns
            if column.type in types
        )
        if checks:
            found.append(Expectation(name, f"All {sentence}", CRITICAL, _STRUCTURE, checks))
    return found


def _bounds(table: Table) -> Sequence[Expectation]:
    least = [
        Check(column.name, f"{number(column.name)} < {column.minimum}")
        for column in table.columns
        if column.minimum is not None
    ]
    parts = [
        Check(column.name, f"{number(column.name)} > {number(column.at_most)}")
        for column in table.columns
        if column.at_most is not None
    ]
    checks = (*least, *parts)
    if not checks:
        return []
    sentence = "Numbers are not below the least, nor above the whole, that the contract names"
    return [Expectation("bounds", sentence, CRITICAL, "Check the sign in the export", checks)]


def _people(table: Table) -> Sequence[Expectation]:
    checks = tuple(
        Check(
            column.name,
            f"{quoted(column.name)} is not null"
            f" and not regexp_full_match({quoted(column.name)}, 'person:[0-9a-f]{{24}}')",
        )
        for column in table.columns
        if column.person
    )
    if not checks:
        return []
    return [Expectation("people", "People are pseudonyms", CRITICAL, _STRUCTURE, checks)]


def _days(table: Table) -> Sequence[Expectation]:
    if table.time is None or table.role not in ("bill", "usage", "outcome"):
        return []
    time = moment(table.time)
    middle = f"(select median({time}) from {{batch}} as other where other._delivery_id = candidate._delivery_id)"
    delivered = "(select delivered_at from candidates where candidates._delivery_id = candidate._delivery_id)"
    remedy = "Look for dates with day and month, or years, exchanged"
    return [
        Expectation(
            "days_together",
            f"No row lies more than {DAYS_FROM_MIDDLE} days from the middle of its delivery",
            WARNING,
            remedy,
            (
                Check(
                    table.time,
                    f"abs(date_diff('day', {middle}, {time})) > {DAYS_FROM_MIDDLE}",
                ),
            ),
        ),
        Expectation(
            "days_not_ahead",
            f"No row lies more than {DAYS_AHEAD} days after its delivery",
            WARNING,
            remedy,
            (
                Check(
                    table.time,
                    f"date_diff('day', {delivered}, {time}) > {DAYS_AHEAD}",
                ),
            ),
        ),
    ]
