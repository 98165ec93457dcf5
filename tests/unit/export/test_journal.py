"""The journal's export: columns that a company declares, totals to check an import by, no cell that is a formula."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.export import JournalOptions, UntiedExportError, export
from orchestration.publish import publish
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse

_LINES = """
create table marts.fct_chargeback_journal_lines as
select
    journal_id || '-' || line_number as journal_line_id, journal_id, 'chargeback' as journal_kind, 'aws' as platform,
    '1' as billing_account_id, '=1+1' as invoice_id, null::varchar as legal_entity_code, line_type, cost_centre_code,
    gl_account, 'GBP' as currency, line_number::bigint as line_number, debit::decimal(38, 10) as debit_amount,
    credit::decimal(38, 10) as credit_amount, (debit - credit)::decimal(38, 10) as exact_amount,
    false as is_cross_entity, false as is_adjustment, date '2026-05-01' as original_month,
    date '2026-05-01' as accounting_month, $status as status, null::varchar as close_id, $period as period_status
from (values
    ('J', 1, 'cost_centre', '=cmd()', '6100', 480.00, 0), ('J', 2, 'cost_centre', 'CC-2', null, 0, 9.60),
    ('J', 3, 'clearing', null, '2199', 0, 470.40)
) as t(journal_id, line_number, line_type, cost_centre_code, gl_account, debit, credit)
"""


def _warehouse(folder: Path, period_status: str, *statements: str) -> Settings:
    settings = make_warehouse(folder)
    status = "posted" if period_status == "closed" else "draft"
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            _LINES.replace("$status", f"'{status}'").replace("$period", f"'{period_status}'")
        )
        connection.execute(
            f"create table marts.dim_accounting_periods as "
            f"select date '2026-05-01' as accounting_month, '{period_status}' as period_status"
        )
        for statement in statements:
            connection.execute(statement)
    publish(settings)
    return settings


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_a_posted_journal_is_written_with_its_control_totals(tmp_path: Path) -> None:
    (exported,) = export(_warehouse(tmp_path, "closed"), "journal", "2026-05")
    rows = _rows(exported.path)
    assert [(row["Account"], row["Debit"], row["Credit"]) for row in rows] == [
        ("6100", "480.00", "0.00"),
        ("", "0.00", "9.60"),
        ("2199", "0.00", "470.40"),
    ]
    assert {(row["Period"], row["Posting date"], row["Status"]) for row in rows} == {
        ("2026-05", "2026-05-31", "posted")
    }
    totals = json.loads(exported.path.with_name("journal-2026-05.totals.json").read_text())
    assert totals["sha256"] == hashlib.sha256(exported.path.read_bytes()).hexdigest()
    assert (totals["line_count"], totals["journal_count"]) == (3, 1)
    assert totals["debit"] == totals["credit"] == {"GBP": "480.00"}
    assert any("without an account" in note for note in exported.notes)


def test_text_that_a_spreadsheet_would_run_is_guarded(tmp_path: Path) -> None:
    (exported,) = export(_warehouse(tmp_path, "closed"), "journal", "2026-05")
    assert _rows(exported.path)[0]["Cost centre"] == "'=cmd()"


def test_a_reversal_swaps_the_sides_in_the_next_month(tmp_path: Path) -> None:
    (exported,) = export(
        _warehouse(tmp_path, "closed"),
        "journal",
        "2026-05",
        journal_options=JournalOptions(is_reversal=True),
    )
    first, *_ = _rows(exported.path)
    assert (first["Debit"], first["Credit"]) == ("0.00", "480.00")
    assert (first["Period"], first["Posting date"]) == ("2026-06", "2026-06-01")
    assert first["Description"].startswith("Reversal: ")


def test_an_accrual_comes_with_its_reversal_and_sums_to_nothing(tmp_path: Path) -> None:
    settings = _warehouse(tmp_path / "ended", "provisional")
    options = JournalOptions(is_accrual=True)
    (exported,) = export(settings, "journal", "2026-05", journal_options=options)
    rows = _rows(exported.path)
    assert [
        (row["Period"], row["Debit"], row["Credit"]) for row in rows if row["Account"] == "6100"
    ] == [
        ("2026-05", "480.00", "0.00"),
        ("2026-06", "0.00", "480.00"),
    ]
    assert {row["Journal"] for row in rows} == {"J", "JR"}
    for status in ("open", "closed"):
        with pytest.raises(RefusalError, match="only a month that has ended"):
            export(
                _warehouse(tmp_path / status, status), "journal", "2026-05", journal_options=options
            )


def test_an_open_month_is_refused_unless_a_draft_is_asked_for(tmp_path: Path) -> None:
    settings = _warehouse(tmp_path, "provisional")
    with pytest.raises(RefusalError, match="--draft"):
        export(settings, "journal", "2026-05")
    assert not (settings.warehouse / "exports").exists()
    (exported,) = export(
        settings, "journal", "2026-05", journal_options=JournalOptions(allow_draft=True)
    )
    assert {row["Status"] for row in _rows(exported.path)} == {"draft"}


def test_columns_follow_the_layout(tmp_path: Path) -> None:
    layout = tmp_path / "layout.yml"
    layout.write_text(
        "delimiter: ';'\ncolumns:\n- {header: Source, text: AI}\n- {header: Konto, from: gl_account}\n"
        "- {header: Betrag, from: amount}\n- {header: Datum, from: posting_date, format: '%d.%m.%Y'}\n",
        encoding="utf-8",
    )
    (exported,) = export(
        _warehouse(tmp_path / "w", "closed"),
        "journal",
        "2026-05",
        journal_options=JournalOptions(layout),
    )
    assert _rows(exported.path, ";")[2] == {
        "Source": "AI",
        "Konto": "2199",
        "Betrag": "-470.40",
        "Datum": "31.05.2026",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns: []", "lists no columns"),
        ("[", "no YAML"),
        ("columns:\n- {from: gl_account}", "column 1 has no `header`"),
        ("columns:\n- {header: A, from: account}", "there is no `account`"),
        ("columns:\n- {header: A, from: gl_account, text: x}", "either `from` or `text`"),
        ("delimiter: ab\ncolumns:\n- {header: A, from: gl_account}", "one character"),
    ],
)
def test_a_faulty_layout_says_what_to_change(tmp_path: Path, text: str, says: str) -> None:
    layout = tmp_path / "layout.yml"
    layout.write_text(text, encoding="utf-8")
    with pytest.raises(RefusalError, match=says):
        export(
            _warehouse(tmp_path / "w", "closed"),
            "journal",
            "2026-05",
            journal_options=JournalOptions(layout),
        )


def test_an_unbalanced_journal_is_not_written(tmp_path: Path) -> None:
    settings = _warehouse(
        tmp_path,
        "closed",
        "update marts.fct_chargeback_journal_lines set credit_amount = 0 where line_number = 2",
    )
    with pytest.raises(UntiedExportError, match="out of balance"):
        export(settings, "journal", "2026-05")
    assert not (settings.warehouse / "exports" / "journal-2026-05.csv").exists()


def test_options_of_the_journal_are_refused_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="for the journal only"):
        export(
            _warehouse(tmp_path, "closed"),
            "datadog",
            "2026-05",
            journal_options=JournalOptions(allow_draft=True),
        )
