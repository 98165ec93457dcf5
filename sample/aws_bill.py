"""One month of an AWS bill, row by row, before it is spelled for a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from sample.aws_estate import (
    ACCOUNTS,
    CLAIMS,
    DIGITAL,
    INSTANCES,
    MODEL_USES,
    OTHER_SERVICES,
    PAYER,
    PLAN_DAY_COMMITMENT,
    PLAN_FROM,
    PLAN_RATE,
    PRICING,
    SAVINGS_PLAN,
    Instance,
    Meter,
    ModelUse,
    Tags,
    role_arn,
)
from sample.company import DOMAIN, staff_of
from sample.demand import FIRST_DAY, chance, use_on
from sample.files import days, next_month

DISCOUNT_FROM = date(2026, 1, 1)
DISCOUNT = Decimal("0.05")
SUPPORT_SHARE = Decimal("0.07")
VAT = Decimal("0.2")
OPEN_MONTH = date(2026, 10, 1)
MARKETPLACE = "AWS Marketplace"
# Works in both teams and is in no register of people.
CONTRACTOR = f"contractor.lindqvist@{DOMAIN}"
SIX_PLACES = Decimal("1E-6")
TEN_PLACES = Decimal("1E-10")

# Column of the export → value: text, Decimal, date, map or nothing.
Row = dict[str, Any]


def _ten(value: Decimal) -> Decimal:
    return value.quantize(TEN_PLACES, rounding=ROUND_HALF_UP)


def _invoice(month: date, entity: str) -> str:
    """Return the invoice's number, which AWS fills in when the month is final."""
    if month == OPEN_MONTH:
        return ""
    return f"EUINGB{month:%y}-{month:%m}{'9907' if entity == MARKETPLACE else '4471'}"


def blank_row(day: date, account: str, entity: str = "AWS") -> Row:
    """Return what every row of a day and account has."""
    month = day.replace(day=1)
    seller = "Anthropic, PBC" if entity == MARKETPLACE else "Amazon Web Services EMEA SARL"
    return {
        "bill_bill_type": "Anniversary",
        "bill_billing_entity": entity,
        "bill_billing_period_start_date": month,
        "bill_billing_period_end_date": next_month(day),
        "bill_invoice_id": _invoice(month, entity),
        "bill_invoicing_entity": "Amazon Web Services EMEA SARL",
        "bill_payer_account_id": PAYER,
        "bill_payer_account_name": ACCOUNTS[PAYER],
        "identity_time_interval": f"{day}T00:00:00Z/{day + timedelta(days=1)}T00:00:00Z",
        "line_item_currency_code": "USD",
        "line_item_legal_entity": seller,
        "line_item_usage_account_id": account,
        "line_item_usage_account_name": ACCOUNTS[account],
        "line_item_usage_start_date": day,
        "line_item_usage_end_date": day + timedelta(days=1),
        "pricing_currency": "USD",
        "product_region_code": "eu-west-2",
    }


def _priced(row: Row, amount: Decimal, price: str, unit: str) -> Row:
    """Return a row with quantity, rate and cost.

    From the discount's start the net columns hold the cost after it; Marketplace gives none.
    """
    cost = _ten(amount * Decimal(price))
    priced = row | {
        "line_item_line_item_type": "Usage",
        "line_item_usage_amount": amount,
        "line_item_unblended_rate": price,
        "line_item_unblended_cost": cost,
        "line_item_blended_rate": price,
        "line_item_blended_cost": cost,
        "pricing_public_on_demand_rate": price,
        "pricing_public_on_demand_cost": cost,
        "pricing_term": "OnDemand",
        "pricing_unit": unit,
    }
    if row["line_item_usage_start_date"] < DISCOUNT_FROM:
        return priced
    if row["bill_billing_entity"] == MARKETPLACE:
        return priced | {"line_item_net_unblended_cost": cost}
    taken = _ten(cost * DISCOUNT)
    return priced | {
        "discount": {"edp_discount": -taken},
        "discount_total_discount": -taken,
        "line_item_net_unblended_cost": cost - taken,
    }


def tagged(row: Row, resource_tags: Tags, principal_tags: Tags = ()) -> Row:
    """Return a row with its tags, in the older map and in the newer one with prefixes."""
    prefixed = {f"resourceTags/{key}": value for key, value in resource_tags}
    return row | {"resource_tags": dict(resource_tags), "tags": prefixed | dict(principal_tags)}


