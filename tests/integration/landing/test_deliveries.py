"""What lands, what replaces what, and what changes nothing."""

from __future__ import annotations

import dataclasses
import json

import duckdb
import pytest

from orchestration.landing.contracts import load_contracts
from tests.integration.landing.conftest import Company, bill, cost, page

MAY = "2026-05-01,A1,10.10,USD,1,2026-05-03T00:00:00Z,true,,{},,"
JUNE = "2026-06-01,A1,20,USD,1,,,,,,"


def test_every_raw_table_exists_before_any_file_arrives(company: Company) -> None:
    company.land()
    assert company.ask("select count(*) from raw.acme__bill") == [(0,)]
    columns = [row[0] for row in company.ask("describe raw.acme__bill")]
    assert columns[:2] == ["month_start", "account"]
    assert columns[-6:] == ["_delivery_id", "_file", "_row", "_scope", "_row_id", "_extra"]
    assert "_path_region" in columns


def test_the_products_own_contracts_give_empty_tables(company: Company) -> None:
    from orchestration.landing import land

    land(company.settings)
    views = {
        row[0]
        for row in company.ask("select view_name from duckdb_views() where schema_name = 'raw'")
    }
    assert views == {table.qualified for table in load_contracts()}


def test_values_are_text_in_one_spelling(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv",
        bill(
            '2026-05-01,007,1.10e-3,gbp,59200.0,2026-05-03T02:00:00+02:00,TRUE,,"{""a"": 1}",=1+1,',
            "2026-05-01,NULL,-0.5,USD,,2026-05-03 00:00:00.123456789 UTC,0,,,  x ,",
        ),
    )
    company.land()
    assert company.ask(
        "select month_start, account, cost, currency, quantity, \"at\", settled, tags, note, _row, _scope, _file"
        " from raw.acme__bill order by _row"
    ) == [
        ("2026-05-01", "007", "1.10e-3", "GBP", "59200", "2026-05-03 00:00:00", "true", '{"a": 1}', "=1+1",
         1, "2026-05", "acme/bill/a.csv"),
        ("2026-05-01", None, "-0.5", "USD", None, "2026-05-03 00:00:00.123456", "false", None, "  x ",
         2, "2026-05", "acme/bill/a.csv"),
    ]  # fmt: skip


def test_landing_twice_changes_nothing(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(MAY, MAY))
    company.drop("acme/costs/c_pulled_20260510T000000Z.json", page((0, [cost(1.1)])))
    first = company.land()
    before = (company.ask("from raw.deliveries"), sorted(company.raw.rglob("*")))
    second = company.land()
    assert len(first.accepted) == 2
    assert first.row_count == 3
    assert (len(second.accepted), len(second.unchanged)) == (0, 2)
    assert (company.ask("from raw.deliveries"), sorted(company.raw.rglob("*"))) == before


def test_the_same_content_under_another_name_changes_nothing(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(MAY))
    company.land()
    company.drop("acme/bill/copy of a.csv", bill(MAY))
    assert not company.land().accepted
    assert company.ask("select count(*) from raw.acme__bill") == [(1,)]


def test_equal_rows_all_count_and_keep_their_ids(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(MAY, MAY, MAY))
    company.land()
    first = company.ask("select _row_id from raw.acme__bill order by 1")
    assert len(set(first)) == 3
    company.drop("acme/bill/b_pulled_20260602T000000Z.csv", bill(MAY, MAY, MAY))
    company.land()
    assert company.ask("select _row_id from raw.acme__bill order by 1") == first
    assert company.ask("select distinct _file from raw.acme__bill") == [
        ("acme/bill/b_pulled_20260602T000000Z.csv",)
    ]


def test_row_ids_do_not_depend_on_volatile_columns(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(MAY + "line-1"))
    company.land()
    first = company.ask("select _row_id from raw.acme__bill")
    company.drop("acme/bill/a_pulled_20260602T000000Z.csv", bill(MAY + "line-2"))
    company.land()
    assert company.ask("select _row_id from raw.acme__bill") == first


