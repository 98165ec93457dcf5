"""OpenRouter's activity: what it charged is a bill, what the company's own keys cost elsewhere is not."""

import csv
import io
from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, half_up, json_text
from tests.integration.sources.data_exports import as_csv as focus_csv
from tests.integration.sources.data_exports import focus_line

DASHBOARD = (
    "Date",
    "Slug",
    "Usage",
    "BYOK Usage",
    "Requests",
    "Prompt Tokens",
    "Completion Tokens",
    "Reasoning Tokens",
)


def item(day: int = 1, model: str = "openai/gpt-4.1", usage: str = "0.015", **more: object) -> dict:
    """A row of the API's answer."""
    return {
        "date": f"2026-05-{day:02}",
        "model": model,
        "model_permaslug": f"{model}-2025-04-14",
        "endpoint_id": "550e8400-e29b-41d4-a716-446655440000",
        "provider_name": "OpenAI",
        "usage": Decimal(usage),
        "byok_usage_inference": Decimal(0),
        "requests": 5,
        "prompt_tokens": 50,
        "completion_tokens": 125,
        "reasoning_tokens": 25,
        **more,
    }


def as_text(rows: list[dict], names: dict[str, str], quoting: int) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row[source] for source in names.values()] for row in rows)
    return text.getvalue()


def dashboard(rows: list[dict]) -> str:
    sources = (
        *("date", "model", "usage", "byok_usage_inference", "requests", "prompt_tokens"),
        *("completion_tokens", "reasoning_tokens"),
    )
    return as_text(rows, dict(zip(DASHBOARD, sources, strict=True)), csv.QUOTE_ALL)


@pytest.mark.variant(
    "openrouter.activity.dashboard_csv",
    "openrouter.activity.api_json",
    "openrouter.activity.api_csv",
)
@pytest.mark.parametrize("kind", ["dashboard", "json", "csv"])
def test_what_it_charged_is_the_bill(company: Company, kind: str) -> None:
    rows = [
        item(1, usage="0.0151234567891"),
        item(1, model="anthropic/claude-x", usage="8e-07"),
        item(2, usage="0", model="meta/free-model:free"),
        item(31, usage="3.5", byok_usage_inference=Decimal("70.25")),
    ]
    content = {
        "dashboard": lambda: dashboard(rows),
        "json": lambda: json_text({"data": rows}),
        "csv": lambda: as_text(rows, {name: name for name in rows[0]}, csv.QUOTE_MINIMAL),
    }[kind]()
    company.drop(f"openrouter/activity/may.{'json' if kind == 'json' else 'csv'}", content)
    assert not company.land().quarantined
    charges = company.staged("stg_openrouter__charges")
    assert sorted(row["billed_cost"] for row in charges) == sorted(
        half_up(row["usage"]) for row in rows
    )
    assert {row["billing_currency"] for row in charges} == {"USD"}
    assert {row["billing_period_start"].month for row in charges} == {5}
    usage = company.staged("stg_openrouter__usage")
    tokens = {
        metric: sum(row["quantity"] for row in usage if row["metric"] == metric)
        for metric in ("input_tokens", "output_tokens", "requests")
    }
    # Reasoning is inside the output.
    assert tokens == {"input_tokens": 200, "output_tokens": 500, "requests": 20}
    logged = [row["logged_cost"] for row in usage if row["logged_cost"] is not None]
    assert logged == [Decimal("70.25")]


def test_a_newer_file_replaces_the_days_it_carries(company: Company) -> None:
    company.drop(
        "openrouter/activity/a_pulled_20260503T000000Z.csv",
        dashboard([item(1, usage="1"), item(2, usage="2")]),
    )
    company.land()
    company.drop(
        "openrouter/activity/a_pulled_20260504T000000Z.csv",
        dashboard([item(2, usage="4"), item(3, usage="8")]),
    )
    assert not company.land().quarantined
    total = sum(row["billed_cost"] for row in company.staged("stg_openrouter__charges"))
    assert total == 13


def test_own_keys_are_billed_once_by_their_provider(company: Company) -> None:
    """The gateway's fee and the provider's bill are two purchases: both count, the gateway's reckoning does not."""
    row = item(usage="3.5", byok_usage_inference=Decimal("70.25"))
    company.drop("openrouter/activity/may.csv", dashboard([row]))
    company.drop("focus/openai/may.csv", focus_csv([focus_line("70.25", ServiceName="OpenAI")]))
    assert not company.land().quarantined
    with company.built("fct_allocation_ledger", "fct_overlapping_charges") as warehouse:
        [ledger] = warehouse.rows(
            "select sum(billed_cost) as cost from marts.fct_allocation_ledger"
        )
        assert warehouse.rows("select * from marts.fct_overlapping_charges") == []
    assert ledger["cost"] == Decimal("73.75")
