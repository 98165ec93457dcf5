"""Hartwell Mutual, an invented insurer of about 1,200 people: organisation and use cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from sample.demand import chance

DOMAIN = "hartwell.example"
PROGRAMME_COST_CENTRE = "CC-510"

REGISTERED = "2024-01-01"
MARKETING_RENAMED = "2026-01-12"
COMPLAINTS_MOVED = "2026-04-13"
SUPPLIER_CENTRE_CLOSED = "2026-02-16"
PROPERTY_CENTRE_CLOSED = "2026-08-01"
KEY_MOVED = "2026-05-15T00:00:00Z"


@dataclass(frozen=True)
class Department:
    """One version of a department."""

    code: str
    name: str
    division: str
    chargeback_from: str
    valid_from: str = REGISTERED
    valid_to: str = ""


@dataclass(frozen=True)
class CostCentre:
    """One version of a cost centre."""

    code: str
    name: str
    department: str
    gl_account: str
    successor: str = ""
    # Set on a shared service, which passes on what it holds.
    tier: int | None = None
    valid_from: str = REGISTERED
    valid_to: str = ""


@dataclass(frozen=True)
class UseCase:
    """A registered use of AI and what it is for."""

    code: str
    name: str
    cost_centre: str
    purpose: str
    data_class: str
    outcome_unit: str
    baseline_cost: str
    value: str
    expected_cost: str


@dataclass(frozen=True)
class Stage:
    """One stage of a use case; cap in the reporting currency, days until a sandbox expires."""

    use_case: str
    stage: str
    valid_from: str
    valid_to: str = ""
    chargeback_from: str = ""
    cap: str = ""
    days: str = ""
    approved: bool = True


@dataclass(frozen=True)
class Person:
    """One version of a member of staff's place."""

    person_id: str
    first_name: str
    last_name: str
    cost_centre: str
    valid_from: str
    valid_to: str = ""

    @property
    def email(self) -> str:
        """Return the person's invented address."""
        return f"{self.first_name}.{self.last_name}@{DOMAIN}".lower().replace("'", "")


DEPARTMENTS = [
    Department("CLM", "Claims", "Insurance", "2025-10-01"),
    Department("UWR", "Underwriting and Pricing", "Insurance", "2026-01-01"),
    Department("CUS", "Customer Operations", "Insurance", "2025-10-01"),
    Department("FIN", "Finance and Actuarial", "Group", "2026-01-01"),
    Department("LGC", "Legal, Risk and Compliance", "Group", "2026-04-01"),
    Department("TEC", "Technology", "Group", "2025-10-01"),
    Department("MKT", "Marketing", "Insurance", "2026-01-01", valid_to=MARKETING_RENAMED),
    Department(
        "MKT", "Marketing and Distribution", "Insurance", "2026-01-01", valid_from=MARKETING_RENAMED
    ),
    Department("PPL", "People and Property", "Group", ""),
]

COST_CENTRES = [
    CostCentre("CC-110", "Motor underwriting", "UWR", "612100"),
    CostCentre("CC-120", "Home and commercial underwriting", "UWR", "612100"),
    CostCentre("CC-130", "Pricing analytics", "UWR", "612150"),
    CostCentre("CC-210", "Motor claims", "CLM", "612200"),
    CostCentre("CC-215", "Home claims", "CLM", "612200"),
    CostCentre("CC-220", "Claims fraud", "CLM", "612200"),
    CostCentre(
        "CC-230",
        "Supplier network",
        "CLM",
        "612250",
        successor="CC-215",
        valid_to=SUPPLIER_CENTRE_CLOSED,
    ),
    CostCentre("CC-310", "Contact centre", "CUS", "612300"),
    CostCentre("CC-320", "Complaints", "CUS", "612300", valid_to=COMPLAINTS_MOVED),
    CostCentre("CC-320", "Complaints", "LGC", "612300", valid_from=COMPLAINTS_MOVED),
    CostCentre("CC-330", "Digital service", "CUS", "612350"),
    CostCentre("CC-340", "Legal", "LGC", "612400"),
    CostCentre("CC-350", "Compliance and conduct", "LGC", "612400"),
    CostCentre("CC-360", "Operational risk", "LGC", "612400"),
    CostCentre("CC-410", "Group finance", "FIN", "612500"),
    CostCentre("CC-420", "Actuarial", "FIN", "612500"),
    CostCentre("CC-430", "Procurement", "FIN", "612500"),
    CostCentre("CC-510", "AI programme", "TEC", "612600"),
    CostCentre("CC-520", "Software engineering", "TEC", "612600"),
    CostCentre("CC-530", "Data platform", "TEC", "612600", tier=2),
    CostCentre("CC-540", "Service desk and infrastructure", "TEC", "612600", tier=3),
    CostCentre("CC-550", "Information security", "TEC", "612600"),
    CostCentre("CC-610", "Brand and campaigns", "MKT", "612700"),
    CostCentre("CC-620", "Broker distribution", "MKT", "612700"),
    CostCentre("CC-710", "People team", "PPL", "612800"),
    CostCentre(
        "CC-720", "Property and facilities", "PPL", "612800", valid_to=PROPERTY_CENTRE_CLOSED
    ),
]

