"""Microsoft 365 Copilot and Copilot Studio: hashed names, licences by the day, credits of users and agents."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company

SEAT = {
    "platform": "m365_copilot",
    "sku": "microsoft-365-copilot",
    "price": "30",
    "per_units": "1",
    "unit": "seats",
    "currency": "GBP",
    "valid_from": "2026-01-01",
}
CREDIT = {**SEAT, "sku": "copilot-credit", "price": "0.01", "currency": "USD"}
_APPS = (
    "Microsoft Teams Copilot,Word Copilot,Excel Copilot,PowerPoint Copilot,Outlook Copilot,"
    "OneNote Copilot,Loop Copilot,Copilot Chat"
)
APPS = _APPS.split(",")
HEADER = ",".join(
    [
        "Report Refresh Date,Report Period,User Principal Name,Display Name,Last Activity Date",
        *(f"{app} Last Activity Date" for app in APPS),
    ]
)


def report(day: str, *users: str, last: str = "", word: str = "", period: str = "7") -> str:
    rows = [f"{day},{period},{user},{user}X,{last},,{word},,,,,," for user in users]
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.mark.variant("m365_copilot.user_detail.csv")
def test_licences_run_from_one_report_to_the_next(company: Company) -> None:
    stays, leaves, joins = "DC8C64D6EC3A3AA17481", "leaves@example.com", "JOINS@example.com"
    company.drop(
        "m365_copilot/user_detail/a.csv",
        report("2026-05-10", stays, leaves, last="2026-05-09", word="2026-05-03"),
    )
    company.drop("m365_copilot/user_detail/b.csv", report("2026-05-20", stays, joins))
    company.drop(
        "m365_copilot/user_detail/b30.csv", report("2026-05-20", stays, joins, period="30")
    )
    company.drop("m365_copilot/user_detail/c.csv", report("2026-05-31", stays, joins))
    company.land()
    assert company.quarantine() == []
    key = company.settings.pseudonym_key
    costs = {
        row["x_user_id"]: (f"{row['charge_period_start']:%d}", row["billed_cost"])
        for row in company.staged("stg_m365_copilot__charges", tariffs=[SEAT])
    }
    share = Decimal("300000000000")
    assert costs == {
        pseudonym_of(key, stays): ("01", Decimal(30)),
        pseudonym_of(key, leaves): ("01", (share * 19 // 31) / 10**10),
        pseudonym_of(key, joins): ("20", (share - share * 19 // 31) / 10**10),
    }
    active = {
        f"{row['period_start']:%d}"
        for row in company.staged("stg_m365_copilot__usage")
        if row["metric"] == "active_days" and row["user_id"] == pseudonym_of(key, stays)
    }
    assert active == {"03", "09"}
    for name in (stays, "joins@example.com", f"{stays}X"):
        assert company.holds_nowhere(name)


@pytest.mark.variant("m365_copilot.user_detail.json")
def test_microsofts_own_example_lands_unedited(company: Company, samples: Path) -> None:
    sample = samples / "m365" / "getMicrosoft365CopilotUsageUserDetail__docs_example.json"
    company.drop("m365_copilot/user_detail/page.json", sample.read_bytes())
    company.land()
    assert company.quarantine() == []
    users = json.loads(sample.read_text(encoding="utf-8"))["value"]
    seats = company.staged("stg_m365_copilot__seats")
    assert len(seats) == len(users)
    [user] = users
    days = {value for name, value in user.items() if name.endswith("ActivityDate") and value}
    active = {
        f"{row['period_start']:%Y-%m-%d}"
        for row in company.staged("stg_m365_copilot__usage")
        if row["metric"] == "active_days"
    }
    assert active == days
    assert company.holds_nowhere(user["userPrincipalName"])
    assert company.holds_nowhere(user["displayName"])


def credits_page(*used: tuple[str, str]) -> dict:
    return {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#userUsageRecords",
        "value": [
            {
                "userId": user,
                "consumedQuantity": Decimal(quantity),
                "sessionCount": 2,
                "unit": "CopilotCredits",
            }
            for user, quantity in used
        ],
    }


@pytest.mark.variant("m365_copilot.user_credits.page")
def test_users_credits_are_of_the_day_that_the_file_names(company: Company) -> None:
    company.drop("m365_copilot/credits/credits_2026-05-30.json", credits_page(("u-1", "12.5")))
    company.drop(
        "m365_copilot/credits/credits_2026-05-31_pulled_20260601T020000Z.json",
        credits_page(("u-1", "5"), ("u-2", "0.25")),
    )
    company.drop(
        "m365_copilot/credits/credits_2026-05-31_pulled_20260602T020000Z.json",
        credits_page(("u-1", "7"), ("u-2", "0.25")),
    )
    company.land()
    assert company.quarantine() == []
    charges = company.staged("stg_m365_copilot__charges", tariffs=[CREDIT])
    assert sorted((f"{row['charge_period_start']:%d}", row["billed_cost"]) for row in charges) == [
        ("30", Decimal("0.125")),
        ("31", Decimal("0.0025")),
        ("31", Decimal("0.07")),
    ]
    assert {row["x_user_id"] for row in charges} == {
        pseudonym_of(company.settings.pseudonym_key, user) for user in ("u-1", "u-2")
    }


@pytest.mark.variant("m365_copilot.agent_credits.export")
def test_agents_credits_name_environment_and_agent(company: Company) -> None:
    company.drop(
        "m365_copilot/credits/studio_may.csv",
        "Date,Environment ID,Environment Name,Agent ID,Agent Name,Feature,Channel,Billed Copilot Credits,"
        "Non-billed Copilot Credits\n"
        "5/31/2026,env-1,Claims,agent-1,Claims helper,Generative answer,Teams,250,12\n"
        "2026-05-31,env-1,Claims,agent-2,Broker helper,Agent action,Web,0,90\n",
    )
    company.land()
    assert company.quarantine() == []
    charges = {
        row["resource_id"]: row
        for row in company.staged("stg_m365_copilot__charges", tariffs=[CREDIT])
    }
    assert {agent: row["billed_cost"] for agent, row in charges.items()} == {
        "agent-1": Decimal("2.5"),
        "agent-2": 0,
    }
    assert charges["agent-1"]["x_workspace_id"] == "env-1"
    assert charges["agent-1"]["service_name"] == "Microsoft Copilot Studio"
    [usage] = company.staged("stg_m365_copilot__usage")
    assert (usage["metric"], usage["quantity"], usage["resource_id"]) == ("credits", 250, "agent-1")
