"""Azure: an enrolment's cost details, actual and amortized, then FOCUS exports; token metrics of a shared account.

Until June 2026 the company exports actual and amortized cost, each run with its manifest; since July it
exports FOCUS. One Azure OpenAI account is shared: the bill knows the account, the metrics know its
deployments. Another runs on provisioned throughput, partly reserved since January.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sample.demand import END_DAY, FIRST_DAY, Demand, chance, use_on
from sample.files import Folder, days, month_starts, next_month, uuid_like
from sample.prices import Price
from sample.totals import Totals

ENROLMENT = "7741902"
FOCUS_ACCOUNT = f"/providers/Microsoft.Billing/billingAccounts/{ENROLMENT}"
FOCUS_FROM = date(2026, 7, 1)
RESERVED_FROM = date(2026, 1, 1)
NEWER_MODEL_FROM = date(2026, 4, 10)
RUN_TWICE = date(2026, 5, 1)

CLAIMS = uuid_like("azure subscription claims")
SHARED = uuid_like("azure subscription shared ai")
SCIENCE = uuid_like("azure subscription data science")
LAB = uuid_like("azure subscription innovation lab")
SUBSCRIPTIONS = {
    CLAIMS: "Claims AI",
    SHARED: "Shared AI Platform",
    SCIENCE: "Data Science",
    LAB: "Innovation Lab",
}
RESERVATION = (
    f"/providers/Microsoft.Capacity/reservationOrders/{uuid_like('ptu order')}/reservations/"
    f"{uuid_like('ptu reservation')}"
)
RESERVED_UNITS = 10

# The deployments of the shared account: who they are for is registered for all but the last.
DEPLOYMENTS = {"complaints": 0.46, "knowledge": 0.41, "hackday": 0.13}
SHARED_DEMAND = Demand(9_000_000, 0.18, 0.0, 0.35, 0.04, 5_000)
CLAUDE_DEMAND = Demand(1_200_000, 0.3, 0.0, 0.0, 0.05, 8_000)

_THOUSAND, _MILLION = ("1K", 1_000), ("1M", 1_000_000)


@dataclass(frozen=True)
class Meter:
    """A meter of the price list: its names, its block, and its price per block in pounds."""

    name: str
    category: str
    sub_category: str
    unit: str
    block: int
    price: Decimal

    @property
    def part_number(self) -> str:
        """Return the part number, the same for one name."""
        return f"AA{sum(map(ord, self.name)) % 26 * 7 % 9}-{sum(map(ord, self.name)):05d}"


def _tokens(name: str, block: tuple[str, int], price: str, family: str = "Azure OpenAI") -> Meter:
    return Meter(name, "Azure OpenAI", family, block[0], block[1], Decimal(price))


MINI_INPUT = _tokens("gpt 4.1 mini Inp glbl Tokens", _THOUSAND, "0.00032")
MINI_OUTPUT = _tokens("gpt 4.1 mini Outp glbl Tokens", _THOUSAND, "0.00128")
NEWER_INPUT = _tokens("GPT 5.1 inp Gl 1M Tokens", _MILLION, "1.02", "Azure OpenAI GPT5")
NEWER_OUTPUT = _tokens("GPT 5.1 opt Gl 1M Tokens", _MILLION, "8.16", "Azure OpenAI GPT5")
PROVISIONED = Meter(
    "Provisioned Managed Regional Unit",
    "Azure OpenAI",
    "Azure OpenAI",
    "1/Hour",
    1,
    Decimal("0.82"),
)
IMAGES = Meter(
    "Image-Dall-E-3 Std HighRes-regnl EP Images",
    "Azure OpenAI",
    "Azure OpenAI",
    "100",
    100,
    Decimal("6.5"),
)
LOGS = Meter("Analytics Logs Data Ingestion", "Log Analytics", "", "1 GB", 1, Decimal("2.02"))
CLAUDE_INPUT = Meter("Input Tokens", "SaaS", "", "1M", 1_000_000, Decimal("2.45"))
CLAUDE_OUTPUT = Meter("Output Tokens", "SaaS", "", "1M", 1_000_000, Decimal("12.25"))
CLAUDE_PRODUCT = "Claude Sonnet 4.5"

# A meter and what the price list calls its model and kind of token.
PRICED = [
    (MINI_INPUT, "gpt-4.1-mini", "input"),
    (MINI_OUTPUT, "gpt-4.1-mini", "output"),
    (NEWER_INPUT, "gpt-5.1", "input"),
    (NEWER_OUTPUT, "gpt-5.1", "output"),
    (CLAUDE_INPUT, "claude-sonnet-4.5", "input"),
    (CLAUDE_OUTPUT, "claude-sonnet-4.5", "output"),
]


def prices() -> list[Price]:
    """Return the list prices of the models, in pounds."""
    return [
        Price("azure", model, kind, meter.price * (1_000_000 // meter.block), currency="GBP")
        for meter, model, kind in PRICED
    ]


def account_path(subscription: str, name: str) -> str:
    """Return the path of an Azure OpenAI account, as the portal spells it."""
    return (
        f"/subscriptions/{subscription}/resourceGroups/RG-{name.upper()}/providers/"
        f"Microsoft.CognitiveServices/accounts/{name}"
    )


@dataclass(frozen=True)
class Charge:
    """A line of the bill, in pounds: what it bills, what it is worth, and what it is about."""

    day: date
    subscription: str
    resource: str
    meter: Meter
    quantity: Decimal
    billed: Decimal
    effective: Decimal
    kind: str = "Usage"
    reserved: bool = False
    product: str = ""
    tags: tuple[tuple[str, str], ...] = ()


def _usage(
    day: date, subscription: str, resource: str, meter: Meter, amount: int, **more: object
) -> Charge:
    quantity = Decimal(amount) / meter.block
    cost = quantity * meter.price
    return Charge(day, subscription, resource, meter, quantity, cost, cost, **more)  # type: ignore[arg-type]


def shared_use(seed: int, day: date) -> dict[str, tuple[int, int, int]]:
    """Return input tokens, output tokens and requests of a day by deployment of the shared account."""
    use = use_on(seed, "azure shared", SHARED_DEMAND, FIRST_DAY, day)
    if use is None:
        return {}
    return {
        name: (int(use.uncached * share), int(use.output * share), int(use.requests * share) + 1)
        for name, share in DEPLOYMENTS.items()
    }


def month_charges(seed: int, month: date) -> Iterator[Charge]:
    """Yield the bill of a month, in order of days."""
    for day in days(month, next_month(month)):
        yield from _shared_account(seed, day)
        yield from _provisioned(seed, day)
        claude = use_on(seed, "azure claude", CLAUDE_DEMAND, FIRST_DAY, day)
        if claude is not None and day.weekday() == 2:
            # Marketplace reports a week at a time.
            owner = (("CostCentre", "CC-120"),) if day.day <= 14 else ()
            for meter, amount in (
                (CLAUDE_INPUT, claude.uncached * 5),
                (CLAUDE_OUTPUT, claude.output * 5),
            ):
                yield _usage(day, SCIENCE, "", meter, amount, product=CLAUDE_PRODUCT, tags=owner)
        if day.day in (6, 20):
            images = 400 + int(chance(seed, "azure images", day).random() * 900)
            yield _usage(day, LAB, account_path(LAB, "oai-lab"), IMAGES, images)
        if day.day == 28:
            gigabytes = 30 + int(chance(seed, "azure logs", day).random() * 25)
            workspace = (
                f"/subscriptions/{SHARED}/resourceGroups/rg-logs/providers/"
                "Microsoft.OperationalInsights/workspaces/logs"
            )
            yield _usage(day, SHARED, workspace, LOGS, gigabytes)


def _shared_account(seed: int, day: date) -> Iterator[Charge]:
    used = shared_use(seed, day)
    newer = day >= NEWER_MODEL_FROM
    meters = (NEWER_INPUT, NEWER_OUTPUT) if newer else (MINI_INPUT, MINI_OUTPUT)
    for position, meter in enumerate(meters):
        tokens = sum(amounts[position] for amounts in used.values())
        if tokens:
            yield _usage(day, SHARED, account_path(SHARED, "oai-shared"), meter, tokens)


def _provisioned(seed: int, day: date) -> Iterator[Charge]:
    """A deployment of units by the hour; since January ten of them are reserved, used or not."""
    resource = account_path(CLAIMS, "oai-claims")
    units = 15 if day.weekday() < 5 else 8
    if day < RESERVED_FROM:
        yield _usage(day, CLAIMS, resource, PROVISIONED, units * 24)
        return
    hourly = Decimal("0.45")
    if day.day == 1:
        hours = (next_month(day) - day).days * 24
        price = hourly * RESERVED_UNITS * hours
        yield Charge(
            day, CLAIMS, "", PROVISIONED, Decimal(RESERVED_UNITS), price, Decimal(0), "Purchase", True
        )  # fmt: skip
    covered = min(units, RESERVED_UNITS) * 24
    worth = hourly * covered
    yield Charge(
        day, CLAIMS, resource, PROVISIONED, Decimal(covered), Decimal(0), worth, "Usage", True
    )  # fmt: skip
    if units > RESERVED_UNITS:
        yield _usage(day, CLAIMS, resource, PROVISIONED, (units - RESERVED_UNITS) * 24)
    else:
        unused = (RESERVED_UNITS - units) * 24
        yield Charge(
            day, CLAIMS, "", PROVISIONED, Decimal(unused), Decimal(0), hourly * unused,
            "UnusedReservation", True,
        )  # fmt: skip


_EA_HEADER_NAMES = """
BillingAccountId BillingAccountName BillingPeriodStartDate BillingPeriodEndDate BillingProfileId BillingProfileName
AccountOwnerId AccountName SubscriptionId SubscriptionName Date Product PartNumber MeterId ServiceFamily MeterCategory
MeterSubCategory MeterRegion MeterName Quantity EffectivePrice Cost UnitPrice BillingCurrency ResourceLocation
AvailabilityZone ConsumedService ResourceId ResourceName ServiceInfo1 ServiceInfo2 AdditionalInfo Tags
InvoiceSectionId InvoiceSection CostCenter UnitOfMeasure ResourceGroup ReservationId ReservationName ProductOrderId
ProductOrderName OfferId IsAzureCreditEligible Term PublisherName PlanName ChargeType Frequency PublisherType
PayGPrice PricingModel CostAllocationRuleName benefitId benefitName
"""
_EA_HEADER = _EA_HEADER_NAMES.split()

_FOCUS_HEADER_NAMES = """
BilledCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency BillingPeriodEnd BillingPeriodStart
ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart
CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType
ConsumedQuantity ConsumedUnit ContractedCost EffectiveCost InvoiceId InvoiceIssuerName ListCost PricingCategory
PricingCurrency PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName
ResourceType ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceId SubAccountId SubAccountName
SubAccountType Tags x_PricingBlockSize x_PricingUnitDescription x_PublisherCategory x_ResourceGroupName
x_SkuDescription x_SkuMeterCategory x_SkuMeterSubcategory
"""
_FOCUS_HEADER = _FOCUS_HEADER_NAMES.split()


def _provider(charge: Charge) -> str:
    if charge.product:
        return "Microsoft.SaaS"
    if not charge.resource:
        return "Microsoft.Capacity"
    return charge.resource.split("/providers/")[1].split("/")[0]


def _ea_row(charge: Charge, cost: Decimal) -> dict[str, str]:
    month = charge.day.replace(day=1)
    last = next_month(month) - timedelta(days=1)
    # Enterprise files leave the braces out.
    tags = json.dumps(dict(charge.tags), separators=(",", ": "))[1:-1]
    return {
        "BillingAccountId": ENROLMENT,
        "BillingAccountName": "Hartwell Mutual",
        "BillingPeriodStartDate": f"{month:%m/%d/%Y}",
        "BillingPeriodEndDate": f"{last:%m/%d/%Y}",
        "AccountOwnerId": "cloud.owner@hartwell.example",
        "AccountName": "Cloud Owner",
        "SubscriptionId": charge.subscription,
        "SubscriptionName": SUBSCRIPTIONS[charge.subscription],
        "Date": f"{charge.day:%m/%d/%Y}",
        "Product": charge.product or f"{charge.meter.category} - {charge.meter.name}",
        "PartNumber": charge.meter.part_number,
        "MeterId": uuid_like(f"meter {charge.meter.name}"),
        "ServiceFamily": "AI + Machine Learning",
        "MeterCategory": charge.meter.category,
        "MeterSubCategory": charge.meter.sub_category,
        "MeterName": charge.meter.name,
        "Quantity": _text(charge.quantity),
        "Cost": _text(cost),
        "BillingCurrency": "GBP",
        "ResourceLocation": "uksouth",
        "ConsumedService": _provider(charge),
        "ResourceId": charge.resource,
        "ResourceName": charge.resource.rsplit("/", 1)[-1],
        "Tags": tags,
        "UnitOfMeasure": charge.meter.unit,
        "ReservationId": RESERVATION.rsplit("/", 1)[-1] if charge.reserved else "",
        "ReservationName": "ptu-uksouth" if charge.reserved else "",
        "ProductOrderName": (
            "Azure AI Foundry Provisioned Throughput Reservation" if charge.reserved else ""
        ),
        "ChargeType": charge.kind,
        "Frequency": "Recurring" if charge.kind == "Purchase" else "UsageBased",
        "PublisherType": "Marketplace" if charge.product else "Azure",
        "PublisherName": "Anthropic" if charge.product else "Microsoft",
        "PricingModel": "Reservation" if charge.reserved else "OnDemand",
        "benefitId": RESERVATION if charge.reserved else "",
        "benefitName": "ptu-uksouth" if charge.reserved else "",
    }


def _focus_row(charge: Charge) -> dict[str, str]:
    month = charge.day.replace(day=1)
    status = {"UnusedReservation": "Unused", "Usage": "Used"}.get(charge.kind, "")
    is_model = charge.meter.category == "Azure OpenAI"
    if charge.product:
        service = ("", "Other", "Other (Other)")
    elif is_model:
        service = ("Azure AI Services", "AI and Machine Learning", "AI Platforms")
    else:
        service = ("Azure Monitor", "Management and Governance", "Observability")
    return {
        "BilledCost": _text(charge.billed),
        "EffectiveCost": _text(charge.effective),
        "ContractedCost": _text(charge.billed),
        "ListCost": _text(charge.billed),
        "BillingAccountId": FOCUS_ACCOUNT,
        "BillingAccountName": "Hartwell Mutual",
        "BillingAccountType": "Billing Account",
        "BillingCurrency": "GBP",
        "BillingPeriodStart": f"{month}T00:00Z",
        "BillingPeriodEnd": f"{next_month(month)}T00:00Z",
        "ChargePeriodStart": f"{charge.day}T00:00Z",
        "ChargePeriodEnd": f"{charge.day + timedelta(days=1)}T00:00Z",
        "ChargeCategory": "Purchase" if charge.kind == "Purchase" else "Usage",
        "ChargeDescription": charge.product or charge.meter.name,
        "ChargeFrequency": "Recurring" if charge.kind == "Purchase" else "Usage-Based",
        "CommitmentDiscountCategory": "Usage" if charge.reserved else "",
        "CommitmentDiscountId": RESERVATION if charge.reserved else "",
        "CommitmentDiscountName": "ptu-uksouth" if charge.reserved else "",
        "CommitmentDiscountStatus": status if charge.reserved else "",
        "CommitmentDiscountType": "Reservation" if charge.reserved else "",
        "ConsumedQuantity": _text(charge.quantity * charge.meter.block),
        "ConsumedUnit": "Hours" if charge.meter.unit == "1/Hour" else "Units",
        "InvoiceIssuerName": "Microsoft",
        "PricingCategory": "Committed" if charge.reserved and status else "Standard",
        "PricingCurrency": "GBP",
        "PricingQuantity": _text(charge.quantity),
        "PricingUnit": "Hours" if charge.meter.unit == "1/Hour" else "Units",
        "ProviderName": "Microsoft",
        "PublisherName": "Anthropic" if charge.product else "Microsoft",
        "RegionId": "uksouth",
        "RegionName": "UK South",
        "ResourceId": charge.resource.lower(),
        "ResourceName": charge.resource.rsplit("/", 1)[-1],
        "ResourceType": "Azure AI services account" if is_model and charge.resource else "",
        "ServiceName": service[0],
        "ServiceCategory": service[1],
        "ServiceSubcategory": service[2],
        "SkuId": charge.meter.part_number,
        "SkuPriceId": charge.meter.part_number,
        "SkuMeter": charge.meter.name,
        "SubAccountId": f"/subscriptions/{charge.subscription}",
        "SubAccountName": SUBSCRIPTIONS[charge.subscription],
        "SubAccountType": "Subscription",
        "Tags": json.dumps(dict(charge.tags)),
        "x_PricingBlockSize": str(charge.meter.block),
        "x_PricingUnitDescription": charge.meter.unit,
        "x_PublisherCategory": "Vendor" if charge.product else "Cloud Provider",
        "x_SkuDescription": charge.product or charge.meter.name,
        "x_SkuMeterCategory": charge.meter.category,
        "x_SkuMeterSubcategory": charge.meter.sub_category,
    }


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _csv(header: list[str], rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _write_run(
    folder: Folder, export: str, dataset: str, month: date, run_at: datetime, content: bytes,
    frame: str = "TheLastMonth",
) -> None:  # fmt: skip
    last = next_month(month) - timedelta(days=1)
    run_id = uuid_like(f"azure run {export} {run_at}")
    place = f"exports/{export}/{month:%Y%m%d}-{last:%Y%m%d}/{run_at:%Y%m%d%H%M}/{run_id}"
    blob = f"{place}/part_0_0001.csv.gz"
    folder.write(f"azure/{blob}", content)
    size = len(gzip.compress(content, compresslevel=9, mtime=0))
    folder.write_json(
        f"azure/{place}/manifest.json",
        {
            "manifestVersion": "2024-04-01",
            "byteCount": size,
            "blobCount": 1,
            "dataRowCount": content.count(b"\r\n") - 1,
            "exportConfig": {
                "exportName": export,
                "resourceId": f"{FOCUS_ACCOUNT}/providers/Microsoft.CostManagement/exports/{export}",
                "dataVersion": "1.2" if dataset == "FocusCost" else "2023-05-01",
                "apiVersion": "2025-03-01",
                "type": dataset,
                "timeFrame": frame,
                "granularity": "Daily",
            },
            "deliveryConfig": {
                "partitionData": True,
                "dataOverwriteBehavior": "CreateNewReport",
                "fileFormat": "Csv",
                "compressionMode": "Gzip",
            },
            "runInfo": {
                "executionType": "Scheduled",
                "submittedTime": f"{run_at:%Y-%m-%dT%H:%M:%S}.1840000Z",
                "runId": run_id,
                "startDate": f"{month}T00:00:00",
                "endDate": f"{last}T00:00:00",
            },
            "blobs": [
                {"blobName": blob, "byteCount": size, "dataRowCount": content.count(b"\r\n") - 1}
            ],
        },
        indent=2,
    )


def _write_month(folder: Folder, month: date, charges: list[Charge]) -> None:
    after = next_month(month)
    run_at = datetime(after.year, after.month, 6, 4, 12)
    if month >= FOCUS_FROM:
        content = _csv(_FOCUS_HEADER, [_focus_row(charge) for charge in charges])
        _write_run(folder, "hartwell-focus", "FocusCost", month, run_at, content)
        return
    actual = [charge for charge in charges if charge.kind != "UnusedReservation"]
    content = _csv(_EA_HEADER, [_ea_row(charge, charge.billed) for charge in actual])
    _write_run(folder, "hartwell-actual", "ActualCost", month, run_at, content)
    amortized = [charge for charge in charges if charge.kind != "Purchase"]
    content = _csv(_EA_HEADER, [_ea_row(charge, charge.effective) for charge in amortized])
    _write_run(folder, "hartwell-amortized", "AmortizedCost", month, run_at, content)
    if month == RUN_TWICE:
        # The daily run of the 20th, which the month's own run replaces.
        so_far = [charge for charge in actual if charge.day.day < 20]
        content = _csv(_EA_HEADER, [_ea_row(charge, charge.billed) for charge in so_far])
        early = datetime(month.year, month.month, 20, 4, 9)
        _write_run(folder, "hartwell-daily", "ActualCost", month, early, content, "MonthToDate")


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every run and the metrics, and add what the bill counts to the totals."""
    for month in month_starts(FIRST_DAY, END_DAY):
        charges = list(month_charges(seed, month))
        _write_month(folder, month, charges)
        account = FOCUS_ACCOUNT if month >= FOCUS_FROM else ENROLMENT
        for charge in charges:
            totals.add("azure", account, f"{month:%Y-%m}", "GBP", _text(charge.billed))
        rows: list[tuple[object, ...]] = []
        for day in days(month, next_month(month)):
            model = "gpt-5.1" if day >= NEWER_MODEL_FROM else "gpt-4.1-mini"
            for deployment, amounts in shared_use(seed, day).items():
                for metric, amount in zip(
                    ("ProcessedPromptTokens", "GeneratedTokens", "AzureOpenAIRequests"),
                    amounts,
                    strict=True,
                ):
                    resource = account_path(SHARED, "oai-shared")
                    rows.append((f"{day}T00:00:00Z", resource, deployment, model, metric, amount))
        pulled = next_month(month)
        folder.write_csv(
            f"azure/metrics/oai-shared_{month:%Y-%m}_pulled_{pulled:%Y%m%d}T031500Z.csv.gz",
            (
                "TimeGenerated",
                "ResourceId",
                "ModelDeploymentName",
                "ModelName",
                "MetricName",
                "Total",
            ),
            rows,
        )
