"""Shared services and the rules of their tiers."""

import pytest

from tests.unit.registers.folder import RegisterFolder

MAY, JUNE = "2026-05-01", "2026-06-01"
PROGRAMME = {"cost_centre_code": "CC-1", "department_code": "D1"}
DEPARTMENT = {"cost_centre_code": "CC-2", "department_code": "D1"}
ONWARD = {"rule_id": "R1", "rule_version": "1", "priority": "1", "tier": "2", "method": "cost"}
BACK = "the receiver's tier {} has passed on already"


def service(code: str, tier: str, **more: str) -> dict[str, str]:
    shared = {"department_code": "D1", "is_shared_service": "true"}
    return {**shared, "cost_centre_code": code, "tier": tier, **more}


def tiers(
    registers: RegisterFolder,
    rules: list[dict[str, str]],
    splits: list[dict[str, str]] | None = None,
    cost_centres: list[dict[str, str]] | None = None,
) -> None:
    """Two services, SH-1 of tier 2 and SH-2 of tier 3, and rules that are numbered from R1."""
    services = [service("SH-1", "2"), service("SH-2", "3")]
    registers.write("cost_centres", [PROGRAMME, DEPARTMENT, *(cost_centres or services)])
    named = [
        {**ONWARD, "rule_id": f"R{n}", "priority": str(n), **rule}
        for n, rule in enumerate(rules, start=1)
    ]
    registers.write("allocation_rules", named)
    registers.write("allocation_splits", [{"split_id": "S", **row} for row in splits or []])


FIRST = {"tier": "2", "match_cost_centre": "sh-1"}
SECOND = {"tier": "3", "match_cost_centre": "SH-2|X*"}
TO_SECOND = {"method": "fixed", "target_cost_centre": "SH-2"}
TO_DEPARTMENT = {"method": "fixed", "target_cost_centre": "CC-2"}


def test_services_that_pass_on_upwards_are_no_fault(registers: RegisterFolder) -> None:
    tiers(
        registers,
        [
            {**FIRST, "method": "split", "split_id": "S", "match_platform": "openai"},
            {**FIRST, "method": "requests", "fallback_method": "split|central", "split_id": "S"},
            {**SECOND, "method": "token_volume", "match_billing_account_id": "org-*"},
            {**SECOND, **TO_DEPARTMENT},
        ],
        [
            {"cost_centre_code": "SH-2", "share_percent": "60"},
            {"cost_centre_code": "CC-2", "share_percent": "40"},
        ],
    )
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("rule", "column", "message"),
    [
        ({"method": "owner"}, "method", "has no identity"),
        ({"driver_grain": "Day"}, "driver_grain", "what it holds of a month"),
        ({"match_model": "gpt*"}, "match_model", "which does not say this"),
        ({"match_tag_key": "team"}, "match_tag_key", "which does not say this"),
        ({"match_commitment_status": "Unused"}, "match_commitment_status", "which does not say"),
    ],
)
def test_a_rule_of_a_tier_that_cannot_act_as_written_is_refused(
    registers: RegisterFolder, rule: dict[str, str], column: str, message: str
) -> None:
    tiers(registers, [{**FIRST, **rule}, {**SECOND, **TO_DEPARTMENT}])
    fault = registers.only_fault()
    assert (fault.severity, fault.row, fault.column) == ("error", 2, column)
    assert message in fault.message


def test_a_rule_of_tier_1_matches_no_cost_centre(registers: RegisterFolder) -> None:
    registers.write("allocation_rules", [{**ONWARD, "tier": "1", "match_cost_centre": "CC-*"}])
    fault = registers.only_fault()
    assert (fault.row, fault.column) == (2, "match_cost_centre")
    assert fault.message == "a rule of tier 1 sees charges, which have no cost centre yet"


def test_more_than_five_tiers_are_refused(registers: RegisterFolder) -> None:
    tiers(registers, [{"tier": "6"}], cost_centres=[service("SH-1", "6")])
    assert [(fault.file, fault.row, fault.column) for fault in registers.faults()] == [
        ("allocation_rules.csv", 2, "tier"),
        ("cost_centres.csv", 4, "tier"),
    ]
    assert all("there are tiers up to 5" in error for error in registers.errors())


