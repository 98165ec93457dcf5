"""What suites found of each delivery, kept as JSON: for asset checks, the command line, and whoever accepts a delivery.

`warehouse/expectations/results/{accepted,quarantined}/<raw table>/<delivery_id>.json`, one file a delivery. No cell of
a file is in them but totals of money, numbers and dates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.landing.rawzone import Acceptance
from orchestration.settings import Settings

ACCEPTED, QUARANTINED = "accepted", "quarantined"


@dataclass(frozen=True)
class Finding:
    """One row, or one total, that breaks an expectation. `file` and `row` are None where all of the delivery does."""

    reason: str
    file: str | None = None
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Whether a delivery met one expectation. `finding_count` counts all findings, `findings` are the first."""

    name: str
    sentence: str
    severity: str
    is_met: bool
    finding_count: int = 0
    findings: tuple[Finding, ...] = ()
    remedy: str = ""
    acceptance: Acceptance | None = None


@dataclass(frozen=True)
class Verdict:
    """What a suite found of one delivery.

    `basis` is equal where the same suite judged the same content against the same earlier totals. `sequence` orders
    verdicts of a table as their deliveries arrived.
    """

    source_table: str
    platform: str
    delivery_id: str
    sequence: int
    files: tuple[str, ...]
    basis: str
    outcomes: tuple[Outcome, ...]

    @property
    def unmet(self) -> tuple[Outcome, ...]:
        """The expectations that it does not meet, accepted ones included."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_met)


@dataclass(frozen=True)
class SourceResults:
    """The newest accepted delivery's verdict of a raw table, and those of its deliveries that wait in quarantine."""

    source_table: str
    platform: str
    newest: Verdict | None
    quarantined: tuple[Verdict, ...]

    @property
    def is_met(self) -> bool:
        """Whether nothing waits in quarantine, and the newest delivery met all that nobody has accepted otherwise."""
        open_ones = [o for o in self.newest.unmet if o.acceptance is None] if self.newest else []
        return not self.quarantined and not open_ones


def expectations_folder(settings: Settings) -> Path:
    """Where suites, results and Data Docs are."""
    return settings.warehouse / "expectations"


def data_docs(settings: Settings) -> Path:
    """The front page of Data Docs; there once something was validated."""
    return expectations_folder(settings) / "data_docs" / "index.html"


def results_folder(settings: Settings) -> Path:
    """Where verdicts are."""
    return expectations_folder(settings) / "results"


def last_results(settings: Settings) -> dict[str, SourceResults]:
    """By raw table, what the suites last found; tables that no suite has judged yet have no entry."""
    folder = results_folder(settings)
    names = {path.name for path in folder.glob("*/*") if path.is_dir()}
    found = {}
    for name in sorted(names):
        accepted = sorted(_read_all(folder / ACCEPTED / name), key=lambda verdict: verdict.sequence)
        waiting = sorted(_read_all(folder / QUARANTINED / name), key=lambda v: v.delivery_id)
        known = [*accepted, *waiting]
        if known:
            newest = accepted[-1] if accepted else None
            found[name] = SourceResults(name, known[0].platform, newest, tuple(waiting))
    return found


def keep(settings: Settings, verdict: Verdict, state: str) -> None:
    """Write a verdict in its place, and take it from the other state's."""
    folder = results_folder(settings)
    path = folder / state / verdict.source_table / f"{verdict.delivery_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(
        json.dumps(asdict(verdict), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    half.replace(path)
    if state == ACCEPTED:
        quarantined_path(settings, verdict.source_table, verdict.delivery_id).unlink(
            missing_ok=True
        )


def quarantined_path(settings: Settings, source_table: str, delivery_id: str) -> Path:
    """Where the verdict on a delivery in quarantine is."""
    return results_folder(settings) / QUARANTINED / source_table / f"{delivery_id}.json"


def read_quarantined(settings: Settings, source_table: str, delivery_id: str) -> Verdict | None:
    """The verdict on a delivery that was in quarantine before; None without one."""
    path = quarantined_path(settings, source_table, delivery_id)
    return _read(path) if path.is_file() else None


def held_deliveries(settings: Settings, source_table: str) -> list[str]:
    """The deliveries of a table that are in quarantine with a verdict."""
    folder = results_folder(settings) / QUARANTINED / source_table
    return sorted(path.stem for path in folder.glob("*.json"))


def forget_gone(settings: Settings, waiting: Iterable[str]) -> None:
    """Drop the verdicts on deliveries that are in quarantine no more."""
    kept = set(waiting)
    for path in (results_folder(settings) / QUARANTINED).glob("*/*.json"):
        if path.stem not in kept:
            path.unlink()


def _read_all(folder: Path) -> list[Verdict]:
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Verdict:
    document = json.loads(path.read_text(encoding="utf-8"))
    outcomes = tuple(
        Outcome(
            **{
                **outcome,
                "findings": tuple(Finding(**finding) for finding in outcome["findings"]),
                "acceptance": Acceptance(**outcome["acceptance"])
                if outcome["acceptance"]
                else None,
            }
        )
        for outcome in document["outcomes"]
    )
    return Verdict(**{**document, "files": tuple(document["files"]), "outcomes": outcomes})
