"""Files that enter the landing folder together: all of a pull or of a copy, or none of it.

An arrival is written into a hidden folder of the landing folder, which no landing reads. One rename declares it whole;
then its files are moved to their places under the writer lock. What a crash interrupts in that move, the next landing
finishes before it looks at any file, so that no landing ever sees half an arrival.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import RefusalError
from orchestration.landing.files import sync_file, sync_folder

ARRIVALS = ".arrivals"
_WHOLE = "whole-"
_UNFINISHED = "unfinished-"
_MANIFEST = re.compile(r"manifest\.json$", re.IGNORECASE)
# What a vendor tells names people and keys, before anything is masked: for the owner's eyes alone.
_FILE_MODE = 0o600


class Arrival:
    """An arrival while its files are written. Names are paths below the landing folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """Where to write the file that shall stand under this name; its folders are there."""
        path = self._folder / name
        if ".." in Path(name).parts or Path(name).is_absolute() or path == self._folder:
            raise ValueError(f"{name!r} is no path below the landing folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole, readable by its owner alone."""
        path = self.path(name)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb"
        ) as file:
            file.write(content)


@contextmanager
def one_at_a_time(landing: Path, name: str) -> Iterator[None]:
    """Hold the lock of what fills the landing folder under a name, such as `openai`; remove what it left unfinished.

    Raises RefusalError where another process holds it, or the landing folder cannot be written.
    """
    root = landing / ARRIVALS
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / f"{name}.lock").open("a")
    except OSError as error:
        raise RefusalError(
            f"{landing} cannot be written ({error.strerror}). Make the folder writable, or set CHARGEBACK_LANDING to "
            "the one that your exports go to."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RefusalError(
                f"Another process is pulling {name} into {landing}; wait until it has finished.", 1
            ) from error
        for left in root.glob(f"{_UNFINISHED}*-{name}"):
            shutil.rmtree(left)
        yield


@contextmanager
def arrival(landing: Path, name: str) -> Iterator[Arrival]:
    """Write files that arrive together: they are there once the block ends, and none of them where it fails."""
    folder = _numbered_folder(landing / ARRIVALS, name)
    try:
        yield Arrival(folder)
        for path in folder.rglob("*"):
            if path.is_dir():
                sync_folder(path)
            else:
                sync_file(path)
        if any(folder.iterdir()):
            sync_folder(folder)
            folder.rename(folder.with_name(folder.name.replace(_UNFINISHED, _WHOLE, 1)))
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(landing: Path) -> int:
    """Move the files of every whole arrival to their places, older arrivals first; returns how many files.

    The caller holds the writer lock.
    """
    count = 0
    for folder in sorted((landing / ARRIVALS).glob(f"{_WHOLE}*")):
        files = [path for path in folder.rglob("*") if path.is_file()]
        # A person who looks in between finds no manifest without its files.
        for path in sorted(files, key=lambda path: (bool(_MANIFEST.search(path.name)), str(path))):
            target = landing / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            _move(path, target)
            count += 1
        for parent in {(landing / path.relative_to(folder)).parent for path in files}:
            sync_folder(parent)
        shutil.rmtree(folder)
    return count


def has_arrived(landing: Path, folder: str, pattern: str) -> bool:
    """Whether a file like this stands in a folder of the landing folder, or waits to be put there."""
    waiting = (landing / ARRIVALS).glob(f"{_WHOLE}*/{folder}")
    return any(any(place.rglob(pattern)) for place in (landing / folder, *waiting))


def has_file(landing: Path, name: str) -> bool:
    """Whether the file of this name stands in the landing folder, or waits to be put there."""
    waiting = (landing / ARRIVALS).glob(f"{_WHOLE}*")
    return (landing / name).is_file() or any((folder / name).is_file() for folder in waiting)


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        # A source's folder may be a disk of its own, mounted there.
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name}.new")
        shutil.copy2(path, beside)
        sync_file(beside)
        beside.replace(target)


def _numbered_folder(root: Path, name: str) -> Path:
    """A new folder whose name sorts after those of earlier arrivals."""
    root.mkdir(parents=True, exist_ok=True)
    while True:
        numbers = [
            int(found[1])
            for path in root.iterdir()
            if (found := re.match(r"[a-z]+-(\d+)-", path.name))
        ]
        folder = root / f"{_UNFINISHED}{max(numbers, default=0) + 1:08d}-{name}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
