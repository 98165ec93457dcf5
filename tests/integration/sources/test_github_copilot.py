"""GitHub's reports of every generation and its seat lists: from the landing folder to charges and usage."""

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up

USAGE_HEADER = (
    "date,product,sku,quantity,unit_type,applied_cost_per_quantity,gross_amount,discount_amount,"
    "net_amount,username,organization,repository,workflow_path,cost_center_name"
)
SUMMARY_HEADER = (
    "date,product,sku,quantity,unit_type,applied_cost_per_quantity,gross_amount,discount_amount,"
    "net_amount,organization,repository,cost_center_name"
)
REQUESTS_HEADER = (
    "date,username,product,sku,model,quantity,unit_type,applied_cost_per_quantity,gross_amount,"
    "discount_amount,net_amount,exceeds_quota,total_monthly_quota,organization,cost_center_name"
)
CREDITS_HEADER = (
    "date,product,sku,quantity,unit_type,applied_cost_per_quantity,gross_amount,discount_amount,"
    "net_amount,username,organization,repository,cost_center_name,model,input,output,cache_read,"
    "cache_write,total_monthly_quota"
)


def as_csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def as_spreadsheet_csv(header: str, *rows: str) -> bytes:
    """Every cell quoted, a byte order mark, and the line ends of Windows, as the billing page sends it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(csv.reader([header, *rows]))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def credit_row(
    user: str, gross: str, discount: str, net: str, day: str = "2026-06-02", **more: str
) -> str:
    model = more.get("model", "Claude Sonnet 4.6")
    tokens = more.get("tokens", "100,20,300,40")
    return (
        f"{day},copilot,{more.get('sku', 'copilot_ai_credit')},{Decimal(gross) * 100},ai-credits,0.01,"
        f"{gross},{discount},{net},{user},acme,,Platform,{model},{tokens},3900"
    )


def billed(company: Company) -> dict[tuple[str, str], Decimal]:
    """The billed sum by SKU and day."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in company.staged("stg_github_copilot__charges"):
        sums[row["x_sku"], f"{row['charge_period_start']:%Y-%m-%d}"] += row["billed_cost"]
    return dict(sums)


@pytest.mark.variant("github_copilot.usage_report.summarized")
def test_a_summary_bills_its_net_amounts_whatever_the_product(company: Company) -> None:
    company.drop(
        "github_copilot/usage_report/usage.csv",
        as_csv(
            SUMMARY_HEADER,
            "2026-05-01,copilot,copilot_for_business,0.32258064516129,user-months,19,"
            "6.129032258064517,0,6.129032258064517,acme,,",
            "2026-05-01,actions,actions_linux,2000,minutes,0.006,12,12,0,acme,claims,",
            "2026-05-02,git_lfs,git_lfs_storage,3.5,gigabyte-hours,0.0001,0.00035,0,0.00035,,,",
        ),
    )
    company.land()
    assert company.quarantine() == []
    charges = {row["x_sku"]: row for row in company.staged("stg_github_copilot__charges")}
    assert {sku: row["billed_cost"] for sku, row in charges.items()} == {
        "copilot_for_business": half_up("6.129032258064517"),
        "actions_linux": Decimal(0),
        "git_lfs_storage": Decimal("0.00035"),
    }
    assert charges["actions_linux"]["list_cost"] == 12
    assert {row["service_category"] for row in charges.values()} == {
        "AI and Machine Learning",
        "Developer Tools",
    }
    assert charges["copilot_for_business"]["charge_category"] == "Purchase"
    assert charges["actions_linux"]["resource_id"] == "claims"


@pytest.mark.variant("github_copilot.usage_report.detailed")
def test_a_detailed_report_names_users_by_pseudonym(company: Company) -> None:
    company.drop(
        "github_copilot/usage_report/usage.csv",
        as_spreadsheet_csv(
            USAGE_HEADER,
            "2026-06-02,copilot,copilot_ai_credit,868.70365,ai-credits,0.01,8.6870365,6.42518375,"
            "2.26185275,Mona-Acme,acme,,,engineering",
        ),
    )
    company.land()
    assert company.quarantine() == []
    [charge] = company.staged("stg_github_copilot__charges")
    assert charge["billed_cost"] == Decimal("2.26185275")
    assert charge["x_user_id"].startswith("person:")
    assert charge["tags"] == '{"cost_center_name":"engineering"}'
    assert charge["sub_account_id"] == "acme"
    assert company.holds_nowhere("mona-acme")
    usage = {row["metric"]: row["quantity"] for row in company.staged("stg_github_copilot__usage")}
    assert usage == {"credits": Decimal("868.70365"), "active_days": 1}


