"""Every register, declared once: `check`, `init` and the seeds' YAML all follow from this page."""

from __future__ import annotations

from dataclasses import replace

from orchestration.registers.schema import Column, Kind, Register

METHODS = (
    "owner", "fixed", "split", "even", "cost", "token_volume", "requests", "workflow_count",
    "active_users", "seats", "gpu_hours", "gateway", "central",
)  # fmt: skip

IDENTITY_TYPES = (
    "api_key", "service_account", "user", "project", "workspace", "account", "resource", "namespace",
    "workflow", "endpoint", "warehouse", "role", "query_tag", "team", "tag",
)  # fmt: skip
TOKEN_TYPES = (
    "input", "cached_input", "cache_write", "cache_write_1h", "output", "audio_input",
    "audio_cached_input", "audio_output", "image_input", "image_output", "embedding",
)  # fmt: skip
ASSESSMENT_KINDS = ("risk", "dpia", "aime", "security")
OVERLAP_SIDES = ("counted", "kept")
OVERLAP_SHARED = ("resource_id", "sub_account_id", "day")
DISPUTE_STATUSES = ("open", "accepted", "rejected", "withdrawn")
AUDIENCE_KINDS = ("finops", "operations", "department", "person")
_PATTERN = "`a|b` matches either, `*` any text, case is ignored, empty matches everything."

_VALIDITY = (
    Column("valid_from", "First instant of validity (UTC); empty means always.", Kind.INSTANT),
    Column("valid_to", "First instant after validity (UTC); empty means open.", Kind.INSTANT),
)
_OPTIONAL_VALIDITY = tuple(replace(column, is_optional=True) for column in _VALIDITY)
_CURRENCY = Column("currency", "ISO 4217 code of the amounts in the row.", Kind.CURRENCY)
_REQUIRED_CURRENCY = replace(_CURRENCY, is_required=True)
_COST_CENTRE = Column("cost_centre_code", "Cost centre.", refers_to="cost_centres")
_USE_CASE = Column("use_case_id", "Use case.", refers_to="use_cases")
_MONTH = Column("month", "Calendar month, YYYY-MM.", Kind.MONTH, is_required=True)
_PLATFORM = Column("platform", "Platform, named as its landing folder; empty means every platform.")
_IDENTITY_TYPE = Column(
    "identity_type", "What `identity_id` names.", Kind.CHOICE, choices=IDENTITY_TYPES
)
_IDENTITY_ID = Column(
    "identity_id", "The key, project, account … as the bill writes it; a tag is `key=value`."
)
_PRICE = (
    Column("price", "Price of `per_units` units.", Kind.COST, is_required=True),
    Column("per_units", "How many units the price buys.", Kind.POSITIVE, is_required=True),
    Column("unit", "What is priced, in words; it converts nothing."),
    _REQUIRED_CURRENCY,
)


def _person(name: str, description: str, is_optional: bool = False) -> Column:
    return Column(name, f"{description}: a person_id.", Kind.PERSON, is_optional=is_optional)


def _match(name: str, what: str, is_optional: bool = False) -> Column:
    return Column(f"match_{name}", f"Pattern for {what}. {_PATTERN}", is_optional=is_optional)


