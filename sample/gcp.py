"""Google Cloud, from February 2026: the standard billing export, extracted from BigQuery once a month.

JSON lines at first, a notebook's flattened CSV in one month, Parquet since September. Rows are of
the time of day in which a project works; amounts are in pounds, floats as the export has them, with
credits on the rows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from sample.demand import END_DAY, FIRST_DAY, Demand, chance, use_on
from sample.files import Folder, days, month_starts, next_month, stamp
from sample.prices import Price
from sample.totals import Totals

FIRST_BILLED = date(2026, 2, 1)
ACCOUNT = "01F3A2-9BC4D7-E05861"
FLATTENED_MONTH = date(2026, 4, 1)
PARQUET_FROM = date(2026, 9, 1)
# A week of May was metered at the price of the long context and corrected on June's invoice.
CORRECTED_DAY, CORRECTION_BILLED_IN = date(2026, 5, 19), date(2026, 6, 1)
THROUGHPUT_FROM = date(2026, 7, 1)
VAT = Decimal("0.2")
PROMOTION = {
    "id": "GENAI-START-2026",
    "full_name": "Generative AI starter credit",
    "type": "PROMOTION",
    "name": "GenAI starter",
}
TEN_PLACES = Decimal("1E-10")

VERTEX = {"id": "C7E2-9256-1C43", "description": "Vertex AI"}
STORAGE = {"id": "95FF-2EF5-5EA1", "description": "Cloud Storage"}
COMPUTE = {"id": "6F81-5844-456A", "description": "Compute Engine"}

# The SKU's words, what it is billed for, and pounds per million.
GEMINI_IN = ("7A41-0001", "Gemini 2.5 Flash GA Text Input - Predictions", Decimal("0.24"))
GEMINI_CACHED = ("7A41-0002", "Gemini 2.5 Flash GA Text Input Caching", Decimal("0.024"))
GEMINI_OUT = ("7A41-0003", "Gemini 2.5 Flash GA Thinking Text Output - Predictions", Decimal("2.0"))
OLD_IN = ("7A41-0011", "Gemini 1.5 Flash Text Input - Predictions", Decimal("0.015"))
OLD_OUT = ("7A41-0012", "Gemini 1.5 Flash Text Output - Predictions", Decimal("0.06"))
CLAUDE_IN = ("7A41-0021", "Claude Sonnet 4.5 Input Tokens", Decimal("2.4"))
CLAUDE_OUT = ("7A41-0022", "Claude Sonnet 4.5 Output Tokens", Decimal("12.0"))
EMBEDDING = ("7A41-0031", "Gemini Embedding Text Input", Decimal("0.12"))

Row = dict[str, Any]


def prices() -> list[Price]:
    """Return the list prices of what is counted in tokens."""
    return [
        Price("gcp", model, token_type, price, currency="GBP")
        for model, token_type, price in (
            ("gemini-2.5-flash", "input", GEMINI_IN[2]),
            ("gemini-2.5-flash", "cached_input", GEMINI_CACHED[2]),
            ("gemini-2.5-flash", "output", GEMINI_OUT[2]),
            ("claude-sonnet-4.5", "input", CLAUDE_IN[2]),
            ("claude-sonnet-4.5", "output", CLAUDE_OUT[2]),
            ("gemini-embedding", "embedding", EMBEDDING[2]),
        )
    ]


@dataclass(frozen=True)
class Work:
    """What one project does with one model: SKUs of input, cached input and output, and its labels."""

    project: str
    demand: Demand
    skus: tuple[tuple[str, str, Decimal], ...]
    labels: tuple[tuple[str, str], ...] = ()
    hour: int = 10
    region: str = "global"
    seller: str = ""
    first: date = FIRST_BILLED
    end: date = END_DAY


@dataclass(frozen=True)
class Project:
    """A project; who owns it stands in the registers, where somebody has entered it."""

    project_id: str
    number: str
    name: str
    labels: tuple[tuple[str, str], ...] = field(default=())


PROJECTS = {
    project.project_id: project
    for project in (
        Project("hartwell-claims-vision", "418820073311", "Claims vision", (("env", "prod"),)),
        Project("hartwell-pricing-lab", "418820073312", "Pricing lab", (("env", "dev"),)),
        Project("hartwell-shared-genai", "418820073313", "Shared generative AI"),
        Project("hartwell-sandbox-7", "418820073314", "Sandbox 7"),
    )
}

GEMINI = (GEMINI_IN, GEMINI_CACHED, GEMINI_OUT)
WORKS = [
    Work("hartwell-claims-vision", Demand(95_000_000, 0.06, 0.4, 0.0, 0.04), GEMINI, hour=9),
    Work(
        "hartwell-pricing-lab",
        Demand(310_000_000, 0.1, 0.0, 0.0, 0.0),
        (OLD_IN, OLD_IN, OLD_OUT),
        hour=14,
        region="europe-west2",
        end=date(2026, 5, 1),
    ),
    Work(
        "hartwell-pricing-lab",
        Demand(90_000_000, 0.0, 0.0, 0.0, 0.02),
        (EMBEDDING, EMBEDDING, EMBEDDING),
        hour=22,
        region="europe-west2",
        first=date(2026, 5, 1),
    ),
    # One project for all who only send requests: whose they are stands in the requests' labels.
    Work(
        "hartwell-shared-genai",
        Demand(5_200_000, 0.2, 0.0, 0.0, 0.05),
        (CLAUDE_IN, CLAUDE_IN, CLAUDE_OUT),
        (("team", "conduct"), ("env", "prod")),
        hour=11,
        seller="Anthropic",
    ),
    Work(
        "hartwell-shared-genai",
        Demand(38_000_000, 0.08, 0.3, 0.0, 0.03),
        GEMINI,
        (("team", "broker-desk"),),
        hour=15,
    ),
    Work("hartwell-sandbox-7", Demand(7_500_000, 0.12, 0.0, 0.0, 0.01), GEMINI, hour=17),
]


def identities() -> list[Row]:
    """Return who owns what: projects, and teams by the labels of their requests. Sandbox 7 is nobody's."""
    return [
        {
            "identity_type": "project",
            "identity_id": "hartwell-claims-vision",
            "use_case_id": "UC-001",
        },
        {
            "identity_type": "project",
            "identity_id": "hartwell-pricing-lab",
            "use_case_id": "UC-010",
            "cost_centre_code": "CC-130",
        },
        {"identity_type": "tag", "identity_id": "team=conduct", "use_case_id": "UC-018"},
        {"identity_type": "tag", "identity_id": "team=broker-desk", "cost_centre_code": "CC-620"},
    ]


