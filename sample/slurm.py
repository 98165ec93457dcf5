"""Thames, the actuaries' Slurm cluster: sacct's jobs of each month in London's local time, and the cluster's own file.

A month's file holds every job that ran in it, so a job over the month's end is in two. Its GPU hours are charged at an
internal tariff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sample.demand import END_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.totals import Totals

CLUSTER = "thames"
ZONE = ZoneInfo("Europe/London")
FIRST_JOB = date(2025, 11, 1)
GPUS = 12
MILLIONTH = Decimal("0.000001")
# In pounds a GPU hour; those of the newest machines are dearer.
TARIFFS = {"thames": Decimal("1.42"), "thames/h100": Decimal("3.105")}

HEADER = (
    "Cluster|JobIDRaw|JobID|Account|User|QOS|Partition|WCKey|Comment|State|Submit|Start|End|ElapsedRaw|AllocTRES|"
    "NNodes|NodeList"
)


@dataclass(frozen=True)
class Shape:
    """What jobs of an account hold: GPUs as AllocTRES writes them, in 28ths of a GPU, by model."""

    account: str
    user: str
    wckey: str
    gres: str
    gpu_28ths: int
    model: str
    usual_hours: float


SHAPES = [
    Shape("reserving", "mbarrow", "*", "gres/gpu:a100=2,gres/gpu=2", 56, "a100", 5.5),
    Shape("fraud-lab", "tokonkwo", "graph-scores", "gres/gpu:h100=1,gres/gpu=1", 28, "h100", 3.0),
    Shape("catastrophe", "lfenwick", "*", "gres/gpu=4", 112, "", 7.25),
    Shape("teaching", "student7", "*", "gres/gpu:a100_1g.5gb=2,gres/gpu=2", 8, "a100_1g.5gb", 1.5),
    Shape("unclaimed", "guest", "*", "gres/gpu:a100=1,gres/gpu=1", 28, "a100", 0.75),
]


@dataclass(frozen=True)
class Job:
    """A run of a job; `started_at` is local time without a zone."""

    number: int
    shape: Shape
    started_at: datetime
    seconds: int
    state: str

    @property
    def began_at(self) -> datetime:
        """Return the start in UTC."""
        return self.started_at.replace(tzinfo=ZONE).astimezone(UTC).replace(tzinfo=None)

    @property
    def ended_at(self) -> datetime:
        """Return the end in UTC."""
        return self.began_at + timedelta(seconds=self.seconds)

    def line(self) -> str:
        """Return the row as sacct writes it."""
        local_end = self.ended_at.replace(tzinfo=UTC).astimezone(ZONE).replace(tzinfo=None)
        submitted = self.started_at - timedelta(minutes=7)
        tres = f"billing=16,cpu=16,{self.shape.gres},mem=128000M,node=1"
        number, shape = str(self.number), self.shape
        cells = [
            *(CLUSTER, number, number, shape.account, shape.user, "normal", "gpu", shape.wckey, ""),
            *(self.state, submitted.isoformat(), self.started_at.isoformat()),
            *(local_end.isoformat(), str(self.seconds), tres, "1"),
            f"thames-gpu{self.number % 3 + 1:02}",
        ]
        return "|".join(cells)


def jobs(seed: int) -> list[Job]:
    """Return every run of the sample's time; some are preempted and run again under their number."""
    found, number = [], 48_200
    for day in days(FIRST_JOB, END_DAY):
        for shape in SHAPES:
            source = chance(seed, "slurm", shape.account, day)
            if source.random() > (0.75 if day.weekday() < 5 else 0.25):
                continue
            number += 1
            started = datetime(day.year, day.month, day.day) + timedelta(
                seconds=int(source.random() * 86_399)
            )
            seconds = int(shape.usual_hours * 3600 * (0.4 + 1.2 * source.random()))
            state = "COMPLETED"
            if source.random() < 0.08:
                cut = seconds // 3
                found.append(Job(number, shape, started, cut, "PREEMPTED"))
                started += timedelta(seconds=cut + 1_260)
                seconds -= cut
            elif source.random() < 0.06:
                state = "CANCELLED by 1207"
            found.append(Job(number, shape, started, seconds, state))
    # Nothing of the sample reaches beyond its last day.
    end = datetime(END_DAY.year, END_DAY.month, END_DAY.day)
    return [job for job in found if job.ended_at <= end]


def price_of(shape: Shape) -> Decimal:
    """Return the price of a GPU hour of a job."""
    return TARIFFS.get(f"{CLUSTER}/{shape.model}", TARIFFS[CLUSTER])


def _charged(job: Job, totals: Totals) -> None:
    start = job.began_at
    while start < job.ended_at:
        midnight = datetime(start.year, start.month, start.day) + timedelta(days=1)
        end = min(midnight, job.ended_at)
        held = Decimal(int((end - start).total_seconds()) * job.shape.gpu_28ths)
        hours = (held / (28 * 3600)).quantize(MILLIONTH, ROUND_HALF_UP)
        cost = f"{hours * price_of(job.shape):f}"
        totals.add("slurm", "slurm", f"{start:%Y-%m}", "GBP", cost)
        start = end


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write the cluster's file, and one file of jobs a month."""
    folder.write(
        f"slurm/{CLUSTER}/{CLUSTER}.yml",
        f"# How sacct of this cluster is read.\ntimezone: {ZONE.key}\ngpus: {GPUS}\n".encode(),
    )
    every = jobs(seed)
    for job in every:
        _charged(job, totals)
    for month in month_starts(FIRST_JOB, END_DAY):
        first = datetime(month.year, month.month, 1)
        after = next_month(month)
        end = datetime(after.year, after.month, 1)
        ran = [job for job in every if job.began_at < end and job.ended_at > first]
        pulled = stamp(datetime(after.year, after.month, 1, 3, 30, tzinfo=UTC))
        lines = "".join(f"{line}\n" for line in [HEADER, *(job.line() for job in ran)])
        folder.write(f"slurm/{CLUSTER}/{month:%Y-%m}_pulled_{pulled}.sacct.psv.gz", lines.encode())
