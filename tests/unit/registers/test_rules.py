"""Allocation rules and splits."""

import pytest

from tests.unit.registers.folder import RegisterFolder

RULE = {"rule_id": "R1", "rule_version": "1", "priority": "10", "method": "owner"}
SPLIT = {"split_id": "S", "cost_centre_code": "CC-1", "share_percent": "100"}
NO_GATEWAY_FALLBACK = (
    "`gateway` cannot be a fallback: only the pools of a gateway rule are of one key and model"
)
NO_GATEWAY = "the method gateway does not say which gateway logged the usage"
NO_KEY = "the method gateway splits a provider's key, which a tier over 1 no longer sees"
NO_MONTH = "the method gateway splits day by day, never a month at once"
NO_OWNER = "`owner` cannot be a fallback: a pool has no owner"
NO_TARGET = "the method fixed has no cost centre to charge"
MAY, JUNE = "2026-05-01", "2026-06-01"


def test_a_rule_of_each_available_method_is_no_fault(registers: RegisterFolder) -> None:
    pooled = {"split_id": "S", "fallback_method": "requests | split|fixed|central"}
    rules = [
        {"method": "owner"},
        {"method": "fixed", "target_cost_centre": "CC-1"},
        {"method": "central"},
        *(
            {"method": method, "target_cost_centre": "CC-1", **pooled}
            for method in (
                *("split", "even", "cost", "token_volume", "requests", "workflow_count"),
                *("active_users", "seats", "gpu_hours"),
            )
        ),
        {"method": "gpu_hours", "idle_policy": "central"},
        {"method": "gateway", "driver_scope": "litellm"},
        {"method": "gateway", "driver_scope": "litellm", "driver_grain": "day"},
    ]
    registers.write(
        "allocation_rules",
        [{**RULE, "rule_id": f"R{n}", "priority": n, **rule} for n, rule in enumerate(rules)],
    )
    registers.write("allocation_splits", [SPLIT])
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        ({"method": "gateway"}, "driver_scope", NO_GATEWAY),
        ({"method": "gateway", "driver_scope": "litellm", "driver_grain": "month"}, "driver_grain", NO_MONTH),
        ({"method": "cost", "fallback_method": "gateway"}, "fallback_method", NO_GATEWAY_FALLBACK),
        ({"method": "cost", "fallback_method": "magic"}, "fallback_method", "`magic` is no method"),
        ({"method": "cost", "fallback_method": "owner"}, "fallback_method", NO_OWNER),
        ({"method": "cost", "fallback_method": "even"}, "split_id", "the method even has no split"),
        ({"method": "split"}, "split_id", "the method split has no split"),
        ({"method": "even", "split_id": "T"}, "split_id", "`T` has no rows in allocation_splits.csv"),
        ({"method": "fixed"}, "target_cost_centre", NO_TARGET),
        ({"method": "cost", "fallback_method": "fixed"}, "target_cost_centre", NO_TARGET),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_act_as_written_is_refused(
    registers: RegisterFolder, rule: dict[str, str], column: str, message: str
) -> None:
    registers.write("allocation_rules", [{**RULE, **rule}])
    fault = registers.only_fault()
    assert (fault.row, fault.column, fault.message) == (2, column, message)
    assert fault.severity == "error"


def test_a_fallback_that_never_acts_is_shown(registers: RegisterFolder) -> None:
    registers.write("allocation_rules", [{**RULE, "fallback_method": "central"}])
    assert registers.only_fault().severity == "warning"


def test_a_gateway_is_for_charges_only(registers: RegisterFolder) -> None:
    rule = {"method": "gateway", "driver_scope": "litellm", "tier": "2"}
    registers.write("allocation_rules", [{**RULE, **rule}])
    assert (NO_KEY, "method", "error") in [
        (fault.message, fault.column, fault.severity) for fault in registers.faults()
    ]


