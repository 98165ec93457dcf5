"""Files grouped to deliveries: one file, all pages of one pull, or what a manifest lists."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestration.landing import json_text
from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.containers import unopened
from orchestration.landing.contracts import Table
from orchestration.landing.discover import Claim, LandedFile, compiled_glob
from orchestration.landing.files import sha256_of
from orchestration.landing.manifests import Manifest, resolve

_PULLED = re.compile(r"pulled_(\d{8}T\d{6})Z", re.IGNORECASE)
_DATED = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass(frozen=True)
class Candidate:
    """A delivery that is not accepted yet: its files in order, each with its SHA-256.

    `faults` were found before any file was opened.
    """

    table: Table
    claims: tuple[Claim, ...]
    hashes: tuple[str, ...]
    delivered_at: datetime | None = None
    manifest: Manifest | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def identity(self) -> str:
        """Equal for what says the same thing: table, path placeholders, content, and the time where that matters."""
        table = self.table
        parts = [table.qualified]
        # A list that is pulled again unchanged is another snapshot; a bill that is dropped twice is one bill.
        if table.role == "list" or table.replaces.scope not in ("nothing", "key"):
            parts.append(str(self.delivered_at))
        if self.manifest is not None:
            parts.append(self.manifest.scope)
        pairs = zip(self.claims, self.hashes, strict=True)
        parts += sorted({"|".join((digest, *claim.captured)) for claim, digest in pairs})
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


@dataclass
class Sidecar:
    """What was asked for when a file was pulled."""

    pulled_at: datetime | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


def read_sidecar(file: LandedFile) -> Sidecar:
    """The request that a `.request.json` file describes."""
    remedy = "Write the request's endpoint, parameters and pulled_at as one JSON object, or remove the file"
    try:
        document = json_text.parse(file.path.read_bytes()[: 4 << 20].decode("utf-8-sig"))
    except ValueError as error:
        raise RefusedError(
            Fault(file.name, "the request file is not valid JSON", remedy)
        ) from error
    if not isinstance(document, dict):
        raise RefusedError(Fault(file.name, "the request file is not an object", remedy))
    parameters = document.get("parameters") or document.get("params") or {}
    if not isinstance(parameters, dict):
        parameters = {}
    pulled_at = None
    if document.get("pulled_at"):
        try:
            moment = datetime.fromisoformat(str(document["pulled_at"]))
        except ValueError as error:
            raise RefusedError(
                Fault(file.name, "pulled_at is not an ISO 8601 time", remedy)
            ) from error
        pulled_at = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return Sidecar(pulled_at, {**document, **parameters})


def stamp_of(name: str) -> datetime | None:
    """The time in a file's name: `pulled_YYYYMMDDTHHMMSSZ`."""
    found = _PULLED.search(name.rsplit("/", 1)[-1]) or _PULLED.search(name)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S")
    except ValueError:
        return None


def dated(name: str) -> datetime | None:
    """The day in a snapshot's name, such as `seats_2026-05-31.json`."""
    found = _DATED.search(name.rsplit("/", 1)[-1])
    try:
        return datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def group(
    claims: Sequence[Claim],
    sidecars: Mapping[str, LandedFile],
    manifests: Sequence[Manifest],
) -> tuple[list[Candidate], list[Fault]]:
    """The candidates of all claims, and the faults of files that belong to none."""
    candidates: list[Candidate] = []
    faults: list[Fault] = []
    taken: set[str] = set()
    manifested = [claim for claim in claims if claim.table.unit == "manifest"]
    if manifests:
        found, taken, faults = _by_manifest(manifested, manifests)
        candidates += found
    pulls: dict[tuple[str, datetime], list[tuple[Claim, Sidecar]]] = {}
    for claim in claims:
        table = claim.table
        if claim.file.name in taken:
            continue
        if table.unit == "manifest" and not _stands_alone(claim):
            faults.append(
                Fault(
                    claim.file.name,
                    "no manifest names this file",
                    "Copy the export's manifest too: a delivery counts once it is there. A file that never had one "
                    "goes in its source's folder for single files, as README.md names it",
                )
            )
            continue
        try:
            sidecar = _sidecar_of(claim.file, sidecars)
        except RefusedError as error:
            candidates.append(_candidate(table, [claim], None, faults=error.faults))
            continue
        moment = sidecar.pulled_at or stamp_of(claim.file.name)
        # Single files beside a tree of manifests may be parts of one delivery too.
        if table.unit in ("pull", "manifest") and moment is not None:
            pulls.setdefault((table.qualified, moment), []).append((claim, sidecar))
            continue
        if moment is None and table.role == "list":
            moment = dated(claim.file.name)
        candidates.append(_candidate(table, [claim], moment))
    for (_, moment), members in pulls.items():
        of_pull = [claim for claim, _ in members]
        candidates.append(
            _candidate(of_pull[0].table, of_pull, moment, faults=_inconsistencies(members))
        )
    return candidates, faults


def _stands_alone(claim: Claim) -> bool:
    """Whether a file without a manifest counts: outside the trees that exports write, in a folder for single files.

    Such a folder is one that a glob names; in a tree a file is below `data`, or below a folder of days or of a year.
    """
    name = claim.file.name
    folders = name.split("/")[:-1]
    in_tree = "data" in folders or any(
        re.fullmatch(r"\d{8}-\d{8}|year=\d{4}", part, re.IGNORECASE) for part in folders
    )
    named = any(
        compiled_glob(glob).fullmatch(name)
        for glob in claim.table.files
        if glob.split("/")[1:2] != ["**"]
    )
    return named and not in_tree and not claim.table.needs_manifest


