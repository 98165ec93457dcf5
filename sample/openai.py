"""OpenAI organization API: response pages of costs, of every usage endpoint, and of the lists.

Costs and completions are pulled once a month, a few days after it ends, and the rest every quarter.
Each pull takes the last days before its months again, because the last bucket of a pull is not
complete. A day is what the newest pull says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sample.company import Person, people
from sample.demand import END_DAY, FIRST_DAY, DayUse, chance, use_on
from sample.files import Folder, days, month_starts, next_month, opaque, stamp
from sample.openai_keys import PROJECTS, WORKLOADS, Project, Workload
from sample.prices import price_of
from sample.totals import Totals

OUTAGE_DAY = date(2026, 2, 18)
# The organization moved to new line names and units with the API's version of this day.
NEW_LINE_NAMES = date(2026, 9, 1)
QUANTITY_UNITS = date(2026, 8, 21)
OVERCHARGED_WEEK = (date(2026, 3, 9), date(2026, 3, 16))
CORRECTION_PULLED = datetime(2026, 4, 20, 9, 40, 11, tzinfo=UTC)
SCALE_TIER_FROM = date(2026, 3, 2)

Record = dict[str, object]


@dataclass
class Organization:
    """The organization's true record of each day, and how a pull sees it."""

    seed: int
    uses: dict[date, list[tuple[Workload, DayUse]]] = field(default_factory=dict)

    def uses_on(self, day: date) -> list[tuple[Workload, DayUse]]:
        """Return what ran on a day, in the vendor's order."""
        if day not in self.uses:
            found = []
            for workload in WORKLOADS:
                if workload.first <= day < workload.end and day != OUTAGE_DAY:
                    use = use_on(self.seed, workload.name, workload.demand, FIRST_DAY, day)
                    if use is not None:
                        found.append((workload, use))
            self.uses[day] = sorted(found, key=lambda entry: (entry[0].key_id or "", entry[0].name))
        return self.uses[day]

    def seen_share(self, day: date, pulled: datetime) -> float:
        """Return how much of a day a pull sees: the last day before a pull is still filling up."""
        age = pulled - datetime(day.year, day.month, day.day, tzinfo=UTC)
        return 0.71 if age < timedelta(hours=36) else 1.0


def _line(name: str, what: str, day: date) -> str:
    newer = {
        "input": "input_tokens",
        "cached input": "input_cached_tokens",
        "output": "output_tokens",
    }
    return f"{name}, {newer.get(what, what) if day >= NEW_LINE_NAMES else what}"


def _cost(
    pulled: datetime,
    amount: float,
    line_item: str,
    project: str | None,
    key: str | None,
    quantity: float | None,
    unit: str | None,
) -> Record:
    record: Record = {
        "object": "organization.costs.result",
        "amount": {"value": amount, "currency": "usd"},
        "line_item": line_item,
        "project_id": project,
        "api_key_id": key,
        "quantity": quantity,
    }
    if pulled.date() >= QUANTITY_UNITS:
        record["quantity_unit"] = unit
    if pulled.date() >= NEW_LINE_NAMES:
        record |= {"user_id": None, "api_source": None}
    return record


