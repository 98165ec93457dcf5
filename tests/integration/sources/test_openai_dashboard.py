"""The dashboard's CSV exports: the API's results flattened, and never beside the API's own pages."""

from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, half_up, page_of, unix_seconds

TIMES = "start_time,end_time,start_time_iso,end_time_iso"
COST_HEADER = (
    f"{TIMES},amount_value,amount_currency,line_item,project_id,organization_id,organization_name"
)
ACTIVITY_HEADER = (
    f"{TIMES},project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,"
    "output_tokens,input_cached_tokens,input_uncached_tokens,input_text_tokens,output_text_tokens,"
    "input_cached_text_tokens,input_audio_tokens,input_cached_audio_tokens,output_audio_tokens,"
    "input_image_tokens,input_cached_image_tokens,output_image_tokens"
)


def times(day: int) -> str:
    start = unix_seconds(f"2026-05-{day:02}")
    iso = (f"2026-05-{one:02}T00:00:00+00:00" for one in (day, day + 1))
    return f"{start},{start + 86400},{','.join(iso)}"


def as_csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


@pytest.mark.variant("openai.dashboard_cost.export", "openai.dashboard_cost.by_project")
@pytest.mark.parametrize("with_name", [False, True])
def test_costs_land_to_the_last_decimal_and_empty_days_are_none(
    company: Company, with_name: bool
) -> None:
    amounts = ["0.0601234567891234", "1e-7", "-3.5", "12"]
    name = ",Claims" if with_name else ""
    rows = [
        f'{times(1)},{amount},usd,"gpt-4o-2024-08-06, input",proj_a,org-1,Acme{name}'
        for amount in amounts
    ]
    rows.append(f"{times(2)},,,,,,{',' if with_name else ''}")
    header = COST_HEADER + (",project_name" if with_name else "")
    company.drop("openai/dashboard_cost/cost_2026-05.csv", as_csv(header, *rows))
    company.land()
    assert company.quarantine() == []
    charges = company.staged("stg_openai__charges")
    assert sorted(row["billed_cost"] for row in charges) == sorted(half_up(one) for one in amounts)
    assert {row["x_model"] for row in charges} == {"gpt-4o-2024-08-06"}
    assert all(row["x_is_coarse"] for row in charges)
    assert {row["sub_account_name"] for row in charges} == {"Claims" if with_name else None}


@pytest.mark.variant("openai.dashboard_activity.completions")
def test_activity_counts_what_the_usage_pages_count(company: Company) -> None:
    row = (
        f"{times(1)},proj_a,7.0,user-abc,key_a,gpt-4o-2024-08-06,FALSE,default,59200.0,1500.0,40000.0,19200.0,"
        "19200.0,1500.0,40000.0,0.0,0.0,0.0,0.0,0.0,0.0"
    )
    company.drop(
        "openai/dashboard_activity/may.csv", as_csv(ACTIVITY_HEADER, row, times(2) + "," * 20)
    )
    company.land()
    assert company.quarantine() == []
    usage = company.staged("stg_openai__usage")
    assert {line["metric"]: line["quantity"] for line in usage} == {
        "input_tokens": 19200,
        "cached_input_tokens": 40000,
        "output_tokens": 1500,
        "requests": 7,
    }
    assert {line["api_key_id"] for line in usage} == {"key_a"}
    assert company.holds_nowhere("user-abc")


def test_pages_and_export_of_one_month_are_refused_together(company: Company) -> None:
    start = unix_seconds("2026-05-01")
    result = {
        "object": "organization.costs.result",
        "amount": {"value": Decimal("4"), "currency": "usd"},
    }
    bucket = {
        "object": "bucket",
        "start_time": start,
        "end_time": start + 86400,
        "results": [result],
    }
    company.drop("openai/costs/costs_pulled_20260601T000000Z.json", page_of([bucket]))
    company.land()
    company.drop(
        "openai/dashboard_cost/may.csv",
        as_csv(COST_HEADER, f"{times(3)},5,usd,x,proj_a,org-1,Acme"),
    )
    company.land()
    [charge] = company.staged("stg_openai__charges")
    assert charge["billed_cost"] == 4
    [fault] = company.quarantine()
    assert "both tell of 2026-05" in str(fault["reason"])
