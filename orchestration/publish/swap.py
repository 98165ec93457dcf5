"""Puts a finished publication in the place readers look at.

    published/
      chargeback.duckdb    hard link to the current publication's file, replaced in one step
      publication.json     likewise
      history.json         what was published and taken back, see history.py
      current, previous    symbolic links to folders below publications/, for the Parquet files
      publications/<publication_id>/{chargeback.duckdb, publication.json, <mart>.parquet}

A reader that has the old file open keeps reading the old one whole; whoever opens the name anew gets the new one.
Every step is atomic and safe to repeat: interrupted anywhere, readers have either the old or the new file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from orchestration.landing.files import sync_file, sync_folder

FOLDER = "publications"
CURRENT = "current"
PREVIOUS = "previous"
# What is being removed is renamed first, so that a folder with a publication's id is whole.
_REMOVED = ".removed-"


def keep(
    finished: Path, published: Path, publication_id: str, is_whole: Callable[[Path], bool]
) -> Path:
    """Move a finished folder below `published` under its id; readers do not see it yet.

    A folder that is there already holds the same content and stays, since readers may have it open, unless it is
    damaged: then the finished one takes its place.
    """
    folder = published / FOLDER / publication_id
    if folder.exists() and is_whole(folder):
        shutil.rmtree(finished)
        return folder
    if folder.exists():
        _remove(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for file in finished.iterdir():
        if file.is_file():
            sync_file(file)
    sync_folder(finished)
    finished.rename(folder)
    sync_folder(folder.parent)
    return folder


def show(published: Path, publication_id: str, top_files: tuple[str, ...]) -> None:
    """Make a kept publication the one that readers get; the one before is `previous` from now on."""
    for name in top_files:
        _replace_by_link(published / FOLDER / publication_id / name, published / name)
    replaced = target_of(published / CURRENT)
    if replaced not in (None, publication_id):
        _point(published / PREVIOUS, f"{FOLDER}/{replaced}")
    _point(published / CURRENT, f"{FOLDER}/{publication_id}")


def kept(published: Path) -> list[str]:
    """The ids of the publications that are there, in no order that means anything."""
    folder = published / FOLDER
    if not folder.exists():
        return []
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def remove_others(published: Path, wanted: Collection[str]) -> None:
    """Remove every publication but the wanted ones, the current and the previous one."""
    shown = {target_of(published / CURRENT), target_of(published / PREVIOUS)}
    for folder in sorted((published / FOLDER).iterdir()):
        if folder.name.startswith(_REMOVED):
            shutil.rmtree(folder)
        elif folder.name not in wanted and folder.name not in shown:
            _remove(folder)


def _remove(folder: Path) -> None:
    removed = folder.with_name(_REMOVED + folder.name)
    shutil.rmtree(removed, ignore_errors=True)
    folder.rename(removed)
    shutil.rmtree(removed)


def _replace_by_link(source: Path, target: Path) -> None:
    """Put `source` at `target` in one step, without a second copy where the file system has hard links."""
    # rename() does nothing where both names are already one file, and would leave the temporary name behind.
    if target.exists() and target.samefile(source):
        return
    temporary = target.with_name(f".{target.name}.next")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copy2(source, temporary)
    temporary.replace(target)


def _point(link: Path, destination: str) -> None:
    temporary = link.with_name(f".{link.name}.next")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(destination)
    temporary.replace(link)


def target_of(link: Path) -> str | None:
    """The publication that a symbolic link points to; None where there is no link."""
    return link.readlink().name if link.is_symlink() else None
