"""An empty set to begin with."""

import csv
from pathlib import Path

import pytest

from orchestration.errors import RefusalError
from orchestration.landing.contracts import load_contracts
from orchestration.landing.discover import discover
from orchestration.registers import check, init
from orchestration.registers.declared import REGISTERS
from orchestration.settings import Settings


@pytest.fixture
def begun(tmp_path: Path) -> Settings:
    target = tmp_path / "company"
    init(target)
    return Settings(tmp_path, target / "landing", target / "seeds", target / "warehouse", "key")


def test_every_register_is_there_with_its_columns(begun: Settings) -> None:
    for register in REGISTERS:
        with (begun.seeds / register.file).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert set(header) >= {column.name for column in register.fixed_columns}
        assert bool(rows) is (register.name in ("policy", "overlaps"))


def test_all_that_is_left_to_say_is_who_funds_the_programme(begun: Settings) -> None:
    assert [fault.message for fault in check(begun)] == ["programme_cost_centre has no value"]


def test_the_reporting_currency_is_proposed(begun: Settings) -> None:
    assert "reporting_currency,GBP,," in (begun.seeds / "policy.csv").read_text(encoding="utf-8")


def test_every_source_has_a_folder_that_says_what_goes_there(begun: Settings) -> None:
    guides = {path: path.read_text(encoding="utf-8") for path in begun.landing.rglob("README.txt")}
    for table in load_contracts():
        if table.root == "landing":
            telling = [
                text for text in guides.values() if f"{table.platform} / {table.name}:" in text
            ]
            assert telling, table.qualified
            assert all(glob in " ".join(" ".join(telling).split()) for glob in table.files)


def test_the_loader_takes_no_guide_for_an_export(begun: Settings) -> None:
    tables = [table for table in load_contracts() if table.root == "landing"]
    found = discover(begun.landing, tables)
    assert (found.claims, found.faults) == ({}, ())


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusalError, match="is not empty"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "company").write_text("mine", encoding="utf-8")
    with pytest.raises(RefusalError, match="is not empty"):
        init(tmp_path / "company")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    written = init(tmp_path)
    assert all(path.is_file() for path in written)
