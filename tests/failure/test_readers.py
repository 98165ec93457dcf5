"""20 readers that open, read and close the published file all the time, while 20 publications come and go."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from orchestration.publish import publish, rollback
from orchestration.settings import PROJECT_ROOT
from tests.unit.synthetic_warehouse import make_warehouse

READERS = 20
PUBLICATIONS = 20


def test_readers_see_no_error_and_no_mixed_state(tmp_path: Path) -> None:
    settings = make_warehouse(tmp_path)
    publish(settings)
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("reader.py")),
                str(settings.published_file),
                str(stop),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(PROJECT_ROOT), "PATH": ""},
        )
        for _ in range(READERS)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "reading\n"
        seconds = []
        for number in range(PUBLICATIONS):
            # Every publication differs from the one before, and each amount in it from the same in any other.
            with duckdb.connect(settings.work_file) as connection:
                for mart in ("fct_allocation_ledger", "fct_focus_cost_and_usage"):
                    connection.execute(
                        f"update marts.{mart} set billed_cost = billed_cost * 2 where billed_cost < 1000000"
                    ) if number % 3 else connection.execute(
                        f"update marts.{mart} set billed_cost = billed_cost / 2 + billed_cost"
                    )
            began = time.monotonic()
            publish(settings)
            if number % 5 == 4:
                rollback(settings)
            seconds.append(time.monotonic() - began)
    finally:
        stop.touch()
    results = []
    for reader in readers:
        printed, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        results.append(json.loads(printed))
    reads = sum(result["reads"] for result in results)
    seen = [result["publications"] for result in results]
    print(
        f"{READERS} readers, {PUBLICATIONS} publications in {sum(seconds):.1f} s: {reads} reads, "
        f"{min(seen)} to {max(seen)} publications seen by a reader, no error"
    )
    assert min(seen) > 1, "every reader saw publications change"
