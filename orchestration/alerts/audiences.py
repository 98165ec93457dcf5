"""Who is told: the register `audiences.csv`, and the addresses that the environment holds for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.alerts.events import Event
from orchestration.registers.declared import register_named
from orchestration.registers.reading import read_register
from orchestration.settings import Settings

# What concerns feeds and builds, and is no department's affair.
_OPERATIONS_FIRST = frozenset({"stale_feed", "quarantine", "failed_build"})
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Audience:
    """One row of the register. `variable` names the environment variable with its addresses; None: none is named."""

    audience_id: str
    kind: str
    department_code: str | None
    variable: str | None


def read_audiences(settings: Settings) -> list[Audience]:
    """The register's rows in its order; none where there is no file. A cell that is no variable's name is left out,
    as it might be an address."""
    register = register_named("audiences")
    rows, _ = read_register(settings.seeds / register.file, register)
    return [
        Audience(
            row["audience_id"],
            row["kind"].lower(),
            row["department_code"] or None,
            row["notify_target"] if _VARIABLE.fullmatch(row["notify_target"]) else None,
        )
        for row in rows
    ]


def recipients(event: Event, audiences: Sequence[Audience]) -> Sequence[Audience]:
    """Those whom an event concerns: the persons, else the department, else finops or operations; perhaps nobody."""
    general = ("operations", "finops")
    if event.kind not in _OPERATIONS_FIRST:
        general = ("finops", "operations")
        persons = [a for a in audiences if a.kind == "person" and a.audience_id in event.persons]
        if persons:
            return persons
        department = _of_department(event.department_code, audiences)
        if department:
            return department
    for kind in general:
        told = [audience for audience in audiences if audience.kind == kind]
        if told:
            return told
    return []


def digest_readers(audiences: Sequence[Audience]) -> list[Audience]:
    """Those whose digest tells everything: finops and operations."""
    return [audience for audience in audiences if audience.kind in ("finops", "operations")]


def _of_department(code: str | None, audiences: Sequence[Audience]) -> list[Audience]:
    if code is None:
        return []
    return [a for a in audiences if a.kind == "department" and a.department_code == code]
