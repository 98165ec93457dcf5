"""AWS Data Exports: two CUR 2.0 exports of one payer account, with their manifests.

Until February 2026 an export in overwrite mode wrote gzipped CSV; from March a new export, made to
have the caller's identity, writes Parquet and keeps every delivery of a month.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sample.aws_bill import OPEN_MONTH, Row, bill_rows, wrong_row
from sample.aws_columns import COLUMNS, EARLIER_COLUMNS, MAP, NUMBER, NUMBER_MAP
from sample.aws_estate import PAYER
from sample.demand import END_DAY, FIRST_DAY
from sample.files import Folder, month_starts, next_month, uuid_like
from sample.totals import Totals

NEW_EXPORT_FROM = date(2026, 3, 1)
RESTATED_MONTH = date(2026, 5, 1)
CORRECTED = datetime(2026, 6, 17, 6, 21, 48, tzinfo=UTC)
CUT_SHORT = datetime(2026, 11, 4, 6, 18, 31, tzinfo=UTC)
MANIFEST_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "TIMESTAMP": "timestamp",
    MAP: "map",
    NUMBER_MAP: "map",
}


@dataclass(frozen=True)
class Delivery:
    """One delivery of a month, in `parts` files; one that was cut short lacks the last of them."""

    month: date
    delivered: datetime
    parts: int = 1
    is_cut_short: bool = False

    @property
    def is_parquet(self) -> bool:
        """Return whether the newer export made it, which keeps every delivery in a folder."""
        return self.month >= NEW_EXPORT_FROM

    @property
    def export(self) -> str:
        """Return the export's name."""
        return "hartwell-cur2-callers" if self.is_parquet else "hartwell-cur2"

    @property
    def execution_id(self) -> str:
        """Return the id that the vendor gives to one run of an export."""
        return uuid_like(f"{self.export} {self.month} {self.delivered}")

    def folder(self, kind: str) -> str:
        """Return the path of the delivery's data or metadata below the landing folder."""
        path = f"aws/{self.export}/{kind}/BILLING_PERIOD={self.month:%Y-%m}"
        run = f"{self.delivered:%Y-%m-%dT%H:%M:%S}.306Z-{self.execution_id}"
        return f"{path}/{run}" if self.is_parquet else path


def deliveries() -> list[Delivery]:
    """Return every delivery: one a month, one that corrects May, one of October cut short."""
    found = []
    for month in month_starts(FIRST_DAY, END_DAY):
        after = next_month(month)
        delivered = datetime(after.year, after.month, 3, 6, 14, 2 + after.month, tzinfo=UTC)
        found.append(Delivery(month, delivered, parts=2 if month.month == 12 else 1))
    found.append(Delivery(RESTATED_MONTH, CORRECTED))
    # The copy of this one stopped half way: the manifest names a part that never came.
    found.append(Delivery(OPEN_MONTH, CUT_SHORT, parts=2, is_cut_short=True))
    return sorted(found, key=lambda delivery: delivery.delivered)


def month_rows(seed: int, delivery: Delivery) -> tuple[Row, ...]:
    """Return a delivery's rows: the first of the restated month had a charge made in error."""
    rows = bill_rows(seed, delivery.month)
    is_corrected = delivery.month != RESTATED_MONTH or delivery.delivered >= CORRECTED
    return rows if is_corrected else (*rows, wrong_row())


def newest_rows(seed: int, month: date) -> tuple[Row, ...]:
    """Return the rows of the newest complete delivery of a month."""
    complete = [
        delivery
        for delivery in deliveries()
        if delivery.month == month and not delivery.is_cut_short
    ]
    return month_rows(seed, complete[-1])


def invoiced(seed: int, month: date) -> dict[str, Decimal]:
    """Return a month's sum without VAT by invoice number; nothing while the month is open."""
    sums: dict[str, Decimal] = {}
    for row in newest_rows(seed, month):
        number = row["bill_invoice_id"]
        if number and row["line_item_line_item_type"] != "Tax":
            sums[number] = sums.get(number, Decimal(0)) + row["line_item_unblended_cost"]
    return sums


