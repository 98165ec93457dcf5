"""ChatGPT Enterprise: the workspace's user report of each month, and the credits used beside the seats."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from sample.company import DOMAIN
from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, month_starts, next_month, opaque, stamp
from sample.seats import Member, members_of, seat_month_cost
from sample.totals import SCALE, Totals

WORKSPACE = "3f0c6a52-8d1e-4b7a-9a57-2c8e51d9b640"
NEW_CONTRACT = date(2026, 1, 1)
SEAT_PRICES = {date(2025, 1, 1): Decimal("55.00"), NEW_CONTRACT: Decimal("48.00")}
CREDIT_PRICE = Decimal("0.04")
SEATS = {"CC-110": 3, "CC-320": 4, "CC-350": 3, "CC-360": 3, "CC-610": 3, "CC-710": 4, "CC-720": 2}
CONTRACTOR = f"j.okonkwo.contractor@{DOMAIN}"

_MEMBERS = (
    "cadence,period_start,period_end,account_id,public_id,name,email,role,user_role,department,"
    "groups,user_status,created_or_invited_date,is_active,first_day_active_in_period,"
    "last_day_active_in_period,messages,messages_rank,model_to_messages,gpt_messages,"
    "gpts_messaged,gpt_to_messages,tool_messages,tools_messaged,tool_to_messages,"
    "project_messages,projects_messaged,project_to_messages,projects_created,last_day_active"
)
MEMBERS_HEADER = _MEMBERS.split(",")
_CREDITS = (
    "date_partition,account_id,account_user_id,email,name,public_id,usage_type,usage_credits,"
    "usage_quantity,usage_units"
)
CREDITS_HEADER = _CREDITS.split(",")
# What is used beside the seats: credits for each of its units, and how many at a time.
KINDS = [
    ("api.gpt_5_5_2026_04_23_text_input_v_1", "0.0001", 42_000, "tokens"),
    ("api.gpt_5_5_2026_04_23_text_output_v_1", "0.0008", 3_100, "tokens"),
    ("chat.completion.5.pro", "6.25", 3, "counts"),
    ("codex.local.2", "1.5", 5, "counts"),
]


@cache
def members(seed: int) -> tuple[Member, ...]:
    """Return everybody who ever held a seat; some join or leave inside a month, one is unknown."""
    found = members_of(seed, SEATS, date(2025, 2, 10))
    found[2] = replace(found[2], until=date(2026, 2, 18))
    found[5] = replace(found[5], since=date(2026, 1, 19))
    found[9] = replace(found[9], is_idle=True)
    found[13] = replace(found[13], since=date(2025, 10, 6), until=date(2026, 6, 12))
    return (*found, Member(CONTRACTOR, date(2025, 9, 8)))


def member_rows(seed: int, month: date) -> list[list[str]]:
    """Return the user report of a month; who left in it is `deleted`, an invitation is `pending`."""
    last = next_month(month) - timedelta(days=1)
    rows = []
    for number, member in enumerate(members(seed)):
        if member.held_in(month) is None:
            continue
        active = member.active_days(seed, "chatgpt", month)
        status = "deleted" if member.until is not None and member.until <= last else "enabled"
        rows.append(_member_row(seed, month, last, number, member, status, active))
    invited = Member(f"invited.{month:%b}@{DOMAIN}".lower(), month)
    rows.append(_member_row(seed, month, last, 99, invited, "pending", []))
    return rows


def _member_row(
    seed: int, month: date, last: date, number: int, member: Member, status: str, active: list[date]
) -> list[str]:
    messages = sum(
        1 + int(chance(seed, "messages", member.email, day).random() * 20) for day in active
    )
    by_model = f"{{'gpt-5': {messages}}}" if messages else "{}"
    first, end = (str(active[0]), str(active[-1])) if active else ("", "")
    values = {
        **dict.fromkeys(MEMBERS_HEADER, ""),
        "cadence": "Monthly",
        "period_start": f"{month}",
        "period_end": f"{last}",
        "account_id": WORKSPACE,
        "public_id": opaque("user-", member.email),
        "name": member.email.split("@")[0].replace(".", " ").title(),
        "email": member.email,
        "user_role": "account-owner" if number == 0 else "standard-user",
        "department": '["Hartwell"]',
        "user_status": status,
        "created_or_invited_date": f"{member.since}",
        "is_active": "1" if active else "0",
        "first_day_active_in_period": first,
        "last_day_active_in_period": end,
        "messages": str(messages),
        "model_to_messages": by_model,
        "last_day_active": end,
        "projects_created": "0",
    }
    return [values[column] for column in MEMBERS_HEADER]


def credit_rows(seed: int, month: date) -> list[list[str]]:
    """Return the credits of a month, by day, user and kind of use; addresses in whatever case."""
    rows = []
    for member in members(seed):
        for day in member.active_days(seed, "chatgpt", month):
            source = chance(seed, "chatgpt credits", member.email, day)
            if source.random() > 0.3:
                continue
            kind, each, count, unit = KINDS[int(source.random() * len(KINDS))]
            quantity = count + int(source.random() * count)
            credits = (Decimal(each) * quantity).normalize()
            name, _, place = member.email.partition("@")
            email = f"{name.title()}@{place}" if day.day % 7 == 0 else member.email
            rows.append(
                [
                    f"{day}",
                    WORKSPACE,
                    opaque("accountuser-", member.email),
                    email,
                    member.email.split("@")[0].replace(".", " ").title(),
                    opaque("user-", member.email),
                    kind,
                    f"{credits:f}",
                    str(quantity),
                    unit,
                ]
            )
    return sorted(rows)


def seat_price(day: date) -> Decimal:
    """Return the price of a seat's month in force on a day."""
    return SEAT_PRICES[max(start for start in SEAT_PRICES if start <= day)]


def _csv(header: list[str], rows: list[list[str]], mark: str = "") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    return (mark + text.getvalue()).encode()


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write the monthly reports, and add what they come to under the contract to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        following, period = next_month(month), f"{month:%Y-%m}"
        pulled = stamp(datetime(following.year, following.month, 4, 9, 5, 0))
        folder.write(
            f"chatgpt/members/user_report_pulled_{pulled}.csv.gz",
            _csv(MEMBERS_HEADER, member_rows(seed, month)),
        )
        used = credit_rows(seed, month)
        folder.write(
            f"chatgpt/credits/credit_usage_report_pulled_{pulled}.csv.gz",
            _csv(CREDITS_HEADER, used, mark="\ufeff"),
        )
        for member in members(seed):
            held = member.held_in(month)
            if held is not None:
                cost = seat_month_cost(seat_price(month), *held)
                totals.add("chatgpt", WORKSPACE, period, "USD", f"{cost:f}")
        for row in used:
            cost = (Decimal(row[7]) * CREDIT_PRICE).quantize(SCALE, rounding=ROUND_HALF_UP)
            totals.add("chatgpt", WORKSPACE, period, "USD", f"{cost:f}")


def invoice_id(month: date) -> str:
    """Return the number of a month's invoice."""
    return f"CG-{month:%Y%m}-1177"