@pytest.mark.variant("github_copilot.ai_usage_report.premium_requests")
def test_premium_requests_are_billed_and_counted_by_user_and_model(company: Company) -> None:
    rows = [
        "2025-10-03,mona,copilot,copilot_premium_request,Claude Sonnet 4.5,12,requests,0.04,0.48,0.40,0.08,True,300,,",
        "2025-10-03,hubot,spark,spark_premium_request,Auto: GPT-5,3,requests,0.04,0.12,0.12,0,False,300,acme,",
    ]
    company.drop("github_copilot/premium_requests/report.csv", as_csv(REQUESTS_HEADER, *rows))
    company.land()
    assert company.quarantine() == []
    charges = {row["x_model"]: row for row in company.staged("stg_github_copilot__charges")}
    assert {model: row["billed_cost"] for model, row in charges.items()} == {
        "claude sonnet 4.5": Decimal("0.08"),
        "gpt-5": Decimal(0),
    }
    # Each user has an allowance of their own, so their own discount is theirs.
    assert charges["claude sonnet 4.5"]["effective_cost"] == Decimal("0.08")
    requests = {
        row["model"]: row["quantity"]
        for row in company.staged("stg_github_copilot__usage")
        if row["metric"] == "requests"
    }
    assert requests == {"claude sonnet 4.5": 12, "gpt-5": 3}


@pytest.mark.variant("github_copilot.ai_usage_report.ai_credits_tokens")
def test_credits_book_net_and_are_shared_by_gross(company: Company) -> None:
    """The pool paid for whoever came first; the month's cost follows what each caused."""
    rows = [
        credit_row("mona", "10", "10", "0"),
        credit_row("hubot", "10", "0", "10", day="2026-06-20"),
        credit_row("octocat", "0.01", "0.01", "0", day="2026-06-20T00:00:00Z"),
        credit_row("mona", "3", "0", "3", day="2026-07-01"),
    ]
    company.drop("github_copilot/ai_usage_report/june.csv", as_csv(CREDITS_HEADER, *rows))
    company.land()
    assert company.quarantine() == []
    june = [
        row
        for row in company.staged("stg_github_copilot__charges")
        if row["charge_period_start"].month == 6
    ]
    assert sum(row["billed_cost"] for row in june) == 10
    assert sum(row["effective_cost"] for row in june) == 10
    big = sorted(row["effective_cost"] for row in june)[1:]
    # 10 less 10.01 of 20.01 times 10, to the last decimal.
    assert big == [Decimal("4.9975012494"), Decimal("4.9975012494")]
    [july] = [
        row
        for row in company.staged("stg_github_copilot__charges")
        if row["charge_period_start"].month == 7
    ]
    assert july["effective_cost"] == july["billed_cost"] == 3
    tokens: dict[str, Decimal] = defaultdict(Decimal)
    for row in company.staged("stg_github_copilot__usage"):
        tokens[row["metric"]] += row["quantity"]
    assert tokens == {
        "credits": Decimal(2301),
        "input_tokens": 400,
        "output_tokens": 80,
        "cached_input_tokens": 1200,
        "cache_write_tokens": 160,
        "active_days": 4,
    }


def test_two_reports_of_one_purchase_count_once_and_the_bill_stays_whole(company: Company) -> None:
    company.drop(
        "github_copilot/usage_report/usage.csv",
        as_csv(
            SUMMARY_HEADER,
            "2026-06-02,copilot,copilot_ai_credit,1300,ai-credits,0.01,13.00,3.00,10.00,acme,,",
            "2026-06-03,copilot,copilot_ai_credit,100,ai-credits,0.01,1.00,0,1.00,acme,,",
            "2026-06-02,copilot,copilot_for_business,1,user-months,19,19,0,19,acme,,",
        ),
    )
    company.drop(
        "github_copilot/ai_usage_report/june.csv",
        as_csv(
            CREDITS_HEADER, credit_row("mona", "8", "3", "5"), credit_row("hubot", "4", "0", "4")
        ),
    )
    company.land()
    assert billed(company) == {
        ("copilot_ai_credit", "2026-06-02"): 10,
        ("copilot_ai_credit", "2026-06-03"): 1,
        ("copilot_for_business", "2026-06-02"): 19,
    }
    [rest] = [
        row
        for row in company.staged("stg_github_copilot__charges")
        if row["charge_description"] == "copilot_ai_credit, not itemised"
    ]
    assert (rest["billed_cost"], rest["effective_cost"], rest["x_user_id"]) == (1, 1, None)
    credits = sum(
        row["quantity"]
        for row in company.staged("stg_github_copilot__usage")
        if row["metric"] == "credits"
    )
    assert credits == 1300


