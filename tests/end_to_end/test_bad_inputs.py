"""A dozen bad files among good ones: the good ones are published, each bad one is held back and says why."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import Any

import pytest

from tests.end_to_end.company import Company, small_company


def _costs(**changes: Any) -> bytes:
    """A page of costs for a day that no good file covers, with one result changed."""
    result = {
        "object": "organization.costs.result",
        "amount": {"value": 1.5, "currency": "eur"},
        "line_item": "gpt-5-mini-2025-08-07, input",
        "project_id": "proj_x",
        "api_key_id": "key_x",
        "quantity": 10.0,
    }
    bucket = {
        "object": "bucket",
        "start_time": 1798761600,
        "end_time": 1798848000,
        "results": [result | changes],
    }
    page = {"object": "page", "data": [bucket], "has_more": False, "next_page": None}
    return json.dumps(page).encode()


def _with_field(table: bytes, column: str, value: str) -> bytes:
    """A good FOCUS table with one field of its first row changed."""
    header, first, *rest = table.decode("utf-8").splitlines()
    fields = first.split(",")
    fields[header.split(",").index(column)] = value
    return "\n".join([header, ",".join(fields), *rest]).encode()


def _zip_that_leaves_its_folder(table: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../escaped.csv", table)
    return archive.getvalue()


def _bad_files(table: bytes) -> dict[str, bytes]:
    """Bad files by their path below the landing folder; `table` is a good FOCUS table."""
    header = table.splitlines()[0]
    return {
        "openai/costs/costs_pulled_20270101T000001Z.json": _costs()[:-40],
        "openai/costs/costs_pulled_20270101T000002Z.json": _costs(
            amount={"value": "ten", "currency": "eur"}
        ),
        "openai/costs/costs_pulled_20270101T000003Z.json": _costs(
            amount={"value": 1.5, "currency": "euros"}
        ),
        "openai/costs/costs_pulled_20270101T000004Z.json": (
            b'{"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}'
        ),
        "focus/wortbruecke/no_cost_column.csv": table.replace(b"BilledCost", b"Kosten", 1),
        "focus/wortbruecke/ragged.csv": table + b"a,b,c\n",
        "focus/wortbruecke/underscore.csv": _with_field(table, "BilledCost", "1_000"),
        "focus/wortbruecke/comma.csv": _with_field(table, "BilledCost", "1;234"),
        "focus/wortbruecke/date.csv": _with_field(table, "ChargePeriodStart", "soon"),
        "focus/wortbruecke/truncated.csv.gz": gzip.compress(table)[:-20],
        "focus/wortbruecke/escaping.csv.zip": _zip_that_leaves_its_folder(table),
        "focus/wortbruecke/not_parquet.parquet": b"PAR1 and then nothing",
        "focus/wortbruecke/not_text.csv": header + b"\n\xff\xfe\x00\x81\n",
        "focus/wortbruecke/empty.csv": b"",
    }


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company after a run without bad files."""
    company = small_company(tmp_path_factory.mktemp("small"))
    company.chargeback("run")
    return company


def test_bad_files_are_held_back_and_good_ones_published(company: Company) -> None:
    before = company.report()
    table = min(company.landing.glob("focus/wortbruecke/*.csv")).read_bytes()
    bad_files = _bad_files(table)
    for name, content in bad_files.items():
        (company.landing / name).write_bytes(content)

    printed = company.chargeback("land", expected_exit=3)
    assert "quarantine" in printed
    printed = company.chargeback("run")
    assert "In quarantine" in printed

    after = company.report()
    assert after["platform_months"] == before["platform_months"]
    held_back = {item["file"]: item for item in after["quarantine"]}
    assert set(held_back) == set(bad_files)
    for item in held_back.values():
        assert item["reason"], item
        assert item["remedy"], item
    assert not list(company.folder.rglob("escaped.csv"))


def test_mended_files_leave_quarantine(company: Company) -> None:
    """Runs after the test above, on the warehouse that it left."""
    table = min(company.landing.glob("focus/wortbruecke/wortbruecke_*.csv")).read_bytes()
    for name in _bad_files(table):
        (company.landing / name).unlink(missing_ok=True)
    mended = company.landing / "focus/wortbruecke/ragged.csv"
    mended.write_bytes(
        table.replace(b"2026-08-", b"2026-10-").replace(b"2026-09-01T", b"2026-11-01T")
    )
    company.chargeback("run")
    report = company.report()
    assert "focus/wortbruecke/ragged.csv" not in {item["file"] for item in report["quarantine"]}
    assert "2026-10" in {line["month"] for line in report["platform_months"]}


def test_what_is_removed_from_landing_stays_in_the_warehouse(company: Company) -> None:
    before = company.report()["platform_months"]
    for path in company.landing.rglob("*.csv"):
        path.unlink()
    company.chargeback("run")
    assert company.report()["platform_months"] == before
