"""Overlap sets: both sides are named, and no row can be let go by one set while another counts on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, quoted
from orchestration.registers.reading import Registers, Row

_CHARGE_COLUMNS = ("match_service_name", "match_sku")
_MATCHES = (
    "match_platform", "match_source_table", "match_service_name", "match_sku", "match_sub_account_id",
    "match_resource_id", "match_metric",
)  # fmt: skip


def overlap_faults(registers: Registers) -> Iterator[Fault]:
    """Faults of `overlaps.csv` that no single cell shows."""
    file = register_named("overlaps").file
    rows = registers["overlaps"]
    first_of: dict[str, Row] = {}
    for row in rows:
        first = first_of.setdefault(row["overlap_set"], row)
        yield from _row_faults(file, row, first)
    for name, first in first_of.items():
        sides = {row["side"].lower() for row in rows if row["overlap_set"] == name}
        for side in ("counted", "kept"):
            if name and side not in sides:
                yield Fault(
                    file,
                    first.number,
                    "side",
                    f"overlap set {quoted(name)} has no row of side `{side}`",
                    "A set says what counts and what is kept: add the other side, or take the set out",
                )
    yield from _two_sided_faults(file, rows)


def _row_faults(file: str, row: Row, first: Row) -> Iterator[Fault]:
    concerns, others = _concerns(row), _concerns(first)
    if concerns != others:
        yield Fault(
            file,
            row.number,
            "match_metric",
            f"the row is about {concerns} and row {first.number} of the same set about {others}",
            "Give charges and usage sets of their own",
        )
    if row["must_share"].lower() != first["must_share"].lower():
        yield Fault(
            file,
            row.number,
            "must_share",
            f"row {first.number} of the same set has {quoted(first['must_share'])}",
            "Give all rows of a set the same",
        )
    for column in _CHARGE_COLUMNS:
        if concerns == "usage" and row[column]:
            yield Fault(
                file,
                row.number,
                column,
                "usage has no such column, so the row would match nothing",
                "Leave it empty where match_metric is filled in",
            )


def _two_sided_faults(file: str, rows: Sequence[Row]) -> Iterator[Fault]:
    """A row of a bill that one set keeps out and another counts on could let both sides go."""
    kept = [row for row in rows if row["side"].lower() == "kept"]
    counted = [row for row in rows if row["side"].lower() == "counted"]
    for one, other in product(kept, counted):
        if _can_both_match(one, other):
            yield Fault(
                file,
                one.number,
                "side",
                f"a row that it keeps out may be one that row {other.number} counts",
                "Narrow one of the two, such as by match_platform: what counts once is never kept out",
            )


def _can_both_match(one: Row, other: Row) -> bool:
    return (
        _concerns(one) == _concerns(other)
        and one.valid_from < other.valid_to
        and other.valid_from < one.valid_to
        and all(_may_meet(one[column] or "*", other[column] or "*") for column in _MATCHES)
    )


def _may_meet(pattern: str, other: str) -> bool:
    """Whether some text matches both patterns."""
    return any(
        _globs_meet(left.strip().lower(), right.strip().lower())
        for left in pattern.split("|")
        for right in other.split("|")
        if left.strip() and right.strip()
    )


@cache
def _globs_meet(left: str, right: str) -> bool:
    """Whether some text matches both patterns of which each is one alternative; `*` is any text."""
    if not left or not right:
        return not (left + right).strip("*")
    if left[0] == "*":
        return _globs_meet(left[1:], right) or _globs_meet(left, right[1:])
    if right[0] == "*":
        return _globs_meet(right, left)
    return left[0] == right[0] and _globs_meet(left[1:], right[1:])


def _concerns(row: Row) -> str:
    return "usage" if row["match_metric"] else "charges"