@pytest.mark.variant("github_copilot.premium_requests.requests")
def test_requests_one_by_one_are_usage_alone(company: Company, samples: Path) -> None:
    sample = samples / "github_copilot_csv" / "premium_requests_2025-06_legacy.csv"
    company.drop("github_copilot/premium_requests/june.csv", sample.read_bytes())
    company.land()
    assert company.quarantine() == []
    assert company.staged("stg_github_copilot__charges") == []
    usage = {row["metric"]: row for row in company.staged("stg_github_copilot__usage")}
    assert {metric: row["quantity"] for metric, row in usage.items()} == {
        "requests": 1,
        "active_days": 1,
    }
    assert usage["requests"]["model"] == "gpt-4.1-2025-04-14"


@pytest.mark.variant(
    "github_copilot.ai_usage_report.transition", "github_copilot.ai_usage_report.ai_credits"
)
@pytest.mark.parametrize("name", ["transition_period_billing_preview.csv", "native_ai_credits.csv"])
def test_githubs_own_examples_land_unedited(company: Company, samples: Path, name: str) -> None:
    """In rows of requests the credits beside them are no money: what is billed is the net amounts' sum."""
    sample = samples / "github_copilot_csv" / name
    company.drop(f"github_copilot/ai_usage_report/{name}", sample.read_bytes())
    company.land()
    assert company.quarantine() == []
    rows = list(csv.DictReader(sample.read_text(encoding="utf-8").splitlines()))
    charges = company.staged("stg_github_copilot__charges")
    assert len(charges) == len(rows)
    assert sum(row["billed_cost"] for row in charges) == sum(
        half_up(row["net_amount"]) for row in rows
    )
    assert sum(row["list_cost"] for row in charges) == sum(
        half_up(row["gross_amount"]) for row in rows
    )
    metered: dict[str, Decimal] = defaultdict(Decimal)
    for row in company.staged("stg_github_copilot__usage"):
        metered[row["unit"]] += row["quantity"]
    for unit in ("requests", "ai-credits"):
        expected = sum(Decimal(row["quantity"]) for row in rows if row["unit_type"] == unit)
        assert metered[unit.removeprefix("ai-")] == round(expected, 12)


def test_a_log_and_a_report_of_one_months_requests_are_refused_together(company: Company) -> None:
    row = "2025-10-03,mona,copilot,copilot_premium_request,GPT-5,1,requests,0.04,0.04,0,0.04,True,300,,"
    company.drop("github_copilot/premium_requests/report.csv", as_csv(REQUESTS_HEADER, row))
    company.land()
    company.drop(
        "github_copilot/premium_requests/log.csv",
        as_csv(
            "Timestamp,User,Model,Requests Used,Exceeds Monthly Quota,Total Monthly Quota",
            "2025-10-03T05:13:27.8766440Z,mona,GPT-5,1,False,Unlimited",
        ),
    )
    company.land()
    [requests] = [
        row for row in company.staged("stg_github_copilot__usage") if row["metric"] == "requests"
    ]
    assert requests["quantity"] == 1
    [fault] = company.quarantine()
    assert "both tell of 2025-10" in str(fault["reason"])


def seat(login: str | None, since: str, **more: object) -> dict:
    assignee = None if login is None else {"login": login, "id": 7, "url": f"https://x/{login}"}
    return {
        "created_at": since,
        "updated_at": since,
        "pending_cancellation_date": None,
        "last_activity_at": None,
        "last_activity_editor": None,
        "plan_type": "business",
        "assignee": assignee,
        "assigning_team": {"id": 1, "slug": "claims", "name": "Claims", "url": "https://x/t"},
        **more,
    }


def drop_seats(company: Company, day: str, *seats: dict, folder: str = "seats") -> None:
    document = {"total_seats": len(seats), "seats": list(seats)}
    company.drop(f"github_copilot/{folder}/seats_{day}.json", document)


@pytest.mark.variant("github_copilot.seats.organization", "github_copilot.seats.enterprise")
@pytest.mark.parametrize("kind", ["list-copilot-seats", "list-copilot-seats-for-enterprise"])
def test_githubs_own_seat_lists_land_unedited(company: Company, samples: Path, kind: str) -> None:
    sample = samples / "github_api" / f"copilot__{kind}__default.json"
    company.drop("github_copilot/seats/seats_2021-10-20.json", sample.read_bytes())
    company.land()
    assert company.quarantine() == []
    seats = json.loads(sample.read_text(encoding="utf-8"))["seats"]
    staged = company.staged("stg_github_copilot__seats")
    assert len(staged) == len(seats)
    assert {row["sku"] for row in staged} == {"copilot_for_business"}
    assert {f"{row['last_activity_date']}" for row in staged} == {"2021-10-14", "2021-10-13"}
    for one in seats:
        assert company.holds_nowhere(one["assignee"]["login"])


