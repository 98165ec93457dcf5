"""Azure Cost Management in miniature: lines of a bill as each agreement writes them, and runs with their manifests."""

import csv
import gzip
import io
from collections.abc import Sequence

from tests.integration.sources.company import Company

ENROLMENT = "81230044"
SUBSCRIPTION = "0f3c2f9e-6d5a-4a39-9b0e-5a7c10c1a001"
OTHER_SUBSCRIPTION = "0f3c2f9e-6d5a-4a39-9b0e-5a7c10c1a002"
ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-AI/providers/"
    "Microsoft.CognitiveServices/accounts/oai-claims"
)

Line = dict[str, str]


def ea_line(cost: str = "1", day: str = "05/03/2026", **cells: str) -> Line:
    """A line of an Enterprise Agreement: month/day/year, tags without braces."""
    return {
        "BillingAccountId": ENROLMENT,
        "BillingAccountName": "Hartwell Mutual",
        "BillingPeriodStartDate": "05/01/2026",
        "BillingPeriodEndDate": "05/31/2026",
        "AccountOwnerId": "dana.reeve@hartwell.example",
        "AccountName": "Dana Reeve",
        "SubscriptionId": SUBSCRIPTION,
        "SubscriptionName": "Claims AI",
        "Date": day,
        "Product": "Azure OpenAI - gpt 4o",
        "PartNumber": "AAX-10001",
        "MeterId": "9d4c9e58-1c44-5c40-8d6b-0f3f0b4a1111",
        "ServiceFamily": "AI + Machine Learning",
        "MeterCategory": "Azure OpenAI",
        "MeterSubCategory": "Azure OpenAI",
        "MeterName": "gpt 4o 0806 Inp regnl Tokens",
        "Quantity": "1500",
        "EffectivePrice": "0.0025",
        "Cost": cost,
        "BillingCurrency": "USD",
        "ResourceLocation": "uksouth",
        "ConsumedService": "Microsoft.CognitiveServices",
        "ResourceId": ACCOUNT,
        "ResourceName": "oai-claims",
        "Tags": '"CostCentre": "CC-210","env": "prod"',
        "UnitOfMeasure": "1K",
        "ReservationId": "",
        "ProductOrderName": "",
        "ChargeType": "Usage",
        "Frequency": "UsageBased",
        "PublisherType": "Azure",
        "PublisherName": "Microsoft",
        "PricingModel": "OnDemand",
        "benefitId": "",
        **cells,
    }


def mca_line(cost: str = "1", day: str = "05/03/2026", **cells: str) -> Line:
    """A line of a Microsoft Customer Agreement: camel case, tags with braces."""
    return {
        "invoiceId": "G012345678",
        "billingAccountId": "1ac0:77bd_2019-05-31",
        "billingPeriodStartDate": "05/01/2026",
        "billingPeriodEndDate": "05/31/2026",
        "subscriptionId": SUBSCRIPTION,
        "date": day,
        "meterCategory": "Foundry Models",
        "meterSubCategory": "Azure OpenAI GPT5",
        "meterName": "GPT 5.1 opt Gl 1M Tokens",
        "unitOfMeasure": "1M",
        "quantity": "2.5",
        "billingCurrency": "GBP",
        "pricingCurrency": "USD",
        "costInBillingCurrency": cost,
        "costInPricingCurrency": "9.99",
        "costInUsd": "9.99",
        "consumedService": "Microsoft.CognitiveServices",
        "resourceId": ACCOUNT.upper(),
        "tags": '{"use_case":"UC-001"}',
        "chargeType": "Usage",
        "frequency": "UsageBased",
        "pricingModel": "OnDemand",
        "publisherType": "Microsoft",
        "reservationId": "",
        **cells,
    }


