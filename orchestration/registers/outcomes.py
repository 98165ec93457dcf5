"""Outcomes: no more are accepted than were reached, and what is reported is counted."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, Severity
from orchestration.registers.reading import Registers


def outcome_faults(registers: Registers) -> Iterator[Fault]:
    """Faults of `outcomes.csv` that no single cell shows."""
    file = register_named("outcomes").file
    for row in registers["outcomes"]:
        reached, accepted = row["outcomes"], row["accepted_outcomes"]
        if reached.isdecimal() and accepted.isdecimal() and int(accepted) > int(reached):
            yield Fault(
                file,
                row.number,
                "accepted_outcomes",
                f"{accepted} are accepted and {reached} were reached",
                "Check whether the two are exchanged",
            )
        if accepted and not reached:
            yield Fault(
                file,
                row.number,
                "outcomes",
                "accepted outcomes are stated, and the outcomes are not",
                "Enter how many were reached; until then the month counts as not reported",
                Severity.WARNING,
            )
