"""Anthropic Admin API: response pages of the cost report (in cents), of message usage, and lists.

The cost report knows workspaces and no keys; usage knows keys. Both are pulled monthly with an
overlap, as OpenAI's are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sample.demand import END_DAY, FIRST_DAY, Demand, Surge, chance, use_on
from sample.files import Folder, days, month_starts, next_month, opaque, stamp
from sample.prices import price_of
from sample.totals import Totals

# This month's usage was lost with an expired admin key: its bill has no usage beside it.
MONTH_WITHOUT_USAGE = date(2025, 9, 1)
# In these weeks the usage report named one model by its alias, and the bill by its dated id.
ALIAS_WEEKS = (date(2026, 1, 5), date(2026, 1, 19))
RUNAWAY = Surge(date(2026, 6, 9), date(2026, 6, 20), 9.0)


@dataclass(frozen=True)
class Workspace:
    """A workspace; the default one has no id in the reports."""

    name: str
    created: date
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def workspace_id(self) -> str | None:
        """Return the vendor's id, none for the default workspace."""
        return None if self.name == "default" else opaque("wrkspc_01", self.name, 22)


@dataclass(frozen=True)
class Workload:
    """A key in a workspace and what it runs; without a key it is the Workbench."""

    name: str
    workspace: str
    models: tuple[tuple[date, str], ...]
    demand: Demand
    first: date = FIRST_DAY
    end: date = END_DAY
    has_key: bool = True
    deleted: date | None = None
    tier: str = "standard"
    cache_write_share: float = 0.0
    long_cache_share: float = 0.0
    web_searches: int = 0
    executes_code: bool = False

    @property
    def key_id(self) -> str | None:
        """Return the vendor's id of the key."""
        return opaque("apikey_01", self.name, 22) if self.has_key else None

    def model_on(self, day: date) -> str:
        """Return the model that the workload calls on a day."""
        return [model for since, model in self.models if since <= day][-1]


def _since(*models: tuple[str, str]) -> tuple[tuple[date, str], ...]:
    return tuple((date.fromisoformat(since), model) for since, model in models)


SONNET = _since(
    ("2025-08-01", "claude-sonnet-4-20250514"),
    ("2025-10-20", "claude-sonnet-4-5-20250929"),
    ("2026-03-16", "claude-sonnet-4-6"),
)
SONNET_BATCH = _since(
    ("2025-08-01", "claude-sonnet-4-5-20250929"), ("2026-03-16", "claude-sonnet-4-6")
)
HAIKU = _since(("2025-08-01", "claude-haiku-4-5-20251001"))
OPUS = _since(("2025-08-01", "claude-opus-4-6"))

WORKSPACES = [
    Workspace("default", date(2024, 10, 1)),
    Workspace(
        "claims-fraud", date(2025, 5, 12), (("department", "claims"), ("use-case", "UC-003"))
    ),
    Workspace("legal-review", date(2025, 6, 30), (("department", "legal"),)),
    Workspace(
        "engineering",
        date(2025, 4, 1),
        (("department", "technology"), ("cost-centre", "CC-520"), ("use-case", "UC-024")),
    ),
    Workspace("actuarial", date(2025, 7, 7)),
    Workspace("risk-and-conduct", date(2025, 8, 1), (("department", "legal"),)),
    Workspace("security", date(2025, 11, 17), (("cost-centre", "CC-55O"),)),
    Workspace("broker", date(2026, 6, 8)),
]

