"""Pulls against servers made from the vendors' own OpenAPI documents: every request is allowed, every answer lands.

The documents are not part of this repository: CHARGEBACK_OPENAPI_DIR names the folder that has them.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from orchestration.pull import PullError, pull
from orchestration.pull.endpoints import SOURCES
from orchestration.settings import Settings
from tests.integration.pull.conftest import IMPATIENT, KEY, Rows
from tests.support.openapi_api import OpenApiApi
from tests.support.recorded_api import Reply, page

OPENAI, GITHUB = "openai_admin_usage_subset.json", "github_billing_copilot_subset.json"
DAYS = {"first": date(2026, 5, 1), "last": date(2026, 5, 3)}


@pytest.fixture
def documents() -> Path:
    """The folder of the documents."""
    folder = os.environ.get("CHARGEBACK_OPENAPI_DIR")
    if not folder:
        pytest.skip(
            "NOT CHECKED against the vendors' OpenAPI documents: set CHARGEBACK_OPENAPI_DIR to their folder"
        )
    return Path(folder)


def test_every_request_to_openai_is_allowed_and_every_answer_lands(
    documents: Path, settings: Settings, landed_rows: Rows
) -> None:
    with OpenApiApi(documents / OPENAI).served() as api:
        environment = {"OPENAI_ADMIN_KEY": KEY, "CHARGEBACK_OPENAI_URL": api.address}
        result = pull(settings, "openai", **DAYS, environment=environment, patience=IMPATIENT)
    assert api.faults == []
    tables = {endpoint.table for endpoint in SOURCES["openai"].endpoints}
    # The one that the document does not know yet.
    assert {pulled.table for pulled in result.pulled} == tables - {"usage_decisions"}
    assert "usage_decisions" in result.notes[0]
    counted = " union all ".join(
        f"select '{pulled.table}', count(*) from raw.openai__{pulled.table}"
        for pulled in result.pulled
    )
    days = 3
    lists = {"projects": 1, "api_keys": 1}
    assert dict(landed_rows(counted)) == {
        pulled.table: lists.get(pulled.table, days) for pulled in result.pulled
    }


def test_the_vendors_example_that_never_ends_is_refused(
    documents: Path, settings: Settings
) -> None:
    # Its completions say `has_more` with one cursor for ever.
    with OpenApiApi(documents / OPENAI, uses_examples=True).served() as api:
        environment = {"OPENAI_ADMIN_KEY": KEY, "CHARGEBACK_OPENAI_URL": api.address}
        with pytest.raises(PullError, match="no end") as refusal:
            pull(
                settings,
                "openai",
                **DAYS,
                tables=["usage_completions"],
                environment=environment,
                patience=IMPATIENT,
            )
    assert refusal.value.tables == ("usage_completions",)
    assert len(api.asked) == 2
    assert not (settings.landing / "openai").exists()


def test_every_request_to_github_is_allowed_and_every_answer_lands(
    documents: Path, settings: Settings, landed_rows: Rows
) -> None:
    with OpenApiApi(documents / GITHUB).served() as api:
        reports = "/enterprises/acme/settings/billing/reports"
        identifier = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
        # The document has no word of asking for a report, and nobody could download from its example.
        made = page({"id": identifier, "status": "processing"}, status=202)
        api.said_first[reports] = [made, made]
        finished = page(
            {"id": identifier, "status": "completed", "download_urls": [f"{api.address}/report"]}
        )
        api.said_first[f"{reports}/{identifier}"] = [finished, finished]
        detailed = (
            b"date,product,sku,quantity,unit_type,applied_cost_per_quantity,gross_amount,discount_amount,net_amount\n"
            b"2026-06-01,copilot,copilot_for_business,1,user-months,19,19,0,19\n"
        )
        credits = (
            b"date,model,username,product,sku,quantity,unit_type,gross_amount,discount_amount,net_amount\n"
            b"2026-06-01,GPT-5,mona,copilot,copilot_ai_credit,10,ai-credits,0.1,0,0.1\n"
        )
        api.said_first["/report"] = [Reply(detailed), Reply(credits)]
        result = pull(
            settings,
            "github_copilot",
            date(2026, 6, 1),
            date(2026, 6, 2),
            environment={
                "GITHUB_BILLING_TOKEN": KEY,
                "GITHUB_ENTERPRISE": "acme",
                "CHARGEBACK_GITHUB_URL": api.address,
            },
            patience=IMPATIENT,
        )
    assert api.faults == []
    assert [pulled.table for pulled in result.pulled] == [
        "seats",
        "usage_report",
        "ai_usage_report",
    ]
    [(seats, billed, credited)] = landed_rows(
        "select (select count(*) from raw.github_copilot__seats),"
        " (select net_amount from raw.github_copilot__usage_report),"
        " (select net_amount from raw.github_copilot__ai_usage_report)"
    )
    assert (seats, billed, credited) == (1, "19", "0.1")


def test_a_report_in_the_documents_shape_is_understood(documents: Path, settings: Settings) -> None:
    # The same report asked for twice: 409, and the list says which one to wait for.
    with OpenApiApi(documents / GITHUB).served() as api:
        reports = "/enterprises/acme/settings/billing/reports"
        api.said_first[reports] = [page({"message": "exists"}, status=409)]
        with pytest.raises(PullError, match="another report is being made") as refusal:
            pull(
                settings,
                "github_copilot",
                date(2026, 6, 1),
                date(2026, 6, 2),
                tables=["usage_report"],
                environment={
                    "GITHUB_BILLING_TOKEN": KEY,
                    "GITHUB_ENTERPRISE": "acme",
                    "CHARGEBACK_GITHUB_URL": api.address,
                },
                patience=IMPATIENT,
            )
    assert refusal.value.may_pass
    assert api.faults == []
