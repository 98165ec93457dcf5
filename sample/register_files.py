"""The columns of every register; a company may leave the optional ones out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sample.files import Folder

COLUMNS: dict[str, str] = {
    "departments": (
        "department_code department_name division head_person_id chargeback_from valid_from "
        "valid_to"
    ),
    "cost_centres": (
        "cost_centre_code cost_centre_name department_code gl_account is_shared_service tier "
        "successor_code valid_from valid_to"
    ),
    "people": "person_id email cost_centre_code valid_from valid_to",
    "use_cases": (
        "use_case_id use_case_name cost_centre_code business_owner_id purpose "
        "data_classification outcome_unit baseline_cost_per_outcome value_per_outcome "
        "expected_monthly_cost currency"
    ),
    "use_case_stages": (
        "use_case_id stage sandbox_cap sandbox_days chargeback_from approved_by valid_from valid_to"
    ),
    "assessments": "assessment_id use_case_id kind status approved_by approved_on expires_on",
    "identities": (
        "platform identity_type identity_id use_case_id cost_centre_code environment "
        "valid_from valid_to"
    ),
    "allocation_rules": (
        "rule_id rule_version priority tier description match_platform match_service_category "
        "match_service_name match_billing_account_id match_sub_account_id match_resource_id "
        "match_charge_category match_sku match_api_key_id match_workflow_id match_environment "
        "match_model match_cost_centre match_tag_key match_tag_value method driver_scope "
        "driver_grain split_id target_cost_centre idle_policy fallback_method approved_by "
        "valid_from valid_to"
    ),
    "allocation_splits": "split_id cost_centre_code use_case_id share_percent valid_from valid_to",
    "exceptions": (
        "exception_id platform identity_type identity_id cost_centre_code use_case_id reason "
        "requested_by approved_by valid_from valid_to"
    ),
    "invoices": "provider billing_account_id billing_period invoice_id currency amount",
    "credit_purchases": (
        "contract_id platform billing_account_id invoice_id purchased_on expires_on amount currency"
    ),
    "fx_rates": "month from_currency to_currency rate source",
    "budgets": "cost_centre_code use_case_id month amount currency",
    "known_events": "platform cost_centre_code reason valid_from valid_to",
    "audiences": "audience_id kind department_code access_group notify_target",
    "outcomes": "use_case_id month outcomes accepted_outcomes human_minutes_per_outcome",
    "model_prices": (
        "provider model token_type price per_units unit currency service_tier context_window "
        "valid_from valid_to"
    ),
    "tariffs": "platform sku price per_units unit currency valid_from valid_to",
    "policy": "setting value valid_from valid_to",
}

OPTIONAL = {
    "allocation_rules": (
        "match_cost_basis match_commitment_status rule_owner data_source review_cadence next_review_on"
    ),
    "use_cases": (
        "valid_from valid_to benefiting_cost_centres baseline_outcomes_per_month baseline_minutes_per_outcome "
        "performance_owner_id usage_owner_id"
    ),
    "exceptions": "exception_kind",
    "invoices": "invoice_kind",
    "model_prices": "model_class",
}


def write_register(
    folder: Folder, name: str, rows: Iterable[Mapping[str, object]], with_optional: bool = False
) -> None:
    """Write one register; what a row leaves out is empty. ValueError for an unknown column."""
    columns = COLUMNS[name].split() + (OPTIONAL.get(name, "").split() if with_optional else [])
    lines = []
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise ValueError(f"{name}: no column {sorted(unknown)}")
        lines.append(
            ["" if row.get(column) is None else str(row.get(column)) for column in columns]
        )
    folder.write_csv(f"{name}.csv", columns, lines)