WORKLOADS = [
    Workload(
        "fraud-signals",
        "claims-fraud",
        SONNET,
        Demand(13_000_000, 0.06, 0.45, 0.4, 0.03),
        cache_write_share=0.08,
    ),
    Workload(
        "fraud-screening",
        "claims-fraud",
        HAIKU,
        Demand(26_000_000, 0.05, 0.3, 0.4, 0.03),
        first=date(2025, 10, 20),
        cache_write_share=0.05,
    ),
    Workload(
        "contract-review",
        "legal-review",
        SONNET,
        Demand(15_000_000, 0.05, 0.5, 0.0, 0.02),
        long_cache_share=0.12,
        web_searches=45,
    ),
    Workload(
        "bundle-search",
        "legal-review",
        SONNET,
        Demand(7_000_000, 0.03, 0.6, 0.0, 0.04),
        first=date(2025, 10, 6),
        long_cache_share=0.2,
    ),
    Workload(
        "coding-agents",
        "engineering",
        SONNET,
        Demand(70_000_000, 0.03, 0.86, 0.12, 0.045, surges=(RUNAWAY,)),
        cache_write_share=0.07,
    ),
    Workload(
        "code-review",
        "engineering",
        OPUS,
        Demand(5_000_000, 0.08, 0.5, 0.05, 0.04),
        first=date(2026, 2, 9),
        cache_write_share=0.1,
        executes_code=True,
    ),
    Workload(
        "reserving-batch",
        "actuarial",
        SONNET_BATCH,
        Demand(40_000_000, 0.03, 0.0, 0.0, 0.015),
        first=date(2025, 10, 20),
        tier="batch",
    ),
    Workload("reserving-checks", "actuarial", SONNET, Demand(9_000_000, 0.05, 0.2, 0.0, 0.02)),
    Workload(
        "conduct-monitoring",
        "risk-and-conduct",
        HAIKU,
        Demand(42_000_000, 0.04, 0.35, 0.3, 0.03),
        first=date(2025, 11, 3),
        cache_write_share=0.04,
    ),
    Workload(
        "horizon-scan",
        "risk-and-conduct",
        SONNET,
        Demand(1_600_000, 0.06, 0.0, 0.0, 0.05),
        first=date(2025, 8, 4),
        end=date(2025, 12, 20),
        deleted=date(2026, 1, 5),
        web_searches=12,
    ),
    Workload(
        "incident-notes",
        "risk-and-conduct",
        HAIKU,
        Demand(12_000_000, 0.06, 0.1, 0.2, 0.03),
        first=date(2026, 1, 15),
    ),
    Workload(
        "alert-triage",
        "security",
        SONNET,
        Demand(9_000_000, 0.04, 0.55, 0.9, 0.03),
        first=date(2025, 12, 1),
        cache_write_share=0.06,
    ),
    Workload(
        "broker-answers",
        "broker",
        HAIKU,
        Demand(21_000_000, 0.07, 0.4, 0.3, 0.05),
        first=date(2026, 6, 15),
        cache_write_share=0.05,
    ),
    Workload(
        "survey-assistant",
        "default",
        SONNET,
        Demand(3_000_000, 0.06, 0.2, 0.0, 0.06),
        first=date(2026, 4, 20),
    ),
    Workload(
        "gateway-prod-claude",
        "default",
        SONNET,
        Demand(2_600_000, 0.06, 0.2, 0.1, 0.03),
        first=date(2026, 1, 15),
        cache_write_share=0.05,
    ),
    Workload("workbench", "default", SONNET, Demand(1_700_000, 0.1, 0.0, 0.0, 0.03), has_key=False),
    Workload(
        "old-prototype",
        "default",
        SONNET,
        Demand(4_200_000, 0.06, 0.0, 0.3, -0.08),
        end=date(2026, 4, 1),
        deleted=date(2025, 10, 2),
    ),
]

# Our token class → (field of the usage report, words of the bill's description).
CLASSES = {
    "input": ("uncached_input_tokens", "Input Tokens"),
    "cached_input": ("cache_read_input_tokens", "Input Tokens, Cache Read"),
    "cache_write": ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write (5m)"),
    "cache_write_1h": (
        "cache_creation.ephemeral_1h_input_tokens",
        "Input Tokens, Cache Write (1h)",
    ),
    "output": ("output_tokens", "Output Tokens"),
}
MODEL_WORDS = {
    "claude-sonnet-4-20250514": "Claude Sonnet 4",
    "claude-sonnet-4-5-20250929": "Claude Sonnet 4.5",
    "claude-sonnet-4-6": "Claude Sonnet 4.6",
    "claude-haiku-4-5-20251001": "Claude Haiku 4.5",
    "claude-opus-4-6": "Claude Opus 4.6",
}

Record = dict[str, object]
Tokens = dict[str, int]


@dataclass
class Organization:
    """What each workload used on each day."""

    seed: int
    uses: dict[date, list[tuple[Workload, Tokens, int]]] = field(default_factory=dict)

    def uses_on(self, day: date) -> list[tuple[Workload, Tokens, int]]:
        """Return (workload, tokens by class, web searches) of a day."""
        if day not in self.uses:
            found = []
            for workload in WORKLOADS:
                if not workload.first <= day < workload.end:
                    continue
                use = use_on(
                    self.seed, f"anthropic {workload.name}", workload.demand, FIRST_DAY, day
                )
                if use is None:
                    continue
                written = int(use.uncached * workload.cache_write_share)
                kept = int(use.uncached * workload.long_cache_share)
                tokens = {
                    "input": use.uncached - written - kept,
                    "cached_input": use.cached,
                    "cache_write": written,
                    "cache_write_1h": kept,
                    "output": use.output,
                }
                searches = int(
                    workload.web_searches
                    * (0.5 + chance(self.seed, "search", workload.name, day).random())
                )
                found.append((workload, tokens, searches))
            self.uses[day] = found
        return self.uses[day]


