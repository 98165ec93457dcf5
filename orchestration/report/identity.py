"""Where an identity's spend of a month went: by rule, by charge group or pool, read from the marts alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.errors import RefusalError
from orchestration.report.published import published_file, rows_of
from orchestration.settings import Settings

# Where a charge names an identity of each type; a tag is looked for among the charge's tags.
_COLUMNS = {
    "api_key": "x_api_key_id",
    "service_account": "x_service_account_id",
    "workflow": "x_workflow_id",
    "endpoint": "x_endpoint_id",
    "resource": "resource_id",
    "query_tag": "x_query_tag",
    "role": "x_role_id",
    "warehouse": "x_warehouse_id",
    "namespace": "x_namespace",
    "team": "x_team_id",
    "project": "x_project_id",
    "workspace": "x_workspace_id",
    "account": "x_account_id",
    "user": "x_user_id",
    "tag": "tags",
}

# A charge group or pool is named once, with all that it was carried to: of a pool no receiver's part is one charge's.
_PARTS = """
with charges as (
    select
        coalesce(members.pool_id, lineage.charge_group_id) as whole_id,
        members.pool_id is not null as is_pool,
        focus.billing_currency, focus.x_reporting_currency as reporting_currency,
        focus.billed_cost, focus.effective_cost, focus.x_reporting_cost as reporting_cost
    from marts.fct_focus_cost_and_usage as focus
    left join marts.fct_charge_lineage as lineage on focus.x_charge_id = lineage.charge_id
    left join marts.fct_pool_members as members on lineage.charge_group_id = members.charge_group_id
    where focus.x_platform = $platform and strftime(focus.x_accounting_month, '%Y-%m') = $month and {condition}
),
summed as (
    select
        whole_id, is_pool, billing_currency, reporting_currency, count(*) as charge_count,
        sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, sum(reporting_cost) as reporting_cost
    from charges
    group by all
),
carried as (
    select
        coalesce(pool_id, charge_group_id) as whole_id, min(rule_id) as rule_id, min(method) as method,
        list(distinct coalesce(cost_centre_code, 'unallocated (' || unallocated_reason || ')')
            order by coalesce(cost_centre_code, 'unallocated (' || unallocated_reason || ')')) as receivers,
        min(allocation_id) as allocation_id, count(*) as entry_count, bool_or(is_disputed) as is_disputed
    from marts.fct_allocation_ledger
    where platform = $platform and strftime(accounting_month, '%Y-%m') = $month
    group by coalesce(pool_id, charge_group_id)
)
select
    summed.whole_id, summed.is_pool, carried.rule_id, carried.method, coalesce(carried.receivers, []),
    carried.allocation_id, coalesce(carried.entry_count, 0), coalesce(carried.is_disputed, false),
    summed.charge_count, summed.billing_currency, summed.reporting_currency,
    summed.billed_cost, summed.effective_cost, summed.reporting_cost
from summed
left join carried on summed.whole_id = carried.whole_id
order by abs(summed.reporting_cost) desc, summed.whole_id
"""


@dataclass(frozen=True)
class Identity:
    """Whose spend is asked for, as a bill names it: `openai`, `api_key`, `key_…`."""

    platform: str
    identity_type: str
    identity_id: str

    @classmethod
    def parsed(cls, text: str) -> Identity:
        """Read `platform:type:id`; the id may hold colons. Raises RefusalError."""
        parts = text.split(":", 2)
        if len(parts) < 3 or not all(parts) or parts[1] not in _COLUMNS:
            raise RefusalError(
                f"'{text}' names no identity: write platform:type:id, such as openai:api_key:key_1. "
                f"Types: {', '.join(_COLUMNS)}."
            )
        return cls(*parts)


@dataclass(frozen=True)
class Part:
    """The identity's charges in one charge group or pool, and the entries that these were carried to."""

    whole_id: str
    is_pool: bool
    rule_id: str | None
    method: str | None
    receivers: list[str]
    allocation_id: str | None
    entry_count: int
    is_disputed: bool
    charge_count: int
    billing_currency: str
    reporting_currency: str
    billed_cost: Decimal
    effective_cost: Decimal
    reporting_cost: Decimal


@dataclass(frozen=True)
class IdentityMonth:
    """What an identity cost in a month, largest part first."""

    identity: Identity
    month: str
    parts: list[Part]


def explain_identity(settings: Settings, identity: Identity, month: str) -> IdentityMonth:
    """Where the identity's charges of a month went. Raises RefusalError where no charge of it names the identity."""
    column = _COLUMNS[identity.identity_type]
    values = {"platform": identity.platform, "month": month}
    if identity.identity_type == "tag":
        key, _, value = identity.identity_id.partition("=")
        condition = "json_extract_string(focus.tags, '$.\"' || $key || '\"') = $value"
        values |= {"key": key, "value": value}
    else:
        condition = f"focus.{column} = $identity"
        values |= {"identity": identity.identity_id}
    with published_file(settings) as connection:
        parts = rows_of(connection, Part, _PARTS.format(condition=condition), values)
    if not parts:
        raise RefusalError(
            f"No charge of {month} on {identity.platform} names {identity.identity_type} '{identity.identity_id}'. "
            "People stand as pseudonyms; a bill may name its projects only."
        )
    return IdentityMonth(identity, month, parts)
