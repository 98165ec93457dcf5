"""What readers get from a publication, and what an interrupted one leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.publish import publication, publish, read_publication, swap
from orchestration.publish.marts import CopyDiffersError
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_warehouse(tmp_path)


def _billed(settings: Settings) -> Decimal:
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        (total,) = connection.execute(
            "select sum(billed_cost) from marts.fct_allocation_ledger"
        ).fetchone() or (None,)
    return Decimal(total)


def _raise_the_bill(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("update marts.fct_allocation_ledger set billed_cost = billed_cost + 1")


def test_tables_and_views_are_published_as_tables_with_comments(settings: Settings) -> None:
    publish(settings)
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        kinds = dict(
            connection.execute(
                "select table_name, table_type from information_schema.tables"
            ).fetchall()
        )
        comment = connection.execute(
            "select comment from duckdb_columns() "
            "where table_name = 'fct_focus_cost_and_usage' and column_name = 'billed_cost'"
        ).fetchone()
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert kinds["fct_focus_1_2"] == "BASE TABLE"
    assert set(kinds.values()) == {"BASE TABLE"}
    assert comment == ("What the provider's invoice says.",)
    assert schemas == [("marts",)]


def test_the_file_is_in_the_format_that_old_clients_read(settings: Settings) -> None:
    publish(settings)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{settings.published_file}' as published (read_only)")
        (tags,) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchone() or ({},)
    assert tags["storage_version"].startswith("v1.0.0")


def test_no_write_ahead_log_is_left(settings: Settings) -> None:
    publish(settings)
    assert not list(settings.warehouse.rglob("published/**/*.wal"))


def test_wide_integers_reach_readers_as_decimals(settings: Settings) -> None:
    """A sum over bigint is a HUGEINT, which Parquet would hold as a float."""
    made = publish(settings)
    parquet = made.folder / "fct_showback_monthly.parquet"
    with duckdb.connect() as connection:
        types = {
            name: kind
            for name, kind, *_ in connection.execute(
                f"describe select * from '{parquet}'"
            ).fetchall()
        }
    assert types["token_count"] == "DECIMAL(38,0)"
    assert "DOUBLE" not in types.values()


def test_parquet_holds_what_the_published_tables_hold(settings: Settings) -> None:
    made = publish(settings)
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        for mart in made.record["marts"]:
            difference = connection.execute(
                f"(select * from marts.{mart} except all select * from '{made.folder}/{mart}.parquet') union all "
                f"(select * from '{made.folder}/{mart}.parquet' except all select * from marts.{mart})"
            ).fetchall()
            assert difference == [], mart


def test_the_same_build_published_twice_is_the_same_publication(settings: Settings) -> None:
    first = publish(settings)
    inode = settings.published_file.stat().st_ino
    second = publish(settings)
    assert second == first
    assert settings.published_file.stat().st_ino == inode
    assert [folder.name for folder in first.folder.parent.iterdir()] == [first.publication_id]


def test_row_order_in_the_work_file_changes_nothing(settings: Settings) -> None:
    first = publish(settings)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "create or replace table marts.fct_allocation_ledger as "
            "select * from marts.fct_allocation_ledger order by allocation_id desc"
        )
    assert publish(settings).publication_id == first.publication_id


def test_the_record_names_rows_hashes_and_exact_totals(settings: Settings) -> None:
    publish(settings)
    record = read_publication(settings)
    ledger = record["marts"]["fct_allocation_ledger"]
    assert ledger["row_count"] == 4
    assert len(ledger["parquet_sha256"]) == 64
    assert record["totals"] == [
        {
            "billing_currency": "EUR",
            "billed_cost": "7.0000000000",
            "unallocated_cost": "0.0000000000",
        },
        {
            "billing_currency": "USD",
            "billed_cost": "14.1000000001",
            "unallocated_cost": "4.0000000000",
        },
    ]


def test_the_newest_publications_are_kept_and_older_ones_are_removed(settings: Settings) -> None:
    settings = replace(settings, kept_publications=3)
    ids = [publish(settings).publication_id]
    for _ in range(4):
        _raise_the_bill(settings)
        ids.append(publish(settings).publication_id)
    published = settings.published_file.parent
    assert (published / "current").readlink().name == ids[-1]
    assert (published / "previous").readlink().name == ids[-2]
    assert {folder.name for folder in (published / "publications").iterdir()} == set(ids[-3:])
    assert settings.published_file.samefile(published / "current" / "chargeback.duckdb")


def test_published_files_cannot_be_written_by_mistake(settings: Settings) -> None:
    publish(settings)
    assert settings.published_file.stat().st_mode & 0o222 == 0


def test_a_reader_keeps_the_old_file_whole_and_a_new_one_gets_the_new(settings: Settings) -> None:
    """The reader is a process of its own, as a BI tool is: within one process DuckDB shares open files."""
    publish(settings)
    before = _billed(settings)
    program = (
        "import duckdb, sys\n"
        f"connection = duckdb.connect({str(settings.published_file)!r}, read_only=True)\n"
        "query = 'select sum(billed_cost) from marts.fct_allocation_ledger'\n"
        "print(connection.execute(query).fetchone()[0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(connection.execute(query).fetchone()[0], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin and reader.stdout
        assert Decimal(reader.stdout.readline()) == before
        _raise_the_bill(settings)
        publish(settings)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert Decimal(reader.stdout.readline()) == before
    assert _billed(settings) == before + 4


def test_nothing_is_published_without_a_build_that_passed(settings: Settings) -> None:
    (settings.warehouse / "build.json").unlink()
    with pytest.raises(RefusalError, match="chargeback build"):
        publish(settings)
    assert not settings.published_file.exists()


@pytest.mark.parametrize("step", ["_replace_by_link", "_point", "remove_others"])
def test_an_interruption_in_the_swap_leaves_a_whole_publication(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish(settings)
    before = _billed(settings)
    _raise_the_bill(settings)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(swap, step, stop)
        with pytest.raises(KeyboardInterrupt):
            publish(settings)
    assert _billed(settings) in (before, before + 4)
    publish(settings)
    assert _billed(settings) == before + 4
    assert (settings.published_file.parent / "current" / "chargeback.duckdb").samefile(
        settings.published_file
    )


def test_an_interruption_while_copying_leaves_the_old_publication(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(settings)
    _raise_the_bill(settings)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(publication, "_totals", fail)
        with pytest.raises(OSError, match="disk full"):
            publish(settings)
    assert read_publication(settings)["publication_id"] == first.publication_id
    assert publish(settings).publication_id != first.publication_id
    assert not list(settings.published_file.parent.glob(".unfinished*"))


def test_a_copy_that_differs_is_not_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(settings)
    original = publication.copy_marts.__globals__["_copy_mart"]

    def lose_a_row(connection: duckdb.DuckDBPyConnection, name: str, columns: list[object]) -> None:
        original(connection, name, columns)
        if name == "fct_allocation_ledger":
            connection.execute(f"delete from publication.marts.{name} where allocation_id = 'aa02'")

    monkeypatch.setitem(publication.copy_marts.__globals__, "_copy_mart", lose_a_row)
    with pytest.raises(CopyDiffersError, match="fct_allocation_ledger"):
        publish(settings)
    assert read_publication(settings)["publication_id"] == first.publication_id


def test_the_record_is_valid_json_beside_the_file(settings: Settings) -> None:
    made = publish(settings)
    beside = settings.published_file.with_name("publication.json")
    assert json.loads(beside.read_text(encoding="utf-8")) == made.record
