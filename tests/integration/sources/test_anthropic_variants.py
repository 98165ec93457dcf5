"""Anthropic's other exports: analytics pages, the Console's CSVs of every year, Claude Code's report."""

from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, page_of

CONSOLE = {
    "without_key": "usage_date_utc,model,usage_type,token_type,cost_usd",
    "with_key": "usage_date_utc,model,api_key,usage_type,token_type,cost_usd",
    "with_workspace": "usage_date_utc,model,workspace,api_key,usage_type,token_type,cost_usd",
    "with_context": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type"
    ),
    "with_list_price": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,"
        "cost_type,inference_geo,speed"
    ),
    "with_key_id": (
        "usage_date_utc,model,workspace,api_key,api_key_id,api_key_status,usage_type,context_window,token_type,"
        "cost_usd,list_price_usd,cost_type,inference_geo,speed"
    ),
}
VALUES = {
    "usage_date_utc": "2026-05-01",
    "model": "Claude Haiku 4.5",
    "workspace": "Claims",
    "api_key": "claims-prod",
    "api_key_id": "apikey_a",
    "api_key_status": "active",
    "usage_type": "message",
    "context_window": "≤ 200k",
    "token_type": "input_cache_write_5m",
    "cost_usd": "12.34",
    "list_price_usd": "15.00",
    "cost_type": "token",
    "inference_geo": "global",
    "speed": "standard",
}
TOKENS_HEADER = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count,inference_geo,speed"
)


def console(header: str, **changes: str) -> str:
    values = {**VALUES, **changes}
    return ",".join(values[column] for column in header.split(","))


def lists(company: Company) -> None:
    """The vendor's lists, by which names of the Console are found."""
    keys = [
        {"id": "apikey_a", "name": "claims-prod", "status": "active", "created_at": None},
        {"id": "apikey_b", "name": "twin", "status": "active", "created_at": None},
        {"id": "apikey_c", "name": "twin", "status": "active", "created_at": None},
    ]
    space = {
        "id": "wrkspc_a",
        "name": "Claims",
        "tags": {},
        "created_at": None,
        "archived_at": None,
    }
    company.drop("anthropic/api_keys_pulled_20260531T020000Z.json", {"data": keys})
    company.drop("anthropic/workspaces_pulled_20260531T020000Z.json", {"data": [space]})


@pytest.mark.variant(
    "anthropic.console_cost.without_key",
    "anthropic.console_cost.with_key",
    "anthropic.console_cost.with_workspace",
    "anthropic.console_cost.with_context",
    "anthropic.console_cost.with_list_price",
    "anthropic.console_cost.with_key_id",
)
@pytest.mark.parametrize("kind", list(CONSOLE))
def test_each_years_cost_export_is_dollars(company: Company, kind: str) -> None:
    header = CONSOLE[kind]
    rows = [
        console(header),
        console(header, token_type="output", cost_usd="0.00", usage_type="batch"),
    ]
    company.drop("anthropic/console_cost/may.csv", "\n".join([header, *rows]) + "\n")
    lists(company)
    company.land()
    assert company.quarantine() == []
    charges = {row["x_token_type"]: row for row in company.staged("stg_anthropic__charges")}
    write = charges["cache_write"]
    assert {kind: row["billed_cost"] for kind, row in charges.items()} == {
        "cache_write": Decimal("12.34"),
        "output": 0,
    }
    assert write["list_cost"] == Decimal("15.00" if "list_price_usd" in header else "12.34")
    assert (write["x_model"], write["billing_currency"]) == ("claude-haiku-4-5", "USD")
    assert charges["output"]["x_service_tier"] == "batch"
    assert write["x_api_key_id"] == ("apikey_a" if "api_key" in header else None)
    assert write["x_workspace_id"] == ("wrkspc_a" if "workspace" in header else None)
    assert write["x_is_coarse"] is ("api_key" not in header)
    assert write["x_context_window"] == ("0-200k" if "context_window" in header else None)


