"""OpenCost's answers and its CSV: hours that pods requested, idle ones, slices, and a tariff where there is one."""

import csv
import gzip
import io
import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from tests.integration.sources.company import Company, half_up, json_text
from tests.integration.sources.data_exports import as_csv, focus_line

MILLIONTH = Decimal("0.000001")
CSV_HEADER = (
    "Date,Namespace,ControllerKind,ControllerName,Pod,Container,CPUCoreUsageAverage,CPUCoreRequestAverage,"
    "RAMBytesUsageAverage,RAMBytesRequestAverage,NetworkReceiveBytes,NetworkTransferBytes,GPUs,PVBytes,CPUCost,RAMCost,"
    "NetworkCost,PVCost,GPUCost,TotalCost,Labels,Label_app,Label_team"
)


def allocation(name: str, hours: str, cost: str, day: int = 1, **more: object) -> dict:
    """An allocation as the answer has it, the fields that have no bearing left out."""
    properties = {"cluster": "default-cluster", **more.pop("properties", {})}
    if not name.startswith("__"):
        properties.setdefault("namespace", name)
    return {
        "name": name,
        "properties": properties,
        "window": {
            "start": f"2026-05-{day:02}T00:00:00Z",
            "end": f"2026-05-{day + 1:02}T00:00:00Z",
        },
        "start": f"2026-05-{day:02}T00:00:00Z",
        "end": f"2026-05-{day + 1:02}T00:00:00Z",
        "minutes": 1440,
        "cpuCores": 1.5,
        "cpuCost": Decimal("1.43086"),
        "gpuCount": Decimal(hours) / 24,
        "gpuHours": Decimal(hours),
        "gpuCost": Decimal(cost),
        "gpuCostAdjustment": 0,
        "pvs": None,
        "totalCost": Decimal(cost) + Decimal("1.43086"),
        **more,
    }


def answer(*days: list[dict]) -> dict:
    data = [{one["name"]: one for one in day} for day in days]
    return {"code": 200, "status": "success", "data": data}


def rounded(hours: Decimal) -> Decimal:
    return hours.quantize(MILLIONTH, ROUND_HALF_UP)


def hours_by(company: Company, metric: str, column: str = "namespace") -> dict[object, Decimal]:
    found: dict[object, Decimal] = {}
    for row in company.staged("stg_kubernetes__usage"):
        if row["metric"] == metric:
            found[row[column]] = found.get(row[column], Decimal(0)) + row["quantity"]
    return found


@pytest.mark.variant("kubernetes.opencost_json.allocation")
def test_requested_hours_belong_to_their_namespace(company: Company) -> None:
    first = [
        allocation("training", "18.5", "37", properties={"labels": {"team": "risk"}}),
        allocation("serving", "0.1234565", "0.246913"),
        allocation("kube-system", "0", "0"),
        allocation("__unallocated__", "2", "4"),
    ]
    second = [allocation("training", "24", "48", day=2)]
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer(first, second))
    assert not company.land().quarantined
    assert hours_by(company, "gpu_hours") == {
        "gpu-1/training": Decimal("42.5"),
        "gpu-1/serving": Decimal("0.123457"),
        None: Decimal(2),
    }
    tagged = [row["tags"] for row in company.staged("stg_kubernetes__usage") if row["tags"]]
    assert tagged == ['{"team":"risk"}'] * 2
    # Its costs are list prices: without a tariff there is no charge.
    assert company.staged("stg_kubernetes__charges") == []


@pytest.mark.variant("kubernetes.opencost_json.idle_by_node")
def test_idle_cost_is_hours_at_the_rate_of_the_months_pods(company: Company) -> None:
    day = [
        allocation("training", "30", "61.5"),
        allocation("risk", "20", "38.5"),
        allocation("gpu-node-1/__idle__", "0", "70", properties={"node": "gpu-node-1"}),
        allocation("__idle__", "0", "30"),
    ]
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer(day))
    assert not company.land().quarantined
    assert sum(hours_by(company, "gpu_hours").values()) == Decimal(50)
    assert sum(hours_by(company, "gpu_capacity_hours").values()) == Decimal(100)


def test_idle_cost_without_any_pod_is_no_time(company: Company) -> None:
    company.drop(
        "kubernetes/gpu-1/opencost_json/may.json", answer([allocation("__idle__", "0", "70")])
    )
    assert not company.land().quarantined
    assert company.staged("stg_kubernetes__usage") == []


@pytest.mark.variant("kubernetes.opencost_json.gpu_allocation")
def test_a_slice_is_its_part_of_the_gpu(company: Company) -> None:
    day = [
        allocation("a", "24", "1", gpuAllocation={"gpuModel": "NVIDIA A100-SXM4-40GB MIG 3g.20gb"}),
        allocation("b", "24", "1", gpuAllocation={"gpuModel": "NVIDIA A30 MIG 1g.6gb"}),
        allocation("c", "6", "1", gpuAllocation={"gpuModel": "NVIDIA H100", "isGPUShared": True}),
    ]
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer(day))
    assert not company.land().quarantined
    assert hours_by(company, "gpu_hours") == {
        "gpu-1/a": rounded(Decimal(24) * 3 / 7),
        "gpu-1/b": Decimal(6),
        "gpu-1/c": Decimal(6),
    }


