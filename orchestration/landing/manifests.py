"""Manifests: which files make one delivery, of what, and from when.

Each kind is a function from a manifest file to a Manifest. `aws_data_exports` reads what AWS writes beside
Data Exports (CUR 2.0, FOCUS) and beside legacy Cost and Usage Reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from orchestration.landing import json_text
from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.discover import LandedFile

_MAXIMUM_BYTES = 64 << 20
_REMEDY = "Copy the export's folder again, data first and manifest last"


@dataclass(frozen=True)
class ListedFile:
    """A file as a manifest lists it; what the manifest does not say is None."""

    key: str
    byte_count: int | None = None
    row_count: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Manifest:
    """One delivery of one export and month, as its manifest states it."""

    file: LandedFile
    export: str
    month: str
    written_at: datetime | None
    files: tuple[ListedFile, ...]
    # The folder that holds this delivery's data files and no other's, where the layout says so.
    folder: str | None = None

    @property
    def scope(self) -> str:
        """What a newer delivery replaces: this export's month."""
        return f"{self.export}|{self.month}"


def aws_data_exports(file: LandedFile) -> Manifest:
    """The manifest of an AWS data export, or of a legacy cost and usage report."""
    document = _document(file)
    listed = tuple(
        _listed(entry)
        for name in ("dataFiles", "reportKeys", "files")
        for entry in _list(document, name)
    )
    if not any(name in document for name in ("dataFiles", "reportKeys", "files")):
        raise RefusedError(Fault(file.name, "the manifest lists no data files", _REMEDY))
    path = PurePosixPath(file.name)
    month = _month(document, path)
    if month is None:
        raise RefusedError(
            Fault(file.name, "the manifest does not tell its billing month", _REMEDY)
        )
    export = document.get("exportName") or document.get("reportName")
    if not isinstance(export, str):
        export = re.sub(r"[-_]?manifest\.json$", "", path.name, flags=re.IGNORECASE)
    # One name may be used in two buckets or accounts: the place of the export is part of what it is.
    parts = path.parts
    root = parts[: parts.index("metadata")] if "metadata" in parts else parts[:1]
    name = "/".join(root) if root and root[-1] == export else "/".join((*root, export))
    return Manifest(
        file=file,
        export=name,
        month=month,
        written_at=_written_at(document, path),
        files=listed,
        folder=_data_folder(path),
    )


KINDS: Mapping[str, Callable[[LandedFile], Manifest]] = {"aws_data_exports": aws_data_exports}


def resolve(key: str, manifest: LandedFile, names: Mapping[str, LandedFile]) -> LandedFile | None:
    """The landed file that a manifest's key means: the longest tail of the key found beside or above the manifest."""
    parts = PurePosixPath(re.sub(r"^s3://[^/]+/", "", key)).parts
    if ".." in parts:
        return None
    for folder in PurePosixPath(manifest.name).parents:
        for start in range(len(parts)):
            name = str(folder.joinpath(*parts[start:]))
            # A bare file name is looked for only in the manifest's own folder.
            if len(parts) - start == 1 and folder != PurePosixPath(manifest.name).parent:
                continue
            if name in names:
                return names[name]
    return None


def _document(file: LandedFile) -> dict[str, Any]:
    if file.byte_count > _MAXIMUM_BYTES:
        raise RefusedError(Fault(file.name, "the manifest is too large to be one", _REMEDY))
    try:
        document = json_text.parse(file.path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        raise RefusedError(
            Fault(file.name, "the manifest is not valid JSON, or cut off", _REMEDY)
        ) from error
    if not isinstance(document, dict):
        raise RefusedError(Fault(file.name, "the manifest is not an object", _REMEDY))
    return document


def _list(document: Mapping[str, Any], name: str) -> Iterator[Any]:
    value = document.get(name)
    if isinstance(value, list):
        yield from value


def _listed(entry: Any) -> ListedFile:
    if isinstance(entry, dict):
        key = next(
            (entry[k] for k in ("key", "path", "s3Uri", "uri", "file", "name") if k in entry), ""
        )
        return ListedFile(
            str(key),
            _number(entry, "byteCount", "size", "sizeBytes", "contentLength"),
            _number(entry, "rowCount", "dataRowCount", "records"),
            str(entry["sha256"]).lower() if "sha256" in entry else None,
        )
    return ListedFile(str(entry))


def _number(entry: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = str(entry.get(name, ""))
        if value.isdecimal():
            return int(value)
    return None


def _month(document: Mapping[str, Any], path: PurePosixPath) -> str | None:
    for part in path.parts:
        found = re.fullmatch(r"billing_period=(\d{4}-\d{2})", part, re.IGNORECASE)
        if found:
            return found[1]
    period = document.get("billingPeriod")
    start = str(period.get("start", "")) if isinstance(period, dict) else str(period or "")
    found = re.match(r"(\d{4})-?(\d{2})", start)
    if found:
        return f"{found[1]}-{found[2]}"
    for part in path.parts:
        found = re.fullmatch(r"(\d{4})(\d{2})\d{2}-\d{8}", part)
        if found:
            return f"{found[1]}-{found[2]}"
    return None


def _written_at(document: Mapping[str, Any], path: PurePosixPath) -> datetime | None:
    for name in (
        "executionTime",
        "executionCompletedAt",
        "createdAt",
        "lastUpdatedAt",
        "generatedAt",
        "timestamp",
    ):
        moment = _moment(str(document.get(name, "")))
        if moment:
            return moment
    for part in reversed(path.parts[:-1]):
        found = re.match(r"\d{4}-?\d{2}-?\d{2}T\d{2}:?\d{2}:?\d{2}(?:\.\d+)?Z?", part)
        if found:
            return _moment(found[0])
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _data_folder(path: PurePosixPath) -> str | None:
    """`…/data/BILLING_PERIOD=…/[execution]` for `…/metadata/BILLING_PERIOD=…/[execution]/x-Manifest.json`."""
    parts = path.parts[:-1]
    if "metadata" not in parts:
        return None
    position = len(parts) - 1 - parts[::-1].index("metadata")
    return "/".join((*parts[:position], "data", *parts[position + 1 :]))
