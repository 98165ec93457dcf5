"""The warehouse's ledger is the reference allocator's, to the last unit, for any company."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.companies import companies
from tests.property.ledger_comparison import (
    differences,
    reference_ledger,
    sequence_ids,
    warehouse_ledger,
)
from tests.property.warehouse_rows import company_rows
from tests.reference.allocator import allocate
from tests.reference.records import Company
from tests.support.compiled_project import CompiledProject

TARGETS = ("fct_allocation_ledger", "fct_allocation_proof")


@given(company=companies())
def test_ledger_is_the_reference_ledger(
    compiled_project: CompiledProject, company: Company
) -> None:
    with compiled_project.run(TARGETS, company_rows(company)) as warehouse:
        reference = allocate(company, sequence_ids(warehouse))
        found = differences(warehouse_ledger(warehouse), reference_ledger(reference))
        assert not found, "\n".join(found)
        assert warehouse.failures() == []


@settings(max_examples=settings().max_examples // 3)
@given(company=companies(), order=st.randoms())
def test_ledger_does_not_depend_on_the_order_of_rows(
    compiled_project: CompiledProject, company: Company, order: random.Random
) -> None:
    rows = company_rows(company)
    ledger = "select * from marts.fct_allocation_ledger order by allocation_id"
    with compiled_project.run(TARGETS, rows) as warehouse:
        expected = warehouse.rows(ledger)
    shuffled = {name: order.sample(table, len(table)) for name, table in rows.items()}
    with compiled_project.run(TARGETS, shuffled, threads=2) as warehouse:
        assert warehouse.rows(ledger) == expected
