"""The registers of Hartwell Mutual: who owns what, by which rules, and what finance knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sample import (
    anthropic,
    assistant,
    aws,
    aws_estate,
    azure,
    chatgpt,
    databricks,
    focus,
    gcp,
    github_copilot,
    kubernetes,
    langfuse,
    litellm,
    m365_copilot,
    openai_keys,
    slurm,
    snowflake,
    usage_files,
)
from sample.company import (
    COST_CENTRES,
    DEPARTMENTS,
    KEY_MOVED,
    PROGRAMME_COST_CENTRE,
    REGISTERED,
    STAGES,
    USE_CASES,
    first_use,
    people,
)
from sample.demand import END_DAY, FIRST_DAY, chance, months_between
from sample.files import Folder, month_starts, opaque
from sample.prices import PRICES
from sample.register_files import write_register
from sample.totals import Totals

Row = dict[str, object]

# The register began with the programme: what ran before these days had no owner on record.
UNDERWRITING_REGISTERED = "2025-08-18"
MARKETING_REGISTERED = "2025-09-22"
# The people team's use case was retired a month before its key was switched off.
PEOPLE_KEY_ENDED = "2026-06-01"

# What a month was expected to cost where experience has taught otherwise than the first guess.
EXPECTED_COSTS = {
    "UC-001": "9800", "UC-002": "2600", "UC-004": "4600", "UC-006": "2700", "UC-012": "2400",
    "UC-013": "900", "UC-014": "2000", "UC-015": "1400", "UC-017": "1400", "UC-018": "4200",
    "UC-020": "500", "UC-021": "620", "UC-022": "5600", "UC-025": "1200", "UC-029": "700",
}  # fmt: skip
UNFINISHED = "UC-031"
# Use cases for which nobody was named, and the one whose usage owner has left since.
WITHOUT_PERFORMANCE_OWNER = {"UC-025", "UC-029", UNFINISHED}
WITHOUT_USAGE_OWNER = {"UC-029", UNFINISHED}
USAGE_OWNER_LEFT = "UC-005"
BENEFITING = {
    "UC-006": "CC-215|CC-230",
    "UC-012": "CC-310|CC-330",
    "UC-015": "CC-310|CC-330",
    "UC-020": "",
    UNFINISHED: "",
}


class Staff:
    """Who signs for what: person ids by cost centre."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.everyone = people(seed)

    def of(self, cost_centre: str, position: int = 0) -> str:
        """Return the id of somebody of a cost centre, the same one each time."""
        members = sorted(
            {person.person_id for person in self.everyone if person.cost_centre == cost_centre}
        )
        return members[position % len(members)]


def _audiences(head_centre: dict[str, str], staff: Staff) -> Iterator[Row]:
    """Yield who is told: two teams, every department, and the few people who asked to be told themselves."""
    for team in ("finops", "operations"):
        yield {
            "audience_id": team,
            "kind": team,
            "access_group": f"ai-cost-{team}",
            "notify_target": f"CHARGEBACK_NOTIFY_{team.upper()}",
        }
    for department in sorted(head_centre):
        yield {
            "audience_id": f"department-{department.lower()}",
            "kind": "department",
            "department_code": department,
            "access_group": f"ai-cost-{department.lower()}",
            "notify_target": f"CHARGEBACK_NOTIFY_{department}",
        }
    for person in (staff.of(head_centre["CLM"], 1), staff.of("CC-520", 2)):
        yield {
            "audience_id": person,
            "kind": "person",
            "notify_target": f"CHARGEBACK_NOTIFY_{person}",
        }


def _organisation(folder: Folder, staff: Staff) -> None:
    head_centre = {centre.department: centre.code for centre in reversed(COST_CENTRES)}
    write_register(
        folder,
        "departments",
        (
            {
                "department_code": entry.code,
                "department_name": entry.name,
                "division": entry.division,
                "head_person_id": staff.of(head_centre[entry.code], 1),
                "chargeback_from": entry.chargeback_from,
                "valid_from": entry.valid_from,
                "valid_to": entry.valid_to,
            }
            for entry in DEPARTMENTS
        ),
    )
    write_register(
        folder,
        "cost_centres",
        (
            {
                "cost_centre_code": entry.code,
                "cost_centre_name": entry.name,
                "department_code": entry.department,
                "gl_account": entry.gl_account,
                "is_shared_service": str(entry.tier is not None).lower(),
                "tier": entry.tier,
                "successor_code": entry.successor,
                "valid_from": entry.valid_from,
                "valid_to": entry.valid_to,
            }
            for entry in COST_CENTRES
        ),
    )
    write_register(folder, "audiences", _audiences(head_centre, staff))
    write_register(
        folder,
        "people",
        (
            {
                "person_id": person.person_id,
                "email": person.email,
                "cost_centre_code": person.cost_centre,
                "valid_from": person.valid_from,
                "valid_to": person.valid_to,
            }
            for person in staff.everyone
        ),
    )


# What a month brought before AI; elsewhere nobody counted.
BASELINE_VOLUMES = {"UC-007": 320, "UC-011": 5_600, "UC-016": 70}