def _candidate(
    table: Table,
    claims: Sequence[Claim],
    delivered_at: datetime | None,
    manifest: Manifest | None = None,
    faults: Sequence[Fault] = (),
) -> Candidate:
    ordered = tuple(sorted(claims, key=lambda claim: natural(claim.file.name)))
    hashes = []
    problems = list(faults)
    for claim in ordered:
        try:
            hashes.append(sha256_of(claim.file.path))
        except OSError as error:
            hashes.append("")
            problems += unopened(claim.file.name, error).faults
    return Candidate(table, ordered, tuple(hashes), delivered_at, manifest, tuple(problems))


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key under which page 10 comes after page 2."""
    return tuple(
        (int(piece), "") if piece.isdecimal() else (-1, piece)
        for piece in re.split(r"(\d+)", name)
        if piece
    )


def _sidecar_of(file: LandedFile, sidecars: Mapping[str, LandedFile]) -> Sidecar:
    stem = re.sub(r"(\.jsonl|\.ndjson|\.json|\.csv|\.parquet)(\.gz|\.zst|\.zip)?$", "", file.name)
    for name in (file.name, stem, re.sub(r"[._-](?:page|part)[._-]?\d+$", "", stem)):
        if name in sidecars:
            return read_sidecar(sidecars[name])
    return Sidecar()


def _inconsistencies(members: Sequence[tuple[Claim, Sidecar]]) -> list[Fault]:
    faults = []
    table = members[0][0].table
    for parameter in table.consistent:
        first: tuple[str, str] | None = None
        for claim, sidecar in members:
            if parameter not in sidecar.parameters:
                continue
            value = _parameter(sidecar.parameters[parameter])
            if first is None:
                first = (claim.file.name, value)
            elif value != first[1]:
                faults.append(
                    Fault(
                        claim.file.name,
                        f"was pulled with {parameter} `{value}`, but {first[0]} of the same pull with `{first[1]}`",
                        f"Pull all pages of a pull with the same {parameter}",
                    )
                )
    return faults


def _parameter(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(sorted(str(item) for item in value))
    if isinstance(value, str):
        return ",".join(sorted(part.strip() for part in value.split(",")))
    return json_text.dump(value)


def _by_manifest(
    claims: Sequence[Claim], manifests: Sequence[Manifest]
) -> tuple[list[Candidate], set[str], list[Fault]]:
    names = {claim.file.name: claim.file for claim in claims}
    by_name = {claim.file.name: claim for claim in claims}
    candidates: list[Candidate] = []
    faults: list[Fault] = []
    taken: set[str] = set()
    read = [
        (
            manifest,
            {entry.key: resolve(entry.key, manifest.file, names) for entry in manifest.files},
        )
        for manifest in manifests
    ]
    listed = {file.name for _, found in read for file in found.values() if file is not None}
    # The same content under two manifests (the latest copied beside its execution) is one delivery.
    for manifest, found in sorted(read, key=lambda pair: natural(pair[0].file.name)):
        members = [by_name[file.name] for file in found.values() if file is not None]
        taken |= {claim.file.name for claim in members}
        if manifest.is_kept_copy:
            continue
        problems = _mismatches(manifest, found, names, listed)
        tables = {claim.table.qualified: claim.table for claim in members}
        if not members:
            if problems or not manifest.may_be_empty:
                faults += problems or _empty_run(manifest)
            continue
        if len(tables) > 1:
            reason = f"lists files of several sources: {', '.join(sorted(tables))}"
            problems.append(
                Fault(manifest.file.name, reason, "Check that all files of the export are alike")
            )
        candidates.append(
            _candidate(members[0].table, members, manifest.written_at, manifest, problems)
        )
    return candidates, taken, faults


def _mismatches(
    manifest: Manifest,
    found: Mapping[str, LandedFile | None],
    names: Mapping[str, LandedFile],
    listed: set[str],
) -> list[Fault]:
    remedy = "Copy the export's folder again, data first and manifest last"
    faults = []
    for entry in manifest.files:
        file = found[entry.key]
        tail = entry.key.rsplit("/", 1)[-1]
        if file is None:
            faults.append(
                Fault(manifest.file.name, f"the manifest lists {tail}, which is not there", remedy)
            )
        elif entry.byte_count is not None and entry.byte_count != file.byte_count:
            reason = f"has {file.byte_count} bytes, but the manifest says {entry.byte_count}"
            faults.append(Fault(file.name, reason, remedy))
        elif entry.sha256 is not None and entry.sha256 != sha256_of(file.path):
            faults.append(Fault(file.name, "has another SHA-256 than the manifest says", remedy))
    if manifest.folder is not None:
        prefix = f"{manifest.folder}/"
        for name in sorted(names):
            if name.startswith(prefix) and "/" not in name[len(prefix) :] and name not in listed:
                reason = "stands among the files of a delivery, but its manifest does not list it"
                faults.append(Fault(name, reason, remedy))
    return faults


def _empty_run(manifest: Manifest) -> list[Fault]:
    reason = (
        f"the manifest lists no files for {manifest.month}, so nothing says that the month is empty"
    )
    return [
        Fault(
            manifest.file.name,
            reason,
            "Check the export; an earlier delivery of the month stays in force",
        )
    ]
