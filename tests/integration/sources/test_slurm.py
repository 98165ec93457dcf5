"""sacct's jobs: each GPU once, clipped at days and months, in UTC from the cluster's own clock."""

import gzip
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.integration.sources.company import Company, half_up

COLUMNS = (
    "Cluster|JobIDRaw|JobID|Account|User|QOS|Partition|WCKey|Comment|State|Submit|Start|End|ElapsedRaw|AllocTRES|"
    "NNodes|NodeList"
)
GPUS = "billing=32,cpu=32,gres/gpu:a100=4,gres/gpu=4,mem=256000M,node=1"


def job(
    number: str = "4711",
    start: str = "2026-05-03T10:00:00",
    seconds: int = 7200,
    tres: str = GPUS,
    account: str = "risk",
    state: str = "COMPLETED",
    wckey: str = "*default",
    user: str = "iris.quill",
) -> str:
    end = "Unknown"
    if state != "RUNNING" and start[:1] == "2":
        end = (datetime.fromisoformat(start) + timedelta(seconds=seconds)).isoformat()
    return (
        f"london|{number}|{number}|{account}|{user}|normal|gpu|{wckey}||{state}|2026-05-03T09:00:00|{start}|{end}|"
        f"{seconds}|{tres}|1|gpu-[01-04]"
    )


def sacct(*jobs: str, tail: str = "") -> str:
    return "".join(f"{line}{tail}\n" for line in (COLUMNS, *jobs))


def drop(company: Company, *jobs: str, zone: str = "UTC", more: str = "") -> None:
    company.drop("slurm/london/london.yml", f"# by hand\ntimezone: {zone}\n{more}")
    company.drop("slurm/london/2026-05.sacct.psv", sacct(*jobs))
    assert not company.land().quarantined


def rounded(hours: Decimal) -> Decimal:
    return hours.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def usage(company: Company, metric: str = "gpu_hours") -> list[dict]:
    rows = company.staged("stg_slurm__usage")
    return sorted(
        (row for row in rows if row["metric"] == metric), key=lambda row: row["period_start"]
    )


def total(company: Company) -> Decimal:
    return sum((row["quantity"] for row in usage(company)), Decimal(0))


@pytest.mark.variant("slurm.jobs.parsable2", "slurm.clusters.yml")
def test_a_gpu_is_counted_once(company: Company) -> None:
    drop(
        company,
        job("1"),
        job("2", tres="cpu=8,gres/gpu=2,mem=1G"),
        job("3", tres="gres/gpu:h100=8"),
        job("4", tres="gres/gpu=2,gres/gpu:a100=4"),
        job("5", tres="gres/gpu=3,gres/gpu:a100=1"),
        job("6", tres="cpu=8,mem=1G"),
        job("7", tres="cpu=8,gres/gpu_mem=40G,gres/shard=3"),
    )
    assert total(company) == Decimal(2) * (4 + 2 + 8 + 2 + 3)


def test_a_slice_is_its_part_of_the_gpu(company: Company) -> None:
    drop(
        company,
        job("1", tres="gres/gpu=2,gres/gpu:a100_1g.5gb=2"),
        job("2", tres="gres/gpu:nvidia_h100_80gb_hbm3_3g.40gb=1"),
        job("3", tres="gres/gpu:1g.10gb=1"),
        job("4", tres="gres/gpu:a30_2g.12gb=1"),
        job("5", tres="gres/gpu:a100_7g.40gb=1"),
    )
    expected = [
        rounded(Decimal(2) * parts / of) for parts, of in ((2, 7), (3, 7), (1, 7), (2, 4), (7, 7))
    ]
    assert total(company) == sum(expected)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("UTC", "2026-05-31T20:00:00"),
        ("Europe/London", "2026-05-31T20:00:00"),
        ("America/New_York", "2026-05-31T20:00:00"),
        ("Europe/London", "2026-10-25T00:30:00"),
        ("Europe/London", "2026-03-29T00:30:00"),
    ],
)
def test_a_job_is_cut_at_midnight_utc_whatever_its_clusters_clock(
    company: Company, zone: str, start: str
) -> None:
    seconds = 30 * 3600 + 1
    drop(company, job(start=start, seconds=seconds), zone=zone)
    began = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    began = began.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    ended = began + timedelta(seconds=seconds)
    pieces = []
    while began < ended:
        midnight = began.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        until = min(midnight, ended)
        held = Decimal((until - began).seconds or 86400)
        pieces.append((began, until, rounded(held * 4 / 3600)))
        began = until
    found = [(row["period_start"], row["period_end"], row["quantity"]) for row in usage(company)]
    assert found == pieces


