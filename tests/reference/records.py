"""What the reference allocator reads and writes: charges, usage, registers and ledger entries.

Charges and usage carry the warehouse's canonical column names (those that can move money).
Instants are naive datetimes in UTC. Validity is `valid_from` inclusive, `valid_to` exclusive.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

BEGINNING = datetime(1900, 1, 1)
END = datetime(9999, 12, 31)


class Identified(Protocol):
    """A charge or a usage row, as the ladder sees it."""

    tags: Mapping[str, str]

    @property
    def platform(self) -> str: ...

    def identity(self, identity_type: str) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One line of a bill. Costs have at most ten decimals and are in `billing_currency`."""

    x_charge_id: str
    x_platform: str
    billing_account_id: str
    billing_currency: str
    billing_period_start: datetime
    charge_period_start: datetime
    charge_period_end: datetime
    billed_cost: Decimal
    effective_cost: Decimal
    invoice_id: str | None = None
    charge_category: str | None = None
    service_category: str | None = None
    service_name: str | None = None
    sub_account_id: str | None = None
    commitment_discount_status: str | None = None
    x_credited_charge_id: str | None = None
    x_cost_basis: str | None = "billed"
    x_is_coarse: bool = False
    x_sku: str | None = None
    x_model: str | None = None
    x_token_type: str | None = None
    x_feature: str | None = None
    x_environment: str | None = None
    x_api_key_id: str | None = None
    x_service_account_id: str | None = None
    x_workflow_id: str | None = None
    x_endpoint_id: str | None = None
    resource_id: str | None = None
    x_query_tag: str | None = None
    x_role_id: str | None = None
    x_warehouse_id: str | None = None
    x_namespace: str | None = None
    x_team_id: str | None = None
    x_project_id: str | None = None
    x_workspace_id: str | None = None
    x_account_id: str | None = None
    x_user_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> str:
        return self.x_platform

    def identity(self, identity_type: str) -> str | None:
        column = IDENTITY_COLUMNS[identity_type]
        return getattr(self, column if column == "resource_id" else f"x_{column}")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A metered quantity (tokens, model calls, seats …) of a period. It carries no cost.

    `logged_cost` is a gateway's own figure for what it served, never billed.
    """

    usage_id: str
    platform: str
    period_start: datetime
    period_end: datetime
    metric: str
    quantity: Decimal
    token_type: str | None = None
    model: str | None = None
    provider: str | None = None
    bill_identity_id: str | None = None
    logged_cost: Decimal | None = None
    logged_currency: str | None = None
    api_key_id: str | None = None
    service_account_id: str | None = None
    workflow_id: str | None = None
    endpoint_id: str | None = None
    resource_id: str | None = None
    query_tag: str | None = None
    role_id: str | None = None
    warehouse_id: str | None = None
    namespace: str | None = None
    team_id: str | None = None
    project_id: str | None = None
    workspace_id: str | None = None
    account_id: str | None = None
    user_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def identity(self, identity_type: str) -> str | None:
        return getattr(self, IDENTITY_COLUMNS[identity_type])


IDENTITY_COLUMNS = {
    "api_key": "api_key_id",
    "service_account": "service_account_id",
    "workflow": "workflow_id",
    "endpoint": "endpoint_id",
    "resource": "resource_id",
    "query_tag": "query_tag",
    "role": "role_id",
    "warehouse": "warehouse_id",
    "namespace": "namespace",
    "team": "team_id",
    "project": "project_id",
    "workspace": "workspace_id",
    "account": "account_id",
    "user": "user_id",
}


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A register row with a validity."""

    valid_from: datetime = BEGINNING
    valid_to: datetime = END

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at < self.valid_to

    def ended(self, at: datetime) -> bool:
        return self.valid_to <= at


@dataclass(frozen=True, kw_only=True)
class Department(Dated):
    department_code: str
    chargeback_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class CostCentre(Dated):
    cost_centre_code: str
    department_code: str | None = None
    successor_code: str | None = None
    is_shared_service: bool = False
    tier: int = 1
    gl_account: str | None = None


@dataclass(frozen=True, kw_only=True)
class Person(Dated):
    person_id: str
    user_id: str
    cost_centre_code: str | None


@dataclass(frozen=True, kw_only=True)
class UseCase(Dated):
    use_case_id: str
    cost_centre_code: str | None


@dataclass(frozen=True, kw_only=True)
class UseCaseStage(Dated):
    use_case_id: str
    stage: str
    sandbox_cap: Decimal | None = None
    sandbox_days: int | None = None
    chargeback_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class Identity(Dated):
    """`platform` empty means every platform. A tag's `identity_id` is `key=value`."""

    platform: str
    identity_type: str
    identity_id: str
    use_case_id: str | None = None
    cost_centre_code: str | None = None
    environment: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnershipException(Dated):
    exception_id: str
    platform: str
    identity_type: str
    identity_id: str
    cost_centre_code: str | None = None
    use_case_id: str | None = None
    exception_kind: str | None = None


