"""What the manifest of an Azure export says: which dataset, of what, for which month, from when."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from orchestration.landing.checks import RefusedError
from orchestration.landing.discover import LandedFile
from orchestration.landing.manifests import Manifest, azure_cost_management

SCOPE = "/subscriptions/S-1"


def read(
    folder: Path, document: dict, name: str = "azure/exports/daily/run/manifest.json"
) -> Manifest:
    path = folder / "manifest.json"
    path.write_text(json.dumps(document))
    return azure_cost_management(LandedFile(path, name, path.stat().st_size))


def document(start: str, end: str, kind: str = "ActualCost", **config: str) -> dict:
    return {
        "exportConfig": {
            "resourceId": f"{SCOPE}/providers/Microsoft.CostManagement/exports/daily",
            "type": kind,
            **config,
        },
        "runInfo": {"submittedTime": "2026-06-02T04:15:12.1234567Z", "startDate": start, "endDate": end},
        "blobs": [{"blobName": "a/part.csv", "byteCount": 12, "dataRowCount": 3}],
    }  # fmt: skip


def test_a_run_is_of_its_scope_dataset_and_month(tmp_path: Path) -> None:
    manifest = read(tmp_path, document("2026-05-01T00:00:00", "2026-05-20T00:00:00Z"))
    assert manifest.scope == "/subscriptions/s-1 ActualCost|2026-05"
    assert manifest.written_at == datetime(2026, 6, 2, 4, 15, 12, 123456)
    [file] = manifest.files
    assert (file.key, file.byte_count, file.row_count) == ("a/part.csv", 12, 3)


@pytest.mark.parametrize(
    ("start", "end", "frame", "month"),
    [
        ("2026-05-01", "2026-05-31", "Custom", "2026-05"),
        ("2026-05-01", "2026-06-01", "Custom", "2026-05"),
        ("2026-12-01", "2026-12-31", "TheLastMonth", "2026-12"),
        ("2026-05-01", "2026-05-09", "Custom", "2026-05-01 to 2026-05-09"),
        ("2026-05-02", "2026-05-31", "Custom", "2026-05-02 to 2026-05-31"),
        ("2026-04-01", "2026-05-31", "Custom", "2026-04-01 to 2026-05-31"),
    ],
)
def test_part_of_a_month_or_several_months_replace_no_month(
    tmp_path: Path, start: str, end: str, frame: str, month: str
) -> None:
    assert read(tmp_path, document(start, end, timeFrame=frame)).month == month


def test_usage_is_an_older_name_of_actual_cost(tmp_path: Path) -> None:
    assert read(tmp_path, document("2026-05-01", "2026-05-31", "Usage")).dataset == "ActualCost"


def test_an_older_manifest_is_told_by_its_path(tmp_path: Path) -> None:
    name = "azure/costs/amortized/20260501-20260531/202606020415/run/manifest.json"
    manifest = read(tmp_path, {"blobs": []}, name)
    assert manifest.scope == "azure/costs/amortized AmortizedCost|2026-05"
    assert manifest.written_at == datetime(2026, 6, 2, 4, 15)
    assert manifest.may_be_empty


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("azure/costs/20260501-20260531/manifest.json", "neither the manifest nor its path"),
        ("azure/costs/actual/manifest.json", "does not tell the days"),
    ],
)
def test_a_manifest_that_does_not_say_what_it_is_of_is_refused(
    tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        read(tmp_path, {"blobs": []}, name)
    assert reason in refused.value.faults[0].reason
