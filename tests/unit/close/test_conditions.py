"""What keeps a month open, one check at a time, on hand-written marts in which nothing is wrong but the one thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from orchestration.close.conditions import CHECKS, find_blocks

MAY = date(2026, 5, 1)
_OPEN_END = "timestamp '9999-12-31'"

# A month that may be closed: April is, May's bill is settled and agrees, everything has an owner and its records.
_WHOLE = f"""
create schema marts; create schema intermediate; create schema staging;
create table marts.dim_accounting_periods as select * from (values
    (date '2026-04-01', 'closed', 9), (date '2026-05-01', 'provisional', 9), (date '2026-06-01', 'open', 9)
) as t(accounting_month, period_status, charge_count);
create table intermediate.int_platform_settlements as select * from (values
    ('aws', date '2026-05-01', true), ('aws', date '2026-06-01', false)
) as t(platform, accounting_month, is_settled);
create table marts.fct_deliveries as select * from (values
    ('d1', 'current', 'bill', null::varchar, null::varchar, null::varchar)
) as t(delivery_id, status, role, first_fault_file, first_fault_reason, first_fault_remedy);
create table marts.fct_invoice_reconciliation as select * from (values
    ('aws', '1', 'I-5', 'USD', 'agrees', 100::decimal(38, 10), 100::decimal(38, 10), 0::decimal(38, 10),
        0::decimal(38, 10), date '2026-05-01'),
    ('aws', '1', 'I-6', 'USD', 'differs', 100, 90, 0, 10, date '2026-06-01'),
    ('openai', '2', null, 'USD', 'no invoice registered', null, 90, 0, null, date '2026-05-01')
) as t(provider, billing_account_id, invoice_id, billing_currency, status, invoice_amount, billed_cost, tax_cost,
    difference, accounting_month);
create table marts.fct_allocation_ledger as select * from (values
    ('aws', 80::decimal(38, 10), null, date '2026-05-01'), ('aws', 20, 'no_identity', date '2026-05-01'),
    ('aws', 99, 'no_identity', date '2026-06-01')
) as t(platform, reporting_cost, unallocated_reason, accounting_month);
create table staging.stg_registers__policy as select * from (values
    ('unallocated_error_share', '0.2', timestamp '2026-01-01', {_OPEN_END}),
    ('unallocated_error_share', '0', timestamp '1900-01-01', timestamp '2026-01-01')
) as t(setting, value, valid_from, valid_to);
create table marts.fct_governance_gaps as select * from (values
    ('UC-1', 'dpia assessment expired', 'Have it renewed', true, true, date '2026-05-01'),
    ('UC-1', 'no usage owner', 'Name one', false, false, date '2026-05-01'),
    ('UC-2', 'no business owner', 'Name another', true, false, date '2026-06-01')
) as t(use_case_id, gap_kind, remedy, stops_close, is_excepted, accounting_month);
create table staging.stg_registers__exceptions as select * from (values
    ('E-1', 'aws', 'api_key', 'k1', null::varchar, null, 'P1', timestamp '2026-03-01', timestamp '2026-04-01'),
    ('E-2', 'aws', 'api_key', 'k2', null, 'ownership', 'P1', timestamp '2026-03-01', timestamp '2026-06-02')
) as t(exception_id, platform, identity_type, identity_id, use_case_id, exception_kind, approved_by, valid_from,
    valid_to);
create table staging.stg_registers__identities as select * from (values
    (null, 'api_key', 'k1', timestamp '2024-01-01', {_OPEN_END})
) as t(platform, identity_type, identity_id, valid_from, valid_to);
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(_WHOLE)
        yield connection


def test_a_month_in_order_is_not_blocked(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert find_blocks(warehouse, MAY) == []


# Each spoils one thing; the check that has to see it, and what it has to name.
SPOILT = [
    ("update marts.dim_accounting_periods set period_status = 'provisional' where accounting_month < date '2026-05-01'",
        "earlier_month_open", "2026-04"),
    ("update intermediate.int_platform_settlements set is_settled = false", "unsettled_source", "aws"),
    ("insert into marts.fct_deliveries values ('d2', 'quarantined', 'bill', 'aws/2026-05.csv', 'ragged', 'Mend')",
        "quarantined_delivery", "aws/2026-05.csv"),
    ("update marts.fct_invoice_reconciliation set status = 'differs', difference = 0.01 where invoice_id = 'I-5'",
        "invoice_difference", "0.01 USD"),
    ("update marts.fct_invoice_reconciliation set status = 'no charges landed' where invoice_id = 'I-5'",
        "invoice_difference", "no charges landed"),
    ("update marts.fct_allocation_ledger set reporting_cost = 20.01 where reporting_cost = 20",
        "unallocated_share", "20.01"),
    ("update marts.fct_governance_gaps set is_excepted = false", "production_use_case", "UC-1"),
    ("update marts.fct_governance_gaps set stops_close = true", "production_use_case", "no usage owner"),
    ("insert into marts.fct_governance_gaps values ('UC-3', 'risk assessment missing', 'Have it done', true, false, "
        "date '2026-05-01')", "production_use_case", "risk assessment missing"),
    ("update staging.stg_registers__identities set valid_to = timestamp '2026-04-01'", "expired_exception", "E-1"),
    ("update staging.stg_registers__exceptions set valid_to = timestamp '2026-06-01' where exception_id = 'E-2'",
        "expired_exception", "E-2"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "check", "named"), SPOILT)
def test_one_thing_wrong_blocks_by_its_check_and_is_named(
    warehouse: duckdb.DuckDBPyConnection, statement: str, check: str, named: str
) -> None:
    warehouse.execute(statement)
    blocks = find_blocks(warehouse, MAY)
    assert {block.check for block in blocks} == {check}
    assert named in blocks[0].finding
    assert blocks[0].remedy


def test_every_check_has_a_case() -> None:
    assert {check for _, check, _ in SPOILT} == set(CHECKS)


def test_the_gaps_of_a_use_case_are_one_finding_with_all_their_remedies(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "update marts.fct_governance_gaps set stops_close = true, is_excepted = false"
    )
    (block,) = find_blocks(warehouse, MAY)
    assert block.finding.endswith("dpia assessment expired, no usage owner")
    assert block.remedy.startswith("Have it renewed. Name one. Or ")


def test_a_governance_exception_that_has_ended_keeps_the_month_open_while_a_gap_is_left(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute(
        "insert into staging.stg_registers__exceptions values "
        "('E-9', null, null, null, 'UC-1', 'governance', 'P1', timestamp '2026-01-01', timestamp '2026-05-31')"
    )
    warehouse.execute("update marts.fct_governance_gaps set is_excepted = false where stops_close")
    assert {block.check for block in find_blocks(warehouse, MAY)} == {
        "production_use_case",
        "expired_exception",
    }
    warehouse.execute("update marts.fct_governance_gaps set stops_close = false")
    assert find_blocks(warehouse, MAY) == []
