"""Puts a finished publication in the place readers look at.

    published/
      chargeback.duckdb    hard link to the current publication's file, replaced in one step
      publication.json     likewise
      current, previous    symbolic links to folders below publications/, for the Parquet files
      publications/<publication_id>/{chargeback.duckdb, publication.json, <mart>.parquet}

A reader that has the old file open keeps reading the old one whole; whoever opens the name anew gets the new one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER = "publications"
CURRENT = "current"
PREVIOUS = "previous"


def install(
    finished: Path, published: Path, publication_id: str, top_files: tuple[str, ...]
) -> None:
    """Move a finished folder below `published` under its id and make it the current publication.

    Every step is atomic and the whole is safe to repeat: interrupted anywhere, readers have either the old or
    the new file, and the next publication carries on. The previous publication is kept, older ones are removed.
    """
    folder = published / FOLDER / publication_id
    if folder.exists():
        # The same content was published before: keep the folder that readers may have open.
        shutil.rmtree(finished)
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
        finished.rename(folder)
    for name in top_files:
        _replace_by_link(folder / name, published / name)
    replaced = _target_of(published / CURRENT)
    if replaced not in (None, publication_id):
        _point(published / PREVIOUS, f"{FOLDER}/{replaced}")
    _point(published / CURRENT, f"{FOLDER}/{publication_id}")
    _remove_older(published)


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


def _target_of(link: Path) -> str | None:
    return link.readlink().name if link.is_symlink() else None


def _remove_older(published: Path) -> None:
    kept = {_target_of(published / CURRENT), _target_of(published / PREVIOUS)}
    for folder in (published / FOLDER).iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder)