@pytest.mark.variant("kubernetes.opencost_json.lines")
def test_a_newer_answer_replaces_the_days_of_its_cluster(company: Company) -> None:
    first = answer([allocation("a", "1", "1")], [allocation("a", "2", "1", day=2)])
    company.drop("kubernetes/gpu-1/opencost_json/may_pulled_20260510T000000Z.json", first)
    company.drop("kubernetes/gpu-2/opencost_json/may_pulled_20260510T000000Z.json", first)
    assert not company.land().quarantined
    newer = answer([allocation("b", "8", "1", day=2)]), answer([allocation("b", "16", "1", day=3)])
    company.drop(
        "kubernetes/gpu-1/opencost_json/may_pulled_20260511T000000Z.jsonl",
        "".join(json_text(one) + "\n" for one in newer),
    )
    assert not company.land().quarantined
    assert hours_by(company, "gpu_hours") == {
        "gpu-1/a": Decimal(1),
        "gpu-1/b": Decimal(24),
        "gpu-2/a": Decimal(3),
    }


def test_an_empty_step_is_no_fault(company: Company) -> None:
    company.drop("kubernetes/gpu-1/opencost_json/may.json", {"code": 200, "data": [{}, None, {}]})
    assert not company.land().quarantined
    assert company.staged("stg_kubernetes__usage") == []


def test_an_answer_of_another_shape_is_held_back(company: Company) -> None:
    company.drop("kubernetes/gpu-1/opencost_json/may.json", {"data": [["not", "allocations"]]})
    assert company.land().quarantined


def csv_row(day: int, namespace: str, pod: str, gpus: str) -> str:
    labels = '"{""app"":""train"",""team"":""risk""}"'
    before = f"2026-05-{day:02},{namespace},job,train,{pod},main,0.1,1,1,1,0,0,{gpus}"
    return f"{before},0,1,1,0,0,2.5,4.5,{labels},train,risk"


@pytest.mark.variant("kubernetes.opencost_csv.csv", "kubernetes.opencost_csv.csv_gz")
@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_a_row_of_the_csv_is_at_most_a_day(company: Company, ending: str) -> None:
    rows = [csv_row(1, "training", "p1", "0.25"), csv_row(1, "training", "p2", "0.75")]
    rows += [csv_row(2, "serving", "p3", "2"), csv_row(2, "web", "p4", "0")]
    text = "\n".join([CSV_HEADER, *rows]) + "\n"
    content = gzip.compress(text.encode(), mtime=0) if ending == "csv.gz" else text
    company.drop(f"kubernetes/gpu-1/opencost_csv/export.{ending}", content)
    assert not company.land().quarantined
    assert hours_by(company, "gpu_hours") == {
        "gpu-1/training": Decimal(24),
        "gpu-1/serving": Decimal(48),
    }
    with company.built("stg_kubernetes__charges", tariffs=[tariff("gpu-1", "2")]) as warehouse:
        assert warehouse.rows("select * from staging.stg_kubernetes__charges") == []


def tariff(sku: str, price: str, per_units: str = "1", **more: str) -> dict[str, object]:
    row = {"platform": "kubernetes", "sku": sku, "price": price, "per_units": per_units}
    return {**row, "unit": "GPU hours", "currency": "GBP", **more}


def test_a_tariff_makes_a_charge_of_the_hours(company: Company) -> None:
    day = [
        allocation("training", "7.333333", "14", gpuAllocation={"gpuModel": "H100"}),
        allocation("serving", "0.1", "1", properties={"providerID": "aws:///eu-west-2a/i-0abc"}),
        allocation("__idle__", "0", "70"),
    ]
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer(day))
    company.drop("kubernetes/cloud/opencost_json/may.json", answer(day))
    assert not company.land().quarantined
    tariffs = [
        tariff("gpu-1", "2.3456789012"),
        tariff("GPU-1/h100", "10", "3", valid_to="2026-06-01"),
        tariff("gpu-1/h100", "99", valid_from="2026-06-01"),
    ]
    with company.built("stg_kubernetes__charges", tariffs=tariffs) as warehouse:
        charges = {
            row["x_namespace"]: row
            for row in warehouse.rows("select * from staging.stg_kubernetes__charges")
        }
    assert {name: row["billed_cost"] for name, row in charges.items()} == {
        "gpu-1/training": half_up(Decimal("7.333333") * 10 / 3),
        "gpu-1/serving": half_up(Decimal("0.1") * Decimal("2.3456789012")),
    }
    serving = charges["gpu-1/serving"]
    assert (serving["resource_id"], serving["sub_account_id"]) == ("i-0abc", "gpu-1")
    assert (serving["billing_currency"], serving["consumed_quantity"]) == ("GBP", Decimal("0.1"))


