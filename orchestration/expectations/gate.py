"""Between a staged candidate and its acceptance: what its suite makes of it, and what a person accepts all the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import duckdb

from orchestration.expectations.additions import load_suites
from orchestration.expectations.earlier import Earlier, History
from orchestration.expectations.results import (
    ACCEPTED,
    QUARANTINED,
    Outcome,
    Verdict,
    expectations_folder,
    forget_gone,
    held_deliveries,
    keep,
    read_quarantined,
)
from orchestration.expectations.suite import CRITICAL, INFO, Suite
from orchestration.expectations.validating import Validator
from orchestration.landing.checks import MAXIMUM_FAULTS, Fault
from orchestration.landing.contracts import Table
from orchestration.landing.loader import Staged
from orchestration.landing.rawzone import Acceptance, Delivery
from orchestration.registers.declared import register_named
from orchestration.registers.reading import read_register
from orchestration.settings import Settings

REGISTER = "accepted_deliveries"


@dataclass(frozen=True)
class Judgement:
    """What is to become of one staged candidate: refused for `faults`, else accepted, as far as suites go."""

    verdict: Verdict
    faults: tuple[Fault, ...]

    @property
    def acceptances(self) -> tuple[Acceptance, ...]:
        """What a person took responsibility for."""
        return tuple(o.acceptance for o in self.verdict.outcomes if o.acceptance is not None)


def can_judge() -> bool:
    """Whether Great Expectations is installed (`make expectations`)."""
    return all(find_spec(name) for name in ("great_expectations", "duckdb_engine"))


class Gate:
    """The suites of one landing. Great Expectations is imported when the first candidate needs it."""

    def __init__(
        self, settings: Settings, connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]
    ) -> None:
        self._settings = settings
        self._connection = connection
        self._suites = load_suites(tables)
        self._accepted = _acceptances(settings)
        self._validator: Validator | None = None

    def judge(
        self, table: Table, staged: Sequence[Staged], accepted: Sequence[Delivery]
    ) -> dict[str, Judgement]:
        """The judgement of each candidate of one table, by delivery; empty deliveries need none.

        All are validated together, as if each were accepted. Only if something is found is each validated by itself,
        in order, against those that were accepted before it.
        """
        full = [one for one in staged if one.delivery.row_count]
        suite = self._suites[table.qualified]
        suspects = [one for one in full if self._was_held(one)]
        others = [one for one in full if one not in suspects]
        history = self._history(table, full, accepted)
        judgements = self._together(suite, others, history) if len(others) > 1 else None
        if judgements is None:
            history = self._history(table, full, accepted)
            judgements = self._in_order(suite, others, history)
        return judgements | self._in_order(suite, suspects, history)

    def accept(self, judgement: Judgement, sequence: int) -> None:
        """Keep what was found of a delivery that is accepted now."""
        keep(self._settings, replace(judgement.verdict, sequence=sequence), ACCEPTED)

    def hold(self, judgement: Judgement) -> None:
        """Keep what was found of a delivery that goes to quarantine."""
        keep(self._settings, judgement.verdict, QUARANTINED)

    def finish(self, held: Sequence[str]) -> None:
        """Forget what is in quarantine no more, and bring Data Docs in step with what was validated."""
        forget_gone(self._settings, held)
        if self._validator is not None:
            self._validator.build_data_docs()

    def close(self) -> None:
        """Let go of Great Expectations."""
        if self._validator is not None:
            self._validator.close()
            self._validator = None

    def _history(
        self, table: Table, staged: Sequence[Staged], accepted: Sequence[Delivery]
    ) -> History:
        deliveries = [one.delivery for one in staged]
        return History(self._connection, self._settings.raw_zone, table, accepted, deliveries)

    def _was_held(self, one: Staged) -> bool:
        delivery = one.delivery
        return (
            read_quarantined(self._settings, delivery.source_table, delivery.delivery_id)
            is not None
        )

    def _together(
        self, suite: Suite, staged: Sequence[Staged], history: History
    ) -> dict[str, Judgement] | None:
        """Every candidate's judgement if none has a finding, else None."""
        earlier: list[list[Earlier]] = []
        for one in staged:
            earlier.append(history.before(one.delivery, one.parts))
            history.add(one.delivery, one.parts)
        outcomes = self._validated(suite, staged, [e for of_one in earlier for e in of_one], "all")
        if any(not outcome.is_met for outcome in outcomes):
            return None
        return {
            one.delivery.delivery_id: self._judgement(
                one, _verdict(one, _basis(suite, one, before), outcomes)
            )
            for one, before in zip(staged, earlier, strict=True)
        }

    def _in_order(
        self, suite: Suite, staged: Sequence[Staged], history: History
    ) -> dict[str, Judgement]:
        judgements = {}
        for one in staged:
            earlier = history.before(one.delivery, one.parts)
            basis = _basis(suite, one, earlier)
            delivery_id = one.delivery.delivery_id
            verdict = read_quarantined(self._settings, suite.table, delivery_id)
            if verdict is None or verdict.basis != basis:
                outcomes = self._validated(suite, [one], earlier, delivery_id)
                verdict = _verdict(one, basis, outcomes)
            judgement = self._judgement(one, verdict)
            judgements[delivery_id] = judgement
            if not judgement.faults:
                history.add(one.delivery, one.parts)
        return judgements

    def _validated(
        self, suite: Suite, staged: Sequence[Staged], earlier: Sequence[Earlier], batch: str
    ) -> list[Outcome]:
        if self._validator is None:
            self._validator = Validator(expectations_folder(self._settings))
        kept = held_deliveries(self._settings, suite.table)
        pairs: list[tuple[Delivery, Sequence[Path]]] = [(one.delivery, one.parts) for one in staged]
        return self._validator.validate(suite, pairs, earlier, batch, kept)

    def _judgement(self, one: Staged, verdict: Verdict) -> Judgement:
        outcomes = []
        faults: list[list[Fault]] = []
        for outcome in verdict.outcomes:
            accepted = self._accepted.get((verdict.delivery_id, outcome.name))
            is_acceptable = outcome.severity != CRITICAL
            is_accepted = is_acceptable and accepted is not None and not outcome.is_met
            outcomes.append(replace(outcome, acceptance=accepted if is_accepted else None))
            # What was accepted once, and is read again because its contract has changed, is plausible enough.
            passes = is_acceptable and (is_accepted or one.read_before or outcome.severity == INFO)
            if not outcome.is_met and not passes:
                faults.append(_faults(verdict, outcome))
        # The first finding of each expectation, before the second of any.
        in_turn = [
            of_one[place]
            for place in range(MAXIMUM_FAULTS)
            for of_one in faults
            if place < len(of_one)
        ]
        return Judgement(
            replace(verdict, outcomes=tuple(outcomes)), tuple(in_turn[:MAXIMUM_FAULTS])
        )


