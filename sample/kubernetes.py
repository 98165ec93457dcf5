"""The company's own GPU cluster at Reading, as OpenCost tells of it: an answer a month, a step a day.

What a namespace requested is charged at an internal tariff from the register; what is idle stands in the answer with
a cost and no hours. In October somebody also left OpenCost's CSV export of another cluster.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sample.demand import END_DAY, chance
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.totals import Totals

CLUSTER = "dgx-reading"
FIRST_CHARGED = date(2026, 3, 1)
CAPACITY_A_DAY = 16 * 24
LIST_PRICE = 2.1
MILLIONTH = Decimal("0.000001")
# GPU hours of a usual weekday, and the label that its pods carry.
NAMESPACES = {
    "claims-vision": (70.0, {"app": "damage-photos"}),
    "reserving-models": (96.5, {"app": "triangles", "environment": "production"}),
    "speech": (31.25, {"app": "transcripts"}),
    "pricing-lab": (22.0, {"cost_centre": "CC-130"}),
    "sandbox-gpu": (6.5, {}),
    "monitoring": (0.0, {}),
}
# In pounds an hour from each first day on; as registered in tariffs.csv.
TARIFFS = {date(2026, 3, 1): Decimal("1.85"), date(2026, 8, 1): Decimal("1.7")}

CSV_CLUSTER = "eks-models"
CSV_HEADER = [
    *("Date", "Namespace", "ControllerKind", "ControllerName", "Pod", "Container"),
    *("CPUCoreUsageAverage", "CPUCoreRequestAverage", "RAMBytesUsageAverage"),
    *("RAMBytesRequestAverage", "NetworkReceiveBytes", "NetworkTransferBytes", "GPUs", "PVBytes"),
    *("CPUCost", "RAMCost", "NetworkCost", "PVCost", "GPUCost", "TotalCost", "Labels", "Label_app"),
]  # fmt: skip

Record = dict[str, object]


def tariff_on(day: date) -> Decimal:
    """Return the price of a GPU hour on a day."""
    return TARIFFS[max(first for first in TARIFFS if first <= day)]


def hours_on(seed: int, namespace: str, day: date) -> float:
    """Return the GPU hours that a namespace requested, with the digits of OpenCost's arithmetic."""
    usual, _ = NAMESPACES[namespace]
    weekend = 0.3 if day.weekday() >= 5 else 1.0
    return round(usual * weekend * (0.7 + 0.6 * chance(seed, "k8s", namespace, day).random()), 5)


def _allocation(name: str, day: date, hours: float, cost: float, labels: dict[str, str]) -> Record:
    window = {
        "start": f"{day.isoformat()}T00:00:00Z",
        "end": f"{(day + timedelta(days=1)).isoformat()}T00:00:00Z",
    }
    properties: Record = {"cluster": CLUSTER}
    if not name.startswith("__"):
        properties |= {"namespace": name, "labels": labels} if labels else {"namespace": name}
    return {
        "name": name,
        "properties": properties,
        "window": window,
        **window,
        "minutes": 1440,
        "cpuCores": 8,
        "cpuCoreHours": 192,
        "cpuCost": 6.06912,
        "cpuCostAdjustment": 0,
        "gpuCount": round(hours / 24, 5),
        "gpuHours": hours,
        "gpuCost": cost,
        "gpuCostAdjustment": 0,
        "pvs": None,
        "ramCost": 1.24,
        "sharedCost": 0,
        "totalCost": round(cost + 7.30912, 5),
        "totalEfficiency": 0.41,
    }


def steps_of(seed: int, month: date) -> list[dict[str, Record]]:
    """Return a month's steps; each has its namespaces and what was idle."""
    steps = []
    for day in days(month, next_month(month)):
        step, used = {}, 0.0
        for namespace, (_, labels) in NAMESPACES.items():
            hours = hours_on(seed, namespace, day)
            used += hours
            cost = round(hours * LIST_PRICE, 5)
            step[namespace] = _allocation(namespace, day, hours, cost, labels)
        idle = round((CAPACITY_A_DAY - used) * LIST_PRICE, 5)
        step["__idle__"] = _allocation("__idle__", day, 0, idle, {})
        steps.append(step)
    return steps


def _csv_rows(seed: int, month: date) -> list[list[object]]:
    rows: list[list[object]] = []
    for day in days(month, next_month(month)):
        for app, gpus in (("ranker", "1"), ("embedder", "0.25")):
            cost = f"{float(gpus) * 24 * (0.9 + 0.1 * chance(seed, app, day).random()):.5f}"
            before = ["0.8", "1", "2147483648", "4294967296", "0", "0", gpus]
            costs = ["0", "0.76", "0.31", "0", "0", cost, f"{float(cost) + 1.07:.5f}"]
            pod = [day.isoformat(), "ranking", "deployment", app, f"{app}-5d9c7", app]
            rows.append([*pod, *before, *costs, f'{{"app":"{app}"}}', app])
    return rows


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write an answer a month, and the last month's CSV of the other cluster."""
    for month in month_starts(FIRST_CHARGED, END_DAY):
        after = next_month(month)
        pulled = stamp(datetime(after.year, after.month, 1, 2, 5, tzinfo=UTC))
        steps = steps_of(seed, month)
        folder.write_json(
            f"kubernetes/{CLUSTER}/opencost_json/allocation_{month:%Y-%m}_pulled_{pulled}.json.gz",
            {"code": 200, "status": "success", "data": steps},
        )
        for day, step in zip(days(month, after), steps, strict=True):
            for record in step.values():
                hours = Decimal(str(record["gpuHours"])).quantize(MILLIONTH, ROUND_HALF_UP)
                if hours and record["name"] != "__idle__":
                    cost = hours * tariff_on(day)
                    totals.add("kubernetes", "kubernetes", f"{day:%Y-%m}", "GBP", f"{cost:f}")
    last = month_starts(FIRST_CHARGED, END_DAY)[-1]
    folder.write_csv(
        f"kubernetes/{CSV_CLUSTER}/opencost_csv/export.csv.gz", CSV_HEADER, _csv_rows(seed, last)
    )
