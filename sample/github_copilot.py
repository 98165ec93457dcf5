"""GitHub Copilot: seats at a tariff, then billed by GitHub; premium requests, then AI credits.

The first months have a seat list and a log of requests alone. From October 2025 requests are billed
user by user, from January 2026 a usage report bills seats and everything else that GitHub meters,
and from June 2026 the company's included AI credits are one pool for all.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from sample.company import Person, people, staff_of
from sample.demand import END_DAY, FIRST_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.seats import seat_month_cost
from sample.totals import SCALE, Totals

ACCOUNT = "github_copilot"
ORGANIZATION = "hartwell-mutual"
SEAT_PRICE = Decimal("19.00")
FIRST_BILLED_REQUESTS = date(2025, 10, 1)
FIRST_USAGE_REPORT = date(2026, 1, 1)
FIRST_TRANSITION = date(2026, 3, 1)
FIRST_CREDITS = date(2026, 6, 1)
# Reviews that GitHub starts by itself name no user, and in August the itemised report left some out.
MONTH_NOT_ITEMISED = date(2026, 8, 1)

SEATS = {"CC-520": 6, "CC-530": 5, "CC-540": 4, "CC-550": 3, "CC-130": 3}
JOINED = {3: date(2026, 2, 12), 8: date(2026, 4, 20), 14: date(2025, 11, 3)}
LEFT = {5: date(2026, 3, 16), 12: date(2026, 7, 1)}
# These hold a seat and never open an editor with it.
NEVER_ACTIVE = {10, 17}
MODELS = {
    "GPT-5 mini": (Decimal(0), Decimal("0.6")),
    "Claude Haiku 4.5": (Decimal("0.33"), Decimal("4")),
    "Claude Sonnet 4.5": (Decimal(1), Decimal("11")),
}
ALLOWANCE = 300
INCLUDED_CREDITS_PER_SEAT = 1_900

REQUESTS_HEADER = [
    "date",
    "username",
    "product",
    "sku",
    "model",
    "quantity",
    "unit_type",
    "applied_cost_per_quantity",
    "gross_amount",
    "discount_amount",
    "net_amount",
    "exceeds_quota",
    "total_monthly_quota",
    "organization",
    "cost_center_name",
]
TRANSITION_HEADER = [*REQUESTS_HEADER, "aic_quantity", "aic_gross_amount"]
CREDITS_HEADER = [
    "date",
    "product",
    "sku",
    "quantity",
    "unit_type",
    "applied_cost_per_quantity",
    "gross_amount",
    "discount_amount",
    "net_amount",
    "username",
    "organization",
    "repository",
    "cost_center_name",
    "model",
    "input",
    "output",
    "cache_read",
    "cache_write",
    "total_monthly_quota",
]
USAGE_HEADER = [
    "date",
    "product",
    "sku",
    "quantity",
    "unit_type",
    "applied_cost_per_quantity",
    "gross_amount",
    "discount_amount",
    "net_amount",
    "organization",
    "repository",
    "cost_center_name",
]
Row = dict[str, str]


@dataclass(frozen=True)
class Holder:
    """Somebody with a seat from `since` up to, not including, `until`."""

    number: int
    login: str
    team: str
    since: date
    until: date | None
    versions: tuple[Person, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Return whether the seat is held on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def login_of(person: Person) -> str:
    """Return the login that the company's directory gives a member of staff."""
    name = f"{person.first_name}-{person.last_name}".lower().replace("'", "")
    return f"{name}_hartwell"


@cache
def holders(seed: int) -> tuple[Holder, ...]:
    """Return everybody who ever held a seat: staff, somebody who moved, a contractor in no register."""
    staff = [person for code, count in SEATS.items() for person in staff_of(seed, code)[:count]]
    known = {person.person_id for person in staff}
    first, end = str(FIRST_DAY), str(END_DAY)
    mover = next(
        person
        for person in people(seed)
        if first < person.valid_to < end and person.person_id not in known
    )
    found = [
        Holder(
            number,
            login_of(person),
            "cc-520-developers" if person is mover else f"{person.cost_centre.lower()}-developers",
            JOINED.get(number, date(2025, 3, 3)),
            LEFT.get(number),
            tuple(one for one in people(seed) if one.person_id == person.person_id),
        )
        for number, person in enumerate([*staff, mover])
    ]
    return (
        *found,
        Holder(len(found), "rvellacott-ext", "cc-520-developers", date(2025, 9, 15), None),
    )


