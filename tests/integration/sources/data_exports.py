"""AWS Data Exports in miniature: lines of a bill, their files, and the tree with its manifests."""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from tests.integration.sources.company import Company

PAYER = "004215873390"
MAPS = ("product", "resource_tags", "tags", "cost_category", "discount", "Tags")
NUMBERS = (
    "line_item_usage_amount",
    "line_item_unblended_cost",
    "pricing_public_on_demand_cost",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "BilledCost",
    "EffectiveCost",
    "ConsumedQuantity",
)
TIMES = (
    "bill_billing_period_start_date",
    "bill_billing_period_end_date",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "BillingPeriodStart",
    "ChargePeriodStart",
)

Line = dict[str, str]


def bill_line(cost: str = "1", month: str = "2026-05", **cells: str) -> Line:
    """A line of token usage, with other cells where they are given."""
    year, number = int(month[:4]), int(month[5:])
    after = f"{year + number // 12}-{number % 12 + 1:02}-01T00:00:00.000Z"
    return {
        "identity_line_item_id": "line",
        "bill_bill_type": "Anniversary",
        "bill_billing_entity": "AWS",
        "bill_billing_period_start_date": f"{month}-01T00:00:00.000Z",
        "bill_billing_period_end_date": after,
        "bill_invoice_id": "",
        "bill_payer_account_id": PAYER,
        "line_item_usage_account_id": "000000000042",
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": f"{month}-03T04:00:00.000Z",
        "line_item_usage_end_date": f"{month}-03T05:00:00.000Z",
        "line_item_product_code": "AmazonBedrock",
        "line_item_usage_type": "EUW2-NovaPro-input-tokens",
        "line_item_usage_amount": "1.5",
        "line_item_unblended_cost": cost,
        "line_item_currency_code": "USD",
        "line_item_iam_principal": "",
        "line_item_resource_id": "",
        "line_item_line_item_description": "",
        "pricing_unit": "1K tokens",
        "pricing_public_on_demand_cost": cost,
        "product": "{}",
        "resource_tags": "{}",
        "savings_plan_savings_plan_a_r_n": "",
        "savings_plan_savings_plan_effective_cost": "",
        "savings_plan_total_commitment_to_date": "",
        "savings_plan_used_commitment": "",
        "split_line_item_parent_resource_id": "",
        **cells,
    }


def focus_line(cost: str = "1", month: str = "2026-05", **cells: str) -> Line:
    """A FOCUS charge with the columns that none can do without."""
    return {
        "BilledCost": cost,
        "BillingAccountId": PAYER,
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{month}-01T00:00:00Z",
        "ChargePeriodStart": f"{month}-03T00:00:00Z",
        "ChargeCategory": "Usage",
        **cells,
    }


def as_csv(lines: Sequence[Line]) -> bytes:
    """The lines as CSV under one header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def as_csv_gz(lines: Sequence[Line]) -> bytes:
    """The lines as gzipped CSV, as an export writes them."""
    return gzip.compress(as_csv(lines), mtime=0)


def as_parquet(lines: Sequence[Line]) -> bytes:
    """The lines as Parquet with the export's types: doubles, timestamps and maps."""
    kinds = {
        name: "map(varchar, varchar)"
        if name in MAPS
        else "double"
        if name in NUMBERS
        else "timestamp"
        if name in TIMES
        else "varchar"
        for name in lines[0]
    }
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
        connection.execute(f"create table lines ({columns})")
        for line in lines:
            values = [_native(value, kinds[name]) for name, value in line.items()]
            connection.execute(f"insert into lines values ({', '.join('?' * len(values))})", values)
        path = Path(folder) / "lines.parquet"
        connection.execute(f"copy lines to '{path}' (format parquet, compression snappy)")
        return path.read_bytes()


def _native(value: str, kind: str) -> object:
    if kind.startswith("map"):
        return json.loads(value or "{}")
    if kind == "double":
        return float(value) if value else None
    return value.removesuffix("Z").replace("T", " ") if kind == "timestamp" else value


def deliver(
    company: Company,
    parts: Sequence[bytes],
    export: str = "cur2",
    month: str = "2026-05",
    execution: str = "",
    ending: str = "csv.gz",
    missing: int = 0,
) -> None:
    """Put a delivery into `landing/aws`, the manifest last; of its parts the last `missing` never arrive."""
    middle = f"BILLING_PERIOD={month}" + (f"/{execution}" if execution else "")
    names = [
        f"{export}/data/{middle}/{export}-{number + 1:05}.{ending}" for number in range(len(parts))
    ]
    for name, content in list(zip(names, parts, strict=True))[: len(parts) - missing]:
        company.drop(f"aws/{name}", content)
    company.drop(
        f"aws/{export}/metadata/{middle}/{export}-Manifest.json",
        {
            "exportName": export,
            "executionId": execution or "run",
            "dataFiles": [f"s3://bucket/prefix/{name}" for name in names],
        },
    )
