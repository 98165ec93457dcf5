"""The settings of policy.csv: what each means, how its value is read, and what `init` proposes."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.registers.declared import ASSESSMENT_KINDS, TOKEN_TYPES
from orchestration.registers.schema import Kind

FREE_PREFIX = "required_assessments."
WEIGHT_PREFIX = "token_weight."


@dataclass(frozen=True)
class PolicySetting:
    """One setting. `is_required`: some row must state it; `may_be_empty`: that row may leave the value out."""

    name: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    is_list: bool = False
    is_required: bool = False
    may_be_empty: bool = False
    proposal: str = ""


SETTINGS = (
    PolicySetting("reporting_currency", Kind.CURRENCY, is_required=True, proposal="GBP"),
    PolicySetting(
        "cost_centre_tag_keys",
        is_list=True,
        is_required=True,
        may_be_empty=True,
        proposal="cost_centre|cost-centre|costcentre|cost_center",
    ),
    PolicySetting(
        "use_case_tag_keys",
        is_list=True,
        is_required=True,
        may_be_empty=True,
        proposal="use_case|use-case|usecase",
    ),
    PolicySetting("feature_tag_keys", is_list=True),
    PolicySetting("programme_cost_centre", is_required=True),
    PolicySetting("unallocated_warn_share", Kind.FRACTION, is_required=True, proposal="0.05"),
    PolicySetting("unallocated_error_share", Kind.FRACTION, is_required=True, proposal="0.20"),
    PolicySetting("sandbox_days", Kind.COUNT, is_required=True, proposal="90"),
    PolicySetting(
        "sandbox_over_cap",
        Kind.CHOICE,
        ("sponsor", "unallocated"),
        is_required=True,
        proposal="sponsor",
    ),
    PolicySetting("clearing_account", is_required=True, may_be_empty=True),
    PolicySetting("rate_variance_band", Kind.WEIGHT, is_required=True, proposal="0.20"),
    PolicySetting(
        "fiscal_year_start_month",
        Kind.CHOICE,
        tuple(str(month) for month in range(1, 13)),
        is_required=True,
        proposal="1",
    ),
    PolicySetting("min_showback_months", Kind.COUNT),
    PolicySetting("expected_cost_tolerance", Kind.FRACTION),
    PolicySetting("human_cost_per_hour", Kind.COST),
    PolicySetting("null_rate_tolerance", Kind.FRACTION),
    PolicySetting("dispute_contact"),
    PolicySetting("dispute_days", Kind.COUNT),
)

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting_named(name: str) -> PolicySetting | None:
    """The declared setting of that name, families with a free or a closed ending included; None if unknown."""
    if name.startswith(FREE_PREFIX) and len(name) > len(FREE_PREFIX):
        return PolicySetting(name, Kind.CHOICE, ASSESSMENT_KINDS, is_list=True)
    if name.startswith(WEIGHT_PREFIX) and name.removeprefix(WEIGHT_PREFIX) in TOKEN_TYPES:
        return PolicySetting(name, Kind.WEIGHT)
    return _BY_NAME.get(name)
