"""What is wrong with a register's file as a whole, by file and row."""

from pathlib import Path

import pytest

from orchestration.registers import check, write_absent_registers
from orchestration.registers.declared import REGISTERS
from orchestration.registers.schema import Register
from orchestration.settings import Settings
from tests.unit.registers.folder import RegisterFolder


def test_registers_without_a_fault_have_none(registers: RegisterFolder) -> None:
    assert registers.faults() == []


@pytest.mark.parametrize("declared", REGISTERS, ids=lambda declared: declared.name)
def test_a_missing_file_is_named_unless_it_is_optional(
    registers: RegisterFolder, declared: Register
) -> None:
    registers.path(declared.name).unlink()
    is_named = f"{declared.name}.csv: the file is missing" in " ".join(registers.errors())
    assert is_named is not declared.is_optional


def test_a_missing_optional_register_has_a_header_in_the_warehouse_until_it_is_there(
    registers: RegisterFolder,
) -> None:
    registers.path("disputes").unlink()
    folder = write_absent_registers(registers.settings)
    assert [path.name for path in folder.iterdir()] == ["disputes.csv"]
    assert (folder / "disputes.csv").read_text().startswith("dispute_id,allocation_id,")
    registers.write("disputes", [])
    assert list(write_absent_registers(registers.settings).iterdir()) == []


def test_a_missing_column_is_named_with_what_looks_like_it(registers: RegisterFolder) -> None:
    registers.write_text("fx_rates", "Month,from_currency,to_currency,rate\n")
    assert registers.errors() == [
        "fx_rates.csv, row 1, column month: the column is missing. Rename `Month`",
        "fx_rates.csv, row 1, column source: the column is missing. Add the column; its cells may be empty",
    ]


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    settings = Settings(tmp_path, tmp_path / "landing", tmp_path / "seeds", tmp_path, "key")
    assert [fault.message for fault in check(settings)] == ["there is no such folder"]


def test_spaces_around_a_columns_name_are_named(registers: RegisterFolder) -> None:
    registers.write_text("fx_rates", "month, from_currency,to_currency,rate,source\n")
    assert registers.only_fault().column == "from_currency"


def test_columns_of_a_companys_own_are_welcome(registers: RegisterFolder) -> None:
    registers.write("departments", [{"department_code": "D1", "our_colour": "green"}])
    assert registers.faults() == []


def test_optional_columns_are_checked_where_they_stand(registers: RegisterFolder) -> None:
    invoice = {"provider": "openai", "billing_period": "2026-05", "currency": "GBP", "amount": "1"}
    registers.write("invoices", [{**invoice, "invoice_kind": "present"}])
    fault = registers.only_fault()
    assert (fault.file, fault.row, fault.column) == ("invoices.csv", 2, "invoice_kind")


def test_a_ragged_row_is_named_by_its_spreadsheet_row(registers: RegisterFolder) -> None:
    registers.write_text(
        "fx_rates",
        'month,from_currency,to_currency,rate,source\n2026-05,USD,GBP,0.8,"two\nlines"\n\n2026-06,USD,GBP,0,8,x\n',
    )
    fault = registers.only_fault()
    assert (fault.row, fault.message) == (4, "the row has 6 cells and the header 5")


def test_blank_rows_that_a_spreadsheet_leaves_are_no_fault(registers: RegisterFolder) -> None:
    header = "month,from_currency,to_currency,rate,source\n"
    registers.write_text("fx_rates", f"{header},,,,\n\n2026-05,USD,GBP,0.8,\n,,,,\n")
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("encoding", "said"), [("latin-1", "the text is not UTF-8"), ("utf-16", "the text is UTF-16")]
)
def test_another_encoding_is_named(registers: RegisterFolder, encoding: str, said: str) -> None:
    header = "department_code,department_name,division,head_person_id,chargeback_from,valid_from,valid_to"
    registers.write_text("departments", f"{header}\nD1,Ääkköset,,,,,\n", encoding)
    assert any(
        f"departments.csv, row {2 if encoding == 'latin-1' else 1}: {said}" in said_fault
        for said_fault in registers.errors()
    )


def test_a_byte_order_mark_and_carriage_returns_are_no_fault(registers: RegisterFolder) -> None:
    text = registers.path("policy").read_text(encoding="utf-8")
    registers.write_text("policy", text.replace("\n", "\r\n"), "utf-8-sig")
    assert registers.faults() == []


def test_semicolons_are_named(registers: RegisterFolder) -> None:
    registers.write_text("budgets", "cost_centre_code;use_case_id;month;amount;currency\n")
    assert registers.only_fault().message == "the cells are separated by semicolons"


def test_a_quote_left_open_is_named(registers: RegisterFolder) -> None:
    header = "month,from_currency,to_currency,rate,source\n"
    registers.write_text("fx_rates", f'{header}2026-05,USD,GBP,0.8,a\n2026-06,USD,GBP,0.8,"a\n')
    assert (registers.only_fault().row, registers.only_fault().message) == (
        3,
        "no CSV: unexpected end of data",
    )


def test_a_column_twice_is_named(registers: RegisterFolder) -> None:
    registers.write_text("fx_rates", "month,from_currency,to_currency,rate,source,rate\n")
    assert registers.only_fault().message == "the column occurs more than once"


def test_a_csv_that_is_no_register_is_shown(registers: RegisterFolder) -> None:
    (registers.settings.seeds / "people_old.csv").write_text("a\n", encoding="utf-8")
    (registers.settings.seeds / "disputes.csv").write_text("a\n", encoding="utf-8")
    assert registers.warnings() == [
        "people_old.csv: the file is no register. Rename it if it should be one; else keep it somewhere else"
    ]


def test_every_fault_of_every_file_is_named_at_once(registers: RegisterFolder) -> None:
    registers.write("fx_rates", [{"month": "May", "rate": "x"}, {"month": "2026-13", "rate": "-1"}])
    registers.path("tariffs").unlink()
    places = {(fault.file, fault.row, fault.column) for fault in registers.faults()}
    expected = {
        ("fx_rates.csv", row, column)
        for row in (2, 3)
        for column in ("month", "rate", "from_currency", "to_currency")
    }
    assert places == expected | {("tariffs.csv", None, None)}
