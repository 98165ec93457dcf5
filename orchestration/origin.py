"""Keeps invented companies and real files apart.

The sample company runs only while nobody has brought files of their own. The sample's generator leaves a marker
in every folder that it fills, and a warehouse remembers what it was built from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from orchestration.errors import RefusalError
from orchestration.landing.files import write_durably
from orchestration.settings import Settings

SAMPLE_LANDING = Path("sample") / "landing"
MARKER = ".sample"
RECORD = "origin.json"
OWN = "own files"


def with_landing_in_use(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> Settings:
    """The settings, with the sample's landing folder where nobody has brought files of their own."""
    if environment.get("CHARGEBACK_LANDING") or holds_files(settings.landing):
        return settings
    return replace(settings, landing=settings.project_root / SAMPLE_LANDING)


def refuse_mixture(settings: Settings) -> None:
    """Raise RefusalError unless landing, registers and warehouse are all of one invented company, or all real."""
    landed, registered = origin_of(settings.landing), origin_of(settings.seeds)
    if landed == OWN and registered != OWN:
        raise RefusalError(
            f"{settings.landing} holds files of your own, but the registers in {settings.seeds} are "
            "those of the sample company. `chargeback init DIR` makes empty registers: fill them in and "
            "set CHARGEBACK_SEEDS to their folder."
        )
    if registered == OWN and landed != OWN:
        raise RefusalError(
            f"The registers in {settings.seeds} are your own, but {settings.landing} is the sample "
            "company's. Set CHARGEBACK_LANDING to the folder that holds your exports."
        )
    if landed != registered:
        raise RefusalError(
            f"{settings.landing} and {settings.seeds} belong to two different invented companies. Set "
            "CHARGEBACK_LANDING and CHARGEBACK_SEEDS to folders of the same one."
        )
    built_from = recorded_origin(settings)
    if built_from not in (None, landed):
        raise RefusalError(
            f"The warehouse {settings.warehouse} was built from {_in_words(built_from)}; this run would add "
            f"{_in_words(landed)}. Set CHARGEBACK_WAREHOUSE to another folder, or remove this one "
            "(`make clean` removes ./warehouse)."
        )


def record_origin(settings: Settings) -> None:
    """Write down in the warehouse folder what it is built from, before anything is landed in it."""
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    record = {"built_from": origin_of(settings.landing)}
    write_durably(settings.warehouse / RECORD, json.dumps(record).encode())


def recorded_origin(settings: Settings) -> str | None:
    """What the warehouse was built from; None for a new warehouse."""
    record = settings.warehouse / RECORD
    if not record.exists():
        return None
    return str(json.loads(record.read_text(encoding="utf-8"))["built_from"])


def origin_of(folder: Path) -> str:
    """What the generator of an invented company wrote into the folder's marker, else `own files`."""
    marker = folder / MARKER
    return marker.read_text(encoding="utf-8").strip() if marker.exists() else OWN


def is_invented(settings: Settings) -> bool:
    """Whether the landing folder is an invented company's."""
    return origin_of(settings.landing) != OWN


def holds_files(folder: Path) -> bool:
    """Whether a folder holds an export at any depth; hidden files and the guides that `init` writes are none."""
    return any(
        not name.lower().startswith((".", "readme"))
        for _, _, names in os.walk(folder)
        for name in names
    )


def _in_words(origin: str | None) -> str:
    return "files of your own" if origin == OWN else "an invented company's files"
