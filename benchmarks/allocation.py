"""Measure the allocation of shared bills by metered usage, from usage rows to a proven ledger.

`python -m benchmarks.allocation --help` says how. A generated company of 500 keys with an owner each is billed through
200 shared accounts a month, by tokens, requests, cost and agreed shares. The compiled models run in the order of the
graph, tables and views as the project has them, in a process of their own with a database file and a memory limit. One
plain scan of the same usage (its quantity by day and key) runs in another process, in turns with it: the machine's
speed and load cancel out in the ratio. CPU is user and system time of all threads, without start-up; peak memory is
the whole process's.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import duckdb

from tests.support.compiled_project import CompiledProject, Node

Result = TypeVar("Result")

REPOSITORY = Path(__file__).parents[1]
USAGE = "int_usage_landed"
CHARGES = "int_charges_landed"
TARGETS = ("fct_allocation_ledger", "fct_allocation_proof")
FIRST_MONTH = "timestamp '2025-07-01'"
MONTHS = 12
DAYS = 365
PLATFORMS = "['openai', 'anthropic', 'aws']"
METHODS = "['token_volume', 'requests', 'cost', 'split']"
CHARGES_PER_POOL = 5


@dataclass(frozen=True)
class Size:
    """How large a company is generated. Equal sizes and seeds give equal rows."""

    usage_rows: int
    receivers: int
    pools: int
    seed: int


def generated_tables(size: Size) -> dict[str, str]:
    """SQL of every table that is not empty, by the model, seed or source that it stands for."""
    platform = f"{PLATFORMS}[1 + {{}} % 3]"
    key = "'key-' || lpad(cast({} as varchar), 4, '0')"
    cost_centre = "'CC-' || lpad(cast({} as varchar), 4, '0')"
    use_case = "'UC-' || lpad(cast({} as varchar), 4, '0')"

    def drawn(salt: int, choices: int) -> str:
        """A whole number below `choices`, by row number, salt and seed."""
        return f"cast(hash(n, {salt}, {size.seed}) % {choices} as bigint)"

    return {
        # Squaring makes a few keys busy and most of them quiet, as keys are.
        USAGE: f"""
            with numbered as (
                select
                    n,
                    {drawn(1, 1000)} * {drawn(1, 1000)} * {size.receivers} // 1000000 as key_number,
                    {drawn(2, 3)} as platform_number,
                    {drawn(3, 4)} as type_number,
                    {drawn(4, DAYS * 24)} as hour_number,
                    1 + {drawn(5, 20_000)} as tokens
                from range({size.usage_rows}) as numbers(n)
            )
            select
                {platform.format("platform_number")} as platform,
                platform || '__usage' as source_table,
                'delivery' as delivery_id,
                {FIRST_MONTH} + to_hours(hour_number) as period_start,
                {FIRST_MONTH} + to_hours(hour_number + 1) as period_end,
                ['input_tokens', 'output_tokens', 'cached_input_tokens', 'requests'][1 + type_number] as metric,
                md5('usage-' || n) || ':' || metric as usage_id,
                ['input', 'output', 'cached_input', null][1 + type_number] as token_type,
                case when type_number = 3 then 1 + tokens % 50 else tokens end as quantity,
                case when type_number = 3 then 'requests' else 'tokens' end as unit,
                'model-' || key_number % 4 as model,
                {key.format("key_number")} as api_key_id,
                'project-' || key_number % 50 as project_id
            from numbered""",
        CHARGES: f"""
            with pooled as (
                select
                    n,
                    n // {CHARGES_PER_POOL} % {size.pools} as account_number,
                    n // {CHARGES_PER_POOL * size.pools} as month_number,
                    null as key_number
                from range({CHARGES_PER_POOL * size.pools * MONTHS}) as numbers(n)
            ),
            direct as (
                select
                    1000000000 + n as n,
                    n % 3 as account_number,
                    n // {3 * size.receivers} as month_number,
                    n // 3 % {size.receivers} as key_number
                from range({3 * size.receivers * MONTHS}) as numbers(n)
            ),
            lines as (
                select
                    *,
                    {FIRST_MONTH} + to_months(cast(month_number as integer)) as month_start,
                    {platform.format("account_number")} as platform,
                    -- One line in eight is a credit.
                    cast({drawn(6, 900_000_000_000_000)} - 100000000000000 as decimal(38, 0)) * 0.0000000001 as amount
                from (select * from pooled union all select * from direct)
            )
            select
                'charge-' || n as x_charge_id,
                platform as x_platform,
                platform || '__costs' as x_source_table,
                'delivery' as x_delivery_id,
                'bill.csv' as x_source_file,
                n as x_source_row,
                'billed' as x_cost_basis,
                false as x_is_coarse,
                case
                    when key_number is not null then 'keys'
                    else {METHODS}[1 + account_number // 3 % 4] || '-' || account_number
                end as billing_account_id,
                {key.format("key_number")} as x_api_key_id,
                'AI and Machine Learning' as service_category,
                platform as service_name,
                case when amount < 0 then 'Credit' else 'Usage' end as charge_category,
                case when platform = 'openai' then 'USD' else 'GBP' end as billing_currency,
                amount as billed_cost,
                amount as effective_cost,
                amount as list_cost,
                amount as contracted_cost,
                month_start as billing_period_start,
                month_start + interval 1 month as billing_period_end,
                month_start + to_days(cast({drawn(7, 28)} as integer)) as charge_period_start,
                charge_period_start + interval 1 day as charge_period_end
            from lines""",
        "departments": "select 'D1' as department_code, 'Everyone' as department_name",
        "cost_centres": f"""
            select {cost_centre.format("n")} as cost_centre_code, 'D1' as department_code
            from range({size.receivers}) as numbers(n)""",
        "use_cases": f"""
            select {use_case.format("n")} as use_case_id, {cost_centre.format("n")} as cost_centre_code
            from range({size.receivers}) as numbers(n)""",
        "use_case_stages": f"""
            select {use_case.format("n")} as use_case_id, 'production' as stage, '2025-01-01' as chargeback_from
            from range({size.receivers}) as numbers(n)""",
        # One key in ten moves to its neighbour's use case during the year; one in a hundred has no owner.
        "registers.identities": f"""
            with keys as (
                select
                    n,
                    case when n % 10 = 3 then cast(2025 + n % 2 as varchar) || '-0' || 1 + n % 9 || '-15' end as moved
                from range({size.receivers}) as numbers(n)
                where n % 100 <> 99
            )
            select
                'api_key' as identity_type,
                {key.format("n")} as identity_id,
                {use_case.format("n")} as use_case_id,
                null as valid_from,
                moved as valid_to
            from keys
            union all
            select 'api_key', {key.format("n")}, {use_case.format("n - 1")}, moved, null
            from keys
            where moved is not null""",
        "allocation_rules": f"""
            select
                'R-' || method as rule_id,
                '1' as rule_version,
                cast(10 + n as varchar) as priority,
                method || '-*' as match_billing_account_id,
                method,
                'month' as driver_grain,
                case when method = 'split' then 'S-1' end as split_id
            from (select n, {METHODS}[1 + n] as method from range(4) as numbers(n))
            union all
            select 'R-owner', '1', '90', null, 'owner', null, null""",
        "allocation_splits": f"""
            select
                'S-1' as split_id,
                {cost_centre.format("n")} as cost_centre_code,
                '{Decimal(100) / size.receivers}' as share_percent
            from range({size.receivers}) as numbers(n)""",
        "fx_rates": f"""
            select
                strftime({FIRST_MONTH} + to_months(cast(n as integer)), '%Y-%m') as month,
                'USD' as from_currency,
                'GBP' as to_currency,
                '0.7' || n as rate
            from range({MONTHS}) as numbers(n)""",
        "model_prices": f"""
            select
                {platform.format("n")} as provider,
                'model-' || n // 3 % 4 as model,
                token_type,
                cast(1 + n as varchar) as price,
                '1000000' as per_units,
                'tokens' as unit,
                'USD' as currency
            from range(12) as numbers(n)
            cross join (select unnest(['input', 'output', 'cached_input']) as token_type)""",
        "policy": """
            select * from (
                values ('reporting_currency', 'GBP'), ('programme_cost_centre', 'CC-0000'), ('token_weight.output', '4')
            ) as settings(setting, value)""",
    }


def prepare(folder: Path, size: Size) -> dict[str, str]:
    """Compile the project and write the company's tables as Parquet; returns the charges' exact totals."""
    project = CompiledProject.compiled(REPOSITORY, folder / "compiled")
    tables = generated_tables(size)
    with duckdb.connect(
        config={"memory_limit": "2GB", "preserve_insertion_order": False}
    ) as connection:
        nodes = project.path_to(TARGETS, given=tables)
        steps = [
            {"name": f"schema {schema}", "sql": f'create schema "{schema}"'}
            for schema in sorted({node.schema for node in nodes})
        ]
        for node in nodes:
            if node.name in tables:
                file = folder / f"{node.name}.parquet"
                _write_parquet(connection, tables[node.name], _column_types(project, node), file)
            steps.append(
                {"name": node.name, "sql": _statement(project, node, folder, given=tables)}
            )
        (folder / "steps.json").write_text(json.dumps(steps), encoding="utf-8")
        return _totals(connection, f"'{folder / CHARGES}.parquet'")


def _column_types(project: CompiledProject, node: Node) -> dict[str, str]:
    """Registers and raw tables are text throughout."""
    return (
        project.column_types(node.name)
        if node.kind == "model"
        else dict.fromkeys(node.columns, "varchar")
    )


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, sql: str, types: Mapping[str, str], file: Path
) -> None:
    """The rows with every column of the relation; what the SQL does not give is null."""
    given = {column for column, *_ in connection.execute(f"describe {sql}").fetchall()}
    columns = ", ".join(
        f'cast({name if name in given else "null"} as {kind}) as "{name}"'
        for name, kind in types.items()
    )
    connection.execute(f"copy (select {columns} from ({sql})) to '{file}' (format parquet)")


def _statement(project: CompiledProject, node: Node, folder: Path, given: Mapping[str, str]) -> str:
    """What makes a relation: usage stays in its file, and what is neither given nor a model is empty."""
    if node.name in given:
        kind = "view" if node.name == USAGE else "table"
        return f"create {kind} {node.relation} as select * from '{folder / node.name}.parquet'"
    if node.kind == "model":
        return f"create {node.materialized} {node.relation} as {node.sql}"
    columns = ", ".join(f'"{name}" {kind}' for name, kind in _column_types(project, node).items())
    return f"create table {node.relation} ({columns or '_row bigint'})"


def _totals(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """The measures that the bill states, per currency, as exact text."""
    rows = connection.execute(f"""
        select billing_currency, cast(sum(billed_cost) as varchar), cast(sum(effective_cost) as varchar)
        from {relation}
        group by billing_currency
        order by billing_currency
        """).fetchall()
    return {
        currency: f"{billed} billed, {effective} effective" for currency, billed, effective in rows
    }


@dataclass(frozen=True)
class Limits:
    """What a measured process may use."""

    memory: str
    threads: int


@dataclass(frozen=True)
class Measured:
    """One process: CPU seconds in all and by model, peak resident memory, and what it found."""

    cpu_seconds: float
    peak_mib: float
    by_model: dict[str, float]
    found: dict[str, object]


def allocate(folder: Path, limits: Limits) -> Measured:
    """Run the models on the prepared tables, through the ledger and its proof."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as work,
        _connected(Path(work), limits) as connection,
    ):
        by_model = {}
        for step in json.loads((folder / "steps.json").read_text(encoding="utf-8")):
            started = _cpu_seconds()
            connection.execute(step["sql"])
            by_model[step["name"]] = _cpu_seconds() - started
        peak_mib = _peak_mib()
        entries, unallocated = _one_row(
            connection,
            "select count(*), count(unallocated_reason) from marts.fct_allocation_ledger",
        )
        pools, recipients, residuals = _one_row(
            connection,
            """
            select
                count(*) filter (where proof_kind = 'pool'),
                max(recipients) filter (where proof_kind = 'pool'),
                count(*) filter (where residual <> 0 or effective_residual <> 0 or reporting_residual <> 0)
            from marts.fct_allocation_proof
            """,
        )
        found = {
            "ledger_rows": entries,
            "unallocated_rows": unallocated,
            "pools": pools,
            "most_cost_centres_in_a_pool": recipients,
            "proofs_with_a_residual": residuals,
            "totals": _totals(connection, "marts.fct_allocation_ledger"),
        }
    return Measured(sum(by_model.values()), peak_mib, by_model, found)


