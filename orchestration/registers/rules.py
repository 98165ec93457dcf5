"""Allocation rules: each can do what it says, and no two claim with equal right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from orchestration.registers.declared import METHODS, register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.splits import rule_methods
from orchestration.registers.validity import overlapping, period

_FILE = register_named("allocation_rules").file
_POOLED = tuple(method for method in METHODS if method not in ("owner", "fixed", "central"))
# What is a fallback has to split a pool of another method; a gateway's pools alone have key and model.
_FALLBACKS = (*(method for method in _POOLED if method != "gateway"), "fixed", "central")


def rule_tier(rule: Row) -> int:
    """A rule's tier; 1 where it states none."""
    tier = rule.values.get("tier", 1)
    return tier if isinstance(tier, int) else 1


def rule_faults(registers: Registers) -> Iterator[Fault]:
    """Rules that cannot act as written, and pairs of rules with equal right to a charge."""
    rules = registers["allocation_rules"]
    for rule in rules:
        yield from _method_faults(rule)
    by_priority: dict[tuple[int, object], list[Row]] = defaultdict(list)
    for rule in rules:
        if rule.has_validity and "priority" in rule.values:
            by_priority[(rule_tier(rule), rule.values["priority"])].append(rule)
    for (tier, priority), equals in by_priority.items():
        for rule, other in overlapping(equals):
            # Versions of one rule that overlap are reported as such.
            if rule["rule_id"] == other["rule_id"]:
                continue
            shared = period(rule.valid_from, min(rule.valid_to, other.valid_to))
            yield Fault(
                _FILE,
                rule.number,
                "priority",
                f"{quoted(rule['rule_id'])} and {quoted(other['rule_id'])} of row {other.number} both have "
                f"priority {priority} in tier {tier}, {shared}",
                "Give one of them another priority: the lower number claims first",
            )


def _method_faults(rule: Row) -> Iterator[Fault]:
    method, fallbacks = rule["method"].lower(), rule_methods(rule)[1:] if rule["method"] else []
    for name in fallbacks:
        if name not in METHODS:
            yield Fault(
                _FILE,
                rule.number,
                "fallback_method",
                f"{quoted(name)} is no method",
                f"Write a list with `|` of {', '.join(_FALLBACKS)}",
            )
    if "owner" in fallbacks:
        yield Fault(
            _FILE,
            rule.number,
            "fallback_method",
            "`owner` cannot be a fallback: a pool has no owner",
            "Name a method that splits a pool, or central",
        )
    yield from _gateway_faults(rule, method, fallbacks)
    if rule["idle_policy"] and "gpu_hours" not in (method, *fallbacks):
        yield Fault(
            _FILE,
            rule.number,
            "idle_policy",
            "only the method gpu_hours has idle hours, so this policy never acts",
            "Delete it",
            Severity.WARNING,
        )
    if "fixed" in (method, *fallbacks) and not rule["target_cost_centre"]:
        yield Fault(
            _FILE,
            rule.number,
            "target_cost_centre",
            "the method fixed has no cost centre to charge",
            "Enter the cost centre that pays",
        )
    if fallbacks and method in METHODS and method not in _POOLED:
        yield Fault(
            _FILE,
            rule.number,
            "fallback_method",
            f"the method {method} splits no pool, so its fallback never acts",
            "Delete it; what an owner rule does not find passes on to the next rule",
            Severity.WARNING,
        )


def _gateway_faults(rule: Row, method: str, fallbacks: list[str]) -> Iterator[Fault]:
    if "gateway" in fallbacks:
        yield Fault(
            _FILE,
            rule.number,
            "fallback_method",
            "`gateway` cannot be a fallback: only the pools of a gateway rule are of one key and model",
            "Make it the rule's method, or name another fallback, such as token_volume",
        )
    if method != "gateway":
        return
    if rule_tier(rule) > 1:
        yield Fault(
            _FILE,
            rule.number,
            "method",
            "the method gateway splits a provider's key, which a tier over 1 no longer sees",
            "Name another method, such as token_volume",
        )
    if not rule["driver_scope"]:
        yield Fault(
            _FILE,
            rule.number,
            "driver_scope",
            "the method gateway does not say which gateway logged the usage",
            "Enter the gateway's platform, such as litellm",
        )
    if rule["driver_grain"].lower() == "month":
        yield Fault(
            _FILE,
            rule.number,
            "driver_grain",
            "the method gateway splits day by day, never a month at once",
            "Leave the cell empty, or write day",
        )
