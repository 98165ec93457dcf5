"""GitHub's billing reports: asked for, awaited, downloaded as CSV."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.pull.client import Client, Patience, PullError
from orchestration.pull.endpoints import Parameters, Window


@dataclass(frozen=True)
class ReportPart:
    """A file of a finished report, and what was asked for."""

    content: bytes
    parameters: Parameters


def report_parts(
    client: Client, path: str, report: str, window: Window, patience: Patience
) -> Iterator[ReportPart]:
    """The files of one report. Raises PullError where it fails, is not ready in time, or offers no file."""
    wanted = {
        "report_type": report,
        "start_date": window.first.isoformat(),
        "end_date": window.last.isoformat(),
    }
    status, made = client.post(path, {**wanted, "send_email": False})
    if status == 409:
        # The same report is being made already, for somebody else or for an earlier attempt.
        made = _like(client.get(path, {}).document, wanted, path)
    identifier = made.get("id") if isinstance(made, dict) else None
    if not isinstance(identifier, str) or not identifier.replace("-", "").isalnum():
        raise _changed(path, "the report has no `id`")
    finished = _awaited(client, f"{path}/{identifier}", patience)
    addresses = finished.get("download_urls")
    if not isinstance(addresses, list) or not addresses:
        raise _changed(path, "a finished report offers no `download_urls`")
    for address in addresses:
        content = client.download(str(address))
        if b"," not in content.split(b"\n", 1)[0]:
            raise _changed(path, "a file of the report has no header of CSV")
        yield ReportPart(content, wanted)


def _awaited(client: Client, path: str, patience: Patience) -> dict[str, Any]:
    for _ in range(max(1, round(patience.report_deadline / max(patience.report_wait, 0.001)))):
        report = client.get(path, {}).document
        status = report.get("status") if isinstance(report, dict) else None
        if status == "completed":
            return dict(report)
        if status != "processing":
            raise PullError(
                f"{path}: the report ended as {status!r}; ask again.", may_pass=status == "failed"
            )
        time.sleep(patience.report_wait)
    raise PullError(
        f"{path}: the report was not ready within {patience.report_deadline:.0f} seconds.",
        may_pass=True,
    )


def _like(document: Any, wanted: dict[str, str], path: str) -> Any:
    reports = document.get("usage_report_exports") if isinstance(document, dict) else None
    if not isinstance(reports, list):
        raise _changed(path, "there is no list `usage_report_exports`")
    alike = [
        report
        for report in reports
        if isinstance(report, dict)
        and report.get("status") in ("processing", "completed")
        and all(report.get(name) == value for name, value in wanted.items())
    ]
    if not alike:
        raise PullError(f"{path}: another report is being made; ask again later.", may_pass=True)
    return max(alike, key=lambda report: str(report.get("created_at")))


def _changed(path: str, what: str) -> PullError:
    return PullError(
        f"{path}: the answer has another shape than is known: {what}. Nothing was saved."
    )
