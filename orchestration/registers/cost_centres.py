"""Where cost passes on from a cost centre: to its successor when it has ended, onward by its tier while it shares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.rules import rule_tier
from orchestration.registers.splits import SPLITTING_METHODS, rule_methods
from orchestration.registers.validity import instant

_FILE = register_named("cost_centres").file
_RULES = register_named("allocation_rules").file
# As many as the warehouse follows, the first included.
LONGEST_CHAIN = 10


def cost_centre_faults(registers: Registers) -> Iterator[Fault]:
    """Successors that lead nowhere, in circles or too far; tiers that send cost back where it came from."""
    rows = registers["cost_centres"]
    yield from _successor_faults(rows)
    for row in rows:
        if row.values.get("is_shared_service"):
            yield Fault(
                _FILE,
                row.number,
                "is_shared_service",
                "shared services cannot pass on what they receive in this version",
                "Nothing to mend: the cost centre keeps its share until tiers are available",
                Severity.WARNING,
            )
    yield from _tier_cycle_faults(registers)


def _successor_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    codes = {row["cost_centre_code"] for row in rows}
    for row in rows:
        if row["successor_code"] and row["successor_code"] not in codes:
            yield Fault(
                _FILE,
                row.number,
                "successor_code",
                f"the successor {quoted(row['successor_code'])} is in no row",
                "Add it, or correct the code",
            )
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.has_validity:
            versions[row["cost_centre_code"]].append(row)
    reported: set[int] = set()
    for moment in sorted({row.valid_to for row in rows if row.has_validity}):
        passing = {code: ended for code, of in versions.items() if (ended := _ended(of, moment))}
        for code, row in sorted(passing.items()):
            chain, is_circle = _chain(code, passing)
            if row.number in reported or not (is_circle or len(chain) > LONGEST_CHAIN):
                continue
            reported.add(row.number)
            what = "lead in a circle" if is_circle else f"are more than {LONGEST_CHAIN}"
            yield Fault(
                _FILE,
                row.number,
                "successor_code",
                f"the successors of {quoted(code)} {what} on {instant(moment)}: {' → '.join(chain)}",
                "Name the cost centre that pays today",
            )


def _ended(versions: Sequence[Row], moment: datetime) -> Row | None:
    """The last version of a cost centre that is not open at an instant and names a successor."""
    if any(row.is_in_force(moment) for row in versions):
        return None
    ended = [row for row in versions if row.valid_to <= moment]
    last = max(ended, key=lambda row: row.valid_to, default=None)
    return last if last is not None and last["successor_code"] else None


def _chain(code: str, passing: Mapping[str, Row]) -> tuple[list[str], bool]:
    """The cost centres from one to the one that pays, and whether they come round to one of them again."""
    chain = [code]
    while (row := passing.get(chain[-1])) is not None:
        successor = row["successor_code"]
        chain.append(successor)
        if successor in chain[:-1]:
            return chain, True
    return chain, False


def _tier_cycle_faults(registers: Registers) -> Iterator[Fault]:
    """Shared services whose rules send cost to one another; each cycle is named once, at its first rule."""
    shared = {
        row["cost_centre_code"]: row.values.get("tier", 1)
        for row in registers["cost_centres"]
        if row.values.get("is_shared_service")
    }
    receivers = _split_receivers(registers)
    sends: dict[str, dict[str, Row]] = defaultdict(dict)
    for rule in registers["allocation_rules"]:
        if rule_tier(rule) == 1:
            continue
        for code, tier in shared.items():
            if tier == rule_tier(rule) and _matches(rule["match_cost_centre"], code):
                for receiver in _receivers(rule, receivers):
                    if receiver in shared:
                        sends[code].setdefault(receiver, rule)
    seen: set[frozenset[str]] = set()
    for start in sorted(sends):
        cycle = _cycle(start, sends)
        if cycle and frozenset(cycle) not in seen:
            seen.add(frozenset(cycle))
            path = " → ".join((*cycle, cycle[0]))
            rule = sends[cycle[0]][cycle[1] if len(cycle) > 1 else cycle[0]]
            yield Fault(
                _RULES,
                rule.number,
                "tier",
                f"shared services send their cost in a circle: {path}",
                "Let each tier send only to later tiers or to departments",
            )


def _split_receivers(registers: Registers) -> dict[str, set[str]]:
    receivers: dict[str, set[str]] = defaultdict(set)
    for row in registers["allocation_splits"]:
        receivers[row["split_id"]].add(row["cost_centre_code"])
    return receivers


def _receivers(rule: Row, receivers: Mapping[str, set[str]]) -> set[str]:
    """The cost centres that a rule names, by its method or a fallback."""
    methods = rule_methods(rule)
    named = {rule["target_cost_centre"]} if "fixed" in methods else set()
    if any(method in SPLITTING_METHODS for method in methods):
        named |= receivers.get(rule["split_id"], set())
    return named


def _matches(pattern: str, code: str) -> bool:
    alternatives = pattern.split("|") if pattern else ["*"]
    return any(
        re.fullmatch(".*".join(map(re.escape, part.strip(" ").split("*"))), code, re.IGNORECASE)
        for part in alternatives
    )


def _cycle(start: str, sends: Mapping[str, Mapping[str, Row]]) -> list[str]:
    """The shortest way from a cost centre back to itself; empty if there is none."""
    ways = [[start]]
    visited = {start}
    for way in ways:
        for receiver in sorted(sends.get(way[-1], {})):
            if receiver == start:
                return way
            if receiver not in visited:
                visited.add(receiver)
                ways.append([*way, receiver])
    return []
