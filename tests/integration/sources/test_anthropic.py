"""Anthropic's pages from the landing folder to staging: cents, disjoint tokens, tags by date."""

from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, half_up, page_of

COSTS = "anthropic/cost_report/cost_report_pulled_{stamp}.json"
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cached_input",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}


def cost(cents: str, **details: object) -> dict:
    return {
        "currency": "USD",
        "amount": cents,
        "workspace_id": None,
        "description": None,
        "cost_type": None,
        "context_window": None,
        "model": None,
        "service_tier": None,
        "token_type": None,
        "inference_geo": None,
        **details,
    }


def bucket(day: str, results: list[dict]) -> dict:
    start, end = f"2026-05-{day}T00:00:00Z", f"2026-05-{int(day) + 1:02}T00:00:00Z"
    return {"starting_at": start, "ending_at": end, "results": results}


@pytest.mark.variant("anthropic.cost_report.page")
def test_cents_are_dollars_to_the_last_decimal(company: Company) -> None:
    amounts = ["123.78912", "0.00000001", "250000000", "-4.5", "0", "33.333333333333"]
    company.drop(
        COSTS.format(stamp="20260502T020000Z"),
        page_of([bucket("01", [cost(amount) for amount in amounts]), bucket("02", [])]),
    )
    company.land()
    charges = company.staged("stg_anthropic__charges")
    expected = [half_up(Decimal(amount) * Decimal("0.01")) for amount in amounts]
    assert sorted(row["billed_cost"] for row in charges) == sorted(expected)
    assert all(isinstance(row["billed_cost"], Decimal) for row in charges)


def test_every_kind_of_line_keeps_its_meaning(company: Company) -> None:
    lines = [
        cost("1", cost_type="tokens", token_type=name, model="claude-opus-4-1-20250805")
        for name in TOKEN_TYPES
    ]
    tools = [cost("1", cost_type=kind) for kind in ("web_search", "code_execution")]
    company.drop(
        COSTS.format(stamp="20260502T020000Z"),
        page_of([bucket("01", [*lines, *tools, cost("1", cost_type="session_usage")])]),
    )
    company.land()
    charges = company.staged("stg_anthropic__charges")
    tokens = [row for row in charges if row["x_feature"] == "text"]
    assert {row["x_token_type"] for row in tokens} == set(TOKEN_TYPES.values())
    assert {row["x_model"] for row in tokens} == {"claude-opus-4-1-20250805"}
    assert all(row["x_is_coarse"] for row in tokens)
    others = {row["x_feature"]: row["x_is_coarse"] for row in charges if row not in tokens}
    assert others == {"web_search": False, "code_execution": False, "agents": False}


@pytest.mark.variant("anthropic.usage_report_messages.page")
def test_usage_counts_are_disjoint(company: Company) -> None:
    result = {
        "uncached_input_tokens": 1500,
        "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
        "cache_read_input_tokens": 200,
        "output_tokens": 700,
        "server_tool_use": {"web_search_requests": 10},
        "api_key_id": None,
        "workspace_id": None,
        "account_id": "user_01XYZ",
        "service_account_id": None,
        "model": "claude-opus-4-1-20250805",
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
    }
    company.drop(
        "anthropic/usage_report_messages/usage_pulled_20260502T020000Z.json",
        page_of([bucket("01", [result])]),
    )
    company.land()
    usage = company.staged("stg_anthropic__usage")
    assert {row["metric"]: row["quantity"] for row in usage} == {
        "input_tokens": 1500,
        "cached_input_tokens": 200,
        "cache_write_tokens": 500,
        "cache_write_1h_tokens": 1000,
        "output_tokens": 700,
        "tool_sessions": 10,
    }
    assert {row["api_key_id"] for row in usage} == {None}
    assert all(row["user_id"].startswith("person:") for row in usage)
    assert company.holds_nowhere("user_01XYZ")


def test_a_restated_day_is_replaced(company: Company) -> None:
    for stamp, cents in (("20260502T020000Z", "100"), ("20260503T020000Z", "90")):
        company.drop(COSTS.format(stamp=stamp), page_of([bucket("01", [cost(cents)])]))
        company.land()
    [charge] = company.staged("stg_anthropic__charges")
    assert charge["billed_cost"] == Decimal("0.9")


@pytest.mark.variant("anthropic.workspaces.page")
def test_a_charge_has_the_workspace_tags_of_its_time(company: Company) -> None:
    for day, centre in (("01", "CC-210"), ("10", "CC-340")):
        workspace = {
            "id": "wrkspc_a",
            "type": "workspace",
            "name": "Claims",
            "tags": {"cost_centre": centre},
            "created_at": "2026-01-01T00:00:00Z",
            "archived_at": None,
        }
        company.drop(
            f"anthropic/workspaces_pulled_202605{day}T020000Z.json",
            {"data": [workspace], "has_more": False, "first_id": None, "last_id": None},
        )
    company.drop(
        COSTS.format(stamp="20260520T020000Z"),
        page_of([bucket(day, [cost("1", workspace_id="wrkspc_a")]) for day in ("05", "15")]),
    )
    company.land()
    tags = {
        row["charge_period_start"].day: row["tags"]
        for row in company.staged("stg_anthropic__charges")
    }
    assert tags == {5: '{"cost_centre":"CC-210"}', 15: '{"cost_centre":"CC-340"}'}


@pytest.mark.variant("anthropic.api_keys.page")
def test_keys_are_known_with_their_workspace_and_without_their_creator(company: Company) -> None:
    key = {
        "id": "apikey_a",
        "type": "api_key",
        "name": "claims",
        "status": "archived",
        "created_at": "2026-01-01T00:00:00.123456Z",
        "created_by": {"id": "user_01XYZ", "type": "user"},
        "partial_key_hint": "sk-ant-api03-R2D...igAA",
        "scope": {"type": "workspace", "workspace_id": "wrkspc_a"},
        "principal": None,
    }
    company.drop("anthropic/api_keys_pulled_20260531T020000Z.json", {"data": [key]})
    company.land()
    [identity] = company.staged("stg_anthropic__identities")
    assert (identity["identity_id"], identity["parent_id"], identity["vendor_status"]) == (
        "apikey_a",
        "wrkspc_a",
        "archived",
    )
    assert company.holds_nowhere("user_01XYZ")
