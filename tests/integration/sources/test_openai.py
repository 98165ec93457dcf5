"""OpenAI's pages from the landing folder to staging: nothing lost, nothing counted twice."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.sources.company import Company, half_up, page_of, unix_seconds

COSTS = "openai/costs/costs_pulled_{stamp}.json"
# What an endpoint reports, and what staging counts of it.
ENDPOINTS = {
    "usage_decisions": (
        {
            "input_tokens": 30,
            "input_cached_tokens": 12,
            "output_tokens": 5,
            "num_model_requests": 1,
        },
        {"input_tokens": 18, "cached_input_tokens": 12, "output_tokens": 5, "requests": 1},
    ),
    "usage_embeddings": (
        {"input_tokens": 16, "num_model_requests": 2},
        {"embedding_tokens": 16, "requests": 2},
    ),
    "usage_moderations": (
        {"input_tokens": 9, "num_model_requests": 1},
        {"input_tokens": 9, "requests": 1},
    ),
    "usage_images": (
        {"images": 2, "num_model_requests": 3, "size": "1024x1024"},
        {"images": 2, "requests": 3},
    ),
    "usage_audio_speeches": (
        {"characters": 45, "num_model_requests": 4},
        {"characters": 45, "requests": 4},
    ),
    "usage_audio_transcriptions": (
        {"seconds": 20, "num_model_requests": 5},
        {"audio_seconds": 20, "requests": 5},
    ),
    "usage_vector_stores": ({"usage_bytes": 1024}, {"storage_byte_hours": 1024 * 24}),
    "usage_code_interpreter_sessions": ({"num_sessions": 6}, {"tool_sessions": 6}),
    "usage_file_search_calls": (
        {"num_requests": 7, "vector_store_id": "vs_a"},
        {"tool_sessions": 7},
    ),
    "usage_web_search_calls": (
        {"num_requests": 8, "num_model_requests": 1},
        {"tool_sessions": 8},
    ),
}


def cost(value: str | None, line_item: str | None = None, **grouping: object) -> dict:
    """A result of the costs endpoint; `value` is written as the JSON number it spells."""
    amount = {} if value is None else {"amount": {"value": Decimal(value), "currency": "usd"}}
    return {"object": "organization.costs.result", **amount, "line_item": line_item, **grouping}


def bucket(day: str, results: list[dict]) -> dict:
    start = unix_seconds(day)
    return {
        "object": "bucket",
        "start_time": start,
        "end_time": start + 86400,
        "results": results,
    }


@pytest.mark.variant("openai.costs.page")
def test_every_cost_lands_to_the_last_decimal(company: Company) -> None:
    values = ["0.06", "1234567.89012345678901", "1e-7", "-3.5", "0.00000000005", "0"]
    results = [cost(value, "gpt-4o, input", project_id="proj_a") for value in values]
    company.drop(
        COSTS.format(stamp="20260503T020000Z"),
        page_of([bucket("2026-05-01", [*results, cost(None)]), bucket("2026-05-02", [])]),
    )
    company.land()
    charges = company.staged("stg_openai__charges")
    assert len(charges) == len(values) + 1
    assert sum(row["billed_cost"] for row in charges) == sum(map(half_up, values))
    assert {row["billing_currency"] for row in charges} == {"USD"}
    assert len({row["x_charge_id"] for row in charges}) == len(charges)


def test_equal_lines_are_two_charges(company: Company) -> None:
    company.drop(
        COSTS.format(stamp="20260503T020000Z"),
        page_of([bucket("2026-05-01", [cost("1.25"), cost("1.25")])]),
    )
    company.land()
    charges = company.staged("stg_openai__charges")
    assert [row["billed_cost"] for row in charges] == [Decimal("1.25")] * 2


def test_a_later_pull_replaces_the_days_it_covers_and_no_other(company: Company) -> None:
    company.drop(
        COSTS.format(stamp="20260504T020000Z"),
        page_of(
            [
                bucket("2026-05-01", [cost("1")]),
                bucket("2026-05-02", [cost("2")]),
                bucket("2026-05-03", [cost("4")]),
            ]
        ),
    )
    company.land()
    company.drop(
        COSTS.format(stamp="20260505T020000Z"),
        page_of([bucket("2026-05-02", [cost("16")]), bucket("2026-05-03", [])]),
    )
    company.land()
    charges = company.staged("stg_openai__charges")
    assert sorted(row["billed_cost"] for row in charges) == [1, 16]


def test_pages_of_one_pull_are_one_delivery(company: Company) -> None:
    for number, day in enumerate(["2026-05-01", "2026-05-02"], start=1):
        company.drop(
            f"openai/costs/costs_pulled_20260503T020000Z_page{number}.json",
            page_of([bucket(day, [cost("1")])]),
        )
    company.land()
    charges = company.staged("stg_openai__charges")
    assert len(charges) == 2
    assert len({row["x_delivery_id"] for row in charges}) == 1


def test_pages_grouped_differently_are_refused_together(company: Company) -> None:
    """The same cost grouped and ungrouped in one pull would count twice."""
    for number, grouping in enumerate([["project_id"], ["project_id", "line_item"]], start=1):
        name = f"openai/costs/costs_pulled_20260503T020000Z_page{number}.json"
        company.drop(name, page_of([bucket(f"2026-05-0{number}", [cost("1")])]))
        company.drop(
            f"{name}.request.json",
            {
                "endpoint": "/v1/organization/costs",
                "parameters": {"group_by": grouping, "bucket_width": "1d"},
                "pulled_at": "2026-05-03T02:00:00Z",
            },
        )
    company.land()
    assert company.staged("stg_openai__charges") == []
    assert any("group_by" in row["reason"] for row in company.quarantine())


def test_an_unreadable_amount_keeps_its_pull_out_and_says_where(company: Company) -> None:
    good = page_of([bucket("2026-05-01", [cost("1")])])
    company.drop(COSTS.format(stamp="20260502T020000Z"), good)
    broken = page_of([bucket("2026-05-02", [cost("1"), cost("2")])])
    broken["data"][0]["results"][1]["amount"]["value"] = "two dollars"
    company.drop(COSTS.format(stamp="20260503T020000Z"), broken)
    company.land()
    assert [row["billed_cost"] for row in company.staged("stg_openai__charges")] == [1]
    [fault] = company.quarantine()
    assert (fault["row_number"], fault["column_name"]) == (2, "amount_value")


@pytest.mark.variant("openai.usage_completions.page")
def test_token_types_of_every_result_sum_to_the_vendors_totals(company: Company) -> None:
    results = [
        {
            "object": "organization.usage.completions.result",
            "input_tokens": 1000 + number,
            "input_cached_tokens": 37 * number,
            "input_cache_write_tokens": 11 * number,
            "input_cache_write_12h_tokens": 5 * number,
            "input_audio_tokens": 3 * number,
            "input_image_tokens": 2 * number,
            "input_cached_audio_tokens": number,
            "output_tokens": 500 - number,
            "output_audio_tokens": 13 * number,
            "output_image_tokens": 7 * number,
            "num_model_requests": number,
            "project_id": "proj_a",
            "api_key_id": f"key_{number}" if number else None,
            "user_id": "user-0042",
            "model": "gpt-6-astra",
            "batch": number % 2 == 0,
            "service_tier": "default",
        }
        for number in range(40)
    ]
    company.drop(
        "openai/usage_completions/usage_pulled_20260502T020000Z.json",
        page_of([bucket("2026-05-01", results)]),
    )
    company.land()
    usage = company.staged("stg_openai__usage")
    for number, result in enumerate(results):
        of_result = [row for row in usage if row["api_key_id"] == result["api_key_id"]]
        tokens = [row for row in of_result if row["token_type"]]
        output = sum(row["quantity"] for row in tokens if "output" in row["token_type"])
        total = sum(row["quantity"] for row in tokens)
        assert output == result["output_tokens"], number
        assert total - output == result["input_tokens"], number
        assert {row["service_tier"] for row in of_result} == {
            "batch" if result["batch"] else "default"
        }
    assert all(row["user_id"].startswith("person:") for row in usage)
    assert company.holds_nowhere("user-0042")


@pytest.mark.variant(
    "openai.usage_decisions.page",
    "openai.usage_embeddings.page",
    "openai.usage_moderations.page",
    "openai.usage_images.page",
    "openai.usage_audio_speeches.page",
    "openai.usage_audio_transcriptions.page",
    "openai.usage_vector_stores.page",
    "openai.usage_code_interpreter_sessions.page",
    "openai.usage_file_search_calls.page",
    "openai.usage_web_search_calls.page",
)
@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
def test_every_endpoint_counts_what_it_reports(company: Company, endpoint: str) -> None:
    result, expected = ENDPOINTS[endpoint]
    company.drop(
        f"openai/{endpoint}/usage_pulled_20260502T020000Z.json",
        page_of([bucket("2026-05-01", [{"object": "x", **result}])]),
    )
    company.land()
    counted = {row["metric"]: row["quantity"] for row in company.staged("stg_openai__usage")}
    assert counted == expected


@pytest.mark.variant("openai.projects.page", "openai.api_keys.page")
def test_lists_keep_every_pull_and_name_no_person(company: Company) -> None:
    key = {
        "object": "organization.project.api_key",
        "redacted_value": "sk-abc...def",
        "name": "claims assistant",
        "created_at": unix_seconds("2026-01-01"),
        "last_used_at": None,
        "id": "key_a",
        "owner": {
            "type": "user",
            "user": {"id": "user-0042", "name": "Iris Quill", "email": "Iris.Quill@example.com"},
        },
    }
    project = {
        "id": "proj_a",
        "object": "organization.project",
        "name": "Claims",
        "created_at": unix_seconds("2026-01-01"),
        "archived_at": None,
        "status": "active",
    }
    for day, keys in (("20260430", [key]), ("20260531", [])):
        company.drop(
            f"openai/api_keys/proj_a_pulled_{day}T020000Z.json",
            {"object": "list", "data": keys, "has_more": False},
        )
        company.drop(
            f"openai/projects_pulled_{day}T020000Z.json",
            {"object": "list", "data": [project], "has_more": False},
        )
    company.land()
    identities = company.staged("stg_openai__identities")
    listed = [
        (row["identity_type"], row["identity_id"], row["parent_id"], str(row["listed_at"])[:10])
        for row in identities
    ]
    assert sorted(listed, key=str) == [
        ("api_key", "key_a", "proj_a", "2026-04-30"),
        ("project", "proj_a", None, "2026-04-30"),
        ("project", "proj_a", None, "2026-05-31"),
    ]
    for person in ("Iris", "Quill", "iris.quill", "user-0042"):
        assert company.holds_nowhere(person)


@pytest.mark.variant(
    "openai.costs.page",
    "openai.projects.page",
    "openai.api_keys.page",
    "openai.usage_completions.page",
    "openai.usage_embeddings.page",
    "openai.usage_moderations.page",
    "openai.usage_images.page",
    "openai.usage_audio_speeches.page",
    "openai.usage_audio_transcriptions.page",
    "openai.usage_vector_stores.page",
    "openai.usage_code_interpreter_sessions.page",
    "openai.usage_file_search_calls.page",
    "openai.usage_web_search_calls.page",
)
def test_the_vendors_own_examples_land_unedited(company: Company, samples: Path) -> None:
    for sample in sorted((samples / "openai_api").glob("usage-*.json")):
        folder = sample.stem.replace("-", "_")
        folder = "costs" if folder == "usage_costs" else folder
        company.drop(f"openai/{folder}/{sample.name}", sample.read_bytes())
    for name, place in (
        ("list-projects.json", "projects.json"),
        ("list-project-api-keys.json", "api_keys/proj_abc.json"),
    ):
        company.drop(f"openai/{place}", (samples / "openai_api" / name).read_bytes())
    company.land()
    assert company.quarantine() == []
    [charge] = company.staged("stg_openai__charges")
    assert charge["billed_cost"] == Decimal("0.06")
    usage = company.staged("stg_openai__usage")
    completions = {
        row["token_type"]: row["quantity"]
        for row in usage
        if row["source_table"] == "openai__usage_completions" and row["token_type"]
    }
    outputs = ("output", "audio_output", "image_output")
    assert sum(completions.get(kind, 0) for kind in outputs) == 500
    assert sum(completions.values()) == 1500
    assert completions["cached_input"] + completions["audio_cached_input"] == 400
    assert completions["cache_write"] == 100
    assert len({row["source_table"] for row in usage}) == 10
    assert {row["identity_id"] for row in company.staged("stg_openai__identities")} == {
        "proj_abc",
        "key_abc",
    }