def _use_cases(folder: Folder, staff: Staff) -> None:
    write_register(
        folder,
        "use_cases",
        (
            {
                "use_case_id": entry.code,
                "use_case_name": entry.name,
                "cost_centre_code": entry.cost_centre,
                "business_owner_id": ""
                if entry.code == UNFINISHED
                else staff.of(entry.cost_centre),
                "performance_owner_id": ""
                if entry.code in WITHOUT_PERFORMANCE_OWNER
                else staff.of(entry.cost_centre, 1),
                "usage_owner_id": ""
                if entry.code in WITHOUT_USAGE_OWNER
                else staff.of(entry.cost_centre, 3 if entry.code == USAGE_OWNER_LEFT else 2),
                "purpose": entry.purpose,
                "data_classification": entry.data_class,
                "outcome_unit": entry.outcome_unit,
                "baseline_cost_per_outcome": entry.baseline_cost,
                "value_per_outcome": entry.value,
                "expected_monthly_cost": EXPECTED_COSTS.get(entry.code, entry.expected_cost),
                "currency": "GBP",
                "valid_from": first_use(entry.code),
                "benefiting_cost_centres": BENEFITING.get(entry.code, entry.cost_centre),
                "baseline_outcomes_per_month": BASELINE_VOLUMES.get(entry.code),
                "baseline_minutes_per_outcome": 4 + int(Decimal(entry.baseline_cost) / 2)
                if entry.baseline_cost
                else "",
            }
            for entry in USE_CASES
        ),
        with_optional=True,
    )
    write_register(
        folder,
        "use_case_stages",
        (
            {
                "use_case_id": entry.use_case,
                "stage": entry.stage,
                "sandbox_cap": entry.cap,
                "sandbox_days": entry.days,
                "chargeback_from": entry.chargeback_from,
                "approved_by": staff.of(PROGRAMME_COST_CENTRE) if entry.approved else "",
                "valid_from": entry.valid_from,
                "valid_to": entry.valid_to,
            }
            for entry in STAGES
        ),
    )
    write_register(folder, "assessments", _assessments(staff))


def _assessments(staff: Staff) -> Iterator[Row]:
    """Yield the assessments; two are overdue, one was refused and one is missing."""
    number = 0
    for entry in USE_CASES:
        if entry.code == UNFINISHED:
            continue
        kinds = (
            ["risk", "security"]
            if entry.data_class in {"public", "internal", "confidential"}
            else ["risk", "dpia"]
        )
        if entry.data_class == "special category":
            kinds.append("aime")
        for kind in kinds:
            if (entry.code, kind) == ("UC-014", "dpia"):
                continue
            number += 1
            approved = first_use(entry.code).replace(day=1)
            status = {("UC-030", "dpia"): "rejected", ("UC-029", "risk"): "draft"}.get(
                (entry.code, kind), "approved"
            )
            signed = status == "approved"
            term = 1 if entry.code in {"UC-001", "UC-011"} else 2
            yield {
                "assessment_id": f"A-{number:03d}",
                "use_case_id": entry.code,
                "kind": kind,
                "status": status,
                "approved_by": staff.of("CC-350", number) if signed else "",
                "approved_on": approved if signed else "",
                "expires_on": approved.replace(year=approved.year + term) if signed else "",
            }


def _key(
    name: str,
    use_case: str = "",
    cost_centre: str = "",
    valid_from: str = REGISTERED,
    valid_to: str = "",
) -> Row:
    key_id = next(workload.key_id for workload in openai_keys.WORKLOADS if workload.name == name)
    return _identity(
        "openai", "api_key", key_id, use_case, cost_centre, "production", valid_from, valid_to
    )


def _claude_key(name: str, use_case: str, valid_from: str = REGISTERED) -> Row:
    key_id = next(workload.key_id for workload in anthropic.WORKLOADS if workload.name == name)
    return _identity("anthropic", "api_key", key_id, use_case, "", "production", valid_from)


def _identity(
    platform: str,
    kind: str,
    identity_id: object,
    use_case: str = "",
    cost_centre: str = "",
    environment: str = "",
    valid_from: str = REGISTERED,
    valid_to: str = "",
) -> Row:
    return {
        "platform": platform,
        "identity_type": kind,
        "identity_id": identity_id,
        "use_case_id": use_case,
        "cost_centre_code": cost_centre,
        "environment": environment,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }


