"""A work file as a build leaves it, written by hand: three charges, one direct entry, one pool with two parts."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from orchestration.publish.history import COLUMNS
from orchestration.settings import Settings

MONTH = "date '2026-05-01'"

_STATEMENTS = [
    "create schema marts",
    "create schema raw",
    """
    create table marts.fct_focus_cost_and_usage as
    select * from (values
        ('c1', 'openai', timestamp '2026-05-01', timestamp '2026-05-03', 'USD', 10.1000000001::decimal(38, 10)),
        ('c2', 'openai', timestamp '2026-05-01', timestamp '2026-05-04', 'USD', 4.0::decimal(38, 10)),
        ('c3', 'aws', timestamp '2026-05-01', timestamp '2026-05-05', 'EUR', 7.0::decimal(38, 10))
    ) as t(x_charge_id, x_platform, billing_period_start, charge_period_start, billing_currency, billed_cost)
    """,
    "alter table marts.fct_focus_cost_and_usage add column effective_cost decimal(38, 10)",
    "alter table marts.fct_focus_cost_and_usage add column x_reporting_cost decimal(38, 10)",
    "alter table marts.fct_focus_cost_and_usage add column x_reporting_currency varchar default 'GBP'",
    "alter table marts.fct_focus_cost_and_usage add column x_accounting_month date default date '2026-05-01'",
    "alter table marts.fct_focus_cost_and_usage add column x_api_key_id varchar",
    "alter table marts.fct_focus_cost_and_usage add column tags varchar",
    """
    update marts.fct_focus_cost_and_usage
    set x_reporting_cost = billed_cost / 2, x_api_key_id = 'key:' || x_charge_id, tags = '{"team":"a=b"}'
    """,
    "update marts.fct_focus_cost_and_usage set effective_cost = billed_cost",
    "alter table marts.fct_focus_cost_and_usage add column charge_description varchar default 'gpt, input'",
    "alter table marts.fct_focus_cost_and_usage add column sku_meter varchar",
    "alter table marts.fct_focus_cost_and_usage add column x_sku varchar",
    "alter table marts.fct_focus_cost_and_usage add column service_name varchar",
    "alter table marts.fct_focus_cost_and_usage add column x_cost_basis varchar default 'billed'",
    "comment on column marts.fct_focus_cost_and_usage.billed_cost is 'What the provider''s invoice says.'",
    "comment on table marts.fct_focus_cost_and_usage is 'One row per charge.'",
    # A view in the marts calls its table by the work file's catalogue.
    "create view marts.fct_focus_1_2 as select x_charge_id, billed_cost from chargeback.marts.fct_focus_cost_and_usage",
    f"""
    create table marts.fct_allocation_ledger as
    select
        allocation_id, {MONTH} as accounting_month, {MONTH} as charge_date, 'gpt' as model,
        null::varchar as feature, null::varchar as environment,
        platform, platform as billing_account_id,
        null::varchar as invoice_id, charge_group_id, pool_id, cost_centre_code, use_case_id,
        'api_key' as identity_type, identity_id, null::varchar as owner_rung, rule_id, '1' as rule_version,
        method, driver, null::varchar as fallback_method, numerator::decimal(38, 12) as driver_numerator,
        denominator::decimal(38, 12) as driver_denominator, share::decimal(38, 10) as share, billing_mode,
        1 as tier, null::varchar as allocation_path,
        unallocated_reason, suggestion, currency as billing_currency, 'GBP' as reporting_currency,
        billed::decimal(38, 10) as billed_cost, billed::decimal(38, 10) as effective_cost,
        (billed / 2)::decimal(38, 10) as reporting_cost, allocation_id = 'bb02' as is_disputed
    from (values
        ('aa01', 'openai', 'g1', null, 'CC-1', 'UC-1', 'key-1', 'direct-keys', 'owner', 'direct', 1, 1, 1,
            'chargeback', null, null, 'USD', 10.1000000001::decimal(38, 10)),
        ('aa02', 'openai', 'g2', null, null, null, 'key-9', 'direct-keys', 'owner', 'direct', 1, 1, 1,
            null, 'unknown_identity', 'Register key-9', 'USD', 4.0::decimal(38, 10)),
        ('bb01', 'aws', null, 'p1', 'CC-1', null, null, 'shared', 'token_volume', 'token_volume', 4, 7, 0.5714285714,
            'showback', null, null, 'EUR', 4.0::decimal(38, 10)),
        ('bb02', 'aws', null, 'p1', 'CC-2', null, null, 'shared', 'token_volume', 'token_volume', 3, 7, 0.4285714285,
            'showback', null, null, 'EUR', 3.0::decimal(38, 10))
    ) as t(allocation_id, platform, charge_group_id, pool_id, cost_centre_code, use_case_id, identity_id, rule_id,
        method, driver, numerator, denominator, share, billing_mode, unallocated_reason, suggestion, currency, billed)
    """,
    """
    create table marts.fct_focus_allocated as
    select cost_centre_code as allocated_resource_id, billed_cost, billing_currency,
        accounting_month::timestamp as billing_period_start, effective_cost, allocation_id as x_allocation_id,
        accounting_month as x_accounting_month
    from marts.fct_allocation_ledger
    """,
    """
    create table marts.fct_passed_on_allocations as
    select *, null::varchar as onward_pool_id from marts.fct_allocation_ledger where false
    """,
    """
    create table marts.fct_allocation_proof as
    select
        pool_id, accounting_month, rule_id, method, fallback_method
    from marts.fct_allocation_ledger where pool_id is not null group by all
    """,
    f"""
    create table marts.fct_charge_lineage as
    select charge_id, charge_group_id, {MONTH} as accounting_month, charge_date, 'd1' as delivery_id,
        'openai__costs' as source_table, 'openai/costs/may.json' as file_name, row_number::bigint as row_number,
        cost::decimal(38, 10) as billed_cost, cost::decimal(38, 10) as effective_cost
    from (values
        ('c1', 'g1', 1, date '2026-05-03', 10.1000000001), ('c2', 'g2', 2, date '2026-05-04', 4.0),
        ('c3', 'g3', 3, date '2026-05-05', 7.0)
    ) as t(charge_id, charge_group_id, row_number, charge_date, cost)
    """,
    f"""
    create table marts.fct_pool_members as
    select 'p1' as pool_id, 'g3' as charge_group_id, {MONTH} as accounting_month, 7.0::decimal(38, 10) as billed_cost,
        7.0::decimal(38, 10) as effective_cost, 3.5::decimal(38, 10) as reporting_cost
    """,
    """
    create table marts.fct_prior_period_adjustments as
    select platform, accounting_month as original_month, accounting_month, billing_currency, reporting_currency,
        cost_centre_code, billing_mode, unallocated_reason, billed_cost, reporting_cost
    from marts.fct_allocation_ledger where false
    """,
    """
    create table marts.dim_cost_centres as
    select * from (values ('CC-1', 'D1', timestamp '2024-01-01'), ('CC-2', 'D1', timestamp '2024-01-01'))
        as t(cost_centre_code, department_code, valid_from)
    """,
    """
    create table marts.dim_allocation_rules as
    select * from (values
        ('direct-keys', '1', 'Every key pays for itself.'), ('shared', '1', 'By tokens.')
    ) as t(rule_id, rule_version, rule_text)
    """,
    """
    create table marts.dim_departments as
    select * from (values
        ('D1', 'Claims (old)', timestamp '2024-01-01'), ('D1', 'Claims', timestamp '2026-01-01')
    ) as t(department_code, department_name, valid_from)
    """,
    f"""
    create table marts.fct_showback_monthly as
    select 'D1' as department_code, cost_centre_code, {MONTH} as accounting_month, reporting_currency,
        sum(reporting_cost)::decimal(38, 10) as reporting_cost, sum(3::bigint) as token_count
    from marts.fct_allocation_ledger where unallocated_reason is null group by all
    """,
    """
    create table marts.fct_deliveries as
    select 'd1' as delivery_id, 'current' as status, null::varchar as first_fault_file, null::bigint as first_fault_row,
        null::varchar as first_fault_column, null::varchar as first_fault_reason, null::varchar as first_fault_remedy,
        0::bigint as fault_count, date '2026-05-31' as content_to, timestamp '2026-06-02 08:00:00' as delivered_at
    """,
    """
    create table marts.fct_overlapping_charges as
    select
        null::varchar as overlap_set, accounting_month, platform, platform as counted_platform,
        null::varchar as shared_value, billing_currency, billed_cost, billed_cost as counted_billed_cost
    from marts.fct_allocation_ledger where false
    """,
    "create table marts.fct_overlapping_usage (overlap_set varchar)",
    f"create table marts.fct_publications ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})",
    """
    create table marts.fct_unallocated_spend as
    select platform, identity_type, identity_id, unallocated_reason, reporting_currency, reporting_cost, suggestion
    from marts.fct_allocation_ledger where unallocated_reason is not null
    """,
]


def make_warehouse(folder: Path) -> Settings:
    """A warehouse folder with the hand-written work file and the record of a build that passed."""
    settings = Settings(
        project_root=folder,
        landing=folder / "landing",
        seeds=folder / "seeds",
        warehouse=folder / "warehouse",
        pseudonym_key="k",
    )
    settings.warehouse.mkdir(parents=True)
    with duckdb.connect(settings.work_file) as connection:
        for statement in _STATEMENTS:
            connection.execute(statement)
    record = {"inputs": {}, "registers": {}, "flags": []}
    (settings.warehouse / "build.json").write_text(json.dumps(record), encoding="utf-8")
    return settings
