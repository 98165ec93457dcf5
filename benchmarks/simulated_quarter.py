"""A quarter of operation in compressed time: 90 days under Dagster's own scheduler, with all that goes wrong.

`python -m benchmarks.simulated_quarter --help` says how. A small company's files arrive day by day: usage and the
month's bill every second Monday, the last bill of a month on the 2nd, two files of usage late, one faulty and mended
the day after, a closed and an open month restated. A sandbox expires, and somebody goes on using it. Every day the
scheduler looks at the clock and its queue runs what is due; every month somebody closes the one before. Two runs are
killed with SIGKILL, in the build and in the publication, and Dagster tries them again by itself. At the end everything
is landed and built once more from nothing, in another warehouse that has the posted closes, and each row of each mart
is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration import steps
from orchestration.publish import swap
from orchestration.settings import Settings, writer_lock
from sample.files import Folder
from tests.end_to_end.closing_company import bill, identity, write_registers
from tests.end_to_end.company import PROJECT, Company
from tests.support.dagster_clock import DagsterClock, dagster_clock
from tests.support.mart_differences import differences

FIRST_DAY = date(2026, 4, 1)
DAYS = 90
_FIRST_MONDAY = date(2026, 4, 6)
_BILLED_ON = 2
_SHARES = {"key-sales": 600, "key-hr": 300, "key-nobody": 100}
_USAGE_COLUMNS = (
    "platform", "period_start", "period_end", "identity_type", "identity_id", "metric", "quantity", "unit",
)  # fmt: skip
_CENTS_A_DAY = {"shared": 3_331, "claims": 1_007, "trial": 101}
# What a later pull of a bill says: dollars more on the shared service.
_RESTATED = {"2026-04": (date(2026, 5, 21), 75), "2026-05": (date(2026, 6, 4), 40)}
_LATE = {date(2026, 4, 20): 9, date(2026, 6, 15): 5}
_FAULTY = date(2026, 5, 18)
_CRASHES = {date(2026, 4, 6): "build", date(2026, 5, 4): "publish"}
_CLOSE_ON = 8


@dataclass
class Figures:
    """What the quarter did, for the report."""

    ticks: dict[str, int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    closes: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    quarantined_days: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    marts: int = 0
    rows: int = 0
    differing: list[str] = field(default_factory=list)


def quarter_company(folder: Path) -> Company:
    """The company before its first day: March is billed and used."""
    company = Company(folder, folder / "landing", folder / "seeds")
    company.landing.mkdir(parents=True)
    _write_registers(company)
    _bill(company, "2026-03", date(2026, 4, 1))
    _usage(company, date(2026, 3, 1), date(2026, 3, 31))
    return company


def deliver(company: Company, day: date) -> None:
    """Put into the landing folder what arrives before the tick of a day."""
    if day == _FAULTY + timedelta(days=1):
        _usage(company, *_usage_days(_FAULTY))
    for late, days in _LATE.items():
        if day == late + timedelta(days=days):
            _usage(company, *_usage_days(late))
    if _is_second_monday(day) and day not in _LATE:
        _usage(company, *_usage_days(day), is_faulty=day == _FAULTY)
    if _is_second_monday(day):
        _bill(company, f"{day:%Y-%m}", day)
    if day.day == _BILLED_ON:
        _bill(company, f"{day - timedelta(days=_BILLED_ON):%Y-%m}", day)
        _bill(company, f"{day:%Y-%m}", day)
    for period, (restated_on, _) in _RESTATED.items():
        if day == restated_on:
            _bill(company, period, day)


def _is_second_monday(day: date) -> bool:
    return (day - _FIRST_MONDAY).days % 14 == 0


def _usage_days(day: date) -> tuple[date, date]:
    return day - timedelta(days=14), day - timedelta(days=1)


def _usage(company: Company, first: date, last: date, is_faulty: bool = False) -> None:
    rows = []
    day = first
    while day <= last:
        period = f"{day}T00:00:00Z", f"{day + timedelta(days=1)}T00:00:00Z"
        for key, share in _SHARES.items():
            tokens = str(share * (1 + day.day % 5))
            rows.append(["acme", *period, "api_key", key, "input_tokens", tokens, "tokens"])
        day += timedelta(days=1)
    if is_faulty:
        rows[0][6] = "1_000"
    Folder(company.landing).write_csv(f"usage/acme_{first}_{last}.csv", _USAGE_COLUMNS, rows)


def _bill(company: Company, period: str, pulled_on: date) -> None:
    """The month's bill as far as it has come on a day: a later pull replaces an earlier one."""
    start = date.fromisoformat(f"{period}-01")
    end = (start + timedelta(days=32)).replace(day=1)
    day_count = (min(pulled_on, end) - start).days
    cents = {account: amount * day_count for account, amount in _CENTS_A_DAY.items()}
    restated_on, dollars = _RESTATED.get(period, (date.max, 0))
    if pulled_on >= restated_on:
        cents["shared"] += dollars * 100
    amounts = {account: f"{amount // 100}.{amount % 100:02}" for account, amount in cents.items()}
    bill(company, period, f"{pulled_on:%Y%m%d}", amounts)


def _invoiced(period: str, end: date) -> str:
    days = (end - date.fromisoformat(f"{period}-01")).days
    dollars = _RESTATED["2026-05"][1] if period == "2026-05" else 0
    cents = sum(_CENTS_A_DAY.values()) * days + dollars * 100
    return f"{cents // 100}.{cents % 100:02}"


