"""The chain from a ledger entry to the vendor's row."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration.errors import RefusalError
from orchestration.publish import publish
from orchestration.report.explanation import explain_cost_centre, explain_entry
from orchestration.report.explanation_terminal import print_cost_centre, print_explanation
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = make_warehouse(tmp_path_factory.mktemp("company"))
    publish(settings)
    return settings


def test_a_direct_entry_leads_to_its_file_and_row(settings: Settings) -> None:
    explanation = explain_entry(settings, "aa01", charge_limit=10)
    (charge,) = explanation.whole.largest_charges
    assert explanation.rule_sentence == "Every key pays for itself."
    assert (charge.file_name, charge.row_number) == ("openai/costs/may.json", 1)
    assert explanation.whole.adds_up


def test_a_pool_part_shows_all_receivers_and_all_charges(settings: Settings) -> None:
    whole = explain_entry(settings, "bb01", charge_limit=10).whole
    assert [(part.cost_centre_code, part.driver_numerator) for part in whole.entries] == [
        ("CC-1", Decimal(4)),
        ("CC-2", Decimal(3)),
    ]
    assert (whole.charges_billed_cost, whole.entries_billed_cost) == (Decimal(7), Decimal(7))
    assert whole.adds_up


def test_what_a_shared_service_passed_on_leads_through_it_to_the_charges(tmp_path: Path) -> None:
    settings = make_warehouse(tmp_path)
    with duckdb.connect(settings.work_file) as connection:
        for statement in (
            """
            insert into marts.fct_passed_on_allocations
            select *, 'p2' from marts.fct_allocation_ledger where allocation_id = 'bb02'
            """,
            *(
                f"""
                insert into marts.fct_allocation_ledger
                select * replace ('{entry}' as allocation_id, '{code}' as cost_centre_code, 2 as tier,
                    'shared → CC-2: onward' as allocation_path, 'p2' as pool_id, 'onward' as rule_id,
                    {cost} as billed_cost, {cost} as effective_cost)
                from marts.fct_allocation_ledger where allocation_id = 'bb02'
                """
                for entry, code, cost in (("cc01", "CC-3", 2), ("cc02", "CC-4", 1))
            ),
            "delete from marts.fct_allocation_ledger where allocation_id = 'bb02'",
        ):
            connection.execute(statement)
    publish(settings)
    explanation = explain_entry(settings, "cc01", charge_limit=10)
    whole = explanation.whole
    assert [part.cost_centre_code for part in whole.entries] == ["CC-3", "CC-4"]
    assert [(held.cost_centre_code, held.rule_id, held.billed_cost) for held in whole.held] == [
        ("CC-2", "shared", Decimal(3))
    ]
    assert [charge.charge_id for charge in whole.largest_charges] == ["c3"]
    assert whole.adds_up
    console = Console(file=StringIO(), width=160)
    print_explanation(explanation, console)
    output = console.file
    assert isinstance(output, StringIO)
    assert "tier 2, by way of shared → CC-2: onward" in output.getvalue()
    assert "held 3.00 EUR billed, 3.00 effective = entries 3.00 billed" in output.getvalue()
    # The pool of the tier before still adds up, with the part that was passed on.
    assert explain_entry(settings, "bb01", charge_limit=10).whole.adds_up


def test_a_part_that_lost_a_charge_does_not_add_up(tmp_path: Path) -> None:
    settings = make_warehouse(tmp_path)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("delete from marts.fct_charge_lineage where charge_id = 'c3'")
    publish(settings)
    assert not explain_entry(settings, "bb01", charge_limit=10).whole.adds_up


def test_sums_cover_all_charges_though_few_are_shown(tmp_path: Path) -> None:
    settings = make_warehouse(tmp_path)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "update marts.fct_charge_lineage set charge_group_id = 'g3' where charge_id = 'c2'"
        )
    publish(settings)
    whole = explain_entry(settings, "bb01", charge_limit=1).whole
    assert [charge.charge_id for charge in whole.largest_charges] == ["c3"]
    assert (whole.charge_count, whole.charges_billed_cost) == (2, Decimal(11))


def test_a_cost_centre_and_month_lists_its_entries_largest_first(settings: Settings) -> None:
    found = explain_cost_centre(settings, "CC-1", "2026-05", None, charge_limit=10)
    assert [entry.allocation_id for entry in found.entries] == ["aa01", "bb01"]
    assert found.largest.entry == found.entries[0]


def test_a_platform_narrows_it(settings: Settings) -> None:
    found = explain_cost_centre(settings, "CC-1", "2026-05", "aws", charge_limit=10)
    assert [entry.allocation_id for entry in found.entries] == ["bb01"]


@pytest.mark.parametrize(
    ("allocation_id", "message"), [("zz", "No entry"), ("bb", "Several entries")]
)
def test_an_id_must_name_one_entry(settings: Settings, allocation_id: str, message: str) -> None:
    with pytest.raises(RefusalError, match=message):
        explain_entry(settings, allocation_id, charge_limit=10)


def test_a_cost_centre_without_entries_is_a_sentence(settings: Settings) -> None:
    with pytest.raises(RefusalError, match="no entry of CC-9 in 2026-05 on aws"):
        explain_cost_centre(settings, "CC-9", "2026-05", "aws", charge_limit=10)


def test_the_printed_chain_names_every_link(settings: Settings) -> None:
    console = Console(file=StringIO(), width=160)
    print_explanation(explain_entry(settings, "bb01", charge_limit=10), console)
    print_cost_centre(
        explain_cost_centre(settings, "CC-1", "2026-05", None, charge_limit=10), console
    )
    output = console.file
    assert isinstance(output, StringIO)
    for link in (
        "CC-1, no use case, showback",
        "shared version 1",
        "By tokens.",
        "4 of 7 = 0.5714285714",
        "pool p1 went to 2 entries",
        "openai/costs/may.json, row 3",
        "charges 7.00 EUR billed, 7.00 effective = entries 7.00 billed, 7.00 effective ✓",
        "CC-1 in 2026-05: 2 entries",
        "together 7.0500000001 GBP",
        "Charges 1, in 1 charge group",
    ):
        assert link in output.getvalue()
