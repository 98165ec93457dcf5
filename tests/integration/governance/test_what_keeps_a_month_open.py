"""From rows of registers, through the compiled models, to what the close says: one truth about a use case's records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from orchestration.close.conditions import find_blocks
from tests.support.compiled_project import CompiledProject, Row

MAY = date(2026, 5, 1)
SINCE = {"valid_from": "2026-01-01"}
WHOLE: dict[str, Sequence[Row]] = {
    "int_as_of_date": [{"as_of_date": "2026-06-10"}],
    "int_accounting_periods": [
        {"accounting_month": "2026-05-01", "period_status": "provisional"},
        {"accounting_month": "2026-06-01", "period_status": "open"},
    ],
    "fct_allocation_ledger": [
        {
            "use_case_id": "UC-1",
            "use_case_stage": "production",
            "reporting_cost": "10",
            "accounting_month": "2026-05-01",
        }
    ],
    "fct_showback_monthly": [],
    "departments": [{"department_code": "D-1", "head_person_id": "P2", **SINCE}],
    "cost_centres": [{"cost_centre_code": "CC-1", "department_code": "D-1", **SINCE}],
    "registers.people": [
        {"person_id": "P1", "email": "u:1", "cost_centre_code": "CC-1", **SINCE},
        {"person_id": "P2", "email": "u:2", "cost_centre_code": "CC-1", **SINCE},
    ],
    "use_cases": [
        {
            "use_case_id": "UC-1",
            "cost_centre_code": "CC-1",
            "business_owner_id": "P1",
            "data_classification": "Personal",
            **SINCE,
        }
    ],
    "use_case_stages": [
        {"use_case_id": "UC-1", "stage": "production", "approved_by": "P2", **SINCE}
    ],
    "assessments": [
        {
            "assessment_id": "A-1",
            "use_case_id": "UC-1",
            "kind": "dpia",
            "status": "approved",
            "approved_by": "P2",
            "approved_on": "2026-01-01",
            "expires_on": "2026-06-01",
        }
    ],
    "policy": [
        {"setting": "reporting_currency", "value": "GBP", **SINCE},
        {"setting": "required_assessments.personal", "value": "dpia", **SINCE},
    ],
    "registers.exceptions": [],
    # What the close's other checks look at: nothing is wrong there.
    "dim_accounting_periods": [],
    "int_platform_settlements": [],
    "fct_deliveries": [],
    "fct_invoice_reconciliation": [],
}
EXCEPTION = {
    "exception_id": "E-1",
    "use_case_id": "UC-1",
    "approved_by": "P2",
    "exception_kind": "governance",
    "valid_from": "2026-05-01",
    "valid_to": "2026-06-02",
}


def _with(name: str, **changed: object) -> dict[str, Sequence[Row]]:
    """The whole company with some cells of a register's only row changed."""
    return WHOLE | {name: [{**WHOLE[name][0], **changed}]}


def _findings(
    compiled_project: CompiledProject, company: dict[str, Sequence[Row]]
) -> list[tuple[str, str]]:
    """The check and finding of each block of May."""
    targets = ["fct_governance_gaps", "stg_registers__identities"]
    with compiled_project.run(targets, company) as warehouse:
        blocks = find_blocks(warehouse.connection, MAY)
        return [(block.check, block.finding) for block in blocks]


def test_a_whole_use_case_keeps_no_month_open(compiled_project: CompiledProject) -> None:
    assert _findings(compiled_project, WHOLE) == []


BROKEN = [
    (_with("use_cases", business_owner_id=None), "no business owner"),
    (_with("use_cases", business_owner_id="P9"), "business owner has left"),
    (_with("use_cases", cost_centre_code=None), "no cost centre"),
    (_with("use_cases", cost_centre_code="CC-9"), "unknown cost centre"),
    (_with("cost_centres", valid_to="2026-05-31"), "closed cost centre"),
    (_with("assessments", expires_on="2026-05-31"), "dpia assessment expired"),
    (_with("assessments", status="draft"), "dpia assessment missing"),
    (_with("assessments", approved_by=None), "dpia assessment missing"),
    (WHOLE | {"use_cases": []}, "not in the register"),
]


@pytest.mark.parametrize(("company", "gap"), BROKEN, ids=[gap for _, gap in BROKEN])
def test_a_broken_link_of_production_keeps_it_open_unless_excepted(
    compiled_project: CompiledProject, company: dict[str, Sequence[Row]], gap: str
) -> None:
    ((check, finding),) = _findings(compiled_project, company)
    assert check == "production_use_case"
    assert finding.startswith("use case UC-1 is in production")
    assert gap in finding
    excepted = company | {"registers.exceptions": [EXCEPTION]}
    assert _findings(compiled_project, excepted) == []
    pilot = company | {"use_case_stages": [{**WHOLE["use_case_stages"][0], "stage": "pilot"}]}
    assert _findings(compiled_project, pilot) == []


def test_an_exception_that_has_ended_is_asked_for_while_the_gap_is_left(
    compiled_project: CompiledProject,
) -> None:
    ended = {**EXCEPTION, "valid_to": "2026-05-31"}
    company = _with("use_cases", business_owner_id=None) | {"registers.exceptions": [ended]}
    found = _findings(compiled_project, company)
    assert [check for check, _ in found] == ["production_use_case", "expired_exception"]
    assert _findings(compiled_project, WHOLE | {"registers.exceptions": [ended]}) == []
