"""OpenAI at Hartwell Mutual: the organization's projects, their keys, and what each key runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sample.demand import END_DAY, FIRST_DAY, Demand, Surge
from sample.files import opaque


@dataclass(frozen=True)
class Project:
    """A project of the organization; `archived` is the day it was archived."""

    name: str
    created: date
    archived: date | None = None

    @property
    def project_id(self) -> str:
        """Return the vendor's id."""
        return opaque("proj_", self.name)


@dataclass(frozen=True)
class Workload:
    """A key of a project and what it runs; without a key it runs in the vendor's playground."""

    name: str
    project: str
    models: tuple[tuple[date, str], ...]
    demand: Demand
    first: date = FIRST_DAY
    end: date = END_DAY
    has_key: bool = True
    deleted: date | None = None
    # Regional processing is billed above list; a negotiated rate below it.
    billed_factor: float = 1.0
    kind: str = "completions"

    @property
    def key_id(self) -> str | None:
        """Return the vendor's id of the key."""
        return opaque("key_", self.name, 16) if self.has_key else None

    def model_on(self, day: date) -> str:
        """Return the model that the workload calls on a day."""
        return [model for since, model in self.models if since <= day][-1]


def _since(*models: tuple[str, str]) -> tuple[tuple[date, str], ...]:
    return tuple((date.fromisoformat(since), model) for since, model in models)


GPT5 = "gpt-5-2025-08-07"
MINI = "gpt-5-mini-2025-08-07"
GPT52 = "gpt-5.2-2025-12-11"
GPT54 = "gpt-5.4-2026-03-05"
MINI54 = "gpt-5.4-mini-2026-03-17"
OLD_MINI = "gpt-4.1-mini-2025-04-14"

PROJECTS = [
    Project("default", date(2024, 9, 2)),
    Project("claims-assist", date(2025, 2, 10)),
    Project("customer-care", date(2025, 2, 10)),
    Project("knowledge-search", date(2025, 4, 7)),
    Project("marketing-studio", date(2025, 6, 2)),
    Project("finance-reporting", date(2025, 7, 14)),
    Project("underwriting", date(2025, 4, 22)),
    Project("engineering", date(2025, 5, 6)),
    Project("gateway", date(2026, 1, 8)),
    Project("playground", date(2025, 3, 3)),
    Project("legacy-pilot", date(2024, 11, 18), archived=date(2026, 2, 21)),
    Project("people", date(2025, 7, 30)),
]

