"""dbt's manifest for Dagster: parsed anew when the project's files are newer, and every test told where it belongs."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.dbt_process import run_dbt
from orchestration.settings import Settings

Manifest = dict[str, Any]

_FOLDERS = ("models", "macros", "tests/generic", "tests/singular", "profiles")


def read_manifest(settings: Settings) -> Manifest:
    """The manifest of the project as it stands. Raises RuntimeError, with dbt's words, where it cannot be parsed."""
    target = settings.project_root / (os.environ.get("DBT_TARGET_PATH") or "target") / "dagster"
    path = target / "chargeback_manifest.json"
    target.mkdir(parents=True, exist_ok=True)
    with (target / ".lock").open("w") as lock:
        # Interface, scheduler and runs are processes of their own: one parses, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists() or path.stat().st_mtime < _changed_at(settings.project_root):
            _parse(settings, target, path)
    manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    attach_tests(manifest)
    return manifest


def attach_tests(manifest: Manifest) -> None:
    """Name, for each test of several models, the one whose asset check it is: the last of them that is built."""
    depth_of = depths(manifest)
    for node in manifest["nodes"].values():
        models = [name for name in node["depends_on"].get("nodes", []) if name in manifest["nodes"]]
        if node["resource_type"] != "test" or node.get("attached_node") or len(models) < 2:
            continue
        last = max(models, key=lambda name: (depth_of[name], name))
        node["config"]["meta"] = node["config"].get("meta", {}) | {
            "dagster": {"ref": {"name": manifest["nodes"][last]["name"]}}
        }


def depths(manifest: Manifest) -> dict[str, int]:
    """How many steps each node is from what has landed: in this order nodes stand after all that they read."""
    found: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in manifest["nodes"]:
            return 0
        if name not in found:
            upstream = manifest["nodes"][name]["depends_on"].get("nodes", [])
            found[name] = 1 + max(map(depth, upstream), default=0)
        return found[name]

    for name in manifest["nodes"]:
        depth(name)
    return found


def _changed_at(project_root: Path) -> float:
    files = [project_root / "dbt_project.yml"]
    for folder in _FOLDERS:
        # A folder's own time tells of files that were removed.
        files += [project_root / folder, *(project_root / folder).rglob("*")]
    return max(file.stat().st_mtime for file in files)


def _parse(settings: Settings, target: Path, path: Path) -> None:
    # A warehouse of its own: to parse is not to write, and takes no lock.
    own = replace(settings, warehouse=target / "warehouse")
    result = run_dbt(own, ["parse"], target="dagster")
    if not result.success:
        raise RuntimeError(f"dbt cannot parse the project: {result.exception}")
    (target / "manifest.json").replace(path)
