"""Which vendors are asked, for what and how: data, not code. `pulling` reads it.

Facts about each endpoint are the vendors' own: OpenAI's and GitHub's OpenAPI documents, Anthropic's SDK, LiteLLM's
proxy. Where answers go, and which list a page must hold, the contract of the table says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

Parameters = Mapping[str, "str | int | tuple[str, ...]"]


def _epoch(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _midnight(day: date) -> str:
    return f"{day.isoformat()} 00:00:00"


def _iso(day: date) -> str:
    return day.isoformat()


@dataclass(frozen=True)
class Days:
    """How a request names the UTC days that it is about.

    `start` is the parameter of the first day and `end` that of the day after the last (None: `start` names the only
    day). `most` is how many days one request may be about; `oldest` how many days back the vendor tells, and `since`
    the first day that it tells at all.
    """

    start: str
    end: str | None
    spelled: Callable[[date], str | int]
    most: int
    oldest: int | None = None
    since: date | None = None


@dataclass(frozen=True)
class Paging:
    """How the next page is asked for.

    With `cursor` the page says `has_more` and holds the next value of `parameter` under that name. Without it pages are
    numbered, and another follows while a page is full (`size` items) or its Link header says so.
    """

    parameter: str
    cursor: str | None = None
    size: int = 0


@dataclass(frozen=True)
class Endpoint:
    """One endpoint and the contract table that its answers belong to.

    `path` may hold `{name}`: of the source's `places`, or of `each`, a table pulled just before, with the member that
    names its records (archived ones are left out). `folder` is below the table's. `report` is the kind of a GitHub
    report that is asked for, awaited and downloaded as CSV. `by_choice` endpoints are not every customer's: an answer
    403 or 404 is a note, not a failure.
    """

    table: str
    path: str
    days: Days | None = None
    parameters: Parameters = field(default_factory=dict)
    paging: Paging | None = None
    each: tuple[str, str] | None = None
    folder: str = ""
    report: str | None = None
    by_choice: bool = False


@dataclass(frozen=True)
class Source:
    """A vendor's API: its address, the variable that holds the secret, and how the secret is sent.

    `address_variable` overrides the address; `places` maps names in paths to the variables that fill them (several
    values with commas), of which one at least is set; of two endpoints of one table the first that is filled counts.
    `overlap_days` are pulled again each time, because the vendor restates them.
    """

    name: str
    platform: str
    key_variable: str
    address_variable: str
    endpoints: tuple[Endpoint, ...]
    overlap_days: int
    address: str | None = None
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    may_be_plain_http: bool = False
    # Another way to tell of what a source of the platform tells already: only where it is named.
    is_alternative: bool = False


_OPENAI_DAYS = Days("start_time", "end_time", _epoch, most=180)
_OPENAI_PAGES = Paging("page", "next_page")
_OPENAI_LIST = Paging("after", "last_id")


def _openai_usage(name: str, *group_by: str, by_choice: bool = False) -> Endpoint:
    return Endpoint(
        table=f"usage_{name}",
        path=f"/organization/usage/{name}",
        days=_OPENAI_DAYS,
        parameters={"bucket_width": "1d", "group_by": ("project_id", *group_by), "limit": 31},
        paging=_OPENAI_PAGES,
        by_choice=by_choice,
    )


_OPENAI = Source(
    name="openai",
    platform="openai",
    key_variable="OPENAI_ADMIN_KEY",
    address_variable="CHARGEBACK_OPENAI_URL",
    address="https://api.openai.com/v1",
    overlap_days=7,
    endpoints=(
        Endpoint(
            table="projects",
            path="/organization/projects",
            parameters={"include_archived": "true", "limit": 100},
            paging=_OPENAI_LIST,
        ),
        Endpoint(
            table="api_keys",
            path="/organization/projects/{id}/api_keys",
            parameters={"limit": 100},
            paging=_OPENAI_LIST,
            each=("projects", "id"),
        ),
        Endpoint(
            table="costs",
            path="/organization/costs",
            days=_OPENAI_DAYS,
            parameters={
                "bucket_width": "1d",
                "group_by": ("project_id", "line_item", "api_key_id"),
                "limit": 31,
            },
            paging=_OPENAI_PAGES,
        ),
        _openai_usage("completions", "api_key_id", "user_id", "model", "batch", "service_tier"),
        _openai_usage("embeddings", "api_key_id", "user_id", "model"),
        _openai_usage("moderations", "api_key_id", "user_id", "model"),
        _openai_usage("images", "api_key_id", "user_id", "model", "size", "source"),
        _openai_usage("audio_speeches", "api_key_id", "user_id", "model"),
        _openai_usage("audio_transcriptions", "api_key_id", "user_id", "model"),
        _openai_usage("vector_stores"),
        _openai_usage("code_interpreter_sessions"),
        _openai_usage("file_search_calls", "api_key_id", "user_id", "vector_store_id"),
        _openai_usage("web_search_calls", "api_key_id", "user_id", "model", "context_level"),
        # In the vendor's SDK, and not in its OpenAPI document yet.
        _openai_usage(
            "decisions",
            "api_key_id",
            "user_id",
            "model",
            "batch",
            "service_tier",
            by_choice=True,
        ),
    ),
)

_ANTHROPIC_DAYS = Days("starting_at", "ending_at", _instant, most=31)
_ANTHROPIC_PAGES = Paging("page", "next_page")
_ANTHROPIC_LIST = Paging("after_id", "last_id")
_ANTHROPIC_ANALYTICS_DAYS = Days(
    "starting_at", "ending_at", _instant, most=31, oldest=364, since=date(2026, 1, 1)
)
_ANTHROPIC_COMMON = (
    Endpoint(
        table="workspaces",
        path="/v1/organizations/workspaces",
        parameters={"include_archived": "true", "limit": 100},
        paging=_ANTHROPIC_LIST,
    ),
    Endpoint(
        table="api_keys",
        path="/v1/organizations/api_keys",
        parameters={"limit": 100},
        paging=_ANTHROPIC_LIST,
    ),
    Endpoint(
        table="claude_code",
        path="/v1/organizations/usage_report/claude_code",
        days=Days("starting_at", None, _iso, most=1),
        parameters={"limit": 1000},
        paging=_ANTHROPIC_PAGES,
        by_choice=True,
    ),
)


def _anthropic_analytics(table: str, path: str, *free_group_by: str) -> Endpoint:
    # At most five groups, cost_type and token_type not counted. By time, oldest first: a page does not
    # change place while the next one is asked for.
    group_by = ("workspace_id", "api_key_id", "model", "service_tier", "context_window")
    return Endpoint(
        table=table,
        path=path,
        days=_ANTHROPIC_ANALYTICS_DAYS,
        parameters={
            "time_bucket_width": "1d",
            "group_by[]": (*group_by, *free_group_by),
            "order_by": "time",
            "order": "asc",
            "limit": 1000,
        },
        paging=_ANTHROPIC_PAGES,
    )


_ANTHROPIC = Source(
    name="anthropic",
    platform="anthropic",
    key_variable="ANTHROPIC_ADMIN_KEY",
    address_variable="CHARGEBACK_ANTHROPIC_URL",
    address="https://api.anthropic.com",
    key_header="x-api-key",
    key_prefix="",
    headers={"anthropic-version": "2023-06-01"},
    overlap_days=7,
    endpoints=(
        *_ANTHROPIC_COMMON,
        Endpoint(
            table="cost_report",
            path="/v1/organizations/cost_report",
            days=_ANTHROPIC_DAYS,
            parameters={
                "bucket_width": "1d",
                "group_by[]": ("workspace_id", "description"),
                "limit": 31,
            },
            paging=_ANTHROPIC_PAGES,
        ),
        Endpoint(
            table="usage_report_messages",
            path="/v1/organizations/usage_report/messages",
            days=_ANTHROPIC_DAYS,
            parameters={
                "bucket_width": "1d",
                "group_by[]": (
                    "workspace_id",
                    "api_key_id",
                    "model",
                    "service_tier",
                    "context_window",
                ),
                "limit": 31,
            },
            paging=_ANTHROPIC_PAGES,
        ),
    ),
)

_ANTHROPIC_ANALYTICS = Source(
    name="anthropic_analytics",
    platform="anthropic",
    key_variable="ANTHROPIC_ADMIN_KEY",
    address_variable="CHARGEBACK_ANTHROPIC_URL",
    address="https://api.anthropic.com",
    key_header="x-api-key",
    key_prefix="",
    headers={
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "analytics-usage-cost-2026-08-24",
    },
    overlap_days=7,
    is_alternative=True,
    endpoints=(
        *_ANTHROPIC_COMMON,
        _anthropic_analytics(
            "analytics_cost", "/v1/organizations/analytics/cost", "cost_type", "token_type"
        ),
        _anthropic_analytics("analytics_usage", "/v1/organizations/analytics/usage"),
    ),
)

_GITHUB_SEAT_PAGES = Paging("page", size=100)


def _github_report(table: str, report: str, since: date | None = None) -> Endpoint:
    return Endpoint(
        table=table,
        path="/enterprises/{enterprise}/settings/billing/reports",
        days=Days("start_date", "end_date", _iso, most=31, since=since),
        report=report,
    )


_GITHUB_COPILOT = Source(
    name="github_copilot",
    platform="github_copilot",
    key_variable="GITHUB_BILLING_TOKEN",
    address_variable="CHARGEBACK_GITHUB_URL",
    address="https://api.github.com",
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2026-03-10"},
    places={"enterprise": "GITHUB_ENTERPRISE", "organisation": "GITHUB_ORGANISATIONS"},
    overlap_days=7,
    endpoints=(
        Endpoint(
            table="seats",
            path="/enterprises/{enterprise}/copilot/billing/seats",
            parameters={"per_page": 100},
            paging=_GITHUB_SEAT_PAGES,
        ),
        Endpoint(
            table="seats",
            path="/orgs/{organisation}/copilot/billing/seats",
            parameters={"per_page": 100},
            paging=_GITHUB_SEAT_PAGES,
            folder="{organisation}",
        ),
        _github_report("usage_report", "detailed"),
        # Before June 2026 there were premium requests, of which the billing page has the reports.
        _github_report("ai_usage_report", "ai_credit", since=date(2026, 6, 1)),
    ),
)

_OPENROUTER = Source(
    name="openrouter",
    platform="openrouter",
    key_variable="OPENROUTER_MANAGEMENT_KEY",
    address_variable="CHARGEBACK_OPENROUTER_URL",
    address="https://openrouter.ai/api/v1",
    overlap_days=3,
    endpoints=(
        Endpoint(
            table="activity", path="/activity", days=Days("date", None, _iso, most=1, oldest=30)
        ),
    ),
)

_LITELLM = Source(
    name="litellm",
    platform="litellm",
    key_variable="LITELLM_ADMIN_KEY",
    address_variable="CHARGEBACK_LITELLM_URL",
    overlap_days=2,
    # A company's own gateway may be reached within its network alone.
    may_be_plain_http=True,
    endpoints=(
        # Not /spend/logs: that answers with the newest 10,000 requests, and leaves the others out.
        Endpoint(
            table="spend_logs",
            path="/spend/logs/v2",
            days=Days("start_date", "end_date", _midnight, most=1),
            parameters={"sort_by": "startTime", "sort_order": "asc", "page_size": 1000},
            # `total_pages` counts 10,000 requests at most: a full page may have another after it.
            paging=Paging("page", size=1000),
        ),
    ),
)

SOURCES = {
    source.name: source
    for source in (
        _OPENAI,
        _ANTHROPIC,
        _ANTHROPIC_ANALYTICS,
        _GITHUB_COPILOT,
        _OPENROUTER,
        _LITELLM,
    )
}


@dataclass(frozen=True)
class Window:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    def pieces(self, most: int) -> list[Window]:
        """The window in pieces of at most so many days."""
        pieces = []
        first = self.first
        while first <= self.last:
            last = min(first + timedelta(days=most - 1), self.last)
            pieces.append(Window(first, last))
            first = last + timedelta(days=1)
        return pieces


def window_parameters(days: Days, window: Window) -> dict[str, str | int]:
    """What a request says of the days that it is about."""
    parameters = {days.start: days.spelled(window.first)}
    if days.end is not None:
        parameters[days.end] = days.spelled(window.last + timedelta(days=1))
    return parameters