def test_a_service_that_nothing_serves_is_shown(registers: RegisterFolder) -> None:
    tiers(registers, [{**FIRST, "match_cost_centre": "SH-9"}, {**SECOND, **TO_DEPARTMENT}])
    assert registers.errors() == []
    assert [fault.message for fault in registers.faults()] == [
        "no shared service of tier 2 matches, so the rule never acts",
        "no rule of tier 2 passes on what `SH-1` holds",
    ]


@pytest.mark.parametrize("tier", ["", "1"])
def test_a_service_without_a_tier_is_shown(registers: RegisterFolder, tier: str) -> None:
    registers.write("cost_centres", [PROGRAMME, service("SH-1", tier)])
    fault = registers.only_fault()
    assert (fault.severity, fault.row, fault.column) == ("warning", 3, "tier")


@pytest.mark.parametrize(
    ("rules", "splits", "way"),
    [
        (
            [{**FIRST, **TO_SECOND}, {**SECOND, "method": "split", "split_id": "S"}],
            [{"cost_centre_code": "SH-1", "share_percent": "100"}],
            "SH-2 → SH-1 → SH-2",
        ),
        (
            [{**FIRST, "method": "requests"}, {**SECOND, "fallback_method": "even", "split_id": "S"}],
            [{"cost_centre_code": "SH-1"}],
            "SH-2 → SH-1 → SH-2",
        ),
        ([{**FIRST, "method": "fixed", "target_cost_centre": "SH-1"}, SECOND], [], "SH-1 → SH-1"),
    ],
)  # fmt: skip
def test_a_tier_cycle_is_named(
    registers: RegisterFolder, rules: list[dict[str, str]], splits: list[dict[str, str]], way: str
) -> None:
    tiers(registers, rules, splits)
    (error,) = registers.errors()
    assert f"shared services send their cost in a circle: {way}" in error


def test_a_receiver_of_a_lower_tier_is_refused_where_it_sends_nothing_back(
    registers: RegisterFolder,
) -> None:
    tiers(
        registers,
        [{**FIRST, **TO_DEPARTMENT}, {**SECOND, "method": "fixed", "target_cost_centre": "SH-1"}],
    )
    fault = registers.only_fault()
    assert (fault.row, fault.message) == (3, f"SH-2 → SH-1: {BACK.format(2)}")


def test_two_services_of_one_tier_do_not_name_each_other(registers: RegisterFolder) -> None:
    tiers(
        registers,
        [{**FIRST, **TO_SECOND}, {"match_cost_centre": "SH-2"}],
        cost_centres=[service("SH-1", "2"), service("SH-2", "2")],
    )  # fmt: skip
    assert registers.only_fault().message == f"SH-1 → SH-2: {BACK.format(2)}"


def test_a_circle_through_a_use_case_a_successor_or_the_programme_is_found(
    registers: RegisterFolder,
) -> None:
    ended = {"cost_centre_code": "CC-2", "department_code": "D1", "successor_code": "SH-1"}
    registers.write("use_cases", [{"use_case_id": "UC-1", "cost_centre_code": "CC-2"}])
    for rule, splits in (
        ({"method": "fixed", "target_cost_centre": "CC-2"}, []),
        ({"method": "split", "split_id": "S"}, [{"use_case_id": "UC-1", "share_percent": "100"}]),
    ):
        tiers(registers, [{**FIRST, "method": "requests"}, {**SECOND, **rule}], splits)
        assert registers.errors() == []
        registers.write(
            "cost_centres",
            [PROGRAMME, {**ended, "valid_to": MAY}, service("SH-1", "2"), service("SH-2", "3")],
        )
        assert "SH-2 → SH-1 → SH-2" in " ".join(registers.errors())
    tiers(registers, [{"method": "central"}])
    registers.write("cost_centres", [service("CC-1", "2"), DEPARTMENT])
    assert "CC-1 → CC-1" in " ".join(registers.errors())


def test_a_service_that_has_ended_when_it_is_named_makes_no_circle(
    registers: RegisterFolder,
) -> None:
    tiers(
        registers,
        [
            {**FIRST, **TO_SECOND, "valid_to": MAY},
            {**SECOND, "method": "fixed", "target_cost_centre": "SH-1", "valid_from": JUNE},
            {**FIRST, **TO_DEPARTMENT},
        ],
        cost_centres=[
            service("SH-1", "2", valid_to=JUNE),
            {"cost_centre_code": "SH-1", "department_code": "D1", "valid_from": JUNE},
            service("SH-2", "3"),
        ],
    )
    assert registers.errors() == []
