"""Shared services: what they hold goes onward by the rules of their tier, and never back where it came from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestration.registers.cost_centres import paying_cost_centre
from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.rules import rule_tier
from orchestration.registers.splits import SPLITTING_METHODS, rule_methods

_COST_CENTRES = register_named("cost_centres").file
_RULES = register_named("allocation_rules").file
FIRST_TIER = 2
# As many as the warehouse has a model for.
LAST_TIER = 5
# Methods that name their receivers; all others find them in usage or cost.
_NAMING_METHODS = frozenset((*SPLITTING_METHODS, "fixed", "central"))
# What a pool of a shared service carries, and a rule of its tier can match.
_MATCHED = ("match_cost_centre", "match_platform", "match_billing_account_id")


@dataclass(frozen=True)
class _Sending:
    """A rule that lets one shared service name another as its receiver."""

    rule: Row
    receiver: str


def tier_faults(registers: Registers) -> Iterator[Fault]:
    """Tiers that nothing serves, rules of a tier that cannot act as written, and cost that would run in a circle."""
    for rule in registers["allocation_rules"]:
        yield from _rule_faults(rule)
    services = [row for row in registers["cost_centres"] if row.values.get("is_shared_service")]
    for row in services:
        yield from _service_faults(row)
    rules = [rule for rule in registers["allocation_rules"] if rule_tier(rule) >= FIRST_TIER]
    yield from _idle_faults(services, rules)
    yield from _cycle_faults(registers, services, rules)


def _rule_faults(rule: Row) -> Iterator[Fault]:
    if rule_tier(rule) < FIRST_TIER:
        if rule["match_cost_centre"]:
            yield Fault(
                _RULES,
                rule.number,
                "match_cost_centre",
                "a rule of tier 1 sees charges, which have no cost centre yet",
                "Delete the pattern, or give the rule the tier of the cost centres that it matches",
            )
        return
    if rule_tier(rule) > LAST_TIER:
        yield Fault(
            _RULES,
            rule.number,
            "tier",
            f"there are tiers up to {LAST_TIER}",
            "Let services pass on in fewer steps",
        )
    if rule["method"].lower() == "owner":
        yield Fault(
            _RULES,
            rule.number,
            "method",
            "what a shared service holds has no identity, so no owner is found by it",
            "Name a method that splits a pool, fixed or central",
        )
    if rule["driver_grain"].lower() == "day":
        yield Fault(
            _RULES,
            rule.number,
            "driver_grain",
            "a shared service passes on what it holds of a month",
            "Write `month` or nothing",
        )
    for column in rule.texts:
        if column.startswith("match_") and column not in _MATCHED and rule[column]:
            yield Fault(
                _RULES,
                rule.number,
                column,
                "a rule of a tier over 1 sees what a cost centre holds, which does not say this",
                f"Delete the pattern; such a rule matches by {', '.join(_MATCHED)}",
            )


def _service_faults(row: Row) -> Iterator[Fault]:
    tier = row.values.get("tier", 1)
    if "tier" in row.values or not row["tier"]:
        if not isinstance(tier, int) or tier > LAST_TIER:
            yield Fault(
                _COST_CENTRES,
                row.number,
                "tier",
                f"there are tiers up to {LAST_TIER}",
                "Let services pass on in fewer steps",
            )
        elif tier < FIRST_TIER:
            yield Fault(
                _COST_CENTRES,
                row.number,
                "tier",
                "a shared service without a tier keeps what it receives",
                f"Enter a tier from {FIRST_TIER} to {LAST_TIER}: lower tiers pass on first",
                Severity.WARNING,
            )


def _idle_faults(services: Sequence[Row], rules: Sequence[Row]) -> Iterator[Fault]:
    """Services that no rule serves, and rules that serve no service."""
    serving: set[int] = set()
    for row in services:
        matching = [rule for rule in rules if _serves(rule, row)]
        serving.update(rule.number for rule in matching)
        if not matching and _tier(row) >= FIRST_TIER:
            yield Fault(
                _COST_CENTRES,
                row.number,
                "is_shared_service",
                f"no rule of tier {_tier(row)} passes on what {quoted(row['cost_centre_code'])} holds",
                f"Add one to {_RULES}; until then the cost centre keeps what it receives",
                Severity.WARNING,
            )
    for rule in rules:
        if rule.number not in serving:
            yield Fault(
                _RULES,
                rule.number,
                "match_cost_centre",
                f"no shared service of tier {rule_tier(rule)} matches, so the rule never acts",
                f"Set is_shared_service and tier in {_COST_CENTRES}, or correct the pattern",
                Severity.WARNING,
            )


def _tier(row: Row) -> int:
    tier = row.values.get("tier", 1)
    return tier if isinstance(tier, int) else 1


def _serves(rule: Row, service: Row) -> bool:
    return rule_tier(rule) == _tier(service) and _matches(
        rule["match_cost_centre"], service["cost_centre_code"]
    )


def _cycle_faults(
    registers: Registers, services: Sequence[Row], rules: Sequence[Row]
) -> Iterator[Fault]:
    """Rules that name a service which has passed on already; each is reported once, with the way round."""
    sendings = list(_sendings(registers, services, rules))
    ways = _ways(services, rules, sendings)
    tiers = {row["cost_centre_code"]: _tier(row) for row in services}
    reported: set[object] = set()
    for sender, sending in sendings:
        way = _way_back(sending.receiver, sender, ways)
        if tiers[sending.receiver] > tiers[sender]:
            continue
        circle = frozenset(way) if way else (sender, sending.receiver)
        if circle in reported:
            continue
        reported.add(circle)
        path = " → ".join((sender, *way)) if way else f"{sender} → {sending.receiver}"
        what = (
            f"shared services send their cost in a circle: {path}"
            if way
            else f"{path}: the receiver's tier {tiers[sending.receiver]} has passed on already"
        )
        yield Fault(
            _RULES,
            sending.rule.number,
            "tier",
            what,
            "Let each tier send only to later tiers or to departments",
        )


def _sendings(
    registers: Registers, services: Sequence[Row], rules: Sequence[Row]
) -> Iterator[tuple[str, _Sending]]:
    """Each pair of services of which one names the other, successors followed, at any instant of the rule."""
    named = _Named.of(registers)
    seen: set[tuple[int, str, str]] = set()
    for rule in rules:
        if not rule.has_validity:
            continue
        senders = [row for row in services if _serves(rule, row)]
        for moment in named.moments:
            if not rule.is_in_force(moment):
                continue
            in_force = {row["cost_centre_code"]: row for row in services if row.is_in_force(moment)}
            receivers = named.receivers(rule, moment) & in_force.keys()
            for sender in senders:
                for receiver in sorted(receivers) if sender.is_in_force(moment) else ():
                    pair = (rule.number, sender["cost_centre_code"], receiver)
                    if pair not in seen:
                        seen.add(pair)
                        yield sender["cost_centre_code"], _Sending(rule, receiver)


@dataclass(frozen=True)
class _Named:
    """What rules name as receivers, at any instant at which a register changes."""

    splits: Mapping[str, Sequence[Row]]
    use_cases: Sequence[Row]
    cost_centres: Mapping[str, Sequence[Row]]
    policy: Sequence[Row]
    moments: Sequence[datetime]

    @classmethod
    def of(cls, registers: Registers) -> _Named:
        dated = ("allocation_rules", "allocation_splits", "use_cases", "cost_centres", "policy")
        rows = {name: [row for row in registers[name] if row.has_validity] for name in dated}
        splits: dict[str, list[Row]] = defaultdict(list)
        for row in rows["allocation_splits"]:
            splits[row["split_id"]].append(row)
        versions: dict[str, list[Row]] = defaultdict(list)
        for row in rows["cost_centres"]:
            versions[row["cost_centre_code"]].append(row)
        moments = {row.valid_from for of in rows.values() for row in of}
        moments |= {row.valid_to for of in rows.values() for row in of}
        return cls(splits, rows["use_cases"], versions, rows["policy"], sorted(moments))

    def receivers(self, rule: Row, moment: datetime) -> set[str]:
        """The cost centres that would pay, by the rule's method or a fallback."""
        methods = rule_methods(rule)
        codes = {rule["target_cost_centre"]} if "fixed" in methods else set()
        if any(method in SPLITTING_METHODS for method in methods):
            rows = self.splits.get(rule["split_id"], ())
            codes |= {self._payer(row, moment) for row in rows if row.is_in_force(moment)}
        if "central" in methods:
            codes |= {
                row["value"]
                for row in self.policy
                if row["setting"].lower() == "programme_cost_centre" and row.is_in_force(moment)
            }
        return {paying_cost_centre(self.cost_centres, code, moment) for code in codes if code}

    def _payer(self, split: Row, moment: datetime) -> str:
        if split["cost_centre_code"]:
            return split["cost_centre_code"]
        sponsors = (
            row["cost_centre_code"]
            for row in self.use_cases
            if row["use_case_id"] == split["use_case_id"] and row.is_in_force(moment)
        )
        return next(sponsors, "")


