"""What sends a delivery to quarantine, and how it says so."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from orchestration.landing import checks, containers
from tests.integration.landing.conftest import BILL_HEADER, Company, bill, cost, page

GOOD = "2026-05-01,A1,10.10,USD,1,,,,,,"


def row_with(column: str, value: str) -> str:
    cells = dict(zip(BILL_HEADER.split(","), GOOD.split(","), strict=True))
    cells[column] = f'"{value}"'
    return ",".join(cells.values())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("cost", "1_000", "not a plain number"),
        ("cost", "1,234.56", "not a plain number"),
        ("cost", "1.234,56", "not a plain number"),
        ("cost", "$5.00", "not a plain number"),
        ("cost", "NaN", "not a plain number"),
        ("cost", "Infinity", "not a plain number"),
        ("cost", " 1", "not a plain number"),
        ("cost", "1.", "not a plain number"),
        ("cost", ".5", "not a plain number"),
        ("cost", "0x10", "not a plain number"),
        ("cost", "1e", "not a plain number"),
        ("cost", "\uff11\uff12", "not a plain number"),
        ("cost", "1" * 19, "more digits"),
        ("cost", "1e30", "more digits"),
        ("cost", "", "is empty"),
        ("cost", "NULL", "is empty"),
        ("quantity", "1.5", "not a whole number"),
        ("quantity", "1e-1", "not a whole number"),
        ("quantity", "1" * 29, "more digits"),
        ("month_start", "01/05/2026", "not a day"),
        ("month_start", "2026-02-30", "not a day"),
        ("month_start", "2026-05-01T10:00:00Z", "not a day"),
        ("month_start", "infinity", "not a day"),
        ("at", "yesterday", "not a time"),
        ("at", "2026-05-01T25:00:00Z", "not a time"),
        ("at", "1777593600", "not a time"),
        ("currency", "US", "currency code"),
        ("currency", "XYZ", "currency code"),
        ("currency", "$", "currency code"),
        ("settled", "maybe", "neither true nor false"),
        ("tags", "{'a': None}", "not valid JSON"),
    ],
)
def test_a_cell_that_is_not_what_it_should_be(
    company: Company, column: str, value: str, reason: str
) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD, row_with(column, value)))
    company.drop("acme/bill/good.csv", bill(GOOD.replace("A1", "A2")))
    result = company.land()
    file, row, found, why = company.refused()
    assert (file, row, found) == ("acme/bill/a.csv", 2, column)
    assert reason in why
    assert len(result.accepted) == 1, "every other delivery is loaded"
    assert company.ask("select distinct account from raw.acme__bill") == [("A2",)]


def test_every_fault_of_a_file_is_named(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(row_with("cost", "x"), GOOD, row_with("currency", "?")))
    company.land()
    assert company.ask("select row_number, column_name from raw.quarantine order by 1") == [
        (1, "cost"),
        (3, "currency"),
    ]


def test_a_company_with_thousands_of_faults_gets_twenty(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(*[row_with("cost", "x")] * 5000))
    company.land()
    assert company.ask("select count(*) from raw.quarantine") == [(checks.MAXIMUM_FAULTS,)]


@pytest.mark.parametrize(
    ("amount", "plain"),
    [
        ("$10,000.00 ", "10000.00"),
        ("(1,234.50)", "-1234.50"),
        ("-$5.25", "-5.25"),
        ("7", "7"),
        (" $0.10", "0.10"),
    ],
)
def test_american_accounting_where_the_contract_allows_it(
    company: Company, amount: str, plain: str
) -> None:
    company.drop("acme/american/a.csv", f'month_start,cost\n05/01/2026,"{amount}"\n')
    company.land()
    assert company.ask("select month_start, cost from raw.acme__american") == [
        ("2026-05-01", plain)
    ]


@pytest.mark.parametrize("amount", ["1,23.00", "$1.234,56", "10,00", "1_000", "EUR 5"])
def test_other_spellings_stay_refused_even_then(company: Company, amount: str) -> None:
    company.drop("acme/american/a.csv", f'month_start,cost\n05/01/2026,"{amount}"\n')
    company.land()
    assert company.refused()[2] == "cost"


def test_a_missing_required_column(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD).replace("cost", "price"))
    company.land()
    assert company.refused()[2:] == (
        "cost",
        "the required column cost is missing (11 columns found)",
    )


def test_a_column_twice(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD).replace("note", "Cost"))
    company.land()
    assert company.refused()[3] == "the header names column cost twice"


def test_two_unknown_columns_of_one_name_are_both_kept(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD + ",u,v").replace("line", "line,x,x"))
    company.land()
    assert company.ask("select _extra from raw.acme__bill") == [('{"x":"u","x_2":"v"}',)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD + ",", "too many cells"),
        (GOOD + ",,", "too many cells"),
        (GOOD + ",x", "too many cells"),
        (GOOD.replace("A1", "A1,B"), "too many cells"),
        ("2026-05-01,A1", "too few cells"),
        (GOOD.removesuffix(","), "too few cells"),
        ('2026-05-01,"A"1,10,USD,1,,,,,,', "a quote that does not end"),
    ],
)
def test_a_ragged_row(company: Company, row: str, reason: str) -> None:
    company.drop("acme/bill/a.csv", "Exported by Acme\n\n" + bill(GOOD, GOOD, row, GOOD))
    company.land()
    _, number, _, why = company.refused()
    assert number == 3
    assert reason in why


def test_a_quote_that_does_not_end(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD, '2026-05-01,"A1,10,USD,1,,,,,,'))
    company.land()
    assert "quote" in company.refused()[3]


def test_titles_and_blank_lines_above_the_header(company: Company) -> None:
    company.drop("acme/bill/a.csv", "Acme Ltd\nReport of account,cost\n\n" + bill(GOOD))
    company.land()
    assert company.ask("select cost, _row from raw.acme__bill") == [("10.10", 1)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(company: Company, encoding: str) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD.replace("A1", "Zoë")).encode(encoding))
    company.land()
    assert company.ask("select account from raw.acme__bill") == [("Zoë",)]


def test_windows_line_ends(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv", bill(row_with("note", "two\nlines"), GOOD).replace("\n", "\r\n")
    )
    company.land()
    assert company.ask("select note from raw.acme__bill order by _row") == [
        ("two\nlines",),
        (None,),
    ]


def test_a_localised_header(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv",
        bill(GOOD).replace("currency", "Währung (Currency)").replace("cost", "Kosten (Cost)"),
    )
    company.land()
    assert company.ask("select cost, currency from raw.acme__bill") == [("10.10", "USD")]


def test_no_header_at_all(company: Company) -> None:
    company.drop("acme/bill/a.csv", GOOD + "\n" + GOOD + "\n")
    company.land()
    assert "no line names any column" in company.refused()[3]


def test_a_header_without_rows_is_an_empty_delivery(company: Company) -> None:
    company.drop("acme/bill/a.csv", BILL_HEADER + "\n")
    result = company.land()
    assert [delivery.row_count for delivery in result.accepted] == [0]
    assert company.ask("select status, row_count from raw.deliveries") == [("current", 0)]


def _truncated_gzip() -> bytes:
    content = gzip.compress(os.urandom(200_000))
    return content[: len(content) // 2]


def _zip(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


BILL_BYTES = bill(GOOD).encode()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "0 bytes"),
        ("a.parquet", b"", "0 bytes"),
        ("a.csv.gz", None, "ends too early"),
        ("b.csv.gz", b"this is no gzip", "damaged"),
        ("a.csv", bytes(range(256)) * 50, "not UTF-8"),
        ("a.csv", BILL_BYTES + b"\x00\x00\x00", "NUL bytes"),
        ("a.csv", BILL_BYTES + b"2026-05-01,\xff\xfe,1,USD,,,,,,,\n", "not UTF-8"),
        ("a.csv", BILL_BYTES + "2026-05-01,é".encode()[:-1], "middle of a character"),
        ("a.csv.zip", b"PK nonsense", "damaged"),
        ("a.csv.zip", _zip(("../../etc/bill.csv", BILL_BYTES)), "leads out of it"),
        ("a.csv.zip", _zip(("/etc/bill.csv", BILL_BYTES)), "leads out of it"),
        ("a.csv.zip", _zip(("a.csv", BILL_BYTES), ("b.csv", BILL_BYTES)), "holds 2 files"),
        ("a.csv.zst", b"not zstandard", "damaged"),
        ("a.parquet", b"PAR1 rubbish PAR1", "not a readable Parquet"),
        ("a.xlsx", b"PK", "the ending"),
        ("a.json", b'{"a": ', "not valid JSON"),
        ("a.json", b'{"cost": NaN}', "not valid JSON"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
        ("a.json", b"[1, 2]", "a record is not an object"),
        ("a.jsonl", b'{"account": "A1"}\n{"account": \n', "not valid JSON"),
    ],
)
def test_a_file_that_cannot_be_read(
    company: Company, name: str, content: bytes | None, reason: str
) -> None:
    path = company.landing / "acme/bill" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(_truncated_gzip() if content is None else content)
    company.land()
    assert reason in company.refused()[3]
    assert company.ask("select count(*) from raw.acme__bill") == [(0,)]


def test_a_zip_with_one_file(company: Company) -> None:
    company.drop("acme/bill/a.csv.zip", _zip(("export/may.csv", BILL_BYTES)))
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("10.10",)]


@pytest.mark.parametrize("ending", ["gz", "zip"])
def test_a_bomb(company: Company, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "RATIO_COUNTS_FROM", 1 << 20)
    content = BILL_BYTES + b"0" * (8 << 20)
    packed = gzip.compress(content) if ending == "gz" else _zip(("a.csv", content))
    path = company.landing / f"acme/bill/a.csv.{ending}"
    path.parent.mkdir(parents=True)
    path.write_bytes(packed)
    company.land()
    assert "unpacks to more than" in company.refused()[3]


def test_a_parquet_file_cut_off(company: Company) -> None:
    import duckdb

    path = company.landing / "acme/bill/a.parquet"
    path.parent.mkdir(parents=True)
    duckdb.sql(f"copy (select range as account from range(100000)) to '{path}'")
    path.write_bytes(path.read_bytes()[:-100])
    company.land()
    assert "Parquet" in company.refused()[3]


def test_a_cell_of_ten_megabytes(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(row_with("note", "x" * 10_000_000)))
    company.drop(
        "acme/log/b.jsonl",
        json.dumps({"request": "r", "tokens": 1, "metadata": {"a": "y" * 10_000_000}}),
    )
    company.land()
    reasons = [row[0] for row in company.ask("select reason from raw.quarantine order by file")]
    assert len(reasons) == 2
    assert all("longer than" in reason for reason in reasons)


def test_a_prompt_of_ten_megabytes_is_dropped_and_the_record_kept(company: Company) -> None:
    company.drop(
        "acme/log/b.jsonl", json.dumps({"request": "r", "tokens": 1, "messages": "y" * 10_000_000})
    )
    company.land()
    assert company.ask("select request from raw.acme__log") == [("r",)]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"error": {"message": "Incorrect API key"}}, "no list `data`"),
        ({"data": {"a": 1}}, "`data` is not a list"),
        ({"data": [{"start": 1, "end": 2}]}, "no list `results`"),
        ({"data": [{"start": 1, "results": []}]}, "no `data.end`"),
        ({"data": [{"start": "x", "end": "y", "results": []}]}, "bounds"),
    ],
)
def test_json_of_another_shape(company: Company, document: Any, reason: str) -> None:
    company.drop("acme/costs/a.json", document)
    company.land()
    assert reason in company.refused()[3]


def test_a_page_twice(company: Company) -> None:
    for number in (1, 2):
        company.drop(f"acme/costs/c_pulled_20260510T000000Z_p{number}.json", page((0, [cost("1")])))
    company.land()
    assert "the same page as" in company.refused()[3]


def test_a_bucket_twice_in_different_pages(company: Company) -> None:
    company.drop(
        "acme/costs/c_pulled_20260510T000000Z_p1.json", page((0, [cost("1")]), (1, [cost("2")]))
    )
    company.drop(
        "acme/costs/c_pulled_20260510T000000Z_p2.json", page((1, [cost("2")]), (2, [cost("3")]))
    )
    company.land()
    assert "repeats a bucket" in company.refused()[3]


def test_a_pull_without_its_last_page(company: Company) -> None:
    company.drop("acme/costs/c_pulled_20260510T000000Z_p1.json", page((0, [cost("1")]), more=True))
    company.land()
    assert "no last page" in company.refused()[3]


def test_one_bad_page_refuses_the_pull(company: Company) -> None:
    company.drop("acme/costs/c_pulled_20260510T000000Z_p1.json", page((0, [cost("1")]), more=True))
    company.drop("acme/costs/c_pulled_20260510T000000Z_p2.json", page((1, [cost("1,0")])))
    company.land()
    assert company.refused()[0].endswith("p2.json")
    assert company.ask("select count(*) from raw.acme__costs") == [(0,)]


def test_mixed_grouping_within_a_pull(company: Company) -> None:
    for number, grouping in ((1, ["project_id"]), (2, ["project_id", "line_item"])):
        name = f"acme/costs/c_pulled_20260510T000000Z_p{number}.json"
        company.drop(name, page((number, [cost("1")])))
        company.drop(f"{name}.request.json", {"parameters": {"group_by": grouping}})
    company.land()
    assert "group_by" in company.refused()[3]


def test_one_purchase_told_twice(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD))
    company.land()
    company.drop("acme/resale/b.csv", "month_start,account,cost\n2026-05-01,A1,10.10\n")
    company.drop("acme/resale/c.csv", "month_start,account,cost\n2026-05-01,A2,1\n")
    company.land()
    file, _, _, reason = company.refused()
    assert file == "acme/resale/b.csv"
    assert "acme/bill/a.csv" in reason
    assert "acme__resale" in reason
    assert company.ask("select account from raw.acme__resale") == [("A2",)]


def test_two_files_for_a_month_with_nothing_to_tell_which_is_newer(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD))
    company.drop("acme/bill/b.csv", bill(GOOD.replace("10.10", "11")))
    company.land()
    file, _, _, reason = company.refused()
    assert file == "acme/bill/b.csv"
    assert "acme/bill/a.csv" in reason


def test_mending_a_file_heals_it(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(row_with("cost", "ten")))
    assert company.land().quarantined
    company.drop("acme/bill/a.csv", bill(GOOD))
    assert not company.land().quarantined
    assert company.ask("select count(*) from raw.quarantine") == [(0,)]
    assert company.ask("select status from raw.deliveries") == [("current",)]


def test_a_bad_restatement_leaves_the_month_as_it_was(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(GOOD))
    company.land()
    company.drop("acme/bill/a_pulled_20260602T000000Z.csv", bill(row_with("cost", "ten")))
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("10.10",)]


def test_files_that_no_source_declares(company: Company) -> None:
    company.drop("acme/other/a.csv", "x")
    for name in ("README.md", "acme/README", ".gitkeep", "acme/.DS_Store", ".hidden/a.csv"):
        company.drop(name, "x")
    company.land()
    assert company.refused()[::3] == ("acme/other/a.csv", "no source declares this file")


def test_links(company: Company, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(bill(GOOD))
    folder = company.landing / "acme/bill"
    folder.mkdir(parents=True)
    (folder / "a.csv").symlink_to(outside)
    (folder / "b.csv").symlink_to("/nowhere")
    (company.landing / "acme/resale").symlink_to(tmp_path)
    company.land()
    assert company.ask("select file, reason from raw.quarantine order by 1") == [
        ("acme/bill/a.csv", "a link that leaves the landing folder"),
        ("acme/bill/b.csv", "a link that leads nowhere, or cannot be read"),
        ("acme/resale", "a link that leaves the landing folder"),
    ]


def test_a_pipe_in_the_landing_folder_does_not_hang(company: Company) -> None:
    (company.landing / "acme/bill").mkdir(parents=True)
    os.mkfifo(company.landing / "acme/bill/a.csv")
    company.land()
    assert company.refused()[3] == "not an ordinary file"


def test_names_that_try_to_be_sql_or_globs(company: Company) -> None:
    names = ("x'; drop table raw.deliveries; --.csv", "[a-z]*.csv", 'quo"te.csv', "ünïcode 💷.csv")
    for month, name in enumerate(names, start=1):
        company.drop(
            f"acme/bill/{name}",
            bill(GOOD.replace("A1", "A'1").replace("2026-05", f"2026-0{month}")),
        )
    result = company.land()
    assert not result.faults
    assert company.ask("select count(*), count(distinct _file) from raw.acme__bill") == [(4, 4)]


def test_headers_that_try_to_be_sql(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv",
        bill(GOOD + ",v").replace("line", 'line,"x\'; drop table raw.deliveries; --"'),
    )
    company.land()
    assert company.ask("select _extra from raw.acme__bill") == [
        ('{"x\'; drop table raw.deliveries; --":"v"}',)
    ]


def test_a_file_that_may_not_be_read(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.landing import deliveries

    def refuse(path: Path) -> str:
        raise PermissionError(path)

    monkeypatch.setattr(deliveries, "sha256_of", refuse)
    company.drop("acme/bill/a.csv", bill(GOOD))
    company.land()
    assert "may not be read" in company.refused()[3]


def test_a_file_still_being_copied(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.landing import deliveries

    path = company.drop("acme/bill/a.csv", bill(GOOD))
    hashed = deliveries.sha256_of

    def hash_then_grow(file: Path) -> str:
        digest = hashed(file)
        with path.open("a") as more:
            more.write(GOOD + "\n")
        return digest

    monkeypatch.setattr(deliveries, "sha256_of", hash_then_grow)
    company.land()
    assert company.refused()[3] == "changed while it was being landed"
    assert company.ask("select count(*) from raw.acme__bill") == [(0,)]


def test_one_line_per_delivery_is_reported(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(GOOD))
    company.drop("acme/bill/b.csv", bill(row_with("cost", "ten")))
    company.land()
    assert company.lines == [
        "landed acme__bill: 1 rows from 1 file (acme/bill/a.csv)",
        "quarantined acme/bill/b.csv, row 1, column cost: is a text of 3 characters, which is not a plain number."
        " Export digits and a point, without thousands marks",
    ]
