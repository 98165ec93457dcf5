"""Every other vendor's pull, from its pages to rows in the raw zone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest

from orchestration.landing.contracts import Table, load_contracts
from orchestration.landing.discover import compiled_glob
from orchestration.pull import PullError, PullResult, pull
from orchestration.pull.endpoints import SOURCES, Endpoint, Source
from orchestration.pull.pulling import window_of
from orchestration.settings import Settings
from tests.integration.pull.conftest import IMPATIENT, KEY, Rows, pulled_files
from tests.support.recorded_api import (
    Asked,
    RecordedApi,
    Reply,
    bucket_pages,
    instant,
    listed_pages,
    page,
)

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 3)


def pull_from(
    api: RecordedApi,
    settings: Settings,
    name: str,
    first: date = FIRST,
    last: date = LAST,
    **more: str,
) -> PullResult:
    source = SOURCES[name]
    environment = {source.key_variable: KEY, source.address_variable: api.address, **more}
    with api.served():
        environment[source.address_variable] = api.address
        return pull(settings, name, first, last, environment=environment, patience=IMPATIENT)


def anthropic_lists() -> dict[str, Any]:
    return {
        "/v1/organizations/workspaces": listed_pages(
            [{"id": f"wrkspc_{n}", "name": "w", "type": "workspace"} for n in range(3)],
            "after_id",
            2,
        ),
        "/v1/organizations/api_keys": listed_pages(
            [{"id": "apikey_1", "name": "k", "type": "api_key"}], "after_id", 2
        ),
    }


def claude_code(asked: Asked) -> Reply:
    [day] = asked.query["starting_at"]
    actor = {"type": "user_actor", "email_address": "ada@example.com"}
    tokens = {"input": 1, "output": 2, "cache_read": 3, "cache_creation": 4}
    usage = [{"model": "claude-sonnet-5", "tokens": tokens}]
    return page(
        {
            "data": [{"date": f"{day}T00:00:00Z", "actor": actor, "model_breakdown": usage}],
            "has_more": False,
            "next_page": None,
        }
    )


def test_anthropics_cost_and_usage_reports_land(settings: Settings, landed_rows: Rows) -> None:
    def buckets(result: dict[str, Any], most: int) -> Callable[[Asked], Reply]:
        return bucket_pages(lambda day: [result], "starting_at", "ending_at", instant, most)

    api = RecordedApi(
        {
            **anthropic_lists(),
            "/v1/organizations/cost_report": buckets({"amount": "123.45", "currency": "USD"}, 2),
            "/v1/organizations/usage_report/messages": buckets(
                {"uncached_input_tokens": 5, "output_tokens": 6}, 31
            ),
        }
    )
    result = pull_from(api, settings, "anthropic")
    assert result.notes == ("claude_code: not offered to this key (404)",)
    [costs] = [asked for asked in api.asked if asked.path.endswith("cost_report")][:1]
    assert costs.query["group_by[]"] == ["workspace_id", "description"]
    assert costs.query["starting_at"] == ["2026-06-01T00:00:00Z"]
    assert costs.query["ending_at"] == ["2026-06-04T00:00:00Z"]
    assert costs.headers["x-api-key"] == KEY and "authorization" not in costs.headers
    assert landed_rows(
        "select (select count(*) from raw.anthropic__cost_report where amount = '123.45'),"
        " (select count(*) from raw.anthropic__usage_report_messages),"
        " (select count(*) from raw.anthropic__workspaces), (select count(*) from raw.anthropic__api_keys)"
    ) == [(3, 3, 3, 1)]


def test_anthropics_analytics_and_claude_code_land(settings: Settings, landed_rows: Rows) -> None:
    def rows(content: dict[str, Any]) -> Callable[[Asked], Reply]:
        row = {"starting_at": instant(FIRST), "ending_at": instant(FIRST + timedelta(days=1))}
        return lambda asked: page(
            {"data": [{**row, "group": {}, **content}], "has_more": False, "next_page": None}
        )

    api = RecordedApi(
        {
            **anthropic_lists(),
            "/v1/organizations/usage_report/claude_code": claude_code,
            "/v1/organizations/analytics/cost": rows({"cost": {"amount": "5", "currency": "USD"}}),
            "/v1/organizations/analytics/usage": rows(
                {"usage": {"uncached_input_tokens": 5, "output_tokens": 6}}
            ),
        }
    )
    pull_from(api, settings, "anthropic_analytics")
    [cost] = [asked for asked in api.asked if asked.path.endswith("analytics/cost")]
    assert cost.headers["anthropic-beta"] == "analytics-usage-cost-2026-08-24"
    # A user in two groups would stand in both.
    assert "rbac_group_id" not in cost.query["group_by[]"]
    assert landed_rows(
        "select (select count(*) from raw.anthropic__analytics_cost),"
        " (select count(*) from raw.anthropic__analytics_usage),"
        " (select count(distinct date) from raw.anthropic__claude_code)"
    ) == [(1, 1, 3)]


def seats(asked: Asked) -> Reply:
    number = int(asked.query["page"][0])
    following = {"Link": '<http://127.0.0.1/next>; rel="next"'} if number == 1 else {}
    login = f"{asked.path.split('/')[2]}-{number}"
    seat = {"created_at": "2026-01-01T00:00:00Z", "assignee": {"login": login, "id": number}}
    return page({"total_seats": 2, "seats": [seat]}, headers=following)


def test_githubs_seats_of_organisations_land_each_in_its_folder(
    settings: Settings, landed_rows: Rows
) -> None:
    api = RecordedApi({f"/orgs/{name}/copilot/billing/seats": seats for name in ("one", "two")})
    pull_from(api, settings, "github_copilot", GITHUB_ORGANISATIONS="one, two")
    folders = {name.rsplit("/", 1)[0] for name in pulled_files(settings)}
    # Reports are the enterprise's to give.
    assert folders == {"github_copilot/seats/one", "github_copilot/seats/two"}
    assert landed_rows(
        "select _path_organization, count(*) from raw.github_copilot__seats group by 1 order by 1"
    ) == [("one", 2), ("two", 2)]


def report_api() -> RecordedApi:
    """GitHub's reports: asked for, not ready at first, then a file that needs no key."""
    reports = "/enterprises/acme/settings/billing/reports"
    downloaded = count(1)

    def csv(asked: Asked) -> Reply:
        return Reply(
            b"date,product,sku,quantity,unit_type,gross_amount,discount_amount,net_amount\n"
            b"2026-05-%02d,copilot,copilot_for_business,1,user-months,19,0,19\n" % next(downloaded)
        )

    api = RecordedApi({"/enterprises/acme/copilot/billing/seats": seats, "/file": csv})
    api.answerers[reports] = lambda asked: page({"id": "r-1", "status": "processing"}, status=202)
    api.said_first[f"{reports}/r-1"] = [page({"status": "processing"})]
    api.answerers[f"{reports}/r-1"] = lambda asked: page(
        {"status": "completed", "download_urls": [f"{api.address}/file?sig=SIGNATURE"]}
    )
    return api