def _ways(
    services: Sequence[Row], rules: Sequence[Row], sendings: Sequence[tuple[str, _Sending]]
) -> dict[str, set[str]]:
    """Which services can receive from which: those that are named, and later ones where usage decides."""
    ways: dict[str, set[str]] = defaultdict(set)
    for sender, sending in sendings:
        ways[sender].add(sending.receiver)
    for row in services:
        if any(_serves(rule, row) and set(rule_methods(rule)) - _NAMING_METHODS for rule in rules):
            later = (other for other in services if _tier(other) > _tier(row))
            ways[row["cost_centre_code"]].update(other["cost_centre_code"] for other in later)
    return ways


def _way_back(start: str, goal: str, ways: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from one service to another, both included; empty if there is none."""
    routes = [[start]]
    visited = {start}
    for route in routes:
        if route[-1] == goal:
            return route
        for receiver in sorted(ways.get(route[-1], ())):
            if receiver not in visited:
                visited.add(receiver)
                routes.append([*route, receiver])
    return []


def _matches(pattern: str, code: str) -> bool:
    alternatives = pattern.split("|") if pattern else ["*"]
    return any(
        re.fullmatch(".*".join(map(re.escape, part.strip(" ").split("*"))), code, re.IGNORECASE)
        for part in alternatives
    )
