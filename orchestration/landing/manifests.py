"""Manifests: which files make one delivery, of what, and from when.

Each kind is a function from a manifest file to a Manifest. `aws_data_exports` reads what AWS writes beside
Data Exports (CUR 2.0, FOCUS) and beside legacy Cost and Usage Reports, `azure_cost_management` what Azure writes beside
each run of an export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from orchestration.landing import json_text
from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.contracts import Table
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
    # Which dataset it is, where one kind of manifest tells several apart.
    dataset: str | None = None
    # Whether another manifest says which of the deliveries that are kept beside each other counts.
    is_kept_copy: bool = False
    # Whether a run without files is an ordinary one, which replaces nothing.
    may_be_empty: bool = False

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


def azure_cost_management(file: LandedFile) -> Manifest:
    """The manifest of one run of an Azure Cost Management export.

    A run of a whole month, to date or to its end, replaces any other of the same scope and dataset, whichever export
    made it and in whichever version of the columns: a daily export of the running month and a monthly one of the last
    are the usual pair. A run of part of a month, or of several, replaces only runs of the same days.
    """
    document = _document(file)
    path = PurePosixPath(file.name)
    config, run = _mapping(document, "exportConfig"), _mapping(document, "runInfo")
    start, end = _moment(str(run.get("startDate"))), _moment(str(run.get("endDate")))
    if start is None or end is None:
        start, end = _range_in(path)
    if start is None or end is None:
        raise RefusedError(
            Fault(file.name, "the manifest does not tell the days it is about", _REMEDY)
        )
    dataset = _azure_dataset(document, path)
    if dataset is None:
        reason = (
            "neither the manifest nor its path says whether this is actual, amortized or FOCUS cost"
        )
        remedy = "Put the export's folder below azure/actual, azure/amortized or azure/focus"
        raise RefusedError(Fault(file.name, reason, remedy))
    resource = str(config.get("resourceId") or "").lower()
    scope = resource.split("/providers/microsoft.costmanagement/")[0] or _above_range(path)
    month = f"{start:%Y-%m}"
    last = _next_month(start) - timedelta(days=1)
    is_custom = str(config.get("timeFrame") or config.get("timeframe") or "").lower() == "custom"
    is_whole = start.day == 1 and end <= _next_month(start) and not (is_custom and end < last)
    if not is_whole:
        month = f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"
    return Manifest(
        file=file,
        export=f"{scope} {dataset}",
        month=month,
        written_at=_moment(str(run.get("submittedTime"))) or _run_time_in(path),
        files=tuple(
            ListedFile(
                str(entry.get("blobName", "")),
                _number(entry, "byteCount"),
                _number(entry, "dataRowCount"),
            )
            for entry in _list(document, "blobs")
            if isinstance(entry, dict)
        ),
        folder=path.parent.as_posix(),
        dataset=dataset,
        may_be_empty=True,
    )


KINDS: Mapping[str, Callable[[LandedFile], Manifest]] = {
    "aws_data_exports": aws_data_exports,
    "azure_cost_management": azure_cost_management,
}


def read_manifests(
    files: Sequence[LandedFile], tables: Sequence[Table]
) -> tuple[list[Manifest], list[Fault]]:
    """Each file read as the kind of manifest that the tables of its top folder name."""
    manifests: list[Manifest] = []
    faults: list[Fault] = []
    for file in files:
        kinds = {
            table.manifest_kind
            for table in tables
            if table.manifest_kind is not None
            and any(_may_be_below(file.name, glob) for glob in table.files)
        }
        for kind in sorted(kinds):
            try:
                manifests.append(KINDS[kind](file))
            except RefusedError as error:
                faults += error.faults
    return _with_kept_copies(manifests), faults


def _with_kept_copies(manifests: Sequence[Manifest]) -> list[Manifest]:
    """A legacy report keeps each delivery in a folder of its own; the manifest above them names the newest."""
    names = {manifest.file.name for manifest in manifests}
    marked = []
    for manifest in manifests:
        path = PurePosixPath(manifest.file.name)
        above = path.parent.parent
        is_copy = (
            re.fullmatch(r"\d{8}-\d{8}", above.name) is not None
            and (above / path.name).as_posix() in names
        )
        marked.append(replace(manifest, is_kept_copy=is_copy))
    return marked


def datasets_of(manifests: Sequence[Manifest], names: Mapping[str, LandedFile]) -> dict[str, str]:
    """The dataset of each landed file whose manifest tells it."""
    found = {}
    for manifest in manifests:
        if manifest.dataset is not None:
            for entry in manifest.files:
                file = resolve(entry.key, manifest.file, names)
                if file is not None:
                    found[file.name] = manifest.dataset
    return found


def _may_be_below(name: str, glob: str) -> bool:
    top = glob.split("/")[0]
    return top.lower() == name.split("/")[0].lower() or not re.fullmatch(r"[\w.-]+", top)


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


# What an export calls its dataset, and what the tables do. `Usage` is what older exports call actual cost.
_AZURE_DATASETS = {
    "actualcost": "ActualCost",
    "usage": "ActualCost",
    "amortizedcost": "AmortizedCost",
    "focuscost": "FocusCost",
}


def _azure_dataset(document: Mapping[str, Any], path: PurePosixPath) -> str | None:
    stated = str(_mapping(document, "exportConfig").get("type") or "")
    if stated:
        # Price sheets and reservation details are datasets too, of which no table is made.
        return _AZURE_DATASETS.get(stated.lower(), stated)
    text = path.as_posix().lower()
    words = (("amorti", "AmortizedCost"), ("actual", "ActualCost"), ("focus", "FocusCost"))
    return next((dataset for word, dataset in words if word in text), None)


def _range_in(path: PurePosixPath) -> tuple[datetime | None, datetime | None]:
    """The first and last day in a folder named `20260501-20260531`."""
    for part in path.parts:
        found = re.fullmatch(r"(\d{8})-(\d{8})", part)
        if found:
            return _moment(found[1]), _moment(found[2])
    return None, None


def _above_range(path: PurePosixPath) -> str:
    """The place of the export: the path above the folder of the days."""
    parts = path.parts
    for position, part in enumerate(parts):
        if re.fullmatch(r"\d{8}-\d{8}", part):
            return "/".join(parts[:position])
    return path.parent.as_posix()


def _run_time_in(path: PurePosixPath) -> datetime | None:
    """The time in a folder named `202606020415`."""
    for part in reversed(path.parts[:-1]):
        if re.fullmatch(r"20\d{10}", part):
            return _moment(f"{part[:8]}T{part[8:]}")
    return None


def _next_month(moment: datetime) -> datetime:
    return (moment.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


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
        # Of a legacy report that keeps each delivery: its time.
        "assemblyId",
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
