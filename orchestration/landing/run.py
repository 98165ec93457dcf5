"""Landing: from the files of the landing folder and the registers to the raw zone and the load ledger."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.errors import RefusalError
from orchestration.failures import heal_work_file
from orchestration.landing.arrivals import put_in_place
from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.conflicts import Conflicts
from orchestration.landing.contracts import CONTRACTS_FOLDER, Table, load_contracts
from orchestration.landing.deliveries import Candidate, group
from orchestration.landing.discover import Claim, compiled_glob, discover
from orchestration.landing.engine import connect
from orchestration.landing.headers import match_count, split_header
from orchestration.landing.json_records import first_keys
from orchestration.landing.ledger import Refusal, refresh
from orchestration.landing.loader import (
    Staged,
    delivery_id_of,
    masked_name,
    reading_of,
    settle,
    stage,
)
from orchestration.landing.manifests import datasets_of, read_manifests
from orchestration.landing.people import People
from orchestration.landing.rawzone import Delivery, read_deliveries, remove_leftovers
from orchestration.landing.sources import format_of, parquet_cells
from orchestration.settings import Settings, writer_lock

if TYPE_CHECKING:
    from orchestration.expectations.gate import Gate, Judgement

Echo = Callable[[str], None]


@dataclass(frozen=True)
class LandingResult:
    """What one landing did. `row_count` counts the rows of accepted deliveries of this landing.

    `set_aside` is where a damaged work file is now that this landing has made anew.
    """

    accepted: tuple[Delivery, ...] = ()
    unchanged: tuple[Delivery, ...] = ()
    quarantined: tuple[Refusal, ...] = ()
    # Whether suites of Great Expectations judged what is new.
    was_judged: bool = False
    set_aside: Path | None = None

    @property
    def row_count(self) -> int:
        """Rows that this landing added to the raw zone."""
        return sum(delivery.row_count for delivery in self.accepted)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault of every quarantined delivery."""
        return tuple(fault for refusal in self.quarantined for fault in refusal.faults)


@dataclass(frozen=True)
class Forgotten:
    """Who was forgotten, and whether the people map had known them."""

    pseudonym: str
    was_known: bool


def land(
    settings: Settings, echo: Echo = lambda line: None, contracts: Path = CONTRACTS_FOLDER
) -> LandingResult:
    """Land everything new; what is there already changes nothing.

    `echo` gets one line per delivery that was accepted or refused. Raises ContractError for a faulty contract,
    WriterBusyError while another process writes, and RefusalError without a landing folder; nothing is half loaded
    whatever happens.
    """
    tables = load_contracts(contracts)
    if not settings.landing.is_dir():
        raise RefusalError(
            f"The landing folder {settings.landing} is not there: mount it or make it, or correct CHARGEBACK_LANDING. "
            "Nothing was landed."
        )
    with writer_lock(settings, "land"):
        set_aside = heal_work_file(settings.work_file)
        return replace(_land(settings, tables, echo), set_aside=set_aside)


def forget(settings: Settings, person: str) -> Forgotten:
    """Erase a person from the people map, for good: landing their files again brings nobody back.

    `person` is an e-mail, login or name as a source has it, or a pseudonym. No cost changes.
    """
    with writer_lock(settings, "forget"):
        people = People.read(settings.warehouse / "people", settings.pseudonym_key)
        pseudonym, was_known = people.forget(person)
        people.save()
        return Forgotten(pseudonym, was_known)


