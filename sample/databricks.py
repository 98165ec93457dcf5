"""Databricks on AWS, from March 2026: system tables that a notebook writes once a month.

Usage has no price; the list's prices change in June, and one SKU has none for its first days. A week
of June was metered wrong and was taken back and stated anew in July.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from sample.company import DOMAIN, staff_of
from sample.demand import END_DAY, chance, months_between
from sample.files import Folder, days, month_starts, next_month, stamp, uuid_like
from sample.totals import Totals

FIRST_BILLED = date(2026, 3, 1)
ACCOUNT = uuid_like("databricks account")
DATA, LAB = "2811904417730912", "5530917720044187"
PARQUET_FROM = date(2026, 9, 1)
CORRECTED = (date(2026, 6, 8), date(2026, 6, 13))
CORRECTED_IN = date(2026, 7, 1)
VECTOR_PRICED_FROM = date(2026, 3, 4)
PRICE_CHANGE = date(2026, 6, 1)
TEN_PLACES = Decimal("1E-10")

SERVING = "PREMIUM_ANTHROPIC_MODEL_SERVING"
INFERENCE = "PREMIUM_SERVERLESS_REAL_TIME_INFERENCE_EUROPE_LONDON"
TRAINING = "PREMIUM_MODEL_TRAINING_EUROPE_LONDON"
JOBS = "PREMIUM_JOBS_SERVERLESS_COMPUTE_EUROPE_LONDON"
# SKU, price, first day, day after the last.
PRICES = (
    (SERVING, "0.07", date(2025, 1, 1), None),
    (INFERENCE, "0.084", VECTOR_PRICED_FROM, PRICE_CHANGE),
    (INFERENCE, "0.0815", PRICE_CHANGE, None),
    (TRAINING, "0.65", date(2025, 1, 1), None),
    (JOBS, "0.47", date(2025, 1, 1), None),
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What is metered daily: product, SKU, usual DBUs, and how it can be told."""

    name: str
    product: str
    sku: str
    kind: str
    quantity: float
    workspace: str
    endpoint: str = ""
    job: str = ""
    run_as: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    weekend: float = 0.0


WORKS = (
    Work(
        "assistant", "MODEL_SERVING", SERVING, "TOKEN", 420, DATA,
        endpoint="databricks-claude-sonnet-4-5", run_as="CC-330",
    ),
    Work(
        "surveys", "MODEL_SERVING", SERVING, "TOKEN", 160, DATA,
        endpoint="databricks-claude-sonnet-4-5", run_as="CC-120",
    ),
    Work(
        "scoring", "MODEL_SERVING", INFERENCE, "GPU_TIME", 310, DATA,
        endpoint="claims-scoring", weekend=1.0,
    ),
    Work(
        "search", "VECTOR_SEARCH", INFERENCE, "COMPUTE_TIME", 96, DATA,
        endpoint="policy-index", tags=(("use_case", "UC-015"),), weekend=1.0,
    ),
    Work(
        "pricing", "FOUNDATION_MODEL_TRAINING", TRAINING, "GPU_TIME", 40, LAB,
        job="733018442", tags=(("CostCentre", "CC-130"), ("env", "dev")),
    ),
    Work("features", "JOBS", JOBS, "COMPUTE_TIME", 55, LAB, job="733018517"),
)  # fmt: skip

# Who asks the shared scoring endpoint, and how much.
REQUESTERS = (
    ("CC-210", "triage", 5),
    ("CC-220", "fraud", 3),
    ("CC-520", "", 1),
    ("", "trial", 1),
)


def identities() -> list[Row]:
    """Return who owns what: a workspace, a job, and projects that callers name in their requests."""
    return [
        {"identity_type": "workspace", "identity_id": LAB, "cost_centre_code": "CC-530"},
        {"identity_type": "tag", "identity_id": "project=triage", "use_case_id": "UC-001"},
        {"identity_type": "tag", "identity_id": "project=fraud", "use_case_id": "UC-003"},
    ]


def rules() -> list[Row]:
    """Return the rule for capacity that many share."""
    return [
        {
            "rule_id": "R-230",
            "priority": 230,
            "description": "The scoring endpoint's capacity follows the tokens that it served",
            "method": "token_volume",
            "match_platform": "databricks",
            "match_sku": "*REAL_TIME_INFERENCE*",
            "match_resource_id": uuid_like("endpoint claims-scoring"),
            "driver_grain": "month",
            "fallback_method": "central",
        }
    ]


def _price(sku: str, day: date) -> Decimal:
    """Return the list price in force; nothing where none is."""
    for name, price, first, end in PRICES:
        if name == sku and first <= day and (end is None or day < end):
            return Decimal(price)
    return Decimal(0)


