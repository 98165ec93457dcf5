"""The page of an evidence pack, in Markdown: the month in figures, the headings, and the gaps that cost most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.evidence.headings import HEADINGS, NONE
from orchestration.report.published import rows_of
from orchestration.report.wording import counted, pennies

GAPS_SHOWN = 15


@dataclass(frozen=True)
class _Readiness:
    """The scope's row of fct_governance_readiness; score 0 to 1, null unless scored."""

    status: str
    currency: str | None
    use_cases: int
    complete: int
    gaps: int
    use_case_cost: Decimal
    unexplained_cost: Decimal
    score: Decimal | None
    period_status: str | None


@dataclass(frozen=True)
class _Gap:
    """One governance gap with the cost behind it."""

    use_case_id: str
    use_case_name: str | None
    kind: str
    exposed_cost: Decimal
    currency: str | None
    age_days: int
    actor_role: str
    actor_person_id: str | None
    remedy: str
    is_excepted: bool


def evidence_page(
    published: duckdb.DuckDBPyConnection,
    month: date,
    scope_kind: str,
    scope_code: str | None,
    scope_words: str,
) -> str:
    """The page as text; the scope is named as in fct_governance_readiness. Costs are rounded to the penny."""
    readiness = rows_of(
        published,
        _Readiness,
        "select readiness_status, reporting_currency, use_case_count, complete_use_case_count, gap_count, "
        "use_case_cost, unexplained_cost, readiness_score, period_status from marts.fct_governance_readiness "
        "where accounting_month = ? and scope_kind = ? and scope_code = ?",
        [month, scope_kind, scope_code or "all"],
    )[0]
    column = {
        "company": "'all'",
        "department": "department_code",
        "division": "division",
        "legal entity": "legal_entity_code",
    }[scope_kind]
    gaps = rows_of(
        published,
        _Gap,
        "select use_case_id, use_case_name, gap_kind, exposed_cost, reporting_currency, age_days, actor_role, "
        "actor_person_id, remedy, is_excepted from marts.fct_governance_gaps "
        f"where accounting_month = ? and {column} = ? "
        "order by is_excepted, exposed_cost desc, use_case_id, gap_kind",
        [month, scope_code or "all"],
    )
    lines = [
        f"# Evidence of AI governance: {_safe(scope_words)}, {month:%Y-%m}",
        "",
        *_summary(readiness),
        "",
        "## What there is evidence of",
        "",
        "The headings are those of AI Management Essentials, the self-assessment of the UK's Department for Science, "
        "Innovation and Technology, as published for consultation in November 2024. This pack answers none of its "
        "questions; it says what the cost warehouse holds under each heading, and what must come from elsewhere.",
        "",
        "| section | heading | evidence | files | what they show | what they do not |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {heading.section} | {heading.name} | {heading.evidence} | "
            f"{', '.join(f'[{file}]({file})' for file in heading.files) or '-'} | {heading.says or '-'} | "
            f"{heading.missing} |"
            for heading in HEADINGS
        ),
        "",
        "No evidence at all: "
        + ", ".join(heading.name for heading in HEADINGS if heading.evidence == NONE)
        + ".",
        "",
        "## Gaps, by the cost that runs on them",
        "",
        *_gap_lines(gaps),
        "",
        "People are named by staff number. ownership_gaps.csv is as of the newest data, whatever the month, and what "
        "no register knows belongs to no department, division or legal entity: it is in the company's pack alone. "
        "Every other file is judged as of the month's last day, or as of today in the month that goes on. Registers "
        "are read as they stand now: a late correction changes what is said of an old month, never its cost.",
        "",
    ]
    return "\n".join(lines)


def _summary(readiness: _Readiness) -> list[str]:
    currency = readiness.currency or ""
    score = (
        f"{(readiness.score * 100).quantize(Decimal('0.1'))} % of that cost has no gap"
        if readiness.score is not None
        else f"no score: {readiness.status}"
    )
    return [
        f"{counted(readiness.use_cases, 'use case')}, {readiness.complete} complete, "
        f"{counted(readiness.gaps, 'gap')}. They cost {pennies(readiness.use_case_cost)} {currency}; {score}. "
        f"Another {pennies(readiness.unexplained_cost)} {currency} belongs to no use case. "
        f"The month is {readiness.period_status or 'open'}.",
    ]


def _gap_lines(gaps: list[_Gap]) -> list[str]:
    if not gaps:
        return ["There is none."]
    rows = [
        f"| {_safe(gap.use_case_id)} {_safe(gap.use_case_name or '')} | {gap.kind} | {pennies(gap.exposed_cost)} "
        f"{gap.currency or ''} | {gap.age_days} | {gap.actor_role} {_safe(gap.actor_person_id or '')} | "
        f"{_safe(gap.remedy)}{' (excepted)' if gap.is_excepted else ''} |"
        for gap in gaps[:GAPS_SHOWN]
    ]
    rest = len(gaps) - GAPS_SHOWN
    return [
        "| use case | gap | cost | days | who acts | what to do |",
        "| --- | --- | ---: | ---: | --- | --- |",
        *rows,
        *(["", f"… and {counted(rest, 'more gap')} in governance_gaps.csv."] if rest > 0 else []),
    ]


def _safe(text: str) -> str:
    """Register text that cannot break out of its cell, nor become a link or a tag."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
