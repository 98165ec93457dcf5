"""A vendor's API on this machine, which answers what it is told to: pages, refusals, broken answers, other clocks.

Its pages are written here, in the shapes that the vendors' documents give.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class Reply:
    """One answer, or a broken one: the connection ends after `sent_bytes`, and of a silence before any."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sent_bytes: int | None = None
    is_silence: bool = False
    # None: no header tells the time.
    date: datetime | None = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes


Answerer = Callable[[Asked], Reply]


def page(document: Any, **more: Any) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(document, indent=2).encode(), **more)


class RecordedApi:
    """Answers each path by its answerer; what is `said_first` of a path is said before, one a request."""

    def __init__(self, answerers: Mapping[str, Answerer]) -> None:
        self.answerers = dict(answerers)
        self.said_first: dict[str, list[Reply]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.address = ""

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.said_first[asked.path]:
            return self.said_first[asked.path].pop(0)
        answerer = self.answerers.get(asked.path)
        if answerer is None:
            return page({"error": {"message": f"no such path: {asked.path}"}}, status=404)
        return answerer(asked)

    @contextmanager
    def served(self) -> Iterator[RecordedApi]:
        """Serve on a free port of this machine while the block runs."""
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body in one packet: else each answer waits for an acknowledgement of its head.
            wbufsize = -1

            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = parse_qs(parts.query, keep_blank_values=True)
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = api.reply_to(Asked(self.command, parts.path, query, headers, body))
                if reply.is_silence:
                    self.close_connection = True
                    return
                self.send_response_only(reply.status)
                if reply.date is not None:
                    self.send_header("Date", format_datetime(reply.date, usegmt=True))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: reply.sent_bytes])
                if reply.sent_bytes is not None:
                    self.close_connection = True

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def days_asked(asked: Asked, start: str, end: str) -> list[date]:
    """The UTC days of a request whose bounds are epoch seconds or instants, its end excluded."""

    def day(text: str) -> date:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC).date()
        return date.fromisoformat(text[:10])

    first, after = day(asked.query[start][0]), day(asked.query[end][0])
    return [first + timedelta(days=n) for n in range((after - first).days)]


def bucket_pages(
    results: Callable[[date], list[dict[str, Any]]],
    start: str,
    end: str,
    spelled: Callable[[date], Any],
    buckets_a_page: int,
) -> Answerer:
    """Answers in buckets of days, a few a page, with a cursor to the next page."""

    def answer(asked: Asked) -> Reply:
        days = days_asked(asked, start, end)
        begin = int(asked.query.get("page", ["page_0"])[0].removeprefix("page_"))
        shown = days[begin : begin + buckets_a_page]
        more = begin + buckets_a_page < len(days)
        return page(
            {
                "object": "page",
                "data": [
                    {
                        "object": "bucket",
                        start: spelled(day),
                        end: spelled(day + timedelta(days=1)),
                        "results": results(day),
                    }
                    for day in shown
                ],
                "has_more": more,
                "next_page": f"page_{begin + buckets_a_page}" if more else None,
            }
        )

    return answer


def listed_pages(records: list[dict[str, Any]], parameter: str, size: int) -> Answerer:
    """A list, a few records a page, each page asked for by the last id of the one before."""

    def answer(asked: Asked) -> Reply:
        names = [record["id"] for record in records]
        after = asked.query.get(parameter)
        begin = names.index(after[0]) + 1 if after else 0
        shown = records[begin : begin + size]
        return page(
            {
                "object": "list",
                "data": shown,
                "first_id": shown[0]["id"] if shown else None,
                "last_id": shown[-1]["id"] if shown else None,
                "has_more": begin + size < len(records),
            }
        )

    return answer


def epoch(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def openai_costs(day: date, version: int = 1) -> list[dict[str, Any]]:
    """A day's costs; a later version is what the vendor says once late usage is in."""
    return [
        {
            "object": "organization.costs.result",
            "amount": {"value": 0.1 * version + number, "currency": "usd"},
            "line_item": "gpt-5, input",
            "project_id": "proj_one",
            "api_key_id": f"key_{number}",
        }
        for number in (1, 2)
    ]


def openai_api(version: int = 1) -> RecordedApi:
    """OpenAI's administration API: two projects, of which one is archived, costs and completions every day."""
    projects = [
        {
            "id": name,
            "object": "organization.project",
            "name": name,
            "created_at": 1700000000,
            "status": status,
        }
        for name, status in (("proj_one", "active"), ("proj_two", "archived"))
    ]
    keys = [
        {
            "object": "organization.project.api_key",
            "id": f"key_{n}",
            "name": f"key {n}",
            "redacted_value": "sk-…abc",
            "created_at": 1700000000,
        }
        for n in range(5)
    ]

    def buckets(results: Callable[[date], list[dict[str, Any]]]) -> Answerer:
        return bucket_pages(results, "start_time", "end_time", epoch, 31)

    def completions(day: date) -> list[dict[str, Any]]:
        return [
            {
                "object": "organization.usage.completions.result",
                "input_tokens": 1000,
                "input_cached_tokens": 100,
                "output_tokens": 10,
                "num_model_requests": 3,
                "project_id": "proj_one",
                "api_key_id": "key_1",
                "model": "gpt-5",
            }
        ]

    usage = {
        f"/organization/usage/{name}": buckets(lambda day: [])
        for name in (
            *("embeddings", "moderations", "images", "audio_speeches", "audio_transcriptions"),
            *("vector_stores", "code_interpreter_sessions", "file_search_calls"),
            "web_search_calls",
        )
    }
    return RecordedApi(
        {
            "/organization/projects": listed_pages(projects, "after", 1),
            "/organization/projects/proj_one/api_keys": listed_pages(keys, "after", 2),
            "/organization/costs": buckets(lambda day: openai_costs(day, version)),
            "/organization/usage/completions": buckets(completions),
            **usage,
        }
    )