def _land(settings: Settings, tables: Sequence[Table], echo: Echo) -> LandingResult:
    raw_zone = settings.raw_zone
    raw_zone.mkdir(parents=True, exist_ok=True)
    remove_leftovers(raw_zone)
    put_in_place(settings.landing)
    spill = settings.warehouse / ".spill-landing"
    shutil.rmtree(spill, ignore_errors=True)
    people = People.read(settings.warehouse / "people", settings.pseudonym_key)
    deliveries = read_deliveries(raw_zone)
    unchanged: list[Delivery] = []
    try:
        with connect(spill) as connection, _gate(settings, connection, tables) as gate:
            candidates, stray = _candidates(connection, settings, tables, people)
            landing = _Landing(connection, raw_zone, people, gate, deliveries, tables, echo)
            landing.refusals += [_stray(fault, people) for fault in stray]
            arrivals = [
                (candidate, _arrival(candidate, deliveries, people)) for candidate in candidates
            ]
            # What is read again keeps its order of arrival, before anything new.
            new: list[tuple[Candidate, Arrival]] = []
            for candidate, arrival in sorted(arrivals, key=lambda pair: pair[1].sort_key):
                if arrival.unchanged is not None:
                    unchanged.append(arrival.unchanged)
                else:
                    new.append((candidate, arrival))
            for group in _groups(new, are_judged=gate is not None):
                unchanged += landing.land(group)
            if gate is not None:
                gate.finish([refusal.delivery_id for refusal in landing.refusals])
        people.save()
        refresh(
            settings.work_file,
            raw_zone,
            tables,
            [*deliveries, *landing.accepted],
            landing.refusals,
            settings.closes,
            spill,
        )
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    for refusal in landing.refusals:
        if refusal.source_table is None:
            echo(_refused_line(refusal))
    return LandingResult(
        tuple(landing.accepted), tuple(unchanged), tuple(landing.refusals), gate is not None
    )


@contextmanager
def _gate(
    settings: Settings, connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]
) -> Iterator[Gate | None]:
    """What judges the candidates of a landing; None where Great Expectations is not installed or not wanted."""
    from orchestration.expectations.gate import Gate, can_judge

    if not (settings.with_expectations and can_judge()):
        yield None
        return
    gate = Gate(settings, connection, tables)
    try:
        yield gate
    finally:
        gate.close()


def _groups(
    new: Sequence[tuple[Candidate, Arrival]], are_judged: bool
) -> Iterator[list[tuple[Candidate, Arrival]]]:
    """What is landed in one go: candidates of one table and different content where suites judge them, else each."""
    group: list[tuple[Candidate, Arrival]] = []
    for candidate, arrival in new:
        belongs = are_judged and all(
            other.table.qualified == candidate.table.qualified
            and other.identity != candidate.identity
            for other, _ in group
        )
        if group and not belongs:
            yield group
            group = []
        group.append((candidate, arrival))
    if group:
        yield group


