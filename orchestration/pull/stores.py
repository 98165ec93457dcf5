"""Object stores: exports in Amazon S3, Azure Blob Storage, Google Cloud Storage or a mounted folder, as they are.

Which store goes into which folder is declared in the YAML file that CHARGEBACK_STORES names. Only what is new or has
changed is copied, and all of it arrives together: a delivery with a manifest comes with its manifest. Keys are found
where each vendor's own tools find them, in the environment or on the machine.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from orchestration.errors import RefusalError
from orchestration.landing.arrivals import ARRIVALS, arrival, has_file, one_at_a_time
from orchestration.landing.contracts import load_contracts
from orchestration.landing.files import write_durably
from orchestration.landing.masking import mask_text
from orchestration.pull.client import PullError
from orchestration.pull.pulling import put_pulled_in_place, refuse_invented
from orchestration.settings import PROJECT_ROOT, Settings

VARIABLE = "CHARGEBACK_STORES"
PROTOCOLS = ("s3", "az", "abfs", "abfss", "gs", "gcs", "file", "memory")
# How often a store is looked through until nothing has changed while it was copied.
MAXIMUM_ROUNDS = 5
# What says that an object is another one now, whichever a store has; the size comes besides.
_VERSIONS = (
    *("ETag", "etag", "generation", "md5Hash", "mtime"),
    *("LastModified", "last_modified", "updated", "created"),
)


@dataclass(frozen=True)
class Store:
    """A folder of a store, such as `s3://bills/export`, and the folder below the landing folder that mirrors it."""

    address: str
    folder: str


@dataclass(frozen=True)
class StoreResult:
    """What a copy did. `is_in_place` is false while another command writes: the next landing takes it then."""

    store: Store
    copied_count: int
    byte_count: int
    unchanged_count: int
    notes: tuple[str, ...]
    is_in_place: bool


def declared_stores(environment: Mapping[str, str] = os.environ) -> tuple[Store, ...]:
    """The stores of the file that CHARGEBACK_STORES names; none where it is unset. Raises RefusalError for faults."""
    named = environment.get(VARIABLE)
    if not named:
        return ()
    path = PROJECT_ROOT / named
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RefusalError(
            f"{VARIABLE} names {path}, which cannot be read: {error.strerror}."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RefusalError(
            f"{path} is not valid YAML; docs/pulls.md shows how it looks."
        ) from error
    entries = document.get("stores") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise RefusalError(f"{path}: expected a list under `stores:`, as docs/pulls.md shows it.")
    stores = tuple(
        _store(entry, f"{path}: entry {number}", _platforms())
        for number, entry in enumerate(entries, start=1)
    )
    folders = [store.folder for store in stores]
    for folder in folders:
        if folders.count(folder) > 1:
            raise RefusalError(
                f"{path}: two stores go into {folder}; give each a folder of its own."
            )
    return stores


def pull_store(settings: Settings, store: Store) -> StoreResult:
    """Copy what is new or has changed. Safe to repeat. Raises PullError; then nothing of it has arrived."""
    refuse_invented(settings)
    files, root = _file_system(store)
    name = f"store-{hashlib.sha256(f'{store.address} {store.folder}'.encode()).hexdigest()[:12]}"
    record = settings.landing / ARRIVALS / f"{name}.json"
    with one_at_a_time(settings.landing, name):
        known: dict[str, str] = _read(record)
        try:
            copied, byte_count, listed, notes = _copy(
                settings.landing, store, files, root, name, known
            )
        except PullError:
            raise
        except Exception as error:  # each store's library has errors of its own
            words = mask_text(" ".join(str(error).split()), lambda person: "…")[:300]
            raise PullError(
                f"{store.address}: {type(error).__name__}: {words}. Nothing of it has arrived.",
                may_pass=not isinstance(error, PermissionError | FileNotFoundError),
            ) from None
        # Only now: what a crash loses here is copied again, and lands as what is there already.
        write_durably(record, json.dumps(listed, indent=1).encode(), mode=0o600)
        in_place = put_pulled_in_place(settings)
    return StoreResult(
        store, copied, byte_count, len(listed) - copied, tuple(notes), is_in_place=in_place
    )


def _copy(
    landing: Path, store: Store, files: Any, root: str, name: str, known: Mapping[str, str]
) -> tuple[int, int, dict[str, str], list[str]]:
    """Copy until the store is as it was before the last look; the count, bytes, versions by name, and notes."""
    sizes: dict[str, int] = {}
    staged: dict[str, str] = {}
    with arrival(landing, name) as arriving:
        for _ in range(MAXIMUM_ROUNDS):
            listed, notes = _listed(files, root)
            if not listed:
                raise PullError(
                    f"{store.address} holds no files. Look whether the address is right."
                )
            changed = [
                entry
                for entry in listed
                if staged.get(entry.name, known.get(entry.name)) != entry.version
                or not (entry.name in staged or has_file(landing, f"{store.folder}/{entry.name}"))
            ]
            if not changed:
                return (
                    len(staged),
                    sum(sizes.values()),
                    {entry.name: entry.version for entry in listed},
                    notes,
                )
            for entry in changed:
                path = arriving.path(f"{store.folder}/{entry.name}")
                files.get_file(entry.key, str(path))
                path.chmod(0o600)
                sizes[entry.name] = path.stat().st_size
                if entry.byte_count not in (None, sizes[entry.name]):
                    raise PullError(
                        f"{store.address}: {entry.name} has {entry.byte_count} bytes there, but {sizes[entry.name]} "
                        "came. Nothing of it has arrived.",
                        may_pass=True,
                    )
                staged[entry.name] = entry.version
        raise PullError(
            f"{store.address} is being written to: it changed with each of {MAXIMUM_ROUNDS} looks. Pull it again "
            "later.",
            may_pass=True,
        )


@dataclass(frozen=True)
class _Entry:
    key: str
    name: str
    version: str
    byte_count: int | None


def _listed(files: Any, root: str) -> tuple[list[_Entry], list[str]]:
    files.invalidate_cache()
    entries: list[_Entry] = []
    notes: list[str] = []
    for key, details in sorted(files.find(root, detail=True).items()):
        name = key.removeprefix(root).lstrip("/") or PurePosixPath(key).name
        parts = name.split("/")
        if details.get("type") == "directory" or name.endswith("/"):
            continue
        # Hidden and temporary files are nobody's export, and no landing reads them.
        if any(part.startswith(".") and part not in (".", "..") for part in parts):
            continue
        if not _is_safe(parts):
            notes.append(f"left out {name[:120]!r}: no name for a file below the landing folder")
            continue
        found = next((details[field] for field in _VERSIONS if details.get(field) is not None), "")
        size = details.get("size")
        entries.append(_Entry(key, name, f"{size} {found}", None if size is None else int(size)))
    return entries, notes


def _is_safe(parts: list[str]) -> bool:
    return all(
        part not in ("", ".", "..")
        and "\\" not in part
        and part.isprintable()
        and len(part.encode("utf-8", "replace")) <= 255
        for part in parts
    )


def _file_system(store: Store) -> tuple[Any, str]:
    """What reads a store, and where in it the folder is."""
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(store.address)
        return files, str(root).rstrip("/")
    except ImportError as error:
        raise RefusalError(
            f"{store.address} needs a library that is not installed: `make stores` sets it up.", 1
        ) from error
    except Exception as error:  # such as an account that is named nowhere
        raise PullError(f"{store.address}: {type(error).__name__}: {error}") from None


@cache
def _platforms() -> set[str]:
    return {table.platform for table in load_contracts() if table.root == "landing"}


def _store(entry: Any, at: str, platforms: set[str]) -> Store:
    if not isinstance(entry, dict) or set(entry) != {"store", "folder"}:
        raise RefusalError(f"{at}: expected `store` and `folder`, and nothing besides.")
    address, folder = str(entry["store"]).strip(), str(entry["folder"]).strip().strip("/")
    if address.split("://", 1)[0] not in PROTOCOLS or "://" not in address:
        raise RefusalError(
            f"{at}: {address[:60]!r} begins with none of {', '.join(f'{p}://' for p in PROTOCOLS[:-1])}."
        )
    host = address.split("://", 1)[1].split("/", 1)[0]
    if "?" in address or ("@" in host and ":" in host.split("@")[0]):
        raise RefusalError(
            f"{at}: the address holds more than a place. Keys belong in the environment, as docs/pulls.md says."
        )
    parts = folder.split("/")
    if not _is_safe(parts) or any(part.startswith(".") for part in parts):
        raise RefusalError(f"{at}: `folder` must be a folder below the landing folder.")
    if parts[0] not in platforms:
        raise RefusalError(
            f"{at}: no source has the folder {parts[0]!r}; there are {', '.join(sorted(platforms))}."
        )
    return Store(address, folder)


def _read(record: Path) -> dict[str, str]:
    try:
        document = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