def test_who_ran_it(company: Company) -> None:
    drop(company, job("1", wckey="fraud"), job("2", start="2026-05-04T10:00:00"))
    first, second = usage(company)
    assert (first["project_id"], second["project_id"]) == ("fraud", "default")
    assert (first["account_id"], first["platform"]) == ("risk", "slurm")
    assert first["user_id"].startswith("person:")
    assert company.holds_nowhere("iris.quill")


def test_a_requeued_job_ran_twice_and_a_waiting_one_not_at_all(company: Company) -> None:
    drop(
        company,
        job("1", state="PREEMPTED", seconds=3600),
        job("1", start="2026-05-03T12:00:00", seconds=1800),
        job("2", state="CANCELLED by 1000", seconds=0),
        job("3", start="Unknown", state="PENDING", seconds=0, tres=""),
        job("4", start="None", state="PENDING", seconds=0, tres=""),
    )
    assert [row["quantity"] for row in usage(company)] == [Decimal(4), Decimal(2)]


def test_a_job_that_still_ran_is_replaced_when_it_is_delivered_again(company: Company) -> None:
    drop(company, job(state="RUNNING", seconds=3600))
    assert total(company) == 4
    company.drop("slurm/london/2026-06_pulled_20260601T000000Z.sacct.psv", sacct(job(seconds=5400)))
    assert not company.land().quarantined
    assert total(company) == 6


@pytest.mark.variant("slurm.jobs.with_steps")
def test_steps_lie_inside_their_job(company: Company) -> None:
    drop(company, job("1"), job("1.batch"), job("1.extern"), job("1.0"), job("2_7"))
    assert total(company) == 2 * Decimal(8)


@pytest.mark.variant("slurm.jobs.parsable")
def test_a_separator_at_the_lines_end_and_gzip_say_the_same(company: Company) -> None:
    text = sacct(job("1"), job("2", start="2026-05-04T10:00:00"), tail="|")
    company.drop("slurm/london/2026-05.sacct.psv.gz", gzip.compress(text.encode(), mtime=0))
    assert not company.land().quarantined
    assert total(company) == 16


def test_two_clusters_may_name_themselves_alike(company: Company) -> None:
    drop(company, job())
    company.drop("slurm/paris/paris.yml", "timezone: Europe/Paris\n")
    company.drop("slurm/paris/2026-05.sacct.psv", sacct(job()))
    assert not company.land().quarantined
    assert {row["period_start"].hour for row in usage(company)} == {10, 8}


def test_a_clusters_capacity_is_its_gpus_all_day_long(company: Company) -> None:
    drop(company, job(seconds=86400 * 2), more="gpus: 16\n")
    capacity = usage(company, "gpu_capacity_hours")
    assert [row["period_start"].day for row in capacity] == [3, 4, 5]
    assert {row["quantity"] for row in capacity} == {Decimal(384)}


@pytest.mark.parametrize("text", ["timezone: Mars\n", "gpus: 4\n", "timezone: &a [*a]\n"])
def test_a_clusters_file_that_cannot_be_right_is_held_back(company: Company, text: str) -> None:
    company.drop("slurm/london/london.yml", text)
    assert company.land().quarantined


def test_a_tariff_makes_a_charge_of_the_hours(company: Company) -> None:
    drop(
        company, job("1", start="2026-05-31T23:00:00", seconds=10_000), job("2", tres="gres/gpu=1")
    )
    tariffs = [
        {"platform": "slurm", "sku": sku, "price": price, "per_units": "1", "currency": "GBP"}
        for sku, price in (("london", "1.1111111111"), ("london/a100", "2.5"), ("paris", "9"))
    ]
    with company.built("stg_slurm__charges", tariffs=tariffs) as warehouse:
        charges = warehouse.rows(
            "select * from staging.stg_slurm__charges order by charge_period_start"
        )
    may, night, june = charges
    assert may["billed_cost"] == half_up(2 * Decimal("1.1111111111"))
    assert night["billed_cost"] == half_up(Decimal(4) * Decimal("2.5"))
    assert june["billed_cost"] == half_up(rounded(Decimal(6400) * 4 / 3600) * Decimal("2.5"))
    assert [row["billing_period_start"].month for row in charges] == [5, 5, 6]
    assert (may["sub_account_id"], may["x_account_id"]) == ("london", "risk")