def _write_registers(company: Company) -> None:
    write_registers(company)
    defaults = {name: _rows(company, name) for name in ("use_cases", "use_case_stages")}
    write_registers(
        company,
        use_cases=[
            *defaults["use_cases"],
            {
                "use_case_id": "UC-4",
                "use_case_name": "Trial",
                "cost_centre_code": "CC-2",
                "business_owner_id": "P1",
                "currency": "GBP",
            },
        ],
        # It expires in the middle of the quarter, and somebody goes on using it.
        use_case_stages=[
            *defaults["use_case_stages"],
            {
                "use_case_id": "UC-4",
                "stage": "sandbox",
                "sandbox_cap": "40",
                "sandbox_days": "75",
                "approved_by": "P1",
                "valid_from": "2026-03-01",
            },
        ],
        identities=[
            identity("api_key", "key-sales", "UC-1"),
            identity("api_key", "key-hr", "UC-2"),
            identity("account", "claims", "UC-3"),
            identity("account", "trial", "UC-4"),
        ],
        fx_rates=[
            {
                "month": f"2026-{month:02}",
                "from_currency": "USD",
                "to_currency": "GBP",
                "rate": "0.8",
            }
            for month in range(3, 8)
        ],
        invoices=[
            {
                "provider": "acme",
                "billing_account_id": "A-1",
                "billing_period": period,
                "invoice_id": f"I-{period}",
                "currency": "USD",
                "amount": _invoiced(period, end),
            }
            for period, end in (
                ("2026-03", date(2026, 4, 1)),
                ("2026-04", date(2026, 5, 1)),
                ("2026-05", date(2026, 6, 1)),
            )
        ],
    )


def _rows(company: Company, register: str) -> list[dict[str, object]]:
    import csv

    with (company.seeds / f"{register}.csv").open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def simulate(company: Company, days: int, say: Callable[[str], None]) -> Figures:
    """Live through the days. The environment names the company."""
    figures = Figures()
    began, cpu = time.monotonic(), _cpu()
    settings = _settings(company)
    with dagster_clock(settings) as clock:
        clock.tick(_moment(FIRST_DAY - timedelta(days=1)))
        for number in range(days):
            day = FIRST_DAY + timedelta(days=number)
            deliver(company, day)
            place = _CRASHES.get(day)
            if place is not None:
                clock.kill_next_runs(_KILLERS[place])
                figures.crashes.append(f"{day} in {place}")
            _live(clock, day, figures)
            say(
                f"{day}: {figures.runs} after {time.monotonic() - began:.0f} s, {_cpu() - cpu:.0f} s of CPU"
            )
    figures.seconds, figures.cpu_seconds = time.monotonic() - began, _cpu() - cpu
    return figures


def _live(clock: DagsterClock, day: date, figures: Figures) -> None:
    runs = clock.tick(_moment(day))
    if day.day == _CLOSE_ON:
        month = (day - timedelta(days=_CLOSE_ON)).replace(day=1)
        approval = {"close_month": {"approved_by": "P1"}}
        closed = clock.launch("close", f"{month}", approval, _moment(day))
        runs.append(closed)
        assert closed.is_success, f"{month} did not close"
        figures.closes.append(f"{month:%Y-%m}")
    for run in runs:
        key = f"{run.job_name} {run.status.value.lower()}"
        figures.runs[key] = figures.runs.get(key, 0) + 1


def _kill(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_in_build() -> None:
    """Half way through the models, from within dbt."""
    real = steps.build

    def build(settings: Settings, progress: Any) -> Any:
        return real(settings, lambda step, total, _: _kill() if step > total // 2 else None)

    steps.build = build


def _die_in_publication() -> None:
    """When the copy is whole, before readers are shown it."""
    swap.install = _kill


_KILLERS = {"build": _die_in_build, "publish": _die_in_publication}


def compare(company: Company, figures: Figures) -> None:
    """Land and build all of it once more from nothing but files, registers and closes; compare every row."""
    again = Company(company.folder / "again", company.landing, company.seeds)
    shutil.copytree(company.warehouse / "closes", again.warehouse / "closes")
    shutil.copytree(company.folder / "target", again.folder / "target")
    os.environ.update(again.environment)
    settings = _settings(again)
    with writer_lock(settings, "run"):
        steps.land(settings, lambda line: None)
        outcome = steps.build(settings, lambda *_: None)
        assert outcome.passed, outcome.failures
        steps.publish(settings)
    figures.marts, figures.rows, figures.differing = differences(
        company.published_file, again.published_file
    )


def _settings(company: Company) -> Settings:
    return Settings(PROJECT, company.landing, company.seeds, company.warehouse, "a key")


def _moment(day: date) -> datetime:
    # After every schedule of the morning.
    return datetime(day.year, day.month, day.day, 9, 1, tzinfo=UTC)


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    """Live through the quarter, and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="An empty folder to work in; a fast one."
    )
    parser.add_argument("--days", type=int, default=DAYS)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    company = Company(folder, folder / "landing", folder / "seeds")
    os.environ.update(company.environment | {"CHARGEBACK_FIRST_DAY": "2026-03-01"})
    os.environ["CHARGEBACK_PSEUDONYM_KEY"] = "a key"
    company = quarter_company(folder)
    figures = simulate(company, arguments.days, lambda line: print(line, flush=True))
    compare(company, figures)
    print(json.dumps(vars(figures), indent=2))
    sys.exit(1 if figures.differing else 0)


if __name__ == "__main__":
    main()
