"""What the command line says and which code it exits with, where it needs no warehouse for it."""

from __future__ import annotations

import fcntl
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from orchestration import cli
from orchestration.build import BuildOutcome, Failure
from orchestration.landing import LandingResult
from orchestration.landing.rawzone import Delivery
from orchestration.settings import PROJECT_ROOT
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty warehouse folder for the sample company's files and registers."""
    monkeypatch.setenv("CHARGEBACK_LANDING", str(PROJECT_ROOT / "sample" / "landing"))
    monkeypatch.setenv("CHARGEBACK_SEEDS", str(PROJECT_ROOT / "seeds"))
    monkeypatch.setenv("CHARGEBACK_WAREHOUSE", str(tmp_path / "warehouse"))
    return tmp_path / "warehouse"


def _exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["chargeback", *arguments])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    return exit_info.value.code


def test_nothing_published_says_what_to_run(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(monkeypatch, "report") == 1
    assert "make run" in capsys.readouterr().err


def test_nothing_landed_says_what_to_run(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _exit_code(monkeypatch, "build") == 1
    assert "chargeback land" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--month", "2026-05"),
        ("aa01", "--cost-centre", "CC-1"),
        ("--cost-centre", "CC-1"),
        ("--identity", "openai:api_key:k"),
        ("--identity", "openai:api_key:k", "--cost-centre", "CC-1", "--month", "2026-05"),
    ],
)
def test_explain_needs_an_id_or_a_cost_centre_and_month(
    arguments: tuple[str, ...],
    warehouse: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _exit_code(monkeypatch, "explain", *arguments) == 2
    assert "--cost-centre and --month" in capsys.readouterr().err


def test_a_second_writer_is_told_who_the_first_is(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse.mkdir()
    with (warehouse / ".writer.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"verb": "build", "process": 17, "host": "here"}')
        lock.flush()
        assert _exit_code(monkeypatch, "publish") == 2
    assert "chargeback build" in capsys.readouterr().err


def test_init_makes_folders_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    company = tmp_path / "our company"
    assert _exit_code(monkeypatch, "init", str(company)) == 0
    assert f"CHARGEBACK_SEEDS='{company}/seeds'" in capsys.readouterr().out
    assert (company / "seeds" / "cost_centres.csv").exists()
    assert _exit_code(monkeypatch, "init", str(company)) == 2


def test_empty_registers_name_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _exit_code(monkeypatch, "init", str(tmp_path / "company"))
    for folder in ("landing", "seeds", "warehouse"):
        monkeypatch.setenv(f"CHARGEBACK_{folder.upper()}", str(tmp_path / "company" / folder))
    assert _exit_code(monkeypatch, "check") == 2
    assert "policy.csv" in capsys.readouterr().out


def test_own_files_with_the_development_key_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("landing", "seeds", "warehouse"):
        monkeypatch.setenv(f"CHARGEBACK_{folder.upper()}", str(tmp_path / folder))
    monkeypatch.delenv("CHARGEBACK_PSEUDONYM_KEY", raising=False)
    _exit_code(monkeypatch, "check")
    assert "CHARGEBACK_PSEUDONYM_KEY" in capsys.readouterr().out


def test_a_failed_build_names_the_test_its_meaning_and_a_row(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = Failure(
        "test", "no charge is lost", "2 rows break it.", "Sums agree.", ("platform=[aws]",)
    )
    monkeypatch.setattr(
        "orchestration.build.build", lambda settings, progress: BuildOutcome(failures=[failure])
    )
    warehouse.mkdir()
    (warehouse / "chargeback.duckdb").touch()
    assert _exit_code(monkeypatch, "build") == 1
    output = capsys.readouterr()
    for words in (
        "no charge is lost",
        "Sums agree.",
        "2 rows break it.",
        "for example platform=[aws]",
    ):
        assert words in output.out
    assert "nothing was published" in output.err


def test_publish_and_report_in_json(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing but JSON goes to standard output."""
    make_warehouse(warehouse.parent)
    assert _exit_code(monkeypatch, "publish") == 0
    capsys.readouterr()
    assert _exit_code(monkeypatch, "report", "--json") == 0
    assert json.loads(capsys.readouterr().out)["publication_id"]
    assert _exit_code(monkeypatch, "explain", "bb01", "--json") == 0
    assert json.loads(capsys.readouterr().out)["whole"]["adds_up"]


@pytest.mark.parametrize(
    ("was_judged", "switch", "expected"),
    [
        (True, "", None),
        (False, "", "`make expectations` sets that up, once"),
        (False, "off", "CHARGEBACK_EXPECTATIONS is off"),
    ],
)
def test_a_landing_that_nobody_judged_says_so_once(
    was_judged: bool, switch: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEBACK_EXPECTATIONS", switch)
    delivery = Delivery(
        "d1", "acme", "bill", "bill", "", "", 1, None, None, None, 1, "0", (), (), (), (), ()
    )
    console = Console(width=200, record=True)
    cli._print_landed(LandingResult((delivery,), (), (), was_judged), console)
    printed = console.export_text()
    assert printed.count("plausible") == (0 if expected is None else 1)
    assert expected is None or expected in printed