def _verdict(one: Staged, basis: str, outcomes: Sequence[Outcome]) -> Verdict:
    delivery = one.delivery
    files = tuple(file.file for file in delivery.files)
    return Verdict(
        delivery.source_table,
        delivery.platform,
        delivery.delivery_id,
        delivery.arrived_sequence,
        files,
        basis,
        tuple(outcomes),
    )


def _basis(suite: Suite, one: Staged, earlier: Sequence[Earlier]) -> str:
    """Equal where the suite would find the same of the same delivery again."""
    held_against = json.dumps([asdict(entry) for entry in earlier], default=str)
    text = "|".join((suite.fingerprint, one.delivery.delivery_id, held_against))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _faults(verdict: Verdict, outcome: Outcome) -> list[Fault]:
    remedy = outcome.remedy
    if outcome.severity != CRITICAL:
        remedy += (
            f". If it is true all the same, enter delivery {verdict.delivery_id} and expectation {outcome.name} in "
            f"{REGISTER}.csv, with who accepts it and why"
        )
    return [
        Fault(
            finding.file or verdict.files[0],
            finding.reason,
            remedy,
            finding.row,
            finding.column,
        )
        for finding in outcome.findings
    ]


def _acceptances(settings: Settings) -> dict[tuple[str, str], Acceptance]:
    """What people have accepted, by delivery and expectation; rows that leave out who or why count for nothing."""
    register = register_named(REGISTER)
    rows, _ = read_register(settings.seeds / register.file, register)
    return {
        (row["delivery_id"], row["expectation"]): Acceptance(
            row["expectation"], row["accepted_by"], row["accepted_on"], row["reason"]
        )
        for row in rows
        if row["accepted_by"] and row["reason"]
    }