def _identities(seed: int) -> Iterator[Row]:
    yield _key("motor-triage", "UC-001")
    yield _key("home-summaries", "UC-002")
    yield _key("fnol-voice", "UC-004", valid_from="2026-02-02")
    yield _key("estimate-photos", "UC-005", valid_from="2025-11-10")
    yield _key("supplier-invoices", "UC-006")
    yield _key("bundle-reader", cost_centre="CC-210", valid_from="2025-10-01", valid_to=KEY_MOVED)
    yield _key("bundle-reader", "UC-017", "CC-340", valid_from=KEY_MOVED)
    yield _key("reply-drafts", "UC-011")
    yield _key("call-summaries", "UC-012")
    yield _key("complaint-letters", "UC-013")
    yield _key("web-chat", "UC-014")
    yield _key("knowledge-index", "UC-015", "CC-330")
    yield _key("campaign-copy", "UC-028", valid_from=MARKETING_REGISTERED)
    yield _key("management-commentary", "UC-021")
    yield _key("spend-classification", "UC-023")
    yield _key("submission-intake", "UC-007", valid_from=UNDERWRITING_REGISTERED)
    yield _key("renewal-notes", "UC-008", valid_from=UNDERWRITING_REGISTERED)
    yield _key("test-generation", "UC-025")
    yield _key("service-desk", "UC-026")
    yield _key("people-queries", "UC-030", valid_to=PEOPLE_KEY_ENDED)
    for project, use_case, cost_centre in (
        ("claims-assist", "", "CC-210"),
        ("customer-care", "", "CC-310"),
        ("knowledge-search", "UC-015", ""),
        ("engineering", "", "CC-520"),
        ("finance-reporting", "", "CC-410"),
        # Somebody began this row and never finished it.
        ("default", "", ""),
    ):
        yield _identity("openai", "project", opaque("proj_", project), use_case, cost_centre)
    for workflow, key_name, _ in usage_files.WORKFLOWS:
        owner = {
            "motor-triage": "UC-001",
            "call-summaries": "UC-012",
            "submission-intake": "UC-007",
        }
        yield _identity("openai", "workflow", workflow, owner.get(key_name, "UC-021"))
    # Registered for a launch that never came.
    yield _identity("openai", "workflow", "wf-complaint-letters", "UC-013")

    yield _claude_key("fraud-signals", "UC-003")
    yield _claude_key("fraud-screening", "UC-003")
    yield _claude_key("contract-review", "UC-016")
    yield _claude_key("bundle-search", "UC-017")
    yield _claude_key("coding-agents", "UC-024")
    yield _claude_key("code-review", "UC-024", "2026-02-09")
    yield _claude_key("reserving-batch", "UC-022")
    yield _claude_key("reserving-checks", "UC-022")
    yield _claude_key("conduct-monitoring", "UC-018")
    yield _claude_key("horizon-scan", "UC-019")
    yield _claude_key("incident-notes", "UC-020", "2026-01-15")
    yield _claude_key("alert-triage", "UC-027")
    yield _claude_key("broker-answers", "UC-029", "2026-06-15")
    yield _claude_key("survey-assistant", "UC-009", "2026-04-20")
    for workspace, use_case, cost_centre in (
        ("legal-review", "", "CC-340"),
        ("actuarial", "UC-022", ""),
        ("risk-and-conduct", "", "CC-350"),
        ("security", "", "CC-550"),
    ):
        workspace_id = next(
            space.workspace_id for space in anthropic.WORKSPACES if space.name == workspace
        )
        yield _identity("anthropic", "workspace", workspace_id, use_case, cost_centre)

    for team, use_case, cost_centre in (
        ("underwriting-lab", "", "CC-120"),
        ("digital-service", "UC-014", ""),
        ("operational-risk", "UC-020", ""),
        ("people-team", "", "CC-710"),
        ("procurement", "UC-023", ""),
    ):
        team_id = next(entry.team_id for entry in litellm.TEAMS if entry.alias == team)
        yield _identity("litellm", "team", team_id, use_case, cost_centre, valid_from="2026-01-15")

    for account, cost_centre in (
        (aws_estate.CLAIMS, "CC-210"),
        (aws_estate.PRICING, "CC-130"),
        (aws_estate.SHARED, "CC-540"),
        (aws_estate.LEGAL, "CC-340"),
    ):
        yield _identity("aws", "account", account, "", cost_centre)
    yield _identity("aws", "tag", "team=data-platform", "", "CC-530")
    yield _identity(
        "aws",
        "resource",
        aws_estate.profile(aws_estate.DIGITAL, "call-quality"),
        "UC-018",
        "",
        "production",
        "2026-01-20",
    )
    engineers = next(use for use in aws_estate.MODEL_USES if use.name == "engineering-trials")
    yield _identity(
        "aws",
        "role",
        aws_estate.role_arn(engineers.account, engineers.role),
        "",
        "CC-520",
        "sandbox",
        "2026-09-01",
    )

    yield _identity("aws", "namespace", "ranking", "UC-010", "")
    yield _identity("aws", "namespace", "claims-embeddings", "", "CC-210")

    for subscription, cost_centre in ((azure.CLAIMS, "CC-210"), (azure.SCIENCE, "CC-130")):
        yield _identity("azure", "account", subscription, "", cost_centre)
        # The FOCUS export writes the subscription as a path.
        yield _identity("azure", "account", f"/subscriptions/{subscription}", "", cost_centre)
    claims_account = azure.account_path(azure.CLAIMS, "oai-claims").lower()
    yield _identity("azure", "resource", claims_account, "UC-001", "", "production")
    yield _identity("azure", "endpoint", "oai-shared/complaints", "UC-013", "")
    yield _identity("azure", "endpoint", "oai-shared/knowledge", "UC-015", "")

    yield _identity("cohere", "account", "cohere-search", "UC-014", "")
    yield _identity("cohere", "account", "cohere-claims", "", "CC-210")

    yield _identity("lumiere", "account", "ws-claims-translation", "UC-006", "CC-230")
    yield _identity("lumiere", "account", "ws-trial-team", "", "CC-735", valid_from="2026-02-09")
    for kind in ("account", "team"):
        yield _identity(
            "brightvoice", kind, "claims-line", "UC-004" if kind == "account" else "", "CC-210"
        )
        yield _identity("brightvoice", kind, "contact-line", "UC-012", "")
        yield _identity("brightvoice", kind, "reception-line", UNFINISHED, "CC-720")
        yield _identity("brightvoice", kind, "broker-line", "", "CC-620")

    for namespace, use_case, cost_centre in (
        ("claims-vision", "UC-005", ""),
        ("reserving-models", "UC-022", ""),
        ("speech", "UC-004", "CC-210"),
    ):
        yield _identity("kubernetes", "namespace", namespace, use_case, cost_centre)
    for project, cost_centre in (("letter-drafts", "CC-320"), ("tender-reader", "CC-430")):
        yield _identity("langfuse", "project", langfuse.project_id(project), "", cost_centre)
    for account, use_case, cost_centre in (
        ("reserving", "UC-022", ""),
        ("catastrophe", "", "CC-420"),
        # The lab moved to the fraud team with the new year.
        ("fraud-lab", "", "CC-130"),
    ):
        ends = "2026-01-01" if account == "fraud-lab" else ""
        yield _identity("slurm", "account", account, use_case, cost_centre, valid_to=ends)
    yield _identity("slurm", "account", "fraud-lab", "UC-003", "", valid_from="2026-01-01")
    for environment, centre in m365_copilot.ENVIRONMENTS.items():
        if centre:
            yield _identity(
                "m365_copilot",
                "workspace",
                m365_copilot.environment_id(environment),
                "",
                centre,
                "production",
            )

    # GitHub knows its users by logins, which no register of people has.
    for holder in github_copilot.holders(seed):
        for version in holder.versions:
            yield _identity(
                "github_copilot",
                "user",
                holder.login,
                "",
                version.cost_centre,
                "",
                version.valid_from,
                version.valid_to,
            )
    for platform, module in (("gcp", gcp), ("snowflake", snowflake), ("databricks", databricks)):
        for row in module.identities():
            yield _identity(platform, "", "") | row