USE_CASES = [
    UseCase(
        "UC-001",
        "Motor claims triage",
        "CC-210",
        "Sort new motor claims by complexity",
        "personal",
        "claim triaged",
        "4.20",
        "5.10",
        "1900",
    ),
    UseCase(
        "UC-002",
        "Home claims summaries",
        "CC-215",
        "Summarise files for handlers",
        "personal",
        "file summarised",
        "6.80",
        "7.40",
        "1300",
    ),
    UseCase(
        "UC-003",
        "Claims fraud signals",
        "CC-220",
        "Explain why a claim was flagged",
        "special category",
        "referral reviewed",
        "21.00",
        "38.00",
        "2600",
    ),
    UseCase(
        "UC-004",
        "Voice intake of new claims",
        "CC-210",
        "Take first notice of loss by telephone",
        "personal",
        "call completed",
        "5.60",
        "5.60",
        "2400",
    ),
    UseCase(
        "UC-005",
        "Repair estimates from photographs",
        "CC-215",
        "Estimate repairs from pictures",
        "personal",
        "estimate drafted",
        "34.00",
        "41.00",
        "700",
    ),
    UseCase(
        "UC-006",
        "Supplier invoice reading",
        "CC-230",
        "Read repairers' invoices",
        "confidential",
        "invoice read",
        "2.90",
        "3.00",
        "600",
    ),
    UseCase(
        "UC-007",
        "Underwriting submission intake",
        "CC-120",
        "Extract risks from broker submissions",
        "confidential",
        "submission read",
        "18.50",
        "22.00",
        "1800",
    ),
    UseCase(
        "UC-008",
        "Motor renewal notes",
        "CC-110",
        "Draft notes for referred renewals",
        "personal",
        "renewal noted",
        "3.40",
        "3.90",
        "350",
    ),
    UseCase(
        "UC-009",
        "Commercial survey assistant",
        "CC-120",
        "Answer from survey reports",
        "confidential",
        "survey answered",
        "26.00",
        "31.00",
        "500",
    ),
    UseCase(
        "UC-010",
        "Pricing feature lab",
        "CC-130",
        "Train embeddings for rating factors",
        "personal",
        "experiment finished",
        "240.00",
        "310.00",
        "5200",
    ),
    UseCase(
        "UC-011",
        "Contact centre reply drafts",
        "CC-310",
        "Draft replies for advisers",
        "personal",
        "reply sent",
        "2.10",
        "2.60",
        "3800",
    ),
    UseCase(
        "UC-012",
        "Call summaries",
        "CC-310",
        "Write up calls after they end",
        "personal",
        "call written up",
        "1.80",
        "2.00",
        "1500",
    ),
    UseCase(
        "UC-013",
        "Complaint letters",
        "CC-320",
        "Draft final response letters",
        "personal",
        "letter issued",
        "14.00",
        "16.50",
        "600",
    ),
    UseCase(
        "UC-014",
        "Web chat assistant",
        "CC-330",
        "Answer policyholders online",
        "personal",
        "conversation resolved",
        "3.10",
        "3.70",
        "1400",
    ),
    UseCase(
        "UC-015",
        "Knowledge search",
        "CC-330",
        "Search guidance and policy wordings",
        "internal",
        "question answered",
        "1.20",
        "1.60",
        "900",
    ),
    UseCase(
        "UC-016",
        "Contract review",
        "CC-340",
        "Mark up supplier contracts",
        "confidential",
        "contract reviewed",
        "180.00",
        "220.00",
        "2300",
    ),
    UseCase(
        "UC-017",
        "Litigation bundle search",
        "CC-340",
        "Find passages in disclosure bundles",
        "special category",
        "bundle searched",
        "95.00",
        "140.00",
        "800",
    ),
    UseCase(
        "UC-018",
        "Conduct monitoring",
        "CC-350",
        "Review calls for conduct risk",
        "personal",
        "call reviewed",
        "7.50",
        "9.00",
        "1700",
    ),
    UseCase(
        "UC-019",
        "Regulatory horizon scan",
        "CC-350",
        "Summarise consultations",
        "public",
        "paper summarised",
        "40.00",
        "40.00",
        "150",
    ),
    UseCase(
        "UC-020",
        "Incident cause notes",
        "CC-360",
        "Draft root-cause notes",
        "internal",
        "incident noted",
        "55.00",
        "60.00",
        "400",
    ),
    UseCase(
        "UC-021",
        "Management report commentary",
        "CC-410",
        "Draft variance commentary",
        "confidential",
        "report section drafted",
        "48.00",
        "52.00",
        "500",
    ),
    UseCase(
        "UC-022",
        "Reserving document extraction",
        "CC-420",
        "Extract reserving facts from reports",
        "special category",
        "document extracted",
        "11.00",
        "15.00",
        "2100",
    ),
    UseCase(
        "UC-023",
        "Spend classification",
        "CC-430",
        "Classify purchase lines",
        "confidential",
        "line classified",
        "0.35",
        "0.35",
        "250",
    ),
    UseCase(
        "UC-024",
        "Engineering assistant",
        "CC-520",
        "Coding assistance for engineers",
        "internal",
        "change merged",
        "62.00",
        "85.00",
        "6500",
    ),
    UseCase(
        "UC-025",
        "Test generation",
        "CC-520",
        "Write regression tests",
        "internal",
        "",
        "19.00",
        "23.00",
        "900",
    ),
    UseCase(
        "UC-026",
        "Service desk resolver",
        "CC-540",
        "Resolve tickets at first contact",
        "internal",
        "ticket resolved",
        "8.40",
        "9.00",
        "800",
    ),
    UseCase(
        "UC-027",
        "Security alert triage",
        "CC-550",
        "Explain and rank alerts",
        "confidential",
        "alert triaged",
        "9.10",
        "12.00",
        "1200",
    ),
    UseCase(
        "UC-028",
        "Campaign copy",
        "CC-610",
        "Draft campaign text and pictures",
        "public",
        "asset published",
        "75.00",
        "80.00",
        "500",
    ),
    UseCase(
        "UC-029",
        "Broker portal answers",
        "CC-620",
        "Answer brokers' questions",
        "confidential",
        "question answered",
        "4.60",
        "5.00",
        "450",
    ),
    UseCase(
        "UC-030",
        "People policy queries",
        "CC-710",
        "Answer staff questions on policy",
        "personal",
        "query answered",
        "3.00",
        "3.00",
        "200",
    ),
    # Entered in haste, and never finished.
    UseCase(
        "UC-031", "Reception voice line", "CC-720", "Take calls at reception", "", "", "", "", ""
    ),
]

