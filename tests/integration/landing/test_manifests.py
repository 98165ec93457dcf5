"""Deliveries with a manifest load whole or not at all."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.integration.landing.conftest import Company

HEADER = "at,cost\n"


def export(
    company: Company,
    month: str = "2026-05",
    execution: str = "",
    parts: tuple[str, ...] = ("1",),
    **more: Any,
) -> None:
    """Data files of one cost each, then their manifest, laid out as AWS Data Exports does."""
    folder = f"BILLING_PERIOD={month}" + (f"/{execution}" if execution else "")
    files = []
    for number, cost in enumerate(parts, start=1):
        name = f"cloud/spend/data/{folder}/spend-{number:05}.csv.gz"
        company.drop(name, f"{HEADER}{month}-03T00:00:00Z,{cost}\n")
        files.append(f"s3://bucket/some/prefix/{name.removeprefix('cloud/')}")
    manifest(company, folder, {"dataFiles": files, **more})


def manifest(company: Company, folder: str, document: dict[str, Any]) -> None:
    company.drop(f"cloud/spend/metadata/{folder}/spend-Manifest.json", document)


def costs(company: Company) -> list[str]:
    return [row[0] for row in company.ask("select cost from raw.acme__exported order by cost")]


def test_all_files_of_a_manifest_are_one_delivery(company: Company) -> None:
    export(company, parts=("1", "2", "3"))
    result = company.land()
    assert [len(delivery.files) for delivery in result.accepted] == [3]
    assert costs(company) == ["1", "2", "3"]
    assert company.ask("select distinct _scope from raw.acme__exported") == [
        ("cloud/spend|2026-05",)
    ]


def test_overwriting_replaces_the_month(company: Company) -> None:
    export(company, parts=("1", "2"))
    export(company, "2026-06", parts=("5",))
    company.land()
    export(company, parts=("3", "4"))
    company.land()
    assert costs(company) == ["3", "4", "5"]
    assert not company.land().accepted


def test_of_executions_beside_each_other_the_newest_whole_one_counts(company: Company) -> None:
    export(company, execution="2026-06-02T00:00:00.000Z-b", parts=("2",))
    export(company, execution="2026-06-01T00:00:00.000Z-a", parts=("1",))
    company.land()
    assert costs(company) == ["2"]
    newer = "BILLING_PERIOD=2026-05/2026-06-03T00:00:00.000Z-c"
    manifest(company, newer, {"dataFiles": [f"s3://b/spend/data/{newer}/spend-00001.csv.gz"]})
    company.land()
    assert costs(company) == ["2"], "an execution whose files are not there does not count"
    assert "which is not there" in company.refused()[3]
    company.drop(f"cloud/spend/data/{newer}/spend-00001.csv.gz", f"{HEADER}2026-05-03,9\n")
    company.land()
    assert costs(company) == ["9"]


def test_one_bad_file_refuses_the_delivery_and_keeps_the_one_before(company: Company) -> None:
    export(company, parts=("1", "2"))
    company.land()
    export(company, parts=("3", "four"))
    company.land()
    assert company.refused()[:3] == (
        "cloud/spend/data/BILLING_PERIOD=2026-05/spend-00002.csv.gz",
        1,
        "cost",
    )
    assert costs(company) == ["1", "2"]


def test_a_file_that_the_manifest_does_not_list(company: Company) -> None:
    export(company)
    company.drop(
        "cloud/spend/data/BILLING_PERIOD=2026-05/spend-00002.csv.gz", f"{HEADER}2026-05-03,2\n"
    )
    company.land()
    reasons = {row[0] for row in company.ask("select reason from raw.quarantine")}
    assert "stands among the files of a delivery, but its manifest does not list it" in reasons
    assert costs(company) == []


def test_files_without_their_manifest_wait(company: Company) -> None:
    company.drop(
        "cloud/spend/data/BILLING_PERIOD=2026-05/spend-00001.csv.gz", f"{HEADER}2026-05-03,1\n"
    )
    company.land()
    assert company.refused()[3] == "no manifest names this file"


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ({"byteCount": 7}, "but the manifest says 7"),
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"rowCount": 2}, "has 1 rows, but the manifest says 2"),
    ],
)
def test_what_the_manifest_says_of_a_file_holds(
    company: Company, listed: dict[str, Any], reason: str
) -> None:
    export(company)
    folder = "BILLING_PERIOD=2026-05"
    entry = {"key": f"spend/data/{folder}/spend-00001.csv.gz", **listed}
    manifest(company, folder, {"files": [entry]})
    company.land()
    assert reason in company.refused()[3]
    assert costs(company) == []


def test_a_manifest_whose_statements_hold(company: Company) -> None:
    export(company)
    name = "cloud/spend/data/BILLING_PERIOD=2026-05/spend-00001.csv.gz"
    content = (company.landing / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    entry = {"key": name, "byteCount": len(content), "rowCount": 1, "sha256": digest.upper()}
    manifest(company, "BILLING_PERIOD=2026-05", {"files": [entry]})
    assert not company.land().faults


def test_a_manifest_cut_off(company: Company) -> None:
    export(company)
    path = next(company.landing.rglob("*Manifest.json"))
    path.write_text(path.read_text()[:-5])
    company.land()
    reasons = {row[0] for row in company.ask("select reason from raw.quarantine")}
    assert reasons == {"the manifest is not valid JSON, or cut off", "no manifest names this file"}


def test_a_manifest_cannot_reach_out_of_the_landing_folder(company: Company) -> None:
    (company.landing.parent / "secret.csv").write_text(f"{HEADER}2026-05-03,1\n")
    manifest(company, "BILLING_PERIOD=2026-05", {"dataFiles": ["../../../../../secret.csv"]})
    company.land()
    assert costs(company) == []


def test_legacy_reports_with_their_assemblies(company: Company) -> None:
    folder = "cloud/report/20260501-20260601"
    for assembly, cost in (("aaa", "1"), ("bbb", "2")):
        company.drop(f"{folder}/{assembly}/data/report-1.csv.gz", f"{HEADER}2026-05-03,{cost}\n")
        company.drop(
            f"{folder}/{assembly}/report-Manifest.json",
            {
                "assemblyId": assembly,
                "reportName": "report",
                "billingPeriod": {"start": "20260501T000000.000Z", "end": "20260601T000000.000Z"},
                "reportKeys": [f"x/report/20260501-20260601/{assembly}/data/report-1.csv.gz"],
            },
        )
    company.land()
    assert len(costs(company)) == 1


def test_single_files_stand_alone(company: Company) -> None:
    company.drop("cloud/single/may.csv", f"{HEADER}2026-05-03,1\n2026-06-03,2\n")
    company.land()
    company.drop("cloud/single/june_again.csv", f"{HEADER}2026-06-03,3\n")
    company.land()
    assert costs(company) == ["1", "3"]


def test_the_manifests_json_may_be_anything(company: Company) -> None:
    for number, document in enumerate(
        [[], 3, {"dataFiles": "x"}, {"dataFiles": [1, None, {}]}, {}]
    ):
        company.drop(
            f"cloud/m{number}/metadata/BILLING_PERIOD=2026-05/m-Manifest.json", json.dumps(document)
        )
    company.drop("cloud/single/may.csv", f"{HEADER}2026-05-03,1\n")
    result = company.land()
    assert len(result.accepted) == 1
    assert len({fault.file for fault in result.faults}) == 5
