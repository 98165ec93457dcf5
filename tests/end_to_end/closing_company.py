"""A company of three cost centres and one bill, small enough to close its months by hand.

Acme bills USD: the shared service by the month, and the Claims API by account. Three keys use the shared service, one
of which nobody registered: 600,000, 300,000 and 100,000 tokens a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from sample.files import Folder, next_month
from sample.focus import LUMIERE_COLUMNS
from sample.register_files import COLUMNS, write_register
from tests.end_to_end.company import Company

TOKENS = {"key-sales": 600_000, "key-hr": 300_000, "key-nobody": 100_000}
SINCE = {"valid_from": "2026-01-01"}

Row = dict[str, object]


def closing_company(folder: Path) -> Company:
    """The company with its bills of May, June and the first days of July 2026; June's invoice is a dollar too high."""
    company = Company(folder, folder / "landing", folder / "seeds")
    company.landing.mkdir(parents=True)
    write_registers(company)
    bill(company, "2026-05", "20260610", {"shared": "1000.00", "claims": "100.01"})
    bill(company, "2026-06", "20260707", {"shared": "500.00", "claims": "50.00"})
    bill(company, "2026-07", "20260710", {"claims": "1.00"})
    for period in ("2026-05", "2026-06"):
        _usage(company, period)
    return company


def bill(company: Company, period: str, pulled_on: str, amounts: Mapping[str, str]) -> None:
    """Deliver Acme's bill of a month, an amount per account; a later pull replaces an earlier one."""
    start = date.fromisoformat(f"{period}-01")
    rows = []
    for day, (account, amount) in enumerate(sorted(amounts.items())):
        charged_on = start + timedelta(days=day)
        row: Row = {
            "BilledCost": amount,
            "BillingAccountId": "A-1",
            "BillingAccountName": "Acme",
            "BillingCurrency": "USD",
            "BillingPeriodStart": f"{start}T00:00:00Z",
            "BillingPeriodEnd": f"{next_month(start)}T00:00:00Z",
            "ChargeCategory": "Usage",
            "ChargeDescription": f"Service {account}",
            "ChargeFrequency": "Usage-Based",
            "ChargePeriodStart": f"{charged_on}T00:00:00Z",
            "ChargePeriodEnd": f"{charged_on + timedelta(days=1)}T00:00:00Z",
            "ContractedCost": amount,
            "EffectiveCost": amount,
            "InvoiceIssuerName": "Acme",
            "ListCost": amount,
            "ProviderName": "Acme",
            "PublisherName": "Acme",
            "ServiceCategory": "AI and Machine Learning",
            "ServiceName": "Acme",
            "SubAccountId": account,
            "Tags": "{}",
        }
        rows.append([str(row.get(column, "")) for column in LUMIERE_COLUMNS])
    Folder(company.landing).write_csv(
        f"focus/acme/acme_{period}_pulled_{pulled_on}T000000Z.csv", LUMIERE_COLUMNS, rows
    )


def _usage(company: Company, period: str) -> None:
    columns = [
        "platform",
        "period_start",
        "period_end",
        "identity_type",
        "identity_id",
        "metric",
        "quantity",
        "unit",
    ]
    day = f"{period}-03T00:00:00Z", f"{period}-04T00:00:00Z"
    rows = [
        ["acme", *day, "api_key", key, "input_tokens", str(tokens), "tokens"]
        for key, tokens in TOKENS.items()
    ]
    Folder(company.landing).write_csv(f"usage/acme_{period}.csv", columns, rows)


def write_registers(company: Company, **changed: list[Row]) -> None:
    """Write every register; `changed` gives the rows of some of them anew."""
    registers: dict[str, list[Row]] = {
        "departments": [
            {
                "department_code": "D-1",
                "department_name": "All",
                "chargeback_from": "2026-01-01",
                **SINCE,
            }
        ],
        "cost_centres": [
            {
                "cost_centre_code": code,
                "cost_centre_name": name,
                "department_code": "D-1",
                "gl_account": account,
                "is_shared_service": "false",
                **SINCE,
            }
            for code, name, account in (
                ("CC-1", "Sales", "6100"),
                ("CC-2", "Human resources", "6200"),
                ("CC-3", "Claims", "6300"),
                ("CC-9", "AI programme", "6900"),
            )
        ],
        "people": [
            {"person_id": "P1", "email": "ada@acme.example", "cost_centre_code": "CC-9", **SINCE}
        ],
        "use_cases": [
            {
                "use_case_id": f"UC-{number}",
                "use_case_name": f"Use {number}",
                "cost_centre_code": f"CC-{number}",
                "business_owner_id": "P1",
                "currency": "GBP",
            }
            for number in (1, 2, 3)
        ],
        "use_case_stages": [
            {
                "use_case_id": f"UC-{number}",
                "stage": "production",
                "chargeback_from": "2026-01-01",
                "approved_by": "P1",
                **SINCE,
            }
            for number in (1, 2, 3)
        ],
        "identities": [
            identity("api_key", "key-sales", "UC-1"),
            identity("api_key", "key-hr", "UC-2"),
            identity("account", "claims", "UC-3"),
        ],
        "allocation_rules": [
            rule("R-1", "10", "token_volume", match_sub_account_id="shared", driver_grain="month"),
            rule("R-2", "20", "owner"),
        ],
        "fx_rates": [
            {"month": month, "from_currency": "USD", "to_currency": "GBP", "rate": rate}
            for month, rate in (("2026-05", "0.8"), ("2026-06", "0.5"), ("2026-07", "0.5"))
        ],
        "invoices": [
            {
                "provider": "acme",
                "billing_account_id": "A-1",
                "billing_period": period,
                "invoice_id": f"I-{period}",
                "currency": "USD",
                "amount": amount,
            }
            for period, amount in (("2026-05", "1100.01"), ("2026-06", "551.00"))
        ],
        "policy": [
            {"setting": setting, "value": value, **SINCE}
            for setting, value in (
                ("reporting_currency", "GBP"),
                ("programme_cost_centre", "CC-9"),
                ("cost_centre_tag_keys", "cost_centre"),
                ("use_case_tag_keys", "use_case"),
                ("unallocated_warn_share", "0.05"),
                ("unallocated_error_share", "0.2"),
                ("sandbox_days", "90"),
                ("sandbox_over_cap", "sponsor"),
                ("clearing_account", "2199"),
                ("rate_variance_band", "0.2"),
                ("fiscal_year_start_month", "4"),
            )
        ],
    } | changed
    company.seeds.mkdir(parents=True, exist_ok=True)
    for name in COLUMNS:
        write_register(Folder(company.seeds), name, registers.get(name, []))


def identity(kind: str, identity_id: str, use_case: str, **validity: str) -> Row:
    """A row of identities.csv."""
    return {
        "platform": "acme",
        "identity_type": kind,
        "identity_id": identity_id,
        "use_case_id": use_case,
        **SINCE,
        **validity,
    }


def rule(rule_id: str, priority: str, method: str, **more: str) -> Row:
    """A row of allocation_rules.csv."""
    return {
        "rule_id": rule_id,
        "rule_version": "1",
        "priority": priority,
        "tier": "1",
        "description": rule_id,
        "method": method,
        "approved_by": "P1",
        **SINCE,
        **more,
    }