# Where the driver of a method comes from; what needs no driver is kept with the policy itself.
RULE_SOURCES = {
    "active_users": "the activity reports of the assistant",
    "cost": "the bill itself",
    "gateway": "the gateway's request log",
    "gpu_hours": "the job records of the cluster",
    "requests": "the vendor's usage report",
    "seats": "the lists of seats",
    "split": "the agreement of the year",
    "token_volume": "the vendor's usage report",
    "workflow_count": "the run log of the workflow engine",
}
NEXT_REVIEW = "2027-01-15"
# A review that nobody held, and a rule that nobody looks after.
REVIEWS = {"R-020": "2026-09-30", "R-061": ""}


def _rules(staff: Staff) -> Iterator[Row]:
    approver = staff.of("CC-410")
    gateway = {workload.name: workload.key_id for workload in openai_keys.WORKLOADS}
    gateway |= {workload.name: workload.key_id for workload in anthropic.WORKLOADS}

    def rule(
        rule_id: str, priority: int, description: str, method: str, version: int = 1, **more: object
    ) -> Row:
        return {
            "rule_id": rule_id,
            "rule_version": version,
            "priority": priority,
            "tier": 1,
            "description": description,
            "method": method,
            "approved_by": approver,
            "valid_from": REGISTERED,
            "rule_owner": approver if REVIEWS.get(rule_id, NEXT_REVIEW) else "",
            "data_source": RULE_SOURCES.get(method, ""),
            "review_cadence": "each quarter" if REVIEWS.get(rule_id, NEXT_REVIEW) else "",
            "next_review_on": REVIEWS.get(rule_id, NEXT_REVIEW),
        } | more

    yield rule(
        "R-010",
        10,
        "The gateway's OpenAI key follows what the gateway logged for each day and model",
        "gateway",
        match_platform="openai",
        match_api_key_id=gateway["gateway-prod"],
        driver_scope="litellm",
        driver_grain="day",
        fallback_method="central",
    )
    yield rule(
        "R-011",
        11,
        "The gateway's Claude key follows what the gateway logged for each day and model",
        "gateway",
        match_platform="anthropic",
        match_api_key_id=gateway["gateway-prod-claude"],
        driver_scope="litellm",
        driver_grain="day",
        fallback_method="central",
    )
    yield rule(
        "R-020",
        20,
        "Scale Tier capacity follows all OpenAI tokens of the month",
        "token_volume",
        match_platform="openai",
        match_sku="scale tier*",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-025",
        25,
        "OpenAI credits and refunds without a project follow what OpenAI charged",
        "cost",
        match_platform="openai",
        match_sku="credit*|refund*",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-030",
        30,
        "The playground is for learning: the programme pays",
        "central",
        match_platform="openai",
        match_sub_account_id=opaque("proj_", "playground"),
    )
    yield rule(
        "R-040",
        40,
        "AWS support follows what AWS charged to owners",
        "cost",
        match_platform="aws",
        match_service_name="*support*",
        driver_grain="month",
        fallback_method="split|central",
        split_id="S-CLOUD",
    )
    yield rule(
        "R-041",
        41,
        "Tax follows the cost that it was charged on",
        "cost",
        match_platform="aws",
        match_charge_category="Tax",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-042",
        42,
        "AWS credits and discounts follow what AWS charged to owners",
        "cost",
        match_platform="aws",
        match_charge_category="Credit",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-044",
        44,
        "What is not used of a savings plan belongs to those who manage it",
        "fixed",
        match_platform="aws",
        match_commitment_status="Unused",
        target_cost_centre="CC-540",
    )
    yield rule(
        "R-045",
        45,
        "The GPU savings plan is shared by those who agreed to it",
        "split",
        match_platform="aws",
        match_sku="*EC2SP:*",
        split_id="S-GPU",
        valid_to="2026-04-01",
    )
    yield rule(
        "R-045",
        45,
        "The GPU savings plan is shared by those who agreed to it, as renegotiated",
        "split",
        version=2,
        match_platform="aws",
        match_sku="*EC2SP:*",
        split_id="S-GPU",
        valid_from="2026-04-01",
    )
    yield rule(
        "R-046",
        46,
        "The GPU hosts follow the jobs that ran on them; the programme pays for idle hours",
        "gpu_hours",
        match_platform="aws",
        match_sku="*BoxUsage:g5.12xlarge",
        idle_policy="central",
        fallback_method="central",
    )
    yield rule(
        "R-052",
        52,
        "OpenRouter names no keys: its bill follows the tokens that Langfuse traced",
        "token_volume",
        match_platform="openrouter",
        driver_scope="langfuse",
        fallback_method="central",
    )
    yield rule(
        "R-055",
        55,
        "Lessons on the Slurm cluster follow the jobs that ran on it; the programme pays for idle hours",
        "gpu_hours",
        match_platform="slurm",
        match_sku="a100_1g*",
        idle_policy="central",
        fallback_method="central",
    )
    yield rule(
        "R-047",
        47,
        "The orchestrator's functions follow the runs of its workflows",
        "workflow_count",
        match_platform="aws",
        match_sku="*Lambda*",
        driver_scope="openai",
        target_cost_centre="CC-540",
        fallback_method="fixed",
    )
    yield rule(
        "R-048",
        48,
        "Storage, network and monitoring belong to infrastructure",
        "fixed",
        match_platform="aws",
        match_sku="*TimedStorage*|*MetricMonitor*|*NatGateway*",
        target_cost_centre="CC-540",
    )
    yield rule(
        "R-050",
        50,
        "Lumière's platform fee is shared by contract",
        "split",
        match_platform="lumiere",
        match_service_name="Lumière Platform",
        split_id="S-LUMIERE",
    )
    yield rule(
        "R-060",
        60,
        "BrightVoice's platform fee follows the calls of each line",
        "requests",
        match_platform="brightvoice",
        match_charge_category="Purchase",
        match_sku="platform",
        driver_grain="month",
        fallback_method="even|central",
        split_id="S-VOICE",
    )
    yield rule(
        "R-061",
        61,
        "BrightVoice's minimum spend is shared evenly by the lines",
        "even",
        match_platform="brightvoice",
        match_sku="minimum",
        split_id="S-VOICE",
    )
    yield rule(
        "R-070",
        70,
        "What Anthropic billed and did not meter follows what it billed to owners",
        "cost",
        match_platform="anthropic",
        match_cost_basis="unmetered",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-080",
        80,
        "Quillmate's seats belong to whoever holds them, used or not",
        "seats",
        match_platform="quillmate",
        match_service_name="Quillmate Seats",
    )
    yield rule(
        "R-081",
        81,
        "Quillmate's briefings are for those who open them; where that is unknown, for seats",
        "active_users",
        match_platform="quillmate",
        match_service_name="Quillmate Briefings",
        fallback_method="seats|central",
    )
    yield rule(
        "R-085",
        85,
        "ChatGPT seats belong to whoever holds them, day by day",
        "seats",
        match_platform="chatgpt",
        match_service_name="ChatGPT Seats",
        fallback_method="central",
    )
    yield rule(
        "R-086",
        86,
        "Copilot licences are shared as agreed while their holders' names are hidden",
        "split",
        match_platform="m365_copilot",
        match_service_name="Microsoft 365 Copilot Seats",
        split_id="S-M365",
        valid_to=m365_copilot.FIRST_PLAIN_NAMES,
    )
    yield rule(
        "R-086",
        86,
        "Copilot licences belong to whoever holds them, day by day",
        "seats",
        version=2,
        match_platform="m365_copilot",
        match_service_name="Microsoft 365 Copilot Seats",
        fallback_method="central",
        valid_from=m365_copilot.FIRST_PLAIN_NAMES,
    )
    yield rule(
        "R-090",
        90,
        "Copilot seats belong to whoever holds them, day by day",
        "seats",
        match_platform="github_copilot",
        match_service_name="GitHub Copilot Seats",
        fallback_method="central",
    )
    yield rule(
        "R-091",
        91,
        "Reviews that GitHub starts by itself follow those who use Copilot",
        "active_users",
        match_platform="github_copilot",
        match_model="copilot code review",
        fallback_method="seats|central",
    )
    yield rule(
        "R-092",
        92,
        "What else GitHub meters belongs to software engineering",
        "fixed",
        match_platform="github_copilot",
        match_service_category="Developer Tools",
        target_cost_centre="CC-520",
    )
    yield rule(
        "R-110",
        110,
        "The shared Azure OpenAI account follows the requests to its deployments",
        "requests",
        match_platform="azure",
        match_resource_id="*/accounts/oai-shared",
        driver_grain="month",
        fallback_method="central",
    )
    yield rule(
        "R-111",
        111,
        "What is not used of reserved throughput belongs to those who manage it",
        "fixed",
        match_platform="azure",
        match_commitment_status="Unused",
        target_cost_centre="CC-540",
    )
    yield rule(
        "R-112",
        112,
        "Azure's log storage belongs to infrastructure",
        "fixed",
        match_platform="azure",
        match_sku="Analytics Logs*",
        target_cost_centre="CC-540",
    )
    for module in (gcp, snowflake, databricks):
        for row in module.rules():
            yield rule(**{"description": "", "method": ""} | row)
    yield rule("R-500", 500, "Everything else belongs to the owner of its identity", "owner")
    yield rule(
        "T-210",
        10,
        "The data platform is paid for by the tokens of those who use each platform",
        "token_volume",
        tier=2,
        match_cost_centre="CC-530",
        fallback_method="cost|central",
    )
    yield rule(
        "T-310",
        10,
        "Service desk and infrastructure are shared as agreed for the year",
        "split",
        tier=3,
        match_cost_centre="CC-540",
        split_id="S-DESK",
    )


