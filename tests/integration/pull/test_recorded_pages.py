"""Pulls from a server that answers as vendors do on bad days: what is saved is whole, or is not there."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.errors import RefusalError
from orchestration.landing import arrivals, land
from orchestration.pull import PullError, PullResult, pull
from orchestration.pull.client import utc_now
from orchestration.pull.endpoints import SOURCES
from orchestration.pull.pulling import Pulled
from orchestration.settings import Settings
from tests.integration.pull.conftest import IMPATIENT, KEY, Rows, pulled_files
from tests.support.recorded_api import Answerer, Asked, RecordedApi, Reply, openai_api, page

COSTS = "/organization/costs"
FIRST, LAST = date(2026, 5, 1), date(2026, 6, 10)


def pull_openai(settings: Settings, api: RecordedApi, *tables: str, **more: object) -> PullResult:
    days = {"first": FIRST, "last": LAST} | more
    environment = {"OPENAI_ADMIN_KEY": KEY, "CHARGEBACK_OPENAI_URL": api.address}
    return pull(
        settings,
        "openai",
        tables=tables or ("costs",),
        environment=environment,
        patience=IMPATIENT,
        **days,  # type: ignore[arg-type]
    )


def test_pages_are_saved_byte_for_byte_with_their_request(settings: Settings) -> None:
    sent: list[bytes] = []
    api = openai_api()
    answer = api.answerers[COSTS]

    def remembered(asked: Asked) -> Reply:
        reply = answer(asked)
        sent.append(reply.body)
        return reply

    api.answerers[COSTS] = remembered
    with api.served():
        [pulled] = pull_openai(settings, api).pulled
    stamp = f"{pulled.pulled_at:%Y%m%dT%H%M%SZ}"
    pages = [f"openai/costs/costs_pulled_{stamp}_page{n}.json" for n in (1, 2)]
    assert pulled_files(settings) == sorted([*pages, *(f"{name}.request.json" for name in pages)])
    assert [(settings.landing / name).read_bytes() for name in pages] == sent
    request = json.loads((settings.landing / f"{pages[1]}.request.json").read_text())
    assert request == {
        "endpoint": f"{api.address}/organization/costs",
        "parameters": {
            "bucket_width": "1d",
            "group_by": ["project_id", "line_item", "api_key_id"],
            "limit": 31,
            "start_time": 1777593600,
            "end_time": 1781136000,
            "page": "page_31",
        },
        "window": {"from": "2026-05-01", "to": "2026-06-10"},
        "pulled_at": f"{pulled.pulled_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    # Pages name people and keys before anything is masked.
    assert {(settings.landing / name).stat().st_mode & 0o777 for name in pages} == {0o600}


def test_keys_are_asked_for_each_project_that_is_not_archived(
    settings: Settings, landed_rows: Rows
) -> None:
    with openai_api().served() as api:
        pull_openai(settings, api, "api_keys")
    assert "/organization/projects/proj_two/api_keys" not in api.paths()
    assert landed_rows("select count(distinct id), count(*) from raw.openai__api_keys") == [(5, 5)]


def test_a_pull_lands_and_a_later_one_replaces_the_days_that_the_vendor_restates(
    settings: Settings, landed_rows: Rows
) -> None:
    def pulled_on(now: datetime, version: int, **days: date | None) -> Pulled:
        with openai_api(version).served() as api:
            api.answerers[COSTS] = dated(api.answerers[COSTS], now)
            [pulled] = pull_openai(settings, api, clock=lambda: now, **days).pulled
        return pulled

    counted = (
        "select count(*), count(distinct start_time), sum(amount_value::decimal(38, 10))"
        " from raw.openai__costs"
    )
    pulled_on(datetime(2026, 6, 11, 4, tzinfo=UTC), version=1)
    # Each day two lines: 1 and 2 dollars, and a tenth more on each with every version.
    assert landed_rows(counted) == [(82, 41, Decimal("131.2"))]
    pulled = pulled_on(datetime(2026, 6, 13, 4, tzinfo=UTC), version=3, first=None, last=None)
    # Seven days again from the last that had landed, and the two since then.
    assert (pulled.first, pulled.last) == (date(2026, 6, 4), date(2026, 6, 12))
    assert landed_rows(counted) == [(86, 43, Decimal("141.2"))]


def dated(answer: Answerer, moment: datetime) -> Answerer:
    """Answers of a vendor whose clock says so."""

    def with_date(asked: Asked) -> Reply:
        return replace(answer(asked), date=moment)

    return with_date


@pytest.mark.parametrize(
    "first_said",
    [
        [page({}, status=429, headers={"Retry-After": "1"})],
        [page({}, status=500), page({}, status=503)],
        [Reply(b'{"object": "page", "data": [', headers={})],
        [Reply(b"{" + b" " * 5000, sent_bytes=100)],
    ],
    ids=["429", "500", "cut JSON", "cut body"],
)
def test_what_may_pass_is_asked_for_again(settings: Settings, first_said: list[Reply]) -> None:
    with openai_api().served() as api:
        api.said_first[COSTS] = list(first_said)
        started = datetime.now(UTC)
        [pulled] = pull_openai(settings, api).pulled
        waited = (datetime.now(UTC) - started).total_seconds()
    assert pulled.file_count == 2
    assert len(api.asked) == 2 + len(first_said)
    if "Retry-After" in first_said[0].headers:
        assert waited >= 1


@pytest.mark.parametrize(
    ("reply", "said", "may_pass"),
    [
        (page({}, status=429), "429, too many requests", True),
        (page({}, status=500), "500, the vendor failed", True),
        (Reply(b"{" + b" " * 5000, sent_bytes=100), "cut off", True),
        (Reply(b"<html>sign in</html>"), "not JSON", True),
        (page({"error": {"message": f"Incorrect key: {KEY}"}}, status=401), "not accepted", False),
        (page({}, status=403, headers={"x-ratelimit-remaining": "0"}), "too many", True),
        (page({}, status=400), "not accepted", False),
        (page({}, status=302, headers={"Location": "http://127.0.0.1:9/"}), "redirect", False),
        (page({"object": "page", "has_more": False}), "no list `data`", False),
        (
            page({"data": [{"start_time": 1}], "has_more": False}),
            "without its list `results`",
            False,
        ),
        (page({"data": {}, "has_more": False}), "no list `data`", False),
        (page({"data": [], "next_page": None}), "has_more", False),
        (page({"data": [], "has_more": True, "next_page": None}), "holds no `next_page`", False),
        (page([]), "no list `data`", False),
    ],
)
def test_what_does_not_pass_is_refused_and_leaves_nothing(
    settings: Settings, reply: Reply, said: str, may_pass: bool
) -> None:
    with openai_api().served() as api:
        # The first page is good: what comes after it decides whether it is saved.
        good = api.answerers[COSTS]
        api.answerers[COSTS] = lambda asked: reply if "page" in asked.query else good(asked)
        with pytest.raises(PullError) as refusal:
            pull_openai(settings, api, "costs", "usage_completions")
    assert said in str(refusal.value)
    assert refusal.value.may_pass is may_pass
    assert refusal.value.tables == ("costs",)
    assert KEY not in str(refusal.value)
    assert not (settings.landing / "openai" / "costs").exists()
    # One endpoint's failure is not another's.
    assert (settings.landing / "openai" / "usage_completions").exists()


def test_pages_without_an_end_are_refused(settings: Settings) -> None:
    def circle(asked: Asked) -> Reply:
        cursor = {"page_a": "page_b", "page_b": "page_a"}
        following = cursor[asked.query.get("page", ["page_b"])[0]]
        return page({"data": [], "has_more": True, "next_page": following})

    with openai_api().served() as api:
        api.answerers[COSTS] = circle
        with pytest.raises(PullError, match="leads back"):
            pull_openai(settings, api)
    assert len(api.asked) == 3
    assert pulled_files(settings) == []


def test_a_slow_clock_here_asks_for_the_vendors_days_and_dates_the_pull_by_its_time(
    settings: Settings,
) -> None:
    theirs = datetime(2026, 6, 13, 1, tzinfo=UTC)
    ours = theirs - timedelta(hours=3)
    with openai_api().served() as api:
        api.answerers[COSTS] = dated(api.answerers[COSTS], theirs)
        result = pull_openai(settings, api, first=date(2026, 6, 1), last=None, clock=lambda: ours)
    [pulled] = result.pulled
    assert pulled.pulled_at == theirs
    assert pulled.last == date(2026, 6, 12)
    assert "10800 seconds behind" in result.notes[0]
    assert len(pulled_files(settings)) == 2


def test_a_clock_that_is_days_off_is_refused(settings: Settings) -> None:
    with (
        openai_api().served() as api,
        pytest.raises(PullError, match="set the clock that is wrong"),
    ):
        pull_openai(settings, api, clock=lambda: utc_now() + timedelta(days=40))
    assert pulled_files(settings) == []


def test_the_key_is_sent_and_stands_nowhere(
    settings: Settings, landed_rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with openai_api().served() as api:
        result = pull_openai(settings, api, "costs", "api_keys")
    assert {asked.headers["authorization"] for asked in api.asked} == {f"Bearer {KEY}"}
    landed_rows("select 1")
    root = settings.landing.parent
    holding = [p for p in root.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]
    assert holding == []
    assert KEY not in caplog.text and KEY not in repr(result)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example",
        "https://me:secret@api.example",
        "https://api.example/?key=secret",
        "ftp://x",
    ],
)
def test_an_address_that_would_give_the_key_away_is_refused(
    settings: Settings, address: str
) -> None:
    with pytest.raises(RefusalError) as refusal:
        pull(
            settings,
            "openai",
            environment={"OPENAI_ADMIN_KEY": KEY, "CHARGEBACK_OPENAI_URL": address},
        )
    assert "secret" not in str(refusal.value)


def test_what_a_crash_interrupts_the_next_landing_finishes(
    settings: Settings, landed_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Path] = []
    move = Path.replace

    def crash_in_the_middle(path: Path, target: Path) -> Path:
        if "openai" in path.parts and len(moved) == 2:
            raise KeyboardInterrupt
        if "openai" in path.parts:
            moved.append(path)
        return move(path, target)

    with openai_api().served() as api:
        monkeypatch.setattr(Path, "replace", crash_in_the_middle)
        with pytest.raises(KeyboardInterrupt):
            pull_openai(settings, api)
        monkeypatch.undo()
    assert len(pulled_files(settings)) == 2
    assert landed_rows("select count(*) from raw.openai__costs") == [(82,)]
    assert len(pulled_files(settings)) == 4
    assert not list((settings.landing / arrivals.ARRIVALS).glob("whole-*"))


def test_a_source_whose_folder_is_another_disk_gets_its_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = Path.replace

    def across_disks(path: Path, target: Path) -> Path:
        if arrivals.ARRIVALS in path.parts:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return move(path, target)

    with openai_api().served() as api:
        monkeypatch.setattr(Path, "replace", across_disks)
        pull_openai(settings, api)
    assert len(pulled_files(settings)) == 4


def test_what_a_crash_leaves_unfinished_never_lands(settings: Settings) -> None:
    left = settings.landing / arrivals.ARRIVALS / "unfinished-00000001-openai"
    (left / "openai" / "costs").mkdir(parents=True)
    (left / "openai" / "costs" / "costs_page1.json").write_text("{}")
    assert land(settings).quarantined == ()
    with openai_api().served() as api:
        pull_openai(settings, api)
    assert not left.exists()


def test_a_pull_beside_another_command_lands_with_the_next_landing(
    settings: Settings, landed_rows: Rows
) -> None:
    settings.warehouse.mkdir()
    with (settings.warehouse / ".writer.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with openai_api().served() as api:
            result = pull_openai(settings, api)
    assert not result.is_in_place
    assert pulled_files(settings) == []
    assert landed_rows("select count(*) from raw.openai__costs") == [(82,)]


def test_two_pulls_of_one_source_at_once_are_refused(settings: Settings) -> None:
    with (
        openai_api().served() as api,
        arrivals.one_at_a_time(settings.landing, "openai"),
        pytest.raises(RefusalError, match="Another process is pulling openai"),
    ):
        pull_openai(settings, api)
    assert api.asked == []


def test_two_pulls_of_one_second_are_two_deliveries(settings: Settings) -> None:
    moment = utc_now()
    with openai_api().served() as api:
        first = pull_openai(settings, api, clock=lambda: moment).pulled[0]
        second = pull_openai(settings, api, clock=lambda: moment).pulled[0]
    assert second.pulled_at - first.pulled_at == timedelta(seconds=1)


def test_a_landing_folder_that_cannot_be_written_is_named(settings: Settings) -> None:
    shutil.rmtree(settings.landing)
    settings.landing.write_text("a file")
    with openai_api().served() as api, pytest.raises(RefusalError, match="cannot be written"):
        pull_openai(settings, api)
    assert api.asked == []


def test_a_full_disk_is_said_and_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, name: str, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with openai_api().served() as api:
        monkeypatch.setattr(arrivals.Arrival, "write", full)
        with pytest.raises(PullError, match="No space left on device"):
            pull_openai(settings, api)
    assert pulled_files(settings) == []


def run_pull(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str, **variables: str
) -> Result:
    for source in SOURCES.values():
        monkeypatch.delenv(source.key_variable, raising=False)
    folders = {
        "LANDING": settings.landing,
        "SEEDS": settings.seeds,
        "WAREHOUSE": settings.warehouse,
    }
    for name, folder in folders.items():
        monkeypatch.setenv(f"CHARGEBACK_{name}", str(folder))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(app, ["pull", *arguments])


def test_the_command_pulls_what_it_has_keys_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with openai_api().served() as api:
        result = run_pull(
            settings,
            monkeypatch,
            *("--from", "2026-05-01", "--to", "2026-06-10"),
            OPENAI_ADMIN_KEY=KEY,
            CHARGEBACK_OPENAI_URL=api.address,
        )
    assert result.exit_code == 0, result.exception
    assert "pulled openai costs: 2 files, 2026-05-01 to 2026-06-10" in result.output
    assert "usage_decisions: not offered to this key" in result.output
    assert "chargeback land" in result.output


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        ((), {}, "nothing to pull"),
        (("openai",), {}, "set OPENAI_ADMIN_KEY"),
        (("opanai",), {}, "nothing to pull named 'opanai'"),
        (("stores",), {}, "set CHARGEBACK_STORES"),
        (("litellm",), {"LITELLM_ADMIN_KEY": KEY}, "set CHARGEBACK_LITELLM_URL"),
        (("github_copilot",), {"GITHUB_BILLING_TOKEN": KEY}, "GITHUB_ENTERPRISE or"),
        (("openai",), {"OPENAI_ADMIN_KEY": f"{KEY} x"}, "characters that no key has"),
        (("openai", "--from", "1 May"), {}, "--from is a day"),
        (("openai", "--from", "2026-05-02", "--to", "2026-05-01"), {}, "later than --to"),
        ((), {"CHARGEBACK_PULL": "opanai"}, "no API to pull named 'opanai'"),
    ],
)
def test_what_the_command_lacks_is_said(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    variables: dict[str, str],
    said: str,
) -> None:
    result = run_pull(settings, monkeypatch, *arguments, **variables)
    assert isinstance(result.exception, RefusalError)
    assert said in str(result.exception)
    assert KEY not in str(result.exception)


def test_real_pulls_and_the_sample_company_never_mix(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.landing / ".sample").write_text("sample")
    result = run_pull(settings, monkeypatch, "openai", OPENAI_ADMIN_KEY=KEY)
    assert "invented company" in str(result.exception)
