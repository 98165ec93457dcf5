"""ChatGPT's workspace reports: seats of members at the tariff by the day, credits at the contract's rate."""

from collections import defaultdict
from decimal import Decimal

import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up

MEMBERS_HEADER = (
    "cadence,period_start,period_end,account_id,public_id,name,email,role,user_role,department,groups,"
    "user_status,created_or_invited_date,is_active,first_day_active_in_period,"
    "last_day_active_in_period,messages,messages_rank,model_to_messages,gpt_messages,gpts_messaged,"
    "gpt_to_messages,tool_messages,tools_messaged,tool_to_messages,project_messages,"
    "projects_messaged,project_to_messages,projects_created,last_day_active"
)
CREDITS_HEADER = (
    "date_partition,account_id,account_user_id,email,name,public_id,usage_type,usage_credits,"
    "usage_quantity,usage_units"
)
SEAT = {
    "platform": "chatgpt",
    "sku": "enterprise-seat",
    "price": "48.00",
    "per_units": "1",
    "unit": "seats",
    "currency": "USD",
    "valid_from": "2026-01-01",
}
CREDIT = {**SEAT, "sku": "credit", "price": "0.04", "unit": "credits"}


def member(
    email: str,
    since: str,
    period: str = "2026-05-01,2026-05-31",
    status: str = "enabled",
    active: str = ",",
    cadence: str = "Monthly",
) -> str:
    return (
        f'{cadence},{period},ws-1,user-{email[:3]},"Quill, Iris",{email},,standard-user,'
        f'"[""Claims""]",,{status},{since},{int(active != ",")},{active},25,,"{{\'gpt-5\': 25}}",'
        f"5,1,,3,1,,2,1,,0,{active.split(',')[1]}"
    )


def as_csv(header: str, *rows: str, mark: str = "") -> str:
    return mark + "\n".join([header, *rows]) + "\n"


def seat_costs(company: Company, *tariffs: dict) -> dict[tuple[str, str], Decimal]:
    """The cost of each stretch of a seat by holder and first day."""
    return {
        (row["x_user_id"], f"{row['charge_period_start']:%m-%d}"): row["billed_cost"]
        for row in company.staged("stg_chatgpt__charges", tariffs=list(tariffs))
        if row["service_name"] == "ChatGPT Seats"
    }