SPLITS = [
    ("S-GPU", "CC-130", "UC-010", "70", REGISTERED, "2026-04-01"),
    ("S-GPU", "CC-530", "", "30", REGISTERED, "2026-04-01"),
    ("S-GPU", "CC-130", "UC-010", "55.5", "2026-04-01", ""),
    ("S-GPU", "CC-530", "", "24.5", "2026-04-01", ""),
    ("S-GPU", "CC-420", "", "20", "2026-04-01", ""),
    ("S-CLOUD", "CC-530", "", "33.34", REGISTERED, ""),
    ("S-CLOUD", "CC-540", "", "33.33", REGISTERED, ""),
    ("S-CLOUD", "CC-130", "", "33.33", REGISTERED, ""),
    ("S-LUMIERE", "CC-230", "UC-006", "50", REGISTERED, ""),
    ("S-LUMIERE", "CC-350", "UC-018", "30", REGISTERED, ""),
    ("S-LUMIERE", "CC-130", "", "20", REGISTERED, ""),
    ("S-VOICE", "CC-210", "", "25", REGISTERED, ""),
    ("S-VOICE", "CC-310", "UC-012", "50", REGISTERED, ""),
    ("S-VOICE", "CC-620", "", "25", REGISTERED, ""),
    ("S-M365", "CC-120", "", "15", REGISTERED, ""),
    ("S-M365", "CC-210", "", "25", REGISTERED, ""),
    ("S-M365", "CC-310", "", "30", REGISTERED, ""),
    ("S-M365", "CC-410", "", "30", REGISTERED, ""),
    ("S-DESK", "CC-110", "", "17.5", REGISTERED, ""),
    ("S-DESK", "CC-210", "", "22.5", REGISTERED, ""),
    ("S-DESK", "CC-310", "UC-012", "20", REGISTERED, ""),
    ("S-DESK", "CC-410", "", "10", REGISTERED, ""),
    ("S-DESK", "CC-520", "", "30", REGISTERED, ""),
]