def payg_line(cost: str = "1", day: str = "2026-05-03", **cells: str) -> Line:
    """A line of a pay-as-you-go subscription: older names, ISO dates, no billing account."""
    return {
        "SubscriptionGuid": SUBSCRIPTION,
        "ResourceGroup": "rg-ai",
        "ResourceLocation": "UK South",
        "UsageDateTime": day,
        "MeterCategory": "Cognitive Services",
        "MeterSubcategory": "Azure OpenAI Service",
        "MeterId": "m-1",
        "MeterName": "Az-GPT-35-Turbo-16K Prompt Tokens",
        "UsageQuantity": "12",
        "ResourceRate": "0.003",
        "PreTaxCost": cost,
        "ConsumedService": "microsoft.cognitiveservices",
        "InstanceId": ACCOUNT,
        "Tags": "",
        "Currency": "EUR",
        "UnitOfMeasure": "1K",
        **cells,
    }


def azure_focus_line(cost: str = "1", **cells: str) -> Line:
    """A FOCUS 1.0 charge as Azure exports it, to the minute."""
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "BillingAccountId": f"/providers/Microsoft.Billing/billingAccounts/{ENROLMENT}",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-05-01T00:00Z",
        "BillingPeriodEnd": "2026-06-01T00:00Z",
        "ChargePeriodStart": "2026-05-03T00:00Z",
        "ChargePeriodEnd": "2026-05-04T00:00Z",
        "ChargeCategory": "Usage",
        "SubAccountId": f"/subscriptions/{SUBSCRIPTION}",
        "ServiceName": "Azure AI Services",
        "ServiceCategory": "AI and Machine Learning",
        "ProviderName": "Microsoft",
        "ResourceId": ACCOUNT.lower(),
        "ConsumedQuantity": "0",
        "ConsumedUnit": "Units",
        "PricingQuantity": "3",
        "PricingUnit": "Units",
        "Tags": '{"org":"trey"," org":"trey"}',
        "x_InvoiceId": "",
        "x_PricingUnitDescription": "1K",
        "x_SkuMeterCategory": "Azure OpenAI",
        "x_SkuMeterName": "gpt 4o 1120 cached Inp glbl Tokens",
        "x_SkuMeterSubcategory": "Azure OpenAI",
        **cells,
    }


def as_export_csv(lines: Sequence[Line], bom: bool = False) -> bytes:
    """The lines as an export writes them: a byte order mark, where it has one, and CRLF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def deliver_run(
    company: Company,
    parts: Sequence[bytes],
    dataset: str = "ActualCost",
    export: str = "daily",
    days: tuple[str, str] = ("2026-05-01", "2026-05-31"),
    submitted: str = "2026-06-02T04:15:12.1234567Z",
    scope: str = f"/providers/Microsoft.Billing/billingAccounts/{ENROLMENT}",
    ending: str = "csv.gz",
    missing: int = 0,
    **config: str,
) -> None:
    """Put a run into `landing/azure`, the manifest last; of its parts the last `missing` never arrive."""
    folder = (
        f"exports/{export}/{days[0].replace('-', '')}-{days[1].replace('-', '')}/"
        f"{submitted[:16].translate(str.maketrans('', '', '-T:'))}/{dataset.lower()}-run"
    )
    blobs = []
    for number, part in enumerate(parts):
        content = gzip.compress(part, mtime=0) if ending.endswith("gz") else part
        name = f"{folder}/part_{number}_0001.{ending}"
        if number < len(parts) - missing:
            company.drop(f"azure/{name}", content)
        blobs.append({"blobName": name, "byteCount": len(content)})
    company.drop(
        f"azure/{folder}/manifest.json",
        {
            "manifestVersion": "2024-04-01",
            "blobCount": len(blobs),
            "exportConfig": {
                "exportName": export,
                "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{export}",
                "dataVersion": "2023-05-01",
                "type": dataset,
                "timeFrame": "MonthToDate",
                "granularity": "Daily",
                **config,
            },
            "deliveryConfig": {"partitionData": True, "fileFormat": ending.split(".")[0]},
            "runInfo": {
                "executionType": "Scheduled",
                "submittedTime": submitted,
                "runId": "run",
                "startDate": f"{days[0]}T00:00:00",
                "endDate": f"{days[1]}T00:00:00",
            },
            "blobs": blobs,
        },
    )
