"""The policy as a page."""

from __future__ import annotations

from datetime import date

from orchestration.report.policy import PolicyRule, PolicySetting, page

RULE = PolicyRule(
    "R-1", "2", 1, 10, "Scale tier", "Takes charges where SKU is scale*|tier.", "weighted tokens",
    "Kept by P8.", "An approved exception helps.", False,
)  # fmt: skip
SETTINGS = [
    PolicySetting("cost_centre_tag_keys", "a|b"),
    PolicySetting("dispute_contact", "finance"),
    PolicySetting("dispute_days", "20"),
]


def _page(*rules: PolicyRule, settings: list[PolicySetting] | None = None) -> str:
    return "\n".join(
        page(date(2026, 5, 1), list(rules), SETTINGS if settings is None else settings)
    )


def test_a_rule_is_a_paragraph_with_its_unit_review_and_exception() -> None:
    written = _page(RULE)
    assert "# How AI cost is allocated, May 2026" in written
    assert "### R-1: Scale tier" in written
    assert (
        r"Takes charges where SKU is scale\*\|tier. Unit of measure: weighted tokens. Kept by P8."
        in written
    )
    assert "An approved exception helps." in written
    assert "overdue" not in written


def test_tiers_follow_each_other_and_overdue_reviews_come_first() -> None:
    second = PolicyRule(**{**RULE.__dict__, "rule_id": "T-1", "tier": 2, "is_review_overdue": True})
    written = _page(RULE, second)
    assert written.index("**1 review overdue:** T-1.") < written.index("## Tier 1")
    assert written.index("## Tier 1") < written.index("### R-1") < written.index("## Tier 2")


def test_how_to_disagree_is_said_with_and_without_a_contact() -> None:
    assert "Write to finance with" in _page(RULE)
    assert "settled within 20 days" in _page(RULE)
    assert "Write to whoever sent you this page with" in _page(RULE, settings=[])


def test_a_value_with_a_bar_stays_in_its_cell() -> None:
    assert r"| cost\_centre\_tag\_keys | a\|b |" in _page(RULE)
