"""The forecast, with the real library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.build import BuildOutcome, Failure
from orchestration.build_record import Flag
from orchestration.forecast import create_forecast_view, refresh_forecast
from orchestration.forecast.forecasting import forecast_rows
from orchestration.forecast.method import (
    HORIZON,
    Miss,
    backtest,
    backtest_seasonal,
    forecast_months,
    interval_widths,
    last_value,
    status_of,
    weighted_error,
)
from orchestration.forecast.series import Key, Series, month_length, read_series
from orchestration.forecast.views import ForecastRow, stored_fingerprint
from orchestration.periods import months_after
from orchestration.settings import Settings

KEY = Key("series", "CC-1", None, "openai", "GBP")
JANUARY = date(2025, 1, 1)


def _series(costs: Sequence[float], key: Key = KEY, first: date = JANUARY) -> Series:
    return Series(key, first, tuple(Decimal(str(cost)) for cost in costs))


def _points(rows: Sequence[ForecastRow], level: str) -> dict[date, Decimal]:
    return {
        row.forecast_month: row.reporting_cost
        for row in rows
        if row.key.level == level and row.forecast_month and row.reporting_cost is not None
    }


def test_a_constant_daily_cost_goes_on_and_february_is_no_fall() -> None:
    costs = [10 * month_length(months_after(JANUARY, place)) for place in range(12)]
    points = forecast_months(_series(costs), 3)
    assert points == pytest.approx(
        [10 * month_length(months_after(JANUARY, place)) for place in (12, 13, 14)], rel=1e-6
    )


def test_a_forecast_is_never_negative_where_the_history_is_not() -> None:
    assert min(forecast_months(_series([100, 60, 30, 10, 1, 0.5]), 12)) >= 0
    assert min(forecast_months(_series([-1, -2, -3, -4, -5, -6]), 12)) < 0


@pytest.mark.parametrize(
    ("costs", "status"),
    [
        ([1, 2, 3, 4], "too little history"),
        ([1, 2, 3, 4, 5], "forecast"),
        ([1, 2, 3, 4, 0], "forecast"),
        ([1, 2, 3, 4, 0, 0], "series has ended"),
        ([0, 0], "series has ended"),
        ([1], "too little history"),
    ],
)
def test_why_there_is_no_forecast_stands_in_words(costs: list[float], status: str) -> None:
    assert status_of(_series(costs)) == status


def test_the_back_test_sees_nothing_of_the_months_it_forecasts() -> None:
    past = [1.0, 2, 3, 4, 5, 6]
    first = [miss.forecast for miss in backtest(_series([*past, 7, 8])) if miss.origin == 6]
    other = [miss.forecast for miss in backtest(_series([*past, 700, -8])) if miss.origin == 6]
    assert first == other
    assert {miss.origin for miss in backtest(_series([*past, 7, 8]))} == {5, 6, 7}


def test_naive_forecasts_are_what_their_names_say() -> None:
    naive = [miss for miss in backtest(_series(range(1, 8)), last_value) if miss.origin == 6]
    length = [month_length(months_after(JANUARY, place)) for place in (5, 6)]
    assert naive[0].forecast == pytest.approx(6 / length[0] * length[1])
    seasonal = list(backtest_seasonal(_series(range(1, 15))))
    assert [(miss.origin, miss.forecast, miss.actual) for miss in seasonal] == [
        (12, 1, 13), (12, 2, 14), (13, 2, 14),
    ]  # fmt: skip


def test_errors_are_weighted_by_what_was_spent() -> None:
    misses = [Miss(KEY, 5, 1, 90, 100, 100), Miss(KEY, 5, 2, 15, 10, 100)]
    assert weighted_error(misses) == pytest.approx(15 / 110)
    assert weighted_error([Miss(KEY, 5, 1, 3, 0, 1)]) is None


def test_intervals_are_the_misses_of_the_past_and_never_narrow() -> None:
    misses = [
        Miss(KEY, origin, ahead, 0, error, 10)
        for ahead, errors in ((1, range(1, 10)), (2, [0] * 9), (3, range(11, 20)))
        for origin, error in enumerate(errors)
    ]
    widths = interval_widths(misses)
    assert widths[80][:3] == pytest.approx([0.8, 0.8, 1.8])
    assert widths[95][0] == pytest.approx(0.9)
    assert widths[80][11] == pytest.approx(1.8 * (12 / 3) ** 0.5)
    assert interval_widths([]) == {}


def test_totals_are_the_sums_of_their_parts_whatever_has_no_forecast() -> None:
    parts = [
        _series([10, 12, 11, 13, 12, 14]),
        _series([5], replace(KEY, platform="aws"), date(2025, 6, 1)),
        _series([9, 9, 9, 9, 0, 0], replace(KEY, platform="gcp")),
        _series([7, 7, 7, 7, 7, 7], replace(KEY, cost_centre_code=None)),
    ]
    rows = forecast_rows(parts)
    leaves = [row for row in rows if row.key.level == "series"]
    assert {row.status for row in leaves} == {"forecast", "too little history", "series has ended"}
    by_platform = {
        (row.key.cost_centre_code, row.key.platform): row.reporting_cost
        for row in leaves
        if row.months_ahead == 1
    }
    july = date(2025, 7, 1)
    assert _points([row for row in rows if row.key.cost_centre_code == "CC-1"], "cost_centre")[
        july
    ] == pytest.approx(by_platform["CC-1", "openai"] + 5, abs=Decimal("0.01"))
    assert _points(rows, "company")[july] == pytest.approx(
        by_platform["CC-1", "openai"] + by_platform[None, "openai"] + 5, abs=Decimal("0.02")
    )
    assert len(_points(rows, "company")) == HORIZON


def test_parts_that_end_at_different_months_meet_in_the_same_month() -> None:
    parts = [
        _series([8] * 6),
        _series([8] * 5, replace(KEY, platform="aws")),
    ]
    company = _points(forecast_rows(parts), "company")
    assert min(company) == date(2025, 7, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A work file with six settled months of one series, and a seventh that is not settled."""
    settings = Settings(tmp_path, tmp_path, tmp_path, tmp_path, "a key")
    settings.work_file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            """
            create schema marts; create schema intermediate;
            create table marts.fct_allocation_ledger as
            select 'CC-1' as cost_centre_code, 'UC-1' as use_case_id, 'openai' as platform, 'GBP' as reporting_currency,
                cast(100 as decimal(38, 10)) as reporting_cost, cast(month as date) as accounting_month
            from generate_series(date '2025-01-01', date '2025-07-01', interval 1 month) as months (month);
            create table marts.dim_accounting_periods as
            select accounting_month, 'provisional' as period_status from marts.fct_allocation_ledger;
            create table intermediate.int_platform_settlements as
            select 'openai' as platform, accounting_month, accounting_month < date '2025-07-01' as is_settled
            from marts.fct_allocation_ledger;
            """
        )
    return settings


