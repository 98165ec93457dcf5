"""Every way in which a vendor writes a file is declared, landed by a test, and listed in the docs."""

import csv
import io
from collections import defaultdict

from orchestration.landing.contracts import load_contracts
from orchestration.registers.declared import REGISTERS
from tests.integration.sources.coverage import PAGE, declared_variants, marked_tests, page

TABLES = [table for table in load_contracts() if table.root == "landing"]
MARKED = list(marked_tests())


def test_every_landed_file_declares_its_variants() -> None:
    assert [table.qualified for table in TABLES if not table.variants] == []


def test_every_variant_is_landed_by_a_test_and_none_is_invented() -> None:
    assert {variant for test in MARKED for variant in test.variants} == set(
        declared_variants(TABLES)
    )


def test_what_is_said_to_be_backed_by_a_file_from_outside_is_tested_with_it() -> None:
    """And a test of such a file does not hide that it backs a variant."""
    with_samples: dict[str, bool] = defaultdict(bool)
    for test in MARKED:
        for variant in test.variants:
            with_samples[variant] |= test.needs_samples
    evidence = declared_variants(TABLES)
    assert {name for name, backed in with_samples.items() if backed} == {
        name for name, what in evidence.items() if what == "sample"
    }


def test_the_page_lists_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(load_contracts(), MARKED), (
        "run: python -m tests.integration.sources.coverage"
    )


def test_each_platform_has_a_page_that_is_written_by_hand() -> None:
    assert [
        table.platform for table in TABLES if not (PAGE.parent / f"{table.platform}.md").exists()
    ] == []


def test_both_sides_of_every_known_overlap_are_landed_together_by_a_test() -> None:
    [overlaps] = [register for register in REGISTERS if register.name == "overlaps"]
    known = {row["overlap_set"] for row in csv.DictReader(io.StringIO(overlaps.standing_in))}
    assert known
    tested = {name for test in marked_tests(marker="overlap") for name in test.variants}
    assert tested == known