def person(company: Company, login: str) -> str:
    return pseudonym_of(company.settings.pseudonym_key, login)


def days_of(price: str, month_days: int, first: int, last: int) -> Decimal:
    """What the days of a month cost: the price up to the last less that before the first, in whole 10⁻¹⁰."""
    units = int(Decimal(price) * 10**10)
    return Decimal(units * last // month_days - units * (first - 1) // month_days) / 10**10


def test_seats_cost_the_tariff_by_the_day_and_a_month_is_its_price(company: Company) -> None:
    """From one list to the next: who stays, joins, leaves, and who is in no list any more."""
    since = "2026-01-05T09:00:00+02:00"
    stays, leaves = seat("mona", since), seat("hubot", since)
    joins = seat("octocat", "2026-05-21T01:00:00+02:00")
    drop_seats(company, "2026-04-30", stays, leaves)
    drop_seats(company, "2026-05-11", stays, {**leaves, "pending_cancellation_date": "2026-05-16"})
    drop_seats(company, "2026-05-31", stays, joins)
    drop_seats(company, "2026-06-01", stays)
    company.land()
    with_tariff = company.staged(
        "stg_github_copilot__charges",
        tariffs=[
            {
                "platform": "github_copilot",
                "sku": "Copilot_For_Business",
                "price": "19.00",
                "per_units": "1",
                "unit": "seats",
                "currency": "USD",
                "valid_from": "2026-01-01",
            }
        ],
    )
    costs = {
        (row["x_user_id"], f"{row['charge_period_start']:%Y-%m-%d}"): row["billed_cost"]
        for row in with_tariff
    }
    mona, hubot, octocat = (person(company, name) for name in ("mona", "hubot", "octocat"))
    assert costs == {
        (mona, "2026-04-01"): 19,
        (mona, "2026-05-01"): 19,
        (mona, "2026-06-01"): days_of("19", 30, 1, 1),
        (hubot, "2026-04-01"): 19,
        (hubot, "2026-05-01"): days_of("19", 31, 1, 15),
        # Assigned on 20 May in UTC.
        (octocat, "2026-05-20"): days_of("19", 31, 20, 31),
    }


def test_a_day_of_two_tariffs_has_one_price_and_a_day_of_none_stands_at_nothing(
    company: Company,
) -> None:
    drop_seats(
        company,
        "2026-04-30",
        seat("mona", "2026-01-05T00:00:00Z"),
        seat(None, "2026-01-05T00:00:00Z"),
    )
    company.land()
    old = {
        "platform": "github_copilot",
        "sku": "copilot_for_business",
        "price": "100",
        "per_units": "10",
        "unit": "seats",
        "currency": "USD",
        "valid_from": "2026-04-11",
        "valid_to": "2026-04-21",
    }
    new = {**old, "price": "21", "per_units": "1", "valid_from": "2026-04-21", "valid_to": ""}
    charges = company.staged("stg_github_copilot__charges", tariffs=[old, new])
    by_day: dict[str, set[Decimal]] = defaultdict(set)
    for row in charges:
        by_day[f"{row['charge_period_start']:%d}"].add(row["billed_cost"])
    assert by_day == {
        "01": {Decimal(0)},
        "11": {days_of("10", 30, 11, 20)},
        "21": {days_of("21", 30, 21, 30)},
    }
    assert len(charges) == 6
    assert {row["x_user_id"] for row in charges} == {None, person(company, "mona")}
    assert "copilot_for_business, seat without a tariff" in {
        row["charge_description"] for row in charges
    }


def test_a_seat_in_two_organizations_is_one_seat_and_the_bill_beats_the_tariff(
    company: Company,
) -> None:
    for organization in ("acme", "zenith"):
        drop_seats(
            company,
            "2026-05-31",
            seat(
                "mona",
                "2026-01-05T00:00:00Z",
                plan_type="enterprise" if organization == "zenith" else "business",
            ),
            folder=f"seats/{organization}",
        )
    company.drop(
        "github_copilot/usage_report/usage.csv",
        as_csv(
            SUMMARY_HEADER,
            "2026-05-31,copilot,copilot_enterprise,0.03,user-months,39,1.17,0,1.17,zenith,,",
        ),
    )
    company.land()
    assert billed(company) == {("copilot_enterprise", "2026-05-31"): Decimal("1.17")}
    [month] = company.staged("stg_github_copilot__seat_months")
    assert (month["organization"], month["sku"], month["held_days"]) == (
        "zenith",
        "copilot_enterprise",
        31,
    )
    [seats] = [
        row for row in company.staged("stg_github_copilot__usage") if row["metric"] == "seats"
    ]
    assert (f"{seats['period_start']:%d %H}", f"{seats['period_end']:%d %m}") == ("01 00", "01 06")
