"""The warehouse's ledger on the hard cases' files, cell by cell, and the expected files against hand-made figures."""

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.hard_cases.generate import FOLDER, write_cases
from tests.hard_cases.layout import JOURNAL, read_company, read_journal, read_ledger
from tests.property.ledger_comparison import KEY, differences, warehouse_ledger
from tests.property.warehouse_rows import company_rows
from tests.reference.journal import JournalLine
from tests.support.compiled_project import CompiledProject

NAMES = sorted(folder.name for folder in FOLDER.iterdir())
JOURNALS = [name for name in NAMES if (FOLDER / name / JOURNAL).exists()]
TARGETS = ("fct_allocation_ledger", "fct_allocation_proof")

# Billed cost by payer or reason, worked out on paper.
BY_HAND = {
    "penny_rounding_with_ties": {
        "CC-110": "33.3333333334",
        "CC-210": "33.3333333333",
        "CC-340": "33.3333333333",
    },
    "negative_pool": {
        "CC-110": "-33.3333333334",
        "CC-210": "-33.3333333333",
        "CC-340": "-33.3333333333",
    },
    # 1 unit as 0.2, 0.4, 0.4: to the lower code of the larger two. 5 units as 0.5, 2, 2.5: to the larger.
    "leftover_goes_to_the_larger_driver": {
        "CC-110": "0",
        "CC-210": "0.0000000003",
        "CC-340": "0.0000000003",
    },
    "unallocated_part_waits_for_the_leftover": {
        "CC-210": "33.3333333334",
        "CC-340": "33.3333333333",
        "unknown_identity": "33.3333333333",
    },
    # 40 direct; calls 1:3 of 10; all 10 of the bill's; 5:3:2; twice a third of 10; 10 to the programme.
    "zero_driver_with_each_fallback": {
        "CC-110": "64.1666666668",
        "CC-210": "17.1666666666",
        "CC-340": "8.6666666666",
        "CC-900": "10",
    },
    "zero_driver_without_fallback": {"zero_driver": "10"},
    "owner_moves_mid_month_billed_by_day": {"CC-210": "14", "CC-340": "17"},
    "owner_moves_mid_month_billed_as_lump": {"CC-210": "50", "CC-340": "50"},
    "lump_without_usage": {"CC-210": "100"},
    "unknown_identity_keeps_its_share": {
        "CC-110": "600",
        "CC-210": "300",
        "unknown_identity": "60",
        "identity_without_owner": "40",
    },
    "reorganisation_with_successors": {
        "CC-210": "10",
        "CC-340": "20",
        "CC-110": "10",
        "closed_cost_centre": "10",
    },
    # 10 each, and 40 by tokens 1 : 2 : 1.
    "ownership_expired": {"CC-110": "20", "ownership_expired": "30", "CC-210": "10"},
    "every_reason_for_nobody": {
        "no_identity": "1",
        "unknown_identity": "2",
        "identity_without_owner": "4",
        "unknown_cost_centre": "8",
        "closed_cost_centre": "16",
        "no_rule": "32",
    },
    "sandbox_cap_cuts_a_charge": {"CC-900": "500", "CC-110": "150"},
    "sandbox_over_cap_unallocated": {"CC-900": "500", "sandbox_over_cap": "150"},
    "sandbox_expires_under_its_cap": {"CC-900": "300", "CC-110": "350"},
    "production_is_charged_from_the_later_date": {"CC-110": "12"},
    "credit_names_its_charge": {"CC-110": "112.5", "CC-210": "37.5", "CC-340": "-8"},
    "refund_in_the_next_month": {"CC-110": "112.5", "CC-210": "37.5"},
    "credits_of_every_kind_of_charge": {
        "CC-110": "44",
        "CC-210": "44",
        "CC-340": "-3",
        "CC-900": "0",
        "zero_driver": "4",
        "no_rule": "2",
    },
    "credit_under_a_sandbox_cap": {"CC-900": "500", "CC-110": "150"},
    "rule_changes_its_version": {"CC-110": "94", "CC-210": "76", "CC-340": "30"},
    # 100 : 500 : 10 of 61, and of 1: 0.1639344262|29…, 0.8196721311|47…, 0.0163934426|22….
    "token_weights": {
        "CC-110": "10.1639344262",
        "CC-210": "50.8196721312",
        "CC-340": "1.0163934426",
    },
    "day_grain_pool": {"CC-110": "16", "CC-210": "8", "CC-900": "12"},
    "another_platform_drives": {"CC-110": "60", "CC-210": "30"},
    "exception_beats_the_register": {"CC-110": "40", "CC-340": "30"},
    "tags_against_keys": {
        "CC-210": "1",
        "CC-340": "18",
        "CC-110": "36",
        "unknown_identity": "8",
    },
    "owner_misses_and_the_next_rule_claims": {
        "CC-110": "5",
        "CC-900": "7",
        "unknown_cost_centre": "9",
    },
    # 1 as shared; one unit to the largest share; minus two units to the two first of the equal remainders.
    "split_in_thirds": {
        "CC-110": "0.3334",
        "CC-210": "0.3332999999",
        "CC-340": "0.3333",
    },
    "even_split": {"CC-110": "33.3333333334", "CC-210": "33.3333333333", "CC-340": "33.3333333333"},
    "cost_with_a_negative_net_driver": {"CC-110": "37.5", "CC-210": "-40", "CC-340": "12.5"},
    "seats_of_a_mover": {"CC-110": "14", "CC-210": "17", "CC-340": "31", "unknown_identity": "31"},
    "active_user_in_two_cost_centres": {"CC-110": "45", "CC-210": "75"},
    "gpu_idle_hours_are_spread": {"CC-110": "540", "CC-210": "360"},
    "gpu_idle_hours_are_central": {"CC-110": "270", "CC-210": "180", "CC-900": "450"},
    "gateway_key_by_logged_usage": {"CC-110": "63", "CC-210": "27", "CC-900": "12"},
    "workflow_runs": {"CC-110": "75", "CC-210": "25"},
    # 50 from the first tier; half of 50 + 30 from the second.
    "shared_services_in_two_tiers": {"CC-110": "90", "CC-210": "40"},
    # Of 100 and -100 nothing remains; 0.01 and 0.004 in thirds of 10⁻¹⁰.
    "journal_in_pennies": {
        "CC-110": "0.0046666668",
        "CC-210": "0.0046666666",
        "CC-340": "0.0046666666",
    },
    "zero_cost_charge": {"CC-110": "0", "CC-210": "0", "zero_driver": "0"},
}