def _token_lines(workload: Workload, use: DayUse) -> list[tuple[str, str, int]]:
    """Return (line's words, token type of the price list, tokens) of a workload's day."""
    if workload.kind == "embeddings":
        return [("input", "embedding", use.uncached)]
    if workload.kind == "realtime":
        return [
            ("audio input", "audio_input", use.uncached),
            ("cached audio input", "audio_cached_input", use.cached),
            ("audio output", "audio_output", use.output),
            ("input", "input", use.uncached // 4),
            ("output", "output", use.output // 5),
        ]
    return [
        ("input", "input", use.uncached),
        ("cached input", "cached_input", use.cached),
        ("output", "output", use.output),
    ]


def cost_results(organization: Organization, day: date, pulled: datetime) -> list[Record]:
    """Return the billed lines of a day as a pull sees them."""
    share = organization.seen_share(day, pulled)
    results = []
    overcharged = OVERCHARGED_WEEK[0] <= day < OVERCHARGED_WEEK[1] and pulled < CORRECTION_PULLED
    for workload, full_use in organization.uses_on(day):
        use = full_use.scaled(share)
        project = opaque("proj_", workload.project)
        factor = workload.billed_factor * (
            1.25 if overcharged and workload.project == "underwriting" else 1.0
        )
        model = workload.model_on(day)
        for words, token_type, tokens in _token_lines(workload, use):
            if tokens == 0:
                continue
            amount = tokens * price_of("openai", model, token_type, day).per_unit() * factor
            # Embeddings are metered in thousands since units are named.
            thousands = workload.kind == "embeddings" and pulled.date() >= QUANTITY_UNITS
            quantity = tokens / 1000 if thousands else float(tokens)
            results.append(
                _cost(
                    pulled,
                    amount,
                    _line(model, words, day),
                    project,
                    workload.key_id,
                    quantity,
                    "1000_tokens" if thousands else "tokens",
                )
            )
        results += _tool_costs(workload, use, day, pulled, project)
    results += _organization_costs(day, pulled, share) if day != OUTAGE_DAY else []
    return results


def _tool_costs(
    workload: Workload, use: DayUse, day: date, pulled: datetime, project: str
) -> list[Record]:
    key = workload.key_id
    if workload.name == "web-chat":
        calls = use.requests // 40
        return [
            _cost(pulled, calls * 0.01, "web search tool calls", project, key, float(calls), None),
            _cost(
                pulled,
                0.0,
                _line("omni-moderation-latest", "input", day),
                project,
                key,
                float(use.uncached // 9),
                "tokens",
            ),
        ]
    if workload.name == "call-summaries":
        seconds = use.requests * 4
        return [
            _cost(
                pulled,
                seconds * 0.0001,
                "whisper-1",
                project,
                key,
                float(seconds),
                "duration_seconds",
            )
        ]
    if workload.name == "knowledge-answers":
        calls, gigabytes = use.requests // 3, 3 + (day - FIRST_DAY).days // 60
        return [
            _cost(
                pulled, calls * 0.0025, "file search tool calls", project, key, float(calls), None
            ),
            _cost(
                pulled,
                gigabytes * 0.1,
                "file search storage",
                project,
                None,
                gigabytes * 24.0,
                "gibibyte_hours",
            ),
        ]
    if workload.name == "campaign-copy":
        images, characters = 6 + use.requests % 9, 1_200 + use.requests * 3
        return [
            _cost(
                pulled,
                images * 0.042,
                "gpt-image-1, image output",
                project,
                key,
                float(images),
                "images",
            ),
            _cost(
                pulled,
                characters * 3e-05,
                "tts-1-hd",
                project,
                key,
                float(characters),
                "characters",
            ),
        ]
    if workload.name == "management-commentary":
        sessions = 2 + use.requests % 4
        return [
            _cost(
                pulled,
                sessions * 0.03,
                "code interpreter sessions",
                project,
                None,
                float(sessions),
                None,
            )
        ]
    return []


def _organization_costs(day: date, pulled: datetime, share: float) -> list[Record]:
    """Return what is billed to the organization and to no project: capacity bundles and credits."""
    results = []
    if day >= SCALE_TIER_FROM:
        results.append(
            _cost(pulled, 24.0 * share, "Scale Tier, input and output units", None, None, 1.0, None)
        )
    if day.day == 1 and day >= date(2025, 10, 1):
        results.append(_cost(pulled, -160.0, "Credit, annual agreement", None, None, None, None))
    if day == date(2026, 6, 25):
        results.append(
            _cost(
                pulled, -212.4371, "Refund, duplicate requests on 19 June", None, None, None, None
            )
        )
    return results


def _usage(kind: str, workload: Workload, requests: int, **measures: object) -> Record:
    return {
        "object": f"organization.usage.{kind}.result",
        **measures,
        "num_model_requests": requests,
        "project_id": opaque("proj_", workload.project),
        "user_id": None,
        "api_key_id": workload.key_id,
    }


def completions(organization: Organization, day: date, pulled: datetime) -> list[Record]:
    """Return the text and audio tokens of a day."""
    results = []
    for workload, full_use in organization.uses_on(day):
        if workload.kind == "embeddings":
            continue
        use = full_use.scaled(organization.seen_share(day, pulled))
        voice = workload.kind == "realtime"
        text_input, text_output = (
            (use.uncached // 4, use.output // 5) if voice else (use.uncached, use.output)
        )
        audio_input, audio_cached, audio_output = (
            (use.uncached, use.cached, use.output) if voice else (0, 0, 0)
        )
        uncached = text_input + audio_input
        results.append(
            _usage(
                "completions",
                workload,
                use.requests,
                input_tokens=uncached + use.cached,
                input_cached_tokens=use.cached,
                input_cache_write_tokens=0,
                input_uncached_tokens=uncached,
                output_tokens=text_output + audio_output,
                input_text_tokens=text_input,
                output_text_tokens=text_output,
                input_cached_text_tokens=0 if voice else use.cached,
                input_audio_tokens=audio_input,
                input_cached_audio_tokens=audio_cached,
                output_audio_tokens=audio_output,
                input_image_tokens=0,
                input_cached_image_tokens=0,
                output_image_tokens=0,
            )
            | {"model": workload.model_on(day), "batch": False, "service_tier": "default"}
        )
    return results


def _of(
    name: str, build: Callable[[Workload, DayUse, date], Record]
) -> Callable[..., list[Record]]:
    """Return an endpoint that one workload alone uses."""

    def results(organization: Organization, day: date, pulled: datetime) -> list[Record]:
        share = organization.seen_share(day, pulled)
        return [
            build(workload, use.scaled(share), day)
            for workload, use in organization.uses_on(day)
            if workload.name == name
        ]

    return results


def _embeddings(workload: Workload, use: DayUse, day: date) -> Record:
    return _usage("embeddings", workload, use.requests, input_tokens=use.uncached) | {
        "model": workload.model_on(day)
    }


def _moderations(workload: Workload, use: DayUse, day: date) -> Record:
    return _usage("moderations", workload, use.requests // 9, input_tokens=use.uncached // 9) | {
        "model": "omni-moderation-latest"
    }


def _images(workload: Workload, use: DayUse, day: date) -> Record:
    images = 6 + use.requests % 9
    return _usage("images", workload, images, images=images) | {
        "model": "gpt-image-1",
        "size": "1024x1024",
        "source": "image.generation",
    }


def _speeches(workload: Workload, use: DayUse, day: date) -> Record:
    return _usage("audio_speeches", workload, 3, characters=1_200 + use.requests * 3) | {
        "model": "tts-1-hd"
    }


def _transcriptions(workload: Workload, use: DayUse, day: date) -> Record:
    return _usage(
        "audio_transcriptions", workload, use.requests // 40 + 1, seconds=use.requests * 4
    ) | {"model": "whisper-1"}


def _vector_stores(workload: Workload, use: DayUse, day: date) -> Record:
    gigabytes = 3 + (day - FIRST_DAY).days // 60
    return {
        "object": "organization.usage.vector_stores.result",
        "usage_bytes": gigabytes * 1024**3,
        "project_id": opaque("proj_", workload.project),
    }


def _sessions(workload: Workload, use: DayUse, day: date) -> Record:
    return {
        "object": "organization.usage.code_interpreter_sessions.result",
        "num_sessions": 2 + use.requests % 4,
        "project_id": opaque("proj_", workload.project),
    }


def _file_searches(workload: Workload, use: DayUse, day: date) -> Record:
    return {
        "object": "organization.usage.file_searches.result",
        "num_requests": use.requests // 3,
        "project_id": opaque("proj_", workload.project),
        "user_id": None,
        "api_key_id": workload.key_id,
        "vector_store_id": opaque("vs_", "guidance"),
    }


def _web_searches(workload: Workload, use: DayUse, day: date) -> Record:
    calls = use.requests // 40
    return {
        "object": "organization.usage.web_searches.result",
        "num_model_requests": calls,
        "num_requests": calls,
        "project_id": opaque("proj_", workload.project),
        "user_id": None,
        "api_key_id": workload.key_id,
        "model": workload.model_on(day),
        "context_level": "medium",
    }


# Endpoint → (what it returns for a day, the group_by of the request).
ENDPOINTS: dict[str, tuple[Callable[[Organization, date, datetime], list[Record]], list[str]]] = {
    "costs": (cost_results, ["project_id", "line_item", "api_key_id"]),
    "usage_completions": (
        completions,
        ["project_id", "api_key_id", "model", "batch", "service_tier"],
    ),
    "usage_embeddings": (
        _of("knowledge-index", _embeddings),
        ["project_id", "api_key_id", "model"],
    ),
    "usage_moderations": (_of("web-chat", _moderations), ["project_id", "api_key_id", "model"]),
    "usage_images": (
        _of("campaign-copy", _images),
        ["project_id", "api_key_id", "model", "size", "source"],
    ),
    "usage_audio_speeches": (
        _of("campaign-copy", _speeches),
        ["project_id", "api_key_id", "model"],
    ),
    "usage_audio_transcriptions": (
        _of("call-summaries", _transcriptions),
        ["project_id", "api_key_id", "model"],
    ),
    "usage_vector_stores": (_of("knowledge-answers", _vector_stores), ["project_id"]),
    "usage_code_interpreter_sessions": (_of("management-commentary", _sessions), ["project_id"]),
    "usage_file_search_calls": (
        _of("knowledge-answers", _file_searches),
        ["project_id", "api_key_id", "vector_store_id"],
    ),
    "usage_web_search_calls": (
        _of("web-chat", _web_searches),
        ["project_id", "api_key_id", "model", "context_level"],
    ),
}
PULLED_MONTHLY = {"costs", "usage_completions"}
# Buckets a page: the most that the vendor gives for usage, fewer for costs.
PAGE_LIMIT = {"costs": 20}
USAGE_PAGE_LIMIT = 31


def _epoch(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Pull:
    """One pull of every endpoint: its window and its time."""

    first: date
    end: date
    pulled: datetime


def pulls(endpoint: str) -> list[Pull]:
    """Return an endpoint's pulls: every month or, where little is used, every three months.

    A pull comes on the third day after its months and begins four days before them.
    """
    months = month_starts(FIRST_DAY, END_DAY)
    step = 1 if endpoint in PULLED_MONTHLY else 3
    found = []
    for position in range(0, len(months), step):
        after = next_month(months[position + step - 1])
        pulled = datetime(
            after.year, after.month, 3, 2, 15 + after.month, 7 + after.month, tzinfo=UTC
        )
        first = max(FIRST_DAY, months[position] - timedelta(days=4))
        found.append(Pull(first, min(after + timedelta(days=2), END_DAY), pulled))
    if endpoint == "costs":
        found.append(Pull(*OVERCHARGED_WEEK, CORRECTION_PULLED))
    return found


def final_costs(organization: Organization) -> Iterator[tuple[date, Record]]:
    """Yield each billed line with its day, as the newest pull of the day has it."""
    newest: dict[date, datetime] = {}
    for pull in pulls("costs"):
        for day in days(pull.first, pull.end):
            newest[day] = max(pull.pulled, newest.get(day, pull.pulled))
    for day, pulled in newest.items():
        for result in cost_results(organization, day, pulled):
            yield day, result


def _write_pages(folder: Folder, organization: Organization, endpoint: str, pull: Pull) -> None:
    results, group_by = ENDPOINTS[endpoint]
    limit = PAGE_LIMIT.get(endpoint, USAGE_PAGE_LIMIT)
    window = list(days(pull.first, pull.end))
    for number, start in enumerate(range(0, len(window), limit), start=1):
        page_days = window[start : start + limit]
        more = start + limit < len(window)
        buckets = [
            {
                "object": "bucket",
                "start_time": _epoch(day),
                "end_time": _epoch(day + timedelta(days=1)),
                "results": results(organization, day, pull.pulled),
            }
            for day in page_days
        ]
        cursor = opaque("page_", f"{endpoint}{pull.pulled}{number}", 28) if more else None
        name = f"openai/{endpoint}/{endpoint}_pulled_{stamp(pull.pulled)}_page{number}.json.gz"
        page = {"object": "page", "data": buckets, "has_more": more, "next_page": cursor}
        folder.write_json(name, page, indent=2)
        if endpoint in PULLED_MONTHLY:
            path = "/v1/organization/" + endpoint.replace("usage_", "usage/")
            folder.write_json(
                f"{name}.request.json",
                {
                    "endpoint": f"https://api.openai.com{path}",
                    "parameters": {
                        "start_time": _epoch(pull.first),
                        "end_time": _epoch(pull.end),
                        "bucket_width": "1d",
                        "group_by": group_by,
                        "limit": limit,
                    },
                    "pulled_at": pull.pulled.strftime("%Y-%m-%dT%H:%M:%SZ"),
                },
                indent=2,
            )


LISTED = [
    datetime(2025, 9, 3, 2, 30, tzinfo=UTC),
    datetime(2026, 1, 30, 2, 30, tzinfo=UTC),
    datetime(2026, 11, 3, 2, 30, tzinfo=UTC),
]


def _write_lists(folder: Folder, seed: int) -> None:
    """Write the lists of projects and keys; a deleted key is in no list after its deletion."""
    creators = [person for person in people(seed) if person.cost_centre in {"CC-520", "CC-530"}]
    for listed in LISTED:
        projects = [
            {
                "id": project.project_id,
                "object": "organization.project",
                "name": project.name,
                "created_at": _epoch(project.created),
                "archived_at": _epoch(project.archived)
                if project.archived and project.archived <= listed.date()
                else None,
                "status": "archived"
                if project.archived and project.archived <= listed.date()
                else "active",
            }
            for project in PROJECTS
            if project.created <= listed.date()
        ]
        folder.write_json(
            f"openai/projects_pulled_{stamp(listed)}.json",
            {
                "object": "list",
                "data": projects,
                "first_id": projects[0]["id"],
                "last_id": projects[-1]["id"],
                "has_more": False,
            },
            indent=2,
        )
        for project in PROJECTS:
            keys = [
                workload
                for workload in WORKLOADS
                if workload.project == project.name
                and workload.has_key
                and workload.first <= listed.date()
                and not (workload.deleted and workload.deleted <= listed.date())
            ]
            if keys:
                _write_keys(
                    folder, project, keys, listed, creators[len(project.name) % len(creators)]
                )


def _write_keys(
    folder: Folder, project: Project, keys: list[Workload], listed: datetime, creator: Person
) -> None:
    records = []
    for workload in keys:
        source = chance(0, "redacted", workload.name)
        tail = "".join(chr(97 + int(source.random() * 26)) for _ in range(4))
        owner: Record = {
            "type": "service_account",
            "service_account": {
                "id": opaque("user-", workload.name, 24),
                "object": "organization.project.service_account",
                "name": workload.name,
                "created_at": _epoch(workload.first),
                "role": "member",
            },
        }
        if len(workload.name) % 3 == 0:
            owner = {
                "type": "user",
                "user": {
                    "id": opaque("user-", creator.email, 24),
                    "object": "organization.project.user",
                    "name": f"{creator.first_name} {creator.last_name}",
                    "email": creator.email,
                    "role": "owner",
                    "added_at": _epoch(project.created),
                },
            }
        records.append(
            {
                "object": "organization.project.api_key",
                "redacted_value": f"sk-...{tail}",
                "name": workload.name,
                "created_at": _epoch(workload.first),
                "last_used_at": _epoch(listed.date()) - 7_000,
                "id": workload.key_id,
                "owner_project_access": "active",
                "owner": owner,
            }
        )
    folder.write_json(
        f"openai/api_keys/{project.project_id}_pulled_{stamp(listed)}.json",
        {
            "object": "list",
            "data": records,
            "first_id": records[0]["id"],
            "last_id": records[-1]["id"],
            "has_more": False,
        },
        indent=2,
    )


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every OpenAI file, and add each day's newest pull to the totals."""
    organization = Organization(seed)
    for endpoint in ENDPOINTS:
        for pull in pulls(endpoint):
            _write_pages(folder, organization, endpoint, pull)
    _write_lists(folder, seed)
    for day, result in final_costs(organization):
        amount = result["amount"]["value"]  # type: ignore[index]
        totals.add("openai", "openai", f"{day:%Y-%m}", "USD", str(Decimal(repr(amount))))