def seat_list(seed: int, day: date) -> dict[str, object]:
    """Return the page of seats as of the evening of a day."""
    seats = [_seat(seed, holder, day) for holder in holders(seed) if holder.holds_on(day)]
    return {"total_seats": len(seats), "seats": seats}


def _seat(seed: int, holder: Holder, day: date) -> dict[str, object]:
    site = f"https://api.github.com/users/{holder.login}"
    active = [when for when, _ in _active_days(seed, holder, day)]
    links = [
        "followers",
        "following{/other_user}",
        "gists{/gist_id}",
        "starred{/owner}{/repo}",
        "subscriptions",
        "orgs",
        "repos",
        "events{/privacy}",
        "received_events",
    ]
    names = [
        "followers_url",
        "following_url",
        "gists_url",
        "starred_url",
        "subscriptions_url",
        "organizations_url",
        "repos_url",
        "events_url",
        "received_events_url",
    ]
    team = f"https://api.github.com/teams/{holder.team}"
    last = f"{active[-1]}T16:41:07+01:00" if active else None
    return {
        "created_at": f"{holder.since}T09:12:00+00:00",
        "updated_at": f"{holder.since}T09:12:00+00:00",
        "pending_cancellation_date": None if holder.until is None else f"{holder.until}",
        "last_activity_at": last,
        "last_activity_editor": "vscode/1.104.0/copilot/1.372.0" if last else None,
        "last_authenticated_at": last,
        "plan_type": "business",
        "assignee": {
            "login": holder.login,
            "id": 180_000_000 + holder.number,
            "node_id": "",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{180_000_000 + holder.number}",
            "gravatar_id": "",
            "url": site,
            "html_url": f"https://github.com/{holder.login}",
            **{name: f"{site}/{link}" for name, link in zip(names, links, strict=True)},
            "type": "User",
            "site_admin": False,
        },
        "assigning_team": {
            "id": 9_000 + int(holder.team[3:6]),
            "url": team,
            "html_url": f"https://github.com/orgs/{ORGANIZATION}/teams/{holder.team}",
            "name": holder.team,
            "slug": holder.team,
            "members_url": f"{team}/members{{/member}}",
            "repositories_url": f"{team}/repos",
            "parent": None,
        },
    }


def _active_days(seed: int, holder: Holder, last: date) -> list[tuple[date, float]]:
    """Return (day, chance) of the month's days, up to `last`, on which somebody used Copilot."""
    if holder.number in NEVER_ACTIVE:
        return []
    found = []
    for day in days(last.replace(day=1), last + timedelta(days=1)):
        pick = chance(seed, "copilot", holder.login, day).random()
        if holder.holds_on(day) and day.weekday() < 5 and pick < 0.3:
            found.append((day, pick))
    return found


def _uses(seed: int, month: date) -> Iterable[tuple[date, Holder, str, int]]:
    """Yield (day, who, model, how many requests) of a month in the order of days."""
    last = next_month(month) - timedelta(days=1)
    found = [
        (day, holder, list(MODELS)[int(pick * 1_000) % len(MODELS)], 2 + int(pick * 170))
        for holder in holders(seed)
        for day, pick in _active_days(seed, holder, last)
    ]
    return sorted(found, key=lambda use: (use[0], use[1].number))


def _text(number: Decimal) -> str:
    """Spell a number as a program that counts in floats does."""
    return repr(float(number)).removesuffix(".0")


