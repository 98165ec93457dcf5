"""The headings of AI Management Essentials, and what this warehouse can and cannot show under each.

The headings are those of the self-assessment that the UK's Department for Science, Innovation and Technology published
for consultation in November 2024. It asks how an organisation manages AI; the words about evidence are this project's.
"""

from __future__ import annotations

from dataclasses import dataclass

HELD, IN_PART, NONE = "held", "in part", "none"


@dataclass(frozen=True)
class Heading:
    """One heading: its section, how far there is evidence, in which files, and what is missing."""

    section: str
    name: str
    evidence: str
    files: tuple[str, ...]
    says: str
    missing: str


HEADINGS = (
    Heading(
        "Internal processes",
        "AI system record",
        HELD,
        ("ai_systems.csv", "third_party_systems.csv", "ownership_gaps.csv"),
        "Each use case of the month with purpose, stage, owners, data classification, cost and usage; the platforms "
        "and models behind it; and what spends or uses without being in any register.",
        "Systems that neither cost nor report anything and that nobody registered.",
    ),
    Heading(
        "Internal processes",
        "AI policy",
        IN_PART,
        ("ownership_trail.csv", "chargeback_readiness.csv", "sandboxes.csv"),
        "Who was responsible for what from when to when, who approved each stage, and how experiments are limited in "
        "money and time.",
        "The policy document itself, and whether people know it.",
    ),
    Heading(
        "Internal processes",
        "Fairness",
        NONE,
        (),
        "",
        "How fairness is defined, and how unfair outcomes are found and dealt with.",
    ),
    Heading(
        "Managing risks",
        "Impact assessment",
        IN_PART,
        ("assessments.csv", "governance_gaps.csv"),
        "Which use cases need a data-protection (dpia) or AI management (aime) assessment, and which of them are in "
        "force, missing or expired.",
        "What the assessments found, and effects on people and society beyond data protection.",
    ),
    Heading(
        "Managing risks",
        "Risk assessment",
        IN_PART,
        ("assessments.csv", "ownership_trail.csv", "governance_gaps.csv"),
        "Which risk assessments are in force, who approved them and until when, and each gap with its cost.",
        "The risks themselves, their thresholds, and how systems are watched and repaired.",
    ),
    Heading(
        "Managing risks",
        "Data management",
        IN_PART,
        ("ai_systems.csv",),
        "The classification of the data that each use case handles.",
        "Origin, quality, completeness and preparation of data.",
    ),
    Heading(
        "Managing risks",
        "Bias mitigation",
        NONE,
        (),
        "",
        "How bias is looked for, in data, in models and in what is bought.",
    ),
    Heading(
        "Managing risks",
        "Data protection",
        IN_PART,
        ("assessments.csv", "governance_gaps.csv"),
        "Data-protection and security assessments: in force, missing or expired.",
        "Security measures, and the record of breaches.",
    ),
    Heading(
        "Communication",
        "Issue reporting",
        NONE,
        (),
        "",
        "How people report concerns about AI, and what becomes of them. Disputes of cost are in fct_disputes; they are "
        "about money.",
    ),
    Heading(
        "Communication",
        "Third-party communication",
        NONE,
        (),
        "",
        "What users, customers and other interested parties are told.",
    ),
)