def _policy_registers(folder: Folder, staff: Staff) -> None:
    write_register(folder, "identities", _identities(staff.seed))
    write_register(folder, "allocation_rules", _rules(staff), with_optional=True)
    write_register(
        folder,
        "allocation_splits",
        (
            {
                "split_id": split,
                "cost_centre_code": centre,
                "use_case_id": use_case,
                "share_percent": share,
                "valid_from": since,
                "valid_to": until,
            }
            for split, centre, use_case, share, since, until in SPLITS
        ),
    )
    tests_key = next(
        workload.key_id for workload in openai_keys.WORKLOADS if workload.name == "test-generation"
    )
    write_register(
        folder,
        "exceptions",
        [
            {
                "exception_id": "E-001",
                "platform": "openai",
                "identity_type": "api_key",
                "identity_id": tests_key,
                "cost_centre_code": "CC-530",
                "reason": "Key lent to the data platform for its migration",
                "requested_by": staff.of("CC-520"),
                "approved_by": staff.of("CC-410"),
                "valid_from": "2026-03-01",
                "valid_to": "2026-04-01",
                "exception_kind": "ownership",
            },
            {
                "exception_id": "E-002",
                "use_case_id": "UC-014",
                "reason": "Assessment under way, approved by the risk committee",
                "requested_by": staff.of("CC-330"),
                "approved_by": staff.of("CC-360"),
                "valid_from": "2026-04-01",
                "valid_to": "2026-12-31",
                "exception_kind": "governance",
            },
        ],
        with_optional=True,
    )
    settings = [
        ("reporting_currency", "GBP"),
        ("cost_centre_tag_keys", "cost_centre|cost-centre|costcentre|cost_center"),
        ("use_case_tag_keys", "use_case|use-case|usecase"),
        ("feature_tag_keys", "feature|app|job|service.name"),
        ("programme_cost_centre", PROGRAMME_COST_CENTRE),
        ("unallocated_warn_share", "0.05"),
        ("unallocated_error_share", "0.20"),
        ("sandbox_days", "90"),
        ("clearing_account", "219900"),
        ("rate_variance_band", "0.20"),
        ("fiscal_year_start_month", "4"),
        ("min_showback_months", "3"),
        ("expected_cost_tolerance", "0.10"),
        ("required_assessments.personal", "risk|dpia"),
        ("required_assessments.special category", "risk|dpia|aime"),
        ("required_assessments.confidential", "risk|security"),
        ("human_cost_per_hour", "31.50"),
        ("dispute_contact", "finance-systems"),
        ("dispute_days", "20"),
        ("token_weight.cached_input", "0.1"),
        ("token_weight.cache_write", "1.25"),
        ("token_weight.cache_write_1h", "2"),
        ("token_weight.output", "5"),
    ]
    rows: list[Row] = [
        {"setting": setting, "value": value, "valid_from": REGISTERED}
        for setting, value in settings
    ]
    # Strict at first; since January a sponsor pays what a sandbox spends beyond its cap or time.
    rows.append(
        {
            "setting": "sandbox_over_cap",
            "value": "unallocated",
            "valid_from": REGISTERED,
            "valid_to": "2026-01-01",
        }
    )
    rows.append({"setting": "sandbox_over_cap", "value": "sponsor", "valid_from": "2026-01-01"})
    write_register(folder, "policy", rows)