class _Landing:
    """What one landing has accepted and refused so far."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        raw_zone: Path,
        people: People,
        gate: Gate | None,
        deliveries: Sequence[Delivery],
        tables: Sequence[Table],
        echo: Echo,
    ) -> None:
        self.accepted: list[Delivery] = []
        self.refusals: list[Refusal] = []
        self._connection = connection
        self._raw_zone = raw_zone
        self._people = people
        self._gate = gate
        self._deliveries = deliveries
        self._conflicts = Conflicts(tables, deliveries)
        self._echo = echo

    def land(self, group: Sequence[tuple[Candidate, Arrival]]) -> list[Delivery]:
        """Accept or refuse each candidate of a group; return what had been accepted in this landing already."""
        twins = []
        staged: list[Staged] = []
        try:
            for candidate, arrival in group:
                twin = next((d for d in self.accepted if d.identity == candidate.identity), None)
                if twin is not None:
                    twins.append(twin)
                    continue
                delivery_id = delivery_id_of(candidate, self._people, arrival.earlier_count)
                try:
                    staged.append(
                        stage(
                            self._connection,
                            self._raw_zone,
                            candidate,
                            delivery_id,
                            self._people,
                            arrival.earlier_count > 0,
                        )
                    )
                except RefusedError as error:
                    self._refuse(candidate, delivery_id, error)
            self._settle(staged)
        finally:
            for one in staged:
                one.discard()
        return twins

    def _settle(self, staged: Sequence[Staged]) -> None:
        judgements: dict[str, Judgement] = {}
        if self._gate is not None and staged:
            everything = [*self._deliveries, *self.accepted]
            judgements = self._gate.judge(staged[0].candidate.table, staged, everything)
        for one in staged:
            judgement = judgements.get(one.delivery.delivery_id)
            sequence = 1 + max(
                (d.arrived_sequence for d in [*self._deliveries, *self.accepted]), default=0
            )
            try:
                if judgement is not None and judgement.faults:
                    raise RefusedError(*judgement.faults)
                acceptances = judgement.acceptances if judgement is not None else ()
                delivery = settle(
                    self._raw_zone, one, sequence, acceptances, self._people, self._conflicts
                )
            except RefusedError as error:
                one.discard()
                self._refuse(one.candidate, one.delivery.delivery_id, error)
                if self._gate is not None and judgement is not None:
                    self._gate.hold(judgement)
                continue
            self.accepted.append(delivery)
            self._conflicts.add(delivery)
            if self._gate is not None and judgement is not None:
                self._gate.accept(judgement, sequence)
            self._echo(_accepted_line(delivery))

    def _refuse(self, candidate: Candidate, delivery_id: str, error: RefusedError) -> None:
        refusal = _refusal(candidate, delivery_id, error.faults, self._people)
        self.refusals.append(refusal)
        self._echo(_refused_line(refusal))


def _candidates(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    tables: Sequence[Table],
    people: People,
) -> tuple[list[Candidate], list[Fault]]:
    candidates: list[Candidate] = []
    faults: list[Fault] = []
    for root, folder in (("seeds", settings.seeds), ("landing", settings.landing)):
        of_root = [table for table in tables if table.root == root]
        found = discover(folder, of_root, report_unclaimed=root == "landing")
        faults += found.faults
        manifests, unread = read_manifests(found.manifests, of_root)
        faults += unread
        datasets = datasets_of(manifests, {file.name: file for file in found.claims})
        claims: list[Claim] = []
        for file, options in found.claims.items():
            try:
                fitting = _of_dataset(options, datasets.get(file.name))
                claims.append(_choose(connection, fitting, people))
            except RefusedError as error:
                faults += error.faults
        # Files of a dataset that no table reads have been refused already, each by itself.
        read = {table.dataset for table in of_root}
        counted = [m for m in manifests if m.dataset is None or m.dataset in read]
        grouped, stray = group(claims, found.sidecars, counted)
        candidates += grouped
        faults += stray
    return sorted(candidates, key=_arrival_order), faults


def _arrival_order(candidate: Candidate) -> tuple[str, str, str]:
    moment = candidate.delivered_at.isoformat() if candidate.delivered_at else ""
    return candidate.table.qualified, moment, candidate.claims[0].file.name


def _of_dataset(options: Sequence[Claim], dataset: str | None) -> Sequence[Claim]:
    """The claims of tables that a file of the dataset, as its manifest tells it, may feed."""
    fitting = [claim for claim in options if dataset is None or claim.table.dataset == dataset]
    if not fitting:
        reason = f"its manifest says that it holds {dataset}, of which no source is made"
        remedy = "Leave this export out of the landing folder"
        raise RefusedError(Fault(options[0].file.name, reason, remedy))
    return fitting


def _choose(
    connection: duckdb.DuckDBPyConnection, options: Sequence[Claim], people: People
) -> Claim:
    """The claim that a file's header satisfies; of several the one whose glob says most."""
    if len(options) == 1:
        return options[0]
    fitting: list[Claim] = []
    first_error: RefusedError | None = None
    for claim in options:
        try:
            header = _header(connection, claim, people)
        except RefusedError as error:
            first_error = first_error or error
            continue
        if header is None or match_count(claim.table, header) is not None:
            fitting.append(claim)
    # A record of JSON may leave out what is empty: reading says what is missing, and where.
    if not fitting and first_error is None and format_of(options[0].file) == "json":
        fitting = list(options)
    if not fitting:
        names = " or ".join(sorted(claim.table.qualified for claim in options))
        if first_error is not None and "no line names" not in first_error.faults[0].reason:
            raise first_error
        raise RefusedError(
            Fault(
                options[0].file.name,
                f"the header has not all required columns of {names}",
                "Check which export this is, and that it holds the required columns of its contract",
            )
        )
    return max(fitting, key=_specificity)