def test_githubs_reports_are_awaited_and_their_signed_address_is_kept_nowhere(
    settings: Settings, landed_rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = report_api()
    # A broken connection is what the library would write into the log, address and all.
    api.said_first["/file"] = [Reply(b"", is_silence=True)]
    # Before June 2026 there is no report of AI credits to ask for.
    days = (date(2026, 4, 20), date(2026, 5, 31))
    result = pull_from(api, settings, "github_copilot", *days, GITHUB_ENTERPRISE="acme")
    assert [pulled.table for pulled in result.pulled] == ["seats", "usage_report"]
    # 42 days are two reports, of 31 days at most.
    made = [asked.body for asked in api.asked if asked.method == "POST"]
    assert len(made) == 2 and b'"end_date": "2026-05-20"' in made[0]
    downloads = [asked for asked in api.asked if asked.path == "/file"]
    assert all("authorization" not in asked.headers for asked in downloads)
    assert landed_rows("select count(*) from raw.github_copilot__usage_report") == [(2,)]
    root = settings.landing.parent
    assert not [p for p in root.rglob("*") if p.is_file() and b"SIGNATURE" in p.read_bytes()]
    assert "SIGNATURE" not in caplog.text


def test_a_report_that_is_never_ready_or_fails_is_refused(settings: Settings) -> None:
    for status, said in (("processing", "not ready"), ("failed", "ended as 'failed'")):
        api = report_api()
        api.answerers["/enterprises/acme/settings/billing/reports/r-1"] = (
            lambda asked, status=status: page({"status": status})
        )
        with pytest.raises(PullError, match=said) as refusal:
            pull_from(api, settings, "github_copilot", GITHUB_ENTERPRISE="acme")
        assert refusal.value.may_pass
    assert not (settings.landing / "github_copilot" / "usage_report").exists()


def test_openrouters_days_land(settings: Settings, landed_rows: Rows) -> None:
    def activity(asked: Asked) -> Reply:
        counts = {"requests": 1, "prompt_tokens": 2, "completion_tokens": 3}
        return page(
            {"data": [{"date": asked.query["date"][0], "model": "a/b", "usage": 0.015, **counts}]}
        )

    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    api = RecordedApi({"/activity": activity})
    pull_from(api, settings, "openrouter", yesterday - timedelta(days=2), yesterday)
    assert landed_rows("select count(distinct date), max(usage) from raw.openrouter__activity") == [
        (3, "0.015")
    ]


def test_litellms_requests_land_though_its_count_of_pages_stops(
    settings: Settings, landed_rows: Rows
) -> None:
    def logs(asked: Asked) -> Reply:
        number, day = int(asked.query["page"][0]), asked.query["start_date"][0][:10]
        of_page = 1000 if number == 1 else 5
        records = [
            {
                "request_id": f"{day}-{number}-{n}",
                "spend": 0.01,
                "prompt_tokens": 1,
                "completion_tokens": 1,
                "startTime": f"{day}T10:00:00Z",
                "messages": [{"content": "a secret plan"}],
            }
            for n in range(of_page)
        ]
        return page({"data": records, "total": 1000, "page": number, "total_pages": 1})

    api = RecordedApi({"/spend/logs/v2": logs})
    pull_from(api, settings, "litellm", LAST, LAST)
    assert api.asked[0].query["end_date"] == ["2026-06-04 00:00:00"]
    assert landed_rows(
        "select count(*), count(distinct request_id) from raw.litellm__spend_logs"
    ) == [(1005, 1005)]


def test_numbered_pages_that_repeat_are_refused(settings: Settings) -> None:
    full = [{"request_id": f"{n}"} for n in range(1000)]
    api = RecordedApi({"/spend/logs/v2": lambda asked: page({"data": full})})
    with pytest.raises(PullError, match="leads back"):
        pull_from(api, settings, "litellm", LAST, LAST)
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    ("source", "endpoint"),
    [(source, endpoint) for source in SOURCES.values() for endpoint in source.endpoints],
    ids=lambda value: getattr(value, "name", None) or getattr(value, "table", None),
)
def test_every_endpoint_has_a_contract_that_takes_its_files(
    source: Source, endpoint: Endpoint
) -> None:
    [table] = [
        table
        for table in contracts()
        if (table.platform, table.name) == (source.platform, endpoint.table)
    ]
    folder = f"{source.platform}/{endpoint.table}" + ("/acme" if endpoint.folder else "")
    kind = "part1.csv" if endpoint.report else "page1.json"
    name = f"{folder}/{endpoint.table}_pulled_20260601T000000Z_{kind}"
    assert any(compiled_glob(glob).fullmatch(name) for glob in table.files)
    # Pages of one pull are one delivery.
    assert table.unit == "pull"
    assert set(table.consistent) - {"time_bucket_width"} <= {
        name.removesuffix("[]") for name in endpoint.parameters
    }
    if endpoint.report is None:
        assert table.records or table.page