def _finance_registers(folder: Folder, totals: Totals, seed: int) -> None:
    months = month_starts(FIRST_DAY, END_DAY)
    write_register(folder, "invoices", _invoices(totals, seed), with_optional=True)
    write_register(folder, "credit_purchases", CREDIT_PURCHASES)
    write_register(
        folder,
        "fx_rates",
        (
            {
                "month": f"{month:%Y-%m}",
                "from_currency": currency,
                "to_currency": "GBP",
                "rate": Decimal(base)
                + Decimal(int(chance(seed, "fx", currency, month).random() * 300) - 150) / 10_000,
                "source": "Group treasury, month-end",
            }
            for month in months
            for currency, base in (("USD", "0.7514"), ("EUR", "0.8672"))
        ),
    )
    write_register(folder, "budgets", _budgets(months[0]))
    write_register(folder, "known_events", KNOWN_EVENTS)
    write_register(folder, "outcomes", _outcomes(months, seed))
    prices: list[Row] = [
        {
            "provider": price.provider,
            "model": price.model,
            "token_type": price.token_type,
            "price": price.price,
            "per_units": price.per_units,
            "unit": price.unit,
            "currency": price.currency,
            "service_tier": price.service_tier,
            "context_window": price.context_window,
            "valid_from": price.valid_from,
            "valid_to": price.valid_to,
            "model_class": "small" if "mini" in price.model or "haiku" in price.model else "",
        }
        for price in [
            *PRICES,
            *aws_estate.prices(),
            *azure.prices(),
            *focus.prices(),
            *gcp.prices(),
        ]
    ]
    write_register(folder, "model_prices", prices, with_optional=True)
    write_register(
        folder,
        "tariffs",
        [
            *_gpu_tariffs(),
            _tariff(
                "github_copilot", "copilot_for_business", github_copilot.SEAT_PRICE, "seats", "USD"
            ),
            *(
                _tariff("chatgpt", "enterprise-seat", price, "seats", "USD", start, end)
                for (start, price), end in zip(
                    chatgpt.SEAT_PRICES.items(), (chatgpt.NEW_CONTRACT, ""), strict=True
                )
            ),
            _tariff("chatgpt", "credit", chatgpt.CREDIT_PRICE, "credits", "USD"),
            _tariff(
                "m365_copilot", "microsoft-365-copilot", m365_copilot.SEAT_PRICE, "seats", "GBP"
            ),
            _tariff("m365_copilot", "copilot-credit", m365_copilot.CREDIT_PRICE, "credits", "USD"),
        ],
    )


def _gpu_tariffs() -> Iterator[Row]:
    firsts = sorted(kubernetes.TARIFFS)
    for first, after in zip(firsts, [*firsts[1:], ""], strict=True):
        price = kubernetes.TARIFFS[first]
        yield _tariff("kubernetes", kubernetes.CLUSTER, price, "GPU hours", "GBP", first, after)
    for sku, price in slurm.TARIFFS.items():
        yield _tariff("slurm", sku, price, "GPU hours", "GBP", slurm.FIRST_JOB)


def _tariff(
    platform: str,
    sku: str,
    price: Decimal,
    unit: str,
    currency: str,
    valid_from: object = "2025-01-01",
    valid_to: object = "",
) -> Row:
    return {
        "platform": platform,
        "sku": sku,
        "price": price,
        "per_units": 1,
        "unit": unit,
        "currency": currency,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }


def _credit(contract: str, platform: str, bought: str, ends: str, amount: str) -> Row:
    return {
        "contract_id": contract,
        "platform": platform,
        "billing_account_id": platform,
        "invoice_id": f"{contract}-{bought[2:4]}{bought[5:7]}",
        "purchased_on": bought,
        "expires_on": ends,
        "amount": amount,
        "currency": "USD",
    }


# The launch offer lasts a month and is not used up; the first top-up of OpenAI lasts less than one.
CREDIT_PURCHASES = (
    _credit("ANT-LAUNCH", "anthropic", "2025-09-01", "2025-10-01", "6000.00"),
    _credit("ANT-PREPAID", "anthropic", "2026-06-01", "2027-06-01", "40000.00"),
    _credit("ANT-PREPAID", "anthropic", "2026-08-05", "2027-08-05", "60000.00"),
    _credit("OA-TOPUP", "openai", "2026-07-01", "2027-07-01", "12000.00"),
)
# What credit pays of a month's bill, and is not invoiced again; null stands for all of it.
PREPAID: dict[tuple[str, str], Decimal | None] = {
    ("anthropic", "2025-09"): None,
    ("anthropic", "2026-06"): None,
    ("anthropic", "2026-07"): None,
    ("anthropic", "2026-08"): None,
    ("anthropic", "2026-09"): None,
    ("anthropic", "2026-10"): None,
    ("openai", "2026-07"): Decimal("12000.00"),
}