def test_a_month_is_replaced_whole_and_stays_traceable(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(MAY, JUNE))
    company.land()
    company.drop("acme/bill/b_pulled_20260701T000000Z.csv", bill(JUNE.replace(",20,", ",21,")))
    company.land()
    assert company.ask("select month_start, cost from raw.acme__bill order by 1") == [
        ("2026-05-01", "10.10"),
        ("2026-06-01", "21"),
    ]
    assert company.ask("select status, count(*) from raw.deliveries group by all") == [
        ("current", 2)
    ]
    company.drop("acme/bill/c_pulled_20260702T000000Z.csv", bill(MAY.replace("10.10", "9")))
    company.land()
    assert company.ask(
        "select f.file, d.status from raw.deliveries d join raw.delivery_files f using (delivery_id) order by 1"
    ) == [
        ("acme/bill/a_pulled_20260601T000000Z.csv", "superseded"),
        ("acme/bill/b_pulled_20260701T000000Z.csv", "current"),
        ("acme/bill/c_pulled_20260702T000000Z.csv", "current"),
    ]


def test_newer_is_what_the_name_says_whatever_arrives_first(company: Company) -> None:
    company.drop("acme/bill/new_pulled_20260702T000000Z.csv", bill(MAY.replace("10.10", "2")))
    company.land()
    company.drop("acme/bill/old_pulled_20260601T000000Z.csv", bill(MAY.replace("10.10", "1")))
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("2",)]


def test_newer_is_what_the_sidecar_says_before_the_name(company: Company) -> None:
    company.drop("acme/costs/a_pulled_20260701T000000Z.json", page((0, [cost("1")])))
    company.drop("acme/costs/b.json", page((0, [cost("2")])))
    company.drop("acme/costs/b.json.request.json", {"pulled_at": "2026-08-01T02:00:00+02:00"})
    company.land()
    assert company.ask("select value from raw.acme__costs") == [("2",)]
    assert company.ask("select max(delivered_at)::varchar from raw.deliveries") == [
        ("2026-08-01 00:00:00",)
    ]


def test_without_a_time_the_later_arrival_is_newer(company: Company) -> None:
    path = company.drop("acme/bill/may.csv", bill(MAY))
    company.land()
    company.drop("acme/bill/may.csv", bill(MAY.replace("10.10", "11")))
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("11",)]
    # Putting the first version back is an arrival too.
    path.write_text(bill(MAY))
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("10.10",)]
    assert not company.land().accepted


def test_a_delivery_outlives_its_file(company: Company) -> None:
    path = company.drop("acme/bill/a.csv", bill(MAY))
    company.land()
    path.unlink()
    company.land()
    assert company.ask("select cost from raw.acme__bill") == [("10.10",)]


def test_a_pull_replaces_its_days_those_without_results_too(company: Company) -> None:
    company.drop(
        "acme/costs/a_pulled_20260510T000000Z.json",
        page((0, [cost("1")]), (1, [cost("2")]), (2, [cost("3")])),
    )
    company.land()
    company.drop("acme/costs/b_pulled_20260511T000000Z.json", page((1, []), (2, [cost("4")])))
    company.land()
    assert company.ask("select _scope, value from raw.acme__costs order by 1") == [
        ("2026-05-01", "1"),
        ("2026-05-03", "4"),
    ]


def test_all_pages_of_a_pull_are_one_delivery(company: Company) -> None:
    for number in range(1, 12):
        company.drop(
            f"acme/costs/c_pulled_20260510T000000Z_page{number}.json",
            page((number, [cost(str(number))]), more=number < 11),
        )
    result = company.land()
    assert [len(delivery.files) for delivery in result.accepted] == [11]
    assert result.accepted[0].files[10].file.endswith("page11.json")
    assert company.ask("select file_count, row_count from raw.deliveries") == [(11, 11)]


def test_a_key_is_replaced_by_its_newest_record(company: Company) -> None:
    company.drop("acme/log/a_pulled_20260501T000000Z.csv", "request,tokens\nr1,1\nr2,2\nr2,3\n")
    company.land()
    assert company.ask("select request, tokens from raw.acme__log order by 1") == [
        ("r1", "1"),
        ("r2", "3"),
    ]
    company.drop("acme/log/b_pulled_20260502T000000Z.jsonl", '{"request": "r1", "tokens": 9}\n')
    company.land()
    assert company.ask("select request, tokens from raw.acme__log order by 1") == [
        ("r1", "9"),
        ("r2", "3"),
    ]


