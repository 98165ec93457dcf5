"""A company in a folder of its own, driven from outside through the command line and environment variables."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Company:
    """Landing folder and registers somewhere, a warehouse and dbt's target in `folder`."""

    folder: Path
    landing: Path
    seeds: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def published_file(self) -> Path:
        return self.warehouse / "published" / "chargeback.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("CHARGEBACK_")
        }
        return kept | {
            "CHARGEBACK_LANDING": str(self.landing),
            "CHARGEBACK_SEEDS": str(self.seeds),
            "CHARGEBACK_WAREHOUSE": str(self.warehouse),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            # Suites have tests of their own; importing Great Expectations takes each process seconds.
            "CHARGEBACK_EXPECTATIONS": "off",
        }

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and hand it over while it runs."""
        return subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def chargeback(self, *arguments: str, expected_exit: int = 0) -> str:
        """Run a command to its end and return what it printed."""
        with self.begin(*arguments) as process:
            printed, _ = process.communicate()
        assert process.returncode == expected_exit, printed
        return printed

    def chargeback_json(self, *arguments: str) -> dict[str, Any]:
        """Run a command that prints JSON, and nothing else, to standard output."""
        printed = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments, "--json"],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        parsed: dict[str, Any] = json.loads(printed)
        return parsed

    def report(self) -> dict[str, Any]:
        """The report on what is published."""
        return self.chargeback_json("report")

    def publication(self) -> dict[str, Any]:
        """The record of what is published."""
        record = self.published_file.with_name("publication.json").read_text(encoding="utf-8")
        parsed: dict[str, Any] = json.loads(record)
        return parsed

    @contextmanager
    def published(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A reader's connection."""
        with duckdb.connect(self.published_file, read_only=True) as connection:
            yield connection


def small_company(folder: Path) -> Company:
    """Generate the tiny second company: euro, two platforms, no optional columns, codes with leading zeros."""
    subprocess.run(
        [
            sys.executable,
            "sample/generate.py",
            "--company",
            "small",
            "--out",
            str(folder / "files"),
        ],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    return Company(folder, folder / "files" / "landing", folder / "files" / "seeds")
