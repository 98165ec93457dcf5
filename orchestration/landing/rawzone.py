"""The raw zone: one immutable folder per accepted delivery, and nothing else.

`raw/<platform>__<table>/<delivery_id>/` holds `delivery.json` and `part-*.parquet`. It is made under a name that
readers ignore and renamed when all of it is on disk, so a delivery is there whole or not at all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from orchestration.landing.files import sync_file, sync_folder
from orchestration.landing.measures import Filling, ScopeSum

INCOMING = ".incoming-"
DELIVERY_FILE = "delivery.json"


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery and the parts that hold its rows.

    `money_rounding` is what DECIMAL(38, 10) changes of its money, as decimal text.
    """

    file: str
    sha256: str
    byte_count: int
    row_count: int
    money_rounding: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Acceptance:
    """Who accepted a delivery that an expectation would have held back, and why; `accepted_by` is a person_id."""

    expectation: str
    accepted_by: str
    accepted_on: str
    reason: str


@dataclass(frozen=True)
class Delivery:
    """An accepted delivery as its `delivery.json` states it.

    `identity` is equal for deliveries of the same content; `scopes` are what it says the whole of, days without
    rows included; `overlaps` are the values that tables of one overlap set may not share. `series` is equal for
    deliveries that continue each other; `headers` are the declared columns that its files have (None of JSON, whose
    records leave out what is empty); `days` are unbroken runs of the days that it tells of. `acceptances` are what a
    person took responsibility for.
    """

    delivery_id: str
    platform: str
    table: str
    role: str
    identity: str
    fingerprint: str
    arrived_sequence: int
    delivered_at: str | None
    content_from: str | None
    content_to: str | None
    row_count: int
    money_rounding: str
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    scopes: tuple[str, ...]
    overlaps: tuple[str, ...]
    files: tuple[DeliveredFile, ...]
    series: str = ""
    headers: tuple[str, ...] | None = None
    scope_sums: tuple[ScopeSum, ...] = ()
    fillings: tuple[Filling, ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    @property
    def source_table(self) -> str:
        """The raw table, such as `openai__costs`."""
        return f"{self.platform}__{self.table}"

    @property
    def folder(self) -> str:
        """Where the delivery stands below the raw zone."""
        return f"{self.source_table}/{self.delivery_id}"

    def part_paths(self, raw_zone: Path) -> list[Path]:
        """Where its rows stand."""
        return [raw_zone / self.folder / part for file in self.files for part in file.parts]

    def names(self) -> str:
        """Its files, shortened for a message."""
        names = [file.file for file in self.files]
        return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def read_deliveries(raw_zone: Path) -> list[Delivery]:
    """Every accepted delivery, in order of arrival."""
    deliveries = []
    for path in raw_zone.glob(f"*/*/{DELIVERY_FILE}"):
        if path.parent.name.startswith("."):
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        document["files"] = tuple(
            DeliveredFile(**{**file, "parts": tuple(file["parts"])}) for file in document["files"]
        )
        for name in ("columns", "unknown_columns", "scopes", "overlaps"):
            document[name] = tuple(document[name])
        if document.get("headers") is not None:
            document["headers"] = tuple(document["headers"])
        document["scope_sums"] = tuple(ScopeSum(**s) for s in document.get("scope_sums", ()))
        document["fillings"] = tuple(Filling(**f) for f in document.get("fillings", ()))
        document["days"] = tuple((first, last) for first, last in document.get("days", ()))
        document["acceptances"] = tuple(Acceptance(**a) for a in document.get("acceptances", ()))
        deliveries.append(Delivery(**document))
    return sorted(deliveries, key=lambda delivery: delivery.arrived_sequence)


def incoming_folder(raw_zone: Path, source_table: str, delivery_id: str) -> Path:
    """A fresh folder to make a delivery in."""
    folder = raw_zone / source_table / f"{INCOMING}{delivery_id}"
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def accept(raw_zone: Path, incoming: Path, delivery: Delivery) -> Path:
    """Put the finished delivery in its place, by one rename after everything in it is on disk."""
    (incoming / DELIVERY_FILE).write_text(
        json.dumps(asdict(delivery), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for path in sorted(incoming.iterdir()):
        sync_file(path)
    sync_folder(incoming)
    target = raw_zone / delivery.folder
    incoming.rename(target)
    sync_folder(target.parent)
    return target


def remove_leftovers(raw_zone: Path) -> None:
    """Delete what an interrupted landing left behind."""
    for folder in raw_zone.glob(f"*/{INCOMING}*"):
        shutil.rmtree(folder)


def newest_first(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """A table's deliveries, the one in force first.

    Newer is what says so: the time of a manifest, request or file name. A delivery without a time counts as newer
    than all that had arrived when it did.
    """
    keys: dict[str, tuple[datetime, int]] = {}
    latest = datetime.min
    for delivery in sorted(deliveries, key=lambda delivery: delivery.arrived_sequence):
        moment = datetime.fromisoformat(delivery.delivered_at) if delivery.delivered_at else latest
        latest = max(latest, moment)
        keys[delivery.delivery_id] = (moment, delivery.arrived_sequence)
    return sorted(deliveries, key=lambda delivery: keys[delivery.delivery_id], reverse=True)
