"""Writes the evidence of a month: CSV files from the published marts, and one page that maps them to the headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import RefusalError
from orchestration.evidence.page import evidence_page
from orchestration.evidence.queries import FILES, SCOPED
from orchestration.export.files import finished_file, write_table
from orchestration.periods import month_of, months_after
from orchestration.report.published import published_file
from orchestration.settings import Settings

PAGE = "evidence.md"
# Each kind of scope: how it is named in the readiness mart, and the column of a use case or cost centre that holds it.
KINDS = {
    "department": ("department", "{table}.department_code"),
    "division": ("division", "{table}.division"),
    "legal entity": ("legal entity", "{table}.legal_entity_code"),
}


@dataclass(frozen=True)
class Scope:
    """What a pack is about: a department, division or legal entity by its code; the company where `kind` is None."""

    kind: str | None = None
    code: str | None = None

    @property
    def words(self) -> str:
        """The scope as a heading says it."""
        return f"{self.kind} {self.code}" if self.kind else "the company"


@dataclass(frozen=True)
class EvidencePack:
    """What was written: the folder, the page, rows by file, and what it is about."""

    folder: Path
    page: Path
    row_counts: dict[str, int]
    scope: Scope
    period: str


def write_evidence(
    settings: Settings, period: str, scope: Scope = Scope(), output: Path | None = None
) -> EvidencePack:
    """Write the pack of a period; by default to `evidence/<period>[-<code>]` in the warehouse folder.

    Files of an earlier pack of that folder are replaced. Raises RefusalError for a period that is no month or that the
    marts do not have, a scope that the month does not have, and where nothing is published.
    """
    month = month_of(period)
    name = period if scope.code is None else f"{period}-{_file_safe(scope.code)}"
    folder = output or settings.warehouse / "evidence" / name
    if folder.is_file():
        raise RefusalError(f"{folder} is a file: name a folder with --output.")
    with published_file(settings) as published:
        _refuse_unknown_month(published, period)
        _refuse_unknown_scope(published, month, scope)
        row_counts = {
            file: _write(published, file, folder / file, month, scope) for file in sorted(FILES)
        }
        text = evidence_page(published, month, scope.kind or "company", scope.code, scope.words)
    page = folder / PAGE
    with finished_file(page) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return EvidencePack(folder, page, row_counts, scope, period)


def _file_safe(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", code).strip("-") or "scope"


def _write(
    published: duckdb.DuckDBPyConnection, file: str, path: Path, month: date, scope: Scope
) -> int:
    rows = published.execute(scoped(FILES[file], scope), parameters_of(FILES[file], month, scope))
    with finished_file(path) as unfinished:
        return write_table(rows, unfinished)


def scoped(query: str, scope: Scope) -> str:
    """A query of the pack with the column of the scope in its places."""
    column = KINDS[scope.kind][1] if scope.kind else "null"
    in_scope = SCOPED.replace("{column}", column.format(table="fct_use_case_governance"))
    tables = {
        "department": "departments",
        "division": "departments",
        "legal entity": "cost_centres",
    }
    own = column.format(table=tables[scope.kind]) if scope.kind else "null"
    return in_scope + query.replace("{column}", own)


def parameters_of(query: str, month: date, scope: Scope) -> dict[str, Any]:
    """The parameters that a scoped query names."""
    known = {"month": month, "code": scope.code, "month_end": months_after(month, 1)}
    text = SCOPED + query
    return {
        name: value for name, value in known.items() if re.search(rf"\${name}\b", text) is not None
    }


def _refuse_unknown_month(published: duckdb.DuckDBPyConnection, period: str) -> None:
    months = [
        month
        for (month,) in published.execute(
            "select distinct strftime(accounting_month, '%Y-%m') from marts.fct_use_case_governance order by all"
        ).fetchall()
    ]
    if period not in months:
        known = f"There are: {', '.join(months)}." if months else "There is none yet."
        raise RefusalError(f"What is published holds no use case in {period}. {known}")


def _refuse_unknown_scope(published: duckdb.DuckDBPyConnection, month: date, scope: Scope) -> None:
    if scope.kind is None:
        return
    codes = [
        code
        for (code,) in published.execute(
            "select scope_code from marts.fct_governance_readiness "
            "where accounting_month = ? and scope_kind = ? and scope_code is not null order by all",
            [month, KINDS[scope.kind][0]],
        ).fetchall()
    ]
    if scope.code not in codes:
        known = f"There are: {', '.join(codes)}." if codes else "The registers name none."
        raise RefusalError(f"No {scope.kind} is called '{scope.code}' in {month:%Y-%m}. {known}")