def _run_as(seed: int, work: Work) -> str | None:
    if work.run_as:
        return staff_of(seed, work.run_as)[0].email
    return uuid_like(f"databricks principal {work.name}") if work.job else None


def _record(seed: int, work: Work, day: date, quantity: Decimal, kind: str) -> Row:
    booked = CORRECTED_IN + timedelta(days=2) if kind != "ORIGINAL" else day
    return {
        "record_id": uuid_like(f"databricks {work.name} {day} {kind}"),
        "account_id": ACCOUNT,
        "workspace_id": work.workspace,
        "sku_name": work.sku,
        "cloud": "AWS",
        "usage_start_time": f"{day}T10:00:00Z",
        "usage_end_time": f"{day}T11:00:00Z",
        "usage_date": f"{day}",
        "custom_tags": dict(work.tags),
        "usage_unit": "DBU",
        "usage_quantity": quantity,
        "usage_metadata": {
            "endpoint_name": work.endpoint or None,
            "endpoint_id": uuid_like(f"endpoint {work.endpoint}") if work.endpoint else None,
            "job_id": work.job or None,
            "usage_policy_id": None,
        },
        "identity_metadata": {"run_as": _run_as(seed, work), "owned_by": None, "created_by": None},
        "record_type": kind,
        "ingestion_date": f"{booked}",
        "billing_origin_product": work.product,
        "product_features": {"serving_type": "FOUNDATION_MODEL" if work.kind == "TOKEN" else None},
        "usage_type": work.kind,
    }


@cache
def records_of(seed: int, month: date) -> tuple[Row, ...]:
    """Return the records that came into the table in a month."""
    records = []
    for day in days(month, next_month(month)):
        for work in WORKS:
            volume = work.weekend if day.weekday() >= 5 else 1.0
            if volume:
                records.append(_record(seed, work, day, _quantity(seed, work, day), "ORIGINAL"))
    if month == CORRECTED_IN:
        for day in days(*CORRECTED):
            work = WORKS[2]
            wrong = _quantity(seed, work, day)
            right = (wrong * Decimal("0.8")).quantize(Decimal("1E-9"))
            records.append(_record(seed, work, day, -wrong, "RETRACTION"))
            records.append(_record(seed, work, day, right, "RESTATEMENT"))
    return tuple(records)


def _quantity(seed: int, work: Work, day: date) -> Decimal:
    source = chance(seed, "databricks", work.name, day)
    growth = 1 + 0.03 * months_between(FIRST_BILLED, day)
    return Decimal(int(work.quantity * growth * (0.8 + 0.4 * source.random()) * 10**9)).scaleb(-9)


def amount_of(record: Row) -> Decimal:
    """Return what a record comes to at the price in force at its end."""
    day = date.fromisoformat(record["usage_date"])
    amount: Decimal = record["usage_quantity"] * _price(record["sku_name"], day)
    return amount.quantize(TEN_PLACES, rounding=ROUND_HALF_UP)


def invoices(seed: int) -> Iterator[Row]:
    """Yield the invoices: what each month came to in the end, in whole cents; October's is not there yet."""
    for month in month_starts(FIRST_BILLED, date(2026, 10, 1)):
        amount = sum((amount_of(record) for record in _of_month(seed, month)), Decimal(0))
        yield {
            "provider": "databricks",
            "billing_account_id": ACCOUNT,
            "billing_period": f"{month:%Y-%m}",
            "invoice_id": f"DBX-{month:%Y%m}-1180",
            "currency": "USD",
            "amount": amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
            "invoice_kind": "usage",
        }


def _of_month(seed: int, month: date) -> Iterator[Row]:
    for written in month_starts(month, END_DAY):
        for record in records_of(seed, written):
            if record["usage_date"].startswith(f"{month:%Y-%m}"):
                yield record


def _requests(seed: int, month: date) -> Iterator[Row]:
    """Yield requests to the shared endpoint, a few a day; one in twenty fails."""
    for day in days(month, next_month(month)):
        for position, (cost_centre, project, usual) in enumerate(REQUESTERS):
            source = chance(seed, "databricks requests", project, cost_centre, day)
            if day.weekday() >= 5 or source.random() < 0.3:
                continue
            tokens = int(usual * (4000 + 3000 * source.random()))
            failed = source.random() < 0.05
            yield {
                "request_time": f"{day}T09:{10 + position}:00Z",
                "account_id": ACCOUNT,
                "workspace_id": DATA,
                "databricks_request_id": uuid_like(f"databricks request {day} {position}"),
                "client_request_id": None,
                "served_entity_id": uuid_like("served claims-scoring"),
                "requester": staff_of(seed, cost_centre)[1].email
                if cost_centre
                else f"trial.account@{DOMAIN}",
                "status_code": 500 if failed else 200,
                "input_token_count": None if failed else tokens,
                "output_token_count": None if failed else tokens // 8,
                "usage_context": {"project": project} if project else {},
            }