def rules() -> list[Row]:
    """Return the rules for what has no project."""
    month = {"match_platform": "gcp", "driver_grain": "month", "fallback_method": "central"}
    return [
        month
        | {
            "rule_id": "R-210",
            "priority": 210,
            "description": "Google's VAT follows the cost that it was charged on",
            "method": "cost",
            "match_charge_category": "Tax",
        },
        month
        | {
            "rule_id": "R-211",
            "priority": 211,
            "description": "Provisioned throughput of Vertex AI follows all tokens of the month",
            "method": "token_volume",
            "match_sku": "*provisioned throughput*",
        },
        month
        | {
            "rule_id": "R-510",
            "priority": 510,
            "description": "Corrections and roundings of Google without a project follow what it charged",
            "method": "cost",
            "match_charge_category": "Adjustment",
        },
    ]


def _ten(amount: Decimal) -> Decimal:
    return amount.quantize(TEN_PLACES, rounding=ROUND_HALF_UP)


def net(row: Row) -> Decimal:
    """Return what a row adds to the invoice: its cost and its credits, each at ten decimals."""
    return _ten(row["cost"]) + sum(
        (_ten(credit["amount"]) for credit in row["credits"]), Decimal(0)
    )


def _pairs(labels: tuple[tuple[str, str], ...]) -> list[Row]:
    return [{"key": key, "value": value} for key, value in labels]


def _time(day: date, hour: int) -> str:
    return f"{day} {hour:02}:00:00 UTC"


def _row(month: date, service: Row, sku: tuple[str, str], cost: Decimal, **cells: Any) -> Row:
    return {
        "billing_account_id": ACCOUNT,
        "service": service,
        "sku": {"id": sku[0], "description": sku[1]},
        "usage_start_time": _time(month, 0),
        "usage_end_time": _time(next_month(month), 0),
        "project": None,
        "labels": [],
        "system_labels": [],
        "location": {"location": "global", "country": None, "region": None, "zone": None},
        "tags": [],
        "export_time": f"{next_month(month)} 03:41:27.501204 UTC",
        # As the export's type holds it.
        "cost": Decimal(repr(float(cost))),
        "currency": "GBP",
        "currency_conversion_rate": Decimal("0.76"),
        "usage": {
            "amount": None,
            "unit": None,
            "amount_in_pricing_units": None,
            "pricing_unit": None,
        },
        "credits": [],
        "invoice": {"month": f"{month:%Y%m}"},
        "cost_type": "regular",
        "adjustment_info": None,
        "cost_at_list": None,
        "transaction_type": "GOOGLE",
        "seller_name": None,
    } | cells


def _project(project_id: str) -> Row:
    project = PROJECTS[project_id]
    return {
        "id": project.project_id,
        "number": project.number,
        "name": project.name,
        "labels": _pairs(project.labels),
        "ancestry_numbers": "/6105518/",
    }


def _credit(cost: Decimal, share: str) -> list[Row]:
    return [PROMOTION | {"amount": Decimal(repr(float(-cost * Decimal(share))))}]