def test_a_name_that_two_keys_bear_stays_a_name_and_the_workbench_has_no_key(
    company: Company,
) -> None:
    header = CONSOLE["with_workspace"]
    rows = [
        console(header, api_key="twin"),
        console(header, api_key="", workspace="Default"),
        console(header, api_key="unlisted", token_type="a_new_kind"),
    ]
    company.drop("anthropic/console_cost/may.csv", "\n".join([header, *rows]) + "\n")
    lists(company)
    company.land()
    charges = company.staged("stg_anthropic__charges")
    assert {(row["x_api_key_id"], row["x_workspace_id"]) for row in charges} == {
        ("twin", "wrkspc_a"),
        (None, None),
        ("unlisted", "wrkspc_a"),
    }
    assert sum(row["billed_cost"] for row in charges) == 3 * Decimal("12.34")
    assert not any(row["x_is_coarse"] for row in charges)


@pytest.mark.variant("anthropic.console_tokens.export")
def test_the_consoles_tokens_are_disjoint(company: Company) -> None:
    row = "2026-05-01,claude-haiku-4-5-20251001,claims-prod,Claims,standard,≤ 200k,100,20,3,400,50,6,global,standard"
    company.drop("anthropic/console_tokens/may.csv", f"\ufeff{TOKENS_HEADER}\n{row}\n")
    lists(company)
    company.land()
    assert company.quarantine() == []
    usage = company.staged("stg_anthropic__usage")
    assert {line["metric"]: line["quantity"] for line in usage} == {
        "input_tokens": 100,
        "cache_write_tokens": 20,
        "cache_write_1h_tokens": 3,
        "cached_input_tokens": 400,
        "output_tokens": 50,
        "tool_sessions": 6,
    }
    assert {
        (line["api_key_id"], line["workspace_id"], line["context_window"]) for line in usage
    } == {("apikey_a", "wrkspc_a", "0-200k")}


def analytics(measure: dict, **group: object) -> dict:
    return {
        "starting_at": "2026-05-01T00:00:00Z",
        "ending_at": "2026-05-02T00:00:00Z",
        "group": group,
        **measure,
    }


def analytics_page(*rows: dict) -> dict:
    return {"data": list(rows), "has_more": False, "next_page": None, "organization_id": "org-1"}


@pytest.mark.variant("anthropic.analytics_cost.page")
def test_analytics_cost_has_keys_people_and_a_list_price(company: Company) -> None:
    actor = {
        "type": "user_actor",
        "user_id": "user_01",
        "email_address": "Iris.Quill@example.com",
        "deleted": False,
    }
    company.drop(
        "anthropic/analytics_cost/cost_pulled_20260502T020000Z.json",
        analytics_page(
            analytics(
                {
                    "cost": {
                        "amount": "123.78912",
                        "list_amount": "150",
                        "currency": "USD",
                        "requests": 3,
                    }
                },
                api_key_id="apikey_a",
                workspace_id="wrkspc_a",
                model="claude-haiku-4-5-20251001",
                cost_type="tokens",
                token_type="output_tokens",
            ),
            analytics(
                {"cost": {"amount": "-4.5", "list_amount": "-4.5", "currency": "USD"}},
                api_key_id=None,
                actor=actor,
            ),
        ),
    )
    company.land()
    assert company.quarantine() == []
    charges = {row["x_api_key_id"]: row for row in company.staged("stg_anthropic__charges")}
    assert charges["apikey_a"]["billed_cost"] == Decimal("1.2378912")
    assert charges["apikey_a"]["list_cost"] == Decimal("1.5")
    assert charges["apikey_a"]["x_token_type"] == "output"
    assert charges[None]["billed_cost"] == Decimal("-0.045")
    assert charges[None]["x_user_id"].startswith("person:")
    assert not any(row["x_is_coarse"] for row in charges.values())
    assert company.holds_nowhere("iris.quill")