def scan(folder: Path, limits: Limits) -> Measured:
    """The same usage read once: its quantity by day and key."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as work,
        _connected(Path(work), limits) as connection,
    ):
        started = _cpu_seconds()
        connection.execute(f"""
            create table scanned as
            select cast(period_start as date) as usage_date, api_key_id, sum(quantity) as quantity
            from '{folder / USAGE}.parquet'
            group by 1, 2
            """)
        return Measured(_cpu_seconds() - started, _peak_mib(), {}, {})


def _connected(work: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A new database file under the name that the compiled SQL speaks of."""
    connection = duckdb.connect(
        work / "chargeback.duckdb",
        config={
            "memory_limit": limits.memory,
            "threads": limits.threads,
            "temp_directory": str(work / "spill"),
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


def _one_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple:
    (row,) = connection.execute(sql).fetchall()
    return row


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mib() -> float:
    """Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(function: Callable[..., Result], *arguments: object) -> Result:
    """What the function returns, from a new process whose memory nothing else has used."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as executor:
        return executor.submit(function, *arguments).result()


def measure(size: Size, limits: Limits, runs: int) -> dict[str, object]:
    """Generate a company, then scan and allocate it in turns; medians, and the totals of both sides."""
    with tempfile.TemporaryDirectory(prefix="allocation-") as work:
        folder = Path(work)
        stated = in_a_process(prepare, folder, size)
        pairs = [
            (in_a_process(scan, folder, limits), in_a_process(allocate, folder, limits))
            for _ in range(runs)
        ]
    allocations = [allocation for _, allocation in pairs]
    by_model = {
        name: round(statistics.median(allocation.by_model[name] for allocation in allocations), 3)
        for name in allocations[0].by_model
    }
    return {
        "usage_rows": size.usage_rows,
        "scan_cpu_seconds": round(statistics.median(once.cpu_seconds for once, _ in pairs), 3),
        "allocation_cpu_seconds": round(
            statistics.median(once.cpu_seconds for once in allocations), 3
        ),
        "ratio": round(
            statistics.median(once.cpu_seconds / base.cpu_seconds for base, once in pairs), 2
        ),
        "scan_peak_mib": round(max(once.peak_mib for once, _ in pairs)),
        "allocation_peak_mib": round(max(once.peak_mib for once in allocations)),
        "cpu_seconds_by_model": dict(sorted(by_model.items(), key=lambda pair: -pair[1])[:15]),
        **allocations[0].found,
        "is_exact": all(
            once.found["totals"] == stated and once.found["proofs_with_a_residual"] == 0
            for once in allocations
        ),
    }


def slopes(measurements: Sequence[Mapping]) -> dict[str, float]:
    """CPU seconds per further million rows, between the smallest and the largest company, and their ratio."""
    small, *_, large = sorted(measurements, key=lambda one: one["usage_rows"])
    millions = (large["usage_rows"] - small["usage_rows"]) / 1_000_000
    allocation, scanned = (
        (large[name] - small[name]) / millions
        for name in ("allocation_cpu_seconds", "scan_cpu_seconds")
    )
    return {
        "allocation_cpu_seconds_per_million_rows": round(allocation, 3),
        "scan_cpu_seconds_per_million_rows": round(scanned, 3),
        "ratio": round(allocation / scanned, 2),
    }


def print_table(measurement: Mapping) -> None:
    """One company's figures, for reading."""
    print(f"{measurement['usage_rows']:>12,} usage rows     CPU seconds   peak MiB")
    for name in ("scan", "allocation"):
        cpu, peak = measurement[f"{name}_cpu_seconds"], measurement[f"{name}_peak_mib"]
        print(f"{name:>27} {cpu:>13.2f} {peak:>10,}")
    print(f"{'ratio':>27} {measurement['ratio']:>13.2f}")
    for name, cpu in measurement["cpu_seconds_by_model"].items():
        print(f"    {name:<36} {cpu:>8.2f}")
    print(
        f"    {measurement['ledger_rows']:,} ledger rows; equal to the bill: {measurement['is_exact']}\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure the allocation against one scan of its usage."
    )
    parser.add_argument(
        "--usage-rows",
        type=int,
        nargs="+",
        default=[2_000_000, 10_000_000],
        help="one company per number; several also give the cost of a further million rows",
    )
    parser.add_argument(
        "--receivers", type=int, default=500, help="keys, each with an owner of its own"
    )
    parser.add_argument("--pools", type=int, default=200, help="shared accounts billed each month")
    parser.add_argument(
        "--runs", type=int, default=3, help="turns of scan and allocation; medians are shown"
    )
    parser.add_argument(
        "--memory-limit", default="700MB", help="DuckDB's; the process needs some more"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    limits = Limits(arguments.memory_limit, arguments.threads)
    measurements = []
    for usage_rows in arguments.usage_rows:
        size = Size(usage_rows, arguments.receivers, arguments.pools, arguments.seed)
        measurements.append(measure(size, limits, arguments.runs))
        print_table(measurements[-1])
    report: dict[str, object] = {"companies": measurements}
    if len(measurements) > 1:
        report["slope"] = slopes(measurements)
    print(json.dumps(report))
    if not all(measurement["is_exact"] for measurement in measurements):
        raise SystemExit("The ledger is not equal to the bill.")


if __name__ == "__main__":
    main()