def test_an_idle_policy_without_gpu_hours_is_shown(registers: RegisterFolder) -> None:
    registers.write("allocation_rules", [{**RULE, "method": "cost", "idle_policy": "central"}])
    fault = registers.only_fault()
    assert (fault.severity, fault.column) == ("warning", "idle_policy")


def test_an_unknown_idle_policy_is_refused(registers: RegisterFolder) -> None:
    registers.write("allocation_rules", [{**RULE, "method": "gpu_hours", "idle_policy": "shared"}])
    fault = registers.only_fault()
    assert (fault.severity, fault.column) == ("error", "idle_policy")


def test_equal_priorities_name_both_rules(registers: RegisterFolder) -> None:
    other = {**RULE, "rule_id": "R2", "valid_from": MAY}
    registers.write("allocation_rules", [{**RULE, "valid_to": JUNE}, other])
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (3, "priority")
    assert fault.message == (
        "`R2` and `R1` of row 2 both have priority 10 in tier 1, from 2026-05-01 to 2026-06-01"
    )


def test_equal_priorities_at_different_times_are_no_fault(registers: RegisterFolder) -> None:
    other = {**RULE, "rule_id": "R2", "valid_from": MAY}
    registers.write("allocation_rules", [{**RULE, "valid_to": MAY}, other])
    assert registers.faults() == []


def test_versions_of_one_rule_may_follow_but_not_share_a_number(registers: RegisterFolder) -> None:
    following = [{**RULE, "valid_to": MAY}, {**RULE, "rule_version": "2", "valid_from": MAY}]
    registers.write("allocation_rules", following)
    assert registers.faults() == []
    registers.write("allocation_rules", [{**RULE, "valid_to": MAY}, {**RULE, "valid_from": MAY}])
    assert registers.only_fault().message == "`R1` / `1` is already in row 2"


def test_shares_sum_to_one_hundred_at_every_instant(registers: RegisterFolder) -> None:
    registers.write(
        "allocation_splits",
        [
            {**SPLIT, "share_percent": "33.3333333333"},
            {
                **SPLIT,
                "cost_centre_code": "CC-2",
                "share_percent": "33.3333333333",
                "valid_to": JUNE,
            },
            {
                **SPLIT,
                "cost_centre_code": "",
                "use_case_id": "UC-1",
                "share_percent": "33.3333333334",
            },
        ],
    )
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (2, "share_percent")
    assert fault.message == "the shares of `S` sum to 66.6666666667 from 2026-06-01 on (rows 2, 4)"


@pytest.mark.parametrize("shares", [("50", "49.9999999999"), ("50", "50.0000000001"), ("50", "")])
def test_shares_are_added_exactly(registers: RegisterFolder, shares: tuple[str, str]) -> None:
    codes = ("CC-1", "CC-2")
    registers.write(
        "allocation_splits",
        [
            {**SPLIT, "cost_centre_code": code, "share_percent": share}
            for code, share in zip(codes, shares, strict=True)
        ],
    )
    assert "the shares of `S` sum to" in registers.only_fault().message


def test_even_parts_need_no_shares(registers: RegisterFolder) -> None:
    registers.write("allocation_rules", [{**RULE, "method": "even", "split_id": "S"}])
    registers.write("allocation_splits", [{**SPLIT, "share_percent": ""}])
    assert registers.faults() == []
    registers.write(
        "allocation_rules",
        [{**RULE, "method": "even", "split_id": "S", "fallback_method": "split"}],
    )
    assert "sum to 0" in registers.only_fault().message


def test_a_split_that_ends_before_its_rule_is_shown(registers: RegisterFolder) -> None:
    registers.write(
        "allocation_rules", [{**RULE, "method": "split", "split_id": "S", "valid_from": MAY}]
    )
    registers.write("allocation_splits", [{**SPLIT, "valid_to": JUNE}])
    fault = registers.only_fault()
    assert (fault.severity, fault.file) == ("warning", "allocation_rules.csv")
    assert "has no row in force from 2026-06-01 on" in fault.message