@pytest.mark.variant("anthropic.analytics_usage.page")
def test_analytics_usage_counts_tokens_and_requests(company: Company) -> None:
    tokens = {
        "uncached_input_tokens": 10,
        "cache_read_input_tokens": 20,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4},
        "output_tokens": 5,
        "total_tokens": 42,
        "server_tool_use": {"web_search_requests": 2},
        "requests": 7,
    }
    company.drop(
        "anthropic/analytics_usage/usage_pulled_20260502T020000Z.json",
        analytics_page(
            analytics({"usage": tokens}, api_key_id="apikey_a", model="claude-x", speed="fast")
        ),
    )
    company.land()
    assert company.quarantine() == []
    usage = company.staged("stg_anthropic__usage")
    assert {line["metric"]: line["quantity"] for line in usage} == {
        "input_tokens": 10,
        "cached_input_tokens": 20,
        "cache_write_tokens": 3,
        "cache_write_1h_tokens": 4,
        "output_tokens": 5,
        "tool_sessions": 2,
        "requests": 7,
    }
    assert {line["service_tier"] for line in usage} == {"fast"}


@pytest.mark.variant("anthropic.claude_code.page")
def test_claude_codes_report_beside_the_usage_report_counts_no_token_twice(
    company: Company,
) -> None:
    models = [
        {
            "model": "claude-x",
            "tokens": {"input": 100, "output": 50, "cache_read": 10, "cache_creation": 5},
            "estimated_cost": {"currency": "USD", "amount": 1025},
        },
        {
            "model": "claude-y",
            "tokens": {"input": 1, "output": 1, "cache_read": 0, "cache_creation": 0},
        },
    ]
    record = {
        "date": "2026-05-01T00:00:00Z",
        "actor": {"type": "user_actor", "email_address": "Iris.Quill@example.com"},
        "organization_id": "org-1",
        "customer_type": "api",
        "terminal_type": "vscode",
        "core_metrics": {"num_sessions": 5, "lines_of_code": {"added": 1, "removed": 2}},
        "tool_actions": {"edit_tool": {"accepted": 4, "rejected": 0}},
        "model_breakdown": models,
    }
    company.drop("anthropic/claude_code/day_pulled_20260502T020000Z.json", analytics_page(record))
    bucket = {
        "starting_at": "2026-05-01T00:00:00Z",
        "ending_at": "2026-05-02T00:00:00Z",
        "results": [{"uncached_input_tokens": 101, "output_tokens": 51, "model": "claude-x"}],
    }
    company.drop(
        "anthropic/usage_report_messages/usage_pulled_20260502T020000Z.json", page_of([bucket])
    )
    company.land()
    assert company.quarantine() == []
    usage = {line["metric"]: line for line in company.staged("stg_anthropic__usage")}
    assert {metric: line["quantity"] for metric, line in usage.items()} == {
        "input_tokens": 101,
        "output_tokens": 51,
        "active_days": 1,
    }
    assert usage["active_days"]["user_id"].startswith("person:")
    assert company.staged("stg_anthropic__charges") == []
    assert company.holds_nowhere("iris.quill")


def test_two_ways_to_tell_of_one_months_cost_are_refused_together(company: Company) -> None:
    header = CONSOLE["with_key"]
    company.drop("anthropic/console_cost/may.csv", f"{header}\n{console(header)}\n")
    company.land()
    company.drop(
        "anthropic/analytics_cost/cost_pulled_20260502T020000Z.json",
        analytics_page(
            analytics({"cost": {"amount": "100", "currency": "USD"}}, api_key_id="apikey_a")
        ),
    )
    company.land()
    [charge] = company.staged("stg_anthropic__charges")
    assert charge["billed_cost"] == Decimal("12.34")
    [fault] = company.quarantine()
    assert "both tell of 2026-05" in str(fault["reason"])
