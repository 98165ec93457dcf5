"""`kill -9` at any instant of land, build, publish and close: afterwards the marts are those of an undisturbed run.

Eight by default, beside those at which landing and closing are killed by tests of their own; `CHARGEBACK_KILLS=100` for
more, `CHARGEBACK_KILL_SEED` for others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.closing_company import closing_company
from tests.end_to_end.company import PROJECT, Company

KILLS = int(os.environ.get("CHARGEBACK_KILLS", "8"))
SEED = int(os.environ.get("CHARGEBACK_KILL_SEED", "7"))


def _killing(company: Company, *arguments: str) -> Any:
    process = subprocess.run(
        [sys.executable, "-m", "tests.failure.killing", *arguments],
        cwd=PROJECT,
        env=company.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def _rows(company: Company) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all marts; publications as far as they do not tell how often a run was tried."""
    found = {}
    with company.published() as connection:
        for (mart,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall():
            # When a month was closed is the one thing that the clock says.
            without = {
                "dim_accounting_periods": "exclude (closed_at)",
                "fct_publications": "exclude (publication_number, was_rolled_back)",
            }.get(mart, "")
            found[mart] = connection.execute(
                f"select * {without} from marts.{mart} order by all"
            ).fetchall()
    return found


def test_killed_again_and_again_the_marts_are_those_of_an_undisturbed_run(tmp_path: Path) -> None:
    undisturbed = closing_company(tmp_path / "undisturbed")
    disturbed = closing_company(tmp_path / "disturbed")
    measured = _killing(undisturbed)
    done = _killing(disturbed, str(KILLS), str(SEED), json.dumps(measured))
    print(f"{KILLS} kills with seed {SEED}: {json.dumps(done)}")
    for verb, kills in done.items():
        assert kills["instant"] == (KILLS // 4 + 1) // 2 or kills["instant"] >= 2, (verb, kills)

    expected, found = _rows(undisturbed), _rows(disturbed)
    assert expected.keys() == found.keys()
    for mart, rows in expected.items():
        if mart == "fct_publications":
            continue
        assert rows == found[mart], mart
    assert undisturbed.publication()["totals"] == disturbed.publication()["totals"]
    for leftover in (".unfinished", ".recompute", ".spill", ".spill-landing"):
        assert not list(disturbed.warehouse.rglob(leftover)), leftover
