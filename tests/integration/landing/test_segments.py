"""Large files go through in segments; nobody can tell afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.landing import containers, pipe, sources
from tests.integration.landing.conftest import Company, bill

ROWS = [
    f'2026-05-01,A{number % 7},{number % 5}.10,USD,{number % 3},,,,,"line one\nline ""two"" {number % 4}",'
    for number in range(200)
]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks and segments of a few rows."""
    monkeypatch.setattr(containers, "BLOCK", 100)
    monkeypatch.setattr(sources, "_CHUNK_BYTES", 200)
    monkeypatch.setattr(pipe, "SEGMENT_BYTES", 1000)


def contents(company: Company) -> list[tuple[object, ...]]:
    return company.ask("select * exclude (_delivery_id) from raw.acme__bill order by _row")


def test_rows_are_numbered_through_and_equal_rows_told_apart(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.drop("acme/bill/a.csv", bill(*ROWS))
    company.land()
    at_once = contents(company)
    assert [row[-4] for row in at_once] == list(range(1, 201))
    assert len({row[-2] for row in at_once}) == 200
    company.settings.work_file.unlink()
    company.raw.rename(company.raw.with_name("set aside"))
    monkeypatch.setattr(containers, "BLOCK", 100)
    monkeypatch.setattr(pipe, "SEGMENT_BYTES", 1000)
    company.land()
    assert len(list(company.raw.rglob("*.parquet"))) > 5
    assert contents(company) == at_once


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (ROWS[150].replace(".10", ",10"), None),
        (ROWS[150].replace("USD", "USX"), "currency"),
        ('2026-05-01,"A"1,1,USD,,,,,,,', None),
    ],
)
def test_faults_are_found_where_they_are(company: Company, bad: str, column: str | None) -> None:
    company.drop("acme/bill/a.csv", bill(*ROWS[:150], bad, *ROWS[151:]))
    company.land()
    assert company.refused()[1:3] == (151, column)


@pytest.mark.usefixtures("tiny")
def test_json_and_people_in_segments(company: Company) -> None:
    lines = [json.dumps({"request": f"r{n}", "tokens": n, "who": f"w{n % 9}"}) for n in range(300)]
    company.drop("acme/log/a.jsonl", "\n".join(lines))
    company.drop(
        "acme/log/b.csv",
        "request,tokens,who\n" + "".join(f"s{n},{n},w{n % 9}\n" for n in range(300)),
    )
    company.land()
    assert company.ask("select count(*), count(distinct who), max(_row) from raw.acme__log") == [
        (600, 9, 300)
    ]


MEASURE = """
import resource, sys
from pathlib import Path
from orchestration.landing import land
from orchestration.settings import Settings
folder = Path(sys.argv[1])
settings = Settings(folder, folder / "landing", folder / "seeds", folder / "warehouse", "a key for tests")
result = land(settings, contracts=folder / "contracts")
print(result.row_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_file(company: Company) -> None:
    filler = ",".join(f"value {number} of a wide export" for number in range(30))
    header = ",".join(f"extra_{number}" for number in range(30))
    row = f"2026-05-01,A1,1.10,USD,1,,,,,note,,{filler}"
    company.drop(
        "acme/bill/a.csv.gz", bill(*[row] * 250_000).replace("line\n", f"line,{header}\n", 1)
    )
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(company.settings.project_root)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
    )
    rows, mebibytes = map(int, run.stdout.split())
    assert rows == 250_000
    # The file is 200 MB of text; a million rows of 131 columns (1.4 GB) took 750 MB.
    assert mebibytes < 1100