STAGES = [
    Stage("UC-001", "production", "2025-03-01", chargeback_from="2025-10-01"),
    Stage("UC-002", "production", "2025-05-01", chargeback_from="2025-10-01"),
    Stage("UC-003", "pilot", "2025-06-01", "2026-01-01"),
    Stage("UC-003", "production", "2026-01-01", chargeback_from="2026-02-01"),
    Stage("UC-004", "pilot", "2026-02-02"),
    Stage("UC-005", "sandbox", "2025-11-10", "2026-03-02", cap="1500", days="90"),
    Stage("UC-005", "pilot", "2026-03-02"),
    Stage("UC-006", "production", "2025-07-01", chargeback_from="2026-01-01"),
    Stage("UC-007", "production", "2025-04-01", chargeback_from="2026-01-01"),
    # Begun anew with another model; its cap and its days are nearly used up when the data ends.
    Stage("UC-008", "pilot", "2025-08-01", "2026-08-15"),
    Stage("UC-008", "sandbox", "2026-08-15", cap="520"),
    Stage("UC-009", "sandbox", "2026-04-20", cap="800", days="120"),
    Stage("UC-010", "pilot", "2025-08-01"),
    Stage("UC-011", "production", "2025-02-01", chargeback_from="2025-10-01"),
    Stage("UC-012", "production", "2025-06-01", chargeback_from="2025-11-01"),
    Stage("UC-013", "production", "2025-09-01", chargeback_from="2026-01-01"),
    Stage("UC-014", "pilot", "2025-08-01", "2026-04-01"),
    Stage("UC-014", "production", "2026-04-01", chargeback_from="2026-05-01"),
    Stage("UC-015", "production", "2025-04-01", chargeback_from="2025-10-01"),
    Stage("UC-016", "production", "2025-08-01", chargeback_from="2026-04-01"),
    Stage("UC-017", "pilot", "2025-10-01"),
    Stage("UC-018", "production", "2025-11-01", chargeback_from="2026-04-01"),
    Stage("UC-019", "sandbox", "2025-08-04", "2026-01-01", cap="300"),
    Stage("UC-019", "retired", "2026-01-01"),
    Stage("UC-020", "pilot", "2026-01-15"),
    Stage("UC-021", "production", "2025-10-01", chargeback_from="2026-01-01"),
    Stage("UC-022", "production", "2025-08-01", chargeback_from="2026-01-01"),
    Stage("UC-023", "pilot", "2025-11-01"),
    Stage("UC-024", "production", "2025-05-01", chargeback_from="2025-10-01"),
    Stage("UC-025", "pilot", "2025-11-14"),
    Stage("UC-026", "production", "2025-09-01", chargeback_from="2025-12-01"),
    Stage("UC-027", "production", "2025-12-01", chargeback_from="2026-02-01"),
    Stage("UC-028", "production", "2025-08-01", chargeback_from="2026-01-01"),
    Stage("UC-029", "sandbox", "2026-06-15", "2026-08-10", cap="600", days="60"),
    Stage("UC-029", "pilot", "2026-08-10"),
    Stage("UC-030", "production", "2025-08-01", "2026-05-01"),
    Stage("UC-030", "retired", "2026-05-01"),
    Stage("UC-031", "pilot", "2026-01-05", "2026-07-01", approved=False),
]

