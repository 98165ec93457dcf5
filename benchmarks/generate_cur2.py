"""Write one month of an AWS Cost and Usage Report 2.0 of any size, for measuring.

`python -m benchmarks.generate_cur2 --help` says how. The bill is invented but wide and uneven as real ones are:
hourly lines of models, callers, GPUs and plain services in a few dozen accounts, tags that repeat, and savings plans.
Equal arguments give equal bytes. The exact total of the bill is printed, so that a measurement can check that no
money was lost.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from orchestration.landing.contracts import CONTRACTS_FOLDER, read_contract

PAYER = "001482390175"
EXPORT = "benchmark-cur2"
UNIT = 10**10
REGIONS = {"USE1": "us-east-1", "EUW2": "eu-west-2", "APN1": "ap-northeast-1"}
# Prices are in millionths of a dollar per unit.
TOKEN_METERS = {"input-tokens": 800, "output-tokens": 3_200, "cache-read-input-token-count": 80}
MODELS = (
    "NovaPro",
    "NovaLite",
    "Claude4.6Opus",
    "Claude4.5Sonnet",
    "Llama3-2-1B",
    "TitanEmbeddingV2-Text",
)
GPUS = {
    "p5.48xlarge": 55_040_000,
    "g6e.xlarge": 1_861_000,
    "g5.2xlarge": 1_212_000,
    "trn1.32xlarge": 21_500_000,
}
SERVICES = {
    "AmazonS3": ("TimedStorage-ByteHrs", "GB-Mo", 23_000),
    "AmazonCloudWatch": ("CW:MetricMonitorUsage", "Metrics", 300_000),
    "AWSLambda": ("Lambda-GB-Second", "Lambda-GB-Second", 17),
    "AmazonRDS": ("InstanceUsage:db.r6g.large", "Hrs", 258_000),
    "AmazonVPC": ("NatGateway-Hours", "Hrs", 48_000),
    "AmazonDynamoDB": ("ReadRequestUnits", "ReadRequestUnits", 1),
    "AWSELB": ("LoadBalancerUsage", "Hrs", 25_000),
}
# Cells that differ from line to line of one meter.
VARYING = (
    "identity_line_item_id", "identity_time_interval", "line_item_usage_start_date", "line_item_usage_end_date",
    "line_item_usage_amount", "line_item_unblended_cost", "line_item_blended_cost", "pricing_public_on_demand_cost",
    "savings_plan_savings_plan_effective_cost",
)  # fmt: skip


@dataclass(frozen=True)
class Meter:
    """One thing that is billed every hour: the cells that stay, and its price per unit in millionths of a dollar."""

    cells: dict[str, str]
    price: int
    line_types: tuple[str, ...] = ("Usage",)


@dataclass(frozen=True)
class Template:
    """The cells of a line, and where those stand that differ from line to line."""

    cells: list[str]
    places: list[int]

    def filled(self, *values: str) -> str:
        """The line with these values in their places."""
        cells = self.cells.copy()
        for place, value in zip(self.places, values, strict=True):
            cells[place] = value
        return ",".join(cells) + "\n"


@dataclass
class Bill:
    """A month's lines, and what they come to in units of 10⁻¹⁰ dollars."""

    columns: tuple[str, ...]
    month: datetime
    seed: int
    total: int = 0
    row_count: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 (invented numbers, not secrets)

    def lines(self, rows: int) -> Iterator[str]:
        """Yield exactly `rows` lines of CSV, without the header."""
        after = (self.month + timedelta(days=32)).replace(day=1)
        hours = int((after - self.month).total_seconds()) // 3600
        while self.row_count < rows:
            meter = self._meter()
            templates = [(kind, self._template(meter.cells, kind)) for kind in meter.line_types]
            for hour in range(hours):
                start = self.month + timedelta(hours=hour)
                largest = 1_000 if meter.cells["pricing_unit"] == "Hrs" else 5_000_000
                amount = self._random.randrange(1, largest + 1)
                for kind, template in templates:
                    if self.row_count == rows:
                        return
                    yield self._line(template, kind, meter.price, start, amount)

    def _line(self, template: Template, kind: str, price: int, start: datetime, amount: int) -> str:
        """`amount` is in thousandths of the pricing unit, so that the cost is a whole number of 10⁻¹⁰ dollars."""
        public = amount * price * (UNIT // 10**9)
        cost = -public if kind == "SavingsPlanNegation" else public
        effective = public * 7 // 10 if kind == "SavingsPlanCoveredUsage" else 0
        self.total += cost
        self.row_count += 1
        begin, end = (
            f"{start:%Y-%m-%dT%H:00:00.000Z}",
            f"{start + timedelta(hours=1):%Y-%m-%dT%H:00:00.000Z}",
        )
        return template.filled(
            f"{self._hex(128)}abcdefghijklmnopqrst",
            f"{begin[:19]}Z/{end[:19]}Z",
            begin,
            end,
            f"{amount // 1000}.{amount % 1000:03}",
            decimal_text(cost),
            decimal_text(cost),
            decimal_text(public),
            decimal_text(effective) if effective else "",
        )

    def _template(self, cells: dict[str, str], kind: str) -> Template:
        values = cells | {"line_item_line_item_type": kind}
        if kind.startswith("SavingsPlan"):
            values["savings_plan_savings_plan_a_r_n"] = (
                f"arn:aws:savingsplans::{PAYER}:savingsplan/benchmark"
            )
        return Template(
            [quoted(values.get(name, "")) for name in self.columns],
            [self.columns.index(name) for name in VARYING],
        )

    def _hex(self, bits: int) -> str:
        return f"{self._random.getrandbits(bits):0{bits // 4}x}"

    def _meter(self) -> Meter:
        pick = self._random.random()
        account = f"{self._random.randrange(1, 41):03}173900542"
        prefix, region = self._random.choice(list(REGIONS.items()))
        cells = self._common(account, region)
        if pick < 0.40:
            return self._tokens(cells, account, prefix, region)
        if pick < 0.55:
            instance, price = self._random.choice(list(GPUS.items()))
            covered = self._random.random() < 0.3
            kinds = ("SavingsPlanCoveredUsage", "SavingsPlanNegation") if covered else ("Usage",)
            return Meter(
                cells | self._instance("AmazonEC2", f"{prefix}-BoxUsage:{instance}", instance),
                price,
                kinds,
            )
        if pick < 0.65:
            usage = self._random.choice(("Host", "Train", "Notebk"))
            name = f"{prefix}-{usage}:ml.g5.2xlarge"
            return Meter(
                cells | self._instance("AmazonSageMaker", name, "ml.g5.2xlarge"), 1_515_000
            )
        product, (usage, unit, price) = self._random.choice(list(SERVICES.items()))
        return Meter(
            cells
            | {
                "line_item_product_code": product,
                "line_item_usage_type": f"{prefix}-{usage}",
                "line_item_resource_id": f"arn:aws:{product.lower()}:{region}:{account}:thing/{self._hex(40)}",
                "pricing_unit": unit,
            },
            price,
        )

    def _tokens(self, cells: dict[str, str], account: str, prefix: str, region: str) -> Meter:
        model = self._random.choice(MODELS)
        suffix, price = self._random.choice(list(TOKEN_METERS.items()))
        caller = self._random.randrange(400)
        profiles = f"arn:aws:bedrock:{region}:{account}:application-inference-profile"
        return Meter(
            cells
            | {
                "line_item_product_code": "AmazonBedrock",
                "line_item_usage_type": f"{prefix}-{model}-{suffix}",
                "line_item_operation": "InvokeModelInference",
                "line_item_resource_id": f"{profiles}/p{caller % 60}",
                "line_item_iam_principal": f"arn:aws:sts::{account}:assumed-role/app-{caller % 60}/session-{caller}",
                "pricing_unit": "1K tokens",
            },
            price,
        )

    def _instance(self, product: str, usage_type: str, instance: str) -> dict[str, str]:
        return {
            "line_item_product_code": product,
            "line_item_usage_type": usage_type,
            "line_item_operation": "RunInstances",
            "line_item_resource_id": f"i-{self._hex(68)}",
            "pricing_unit": "Hrs",
            "product_instance_type": instance,
            "product_instance_family": "GPU instance",
        }

    def _common(self, account: str, region: str) -> dict[str, str]:
        centre, environment = (
            self._random.randrange(100, 540, 5),
            self._random.choice(("prod", "dev", "test")),
        )
        resource_tags = (
            {"user_cost_centre": f"CC-{centre}", "user_env": environment} if centre % 4 else {}
        )
        after = (self.month + timedelta(days=32)).replace(day=1)
        return {
            "bill_bill_type": "Anniversary",
            "bill_billing_entity": "AWS",
            "bill_billing_period_start_date": f"{self.month:%Y-%m-%dT00:00:00.000Z}",
            "bill_billing_period_end_date": f"{after:%Y-%m-%dT00:00:00.000Z}",
            "bill_invoice_id": "EUINGB26-104423",
            "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
            "bill_payer_account_id": PAYER,
            "bill_payer_account_name": "benchmark-management",
            "line_item_usage_account_id": account,
            "line_item_usage_account_name": f"benchmark-{account[:3]}",
            "line_item_currency_code": "USD",
            "line_item_legal_entity": "Amazon Web Services EMEA SARL",
            "line_item_line_item_description": "per unit in the region of the benchmark, at its public price",
            "pricing_term": "OnDemand",
            "pricing_currency": "USD",
            "pricing_rate_code": f"{self._hex(64).upper()}.JRTCKXETXF.6YS6EN2CT7",
            "product": json.dumps(
                {"product_name": "Benchmark", "region": region}, separators=(",", ":")
            ),
            "product_region_code": region,
            "product_sku": self._hex(64).upper(),
            "resource_tags": json.dumps(resource_tags, separators=(",", ":")),
            "tags": json.dumps(
                {f"resourceTags/{key}": value for key, value in resource_tags.items()},
                separators=(",", ":"),
            ),
            "cost_category": "{}",
            "discount": "{}",
        }


def decimal_text(units: int) -> str:
    """Units of 10⁻¹⁰ as the decimal number that they are."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    return f"{sign}{units // UNIT}.{units % UNIT:010}".rstrip("0").rstrip(".")


def quoted(text: str) -> str:
    """A cell, in quotes where CSV needs them."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def generate(landing: Path, rows: int, month: str, seed: int) -> tuple[Path, Decimal]:
    """Write the export below `landing/aws` and return its data file and the bill's exact total in dollars."""
    table = next(
        table for table in read_contract(CONTRACTS_FOLDER / "aws.yml") if table.name == "cur2"
    )
    columns = tuple(sorted(column.name for column in table.columns))
    bill = Bill(columns, datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC), seed)
    name = f"data/BILLING_PERIOD={month}/{EXPORT}-00001.csv.gz"
    data = landing / "aws" / EXPORT / name
    data.parent.mkdir(parents=True, exist_ok=True)
    # No file name and no time in the gzip header: equal arguments give equal bytes.
    with (
        data.open("wb") as file,
        gzip.GzipFile("", "wb", 1, file, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="", write_through=False) as text,
    ):
        text.write(",".join(columns) + "\n")
        for line in bill.lines(rows):
            text.write(line)
    manifest = landing / "aws" / EXPORT / f"metadata/BILLING_PERIOD={month}/{EXPORT}-Manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "exportName": EXPORT,
        "columns": [{"name": column} for column in columns],
        "dataFiles": [f"s3://benchmark/{EXPORT}/{name}"],
    }
    manifest.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return data, Decimal(bill.total) / UNIT


def main() -> None:
    """Read the arguments, write the export, and say what it comes to."""
    parser = argparse.ArgumentParser(
        description="Write one month of an invented AWS bill for measuring."
    )
    parser.add_argument("landing", type=Path, help="landing folder to write below")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--month", default="2026-05", help="YYYY-MM")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    data, total = generate(arguments.landing, arguments.rows, arguments.month, arguments.seed)
    print(json.dumps({"file": str(data), "rows": arguments.rows, "total": str(total)}))


if __name__ == "__main__":
    main()
