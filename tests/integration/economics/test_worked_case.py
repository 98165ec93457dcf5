"""The worked case of docs/unit_economics.md, from registers and a ledger to the mart."""

from decimal import ROUND_HALF_UP, Decimal

from orchestration.settings import PROJECT_ROOT
from tests.support.compiled_project import CompiledProject

PAGE = PROJECT_ROOT / "docs" / "unit_economics.md"
HEADING = "| month | AI cost |"


def worked_rows() -> list[list[str]]:
    """The cells of the page's table, a list a month."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(HEADING)) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def pence(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_the_pages_figures_are_the_marts(compiled_project: CompiledProject) -> None:
    rows = worked_rows()
    months = [row[0] for row in rows]
    given = {
        "use_cases": [
            {
                "use_case_id": "LOANS",
                "cost_centre_code": "CC-1",
                "outcome_unit": "loan decided",
                "baseline_cost_per_outcome": "8",
                "baseline_outcomes_per_month": "1000",
                "currency": "USD",
            }
        ],
        "policy": [
            {"setting": "reporting_currency", "value": "USD"},
            {"setting": "human_cost_per_hour", "value": "40"},
        ],
        "outcomes": [
            {
                "use_case_id": "LOANS",
                "month": month,
                "outcomes": reached,
                "accepted_outcomes": accepted,
                "human_minutes_per_outcome": minutes,
            }
            for month, _, reached, accepted, minutes, *_ in rows
        ],
        "fct_allocation_ledger": [
            {
                "allocation_id": f"{month}-{part}",
                "use_case_id": "LOANS",
                "cost_centre_code": "CC-1",
                "reporting_currency": "USD",
                "reporting_cost": Decimal(cost) / 2,
                "accounting_month": f"{month}-01",
            }
            for month, cost, *_ in rows
            for part in (1, 2)
        ],
        "fct_showback_monthly": [],
        "int_exchange_rates": [],
        "int_as_of_date": [{"as_of_date": f"{max(months)}-30"}],
        "int_accounting_periods": [
            {"accounting_month": f"{month}-01", "period_status": "provisional"} for month in months
        ],
        "int_cost_centres_in_month": [],
    }
    with compiled_project.run(["fct_unit_economics"], given) as warehouse:
        found = warehouse.rows("select * from marts.fct_unit_economics order by accounting_month")
    assert [
        [
            f"{row['accounting_month']:%Y-%m}",
            pence(row["reporting_cost"]),
            str(row["outcome_count"]),
            str(row["accepted_outcome_count"]),
            pence(row["human_cost"]),
            pence(row["full_cost"]),
            pence(row["baseline_cost"]),
            pence(row["saving"]),
            pence(row["full_cost_per_accepted_outcome"]),
            str(row["break_even_outcome_count"]),
            row["volume_against_baseline"],
            row["unit_cost_against_baseline"],
        ]
        for row in found
    ] == [[*row[:4], *row[5:]] for row in rows]