def _parquet_cell(value: object, kind: str) -> object:
    """Return a cell for Parquet; maps hold numbers as doubles, as the vendor's do."""
    if kind in (MAP, NUMBER_MAP):
        pairs = value if isinstance(value, dict) else {}
        return {key: _parquet_cell(item, NUMBER) for key, item in pairs.items()}
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return f"{value} 00:00:00"
    return value


def _csv_cell(value: object, kind: str) -> str:
    """Return a cell as the export's CSV spells it."""
    if kind in (MAP, NUMBER_MAP):
        return json.dumps(_parquet_cell(value, kind), separators=(",", ":"))
    if isinstance(value, Decimal):
        return repr(float(value))
    if isinstance(value, date):
        return f"{value}T00:00:00.000Z"
    return "" if value is None else str(value)


def _cells(rows: Sequence[Row], delivery: Delivery, part: int) -> list[list[object]]:
    """Return a file's rows, with the line ids that are new in every delivery."""
    columns = COLUMNS if delivery.is_parquet else EARLIER_COLUMNS
    spell = _parquet_cell if delivery.is_parquet else _csv_cell
    cells = []
    for number, row in enumerate(rows):
        line_id = uuid_like(f"{delivery.execution_id} {part} {number}").replace("-", "")
        named = row | {"identity_line_item_id": f"{line_id}{line_id[:20]}"}
        cells.append([spell(named.get(name), kind) for name, kind in columns])
    return cells


def _write_delivery(folder: Folder, delivery: Delivery, rows: Sequence[Row]) -> None:
    columns = COLUMNS if delivery.is_parquet else EARLIER_COLUMNS
    ending = "snappy.parquet" if delivery.is_parquet else "csv.gz"
    size = -(-len(rows) // delivery.parts)
    names = []
    for part in range(delivery.parts):
        name = f"{delivery.folder('data')}/{delivery.export}-{part + 1:05d}.{ending}"
        names.append(name)
        if delivery.is_cut_short and part == delivery.parts - 1:
            continue
        cells = _cells(rows[part * size : (part + 1) * size], delivery, part)
        if delivery.is_parquet:
            folder.write_parquet(name, columns, cells)
        else:
            folder.write_csv(name, [column for column, _ in columns], cells)
    _write_manifest(folder, delivery, columns, names)


def _write_manifest(
    folder: Folder, delivery: Delivery, columns: list[tuple[str, str]], names: list[str]
) -> None:
    export_id = f"{delivery.export}-{uuid_like(delivery.export)}"
    manifest = {
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{PAYER}:export/{export_id}",
        "exportName": delivery.export,
        "executionId": delivery.execution_id,
        "billingPeriod": {
            "start": f"{delivery.month}T00:00:00.000Z",
            "end": f"{next_month(delivery.month)}T00:00:00.000Z",
        },
        "columns": [{"name": name, "type": MANIFEST_TYPES[kind]} for name, kind in columns],
        "dataFiles": [
            f"s3://hartwell-billing/exports/{name.removeprefix('aws/')}" for name in names
        ],
        "additionalOutputFiles": [],
    }
    folder.write_json(
        f"{delivery.folder('metadata')}/{delivery.export}-Manifest.json", manifest, indent=2
    )


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every delivery, and add the newest complete one of each month to the totals."""
    for delivery in deliveries():
        _write_delivery(folder, delivery, month_rows(seed, delivery))
    for month in month_starts(FIRST_DAY, END_DAY):
        for row in newest_rows(seed, month):
            amount = _csv_cell(row["line_item_unblended_cost"], NUMBER)
            totals.add("aws", PAYER, f"{month:%Y-%m}", "USD", amount)
