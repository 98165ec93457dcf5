"""The warehouse's ledger and the reference's, brought to one form.

Rows that agree in every compared column are summed on both sides, pool parts' numerators too: how
finely direct charges are grouped is the warehouse's affair, what a group says is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from tests.reference.arithmetic import money_amount
from tests.reference.records import LedgerEntry, PoolKey, SequenceIds
from tests.support.compiled_project import CompanyWarehouse

KEY = (
    "accounting_month",
    "platform",
    "billing_account_id",
    "invoice_id",
    "billing_currency",
    "reporting_currency",
    "charge_date",
    "tier",
    "allocation_path",
    "rule_id",
    "rule_version",
    "method",
    "fallback_method",
    "feature",
    "model",
    "workflow_id",
    "environment",
    "cost_centre_code",
    "use_case_id",
    "use_case_stage",
    "billing_mode",
    "unallocated_reason",
    "identity_type",
    "identity_id",
    "owner_rung",
)
MEASURES = ("billed_cost", "effective_cost", "reporting_cost")

# What a driver's numerator counts in the ledger, in the reference's integer units.
DRIVER_UNITS = {
    "split": 10**6,
    "token_volume": 10**6,
    "active_users": 10**6,
    "gpu_hours": 10**6,
    "cost": 10**10,
    "gateway": 10**12,
}

Line = tuple[object, ...]
Amounts = tuple[Decimal, ...]


def warehouse_ledger(warehouse: CompanyWarehouse) -> dict[Line, Amounts]:
    return _summed(
        (_warehouse_line(row), _warehouse_amounts(row))
        for row in warehouse.rows("select * from marts.fct_allocation_ledger")
    )


def reference_ledger(entries: Iterable[LedgerEntry]) -> dict[Line, Amounts]:
    return _summed((_reference_line(entry), _reference_amounts(entry)) for entry in entries)


def differences(warehouse: Mapping[Line, Amounts], reference: Mapping[Line, Amounts]) -> list[str]:
    """One readable line per ledger line that only one side has, or has otherwise."""
    lines = sorted(warehouse.keys() | reference.keys(), key=str)
    return [
        f"{_readable(line)}\n  warehouse {_amounts(warehouse.get(line))}"
        f"\n  reference {_amounts(reference.get(line))}"
        for line in lines
        if warehouse.get(line) != reference.get(line)
    ]


def sequence_ids(warehouse: CompanyWarehouse) -> SequenceIds:
    """The warehouse's own ids of pools and of parts of coarse charges."""
    pools = {
        (
            row["rule_id"],
            row["rule_version"],
            row["accounting_month"],
            row["pool_date"],
            row["platform"],
            row["billing_account_id"],
            row["invoice_id"],
            row["billing_currency"],
            row["sender_code"],
            row["model"],
            row["api_key_id"],
            row["credit_id"],
        ): str(row["pool_id"])
        for row in warehouse.rows(
            """
            select
                pools.*,
                null as sender_code,
                (
                    select max(charges.charge_id)
                    from intermediate.int_pool_members as members
                    inner join intermediate.int_charges_grouped as charges
                        on members.charge_group_id = charges.charge_group_id
                    where members.pool_id = pools.pool_id and pools.credited_group_id is not null
                ) as credit_id
            from intermediate.int_pools_collected as pools
            union all by name
            select * from intermediate.int_onward_pools
            """
        )
    }
    parts = {
        (row["x_origin_charge_id"], row["day"], row["x_api_key_id"]): str(row["x_charge_id"])
        for row in warehouse.rows(
            """
            select x_origin_charge_id, x_charge_id, x_api_key_id,
                cast(charge_period_start as date) as day
            from intermediate.int_charges_rated_to_keys
            where x_cost_basis = 'derived'
            """
        )
    }

    def pool_id(pool: PoolKey) -> str:
        day = pool.charge_day or pool.accounting_month
        key = (pool.rule_id, pool.rule_version, pool.accounting_month, day)
        where = (
            pool.platform,
            pool.billing_account_id,
            pool.invoice_id,
            pool.billing_currency,
            pool.sender,
            pool.model,
            pool.api_key_id,
            pool.credit_id,
        )
        return pools.get((*key, *where), repr(pool))

    def part_id(charge_id: str, day: date, key: str | None) -> str:
        return parts.get((charge_id, day, key), f"{charge_id}|{day}|{key}")

    return SequenceIds(pool=pool_id, part=part_id)


def _warehouse_line(row: Mapping[str, object]) -> Line:
    is_pooled = row["pool_id"] is not None
    driver = [row["driver"], row["driver_denominator"]] if is_pooled else [None, None]
    return (*(row[column] for column in KEY), *driver)


def _reference_line(entry: LedgerEntry) -> Line:
    values = {column: getattr(entry, column) for column in KEY}
    if entry.pool is not None:
        values["charge_date"] = entry.pool.charge_day or entry.pool.accounting_month
    return (*values.values(), entry.driver, _quantity(entry, entry.driver_denominator))


def _warehouse_amounts(row: Mapping[str, object]) -> Amounts:
    numerator = row["driver_numerator"] if row["pool_id"] is not None else None
    return (*(row[measure] for measure in MEASURES), numerator or Decimal(0))


def _reference_amounts(entry: LedgerEntry) -> Amounts:
    numerator = _quantity(entry, entry.driver_numerator) or Decimal(0)
    return (*(money_amount(getattr(entry, measure)) for measure in MEASURES), numerator)


def _quantity(entry: LedgerEntry, units: int | None) -> Decimal | None:
    """A driver quantity as the ledger states it, exact for its units are powers of ten."""
    counted_by = entry.counted_by or entry.driver or ""
    return None if units is None else Decimal(units) / DRIVER_UNITS.get(counted_by, 1)


def _summed(lines: Iterable[tuple[Line, Amounts]]) -> dict[Line, Amounts]:
    sums: dict[Line, Amounts] = defaultdict(lambda: (Decimal(0),) * (len(MEASURES) + 1))
    for line, amounts in lines:
        sums[line] = tuple(a + b for a, b in zip(sums[line], amounts, strict=True))
    return dict(sums)


def _readable(line: Line) -> str:
    names = (*KEY, "driver", "driver_denominator")
    told = zip(names, line, strict=True)
    return ", ".join(f"{name}={_value(value)}" for name, value in told if value is not None)


def _value(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _amounts(amounts: Amounts | None) -> str:
    return "has no such line" if amounts is None else " ".join(f"{amount:f}" for amount in amounts)