WORKLOADS = [
    Workload(
        "motor-triage",
        "claims-assist",
        _since(("2025-08-01", MINI), ("2026-04-06", MINI54)),
        Demand(95_000_000, 0.11, 0.35, 0.5, 0.025),
    ),
    Workload(
        "home-summaries",
        "claims-assist",
        _since(("2025-08-01", GPT5), ("2026-01-19", GPT52)),
        Demand(13_000_000, 0.14, 0.2, 0.3, 0.02),
    ),
    Workload(
        "fnol-voice",
        "claims-assist",
        _since(("2026-02-02", "gpt-realtime")),
        Demand(900_000, 0.55, 0.15, 0.8, 0.06),
        first=date(2026, 2, 2),
        kind="realtime",
    ),
    Workload(
        "estimate-photos",
        "claims-assist",
        _since(("2025-08-01", GPT5), ("2026-03-23", GPT54)),
        Demand(9_000_000, 0.06, 0.0, 0.0, 0.05),
        first=date(2025, 11, 10),
    ),
    Workload(
        "supplier-invoices",
        "claims-assist",
        _since(("2025-08-01", OLD_MINI)),
        Demand(26_000_000, 0.09, 0.3, 0.0, 0.01),
    ),
    Workload(
        "bundle-reader",
        "claims-assist",
        _since(("2025-08-01", GPT5)),
        Demand(8_000_000, 0.07, 0.4, 0.0, 0.03),
        first=date(2025, 10, 6),
    ),
    Workload(
        "reply-drafts",
        "customer-care",
        _since(("2025-08-01", MINI)),
        Demand(48_000_000, 0.22, 0.3, 0.6, 0.02, surges=(Surge(date(2026, 1, 12), END_DAY, 3.6),)),
    ),
    Workload(
        "call-summaries",
        "customer-care",
        _since(("2025-08-01", MINI)),
        Demand(40_000_000, 0.12, 0.1, 0.6, 0.015),
    ),
    Workload(
        "complaint-letters",
        "customer-care",
        _since(("2025-08-01", GPT5)),
        Demand(6_500_000, 0.2, 0.25, 0.0, 0.02),
        first=date(2025, 9, 1),
    ),
    Workload(
        "web-chat",
        "customer-care",
        _since(("2025-08-01", MINI)),
        Demand(27_000_000, 0.16, 0.45, 0.9, 0.06),
    ),
    Workload(
        "knowledge-index",
        "knowledge-search",
        _since(("2025-08-01", "text-embedding-3-large")),
        Demand(64_000_000, 0.0, 0.0, 0.2, 0.03),
        kind="embeddings",
    ),
    Workload(
        "knowledge-answers",
        "knowledge-search",
        _since(("2025-08-01", MINI)),
        Demand(22_000_000, 0.1, 0.5, 0.4, 0.04),
    ),
    Workload(
        "campaign-copy",
        "marketing-studio",
        _since(("2025-08-01", GPT5), ("2026-05-04", GPT54)),
        Demand(3_200_000, 0.3, 0.0, 0.0, 0.01),
    ),
    Workload(
        "management-commentary",
        "finance-reporting",
        _since(("2025-08-01", GPT5), ("2026-01-05", GPT52)),
        Demand(4_000_000, 0.18, 0.1, 0.0, 0.02),
        first=date(2025, 10, 1),
        billed_factor=1.1,
    ),
    Workload(
        "spend-classification",
        "finance-reporting",
        _since(("2025-08-01", OLD_MINI)),
        Demand(18_000_000, 0.05, 0.2, 0.0, 0.01),
        first=date(2025, 11, 3),
    ),
    Workload(
        "submission-intake",
        "underwriting",
        _since(("2025-08-01", GPT5), ("2026-03-30", GPT54)),
        Demand(14_000_000, 0.1, 0.25, 0.0, 0.025),
    ),
    Workload(
        "renewal-notes",
        "underwriting",
        _since(("2025-08-01", MINI)),
        Demand(20_000_000, 0.15, 0.2, 0.0, 0.02),
    ),
    Workload(
        "test-generation",
        "engineering",
        _since(("2025-11-14", GPT5), ("2026-01-12", GPT52)),
        Demand(9_000_000, 0.2, 0.5, 0.1, 0.05),
        first=date(2025, 11, 14),
    ),
    Workload(
        "service-desk",
        "engineering",
        _since(("2025-08-01", MINI)),
        Demand(30_000_000, 0.14, 0.3, 0.4, 0.02),
        first=date(2025, 9, 1),
    ),
    Workload(
        "gateway-prod",
        "gateway",
        _since(("2026-01-15", MINI), ("2026-03-24", MINI54)),
        Demand(5_200_000, 0.12, 0.2, 0.15, 0.04),
        first=date(2026, 1, 15),
    ),
    Workload(
        "playground",
        "playground",
        _since(("2025-08-01", GPT5), ("2026-03-09", GPT54)),
        Demand(3_000_000, 0.2, 0.0, 0.1, 0.01),
        has_key=False,
    ),
    Workload(
        "legacy-scraper",
        "legacy-pilot",
        _since(("2025-08-01", OLD_MINI)),
        Demand(27_000_000, 0.06, 0.0, 1.0, -0.08),
        end=date(2026, 2, 21),
        deleted=date(2025, 11, 24),
    ),
    Workload(
        "shadow-notebook",
        "default",
        _since(("2025-08-01", GPT5)),
        Demand(3_900_000, 0.15, 0.0, 0.2, 0.04),
        first=date(2025, 9, 15),
    ),
    Workload(
        "people-queries",
        "people",
        _since(("2025-08-01", MINI)),
        Demand(12_000_000, 0.15, 0.3, 0.0, 0.0),
        end=date(2026, 7, 11),
        deleted=date(2026, 7, 13),
    ),
]
