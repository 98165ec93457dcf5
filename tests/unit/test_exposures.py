"""The exposures name the marts that the program's own readers read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.settings import PROJECT_ROOT

MARTS = re.compile(r"\b(?:fct|dim)_[a-z0-9_]+")
EXPOSURES: list[dict[str, Any]] = yaml.safe_load(
    (PROJECT_ROOT / "models" / "semantic" / "_exposures.yml").read_text(encoding="utf-8")
)["exposures"]
READERS = ("alerts", "evidence", "export", "report", "statement")


def modules_of(exposure: dict[str, Any]) -> list[str]:
    """The modules that an exposure stands for; none of what reads from outside."""
    return list(exposure.get("config", {}).get("meta", {}).get("modules", []))


@pytest.mark.parametrize(
    "exposure", [e for e in EXPOSURES if modules_of(e)], ids=lambda exposure: exposure["name"]
)
def test_an_exposure_depends_on_what_its_modules_read(exposure: dict[str, Any]) -> None:
    read = {
        mart
        for module in modules_of(exposure)
        for mart in MARTS.findall((PROJECT_ROOT / module).read_text(encoding="utf-8"))
    }
    named = {MARTS.findall(reference)[0] for reference in exposure["depends_on"]}
    assert named == read


def test_every_module_that_reads_marts_is_a_consumer_by_name() -> None:
    named = {module for exposure in EXPOSURES for module in modules_of(exposure)}
    reading = {
        str(path.relative_to(PROJECT_ROOT))
        for folder in READERS
        for path in Path(PROJECT_ROOT / "orchestration" / folder).glob("*.py")
        if MARTS.search(path.read_text(encoding="utf-8"))
    }
    assert reading <= named
