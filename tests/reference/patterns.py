"""Which rule claims a charge: match patterns and the ordered claim's conditions."""

import re
from datetime import datetime, time

from tests.reference.periods import accounting_month_start
from tests.reference.records import Charge, Rule
from tests.reference.tags import normalised_key, normalised_tags

POOLED_METHODS = frozenset(
    {
        *("split", "even", "cost", "token_volume", "requests", "workflow_count"),
        *("active_users", "seats", "gpu_hours", "gateway"),
    }
)


def matches(pattern: str | None, value: str | None) -> bool:
    """Empty matches anything; `a|b` either; `*` any text; case is ignored.

    A missing value matches only empty or `*`.
    """
    if not pattern:
        return True
    alternatives = pattern.split("|")
    if value is None:
        return "*" in alternatives
    return any(_expression(alternative).fullmatch(value) for alternative in alternatives)


def matches_some_text(pattern: str, value: str) -> bool:
    """Whether an alternative other than a bare `*` matches: one that tells values apart."""
    telling = [alternative for alternative in pattern.split("|") if alternative != "*"]
    return bool(telling) and matches("|".join(telling), value)


def _expression(alternative: str) -> re.Pattern[str]:
    literals = (re.escape(literal) for literal in alternative.split("*"))
    return re.compile(".*".join(literals), re.IGNORECASE | re.DOTALL)


def rule_instant(rule: Rule, charge: Charge) -> datetime:
    """When a rule must be in force to claim a charge: a pool's at the pool's period start."""
    if rule.method not in POOLED_METHODS:
        return charge.charge_period_start
    if pools_by_day(rule):
        return datetime.combine(charge.charge_period_start.date(), time())
    return accounting_month_start(charge)


def pools_by_day(rule: Rule) -> bool:
    """Whether each day of charges is a pool of its own: a gateway's always is."""
    return rule.driver_grain == "day" or rule.method == "gateway"


def rule_matches(rule: Rule, charge: Charge, environment: str | None) -> bool:
    """Whether every stated match of the rule holds for the charge in this environment."""
    stated = (
        (rule.match_platform, charge.x_platform),
        (rule.match_service_category, charge.service_category),
        (rule.match_service_name, charge.service_name),
        (rule.match_billing_account_id, charge.billing_account_id),
        (rule.match_sub_account_id, charge.sub_account_id),
        (rule.match_resource_id, charge.resource_id),
        (rule.match_charge_category, charge.charge_category),
        (rule.match_sku, charge.x_sku),
        (rule.match_api_key_id, charge.x_api_key_id),
        (rule.match_workflow_id, charge.x_workflow_id),
        (rule.match_environment, environment),
        (rule.match_model, charge.x_model),
        (rule.match_cost_basis, charge.x_cost_basis),
        (rule.match_commitment_status, charge.commitment_discount_status),
    )
    return all(matches(pattern, value) for pattern, value in stated) and _tag_matches(rule, charge)


def _tag_matches(rule: Rule, charge: Charge) -> bool:
    """Whether one tag of the charge matches both the rule's key and its value."""
    if not rule.match_tag_key and not rule.match_tag_value:
        return True
    key_pattern = "|".join(normalised_key(key) for key in (rule.match_tag_key or "").split("|"))
    return any(
        matches(key_pattern, key) and matches(rule.match_tag_value, value)
        for key, value in normalised_tags(charge.tags).items()
    )