def test_a_list_keeps_its_history(company: Company) -> None:
    for day in ("2026-05-31", "2026-06-30"):
        company.drop(f"acme/seats_{day}.json", {"seats": [{"login": "ada"}]})
    company.land()
    assert company.ask(
        "select cast(d.delivered_at as varchar) from raw.acme__seats s"
        " join raw.deliveries d on d.delivery_id = s._delivery_id order by 1"
    ) == [("2026-05-31 00:00:00",), ("2026-06-30 00:00:00",)]


def test_a_changed_contract_reads_its_files_again(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(MAY).replace("note", "remark"))
    company.land()
    assert company.ask("select note from raw.acme__bill") == [(None,)]
    contract = company.contracts / "acme.yml"
    contract.write_text(
        contract.read_text().replace("note: {type: text}", "note: {type: text, header: remark}")
    )
    assert len(company.land().accepted) == 1
    assert company.ask("select count(*) from raw.acme__bill") == [(1,)]


def test_a_delivery_under_an_older_contract_stays_readable(company: Company) -> None:
    path = company.drop("acme/bill/a_pulled_20260601T000000Z.csv", bill(MAY))
    company.land()
    path.unlink()
    contract = company.contracts / "acme.yml"
    contract.write_text(
        contract.read_text().replace(
            "      note: {type: text}\n", "      note: {type: text}\n      added: {type: text}\n"
        )
    )
    company.drop("acme/bill/b_pulled_20260701T000000Z.csv", bill(JUNE))
    company.land()
    assert company.ask("select month_start, added from raw.acme__bill order by 1") == [
        ("2026-05-01", None),
        ("2026-06-01", None),
    ]


def test_money_lost_to_ten_decimals_is_reported(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv",
        bill(MAY.replace("10.10", "0.00000000016"), MAY.replace("10.10", "1e-11")),
    )
    company.land()
    expected = [("0.00000000003",)]
    sql = "select rtrim(cast(money_rounding as varchar), '0') from raw."
    assert company.ask(f"{sql}deliveries") == expected
    assert company.ask(f"{sql}delivery_files") == expected


def test_placeholders_come_from_the_path(company: Company) -> None:
    company.drop("acme/north/bill/a.csv", bill(MAY))
    company.land()
    assert company.ask("select _path_region from raw.acme__bill") == [("north",)]


def test_unknown_columns_are_kept_aside_and_reported(company: Company) -> None:
    company.drop(
        "acme/bill/a.csv", bill(MAY).replace("line", "line,New Column").replace("{},,", "{},,,v")
    )
    company.land()
    assert company.ask("select _extra from raw.acme__bill") == [('{"New Column":"v"}',)]
    assert company.ask("select unknown_columns from raw.deliveries") == [("New Column",)]


def test_the_content_days_are_known(company: Company) -> None:
    company.drop("acme/costs/a_pulled_20260510T000000Z.json", page((0, [cost("1")]), (1, [])))
    company.land()
    assert company.ask("select content_from::varchar, content_to::varchar from raw.deliveries") == [
        ("2026-05-01", "2026-05-02")
    ]


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "parquet", "jsonl.gz"])
def test_every_container_reads_alike(company: Company, ending: str) -> None:
    select = (
        "select '2026-05-01' as month_start, 'A1' as account, cast(1e-7 as double) as cost, 'USD' as currency,"
        " 3 as quantity, timestamptz '2026-05-03 00:00:00+00' as \"at\", true as settled, map {'k': 'v'} as tags"
    )
    path = company.landing / f"acme/bill/a.{ending}"
    path.parent.mkdir(parents=True)
    text = select.replace("map {'k': 'v'}", "to_json(map {'k': 'v'})")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        if ending == "parquet":
            connection.execute(f"copy ({select}) to '{path}' (format parquet)")
        elif ending.startswith("csv"):
            kind = "gzip" if ending.endswith("gz") else "zstd"
            connection.execute(
                f"copy ({text}) to '{path}' (format csv, header, compression {kind})"
            )
        else:
            connection.execute(f"copy ({select}) to '{path}' (format json, compression gzip)")
    result = company.land()
    assert not result.faults
    assert company.ask(
        'select month_start, account, cast(cast(cost as decimal(38, 10)) as varchar), quantity, "at", settled, tags'
        " from raw.acme__bill"
    ) == [("2026-05-01", "A1", "0.0000001000", "3", "2026-05-03 00:00:00", "true", '{"k":"v"}')]


