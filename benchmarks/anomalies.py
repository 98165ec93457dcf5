"""Plant shocks in the daily costs that a warehouse holds and count which of them the anomalies' models find.

`python -m benchmarks.anomalies` takes the work file of the settings (run `chargeback run` first). Each kind of shock is
planted once in every series that is large enough, on a day drawn from the seed, and the compiled models judge the
changed series. The same models on the series as they are give the alarms of quiet months: each counts as false, also
those of true events in the figures, so the rate is an upper bound.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.settings import Settings
from tests.support.compiled_project import CompiledProject, Node

REPOSITORY = Path(__file__).parents[1]
GIVEN = (
    "fct_showback_daily",
    "fct_allocation_ledger",
    "int_driver_usage_by_owner",
    "stg_registers__known_events",
    "stg_registers__use_cases",
)
SHAPES = ("spike", "step", "slow leak")
DRIVERS = ("price", "volume", "mix")
USUAL_COST = 15
LEAK_DAYS = 60
WITHIN_DAYS = {"spike": 1, "step": 7, "slow leak": LEAK_DAYS}


@dataclass(frozen=True)
class Series:
    """A cost centre on a platform, and the days on which a shock may begin."""

    platform: str
    cost_centre_code: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Shock:
    """What is planted in a series from a day on."""

    series: Series
    first_day: date


@dataclass(frozen=True)
class Found:
    """Shocks of one kind: planted, found in time, on the very day, and by their own driver."""

    planted: int
    found: int
    on_the_day: int
    named_its_driver: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of docs/anomalies.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args(arguments).seed
    with tempfile.TemporaryDirectory() as folder:
        project = CompiledProject.compiled(REPOSITORY, Path(folder))
    nodes = [
        node
        for node in project.path_to(["fct_cost_anomalies"], GIVEN)
        if node.name not in GIVEN and node.kind == "model"
    ]
    with warehouse(Settings.from_environment()) as connection:
        judge(connection, nodes)
        alarms, months = quiet_alarms(connection)
        print(f"{alarms} alarms in {months} series-months: {100 * alarms / months:.1f} per 100\n")
        all_series = large_series(connection)
        print("| shape | driver | planted | found | on the first day | named its driver |")
        print("| --- | --- | --: | --: | --: | --: |")
        for shape in SHAPES:
            for driver in DRIVERS:
                chance = random.Random(f"{seed} {shape} {driver}")  # noqa: S311
                shocks = [Shock(series, _day(series, chance)) for series in all_series]
                plant(connection, shocks, shape, driver)
                judge(connection, nodes)
                found = count_found(connection, shape, driver)
                print(
                    f"| {shape} | {driver} | {found.planted} | {found.found} | {found.on_the_day} "
                    f"| {found.named_its_driver} |"
                )


@contextmanager
def warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The models' inputs in memory, under the names that the compiled SQL speaks of, and a copy to change back to."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{settings.work_file}' as held (read_only)")
        connection.execute("attach ':memory:' as chargeback")
        for schema in ("marts", "intermediate", "staging"):
            connection.execute(f"create schema chargeback.{schema}")
        schemas = {"fct": "marts", "int": "intermediate", "stg": "staging"}
        connection.execute("create schema original")
        for name in GIVEN:
            schema = schemas[name[:3]]
            relation = f"held.{schema}.{name}"
            if schema == "staging":
                # A view speaks of its own file, which has another name here.
                sources = name.removeprefix("stg_registers__")
                if sources == "known_events":
                    shape = (
                        "select cast(null as varchar) as platform, cast(null as varchar) as cost_centre_code, "
                        "cast(null as varchar) as reason, cast(null as timestamp) as valid_from, "
                        "cast(null as timestamp) as valid_to where false"
                    )
                else:
                    shape = (
                        "select use_case_id, cast(null as varchar) as usage_owner_id, business_owner_id, "
                        "timestamp '1900-01-01' as valid_from, timestamp '9999-12-31' as valid_to "
                        "from held.registers.use_cases"
                    )
                connection.execute(f"create table chargeback.{schema}.{name} as {shape}")
                continue
            connection.execute(f"create table original.{name} as from {relation}")
            connection.execute(f"create table chargeback.{schema}.{name} as from original.{name}")
        yield connection


def judge(connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node]) -> None:
    """Build the anomalies of the costs as they stand."""
    for node in nodes:
        connection.execute(f"create or replace table chargeback.{node.relation} as {node.sql}")


def quiet_alarms(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """New alarms in the costs as they are, and the series-months in which one could be; remembers the flagged days."""
    connection.execute(
        "create table quiet_days as select platform, cost_centre_code, calendar_date, direction, is_first_day "
        "from chargeback.intermediate.int_anomalous_days"
    )
    return _row(
        connection,
        """
        select
            (select count(*) from quiet_days where is_first_day),
            (select count(distinct (series_id, date_trunc('month', calendar_date)))
             from chargeback.intermediate.int_daily_costs_judged)
        """,
    )


def large_series(connection: duckdb.DuckDBPyConnection) -> list[Series]:
    """Series with tokens by model whose usual day is large enough for a shock to matter, in order."""
    rows = connection.execute(
        f"""
        select platform, cost_centre_code, min(calendar_date), max(calendar_date)
        from chargeback.intermediate.int_daily_costs_judged
        where cost_centre_code is not null and baseline_cost >= {USUAL_COST}
        and platform in (
            select platform from original.int_driver_usage_by_owner where model is not null
            group by platform having sum(token_count) > 0
        )
        group by all having count(*) > 120 order by all
        """
    ).fetchall()
    return [Series(*row) for row in rows]


def _day(series: Series, chance: random.Random) -> date:
    latest = (series.last_day - timedelta(days=LEAK_DAYS + 1) - series.first_day).days
    return series.first_day + timedelta(days=chance.randint(0, max(latest, 0)))


def plant(
    connection: duckdb.DuckDBPyConnection, shocks: Sequence[Shock], shape: str, driver: str
) -> None:
    """Put the shocks into fresh copies of the inputs.

    A spike makes one day cost four times as much, a step doubles every day from the first, a leak adds a fiftieth of
    the usual cost each day. Price leaves tokens as they are; volume takes them along; mix moves half of them to a model
    that is new and dearer.
    """
    connection.execute(
        "create or replace table shocks (platform varchar, cost_centre_code varchar, first_day date)"
    )
    connection.executemany(
        "insert into shocks values (?, ?, ?)",
        [(s.series.platform, s.series.cost_centre_code, s.first_day) for s in shocks],
    )
    days = {"spike": 1, "step": 400, "slow leak": LEAK_DAYS}[shape]
    factor = {"spike": "4", "step": "2", "slow leak": "1 + (day_number + 1) * 0.02"}[shape]
    connection.execute(
        f"""
        create or replace table factors as
        select platform, cost_centre_code, first_day + day_number::integer as calendar_date,
            ({factor})::decimal(6, 2) as factor
        from shocks, range(0, {days}) as numbers (day_number)
        """
    )
    cost_factor = "(factor - 1)"
    connection.execute(
        """
        create or replace table chargeback.marts.fct_allocation_ledger as from original.fct_allocation_ledger;
        create or replace table chargeback.intermediate.int_driver_usage_by_owner as
        from original.int_driver_usage_by_owner;
        create or replace table chargeback.marts.fct_showback_daily as from original.fct_showback_daily;
        """
    )
    model = "'planted'" if driver == "mix" else "entries.model"
    connection.execute(
        f"""
        create or replace table added as
        select entries.* replace (
            {model} as model,
            (entries.reporting_cost * {cost_factor})::decimal(38, 10) as reporting_cost
        )
        from original.fct_allocation_ledger as entries
        join factors on entries.platform = factors.platform
            and entries.cost_centre_code = factors.cost_centre_code and entries.charge_date = factors.calendar_date
        where entries.pool_id is null and entries.model is not null;
        -- Where a series has no cost by model there is nothing to make dearer, hence no shock.
        delete from shocks where not exists (
            select 1 from added
            where added.platform = shocks.platform and added.cost_centre_code = shocks.cost_centre_code
                and added.reporting_cost > 0
        );
        insert into chargeback.marts.fct_allocation_ledger from added;
        insert into chargeback.marts.fct_showback_daily by name
        select platform, cost_centre_code, reporting_currency, reporting_cost,
            0::decimal(38, 10) as evenly_spread_cost, charge_date as calendar_date
        from added;
        """
    )
    if driver == "price":
        return
    tokens = "token_count * (factor - 1)" if driver == "volume" else "token_count * 0.5"
    model = "'planted'" if driver == "mix" else "model"
    connection.execute(
        f"""
        insert into chargeback.intermediate.int_driver_usage_by_owner by name
        select platform, cost_centre_code, {model} as model, usage_date,
            floor({tokens})::decimal(38, 0) as token_count
        from original.int_driver_usage_by_owner as used
        join factors using (platform, cost_centre_code)
        where used.usage_date = factors.calendar_date
        """
    )
    if driver == "mix":
        connection.execute(
            """
            insert into chargeback.intermediate.int_driver_usage_by_owner by name
            select platform, cost_centre_code, model, usage_date,
                -floor(token_count * 0.5)::decimal(38, 0) as token_count
            from original.int_driver_usage_by_owner as used
            join factors using (platform, cost_centre_code)
            where used.usage_date = factors.calendar_date and model is not null
            """
        )


def count_found(connection: duckdb.DuckDBPyConnection, shape: str, driver: str) -> Found:
    """Shocks with a day flagged as dearer that was not flagged before they were planted."""
    planted, found, on_the_day, named = _row(
        connection,
        f"""
        with flagged as (
            select shocks.platform, shocks.cost_centre_code, shocks.first_day, days.anomaly_id, days.calendar_date
            from shocks
            join chargeback.intermediate.int_anomalous_days as days
                on shocks.platform = days.platform and shocks.cost_centre_code = days.cost_centre_code
                    and days.direction = 'up' and days.calendar_date >= shocks.first_day
                    and days.calendar_date < shocks.first_day + {WITHIN_DAYS[shape]}
            anti join quiet_days
                on days.platform = quiet_days.platform and days.cost_centre_code = quiet_days.cost_centre_code
                    and days.calendar_date = quiet_days.calendar_date and quiet_days.direction = 'up'
        ),
        firsts as (
            select platform, cost_centre_code, first_day, min(calendar_date) as found_on,
                arg_min(anomaly_id, calendar_date) as anomaly_id
            from flagged group by all
        ),
        named as (
            select firsts.platform, firsts.cost_centre_code, arg_max(driver, contribution_cost) as driver
            from firsts join chargeback.marts.fct_cost_anomalies using (anomaly_id) group by all
        )
        select
            (select count(*) from shocks), (select count(*) from firsts),
            (select count(*) from firsts where found_on = first_day),
            (select count(*) from named where driver = '{driver}')
        """,
    )
    return Found(planted, found, on_the_day, named)


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


if __name__ == "__main__":
    main()