def test_hours_before_the_clusters_first_tariff_stay_at_nothing(company: Company) -> None:
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer([allocation("web", "2", "4")]))
    assert not company.land().quarantined
    tariffs = [tariff("gpu-1/h100", "99", valid_from="2026-06-01")]
    with company.built("stg_kubernetes__charges", tariffs=tariffs) as warehouse:
        [charge] = warehouse.rows("select * from staging.stg_kubernetes__charges")
    assert (charge["billed_cost"], charge["x_cost_basis"]) == (0, "unpriced")
    assert (charge["billing_currency"], charge["consumed_quantity"]) == ("GBP", 2)


@pytest.mark.overlap("gpu_nodes_on_a_cloud_bill")
def test_a_machine_that_the_cloud_bills_is_not_charged_again(company: Company) -> None:
    """The tariff's charge of that machine is kept; the one of a machine of the company's own counts."""
    day = [
        allocation("training", "5", "9", properties={"providerID": "i-0abc"}),
        allocation("serving", "2", "4", properties={"providerID": "own-7"}),
    ]
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer(day))
    line = focus_line("11", ServiceName="Amazon EC2", ResourceId="i-0abc", BillingCurrency="GBP")
    company.drop("focus/aws/may.csv", as_csv([line]))
    assert not company.land().quarantined
    targets = ("fct_overlapping_charges", "fct_allocation_ledger")
    with company.built(*targets, tariffs=[tariff("gpu-1", "2")]) as warehouse:
        [kept] = warehouse.rows("select * from marts.fct_overlapping_charges")
        [ledger] = warehouse.rows(
            "select sum(billed_cost) as cost from marts.fct_allocation_ledger"
        )
        hours = warehouse.rows(
            "select sum(quantity) as hours from intermediate.int_usage_unioned where metric = 'gpu_hours'"
        )
    assert (kept["overlap_set"], kept["resource_id"]) == ("gpu_nodes_on_a_cloud_bill", "i-0abc")
    assert (kept["billed_cost"], kept["counted_billed_cost"]) == (Decimal(10), Decimal(11))
    assert ledger["cost"] == Decimal(11) + Decimal(4)
    assert hours[0]["hours"] == Decimal(7)


@pytest.mark.overlap("opencost_answers_and_csv")
def test_of_answers_and_csv_of_a_cluster_the_answers_are_the_driver(company: Company) -> None:
    company.drop("kubernetes/gpu-1/opencost_json/may.json", answer([allocation("a", "5", "1")]))
    for cluster in ("gpu-1", "gpu-2"):
        text = "\n".join([CSV_HEADER, csv_row(1, "a", "p", "1")]) + "\n"
        company.drop(f"kubernetes/{cluster}/opencost_csv/export.csv", text)
    assert not company.land().quarantined
    with company.built("int_usage_unioned", "fct_overlapping_usage") as warehouse:
        counting = warehouse.rows(
            "select account_id, sum(quantity) as hours from intermediate.int_usage_unioned "
            "where metric = 'gpu_hours' group by all order by all"
        )
        kept = warehouse.rows(
            "select kept_quantity, counted_quantity from marts.fct_overlapping_usage where metric = 'gpu_hours'"
        )
    assert counting == [
        {"account_id": "gpu-1", "hours": Decimal(5)},
        {"account_id": "gpu-2", "hours": Decimal(24)},
    ]
    assert kept == [{"kept_quantity": Decimal(24), "counted_quantity": Decimal(5)}]


def landed_sum(company: Company, table: str) -> Decimal:
    with duckdb.connect(str(company.settings.work_file), read_only=True) as connection:
        sql = f"select sum(cast(total_cost as decimal(38, 20))) from raw.{table}"
        [[total]] = connection.execute(sql).fetchall()
    return Decimal(total)


@pytest.mark.variant("kubernetes.opencost_json.allocation", "kubernetes.opencost_csv.csv")
def test_opencosts_own_examples_land_unedited(company: Company, samples: Path) -> None:
    answer_text = (samples / "opencost" / "allocation-example-output.json").read_text()
    csv_text = (samples / "opencost" / "export-sample.csv").read_text()
    company.drop("kubernetes/sample/opencost_json/example.json", answer_text)
    company.drop("kubernetes/sample/opencost_csv/example.csv", csv_text)
    assert not company.land().quarantined
    allocations = json.loads(answer_text, parse_float=Decimal)["data"]
    expected = sum(Decimal(one["totalCost"]) for step in allocations for one in step.values())
    assert landed_sum(company, "kubernetes__opencost_json") == expected
    rows = csv.DictReader(io.StringIO(csv_text))
    assert landed_sum(company, "kubernetes__opencost_csv") == sum(
        Decimal(row["TotalCost"]) for row in rows
    )
    assert company.staged("stg_kubernetes__usage") == []