def test_reading_again_keeps_the_order_of_arrival(company: Company) -> None:
    company.drop("acme/bill/b.csv", bill(MAY))
    company.land()
    company.drop("acme/bill/a.csv", bill(MAY.replace("10.10", "11")))
    company.land()
    contract = company.contracts / "acme.yml"
    contract.write_text(
        contract.read_text().replace("note: {type: text}", "note: {type: text, header: remark}")
    )
    result = company.land()
    assert (len(result.accepted), result.quarantined) == (2, ())
    assert company.ask("select cost from raw.acme__bill") == [("11",)]


def test_prose_in_a_contract_reads_nothing_again(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(MAY))
    company.land()
    contract = company.contracts / "acme.yml"
    contract.write_text(contract.read_text().replace("Monthly bill of", "Bill, by month, of"))
    assert not company.land().accepted


def test_a_new_key_gives_everyone_a_new_pseudonym(company: Company) -> None:
    company.drop("acme/log/a.csv", "request,tokens,who\nr1,1,ada\n")
    company.land()
    before = company.ask("select who from raw.acme__log")
    rekeyed = dataclasses.replace(
        company, settings=dataclasses.replace(company.settings, pseudonym_key="another key")
    )
    rekeyed.land()
    after = rekeyed.ask("select who from raw.acme__log")
    assert len(after) == 1
    assert after != before


def test_a_pull_that_grows_counts_once(company: Company) -> None:
    company.drop("acme/seats/a_pulled_20260531T000000Z.json", {"seats": [{"login": "ada"}]})
    company.land()
    company.drop("acme/seats/b_pulled_20260531T000000Z.json", {"seats": [{"login": "bob"}]})
    company.land()
    assert company.ask("select count(*) from raw.acme__seats") == [(2,)]


def sums(company: Company) -> list[tuple[object, ...]]:
    return company.ask(
        "select row_count, billed_amount::varchar, superseded_row_count, superseded_amount::varchar"
        " from raw.deliveries order by arrived_sequence"
    )


def test_what_a_delivery_bills_is_summed_with_what_is_replaced_of_it(company: Company) -> None:
    company.drop("acme/bill/a_pulled_20260701T000000Z.csv", bill(MAY, JUNE))
    company.drop("acme/bill/b_pulled_20260801T000000Z.csv", bill(JUNE.replace(",20,", ",21,")))
    company.land()
    assert sums(company) == [
        (2, "30.1000000000", 1, "20.0000000000"),
        (1, "21.0000000000", 0, "0.0000000000"),
    ]


def test_a_record_that_comes_again_is_replaced_with_its_money(company: Company) -> None:
    company.drop("acme/metered/a_pulled_20260701T000000Z.csv", "record,cost\nr1,150\nr2,50\n")
    company.drop("acme/metered/b_pulled_20260801T000000Z.csv", "record,cost\nr1,160\n")
    company.land()
    assert sums(company) == [
        (2, "2.0000000000", 1, "1.5000000000"),
        (1, "1.6000000000", 0, "0.0000000000"),
    ]


def test_without_money_in_the_file_rows_alone_are_counted(company: Company) -> None:
    company.drop("acme/costs/a_pulled_20260510T000000Z.json", page((0, [cost("1")]), (1, [])))
    company.land()
    assert sums(company) == [(1, None, 0, "0.0000000000")]


def test_a_delivery_of_before_sums_were_kept_is_read_all_the_same(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(MAY))
    company.land()
    [path] = company.raw.glob("*/*/delivery.json")
    document = json.loads(path.read_text())
    for name in ("series", "headers", "scope_sums", "fillings", "days"):
        del document[name]
    path.write_text(json.dumps(document))
    company.land()
    assert sums(company) == [(1, None, None, None)]
