"""What the overlap sets must not say."""

from __future__ import annotations

import csv
import io

import pytest

from orchestration.registers import init, write_absent_registers
from orchestration.registers.absent import FOLDER
from orchestration.registers.declared import register_named
from tests.unit.registers.folder import RegisterFolder

COUNTED = {"overlap_set": "dbx", "side": "counted", "match_platform": "azure"}
KEPT = {"overlap_set": "dbx", "side": "kept", "match_platform": "databricks"}
USAGE_COUNTED = {
    "overlap_set": "code",
    "side": "counted",
    "match_platform": "anthropic",
    "match_source_table": "anthropic__usage_*",
    "match_metric": "*_tokens",
    "must_share": "day",
}
USAGE_KEPT = {**USAGE_COUNTED, "side": "kept", "match_source_table": "anthropic__claude_code"}
SETS = [COUNTED, KEPT, USAGE_COUNTED, USAGE_KEPT]


def test_sets_without_a_fault_have_none(registers: RegisterFolder) -> None:
    registers.write("overlaps", SETS)
    assert registers.faults() == []


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        ([COUNTED, {**KEPT, "side": "both"}], "side"),
        ([COUNTED], "side"),
        ([KEPT], "side"),
        ([COUNTED, {**KEPT, "match_metric": "*"}], "match_metric"),
        ([COUNTED, {**KEPT, "must_share": "day"}], "must_share"),
        ([COUNTED, {**KEPT, "must_share": "weather"}], "must_share"),
        ([USAGE_COUNTED, {**USAGE_KEPT, "match_sku": "DBU"}], "match_sku"),
        ([COUNTED, {**KEPT, "overlap_set": ""}, KEPT], "overlap_set"),
    ],
)
def test_a_set_that_says_nothing_sure_is_refused(
    registers: RegisterFolder, rows: list[dict[str, str]], column: str
) -> None:
    registers.write("overlaps", rows)
    assert any(f"column {column}:" in sentence for sentence in registers.errors())


@pytest.mark.parametrize(
    ("kept", "counted"),
    [
        ({"match_platform": "azure"}, {"match_platform": "AZURE"}),
        ({"match_platform": "az*"}, {"match_platform": "aws|*re"}),
        ({"match_platform": ""}, {"match_platform": "azure"}),
        ({"match_platform": "azure", "match_sku": "a*"}, {"match_platform": "azure"}),
        (
            {"match_platform": "azure", "valid_to": "2026-06-01"},
            {"match_platform": "azure", "valid_from": "2026-05-31"},
        ),
    ],
)
def test_what_one_set_counts_no_set_keeps_out(
    registers: RegisterFolder, kept: dict[str, str], counted: dict[str, str]
) -> None:
    chain = [
        {"overlap_set": "a", "side": "kept", **kept},
        {"overlap_set": "a", "side": "counted", "match_platform": "invoice"},
        {"overlap_set": "b", "side": "counted", **counted},
        {"overlap_set": "b", "side": "kept", "match_platform": "snowflake", "match_sku": "credits"},
    ]
    registers.write("overlaps", chain)
    assert any("may be one that row 4 counts" in sentence for sentence in registers.errors())


@pytest.mark.parametrize(
    ("kept", "counted"),
    [
        ({"match_platform": "azure"}, {"match_platform": "azur"}),
        ({"match_platform": "a*c"}, {"match_platform": "*b|ab*d"}),
        (
            {"match_platform": "azure", "match_sku": "x*"},
            {"match_platform": "azure", "match_sku": "y*"},
        ),
        (
            {"match_platform": "azure", "valid_to": "2026-06-01"},
            {"match_platform": "azure", "valid_from": "2026-06-01"},
        ),
        ({"match_platform": "azure"}, {"match_platform": "azure", "match_metric": "*"}),
    ],
)
def test_sets_that_never_meet_stand_beside_each_other(
    registers: RegisterFolder, kept: dict[str, str], counted: dict[str, str]
) -> None:
    metric = {"match_metric": counted.get("match_metric", "")}
    registers.write(
        "overlaps",
        [
            {"overlap_set": "a", "side": "kept", **kept},
            {"overlap_set": "a", "side": "counted", "match_platform": "invoice"},
            {"overlap_set": "b", "side": "counted", **counted},
            {"overlap_set": "b", "side": "kept", "match_platform": "snowflake", **metric},
        ],
    )
    assert registers.errors() == []


def test_known_overlaps_stand_in_for_a_missing_register(registers: RegisterFolder) -> None:
    defaults = register_named("overlaps").standing_in
    registers.path("overlaps").unlink()
    stand_in = write_absent_registers(registers.settings) / "overlaps.csv"
    assert stand_in.parent.name == FOLDER
    assert stand_in.read_text(encoding="utf-8") == defaults
    registers.write_text("overlaps", defaults)
    assert registers.faults() == []
    assert {row["side"] for row in csv.DictReader(io.StringIO(defaults))} == {"counted", "kept"}


def test_an_empty_register_declares_no_overlap(registers: RegisterFolder) -> None:
    write_absent_registers(registers.settings)
    assert not (registers.settings.warehouse / FOLDER / "overlaps.csv").exists()


def test_a_new_company_begins_with_the_known_overlaps(registers: RegisterFolder) -> None:
    company = registers.settings.seeds.parent / "company"
    init(company)
    written = (company / "seeds" / "overlaps.csv").read_text(encoding="utf-8")
    assert written == register_named("overlaps").standing_in
