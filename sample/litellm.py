"""LiteLLM, the company's own gateway: a monthly dump of its request log as JSON lines.

The gateway holds one key at each provider; its log says for which team each call was. It carries
no bill.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sample import anthropic, openai_keys
from sample.company import staff_of
from sample.demand import END_DAY, FIRST_DAY, DayUse, chance, use_on
from sample.files import Folder, days, month_starts, next_month, stamp, uuid_like
from sample.prices import price_of

FIRST_LOGGED = date(2026, 1, 15)
PRUNED_DAY = date(2026, 4, 14)
DOUBLED_DAY = date(2026, 3, 18)


@dataclass(frozen=True)
class Team:
    """A team of the gateway and its share of the calls; the cost centre lends it callers."""

    alias: str
    weight: float
    cost_centre: str

    @property
    def team_id(self) -> str:
        """Return the gateway's id of the team."""
        return uuid_like(f"litellm team {self.alias}")

    @property
    def key_hash(self) -> str:
        """Return the hash under which the gateway logs the team's virtual key."""
        return hashlib.sha256(f"litellm virtual key {self.alias}".encode()).hexdigest()


TEAMS = [
    Team("underwriting-lab", 0.30, "CC-120"),
    Team("digital-service", 0.26, "CC-330"),
    Team("operational-risk", 0.16, "CC-360"),
    Team("people-team", 0.13, "CC-710"),
    Team("procurement", 0.10, "CC-430"),
    Team("hackday-2026", 0.05, "CC-520"),
]
CALLS_A_DAY = {"openai": 15, "anthropic": 9}

Record = dict[str, object]


def _provider_uses(seed: int, day: date) -> list[tuple[str, str, DayUse]]:
    """Return (provider, model, use) of the gateway's keys on a day, as the providers bill them."""
    found = []
    for provider, workloads, prefix in (
        ("openai", openai_keys.WORKLOADS, ""),
        ("anthropic", anthropic.WORKLOADS, "anthropic "),
    ):
        for workload in workloads:
            if workload.name in {"gateway-prod", "gateway-prod-claude"}:
                use = use_on(seed, prefix + workload.name, workload.demand, FIRST_DAY, day)
                if use is not None:
                    found.append((provider, workload.model_on(day), use))
    return found


def _record(seed: int, day: date, provider: str, model: str, number: int, use: DayUse) -> Record:
    source = chance(seed, "litellm", day, provider, number)
    pick, team = source.random(), TEAMS[-1]
    for candidate in TEAMS:
        pick -= candidate.weight
        if pick <= 0:
            team = candidate
            break
    # The gateway sees nearly what the provider bills: a timed-out call is billed and not logged.
    calls = CALLS_A_DAY[provider]
    share = 0.985 / calls * (0.7 + 0.6 * source.random())
    cached, uncached, output = (
        int(use.cached * share),
        int(use.uncached * share),
        int(use.output * share),
    )
    started = datetime(day.year, day.month, day.day, 7, 30, tzinfo=UTC) + timedelta(
        seconds=int(source.random() * 36_000), microseconds=int(source.random() * 1_000_000)
    )
    ended = started + timedelta(milliseconds=4_000 + int(source.random() * 60_000))
    failed = source.random() < 0.02
    if failed:
        cached = uncached = output = 0
    spend = (
        uncached * price_of(provider, model, "input", day).per_unit()
        + cached * price_of(provider, model, "cached_input", day).per_unit()
        + output * price_of(provider, model, "output", day).per_unit()
    )
    staff = staff_of(seed, team.cost_centre)
    caller = staff[int(source.random() * len(staff))].email
    alias = model if provider == "anthropic" else model.rsplit("-", 3)[0]
    request_id = uuid_like(f"{seed} {day} {provider} {number}")
    metadata = {
        "user_api_key_alias": f"{team.alias}-key",
        "user_api_key_team_id": team.team_id,
        "user_api_key_team_alias": team.alias,
        "user_api_key_project_id": None,
        "spend_logs_metadata": None,
        "usage_object": {
            "prompt_tokens": uncached + cached,
            "completion_tokens": output,
            "total_tokens": uncached + cached + output,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": None,
        },
        "status": "failure" if failed else "success",
    }
    return {
        "request_id": f"chatcmpl-{request_id}",
        "call_type": "acompletion",
        "api_key": team.key_hash,
        "spend": spend,
        "total_tokens": uncached + cached + output,
        "prompt_tokens": uncached + cached,
        "completion_tokens": output,
        "startTime": started.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "endTime": ended.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "completionStartTime": started.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "model": model,
        "model_id": "",
        "model_group": alias,
        "custom_llm_provider": provider,
        "api_base": "https://api.openai.com"
        if provider == "openai"
        else "https://api.anthropic.com",
        "user": caller if number % 4 == 0 else "",
        "metadata": json.dumps(metadata),
        "cache_hit": "None",
        "cache_key": "Cache OFF",
        "request_tags": json.dumps([f"team:{team.alias}"]) if number % 5 == 0 else "[]",
        "team_id": team.team_id,
        "organization_id": None,
        "end_user": "",
        "requester_ip_address": f"10.20.{number % 8}.{int(source.random() * 250)}",
        "messages": "{}",
        "response": "{}",
        "proxy_server_request": "{}",
        "session_id": None,
        "status": "failure" if failed else "success",
        "mcp_namespaced_tool_name": None,
        "agent_id": None,
    }


