"""The allocation policy as a page: each rule in sentences, the settings, and how to disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.errors import RefusalError
from orchestration.export.files import finished_file
from orchestration.report.published import published_file, rows_of
from orchestration.report.wording import counted
from orchestration.settings import Settings


@dataclass(frozen=True)
class PolicyRule:
    """A version of a rule that is in force, in the words of dim_allocation_rules."""

    rule_id: str
    rule_version: str
    tier: int
    priority: int
    description: str | None
    rule_text: str
    unit_of_measure: str
    review_sentence: str
    exception_sentence: str
    is_review_overdue: bool


@dataclass(frozen=True)
class PolicySetting:
    """A setting of policy.csv that is in force."""

    setting: str
    value: str | None


@dataclass(frozen=True)
class WrittenPolicy:
    """The page that was written, how many rules it has, and which of them are overdue for review."""

    path: Path
    rule_count: int
    overdue: list[str]


_IN_FORCE = "valid_from < cast($month as date) + interval 1 month and valid_to > $month"
_RULES = f"""
select
    rule_id, rule_version, tier, priority, description, rule_text, unit_of_measure, review_sentence,
    exception_sentence, is_review_overdue
from marts.dim_allocation_rules
where {_IN_FORCE}
order by tier, priority, rule_id, rule_version
"""
_SETTINGS = f"select setting, value from marts.dim_policy_settings where {_IN_FORCE} order by setting, valid_from"


def write_policy(settings: Settings, output: Path | None = None) -> WrittenPolicy:
    """Write the policy in force in the ledger's newest month as Markdown, by default to `policy.md` in the warehouse.

    Raises RefusalError where nothing is published, or where the ledger is empty.
    """
    path = output or settings.warehouse / "policy.md"
    with published_file(settings) as published:
        month = _newest_month(published)
        rules = rows_of(published, PolicyRule, _RULES, {"month": month})
        in_force = rows_of(published, PolicySetting, _SETTINGS, {"month": month})
    with finished_file(path) as unfinished:
        unfinished.write_text("\n".join(page(month, rules, in_force)) + "\n", encoding="utf-8")
    return WrittenPolicy(
        path, len(rules), [rule.rule_id for rule in rules if rule.is_review_overdue]
    )


def _newest_month(published: duckdb.DuckDBPyConnection) -> date:
    row = published.execute(
        "select max(accounting_month) from marts.fct_allocation_ledger"
    ).fetchone()
    if row is None or row[0] is None:
        raise RefusalError("The published ledger is empty: land exports first.")
    month: date = row[0]
    return month


def page(month: date, rules: list[PolicyRule], settings: list[PolicySetting]) -> Iterator[str]:
    """The lines of the page."""
    by_name = {setting.setting: setting.value for setting in settings}
    yield f"# How AI cost is allocated, {month:%B %Y}"
    yield ""
    yield (
        "The first rule of a tier, by priority, that matches a charge decides who pays it. What no rule takes, and "
        "what nobody owns, is reported as unallocated with a reason. Rules of a later tier pass on what shared "
        "services hold."
    )
    overdue = [rule.rule_id for rule in rules if rule.is_review_overdue]
    if overdue:
        yield ""
        yield f"**{counted(len(overdue), 'review')} overdue:** {', '.join(overdue)}."
    tier = None
    for rule in rules:
        if rule.tier != tier:
            tier = rule.tier
            yield ""
            yield f"## Tier {tier}"
        yield ""
        yield f"### {rule.rule_id}: {_escaped(rule.description or 'without a description')}"
        yield ""
        yield f"{_escaped(rule.rule_text)} Unit of measure: {rule.unit_of_measure}. {_escaped(rule.review_sentence)}"
        yield ""
        yield _escaped(rule.exception_sentence)
    yield ""
    yield "## If you disagree"
    yield ""
    contact = by_name.get("dispute_contact")
    days = by_name.get("dispute_days")
    yield (
        f"Write to {_escaped(contact) if contact else 'whoever sent you this page'} with the statement's number and "
        "the line."
        + (f" A dispute is settled within {days} days." if days else "")
        + " What was posted stays; what is settled comes as an adjustment in a later month."
    )
    yield ""
    yield "## Settings"
    yield ""
    yield "| setting | value |"
    yield "| --- | --- |"
    for setting in settings:
        yield f"| {_escaped(setting.setting)} | {_escaped(setting.value or '')} |"


def _escaped(text: str) -> str:
    """Text as Markdown shows it: patterns have stars and bars."""
    for sign in ("\\", "*", "_", "|", "<", "`"):
        text = text.replace(sign, "\\" + sign)
    return text