def _invoices(totals: Totals, seed: int) -> Iterator[Row]:
    """Yield one invoice a month and account, in whole cents; one is not what the bill says."""
    cent = Decimal("0.01")
    for purchase in CREDIT_PURCHASES:
        yield {
            "provider": purchase["platform"],
            "billing_account_id": purchase["billing_account_id"],
            "billing_period": str(purchase["purchased_on"])[:7],
            "invoice_id": purchase["invoice_id"],
            "currency": purchase["currency"],
            "amount": purchase["amount"],
            "invoice_kind": "purchase",
        }
    for month in month_starts(FIRST_DAY, END_DAY):
        period = f"{month:%Y-%m}"
        common = {"billing_period": period, "invoice_kind": "usage"}
        for provider, account, currency, number in (
            ("openai", "openai", "USD", f"OA-{period}-7731"),
            ("anthropic", "anthropic", "USD", f"ANT-{period}-0096"),
            ("lumiere", focus.LUMIERE_ACCOUNT, "EUR", f"LUM-{month:%Y%m}-0418"),
            ("brightvoice", focus.VOICE_ACCOUNT, "GBP", f"BV-{month:%Y%m}-31"),
            ("quillmate", assistant.ACCOUNT, "GBP", assistant.invoice_id(month)),
            ("github_copilot", github_copilot.ACCOUNT, "USD", github_copilot.invoice_id(month)),
            (
                "azure",
                azure.FOCUS_ACCOUNT if month >= azure.FOCUS_FROM else azure.ENROLMENT,
                "GBP",
                f"E08{month:%y%m}Q7",
            ),
            ("chatgpt", chatgpt.WORKSPACE, "USD", chatgpt.invoice_id(month)),
            ("m365_copilot", m365_copilot.ACCOUNT, "GBP", m365_copilot.invoice_id(month, "GBP")),
            ("m365_copilot", m365_copilot.ACCOUNT, "USD", m365_copilot.invoice_id(month, "USD")),
        ):
            if (
                provider == "m365_copilot"
                and currency == "USD"
                and month < m365_copilot.FIRST_CREDITS
            ):
                continue
            amount = totals.amount(provider, account, period, currency).quantize(
                cent, rounding=ROUND_HALF_UP
            )
            if (provider, period) == ("anthropic", "2026-03"):
                amount += Decimal("12.50")
            if (provider, period) in PREPAID:
                drawn = PREPAID[provider, period]
                if drawn is None:
                    continue
                amount -= drawn
            yield common | {
                "provider": provider,
                "billing_account_id": account,
                "invoice_id": number,
                "currency": currency,
                "amount": amount,
            }
        for number, amount in aws.invoiced(seed, month).items():
            yield common | {
                "provider": "aws",
                "billing_account_id": aws_estate.PAYER,
                "invoice_id": number,
                "currency": "USD",
                "amount": amount.quantize(cent, rounding=ROUND_HALF_UP),
            }
    yield from gcp.invoices(seed)
    yield from snowflake.invoices(seed)
    yield from databricks.invoices(seed)


# Monthly budgets of the fiscal years that begin in April 2025 and in April 2026.
BUDGETS = {
    "CC-110": (450, 450),
    "CC-120": (1_100, 2_000),
    "CC-130": (1_600, 3_500),
    "CC-210": (10_000, 13_500),
    "CC-215": (3_000, 9_000),
    "CC-220": (1_500, 2_400),
    "CC-310": (4_000, 5_000),
    "CC-320": (500, 900),
    "CC-330": (1_400, 3_500),
    "CC-340": (1_700, 2_200),
    "CC-350": (1_700, 3_500),
    "CC-410": (700, 900),
    "CC-420": (3_000, 6_500),
    "CC-510": (1_500, 1_500),
    "CC-520": (2_500, 4_800),
    "CC-530": (500, 500),
    "CC-540": (300, 300),
    "CC-550": (400, 700),
    "CC-610": (450, 600),
    "CC-620": (500, 1_000),
}
BUDGET_YEARS = (date(2026, 4, 1), date(2027, 4, 1))
# What people knew beforehand: it explains a rise, and nobody is woken for it.
KNOWN_EVENTS: list[Row] = [
    {
        "platform": "openai",
        "cost_centre_code": "CC-310",
        "reason": "Renewal season: twice the replies to draft",
        "valid_from": "2026-01-01",
        "valid_to": "2026-02-01",
    },
]


def _budgets(first: date) -> Iterator[Row]:
    """Yield a budget per cost centre and month to the end of the fiscal year, and one for a use case."""
    for month in month_starts(first, BUDGET_YEARS[-1]):
        year = sum(month >= begin for begin in BUDGET_YEARS)
        for centre, amounts in BUDGETS.items():
            yield {
                "cost_centre_code": centre,
                "month": f"{month:%Y-%m}",
                "amount": amounts[year],
                "currency": "GBP",
            }
        yield {
            "use_case_id": "UC-024",
            "month": f"{month:%Y-%m}",
            "amount": (2_000, 2_800)[year],
            "currency": "GBP",
        }


def _outcomes(months: list[date], seed: int) -> Iterator[Row]:
    """Yield what each live use case achieved; one had a month of none, some report nothing."""
    for entry in USE_CASES:
        if entry.code == UNFINISHED:
            continue
        usual = int(Decimal(entry.expected_cost) / Decimal(entry.baseline_cost) * 3) + 5
        for month in months:
            if month < first_use(entry.code) or entry.code in {"UC-010", "UC-019", "UC-025"}:
                continue
            source = chance(seed, "outcomes", entry.code, month)
            grown = usual + usual * 4 * months_between(FIRST_DAY, month) // 100
            count = (
                0
                if (entry.code, month) == ("UC-023", date(2026, 8, 1))
                else int(grown * (0.85 + 0.3 * source.random()))
            )
            accepted = int(count * (0.78 + 0.18 * source.random()))
            yield {
                "use_case_id": entry.code,
                "month": f"{month:%Y-%m}",
                "outcomes": count,
                "accepted_outcomes": accepted,
                "human_minutes_per_outcome": 1 + int(Decimal(entry.baseline_cost) / 6),
            }


def write(folder: Folder, totals: Totals, seed: int) -> None:
    """Write every register."""
    staff = Staff(seed)
    _organisation(folder, staff)
    _use_cases(folder, staff)
    _policy_registers(folder, staff)
    _finance_registers(folder, totals, seed)
