"""What the suites found last, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from orchestration.expectations.gate import can_judge
from orchestration.expectations.results import Outcome, SourceResults, Verdict, data_docs
from orchestration.report.wording import counted
from orchestration.settings import Settings


def print_results(
    settings: Settings, results: Mapping[str, SourceResults], console: Console
) -> None:
    """A line for each source that was judged, then what is not met and what to do."""
    for name, of_source in results.items():
        newest = of_source.newest
        met = f"{counted(len(newest.outcomes), 'expectation')} met" if newest else "none accepted"
        if newest and newest.unmet:
            met = f"{counted(len(newest.unmet), 'expectation')} of {len(newest.outcomes)} not met"
        state = "[green]good[/green]" if of_source.is_met else "[red]look[/red]"
        console.print(f"{name:<42} {state}  {met}", highlight=False)
        for verdict in (*((newest,) if newest else ()), *of_source.quarantined):
            for outcome in verdict.unmet:
                _print_unmet(verdict, outcome, console)
    if not results:
        console.print(
            "No delivery has been judged yet: suites judge what is new, at the next landing."
        )
    if not can_judge():
        console.print("Great Expectations is not installed: `make expectations` sets it up, once.")
    page = data_docs(settings)
    if page.is_file():
        console.print(f"Data Docs: {escape(str(page))}", highlight=False, soft_wrap=True)


def _print_unmet(verdict: Verdict, outcome: Outcome, console: Console) -> None:
    console.print(
        f"  {outcome.severity} {escape(outcome.name)} of {escape(verdict.files[0])}: "
        f"{escape(outcome.sentence)} ({counted(outcome.finding_count, 'finding')})",
        highlight=False,
        soft_wrap=True,
    )
    accepted = outcome.acceptance
    if accepted is not None:
        console.print(
            f"    accepted by {escape(accepted.accepted_by)} on {escape(accepted.accepted_on)}: "
            f"{escape(accepted.reason)}",
            highlight=False,
            soft_wrap=True,
        )
