"""The sample company: reproducible, in step with what is committed, small, consistent."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from sample.generate import PROJECT, generate, main

MAXIMUM_BYTES = 8_000_000
MAXIMUM_FILES = 1_000


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the main company, generated once."""
    return _generated("hartwell", tmp_path_factory.mktemp("hartwell"))


def _generated(name: str, folder: Path, seed: int = 20260101) -> Path:
    generate(
        name, folder / "landing", folder / "seeds", folder / "totals.json", seed, say=lambda _: None
    )
    return folder


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _content(path: Path) -> object:
    """Return what a file says, whatever library version compressed it."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".parquet":
        return duckdb.sql(f"select * from read_parquet('{path}')").fetchall()
    return path.read_bytes()


def test_the_same_seed_gives_the_same_bytes(company: Path, tmp_path: Path) -> None:
    again = _generated("hartwell", tmp_path)
    first, second = _files(company), _files(again)
    assert list(first) == list(second)
    assert [name for name in first if first[name].read_bytes() != second[name].read_bytes()] == []


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    one, other = (_generated("small", tmp_path / str(seed), seed) for seed in (1, 2))
    assert (one / "totals.json").read_text() != (other / "totals.json").read_text()


@pytest.mark.parametrize(
    ("generated", "committed"), [("landing", "sample/landing"), ("seeds", "seeds")]
)
def test_what_is_committed_is_in_step(company: Path, generated: str, committed: str) -> None:
    fresh, kept = _files(company / generated), _files(PROJECT / committed)
    assert list(fresh) == list(kept), "run: python sample/generate.py"
    assert [name for name in fresh if _content(fresh[name]) != _content(kept[name])] == []


def test_the_committed_totals_are_in_step(company: Path) -> None:
    committed = PROJECT / "sample" / "expected_totals.json"
    assert committed.read_text() == (company / "totals.json").read_text()


def test_the_sample_stays_small(company: Path) -> None:
    files = _files(company / "landing")
    assert len(files) <= MAXIMUM_FILES
    assert sum(path.stat().st_size for path in files.values()) <= MAXIMUM_BYTES


def test_every_platform_is_billed_month_after_month_to_the_end(company: Path) -> None:
    months = defaultdict(set)
    for entry in json.loads((company / "totals.json").read_text()):
        months[entry["platform"]].add(entry["billing_period"])
    every_month = sorted(months["openai"])
    assert len(every_month) == 15
    for platform, periods in months.items():
        assert sorted(periods) == every_month[-len(periods) :], platform


def test_the_totals_are_what_the_cost_pages_say(company: Path) -> None:
    """Read the OpenAI pages anew: the newest pull of each day counts, amounts as text."""
    newest: dict[int, tuple[str, list[dict[str, dict[str, str]]]]] = {}
    for path in sorted((company / "landing" / "openai" / "costs").glob("*.json.gz")):
        pulled = path.name.split("_pulled_")[1][:16]
        page = json.loads(gzip.decompress(path.read_bytes()), parse_float=str, parse_int=str)
        for bucket in page["data"]:
            day = int(bucket["start_time"])
            if pulled >= newest.get(day, ("", []))[0]:
                newest[day] = (pulled, bucket["results"])
    scale = Decimal("1E-10")
    found = sum(
        Decimal(result["amount"]["value"]).quantize(scale, rounding=ROUND_HALF_UP)
        for _, results in newest.values()
        for result in results
    )
    entries = json.loads((company / "totals.json").read_text())
    expected = sum(
        Decimal(entry["billed_cost"]) for entry in entries if entry["platform"] == "openai"
    )
    assert found == expected


def test_the_restated_month_is_forty_dollars_lower(company: Path) -> None:
    folder = (
        company / "landing" / "aws" / "hartwell-cur2-callers" / "data" / "BILLING_PERIOD=2026-05"
    )
    sums = [
        duckdb.sql(
            "select sum(cast(cast(line_item_unblended_cost as varchar) as decimal(38, 10)))"
            f" from read_parquet('{path}')"
        ).fetchall()[0][0]
        for path in sorted(folder.rglob("*.parquet"))
    ]
    assert len(sums) == 2
    assert sums[1] - sums[0] == Decimal("-40")


def test_one_manifest_names_a_file_that_never_came(company: Path) -> None:
    landing = company / "landing"
    missing = []
    for path in sorted(landing.rglob("*-Manifest.json")):
        for name in json.loads(path.read_text())["dataFiles"]:
            below = name.removeprefix("s3://hartwell-billing/exports/")
            if not (landing / "aws" / below).exists():
                missing.append(name)
    assert [name.rsplit("/", 1)[1] for name in missing] == [
        "hartwell-cur2-callers-00002.snappy.parquet"
    ]


def test_splits_sum_to_a_hundred_and_priorities_are_unique(company: Path) -> None:
    with (company / "seeds" / "allocation_splits.csv").open(newline="") as file:
        shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in csv.DictReader(file):
            shares[(row["split_id"], row["valid_from"])] += Decimal(row["share_percent"])
    assert set(shares.values()) == {Decimal(100)}
    with (company / "seeds" / "allocation_rules.csv").open(newline="") as file:
        rules = list(csv.DictReader(file))
    in_force = [(rule["tier"], rule["priority"], rule["valid_from"]) for rule in rules]
    assert len(in_force) == len(set(in_force))
    assert {rule["method"] for rule in rules} == {
        "owner", "fixed", "split", "even", "cost", "token_volume", "requests", "central",
        "workflow_count", "active_users", "seats", "gpu_hours", "gateway",
    }  # fmt: skip


def test_every_address_is_invented(company: Path) -> None:
    """No file holds an address outside the example domain."""
    found = set()
    for path in _files(company).values():
        text = path.read_bytes() if path.suffix != ".gz" else gzip.decompress(path.read_bytes())
        for word in text.decode("utf-8", "ignore").replace('"', " ").replace(",", " ").split():
            if "@" in word and path.suffix != ".parquet":
                found.add(word.rsplit("@", 1)[1].strip("/\\}]"))
    assert found == {"hartwell.example"}


def test_the_small_company_stands_elsewhere(tmp_path: Path) -> None:
    assert main(["--company", "small", "--out", str(tmp_path / "small")]) == 0
    entries = json.loads((tmp_path / "small" / "expected_totals.json").read_text())
    assert {(entry["platform"], entry["currency"]) for entry in entries} == {
        ("openai", "EUR"), ("wortbruecke", "EUR"),
    }  # fmt: skip
    with (tmp_path / "small" / "seeds" / "cost_centres.csv").open(newline="") as file:
        assert [row["cost_centre_code"] for row in csv.DictReader(file)] == ["0042", "0100", "0900"]


def test_a_folder_with_files_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with pytest.raises(SystemExit):
        main(["--company", "small", "--out", str(tmp_path)])


def test_an_unknown_company_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown company"):
        _generated("nobody", tmp_path)
