"""Nordlicht Werkstatt, a second, tiny invented company.

Euro, two platforms, no optional column, codes such as 0042. It exists to show that the same
checkout serves another company, and is not committed as files.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sample.demand import chance
from sample.files import Folder, days, next_month, opaque, stamp
from sample.focus import LUMIERE_COLUMNS
from sample.register_files import COLUMNS, write_register
from sample.totals import Totals

MONTHS = [date(2026, 8, 1), date(2026, 9, 1)]
ACCOUNT = "000731"
PROJECT, KEYS = "werkstatt", ("angebote", "handbuch", "unbekannt")
MODEL = "gpt-5-mini-2025-08-07"

Row = dict[str, object]


def _epoch(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _openai(folder: Folder, totals: Totals, seed: int, month: date) -> None:
    """Write one pull of costs and of completions; the invoice is in euro."""
    pulled = datetime(next_month(month).year, next_month(month).month, 2, 5, 0, tzinfo=UTC)
    costs, usage = [], []
    for day in days(month, next_month(month)):
        cost_lines: list[Row] = []
        usage_lines: list[Row] = []
        for key in KEYS if day.weekday() < 5 else ():
            tokens = 200_000 + int(chance(seed, key, day).random() * 900_000)
            output = tokens // 9
            ids = {"project_id": opaque("proj_", PROJECT), "api_key_id": opaque("key_", key, 16)}
            for words, count, price in (("input", tokens, 0.22e-6), ("output", output, 1.75e-6)):
                cost_lines.append(
                    {
                        "object": "organization.costs.result",
                        "amount": {"value": count * price, "currency": "eur"},
                        "line_item": f"{MODEL}, {words}",
                        **ids,
                        "quantity": float(count),
                    }
                )
                totals.add(
                    "openai", "openai", f"{day:%Y-%m}", "EUR", str(Decimal(repr(count * price)))
                )
            usage_lines.append(
                {
                    "object": "organization.usage.completions.result",
                    "input_tokens": tokens,
                    "output_tokens": output,
                    "input_cached_tokens": 0,
                    "num_model_requests": tokens // 4_000,
                    **ids,
                    "user_id": None,
                    "model": MODEL,
                    "batch": None,
                    "service_tier": None,
                }
            )
        bucket = {
            "object": "bucket",
            "start_time": _epoch(day),
            "end_time": _epoch(day + timedelta(days=1)),
        }
        costs.append(bucket | {"results": cost_lines})
        usage.append(bucket | {"results": usage_lines})
    for endpoint, data in (("costs", costs), ("usage_completions", usage)):
        page = {"object": "page", "data": data, "has_more": False, "next_page": None}
        folder.write_json(
            f"openai/{endpoint}/{endpoint}_pulled_{stamp(pulled)}.json", page, indent=2
        )


def _focus(folder: Folder, totals: Totals, seed: int, month: date) -> None:
    """Write a FOCUS file of a translation service that knows two teams."""
    period = {
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{next_month(month)}T00:00:00Z",
    }
    rows: list[Row] = []
    for day in days(month, next_month(month)):
        for team in ("0042", "0100"):
            cost = (Decimal(int(chance(seed, team, day).random() * 90_000)) / 10_000).quantize(
                Decimal("0.0001")
            )
            rows.append(
                period
                | {
                    "BilledCost": cost,
                    "BillingAccountId": ACCOUNT,
                    "BillingAccountName": "Nordlicht Werkstatt",
                    "BillingCurrency": "EUR",
                    "ChargeCategory": "Usage",
                    "ChargeDescription": "Translated pages",
                    "ChargeFrequency": "Usage-Based",
                    "ChargePeriodStart": f"{day}T00:00:00Z",
                    "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
                    "ConsumedQuantity": "12",
                    "ConsumedUnit": "Pages",
                    "ContractedCost": cost,
                    "EffectiveCost": cost,
                    "InvoiceIssuerName": "Wortbrücke GmbH",
                    "ListCost": cost,
                    "PricingQuantity": "12",
                    "PricingUnit": "Pages",
                    "ProviderName": "Wortbrücke",
                    "PublisherName": "Wortbrücke",
                    "ServiceCategory": "AI and Machine Learning",
                    "ServiceName": "Wortbrücke",
                    "SubAccountId": team,
                    "Tags": "{}",
                }
            )
            totals.add("wortbruecke", ACCOUNT, f"{month:%Y-%m}", "EUR", str(cost))
    folder.write_csv(
        f"focus/wortbruecke/wortbruecke_{month:%Y-%m}.csv",
        LUMIERE_COLUMNS,
        [[str(row.get(column, "")) for column in LUMIERE_COLUMNS] for row in rows],
    )


def _registers(folder: Folder) -> None:
    since = {"valid_from": "2025-01-01"}
    registers: dict[str, list[Row]] = {
        "departments": [
            {
                "department_code": "01",
                "department_name": "Vertrieb",
                "chargeback_from": "2026-08-01",
                **since,
            },
            {"department_code": "02", "department_name": "Fertigung", **since},
        ],
        "cost_centres": [
            {
                "cost_centre_code": code,
                "cost_centre_name": name,
                "department_code": department,
                "gl_account": "006300",
                "is_shared_service": "false",
                **since,
            }
            for code, name, department in (
                ("0042", "Angebote", "01"),
                ("0100", "Handbücher", "02"),
                ("0900", "KI-Programm", "02"),
            )
        ],
        "people": [
            {
                "person_id": "17",
                "email": "inga.brandt@nordlicht.example",
                "cost_centre_code": "0042",
                **since,
            }
        ],
        "use_cases": [
            {
                "use_case_id": "001",
                "use_case_name": "Angebotstexte",
                "cost_centre_code": "0042",
                "business_owner_id": "17",
                "outcome_unit": "offer",
                "currency": "EUR",
            }
        ],
        "use_case_stages": [
            {
                "use_case_id": "001",
                "stage": "production",
                "chargeback_from": "2026-09-01",
                "approved_by": "17",
                **since,
            }
        ],
        "identities": [
            {
                "platform": "openai",
                "identity_type": "api_key",
                "identity_id": opaque("key_", "angebote", 16),
                "use_case_id": "001",
                **since,
            },
            {
                "platform": "openai",
                "identity_type": "api_key",
                "identity_id": opaque("key_", "handbuch", 16),
                "cost_centre_code": "0100",
                **since,
            },
            {
                "platform": "wortbruecke",
                "identity_type": "account",
                "identity_id": "0042",
                "cost_centre_code": "0042",
                **since,
            },
            {
                "platform": "wortbruecke",
                "identity_type": "account",
                "identity_id": "0100",
                "cost_centre_code": "0100",
                **since,
            },
        ],
        "allocation_rules": [
            {
                "rule_id": "1",
                "rule_version": "1",
                "priority": "1",
                "tier": "1",
                "description": "Owners pay",
                "method": "owner",
                "approved_by": "17",
                **since,
            }
        ],
        "model_prices": [
            {
                "provider": "openai",
                "model": MODEL,
                "token_type": token_type,
                "price": price,
                "per_units": "1000000",
                "unit": "tokens",
                "currency": "EUR",
                **since,
            }
            for token_type, price in (("input", "0.22"), ("output", "1.75"))
        ],
        "policy": [
            {"setting": setting, "value": value, **since}
            for setting, value in (
                ("reporting_currency", "EUR"),
                ("programme_cost_centre", "0900"),
                ("cost_centre_tag_keys", "kostenstelle"),
                ("use_case_tag_keys", "anwendungsfall"),
                ("unallocated_warn_share", "0.1"),
                ("unallocated_error_share", "0.5"),
                ("sandbox_days", "90"),
                ("sandbox_over_cap", "sponsor"),
                ("clearing_account", "001590"),
                ("rate_variance_band", "0.2"),
                ("fiscal_year_start_month", "1"),
            )
        ],
    }
    for name in COLUMNS:
        write_register(folder, name, registers.get(name, []))


def write(landing: Folder, seeds: Folder, totals: Totals, seed: int) -> None:
    """Write the company's landing folder and registers."""
    for month in MONTHS:
        _openai(landing, totals, seed, month)
        _focus(landing, totals, seed, month)
    _registers(seeds)
