"""What Hartwell Mutual runs on AWS: accounts, models, instances, a savings plan, a little else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sample.demand import END_DAY, FIRST_DAY, Demand
from sample.files import uuid_like
from sample.prices import Price

Tags = tuple[tuple[str, str], ...]

PAYER = "104728159036"
ACCOUNTS = {
    PAYER: "hartwell-management",
    "004215873390": "claims-production",
    "218806540177": "digital-production",
    "339017624485": "pricing-research",
    "470155829913": "data-platform",
    "551296003748": "shared-services",
    "662840917352": "legal-production",
    "783314650029": "engineering-sandbox",
}
CLAIMS, DIGITAL, PRICING, DATA, SHARED, LEGAL, ENGINEERING = list(ACCOUNTS)[1:]


@dataclass(frozen=True)
class Meter:
    """One usage type of a model: what it counts and what a unit of it costs in dollars."""

    token_type: str
    usage_type: str
    price: str


@dataclass(frozen=True)
class ModelUse:
    """Bedrock use of one model by one caller; `per_unit` tokens make one unit of `pricing_unit`."""

    name: str
    model: str
    account: str
    product_code: str
    product_name: str
    pricing_unit: str
    per_unit: int
    meters: tuple[Meter, ...]
    demand: Demand
    first: date = FIRST_DAY
    end: date = END_DAY
    entity: str = "AWS"
    operation: str = "InvokeModelInference"
    role: str = ""
    # A session is a person's address, a service's name, or the code below.
    session: str = ""
    resource: str = ""
    resource_tags: Tags = ()
    principal_tags: Tags = ()


def profile(account: str, name: str) -> str:
    """Return the ARN of an application inference profile."""
    return f"arn:aws:bedrock:eu-west-2:{account}:application-inference-profile/{name}"


def role_arn(account: str, role: str) -> str:
    """Return the ARN of an assumed role without its session."""
    return f"arn:aws:sts::{account}:assumed-role/{role}"


def _nova(price_in: str, price_out: str, name: str) -> tuple[Meter, ...]:
    return (
        Meter("input", f"EUW2-{name}-input-tokens", price_in),
        Meter("output", f"EUW2-{name}-output-tokens", price_out),
    )


def _mantle(model: str, price_in: str, price_out: str) -> tuple[Meter, ...]:
    return (
        Meter("input", f"EUW2-{model}-mantle-input-tokens-standard", price_in),
        Meter("output", f"EUW2-{model}-mantle-output-tokens-standard", price_out),
    )


def _service_claude(model: str, price_in: Decimal, price_out: Decimal) -> tuple[Meter, ...]:
    stem = f"EUW2-{model}"
    return (
        Meter("input", f"{stem}-input-tokens-cross-region-global", str(price_in)),
        Meter(
            "cached_input",
            f"{stem}-cache-read-input-token-count-cross-region-global",
            str(price_in / 10),
        ),
        Meter(
            "cache_write",
            f"{stem}-cache-write-input-token-count-cross-region-global",
            str(price_in * 5 / 4),
        ),
        Meter("output", f"{stem}-output-tokens-cross-region-global", str(price_out)),
    )


def _marketplace(price_in: str, price_cached: str, price_out: str) -> tuple[Meter, ...]:
    stem = "EUW2-MP:EUW2"
    return (
        Meter("input", f"{stem}_InputTokenCount-Units", price_in),
        Meter("cached_input", f"{stem}_CacheReadInputTokenCount-Units", price_cached),
        Meter("output", f"{stem}_OutputTokenCount-Units", price_out),
    )


MODEL_USES = [
    ModelUse(
        "claims-documents",
        "novapro",
        CLAIMS,
        "AmazonBedrock",
        "Amazon Bedrock",
        "1K tokens",
        1_000,
        _nova("0.0008", "0.0032", "NovaPro"),
        Demand(26_000_000, 0.1, 0.0, 0.3, 0.03),
        role="claims-documents-service",
        session="i-0c41f7a2",
        resource=profile(CLAIMS, "claims-documents"),
        resource_tags=(
            ("user_cost_centre", "CC-215"),
            ("user_use_case", "UC-002"),
            ("user_environment", "production"),
        ),
    ),
    ModelUse(
        "claims-analysts",
        "novapro",
        CLAIMS,
        "AmazonBedrock",
        "Amazon Bedrock",
        "1K tokens",
        1_000,
        _nova("0.0008", "0.0032", "NovaPro"),
        Demand(6_000_000, 0.12, 0.0, 0.0, 0.02),
        role="ClaimsAnalyst",
        session="person",
        principal_tags=(("iamPrincipal/cost-centre", "CC-210"),),
    ),
    ModelUse(
        "guidance-index",
        "titanembeddingv2-text",
        DIGITAL,
        "AmazonBedrock",
        "Amazon Bedrock",
        "1K tokens",
        1_000,
        (Meter("embedding", "EUW2-TitanEmbeddingV2-Text-input-tokens", "0.00002"),),
        Demand(180_000_000, 0.0, 0.0, 0.2, 0.02),
        role="guidance-indexer",
        session="nightly",
        resource_tags=(("user:CostCentre", "CC-330"), ("user:Use-Case", "UC-015")),
    ),
    ModelUse(
        "chat-routing",
        "openai.gpt-oss-120b",
        DIGITAL,
        "AmazonBedrock",
        "Amazon Bedrock",
        "1M tokens",
        1_000_000,
        _mantle("openai.gpt-oss-120b", "0.15", "0.60"),
        Demand(110_000_000, 0.1, 0.0, 0.9, 0.05),
        first=date(2026, 2, 16),
        operation="Responses",
        role="web-chat-router",
        session="router",
        principal_tags=(("iamPrincipal/use_case", "UC-014"),),
    ),
    ModelUse(
        "call-quality",
        "claude4.5sonnet",
        DIGITAL,
        "AmazonBedrockService",
        "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
        "1K tokens",
        1_000,
        _service_claude("Claude4.5Sonnet", Decimal("0.003"), Decimal("0.015")),
        Demand(8_000_000, 0.06, 0.4, 0.5, 0.02),
        first=date(2025, 11, 17),
        operation="InvokeModelStreamingInference",
        role="call-quality-service",
        session="worker-2",
        resource=profile(DIGITAL, "call-quality"),
        resource_tags=(("user_cost_centre", "CC-35O"), ("user_environment", "production")),
    ),
    ModelUse(
        "disclosure",
        "claude-opus-4.5",
        LEGAL,
        "5ou7zq2k1xw0d9hh3m4tq8e1v",
        "Claude Opus 4.5 (Amazon Bedrock Edition)",
        "Units",
        1_000_000,
        _marketplace("5.00", "0.50", "25.00"),
        Demand(4_200_000, 0.05, 0.3, 0.0, 0.04),
        first=date(2025, 12, 1),
        entity="AWS Marketplace",
        operation="Usage",
        role="disclosure-search",
        session="batch",
        resource_tags=(("user_cost_center", " CC-340 "), ("user_usecase", "UC-017")),
    ),
    ModelUse(
        "engineering-trials",
        "anthropic.claude-haiku-4-5",
        ENGINEERING,
        "AmazonBedrock",
        "Amazon Bedrock",
        "1M tokens",
        1_000_000,
        _mantle("anthropic.claude-haiku-4-5", "1.00", "5.00"),
        Demand(5_500_000, 0.1, 0.0, 0.1, 0.05),
        first=date(2026, 2, 2),
        operation="ChatCompletions",
        role="AWSReservedSSO_Engineer_4b1d9c",
        session="person",
    ),
]


@dataclass(frozen=True)
class Instance:
    """Rented hardware: hours of a usual weekday (24 means always on) and dollars an hour."""

    name: str
    account: str
    product_code: str
    usage_type: str
    instance_type: str
    weekday_hours: float
    price: str
    operation: str
    tags: Tags = ()
    first: date = FIRST_DAY
    end: date = END_DAY

    @property
    def is_always_on(self) -> bool:
        """Return whether it runs day and night."""
        return self.weekday_hours == 24.0

    @property
    def is_under_plan(self) -> bool:
        """Return whether the savings plan covers it."""
        return self.name == "embedding-farm"

    @property
    def resource_id(self) -> str:
        """Return the endpoint's ARN or the instance's id."""
        if self.product_code == "AmazonSageMaker":
            return f"arn:aws:sagemaker:eu-west-2:{self.account}:endpoint/{self.name}"
        name = uuid_like(self.name)
        return f"i-0{name[:8]}{name[-8:]}"


INSTANCES = [
    Instance(
        "estimate-endpoint",
        CLAIMS,
        "AmazonSageMaker",
        "EUW2-Host:ml.g5.xlarge",
        "ml.g5.xlarge",
        24.0,
        "1.408",
        "RunInstance",
        (("user_cost_centre", "CC-215"), ("user_use_case", "UC-005"), ("user_env", "prod")),
        first=date(2026, 3, 2),
    ),
    Instance(
        "feature-training",
        PRICING,
        "AmazonSageMaker",
        "EUW2-Train:ml.g5.2xlarge",
        "ml.g5.2xlarge",
        5.5,
        "1.89375",
        "RunInstance",
        (("user_use_case", "UC-010"), ("user_env", "dev")),
    ),
    Instance(
        "pricing-notebooks",
        PRICING,
        "AmazonSageMaker",
        "EUW2-Notebk:ml.t3.xlarge",
        "ml.t3.xlarge",
        9.0,
        "0.236",
        "RunInstance",
        (("user_env", "dev"),),
    ),
    Instance(
        "embedding-farm",
        PRICING,
        "AmazonEC2",
        "EUW2-BoxUsage:g5.2xlarge",
        "g5.2xlarge",
        11.0,
        "1.416",
        "RunInstances",
        (("user_cost_centre", "CC-130"), ("user_use_case", "UC-010")),
    ),
    Instance(
        "model-hosting",
        DATA,
        "AmazonEC2",
        "EUW2-BoxUsage:g5.12xlarge",
        "g5.12xlarge",
        6.0,
        "6.636",
        "RunInstances",
        (("user_team", "data-platform"),),
        first=date(2025, 9, 1),
    ),
    Instance(
        "forgotten-trial",
        ENGINEERING,
        "AmazonEC2",
        "EUW2-BoxUsage:p3.2xlarge",
        "p3.2xlarge",
        2.0,
        "3.589",
        "RunInstances",
        first=date(2025, 10, 13),
        end=date(2026, 2, 24),
    ),
]


@dataclass(frozen=True)
class OtherService:
    """A service that is no AI and on the same bill: units of a usual day and dollars a unit."""

    product_code: str
    account: str
    usage_type: str
    unit: str
    usual: float
    price: str
    operation: str


OTHER_SERVICES = [
    OtherService(
        "AmazonS3", SHARED, "EUW2-TimedStorage-ByteHrs", "GB-Mo", 310.0, "0.024", "StandardStorage"
    ),
    OtherService(
        "AmazonCloudWatch",
        SHARED,
        "EUW2-CW:MetricMonitorUsage",
        "Metrics",
        2.4,
        "0.30",
        "MetricStorage",
    ),
    OtherService(
        "AWSLambda", DIGITAL, "EUW2-Lambda-GB-Second", "Second", 190_000.0, "0.0000166667", "Invoke"
    ),
    OtherService("AmazonVPC", SHARED, "EUW2-NatGateway-Hours", "Hrs", 24.0, "0.05", "NatGateway"),
]

# An hourly commitment to one GPU family; what the workload leaves of it is paid for and unused.
SAVINGS_PLAN = f"arn:aws:savingsplans::{PAYER}:savingsplan/{uuid_like('hartwell savings plan')}"
PLAN_FROM = date(2025, 11, 1)
PLAN_DAY_COMMITMENT = Decimal("13.80")
PLAN_RATE = Decimal("0.885")


def prices() -> list[Price]:
    """Return the list prices of the models that AWS bills, per unit in which it bills them."""
    found: dict[tuple[str, str], Price] = {}
    for use in MODEL_USES:
        for meter in use.meters:
            found[(use.model, meter.token_type)] = Price(
                "aws", use.model, meter.token_type, Decimal(meter.price), per_units=use.per_unit
            )
    return list(found.values())