def days_of(price: str, month_days: int, first: int, last: int) -> Decimal:
    """What the days of a month cost: the price up to the last less that before the first, in whole units."""
    units = int(Decimal(price) * 10**10)
    return Decimal(units * last // month_days - units * (first - 1) // month_days) / 10**10


@pytest.mark.variant("chatgpt.members.monthly")
def test_a_member_pays_the_seat_from_joining_to_leaving(company: Company) -> None:
    company.drop(
        "chatgpt/members/may.csv",
        as_csv(
            MEMBERS_HEADER,
            member("Iris.Quill@example.com", "2025-03-01", active="2026-05-04,2026-05-29"),
            member("joins@example.com", "2026-05-20"),
            member(
                "leaves@example.com", "2025-03-01", status="deleted", active="2026-05-04,2026-05-10"
            ),
            member("gone@example.com", "2025-03-01", status="deleted"),
            member("invited@example.com", "2026-05-20", status="pending"),
        ),
    )
    company.land()
    assert company.quarantine() == []
    key = company.settings.pseudonym_key
    iris, joins, leaves = (
        pseudonym_of(key, f"{name}@example.com") for name in ("iris.quill", "joins", "leaves")
    )
    assert seat_costs(company, SEAT) == {
        (iris, "05-01"): 48,
        (joins, "05-20"): days_of("48", 31, 20, 31),
        (leaves, "05-01"): days_of("48", 31, 1, 10),
    }
    usage = company.staged("stg_chatgpt__usage")
    active = {
        f"{row['period_start']:%d}"
        for row in usage
        if row["metric"] == "active_days" and row["user_id"] == iris
    }
    assert active == {"04", "29"}
    assert sum(row["metric"] == "seats" for row in usage) == 3
    assert company.holds_nowhere("iris.quill")
    assert company.holds_nowhere("Quill, Iris")


@pytest.mark.variant("chatgpt.members.weekly")
def test_weeks_that_straddle_months_and_a_new_version_of_one(company: Company) -> None:
    weeks = ["2026-04-26,2026-05-02", "2026-05-03,2026-05-09", "2026-05-10,2026-05-16"]
    for number, week in enumerate(weeks):
        rows = [member("stays@example.com", "2025-03-01", week, cadence="Weekly")]
        if number < 2:
            rows.append(member("leaves@example.com", "2025-03-01", week, cadence="Weekly"))
        company.drop(
            f"chatgpt/members/w{number}_pulled_2026052{number}T000000Z.csv",
            as_csv(MEMBERS_HEADER, *rows),
        )
    company.drop(
        "chatgpt/members/w1_pulled_20260601T000000Z.csv",
        as_csv(
            MEMBERS_HEADER, member("stays@example.com", "2025-03-01", weeks[1], cadence="Weekly")
        ),
    )
    company.land()
    key = company.settings.pseudonym_key
    stays, leaves = (pseudonym_of(key, f"{name}@example.com") for name in ("stays", "leaves"))
    assert seat_costs(company, SEAT) == {
        (stays, "04-01"): 48,
        (stays, "05-01"): days_of("48", 31, 1, 16),
        (leaves, "04-01"): 48,
        (leaves, "05-01"): days_of("48", 31, 1, 2),
    }


def test_a_folder_names_another_plan_and_a_seat_without_a_tariff_stays(company: Company) -> None:
    row = member("iris@example.com", "2025-03-01")
    company.drop("chatgpt/members/business/may.csv", as_csv(MEMBERS_HEADER, row))
    company.land()
    [charge] = company.staged("stg_chatgpt__charges", tariffs=[SEAT])
    assert (charge["x_sku"], charge["billed_cost"], charge["x_cost_basis"]) == (
        "business-seat",
        0,
        "unpriced",
    )
    [priced] = company.staged("stg_chatgpt__charges", tariffs=[{**SEAT, "sku": "business-seat"}])
    assert (priced["billed_cost"], priced["x_cost_basis"]) == (48, "tariff")


@pytest.mark.variant("chatgpt.credits.report")
def test_credits_cost_the_rate_in_force_and_nothing_is_lost(company: Company) -> None:
    used = {
        "api.gpt_5_5_2026_04_23_text_input_v_1": ("100.5", "1000000", "tokens"),
        "api.codex_fast_gpt_5_5_2026_04_23_text_cached_input_v_1": ("50.25", "5000000", "tokens"),
        "chat.completion.5.pro": ("7", "7", "counts"),
        "codex.local.2": ("0.3333333333", "1", "counts"),
        "some.future_thing.v9": ("-2.5", "0", ""),
    }
    rows = [
        f'2026-05-02,ws-1,member-1,Alex@example.com,"Quill, Alex",user-1,{kind},{",".join(counted)}'
        for kind, counted in used.items()
    ]
    company.drop("chatgpt/credits/may.csv", as_csv(CREDITS_HEADER, *rows, mark="\ufeff"))
    company.land()
    assert company.quarantine() == []
    half = {**CREDIT, "price": "1", "per_units": "3"}
    for tariff, rate in ((CREDIT, Decimal("0.04")), (half, Decimal(1) / 3)):
        charges = {
            row["x_sku"]: row for row in company.staged("stg_chatgpt__charges", tariffs=[tariff])
        }
        assert {kind: row["billed_cost"] for kind, row in charges.items()} == {
            kind: half_up(Decimal(counted[0]) * rate) for kind, counted in used.items()
        }
    cached = charges["api.codex_fast_gpt_5_5_2026_04_23_text_cached_input_v_1"]
    assert (cached["x_model"], cached["x_token_type"], cached["x_feature"]) == (
        "gpt-5-5-2026-04-23",
        "cached_input",
        "code_assistant",
    )
    assert charges["some.future_thing.v9"]["charge_category"] == "Credit"
    metered: dict[str, Decimal] = defaultdict(Decimal)
    for row in company.staged("stg_chatgpt__usage"):
        metered[row["metric"]] += row["quantity"]
    assert metered == {
        "credits": Decimal("158.0833333333"),
        "input_tokens": 1000000,
        "cached_input_tokens": 5000000,
        "requests": 8,
        "active_days": 1,
    }
    assert company.holds_nowhere("quill, alex")


def test_a_newer_report_of_a_day_replaces_it(company: Company) -> None:
    for stamp, credits in (("20260503T000000Z", "10"), ("20260504T000000Z", "12")):
        row = f"2026-05-02,ws-1,m,a@example.com,A,u,codex,{credits},1,counts"
        company.drop(f"chatgpt/credits/may_pulled_{stamp}.csv", as_csv(CREDITS_HEADER, row))
        company.land()
    [charge] = company.staged("stg_chatgpt__charges", tariffs=[CREDIT])
    assert charge["billed_cost"] == Decimal("0.48")