def seen_share(day: date, pulled: datetime) -> Decimal:
    """Return how much of a day a pull sees: the last day before a pull is still filling up."""
    age = pulled - datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Decimal("0.64") if age < timedelta(hours=36) else Decimal(1)


def _cents(dollars: Decimal) -> str:
    """Return an amount as the API spells it: cents, as a decimal string without an exponent."""
    text = f"{dollars * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cost_results(organization: Organization, day: date, pulled: datetime) -> list[Record]:
    """Return the billed lines of a day: summed over the keys of a workspace, amounts in cents."""
    share = seen_share(day, pulled)
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    others: list[Record] = []
    for workload, tokens, searches in organization.uses_on(day):
        model = workload.model_on(day)
        for token_type, count in tokens.items():
            if count:
                sums[(workload.workspace, model, workload.tier, token_type)] += int(count * share)
        workspace_id = _workspace(workload.workspace).workspace_id
        if searches:
            dollars = int(searches * share) * Decimal("0.01")
            others.append(_cost(workspace_id, dollars, "Web Search Usage", cost_type="web_search"))
        if workload.executes_code and day.weekday() == 2:
            others.append(
                _cost(
                    workspace_id,
                    Decimal("1.35") * share,
                    "Code Execution Usage",
                    cost_type="code_execution",
                )
            )
    results = []
    for (workspace, model, tier, token_type), count in sums.items():
        price = price_of("anthropic", model, token_type, day, "batch" if tier == "batch" else "")
        spelled, words = CLASSES[token_type]
        batch = " - Batch" if tier == "batch" else ""
        results.append(
            _cost(
                _workspace(workspace).workspace_id,
                count * price.price / price.per_units,
                f"{MODEL_WORDS[model]} Usage{batch} - {words}",
                cost_type="tokens",
                model=model,
                service_tier=tier,
                context_window="0-200k",
                token_type=spelled,
            )
        )
    return results + others


def _cost(workspace_id: str | None, dollars: Decimal, description: str, **more: str) -> Record:
    return {
        "currency": "USD",
        "amount": _cents(dollars),
        "workspace_id": workspace_id,
        "description": description,
        "cost_type": more["cost_type"],
        "model": more.get("model"),
        "service_tier": more.get("service_tier"),
        "context_window": more.get("context_window"),
        "token_type": more.get("token_type"),
        "inference_geo": None,
    }


def usage_results(organization: Organization, day: date, pulled: datetime) -> list[Record]:
    """Return the metered tokens of a day by key and model; the five counts are disjoint."""
    share = seen_share(day, pulled)
    results = []
    for workload, full, searches in organization.uses_on(day):
        tokens = {token_type: int(count * share) for token_type, count in full.items()}
        model = workload.model_on(day)
        if ALIAS_WEEKS[0] <= day < ALIAS_WEEKS[1] and workload.name == "fraud-screening":
            model = "claude-haiku-4-5"
        results.append(
            {
                "uncached_input_tokens": tokens["input"],
                "cache_creation": {
                    "ephemeral_1h_input_tokens": tokens["cache_write_1h"],
                    "ephemeral_5m_input_tokens": tokens["cache_write"],
                },
                "cache_read_input_tokens": tokens["cached_input"],
                "output_tokens": tokens["output"],
                "server_tool_use": {"web_search_requests": int(searches * share)},
                "api_key_id": workload.key_id,
                "workspace_id": _workspace(workload.workspace).workspace_id,
                "model": model,
                "service_tier": workload.tier,
                "context_window": "0-200k",
                "inference_geo": None,
            }
        )
    return results


def _workspace(name: str) -> Workspace:
    return next(workspace for workspace in WORKSPACES if workspace.name == name)


@dataclass(frozen=True)
class Pull:
    """One monthly pull: its window and its time."""

    month: date
    first: date
    end: date
    pulled: datetime


def pulls() -> list[Pull]:
    """Return the pulls: one a month, three days after it ends, from three days before it begins."""
    found = []
    for month in month_starts(FIRST_DAY, END_DAY):
        after = next_month(month)
        pulled = datetime(after.year, after.month, 3, 3, 5, 30 + after.month, tzinfo=UTC)
        first = max(FIRST_DAY, month - timedelta(days=3))
        found.append(Pull(month, first, min(after + timedelta(days=2), END_DAY), pulled))
    return found