def _header(
    connection: duckdb.DuckDBPyConnection, claim: Claim, people: People
) -> list[str] | None:
    """What names the columns of a file; None where only reading it tells."""
    match format_of(claim.file):
        case "parquet":
            return [name for name, _ in parquet_cells(connection, claim.table, claim.file)]
        case "text":
            return split_header(claim.table, claim.file, people.pseudonym)[0]
        case "json":
            return first_keys(claim.table, claim.file)
        case _:
            return None


def _specificity(claim: Claim) -> int:
    return max(
        sum(len(part) for part in glob.replace("*", "").split("/") if "<" not in part)
        for glob in claim.table.files
        if compiled_glob(glob).fullmatch(claim.file.name)
    )


@dataclass(frozen=True)
class Arrival:
    """Whether a candidate is accepted already, else how often its content has been, and when first."""

    unchanged: Delivery | None = None
    earlier_count: int = 0
    sort_key: int = sys.maxsize


def _arrival(candidate: Candidate, deliveries: Sequence[Delivery], people: People) -> Arrival:
    """What is known of a candidate.

    Content arrives again when a file was overwritten with other content and then with this once more, and when its
    contract or the key for people has changed since.
    """
    of_table = [d for d in deliveries if d.source_table == candidate.table.qualified]
    same = [d for d in of_table if d.identity == candidate.identity]
    if not same:
        return Arrival()
    newest = same[-1]
    if newest.fingerprint != reading_of(candidate.table, people):
        return Arrival(None, len(same), newest.arrived_sequence)
    names = [masked_name(claim.file.name, people) for claim in candidate.claims]
    hashes = dict(zip(names, candidate.hashes, strict=True))
    for delivery in of_table:
        overwritten = any(hashes.get(f.file, f.sha256) != f.sha256 for f in delivery.files)
        if overwritten and delivery.arrived_sequence > newest.arrived_sequence:
            return Arrival(None, len(same))
    return Arrival(newest, len(same))


def _stray(fault: Fault, people: People) -> Refusal:
    """A file that belongs to no delivery."""
    fault = replace(fault, file=masked_name(fault.file, people))
    return Refusal(f"file:{fault.file}", None, None, None, (fault.file,), (fault,))


def _refusal(
    candidate: Candidate, delivery_id: str, faults: Sequence[Fault], people: People
) -> Refusal:
    table = candidate.table
    named = tuple(
        replace(
            fault, file=masked_name(fault.file, people), reason=masked_name(fault.reason, people)
        )
        for fault in faults
    )
    files = tuple(masked_name(claim.file.name, people) for claim in candidate.claims)
    return Refusal(delivery_id, table.platform, table.qualified, table.role, files, named)


def _accepted_line(delivery: Delivery) -> str:
    files = "1 file" if len(delivery.files) == 1 else f"{len(delivery.files)} files"
    line = f"landed {delivery.source_table}: {delivery.row_count:,} rows from {files} ({delivery.names()})"
    if delivery.unknown_columns:
        line += f"; kept aside {len(delivery.unknown_columns)} undeclared columns"
    return line


def _refused_line(refusal: Refusal) -> str:
    more = len(refusal.faults) - 1
    return f"quarantined {refusal.faults[0].sentence()}" + (f" (and {more} more)" if more else "")
