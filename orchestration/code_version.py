"""Which code made a publication: the package's version, and one hash over everything that decides figures.

Not git's commit: a warehouse also runs from an unpacked archive, and with local changes that no commit names.
"""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from pathlib import Path

from orchestration.landing.files import sha256_of
from orchestration.settings import PROJECT_ROOT

_FOLDERS = ("macros", "models", "orchestration", "tests/generic", "tests/singular")
_FILES = ("dbt_project.yml", "profiles/profiles.yml")
_LEFT_OUT = {".pyc"}


@cache
def code_version(root: Path = PROJECT_ROOT) -> dict[str, str]:
    """`version` of the package and `sha256` over names and contents of what decides figures."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    files = [root / name for name in _FILES] + [
        path
        for folder in _FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file() and path.suffix not in _LEFT_OUT and not path.name.startswith(".")
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()} {sha256_of(path)}\n".encode())
    return {"version": project["project"]["version"], "sha256": digest.hexdigest()}