def final_pull(day: date) -> datetime:
    """Return the time of the newest pull that covers a day."""
    return max(pull.pulled for pull in pulls() if pull.first <= day < pull.end)


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _write_pages(
    folder: Folder, organization: Organization, report: str, pull: Pull, window: list[date]
) -> None:
    build = cost_results if report == "cost_report" else usage_results
    group_by = (
        ["workspace_id", "description"]
        if report == "cost_report"
        else [
            "api_key_id",
            "workspace_id",
            "model",
            "service_tier",
            "context_window",
            "inference_geo",
        ]
    )
    for number, start in enumerate(range(0, len(window), 31), start=1):
        page_days = window[start : start + 31]
        more = start + 31 < len(window)
        name = f"anthropic/{report}/{report}_pulled_{stamp(pull.pulled)}_page{number}.json.gz"
        folder.write_json(
            name,
            {
                "data": [
                    {
                        "starting_at": _instant(day),
                        "ending_at": _instant(day + timedelta(days=1)),
                        "results": build(organization, day, pull.pulled),
                    }
                    for day in page_days
                ],
                "has_more": more,
                "next_page": opaque("page_", f"{report}{pull.pulled}{number}", 40)
                if more
                else None,
            },
        )
        path = "cost_report" if report == "cost_report" else "usage_report/messages"
        folder.write_json(
            f"{name}.request.json",
            {
                "endpoint": f"https://api.anthropic.com/v1/organizations/{path}",
                "parameters": {
                    "starting_at": _instant(window[0]),
                    "ending_at": _instant(window[-1] + timedelta(days=1)),
                    "bucket_width": "1d",
                    "group_by": group_by,
                    "limit": 31,
                },
                "pulled_at": pull.pulled.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            indent=2,
        )


LISTED = [
    datetime(2025, 9, 3, 3, 20, tzinfo=UTC),
    datetime(2026, 1, 30, 3, 20, tzinfo=UTC),
    datetime(2026, 11, 3, 3, 20, tzinfo=UTC),
]


def _write_lists(folder: Folder) -> None:
    for listed in LISTED:
        spaces: list[Record] = [
            {
                "id": space.workspace_id,
                "type": "workspace",
                "name": space.name,
                "created_at": f"{_instant(space.created)[:11]}09:12:44Z",
                "archived_at": None,
                "display_color": "#6C5BB9",
                "tags": dict(space.tags),
            }
            for space in WORKSPACES
            if space.workspace_id and space.created <= listed.date()
        ]
        _write_list(folder, "workspaces", spaces, listed)
        keys: list[Record] = [
            {
                "id": workload.key_id,
                "type": "api_key",
                "name": workload.name,
                "workspace_id": _workspace(workload.workspace).workspace_id,
                "created_at": f"{_instant(workload.first)[:11]}08:30:00.000000Z",
                "created_by": {"id": opaque("user_01", "platform engineer", 22), "type": "user"},
                "partial_key_hint": f"sk-ant-api03-{workload.name[:3]}...{workload.name[-4:]}",
                "status": "active" if workload.end > listed.date() else "inactive",
                "expires_at": None,
            }
            for workload in WORKLOADS
            if workload.has_key
            and workload.first <= listed.date()
            and not (workload.deleted and workload.deleted <= listed.date())
        ]
        _write_list(folder, "api_keys", keys, listed)


def _write_list(folder: Folder, kind: str, records: list[Record], listed: datetime) -> None:
    folder.write_json(
        f"anthropic/{kind}_pulled_{stamp(listed)}.json",
        {
            "data": records,
            "has_more": False,
            "first_id": records[0]["id"],
            "last_id": records[-1]["id"],
        },
        indent=2,
    )


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every Anthropic file, and add each day's newest pull, in dollars, to the totals."""
    organization = Organization(seed)
    for pull in pulls():
        window = list(days(pull.first, pull.end))
        _write_pages(folder, organization, "cost_report", pull, window)
        metered = [day for day in window if day.replace(day=1) != MONTH_WITHOUT_USAGE]
        if pull.month != MONTH_WITHOUT_USAGE:
            _write_pages(folder, organization, "usage_report_messages", pull, metered)
    _write_lists(folder)
    for day in days(FIRST_DAY, END_DAY):
        for result in cost_results(organization, day, final_pull(day)):
            dollars = Decimal(str(result["amount"])) / 100
            totals.add("anthropic", "anthropic", f"{day:%Y-%m}", "USD", str(dollars))
