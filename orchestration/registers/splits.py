"""The shares of a split sum to exactly 100 at every instant, and every rule that splits finds rows to split by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.validity import period

SPLITTING_METHODS = ("split", "even")
_SPLITS = register_named("allocation_splits").file
_RULES = register_named("allocation_rules").file


def rule_methods(rule: Row) -> list[str]:
    """A rule's method and its fallbacks, in the order they are tried."""
    methods = [rule["method"], *rule["fallback_method"].split("|")]
    return [method.strip(" ").lower() for method in methods if method.strip(" ")]


def split_faults(registers: Registers) -> Iterator[Fault]:
    """Shares that do not sum to 100, and rules whose split does not hold while they do."""
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for row in registers["allocation_splits"]:
        rows_of[row["split_id"]].append(row)
    methods_of: dict[str, set[str]] = defaultdict(set)
    for rule in registers["allocation_rules"]:
        methods_of[rule["split_id"]].update(rule_methods(rule))
    for split_id, rows in rows_of.items():
        # Even parts ignore the shares, so they may say anything.
        if "split" in methods_of[split_id] or "even" not in methods_of[split_id]:
            yield from _sum_faults(split_id, rows)
    for rule in registers["allocation_rules"]:
        yield from _rule_faults(rule, rows_of.get(rule["split_id"], []))


def _sum_faults(split_id: str, rows: Sequence[Row]) -> Iterator[Fault]:
    dated = [row for row in rows if row.has_validity]
    for begins, ends in _segments(dated):
        in_force = [row for row in dated if row.is_in_force(begins)]
        shares = [row.values.get("share_percent", Decimal(0)) for row in in_force]
        total = sum((share for share in shares if isinstance(share, Decimal)), Decimal(0))
        if in_force and total != 100:
            numbers = ", ".join(str(row.number) for row in in_force)
            yield Fault(
                _SPLITS,
                in_force[0].number,
                "share_percent",
                f"the shares of {quoted(split_id)} sum to {total:f} {period(begins, ends)} (rows {numbers})",
                "Correct the shares so that they sum to exactly 100",
            )


def _segments(rows: Iterable[Row]) -> list[tuple[datetime, datetime]]:
    """The stretches between the instants at which some row begins or ends."""
    instants = sorted({moment for row in rows for moment in (row.valid_from, row.valid_to)})
    return list(pairwise(instants))


def _rule_faults(rule: Row, rows: Sequence[Row]) -> Iterator[Fault]:
    methods = [method for method in rule_methods(rule) if method in SPLITTING_METHODS]
    if not methods:
        return
    if not rule["split_id"] or not rows:
        message = (
            f"{quoted(rule['split_id'])} has no rows in {_SPLITS}"
            if rule["split_id"]
            else f"the method {methods[0]} has no split"
        )
        yield Fault(
            _RULES, rule.number, "split_id", message, f"Name a split that {_SPLITS} has rows of"
        )
        return
    dated = [row for row in rows if row.has_validity]
    if not rule.has_validity:
        return
    for begins, ends in _segments([rule, *dated]):
        if rule.is_in_force(begins) and not any(row.is_in_force(begins) for row in dated):
            yield Fault(
                _RULES,
                rule.number,
                "split_id",
                f"{quoted(rule['split_id'])} has no row in force {period(begins, ends)}, while the rule is",
                f"Add rows to {_SPLITS}; until then the rule's fallback decides, else nobody pays",
                Severity.WARNING,
            )
