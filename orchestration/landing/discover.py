"""Which files are in a folder, and which source each of them belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from orchestration.landing.checks import Fault
from orchestration.landing.contracts import Table

SIDECAR_ENDING = ".request.json"
_MANIFEST = re.compile(r"(^|[-_./])manifest\.json$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9_]*)>")
# What Spark leaves beside the files that it writes.
_SPARK_MARKS = re.compile(r"_SUCCESS|_(started|committed)_.*")


@dataclass(frozen=True)
class LandedFile:
    """A file of the landing folder (or of the registers); `name` is its path below that folder."""

    path: Path
    name: str
    byte_count: int
    changed_at: int = 0

    def is_as_found(self) -> bool:
        """Whether size and time of change are what they were: a file being copied in changes under our eyes."""
        try:
            status = self.path.stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (self.byte_count, self.changed_at)


@dataclass(frozen=True)
class Claim:
    """A file, the table that declares it, and what the path's placeholders captured, in the table's order."""

    table: Table
    file: LandedFile
    captured: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discovery:
    """What a folder holds: claims per file (several where globs overlap), side files, and what cannot be read."""

    claims: dict[LandedFile, tuple[Claim, ...]]
    sidecars: dict[str, LandedFile]
    manifests: tuple[LandedFile, ...]
    faults: tuple[Fault, ...]


def discover(root: Path, tables: Sequence[Table], report_unclaimed: bool = True) -> Discovery:
    """Sort every file below `root`, by name; links are followed only to files inside `root`."""
    claims: dict[LandedFile, tuple[Claim, ...]] = {}
    sidecars: dict[str, LandedFile] = {}
    manifests: list[LandedFile] = []
    faults: list[Fault] = []
    has_manifests = any(table.unit == "manifest" for table in tables)
    for file, fault in _walk(root):
        if fault is not None:
            if report_unclaimed or _claims(file, tables):
                faults.append(fault)
        elif file.name.endswith(SIDECAR_ENDING):
            sidecars[file.name.removesuffix(SIDECAR_ENDING)] = file
        elif has_manifests and _MANIFEST.search(file.name):
            manifests.append(file)
        else:
            found = _claims(file, tables)
            if found:
                claims[file] = found
            elif report_unclaimed:
                faults.append(
                    Fault(
                        file.name,
                        "no source declares this file",
                        "Move it to the folder of its source (README, landing folder) or declare the source in "
                        "orchestration/contracts, then land again",
                    )
                )
    return Discovery(claims, sidecars, tuple(manifests), tuple(faults))


def _walk(root: Path) -> Iterator[tuple[LandedFile, Fault | None]]:
    """Each file that is not hidden, a README or a mark of Spark's, with why it may not be opened; sorted by name."""
    inside = root.resolve()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted([*names, *links]):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if name.startswith(".") or name.upper().split(".")[0] == "README":
                continue
            if _SPARK_MARKS.fullmatch(name):
                continue
            yield _entry(path, relative, inside)


def _entry(path: Path, name: str, inside: Path) -> tuple[LandedFile, Fault | None]:
    remedy = "Put the file itself into the landing folder"
    try:
        target = path.resolve(strict=True)
        status = target.stat()
        file = LandedFile(path, name, status.st_size, status.st_mtime_ns)
    except (OSError, RuntimeError):
        return LandedFile(path, name, 0), Fault(
            name, "a link that leads nowhere, or cannot be read", remedy
        )
    if not target.is_relative_to(inside):
        return file, Fault(name, "a link that leaves the landing folder", remedy)
    if not target.is_file():
        return file, Fault(name, "not an ordinary file", remedy)
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in name):
        printable = name.encode("utf-8", "replace").decode()
        return file, Fault(
            re.sub(r"[\x00-\x1f]", "?", printable),
            "the name holds control characters or is not UTF-8",
            "Rename the file",
        )
    return file, None


def _claims(file: LandedFile, tables: Iterable[Table]) -> tuple[Claim, ...]:
    found = []
    for table in tables:
        for glob in table.files:
            match = compiled_glob(glob).fullmatch(file.name)
            if match:
                groups = match.groupdict()
                found.append(
                    Claim(table, file, tuple(groups.get(n) or "" for n in table.placeholders))
                )
                break
    return tuple(found)


@lru_cache(maxsize=4096)
def compiled_glob(glob: str) -> re.Pattern[str]:
    """A glob as a pattern: `*` and `?` within a segment, `**` any depth, `<name>` one captured segment."""
    segments = []
    parts = glob.split("/")
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == "**":
            segments.append("(?:[^/]+/)*" + ("[^/]+" if last else ""))
            continue
        pattern = ""
        for piece in re.split(r"(\*|\?|<[a-z][a-z0-9_]*>)", part):
            placeholder = _PLACEHOLDER.fullmatch(piece)
            if placeholder:
                pattern += f"(?P<{placeholder[1]}>[^/]+)"
            elif piece in ("*", "?"):
                pattern += "[^/]*" if piece == "*" else "[^/]"
            else:
                pattern += re.escape(piece)
        segments.append(pattern + ("" if last else "/"))
    return re.compile("".join(segments), re.IGNORECASE)
