"""The sample company's alerts as they go out, for docs/alerts.md: `python -m tests.support.alert_transcripts`
writes them again after `make run`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from orchestration import origin
from orchestration.alerts import Result, send_alerts, send_digest, send_statements
from orchestration.alerts.terminal import as_text
from orchestration.build_record import write_build_failures
from orchestration.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "docs" / "alerts.md"
# Nine days after the sample's newest delivery: long enough for all its feeds to have gone stale.
NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)
SITE = {"CHARGEBACK_SITE_URL": "https://ai-cost.hartwell.example"}

# The sample builds; this is what a test that fails would leave behind.
_FAILURE = {
    "kind": "test",
    "name": "no charge is lost",
    "message": "3 rows break it.",
    "meaning": "Every charge that was delivered stands in the ledger, once.",
}
_HEADINGS = {
    "unallocated": "Unallocated over tolerance",
    "anomaly": "Anomaly",
    "sandbox_cap": "Sandbox at 80 % and at 100 % of its cap",
    "sandbox_expiry": "Sandbox within 14 days of its end, or past it",
    "budget": "Budget breach",
    "stale_feed": "Stale feed",
    "quarantine": "Quarantine",
    "failed_build": "Failed build",
    "close_blocked": "Close blocked",
    "digest": "Weekly digest",
    "statement": "Monthly statement",
}
_BEGIN = "<!-- transcripts: written by `python -m tests.support.alert_transcripts` -->\n"


def transcripts(settings: Settings) -> str:
    """For each kind the messages of two audiences, as Markdown. Sends and records nothing."""

    def dry(send: object) -> Result:
        assert callable(send)
        result: Result = send(settings, is_dry=True, clock=lambda: NOW, environment=SITE)
        return result

    with _failing_build(settings):
        found = [*dry(send_alerts).messages]
        digests = dry(send_digest).messages
    found += [*digests, *dry(send_statements).messages]
    text = ""
    for kind, heading in _HEADINGS.items():
        messages = [message for message, _ in found if message.kind == kind]
        # A digest repeats what stands above: a department's is enough, and it is short.
        shown = messages[-1:] if kind == "digest" else messages[:2]
        text += f"\n### {heading}\n\n"
        text += "\n".join(f"```text\n{as_text(message).rstrip()}\n```\n" for message in shown)
    return text


def page_with(text: str) -> str:
    """The page with these transcripts in place of its own."""
    head, _, _ = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    return head + _BEGIN + text


@contextmanager
def _failing_build(settings: Settings) -> Iterator[None]:
    write_build_failures(settings, [_FAILURE])
    try:
        yield
    finally:
        (settings.warehouse / "build_failures.json").unlink()


def kinds_without_a_case(text: str) -> list[str]:
    """Headings under which no message stands."""
    return re.findall(r"^### (.+)\n\n(?!```)", text, flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(
        page_with(transcripts(origin.with_landing_in_use(Settings.from_environment()))),
        encoding="utf-8",
    )
    sys.stdout.write(f"wrote {PAGE}\n")