def _work_rows(seed: int, month: date, work: Work) -> Iterator[Row]:
    for day in days(max(month, work.first), min(next_month(month), work.end)):
        use = use_on(seed, f"gcp {work.project} {work.skus[0][0]}", work.demand, FIRST_DAY, day)
        if use is None:
            continue
        for (sku_id, words, price), count in zip(
            work.skus, (use.uncached, use.cached, use.output), strict=True
        ):
            if not count:
                continue
            cost = price * count / 1_000_000
            quantity = Decimal(repr(float(count)))
            yield _row(
                month,
                VERTEX,
                (sku_id, words),
                cost,
                usage_start_time=_time(day, work.hour),
                usage_end_time=_time(day, work.hour + 1),
                project=_project(work.project),
                labels=_pairs(work.labels),
                location={
                    "location": work.region,
                    "country": None if work.region == "global" else "GB",
                    "region": work.region,
                    "zone": None,
                },
                usage={
                    "amount": quantity,
                    "unit": "count",
                    "amount_in_pricing_units": quantity,
                    "pricing_unit": "count",
                },
                # The starter credit pays a tenth until it is used up in April.
                credits=_credit(cost, "0.1") if month < date(2026, 5, 1) else [],
                cost_at_list=_ten(cost),
                transaction_type="THIRD_PARTY_RESELLER" if work.seller else "GOOGLE",
                seller_name=work.seller or None,
            )


def _account_rows(seed: int, month: date) -> Iterator[Row]:
    """Yield what has a month of its own: storage of a cache, throughput, a correction, a rounding."""
    claims = _project("hartwell-claims-vision")
    yield _row(
        month,
        VERTEX,
        ("7A41-0041", "Gemini 2.5 Flash Text Input Caching Storage"),
        Decimal("3.2") + Decimal(int(chance(seed, "gcp cache", month).random() * 900)) / 1000,
        project=claims,
        usage={
            "amount": Decimal("2592000"),
            "unit": "seconds",
            "amount_in_pricing_units": Decimal("720"),
            "pricing_unit": "hour",
        },
    )
    # Two buckets of one size are two rows of one text, and both are billed.
    for _ in range(2):
        yield _row(
            month,
            STORAGE,
            ("5F7A-5173", "Standard Storage London"),
            Decimal("1.84"),
            project=claims,
        )
    yield _row(
        month,
        COMPUTE,
        ("9D1B-8E11", "Nvidia L4 GPU running in London"),
        Decimal("88.4") if month.month % 2 else Decimal("71.06"),
        project=_project("hartwell-pricing-lab"),
        credits=_credit(Decimal("20"), "0.5"),
    )
    if month >= THROUGHPUT_FROM:
        yield _row(
            month,
            VERTEX,
            ("7A41-0051", "Vertex AI: Provisioned Throughput 1 Month"),
            Decimal("640"),
            usage={
                "amount": Decimal("2678400"),
                "unit": "seconds",
                "amount_in_pricing_units": Decimal("1"),
                "pricing_unit": "month",
            },
        )
    if month == CORRECTION_BILLED_IN:
        yield _row(
            month,
            VERTEX,
            GEMINI_IN[:2],
            Decimal("-26.4175"),
            usage_start_time=_time(CORRECTED_DAY, 9),
            usage_end_time=_time(CORRECTED_DAY, 10),
            project=claims,
            adjustment_info={
                "id": "adj-20260604-118",
                "description": "Long-context price applied in error",
                "mode": "PARTIAL_CORRECTION",
                "type": "PRICE_CORRECTION",
            },
            cost_type="adjustment",
        )
    yield _row(
        month,
        {"id": "", "description": "Invoice"},
        ("", "Rounding error"),
        Decimal("0.0043"),
        cost_type="rounding_error",
    )


@cache
def month_rows(seed: int, month: date) -> tuple[Row, ...]:
    """Return the rows of an invoice month; the tax is reckoned on all others."""
    rows = [row for work in WORKS for row in _work_rows(seed, month, work)]
    rows += _account_rows(seed, month)
    taxed = sum((net(row) for row in rows), Decimal(0)) * VAT
    rows.append(
        _row(month, {"id": "", "description": "Invoice"}, ("", "VAT"), taxed, cost_type="tax")
    )
    return tuple(rows)


def invoices(seed: int) -> Iterator[Row]:
    """Yield the invoices, without VAT, in whole pennies; October's is not there yet."""
    for month in month_starts(FIRST_BILLED, date(2026, 10, 1)):
        amount = sum(
            (net(row) for row in month_rows(seed, month) if row["cost_type"] != "tax"), Decimal(0)
        )
        yield {
            "provider": "gcp",
            "billing_account_id": ACCOUNT,
            "billing_period": f"{month:%Y-%m}",
            "invoice_id": f"52{month:%y%m}0417",
            "currency": "GBP",
            "amount": amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
            "invoice_kind": "usage",
        }


