"""A landing that dies at any instant leaves the warehouse as it was before or after a delivery."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.landing import land
from orchestration.settings import Settings, WriterBusyError, writer_lock
from tests.integration.landing.conftest import Company, bill

OLD = "2026-05-01,A1,1,USD,,,,ada,,,"
NEW = "2026-05-01,A1,2,USD,,,,bob,,,"
OTHER = "2026-06-01,A1,3,USD,,,,cat,,,"
ROOT = Path(__file__).parents[3]


def run(company: Company, instant: int) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("landing_process.py")
    folder = company.settings.project_root
    return subprocess.run(
        [sys.executable, str(script), str(folder), str(company.contracts), str(instant)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )


def costs(company: Company) -> list[str]:
    return [row[0] for row in company.ask("select cost from raw.acme__bill order by month_start")]


def test_death_at_any_instant(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(OLD))
    company.land()
    company.drop("acme/bill/b_pulled_20260602T000000Z.csv", bill(NEW, NEW))
    company.drop("acme/bill/c_pulled_20260603T000000Z.csv", bill(OTHER))
    before = company.settings.project_root / "before"
    shutil.copytree(company.settings.warehouse, before)
    counted = run(company, 0)
    assert counted.returncode == 0, counted.stderr
    count = int(counted.stdout)
    final = company.ask("select * exclude (arrived_sequence) from raw.deliveries order by 1")
    assert costs(company) == ["2", "2", "3"]
    # Every instant would take minutes; a stride that shares no factor with the loop's length visits each kind.
    for instant in range(1, count + 1, max(1, count // 16)):
        shutil.rmtree(company.settings.warehouse)
        shutil.copytree(before, company.settings.warehouse)
        assert run(company, instant).returncode == -signal.SIGKILL
        # The state that staging sees is the one before or after the whole landing.
        assert costs(company) in (["1"], ["2", "2", "3"]), instant
        for folder in company.raw.glob("*/[!.]*"):
            assert (folder / "delivery.json").exists(), "a delivery is there whole or not at all"
        company.land()
        assert costs(company) == ["2", "2", "3"], instant
        assert (
            company.ask("select * exclude (arrived_sequence) from raw.deliveries order by 1")
            == final
        )
        assert not list(company.raw.glob("*/.*")), "leftovers are removed"


def test_an_error_in_the_middle_leaves_nothing_behind(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.landing import loader

    def fail(*arguments: object) -> None:
        raise OSError("No space left on device")

    company.drop("acme/bill/a.csv", bill(OLD))
    with monkeypatch.context() as patched:
        patched.setattr(loader, "accept", fail)
        with pytest.raises(OSError, match="No space left"):
            company.land()
    assert not list(company.raw.rglob("*.parquet"))
    company.land()
    assert costs(company) == ["1"]


def test_only_one_writes(company: Company) -> None:
    code = (
        "import sys, pathlib; from orchestration.settings import Settings, writer_lock\n"
        "p = pathlib.Path(sys.argv[1]); s = Settings(p, p, p, p / 'warehouse', '')\n"
        "with writer_lock(s, 'build'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(company.settings.project_root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WriterBusyError, match=f"`chargeback build`.*process {holder.pid} "):
            company.land()
        holder.kill()
    company.land()


def test_the_lock_can_be_held_around_a_landing(company: Company) -> None:
    with writer_lock(company.settings, "run"):
        company.land()


def test_a_lost_work_file_is_made_again(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(OLD))
    company.land()
    company.settings.work_file.unlink()
    result = company.land()
    assert not result.accepted
    assert costs(company) == ["1"]


def test_a_warehouse_that_moved(company: Company, tmp_path: Path) -> None:
    company.drop("acme/bill/a.csv", bill(OLD))
    company.land()
    moved = tmp_path / "elsewhere"
    company.settings.warehouse.rename(moved)
    settings = Settings(tmp_path, company.landing, company.settings.seeds, moved, "a key for tests")
    land(settings, contracts=company.contracts)
    there = Company(settings, company.contracts)
    assert costs(there) == ["1"]