@cache
def bill_rows(seed: int, month: date) -> tuple[Row, ...]:
    """Return every row of a month's bill; the rows are shared, so copy one to change it."""
    rows: list[Row] = []
    for day in days(month, next_month(month)):
        rows += _model_rows(seed, day)
        instances = list(_instance_rows(seed, day))
        rows += instances
        rows += _plan_rows(day, instances)
        rows += _other_rows(seed, day)
    return (*rows, *_month_rows(month, rows))


def _model_rows(seed: int, day: date) -> Iterator[Row]:
    for model_use in MODEL_USES:
        if not model_use.first <= day < model_use.end:
            continue
        use = use_on(seed, f"aws {model_use.name}", model_use.demand, FIRST_DAY, day)
        if use is None:
            continue
        writes_cache = any(meter.token_type == "cache_write" for meter in model_use.meters)
        written = use.uncached // 20 if writes_cache else 0
        tokens = {
            "input": use.uncached - written,
            "embedding": use.uncached,
            "cached_input": use.cached,
            "cache_write": written,
            "output": use.output,
        }
        for meter in model_use.meters:
            amount = Decimal(tokens[meter.token_type]) / model_use.per_unit
            if amount:
                yield _model_row(seed, day, model_use, meter, amount.quantize(SIX_PLACES))


def _model_row(seed: int, day: date, use: ModelUse, meter: Meter, amount: Decimal) -> Row:
    described = f"${meter.price} per {use.pricing_unit} for {use.product_name}"
    if use.entity == MARKETPLACE:
        metered = meter.usage_type.split(":")[-1]
        described = f"AWS Marketplace software usage|eu-west-2|{metered} per million tokens"
    row = blank_row(day, use.account, use.entity) | {
        "line_item_product_code": use.product_code,
        "line_item_usage_type": meter.usage_type,
        "line_item_operation": use.operation,
        "line_item_resource_id": use.resource,
        "line_item_line_item_description": described,
        "line_item_iam_principal": (
            f"{role_arn(use.account, use.role)}/{_session(seed, day, use)}"
        ),
        "product": {"product_name": use.product_name, "region": "eu-west-2"},
        "product_servicecode": "" if use.entity == MARKETPLACE else "AmazonBedrock",
        "product_usagetype": meter.usage_type,
    }
    priced = _priced(row, amount, meter.price, use.pricing_unit)
    return tagged(priced, use.resource_tags, use.principal_tags)


def _session(seed: int, day: date, use: ModelUse) -> str:
    if use.session != "person":
        return use.session
    staff = staff_of(seed, "CC-210" if use.account == CLAIMS else "CC-520")
    callers = [*(person.email for person in staff), CONTRACTOR]
    return callers[day.toordinal() % len(callers)]


def _hours(seed: int, day: date, instance: Instance) -> Decimal:
    if instance.is_always_on:
        return Decimal(24)
    share = 0.6 + 0.8 * chance(seed, instance.name, day).random()
    return Decimal(
        str(round(instance.weekday_hours * share * (1.0 if day.weekday() < 5 else 0.15), 4))
    )


def _instance_rows(seed: int, day: date) -> Iterator[Row]:
    for instance in INSTANCES:
        if not instance.first <= day < instance.end:
            continue
        hours = _hours(seed, day, instance)
        is_sagemaker = instance.product_code == "AmazonSageMaker"
        row = blank_row(day, instance.account) | {
            "line_item_product_code": instance.product_code,
            "line_item_usage_type": instance.usage_type,
            "line_item_operation": instance.operation,
            "line_item_resource_id": instance.resource_id,
            "line_item_availability_zone": "" if is_sagemaker else "eu-west-2b",
            "line_item_line_item_description": (
                f"${instance.price} per {instance.instance_type} hour in EU (London)"
            ),
            "product": {
                "product_name": (
                    "Amazon SageMaker" if is_sagemaker else "Amazon Elastic Compute Cloud"
                ),
                "gpu": "4" if "12xlarge" in instance.instance_type else "1",
                "region": "eu-west-2",
            },
            "product_instance_type": instance.instance_type,
            "product_instance_family": "GPU instance",
            "product_servicecode": instance.product_code,
            "product_product_family": "ML Instance" if is_sagemaker else "Compute Instance",
            "product_usagetype": instance.usage_type,
        }
        row = tagged(_priced(row, hours, instance.price, "Hrs"), instance.tags)
        if instance.is_under_plan and day >= PLAN_FROM:
            yield from _covered(row, hours)
        else:
            yield row