# Debits less credits by invoice and cost centre; the clearing account's line has none.
JOURNALS_BY_HAND = {
    "journal_in_pennies": {
        ("I-1", "CC-110"): "33.34",
        ("I-1", "CC-210"): "33.33",
        ("I-1", "CC-340"): "33.33",
        ("I-1", None): "-100.00",
        ("I-2", "CC-110"): "-33.34",
        ("I-2", "CC-210"): "-33.33",
        ("I-2", "CC-340"): "-33.33",
        ("I-2", None): "100.00",
        ("I-3", "CC-110"): "0.01",
        ("I-3", None): "-0.01",
    },
    "shared_services_in_two_tiers": {(None, "CC-210"): "40.00", (None, None): "-40.00"},
    "production_is_charged_from_the_later_date": {(None, "CC-110"): "2.00", (None, None): "-2.00"},
    # 0.3333 of £1; the other invoices are smaller than a penny.
    "split_in_thirds": {("I-1", "CC-210"): "0.33", ("I-1", None): "-0.33"},
}


def _by_payer(name: str) -> dict[str, Decimal]:
    """The expected ledger's billed cost by cost centre, or reason."""
    code, reason = KEY.index("cost_centre_code"), KEY.index("unallocated_reason")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line, (billed, *_) in read_ledger(FOLDER / name).items():
        sums[str(line[code] or line[reason])] += billed
    return dict(sums)


@pytest.mark.parametrize("name", NAMES)
def test_the_warehouse_says_what_is_expected(compiled_project: CompiledProject, name: str) -> None:
    rows = company_rows(read_company(FOLDER / name))
    with compiled_project.run(TARGETS, rows) as warehouse:
        found = differences(warehouse_ledger(warehouse), read_ledger(FOLDER / name))
        assert not found, "\n".join(found)
        assert warehouse.failures() == []


@pytest.mark.parametrize("name", JOURNALS)
def test_the_warehouse_journals_what_is_expected(
    compiled_project: CompiledProject, name: str
) -> None:
    company = read_company(FOLDER / name)
    months = {charge.billing_period_start.date() for charge in company.charges}
    periods = [{"accounting_month": month, "period_status": "open"} for month in sorted(months)]
    rows = company_rows(company) | {"int_accounting_periods": periods}
    with compiled_project.run(("fct_chargeback_journal_lines",), rows) as warehouse:
        drafts = warehouse.rows(
            """
            select
                accounting_month, platform, billing_account_id, invoice_id, currency, cost_centre_code, gl_account,
                debit_amount as debit, credit_amount as credit
            from marts.fct_chargeback_journal_lines
            where status = 'draft'
            """
        )
    assert Counter(JournalLine(**row) for row in drafts) == Counter(read_journal(FOLDER / name))


@pytest.mark.parametrize("name", JOURNALS_BY_HAND)
def test_the_expected_journal_is_what_paper_says(name: str) -> None:
    said = {
        (line.invoice_id, line.cost_centre_code): line.debit - line.credit
        for line in read_journal(FOLDER / name)
    }
    expected = JOURNALS_BY_HAND[name]
    assert said == {place: Decimal(amount) for place, amount in expected.items()}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_expected_ledger_is_what_paper_says(name: str) -> None:
    assert _by_payer(name) == {payer: Decimal(cost) for payer, cost in BY_HAND[name].items()}


def test_huge_and_tiny_amounts_lose_no_unit() -> None:
    """Whole numbers of 10⁻¹⁰, cut by hand as Python cuts integers of any length."""
    weights = {"CC-110": 7 * 10**12, "CC-210": 1, "CC-340": 3 * 10**12}
    total = sum(weights.values())
    payer, invoice = KEY.index("cost_centre_code"), KEY.index("invoice_id")
    units = {
        (str(line[invoice]), str(line[payer])): int(billed.scaleb(10))
        for line, (billed, *_) in read_ledger(FOLDER / "huge_and_tiny_amounts").items()
    }
    for name, whole in {"I-1": 10**25 + 1_234_567_891, "I-2": 1, "I-3": -7}.items():
        parts = {code: units[name, code] for code in weights}
        assert sum(parts.values()) == whole
        for code, part in parts.items():
            assert abs(part * total - whole * weights[code]) < total, (name, code)


def test_a_thousand_parts_sum_to_their_pool() -> None:
    billed = [amounts[0] for amounts in read_ledger(FOLDER / "thousand_recipients").values()]
    assert len(billed) == 1000
    assert sum(billed) == Decimal("1234.56")


def test_the_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    """Else run `python -m tests.hard_cases.generate`."""
    write_cases(tmp_path)
    assert _files(tmp_path) == _files(FOLDER)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