def _without_nulls(value: Any) -> Any:
    """Return a value as BigQuery extracts it to JSON: null fields are left out, NUMERIC is text."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


def _as_lines(rows: tuple[Row, ...]) -> bytes:
    lines = []
    for row in rows:
        line = _without_nulls(row)
        if row["cost_at_list"] is not None:
            line["cost_at_list"] = f"{row['cost_at_list']:f}"
        lines.append(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def _as_csv(rows: tuple[Row, ...]) -> bytes:
    """Return rows as a notebook flattens them: dotted headers, lists as Python prints them."""
    structs = {
        "service": ("id", "description"),
        "sku": ("id", "description"),
        "project": ("id", "number", "name", "labels", "ancestry_numbers"),
        "location": ("location", "country", "region", "zone"),
        "usage": ("amount", "unit", "amount_in_pricing_units", "pricing_unit"),
        "invoice": ("month",),
        "adjustment_info": ("id", "description", "mode", "type"),
    }
    columns = [(name, part) for name in rows[0] for part in (structs.get(name) or (None,))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name if part is None else f"{name}.{part}" for name, part in columns])
    for row in rows:
        writer.writerow(
            [
                _printed(row[name] if part is None else (row[name] or {}).get(part))
                for name, part in columns
            ]
        )
    return text.getvalue().encode()


def _printed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return repr([_with_floats(item) for item in value])
    if isinstance(value, Decimal):
        return repr(float(value))
    text = str(value)
    return text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text


def _with_floats(item: Row) -> Row:
    return {
        key: float(value) if isinstance(value, Decimal) else value for key, value in item.items()
    }


_PAIRS = "STRUCT(key VARCHAR, value VARCHAR)[]"
_COLUMNS = [
    ("billing_account_id", "VARCHAR"),
    ("service", "STRUCT(id VARCHAR, description VARCHAR)"),
    ("sku", "STRUCT(id VARCHAR, description VARCHAR)"),
    ("usage_start_time", "TIMESTAMP"),
    ("usage_end_time", "TIMESTAMP"),
    (
        "project",
        f"STRUCT(id VARCHAR, number VARCHAR, name VARCHAR, labels {_PAIRS}, ancestry_numbers VARCHAR)",
    ),
    ("labels", _PAIRS),
    ("system_labels", _PAIRS),
    ("location", "STRUCT(location VARCHAR, country VARCHAR, region VARCHAR, zone VARCHAR)"),
    ("tags", "STRUCT(key VARCHAR, value VARCHAR, inherited BOOLEAN, namespace VARCHAR)[]"),
    ("export_time", "TIMESTAMP"),
    ("cost", "DOUBLE"),
    ("currency", "VARCHAR"),
    ("currency_conversion_rate", "DOUBLE"),
    (
        "usage",
        "STRUCT(amount DOUBLE, unit VARCHAR, amount_in_pricing_units DOUBLE, pricing_unit VARCHAR)",
    ),
    (
        "credits",
        "STRUCT(id VARCHAR, full_name VARCHAR, type VARCHAR, name VARCHAR, amount DOUBLE)[]",
    ),
    ("invoice", "STRUCT(month VARCHAR)"),
    ("cost_type", "VARCHAR"),
    ("adjustment_info", "STRUCT(id VARCHAR, description VARCHAR, mode VARCHAR, type VARCHAR)"),
    ("cost_at_list", "DECIMAL(38, 9)"),
    ("transaction_type", "VARCHAR"),
    ("seller_name", "VARCHAR"),
]


def _parquet_cell(value: Any) -> Any:
    value = _without_nulls(value)
    return value.removesuffix(" UTC") if isinstance(value, str) else value


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write a month's extract each month, and add what it bills to the totals."""
    for month in month_starts(FIRST_BILLED, END_DAY):
        rows = month_rows(seed, month)
        after = next_month(month)
        pulled = datetime(after.year, after.month, 6, 5, 0, tzinfo=UTC) + timedelta(minutes=7)
        name = f"gcp/standard/{month:%Y-%m}/billing_pulled_{stamp(pulled)}"
        if month >= PARQUET_FROM:
            cells = [[_parquet_cell(row[column]) for column, _ in _COLUMNS] for row in rows]
            folder.write_parquet(f"{name}.parquet", _COLUMNS, cells)
        elif month == FLATTENED_MONTH:
            folder.write(f"{name}.csv.gz", _as_csv(rows))
        else:
            folder.write(f"{name}-000000000000.jsonl.gz", _as_lines(rows))
        for row in rows:
            totals.add("gcp", ACCOUNT, f"{month:%Y-%m}", "GBP", f"{net(row):f}")