def _covered(row: Row, hours: Decimal) -> Iterator[Row]:
    """Yield hours under the savings plan, and the negation that takes their price back."""
    cost = row["line_item_unblended_cost"]
    effective = _ten(hours * PLAN_RATE)
    under_plan = (
        row
        | _net(row["line_item_usage_start_date"], cost)
        | {
            "discount": {},
            "discount_total_discount": None,
            "savings_plan_savings_plan_a_r_n": SAVINGS_PLAN,
            "savings_plan_offering_type": "EC2InstanceSavingsPlans",
            "savings_plan_payment_option": "No Upfront",
            "savings_plan_purchase_term": "1yr",
            "savings_plan_instance_type_family": "g5",
            "savings_plan_region": "EU (London)",
        }
    )
    yield under_plan | {
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "savings_plan_savings_plan_rate": PLAN_RATE,
        "savings_plan_savings_plan_effective_cost": effective,
        "savings_plan_net_savings_plan_effective_cost": effective,
    }
    yield (
        tagged(under_plan, ())
        | _net(row["line_item_usage_start_date"], -cost)
        | {
            "line_item_line_item_type": "SavingsPlanNegation",
            "line_item_line_item_description": f"SavingsPlanNegation used by AccountId : {PRICING}",
            "line_item_resource_id": "",
            "line_item_unblended_cost": -cost,
            "line_item_blended_cost": -cost,
            "pricing_public_on_demand_cost": None,
            "pricing_public_on_demand_rate": "",
            "pricing_term": "",
        }
    )


def _net(day: date, amount: Decimal) -> Row:
    """Return the net column, which an export has once the payer has a discount."""
    return {"line_item_net_unblended_cost": amount} if day >= DISCOUNT_FROM else {}


def _plan_rows(day: date, instances: list[Row]) -> Iterator[Row]:
    if day < PLAN_FROM:
        return
    used = sum(
        (row.get("savings_plan_savings_plan_effective_cost", Decimal(0)) for row in instances),
        Decimal(0),
    )
    yield (
        blank_row(day, PAYER)
        | _net(day, PLAN_DAY_COMMITMENT)
        | {
            "line_item_line_item_type": "SavingsPlanRecurringFee",
            "line_item_product_code": "ComputeSavingsPlans",
            "line_item_usage_type": "EUW2-EC2SP:g5.1yrNoUpfront",
            "line_item_line_item_description": "1 year No Upfront g5 EC2 Instance Savings Plan",
            "line_item_usage_amount": Decimal(24),
            "line_item_unblended_cost": PLAN_DAY_COMMITMENT,
            "line_item_blended_cost": PLAN_DAY_COMMITMENT,
            "product": {"product_name": "Savings Plans for AWS Compute usage"},
            "product_servicecode": "ComputeSavingsPlans",
            "savings_plan_savings_plan_a_r_n": SAVINGS_PLAN,
            "savings_plan_offering_type": "EC2InstanceSavingsPlans",
            "savings_plan_payment_option": "No Upfront",
            "savings_plan_purchase_term": "1yr",
            "savings_plan_total_commitment_to_date": PLAN_DAY_COMMITMENT,
            "savings_plan_used_commitment": min(used, PLAN_DAY_COMMITMENT),
        }
    )


def _other_rows(seed: int, day: date) -> Iterator[Row]:
    for service in OTHER_SERVICES:
        share = 0.9 + 0.2 * chance(seed, service.usage_type, day).random()
        row = blank_row(day, service.account) | {
            "line_item_product_code": service.product_code,
            "line_item_usage_type": service.usage_type,
            "line_item_operation": service.operation,
            "line_item_line_item_description": f"${service.price} per {service.unit}",
            "product": {"product_name": service.product_code},
            "product_servicecode": service.product_code,
        }
        amount = Decimal(str(round(service.usual * share, 6)))
        yield _priced(row, amount, service.price, service.unit)
    # Inside the free tier: a line of no cost.
    row = blank_row(day, DIGITAL) | {
        "line_item_product_code": "AmazonBedrock",
        "line_item_usage_type": "EUW2-Guardrail-WordPolicyUnitsConsumed",
        "line_item_operation": "ApplyGuardrail",
        "line_item_line_item_description": "$0.00 per text unit for word filters",
        "product": {"product_name": "Amazon Bedrock"},
        "product_servicecode": "AmazonBedrock",
    }
    yield _priced(row, Decimal(900 + day.day * 7), "0", "TextUnits")