_FIRST_NAMES = """
    Amara Bethan Callum Deepa Ewan Farah Gethin Hannah Idris Jasmine Kofi Leila Marek Niamh Owen
    Priya Quentin Rosa  Samir Tamsin Umar Verity Wanda Xanthe Yusuf Zofia Aled Bronwen Cyrus
    Dilys Esme Finlay Greta Hamza Isla Jonah
"""
_LAST_NAMES = """
    Abara Blythe Cartwell Dunmore Eastlake Fenwright Garrow Holloway-Pike Ilyas Jessop Kestrel
    Larkfield Marchetti  Nair Ormsby Pemberley Quayle Ravenscar Sandhu Thackwell Underhay
    Vasquez-Moor Wetherill Yarrow Zielinska
"""


@cache
def people(seed: int) -> tuple[Person, ...]:
    """Return the 150 or so staff whose names meet a platform, movers and leavers among them."""
    source = chance(seed, "people")
    first_names, last_names = _FIRST_NAMES.split(), _LAST_NAMES.split()
    names: list[tuple[str, str]] = []
    while len(names) < 148:
        first = first_names[int(source.random() * len(first_names))]
        last = last_names[int(source.random() * len(last_names))]
        if (first, last) not in names:
            names.append((first, last))
    open_codes = sorted({centre.code for centre in COST_CENTRES})
    staff: list[Person] = []
    for position, (first, last) in enumerate(names):
        person_id = f"P{10210 + 7 * position}"
        code = open_codes[position % len(open_codes)]
        if position % 29 == 11:
            moved_to = open_codes[(position + 9) % len(open_codes)]
            staff.append(Person(person_id, first, last, code, REGISTERED, "2026-03-09"))
            staff.append(Person(person_id, first, last, moved_to, "2026-03-09"))
        elif position % 31 == 17:
            staff.append(Person(person_id, first, last, code, REGISTERED, "2026-06-30"))
        else:
            staff.append(Person(person_id, first, last, code, REGISTERED))
    seconded = staff[40]
    staff.append(
        Person(
            seconded.person_id,
            seconded.first_name,
            seconded.last_name,
            "CC-530",
            "2026-02-01",
            "2026-05-01",
        )
    )
    return tuple(staff)


@cache
def staff_of(seed: int, cost_centre: str) -> tuple[Person, ...]:
    """Return the people who stayed in a cost centre; raises ValueError where there are none."""
    members = tuple(
        person
        for person in people(seed)
        if person.cost_centre == cost_centre and not person.valid_to
    )
    if not members:
        raise ValueError(f"no staff in {cost_centre}")
    return members


def use_case(code: str) -> UseCase:
    """Return a registered use case; raises KeyError for an unknown code."""
    for entry in USE_CASES:
        if entry.code == code:
            return entry
    raise KeyError(code)


def first_use(code: str) -> date:
    """Return the first day of a use case's earliest stage."""
    return min(date.fromisoformat(stage.valid_from) for stage in STAGES if stage.use_case == code)