def records_on(seed: int, day: date) -> list[Record]:
    """Return the log of a day; one day's log was pruned, and one day's was flushed twice."""
    if day < FIRST_LOGGED or day == PRUNED_DAY:
        return []
    records = []
    for provider, model, use in _provider_uses(seed, day):
        calls = CALLS_A_DAY[provider] if day.weekday() < 5 else 2
        records += [_record(seed, day, provider, model, number, use) for number in range(calls)]
    return records * 2 if day == DOUBLED_DAY else records


DAILY_COLUMNS = [
    *("id", "team_id", "date", "api_key", "model", "model_group", "custom_llm_provider"),
    *("mcp_namespaced_tool_name", "endpoint", "prompt_tokens", "completion_tokens"),
    *("cache_read_input_tokens", "cache_creation_input_tokens", "spend", "api_requests"),
    *("successful_requests", "failed_requests", "created_at", "updated_at"),
]  # fmt: skip
DAILY_MONTH = date(2026, 10, 1)


def daily_rows(seed: int, month: date) -> list[list[object]]:
    """Return a month of the gateway's daily table of teams: the same calls as its log, added up."""
    rows: dict[tuple[object, ...], list[Record]] = {}
    for day in days(month, next_month(month)):
        for record in records_on(seed, day):
            names = ("team_id", "api_key", "model", "model_group", "custom_llm_provider")
            key = (day.isoformat(), *(record[name] for name in names))
            rows.setdefault(key, []).append(record)
    found: list[list[object]] = []
    for key, records in sorted(rows.items(), key=str):
        day, team, api_key, model, group, provider = key
        failed = sum(record["status"] == "failure" for record in records)
        details = [json.loads(str(record["metadata"]))["usage_object"] for record in records]
        cached = sum(detail["prompt_tokens_details"]["cached_tokens"] for detail in details)
        spend = sum(float(str(record["spend"])) for record in records)
        tokens = [
            sum(int(str(record[name])) for record in records)
            for name in ("prompt_tokens", "completion_tokens")
        ]
        counts = [len(records), len(records) - failed, failed]
        named = [uuid_like(f"daily {key}"), team, day, api_key, model, group, provider, ""]
        written = [f"{day} 00:04:10", f"{day} 23:58:02"]
        found.append([*named, "/chat/completions", *tokens, cached, 0, spend, *counts, *written])
    return found


def write(folder: Folder, seed: int) -> None:
    """Write one dump a month, from the last two days of the month before on, and the last month's daily table."""
    folder.write_csv(
        "litellm/daily_team_spend/teams_pulled_20261101T011500Z.csv.gz",
        DAILY_COLUMNS,
        daily_rows(seed, DAILY_MONTH),
    )
    for month in month_starts(FIRST_LOGGED, END_DAY):
        after = next_month(month)
        first = max(FIRST_LOGGED, month - timedelta(days=2))
        dumped = datetime(after.year, after.month, 1, 1, 10, after.month, tzinfo=UTC)
        records = [record for day in days(first, after) for record in records_on(seed, day)]
        lines = "".join(json.dumps(record) + "\n" for record in records)
        folder.write(
            f"litellm/spend_logs/spend_logs_pulled_{stamp(dumped)}.jsonl.gz", lines.encode()
        )