@dataclass(frozen=True, kw_only=True)
class VendorIdentity:
    """A key, project or workspace that the vendor's own list names."""

    platform: str
    identity_type: str
    identity_id: str


@dataclass(frozen=True, kw_only=True)
class Rule(Dated):
    """One version of one allocation rule; an unset match matches anything."""

    rule_id: str
    priority: int
    method: str
    rule_version: str = "1"
    tier: int = 1
    match_platform: str | None = None
    match_service_category: str | None = None
    match_service_name: str | None = None
    match_billing_account_id: str | None = None
    match_sub_account_id: str | None = None
    match_resource_id: str | None = None
    match_charge_category: str | None = None
    match_sku: str | None = None
    match_api_key_id: str | None = None
    match_workflow_id: str | None = None
    match_environment: str | None = None
    match_model: str | None = None
    match_cost_centre: str | None = None
    match_tag_key: str | None = None
    match_tag_value: str | None = None
    match_cost_basis: str | None = None
    match_commitment_status: str | None = None
    driver_scope: str | None = None
    driver_grain: str = "month"
    split_id: str | None = None
    target_cost_centre: str | None = None
    idle_policy: str | None = None
    fallback_method: str | None = None


@dataclass(frozen=True, kw_only=True)
class Split(Dated):
    split_id: str
    share_percent: Decimal
    cost_centre_code: str | None = None
    use_case_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExchangeRate:
    accounting_month: date
    from_currency: str
    to_currency: str
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class ModelPrice(Dated):
    """Price of `per_units` tokens of one type."""

    provider: str
    model: str
    token_type: str
    price: Decimal
    per_units: Decimal
    currency: str = "USD"


@dataclass(frozen=True, kw_only=True)
class Policy(Dated):
    setting: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everything an allocation depends on."""

    charges: Sequence[Charge] = ()
    usage: Sequence[Usage] = ()
    departments: Sequence[Department] = ()
    cost_centres: Sequence[CostCentre] = ()
    people: Sequence[Person] = ()
    use_cases: Sequence[UseCase] = ()
    use_case_stages: Sequence[UseCaseStage] = ()
    identities: Sequence[Identity] = ()
    exceptions: Sequence[OwnershipException] = ()
    vendor_identities: Sequence[VendorIdentity] = ()
    allocation_rules: Sequence[Rule] = ()
    allocation_splits: Sequence[Split] = ()
    fx_rates: Sequence[ExchangeRate] = ()
    model_prices: Sequence[ModelPrice] = ()
    policy: Sequence[Policy] = ()


@dataclass(frozen=True, order=True)
class PoolKey:
    """What makes a pool: charges, or what a shared service holds, that agree in all of these are one whole."""

    rule_id: str
    rule_version: str
    accounting_month: date
    charge_day: date | None
    platform: str
    billing_account_id: str
    invoice_id: str | None
    billing_currency: str
    # The shared service that passes on; None for a pool of charges.
    sender: str | None = None
    # A gateway's keys and models are pools of their own.
    model: str | None = None
    api_key_id: str | None = None
    # The credit that takes the shares of the charge it names is a pool of its own.
    credit_id: str | None = None


@dataclass(frozen=True)
class SequenceIds:
    """The ids by which pools and parts of coarse charges take their place in a sandbox's sum.

    They are hashes in the warehouse; which one is lower is chance, so it is given and not computed.
    """

    pool: Callable[[PoolKey], str] = repr
    part: Callable[[str, date, str | None], str] = "{}|{}|{}".format


@dataclass(frozen=True, kw_only=True)
class LedgerEntry:
    """One row of the ledger. Costs are integers in units of 10⁻¹⁰ of their currency.

    `pool` is set on pooled entries only; so are the driver's name and quantities. `counted_by` is the driver whose
    unit a credit's quantities have, those of the charge it credits.
    """

    accounting_month: date
    platform: str
    billing_account_id: str
    invoice_id: str | None
    billing_currency: str
    reporting_currency: str
    tier: int
    allocation_path: str | None
    pool: PoolKey | None
    charge_date: date | None
    rule_id: str | None
    rule_version: str | None
    method: str | None
    fallback_method: str | None
    feature: str | None
    model: str | None
    workflow_id: str | None
    environment: str | None
    cost_centre_code: str | None
    use_case_id: str | None
    billing_mode: str | None
    unallocated_reason: str | None
    identity_type: str | None
    identity_id: str | None
    owner_rung: str | None
    use_case_stage: str | None
    driver: str | None
    counted_by: str | None
    driver_numerator: int | None
    driver_denominator: int | None
    billed_cost: int
    effective_cost: int
    reporting_cost: int