def _month_rows(month: date, rows: list[Row]) -> Iterator[Row]:
    """Yield what AWS books once a month: discount, support, tax, credits and refunds."""
    taken: dict[tuple[str, str], Decimal] = {}
    purchased: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row["line_item_usage_account_id"], row["line_item_product_code"])
        if row.get("discount"):
            taken[key] = taken.get(key, Decimal(0)) + row["discount"]["edp_discount"]
        if row["bill_billing_entity"] == MARKETPLACE:
            purchased[key] = purchased.get(key, Decimal(0)) + row["line_item_unblended_cost"]
    for (account, product_code), amount in sorted(taken.items()):
        described = "Enterprise Discount Program discount"
        lump = _lump(month, account, product_code, "EdpDiscount", amount, described)
        # The usage rows' net cost has the discount already.
        yield lump | _net(month, Decimal(0))
    usage = sum((row["line_item_unblended_cost"] for row in rows), Decimal(0))
    support = _ten(usage * SUPPORT_SHARE)
    yield _lump(month, PAYER, "AWSSupportBusiness", "Fee", support, "AWS Support (Business)")
    for (account, product_code), amount in sorted(purchased.items()):
        vat = (amount * VAT).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        lump = _lump(month, account, product_code, "Tax", vat, "VAT on purchases", MARKETPLACE)
        yield lump | {"line_item_tax_type": "VAT"}
    if month == date(2025, 11, 1):
        described = "Bedrock migration programme credit"
        yield _lump(month, PAYER, "AmazonBedrock", "Credit", Decimal("-350"), described)
    if month == date(2026, 2, 1):
        described = "Refund for stopped training jobs"
        yield _lump(month, PRICING, "AmazonSageMaker", "Refund", Decimal("-37.2"), described)
        described = "Promotional credit, expired"
        yield _lump(month, PAYER, "AmazonBedrock", "Credit", Decimal("0"), described)


def _lump(
    month: date,
    account: str,
    product_code: str,
    kind: str,
    amount: Decimal,
    described: str,
    entity: str = "AWS",
) -> Row:
    end = next_month(month)
    return (
        blank_row(month, account, entity)
        | _net(month, amount)
        | {
            "bill_bill_type": "Refund" if kind == "Refund" else "Anniversary",
            "identity_time_interval": f"{month}T00:00:00Z/{end}T00:00:00Z",
            "line_item_line_item_type": kind,
            "line_item_product_code": product_code,
            "line_item_usage_type": "Dollar" if kind == "Fee" else "",
            "line_item_line_item_description": described,
            "line_item_usage_end_date": end,
            "line_item_usage_amount": Decimal(1),
            "line_item_unblended_cost": amount,
            "line_item_blended_cost": amount,
            "product": {"product_name": described},
            "product_servicecode": product_code,
            "product_region_code": "",
        }
    )


def wrong_row() -> Row:
    """Return the charge that AWS made in error in May 2026, and took out again."""
    amount = Decimal("40")
    row = (
        blank_row(date(2026, 5, 21), PRICING)
        | _net(date(2026, 5, 21), amount)
        | {
            "line_item_line_item_type": "Usage",
            "line_item_product_code": "AmazonSageMaker",
            "line_item_usage_type": "EUW2-Train:ml.g5.2xlarge",
            "line_item_operation": "RunInstance",
            "line_item_line_item_description": "$1.89375 per ml.g5.2xlarge hour in EU (London)",
            "line_item_resource_id": f"arn:aws:sagemaker:eu-west-2:{PRICING}:job/never-run",
            "line_item_usage_amount": Decimal("21.122112"),
            "line_item_unblended_cost": amount,
            "pricing_unit": "Hrs",
            "product": {"product_name": "Amazon SageMaker"},
            "product_servicecode": "AmazonSageMaker",
        }
    )
    return tagged(row, (("user_use_case", "UC-010"), ("user_env", "dev")))