def request_rows(seed: int, month: date) -> list[Row]:
    """Return a month's premium requests by day, user and model, each against the user's own allowance."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    rows = []
    for day, holder, model, count in _uses(seed, month):
        weight, credits_each = MODELS[model]
        quantity = weight * count
        free = min(quantity, max(Decimal(0), ALLOWANCE - used[holder.login]))
        used[holder.login] += quantity
        gross, discount = quantity * Decimal("0.04"), free * Decimal("0.04")
        rows.append(
            {
                "date": f"{day}",
                "username": holder.login,
                "product": "copilot",
                "sku": "copilot_premium_request",
                "model": model if count % 5 else f"Auto: {model}",
                "quantity": _text(quantity),
                "unit_type": "requests",
                "applied_cost_per_quantity": "0.04" if weight else "0",
                "gross_amount": _text(gross),
                "discount_amount": _text(discount),
                "net_amount": _text(gross - discount),
                "exceeds_quota": "TRUE" if used[holder.login] > ALLOWANCE else "FALSE",
                "total_monthly_quota": str(ALLOWANCE),
                "organization": ORGANIZATION,
                "cost_center_name": "",
                "aic_quantity": _text(credits_each * count),
                "aic_gross_amount": _text(credits_each * count / 100),
            }
        )
    return rows


def credit_rows(seed: int, month: date) -> list[Row]:
    """Return a month's AI credits by day, user and model; the pool pays for whoever comes first."""
    seats = sum(holder.holds_on(month) for holder in holders(seed))
    pool = Decimal(INCLUDED_CREDITS_PER_SEAT * seats) / 5
    rows = []
    uses: list[tuple[date, str, str, int, Decimal]] = [
        (day, holder.login, model, count, MODELS[model][1])
        for day, holder, model, count in _uses(seed, month)
    ]
    for day in days(month, next_month(month)):
        if day.weekday() == 2:
            uses.append((day, "", "Copilot Code Review", 12, Decimal("7.5")))
    for day, login, model, count, each in sorted(uses):
        quantity = each * count * (1 + Decimal(count % 7) / 1_000)
        free = min(quantity, pool)
        pool -= free
        tokens = int(quantity * 2_000)
        in_american = month == FIRST_CREDITS and day.day > 28
        rows.append(
            {
                "date": f"{day.month}/{day.day}/{day:%y}" if in_american else f"{day}",
                "product": "copilot",
                "sku": "copilot_ai_credit" if count % 9 else "coding_agent_ai_credit",
                "quantity": _text(quantity),
                "unit_type": "ai-credits",
                "applied_cost_per_quantity": "0.01",
                "gross_amount": _text(quantity / 100),
                "discount_amount": _text(free / 100),
                "net_amount": _text((quantity - free) / 100),
                "username": login,
                "organization": ORGANIZATION,
                "repository": "",
                "cost_center_name": "",
                "model": model if count % 5 else f"Auto: {model}",
                "input": str(tokens),
                "output": str(tokens // 9),
                "cache_read": str(tokens * 4),
                "cache_write": str(tokens // 3),
                "total_monthly_quota": "Unknown",
            }
        )
    return rows


def usage_rows(seed: int, month: date, itemised: Sequence[Row]) -> list[Row]:
    """Return a month's usage report: seats by the day, what the other report itemises, and Actions."""
    rows = []
    month_days = (next_month(month) - month).days
    by_day: dict[tuple[date, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in itemised:
        day = _day(row["date"])
        sums = by_day[day, row["sku"], row["unit_type"]]
        for place, column in enumerate(("quantity", "gross_amount", "net_amount")):
            sums[place] += Decimal(row[column]).quantize(SCALE)
    for (day, sku, unit), (quantity, gross, net) in by_day.items():
        if month == MONTH_NOT_ITEMISED and day.day == 12 and sku == "copilot_ai_credit":
            quantity, gross, net = quantity + 850, gross + Decimal("8.5"), net + Decimal("8.5")
        price = "0.04" if unit == "requests" else "0.01"
        rows.append(_usage_row(day, "copilot", sku, f"{quantity:f}", unit, price, gross, net))
    for day in days(month, next_month(month)):
        seats = sum(holder.holds_on(day) for holder in holders(seed))
        quantity = Decimal(_text(Decimal(seats) / month_days)).quantize(Decimal("1E-9"))
        cost = quantity * SEAT_PRICE
        rows.append(
            _usage_row(
                day,
                "copilot",
                "copilot_for_business",
                f"{quantity:f}",
                "user-months",
                "19",
                cost,
                cost,
            )
        )
        if day.weekday() == 0:
            minutes = 900 + int(chance(seed, "actions", day).random() * 400)
            cost = minutes * Decimal("0.006")
            rows.append(
                _usage_row(
                    day,
                    "actions",
                    "actions_linux",
                    str(minutes),
                    "minutes",
                    "0.006",
                    cost,
                    cost,
                    "claims-portal",
                )
            )
    return sorted(rows, key=lambda row: (row["date"], row["sku"]))


def _usage_row(
    day: date,
    product: str,
    sku: str,
    quantity: str,
    unit: str,
    price: str,
    gross: Decimal,
    net: Decimal,
    repository: str = "",
) -> Row:
    return {
        "date": f"{day}",
        "product": product,
        "sku": sku,
        "quantity": quantity,
        "unit_type": unit,
        "applied_cost_per_quantity": price,
        "gross_amount": f"{gross:f}",
        "discount_amount": f"{gross - net:f}",
        "net_amount": f"{net:f}",
        "organization": ORGANIZATION,
        "repository": repository,
        "cost_center_name": "",
    }


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%y").date() if "/" in text else date.fromisoformat(text)


def priced_seats(seed: int, month: date) -> list[Decimal]:
    """Return what each seat of a month costs at the tariff."""
    costs = []
    for holder in holders(seed):
        first = max(month, holder.since)
        end = min(next_month(month), holder.until or date.max)
        if first < end:
            costs.append(seat_month_cost(SEAT_PRICE, first, end))
    return costs


def _spreadsheet(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a CSV as the billing page sends it: quoted, with a byte order mark and CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([row[column] for column in header] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _plain(header: Sequence[str], rows: Iterable[Row]) -> list[list[str]]:
    return [[row[column] for column in header] for row in rows]


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write the reports and seat lists, and add what is billed to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        following = next_month(month)
        period = f"{month:%Y-%m}"
        pulled = stamp(datetime(following.year, following.month, 3, 8, 20, 0))
        evening = following - timedelta(days=1)
        listed = stamp(datetime(evening.year, evening.month, evening.day, 23, 30, 0))
        folder.write(
            f"github_copilot/seats/seats_pulled_{listed}.json.gz",
            json.dumps(seat_list(seed, evening)).encode(),
        )
        requests = "github_copilot/premium_requests"
        itemised: list[Row] = []
        if month < FIRST_BILLED_REQUESTS:
            folder.write_csv(
                f"{requests}/premium_requests_pulled_{pulled}.csv.gz",
                [
                    "Timestamp",
                    "User",
                    "Model",
                    "Requests Used",
                    "Exceeds Monthly Quota",
                    "Total Monthly Quota",
                ],
                (
                    [
                        f"{day}T10:13:27.8766440Z",
                        holder.login,
                        model,
                        _text(MODELS[model][0] * count),
                        "False",
                        "300",
                    ]
                    for day, holder, model, count in _uses(seed, month)
                ),
            )
        elif month < FIRST_CREDITS:
            itemised = request_rows(seed, month)
            header = REQUESTS_HEADER if month < FIRST_TRANSITION else TRANSITION_HEADER
            folder.write_csv(
                f"{requests}/premium_requests_pulled_{pulled}.csv.gz",
                header,
                _plain(header, itemised),
            )
        else:
            itemised = credit_rows(seed, month)
            folder.write(
                f"github_copilot/ai_usage_report/ai_usage_pulled_{pulled}.csv.gz",
                _spreadsheet(CREDITS_HEADER, itemised),
            )
        if month < FIRST_USAGE_REPORT:
            for cost in priced_seats(seed, month):
                totals.add(ACCOUNT, ACCOUNT, period, "USD", f"{cost:f}")
            for row in itemised:
                totals.add(ACCOUNT, ACCOUNT, period, "USD", row["net_amount"])
            continue
        bill = usage_rows(seed, month, itemised)
        folder.write_csv(
            f"github_copilot/usage_report/usage_pulled_{pulled}.csv.gz",
            USAGE_HEADER,
            _plain(USAGE_HEADER, bill),
        )
        for row in bill:
            totals.add(ACCOUNT, ACCOUNT, period, "USD", row["net_amount"])


def invoice_id(month: date) -> str:
    """Return the number of a month's invoice."""
    return f"GH-{month:%Y%m}-5520"