@cache
def contracts() -> Sequence[Table]:
    return load_contracts()


TODAY = date(2026, 6, 15)
ENDPOINT = SOURCES["openai"].endpoints[2]


@pytest.mark.parametrize(
    ("last_landed", "first", "last", "expected"),
    [
        # Nothing has landed: last month and this one.
        (None, None, None, (date(2026, 5, 1), date(2026, 6, 14))),
        # A week again, up to yesterday.
        (date(2026, 6, 13), None, None, (date(2026, 6, 7), date(2026, 6, 14))),
        (date(2026, 6, 14), None, None, (date(2026, 6, 8), date(2026, 6, 14))),
        # What was pulled under a clock ahead of time.
        (date(2026, 7, 1), None, None, (date(2026, 6, 8), date(2026, 6, 14))),
        # A gap of months is closed.
        (date(2026, 2, 1), None, None, (date(2026, 1, 26), date(2026, 6, 14))),
        (
            date(2026, 6, 13),
            date(2026, 1, 1),
            date(2026, 1, 31),
            (date(2026, 1, 1), date(2026, 1, 31)),
        ),
        # Today is not over.
        (None, date(2026, 6, 1), date(2026, 6, 30), (date(2026, 6, 1), date(2026, 6, 14))),
        (None, date(2026, 6, 15), None, None),
    ],
)
def test_the_days_that_a_pull_asks_for(
    last_landed: date | None, first: date | None, last: date | None, expected: tuple | None
) -> None:
    window, note = window_of(ENDPOINT, SOURCES["openai"], TODAY, last_landed, first, last)
    assert (None if window is None else (window.first, window.last)) == expected
    assert note is None


def test_days_that_a_vendor_no_longer_tells_are_left_out_and_said() -> None:
    source = SOURCES["openrouter"]
    first, last = date(2026, 1, 1), date(2026, 6, 14)
    window, note = window_of(source.endpoints[0], source, TODAY, None, first, last)
    assert window is not None and (window.first, window.last) == (date(2026, 5, 16), last)
    assert note == "activity: asked from 2026-05-16 only, the vendor tells of nothing earlier"