REGISTERS = (
    Register(
        "departments",
        "One row per department and validity.",
        (
            Column("department_code", "Department.", is_required=True),
            Column("department_name", "Name that people know it by."),
            Column("division", "Division it belongs to."),
            _person("head_person_id", "Head of the department"),
            Column("chargeback_from", "First day of chargeback; empty means never.", Kind.DATE),
            *_VALIDITY,
        ),
        key=("department_code",),
    ),
    Register(
        "cost_centres",
        "One row per cost centre and validity.",
        (
            Column("cost_centre_code", "Cost centre as finance writes it.", is_required=True),
            Column("cost_centre_name", "Name that people know it by."),
            Column("department_code", "Department it belongs to.", refers_to="departments"),
            Column("gl_account", "General-ledger account that journals charge."),
            Column("is_shared_service", "Whether it passes on what it receives.", Kind.BOOLEAN),
            Column("tier", "Tier in which a shared service passes on.", Kind.POSITIVE),
            Column("successor_code", "Cost centre that takes over when this one has ended."),
            Column("legal_entity_code", "Legal entity.", is_optional=True),
            *_VALIDITY,
        ),
        key=("cost_centre_code",),
    ),
    Register(
        "people",
        "One row per person, cost centre and validity. Landed pseudonymised, never seeded.",
        (
            Column("person_id", "Staff number.", Kind.PERSON, is_required=True),
            Column("email", "Address by which vendors know the person.", Kind.EMAIL),
            _COST_CENTRE,
            *_VALIDITY,
        ),
        key=("person_id",),
        is_landed=True,
    ),
    Register(
        "use_cases",
        "One row per AI use case and validity.",
        (
            Column("use_case_id", "Use case.", is_required=True),
            Column("use_case_name", "Name that people know it by."),
            replace(_COST_CENTRE, description="Cost centre that sponsors the use case."),
            _person("business_owner_id", "Business owner"),
            Column("purpose", "What it is for, in a sentence."),
            Column("data_classification", "Class of the data it handles."),
            Column("outcome_unit", "What is counted as an outcome."),
            Column("baseline_cost_per_outcome", "Cost of an outcome without AI.", Kind.COST),
            Column("value_per_outcome", "Worth of an outcome.", Kind.COST),
            Column("expected_monthly_cost", "Cost that was expected of a month.", Kind.COST),
            _CURRENCY,
            *_OPTIONAL_VALIDITY,
            Column(
                "benefiting_cost_centres", "Cost centres that benefit, with `|`.", is_optional=True
            ),
            _person("performance_owner_id", "Who answers for its performance", is_optional=True),
            _person("usage_owner_id", "Who answers for its usage", is_optional=True),
            Column(
                "baseline_outcomes_per_month",
                "Outcomes of a month without AI.",
                Kind.COST,
                is_optional=True,
            ),
            Column(
                "baseline_minutes_per_outcome",
                "Minutes of work an outcome took without AI.",
                Kind.COST,
                is_optional=True,
            ),
        ),
        key=("use_case_id",),
    ),
    Register(
        "use_case_stages",
        "One row per stage of a use case and validity.",
        (
            replace(_USE_CASE, is_required=True),
            Column(
                "stage",
                "`sandbox`, `pilot`, `production` or `retired`.",
                Kind.CHOICE,
                choices=("sandbox", "pilot", "production", "retired"),
                is_required=True,
            ),
            Column("sandbox_cap", "Cap of a sandbox in reporting currency.", Kind.COST),
            Column("sandbox_days", "Days until a sandbox expires; empty: policy's.", Kind.COUNT),
            Column("chargeback_from", "First day of chargeback; empty means never.", Kind.DATE),
            _person("approved_by", "Who approved the stage"),
            *_VALIDITY,
        ),
        key=("use_case_id",),
    ),
    Register(
        "assessments",
        "One row per assessment of a use case.",
        (
            Column("assessment_id", "Assessment.", is_required=True),
            replace(_USE_CASE, is_required=True),
            Column(
                "kind",
                "`risk`, `dpia`, `aime` or `security`.",
                Kind.CHOICE,
                choices=ASSESSMENT_KINDS,
                is_required=True,
            ),
            Column("status", "State, such as `approved`."),
            _person("approved_by", "Who approved it"),
            Column("approved_on", "Day of approval.", Kind.DATE),
            Column("expires_on", "First day on which it no longer counts.", Kind.DATE),
        ),
        key=("assessment_id",),
    ),
    Register(
        "identities",
        "One row per identity, owner and validity. Landed with users pseudonymised, never seeded.",
        (
            _PLATFORM,
            replace(_IDENTITY_TYPE, is_required=True),
            replace(_IDENTITY_ID, is_required=True),
            _USE_CASE,
            _COST_CENTRE,
            Column("environment", "Environment, where the bill names none."),
            *_VALIDITY,
        ),
        key=("platform", "identity_type", "identity_id"),
        is_landed=True,
    ),
    Register(
        "allocation_rules",
        "One row per rule version. The first rule in force whose matches all hold claims a charge.",
        (
            Column("rule_id", "Rule.", is_required=True),
            Column("rule_version", "Version of the rule.", is_required=True),
            Column("priority", "Rules are tried in ascending order.", Kind.COUNT, is_required=True),
            Column("tier", "1 for charges; empty means 1.", Kind.POSITIVE),
            Column("description", "The rule in a sentence that finance would sign."),
            _match("platform", "the platform"),
            _match("service_category", "the FOCUS ServiceCategory"),
            _match("service_name", "the FOCUS ServiceName"),
            _match("billing_account_id", "the billing account"),
            _match("sub_account_id", "the project, workspace, account or subscription"),
            _match("resource_id", "the resource"),
            _match("charge_category", "the FOCUS ChargeCategory"),
            _match("sku", "the line item, SKU, usage type or meter"),
            _match("api_key_id", "the API key"),
            _match("workflow_id", "the workflow"),
            _match("environment", "the environment"),
            _match("model", "the model"),
            _match("cost_centre", "the sending cost centre of a tier over 1"),
            _match("tag_key", "a tag's key"),
            _match("tag_value", "the value of the matched tag"),
            Column(
                "method", "Who receives.", Kind.CHOICE, choices=METHODS, is_required=True
            ),
            Column("driver_scope", "Platform whose usage is the driver; empty: the pool's own."),
            Column(
                "driver_grain",
                "`day` or `month`; empty means month, for `gateway` day.",
                Kind.CHOICE,
                choices=("day", "month"),
            ),
            Column("split_id", "Split whose rows receive."),
            Column(
                "target_cost_centre",
                "Receiver of the method `fixed`.",
                refers_to="cost_centres",
            ),
            Column(
                "idle_policy",
                "Who pays for idle GPU hours: `spread` (who ran jobs; so does an empty cell) or `central`.",
                Kind.CHOICE,
                choices=("spread", "central"),
            ),
            Column("fallback_method", "Methods tried in order when the driver is zero, with `|`."),
            _person("approved_by", "Who approved the rule"),
            *_VALIDITY,
            _match("cost_basis", "the cost basis", is_optional=True),
            _match("commitment_status", "the FOCUS CommitmentDiscountStatus", is_optional=True),
            _person("rule_owner", "Who keeps the rule", is_optional=True),
            Column("data_source", "Where the driver comes from.", is_optional=True),
            Column("review_cadence", "How often the rule is reviewed.", is_optional=True),
            Column("next_review_on", "Day of the next review.", Kind.DATE, is_optional=True),
        ),
        key=("rule_id",),
    ),
    Register(
        "allocation_splits",
        "One row per receiver of a split and validity; shares sum to 100 at every instant.",
        (
            Column("split_id", "Split.", is_required=True),
            _COST_CENTRE,
            _USE_CASE,
            Column("share_percent", "Share of the receiver in per cent.", Kind.PERCENT),
            *_VALIDITY,
        ),
        key=("split_id", "cost_centre_code", "use_case_id"),
    ),
    Register(
        "exceptions",
        "One row per exception, with its approver and its end. Landed with users pseudonymised, never seeded.",
        (
            Column("exception_id", "Exception.", is_required=True),
            _PLATFORM,
            _IDENTITY_TYPE,
            _IDENTITY_ID,
            _COST_CENTRE,
            _USE_CASE,
            Column("reason", "Why."),
            _person("requested_by", "Who asked for it"),
            replace(_person("approved_by", "Who approved it"), is_required=True),
            _VALIDITY[0],
            Column(
                "valid_to",
                "First instant after the exception (UTC): none is for ever.",
                Kind.INSTANT,
                is_required=True,
            ),
            Column(
                "exception_kind",
                "`ownership`, `governance` or `dispute`; empty means ownership.",
                Kind.CHOICE,
                choices=("ownership", "governance", "dispute"),
                is_optional=True,
            ),
            Column("dispute_id", "Dispute that the exception settles.", is_optional=True),
        ),
        key=("exception_id",),
        is_single=True,
        is_landed=True,
    ),
    Register(
        "invoices",
        "One row per invoice, currency and billing period, without VAT.",
        (
            Column("provider", "Platform that invoices.", is_required=True),
            Column("billing_account_id", "Billing account; else the platform's name."),
            Column("billing_period", "Month that is billed, YYYY-MM.", Kind.MONTH, is_required=True),
            Column("invoice_id", "Number of the invoice."),
            _REQUIRED_CURRENCY,
            Column("amount", "Amount without VAT.", Kind.AMOUNT, is_required=True),
            Column(
                "invoice_kind",
                "`usage` or `purchase`; empty means usage.",
                Kind.CHOICE,
                choices=("usage", "purchase"),
                is_optional=True,
            ),
        ),
        key=("provider", "billing_account_id", "billing_period", "invoice_id", "currency"),
    ),
    Register(
        "credit_purchases",
        "One row per purchase of prepaid credit: a top-up, or a contract's prepayment.",
        (
            Column(
                "contract_id",
                "Contract or pot that the credit belongs to; its purchases share platform, account and currency.",
                is_required=True,
            ),
            Column("platform", "Platform whose charges the credit pays.", is_required=True),
            Column("billing_account_id", "Billing account; else the platform's name."),
            Column("invoice_id", "Invoice of the purchase."),
            Column("purchased_on", "First day on which it pays.", Kind.DATE, is_required=True),
            Column(
                "expires_on", "First day on which it no longer pays; empty means never.", Kind.DATE
            ),
            Column("amount", "Credit that was bought, without VAT.", Kind.COST, is_required=True),
            _REQUIRED_CURRENCY,
        ),
        key=("contract_id", "purchased_on", "invoice_id"),
        is_single=True,
        is_optional=True,
    ),
    Register(
        "disputes",
        "One row per dispute of a ledger entry.",
        (
            Column("dispute_id", "Dispute.", is_required=True),
            Column("allocation_id", "Entry of the ledger that is disputed.", is_required=True),
            Column(
                "cost_centre_code", "Cost centre that disputes it.", refers_to="cost_centres"
            ),
            _person("raised_by", "Who raised it"),
            Column("raised_on", "Day on which it was raised.", Kind.DATE, is_required=True),
            Column("reason", "Why."),
            Column(
                "status",
                "`open`, `accepted`, `rejected` or `withdrawn`.",
                Kind.CHOICE,
                choices=DISPUTE_STATUSES,
                is_required=True,
            ),
            Column("resolved_on", "Day on which it was settled; empty while open.", Kind.DATE),
            Column("exception_id", "Exception that carries the settlement."),
        ),
        key=("dispute_id",),
        is_single=True,
        is_optional=True,
    ),
    Register(
        "fx_rates",
        "One row per month and pair of currencies.",
        (
            _MONTH,
            Column("from_currency", "Currency of the bill.", Kind.CURRENCY, is_required=True),
            Column("to_currency", "Reporting currency.", Kind.CURRENCY, is_required=True),
            Column(
                "rate", "Units of `to_currency` for one of `from_currency`.", Kind.RATE, is_required=True
            ),
            Column("source", "Where the rate comes from."),
        ),
        key=("month", "from_currency", "to_currency"),
    ),
    Register(
        "budgets",
        "One row per cost centre or use case and month.",
        (
            _COST_CENTRE,
            _USE_CASE,
            _MONTH,
            Column("amount", "Budget of the month.", Kind.COST, is_required=True),
            _REQUIRED_CURRENCY,
        ),
        key=("cost_centre_code", "use_case_id", "month"),
    ),
    Register(
        "known_events",
        "One row per event that explains a change of cost.",
        (
            _PLATFORM,
            Column(
                "cost_centre_code",
                "Cost centre; empty means every one.",
                refers_to="cost_centres",
            ),
            Column("reason", "What happens, in words.", is_required=True),
            *_VALIDITY,
        ),
        key=("platform", "cost_centre_code", "reason"),
        is_optional=True,
    ),
    Register(
        "accepted_deliveries",
        "One row per delivery and expectation that it does not meet, and is accepted all the same.",
        (
            Column("delivery_id", "Delivery, as its quarantine names it.", is_required=True),
            Column("expectation", "Expectation that it does not meet.", is_required=True),
            replace(_person("accepted_by", "Who accepts it"), is_required=True),
            Column("accepted_on", "Day of acceptance.", Kind.DATE, is_required=True),
            Column("reason", "Why it is true all the same.", is_required=True),
        ),
        key=("delivery_id", "expectation"),
        is_single=True,
        is_optional=True,
    ),
    Register(
        "outcomes",
        "One row per use case and month.",
        (
            replace(_USE_CASE, is_required=True),
            _MONTH,
            Column("outcomes", "Outcomes of the month.", Kind.COUNT),
            Column("accepted_outcomes", "Outcomes that people accepted.", Kind.COUNT),
            Column("human_minutes_per_outcome", "Minutes of work per outcome.", Kind.COST),
            Column(
                "handling_minutes_per_outcome",
                "Minutes from start to end of an outcome.",
                Kind.COST,
                is_optional=True,
            ),
            Column("quality_score", "Quality, on the company's own scale.", Kind.COST, is_optional=True),
            Column(
                "outcome_value",
                "Worth of the month's outcomes in reporting currency.",
                Kind.COST,
                is_optional=True,
            ),
        ),
        key=("use_case_id", "month"),
    ),
    Register(
        "model_prices",
        "One row per list price and validity.",
        (
            Column("provider", "Platform that sells the model.", is_required=True),
            Column("model", "Model id as bill and usage name it.", is_required=True),
            Column(
                "token_type",
                "Kind of token.",
                Kind.CHOICE,
                choices=TOKEN_TYPES,
                is_required=True,
            ),
            *_PRICE,
            Column("service_tier", "Service tier; empty means any."),
            Column("context_window", "Context window; empty means any."),
            *_VALIDITY,
            Column("model_class", "Class of the model, such as `small`.", is_optional=True),
        ),
        key=("provider", "model", "token_type", "service_tier", "context_window"),
    ),
    Register(
        "tariffs",
        "One row per agreed price and validity: seats, credits, GPU hours.",
        (
            Column("platform", "Platform that is priced.", is_required=True),
            Column("sku", "What is priced, as the source names it.", is_required=True),
            *_PRICE,
            *_VALIDITY,
        ),
        key=("platform", "sku", "currency"),
    ),
    Register(
        "overlaps",
        "One row per pattern of an overlap set: charges, or usage, that tell of the same purchase.",
        (
            Column("overlap_set", "Overlap set.", is_required=True),
            Column(
                "side",
                "`counted`: these rows count; `kept`: these do not, in months in which counted ones are there.",
                Kind.CHOICE,
                choices=OVERLAP_SIDES,
                is_required=True,
            ),
            _match("platform", "the platform"),
            _match("source_table", "the source's table, `platform__table`"),
            _match("service_name", "the FOCUS ServiceName"),
            _match("sku", "the line item, SKU, usage type or meter"),
            _match("sub_account_id", "the project, workspace, account, subscription or cluster"),
            _match("resource_id", "the resource"),
            Column(
                "match_metric",
                f"Pattern for the metric; filled in means usage, empty means charges. {_PATTERN}",
            ),
            *_VALIDITY,
            Column(
                "must_share",
                "What a row of the kept side must share with a row of the counted side, beside the month.",
                Kind.CHOICE,
                choices=OVERLAP_SHARED,
                is_optional=True,
            ),
        ),
        key=(
            "overlap_set", "side", "match_platform", "match_source_table", "match_service_name", "match_sku",
            "match_sub_account_id", "match_resource_id", "match_metric",
        ),
        is_optional=True,
        defaults="default_overlaps.csv",
    ),
    Register(
        "audiences",
        "One row per audience: who is told of what, and where.",
        (
            Column(
                "audience_id",
                "Audience; of kind `person` the person_id that other registers name.",
                Kind.PERSON,
                is_required=True,
            ),
            Column(
                "kind",
                "`finops` (money and close), `operations` (feeds and builds), `department` or `person`.",
                Kind.CHOICE,
                choices=AUDIENCE_KINDS,
                is_required=True,
            ),
            Column(
                "department_code",
                "Department of an audience of that kind; empty for the others.",
                refers_to="departments",
            ),
            Column("access_group", "Group of the company's directory that may read its figures."),
            Column(
                "notify_target",
                "Name of the environment variable that holds its apprise addresses; empty: nobody is told.",
            ),
        ),
        key=("audience_id",),
        is_single=True,
        is_optional=True,
    ),
    Register(
        "policy",
        "One row per setting and validity.",
        (
            Column("setting", "Name of the setting.", is_required=True),
            Column("value", "Its value; lists with `|`."),
            *_VALIDITY,
        ),
        key=("setting",),
    ),
)  # fmt: skip


def register_named(name: str) -> Register:
    """The declared register of that name; raises KeyError."""
    for declared in REGISTERS:
        if declared.name == name:
            return declared
    raise KeyError(f"no register is called {name}")