def _landed(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_month_that_is_not_settled_is_forecast_and_not_learnt_from(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        (series, use_case) = read_series(connection)
    assert (len(series.costs), series.last_month) == (6, date(2025, 6, 1))
    assert use_case.key == Key("use_case", None, "UC-1", "openai", "GBP")


@pytest.mark.parametrize(
    ("last_billed", "known_to", "status"),
    [
        (date(2025, 5, 1), date(2025, 5, 1), "forecast"),
        (date(2025, 4, 1), date(2025, 6, 1), "series has ended"),
    ],
)
def test_a_platform_that_lacks_one_month_is_late_and_one_that_lacks_two_has_stopped(
    settings: Settings, last_billed: date, known_to: date, status: str
) -> None:
    """A platform that was given up went on in every total at its last cost, for good."""
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "insert into marts.fct_allocation_ledger "
            "select 'CC-2', null, 'cohere', 'GBP', 50, cast(month as date) "
            "from generate_series(date '2024-11-01', ?, interval 1 month) as months (month)",
            [last_billed],
        )
        connection.execute(
            "insert into marts.dim_accounting_periods values (date '2024-11-01', 'provisional'), "
            "(date '2024-12-01', 'provisional')"
        )
        connection.execute(
            "insert into intermediate.int_platform_settlements "
            "select platform, accounting_month, true from marts.fct_allocation_ledger where platform = 'cohere'"
        )
        series = read_series(connection)
    (stopped,) = [one for one in series if one.key.platform == "cohere"]
    assert (stopped.last_month, status_of(stopped)) == (known_to, status)
    july = _points(forecast_rows(series), "company")[date(2025, 7, 1)]
    assert (july > 120) == (status == "forecast")


def test_the_same_ledger_is_forecast_once(settings: Settings) -> None:
    create_forecast_view(settings)
    assert _landed(settings, "select count(*) from forecasts.cost_forecasts") == [(0,)]
    made = refresh_forecast(settings)
    assert made.has_changed
    assert made.forecast_count == 4
    first = (settings.warehouse / "forecasts" / "forecast.parquet").read_bytes()
    assert not refresh_forecast(settings).has_changed
    (settings.warehouse / "forecasts" / "forecast.parquet").unlink()
    assert refresh_forecast(settings).has_changed
    assert (settings.warehouse / "forecasts" / "forecast.parquet").read_bytes() == first
    assert _landed(
        settings,
        "select distinct forecast_level, min(forecast_month), count(*) from forecasts.cost_forecasts group by all "
        "order by all",
    ) == [
        (level, date(2025, 7, 1), 12) for level in ("company", "cost_centre", "series", "use_case")
    ]


def test_a_ledger_without_a_settled_month_is_no_news(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("update intermediate.int_platform_settlements set is_settled = false")
    assert not refresh_forecast(settings).has_changed
    assert stored_fingerprint(settings) is None


def test_a_changed_ledger_is_forecast_anew(settings: Settings) -> None:
    refresh_forecast(settings)
    before = stored_fingerprint(settings)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "update marts.fct_allocation_ledger set reporting_cost = 101 where accounting_month = date '2025-02-01'"
        )
    assert refresh_forecast(settings).has_changed
    assert stored_fingerprint(settings) != before


def test_an_old_forecast_is_not_shown_where_nothing_keeps_it_in_step(settings: Settings) -> None:
    """A forecast stayed on show for good once the library was gone."""
    refresh_forecast(settings)
    create_forecast_view(settings, is_kept=False)
    assert _landed(settings, "select count(*) from forecasts.cost_forecasts") == [(0,)]
    create_forecast_view(settings)
    assert _landed(settings, "select count(*) from forecasts.cost_forecasts") == [(48,)]


def test_what_a_second_pass_no_longer_finds_is_no_longer_said() -> None:
    """The first run flagged by the forecast before it, the second did not: two publications of one ledger."""
    first = BuildOutcome(
        flags=[Flag("other", "", 1), Flag("tested again", "", 2)],
        failures=[Failure("test", "mended", ""), Failure("test", "not run again", "")],
    )
    first.take_over(
        BuildOutcome(
            flags=[Flag("new", "", 3)],
            failures=[Failure("model", "broken now", "")],
            names={"tested again", "new", "mended", "broken now"},
        )
    )
    assert [flag.name for flag in first.flags] == ["new", "other"]
    assert [failure.name for failure in first.failures] == ["not run again", "broken now"]