def _entities() -> list[Row]:
    """Return what the endpoints serve; the scoring model was replaced in May."""
    return [
        {
            "served_entity_id": uuid_like("served claims-scoring"),
            "account_id": ACCOUNT,
            "workspace_id": DATA,
            "endpoint_id": uuid_like("endpoint claims-scoring"),
            "endpoint_name": "claims-scoring",
            "served_entity_name": f"claims-scoring-{version}",
            "entity_type": "CUSTOM_MODEL",
            "entity_name": f"claims.models.{name}",
            "entity_version": str(version),
            "endpoint_config_version": version,
            "created_by": f"platform.team@{DOMAIN}",
            "change_time": f"{changed}T08:00:00Z",
            "endpoint_delete_time": None,
        }
        for version, name, changed in (
            (1, "claims-scorer-8b", "2026-02-20"),
            (2, "claims-scorer-14b", "2026-05-11"),
        )
    ]


_USAGE_COLUMNS = [
    ("record_id", "VARCHAR"),
    ("account_id", "VARCHAR"),
    ("workspace_id", "VARCHAR"),
    ("sku_name", "VARCHAR"),
    ("cloud", "VARCHAR"),
    ("usage_start_time", "TIMESTAMP"),
    ("usage_end_time", "TIMESTAMP"),
    ("usage_date", "DATE"),
    ("custom_tags", "MAP(VARCHAR, VARCHAR)"),
    ("usage_unit", "VARCHAR"),
    ("usage_quantity", "DECIMAL(38, 18)"),
    (
        "usage_metadata",
        "STRUCT(endpoint_name VARCHAR, endpoint_id VARCHAR, job_id VARCHAR, usage_policy_id VARCHAR)",
    ),
    ("identity_metadata", "STRUCT(run_as VARCHAR, owned_by VARCHAR, created_by VARCHAR)"),
    ("record_type", "VARCHAR"),
    ("ingestion_date", "DATE"),
    ("billing_origin_product", "VARCHAR"),
    ("product_features", "STRUCT(serving_type VARCHAR)"),
    ("usage_type", "VARCHAR"),
]


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.replace("T", " ").replace("Z", "") if _is_time(value) else value


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 20 and value.endswith("Z")


def _as_lines(rows: list[Row]) -> bytes:
    return "".join(
        json.dumps({name: _plain(value) for name, value in row.items()}, separators=(",", ":"))
        + "\n"
        for row in rows
    ).encode()


def _plain(value: Any) -> Any:
    """Return a value as Spark writes it to JSON: without null members, decimals as numbers."""
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if inner is not None}
    return float(value) if isinstance(value, Decimal) else value


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write what the notebook writes after each month, and add what it bills to the totals."""
    for month in month_starts(FIRST_BILLED, END_DAY):
        after = next_month(month)
        pulled = stamp(datetime(after.year, after.month, 4, 3, 15, tzinfo=UTC))
        name = f"{month:%Y-%m}_pulled_{pulled}"
        records = records_of(seed, month)
        if month >= PARQUET_FROM:
            folder.write_parquet(
                f"databricks/usage/{name}.parquet",
                _USAGE_COLUMNS,
                [[_cell(record[column]) for column, _ in _USAGE_COLUMNS] for record in records],
            )
        else:
            folder.write(f"databricks/usage/{name}.jsonl.gz", _as_lines(list(records)))
        folder.write(
            f"databricks/endpoint_usage/{name}.jsonl.gz", _as_lines(list(_requests(seed, month)))
        )
        for record in records:
            used = record["usage_date"][:7]
            totals.add("databricks", ACCOUNT, used, "USD", f"{amount_of(record):f}")
    last = stamp(datetime(END_DAY.year, END_DAY.month, 4, 3, 15, tzinfo=UTC))
    prices = [
        {
            "price_start_time": f"{first}T00:00:00Z",
            "price_end_time": f"{end}T00:00:00Z" if end else None,
            "account_id": ACCOUNT,
            "sku_name": sku,
            "cloud": "AWS",
            "currency_code": "USD",
            "usage_unit": "DBU",
            "pricing": {
                "default": price,
                "promotional": {"default": price},
                "effective_list": {"default": price},
            },
        }
        for sku, price, first, end in PRICES
    ]
    folder.write(f"databricks/list_prices/all_pulled_{last}.jsonl.gz", _as_lines(prices))
    folder.write(f"databricks/served_entities/all_pulled_{last}.jsonl.gz", _as_lines(_entities()))
