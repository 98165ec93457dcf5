"""What the command line and the scheduler call: alerts after a run, the weekly digest, the monthly statements.

All three take the clock and the environment from outside, hold the writer's lock, and with `is_dry` neither send nor
record anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from orchestration.alerts import audiences as readers
from orchestration.alerts.audiences import Audience, read_audiences
from orchestration.alerts.events import Event, find_events
from orchestration.alerts.links import link_of
from orchestration.alerts.record import CLEARED, DELIVERED, Entry, Record
from orchestration.alerts.rendering import rendered
from orchestration.alerts.sending import FAILED, send
from orchestration.errors import RefusalError
from orchestration.report.published import published_file
from orchestration.settings import Settings, writer_lock
from orchestration.statement import write_statements

Clock = Callable[[], datetime]

NOBODY = "nobody"
NO_AUDIENCE = "audiences.csv names nobody for it"
# Kinds that are told by the calendar, and never over.
_DIGEST, _STATEMENT = "digest", "statement"


@dataclass(frozen=True)
class Message:
    """What one audience is told of one kind. `audience` is None where the register names nobody."""

    kind: str
    audience: Audience | None
    events: tuple[Event, ...]
    title: str
    body: str

    @property
    def audience_id(self) -> str:
        """The audience's id, or `nobody`."""
        return self.audience.audience_id if self.audience else NOBODY


@dataclass
class Result:
    """Messages with what came of each (None on a dry run), and what could not be looked at."""

    messages: list[tuple[Message, str | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def undelivered(self) -> list[tuple[Message, str | None]]:
        """Messages that did not go out."""
        return [sent for sent in self.messages if sent[1] not in (None, DELIVERED)]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def send_alerts(
    settings: Settings,
    *,
    is_dry: bool = False,
    clock: Clock = _utc_now,
    environment: Mapping[str, str] = os.environ,
) -> Result:
    """Tell each audience once of every event that concerns it and is new, or in another state than last told."""
    with writer_lock(settings, "alerts"):
        found = find_events(settings, clock())
        record = Record(settings)
        audiences = read_audiences(settings)
        untold: dict[tuple[str, str], tuple[Audience | None, list[Event]]] = {}
        for event in found.events:
            for audience in readers.recipients(event, audiences) or (None,):
                audience_id = audience.audience_id if audience else NOBODY
                if not record.is_told(event.kind, event.subject, event.state, audience_id):
                    untold.setdefault((event.kind, audience_id), (audience, []))[1].append(event)
        messages = [
            _message(kind, audience, events, settings, environment)
            for (kind, _), (audience, events) in untold.items()
        ]
        if not is_dry:
            _clear(record, found.events, found.looked_for, clock)
        return Result(_sent(messages, record, is_dry, clock, environment), found.notes)


def send_digest(
    settings: Settings,
    *,
    is_dry: bool = False,
    clock: Clock = _utc_now,
    environment: Mapping[str, str] = os.environ,
) -> Result:
    """Tell each audience once in an ISO week what stands: finops and operations of everything, others of theirs."""
    with writer_lock(settings, "alerts"):
        now = clock()
        found = find_events(settings, now)
        record = Record(settings)
        audiences = read_audiences(settings)
        everything = readers.digest_readers(audiences)
        theirs: dict[str, tuple[Audience | None, list[Event]]] = {
            audience.audience_id: (audience, list(found.events)) for audience in everything
        }
        for event in found.events:
            for reader in readers.recipients(event, audiences):
                if reader not in everything:
                    theirs.setdefault(reader.audience_id, (reader, []))[1].append(event)
        year, week, _ = now.isocalendar()
        messages = []
        for audience, events in theirs.values() or [(None, list(found.events))]:
            facts = {
                "week": week,
                "year": year,
                "standing": _by_kind(events),
                "unsent": [entry for entry in record.standing() if entry.outcome != DELIVERED]
                if audience in everything
                else [],
                "notes": found.notes if audience in everything else [],
            }
            digest = Event(_DIGEST, f"{year}-W{week:02}", "sent", facts)
            messages.append(_message(_DIGEST, audience, [digest], settings, environment))
        untold = [message for message in messages if not _is_told(message, record)]
        return Result(_sent(untold, record, is_dry, clock, environment), found.notes)


def send_statements(
    settings: Settings,
    period: str | None = None,
    *,
    is_dry: bool = False,
    clock: Clock = _utc_now,
    environment: Mapping[str, str] = os.environ,
) -> Result:
    """Write a month's statements and tell each head of a department where theirs is, once while the month is
    provisional and once when it is closed.

    `period` (YYYY-MM) is the newest month that has ended unless given, and with it those that were closed since. Raises
    RefusalError where nothing is published, or the month has not ended.
    """
    with writer_lock(settings, "alerts"):
        record = Record(settings)
        audiences = read_audiences(settings)
        messages = [
            _message(_STATEMENT, audience, [event], settings, environment)
            for month, status in _months_to_state(settings, period, record)
            for event in _statements(settings, month, status)
            for audience in readers.recipients(event, audiences) or (None,)
        ]
        untold = [message for message in messages if not _is_told(message, record)]
        return Result(_sent(untold, record, is_dry, clock, environment))


def _statements(settings: Settings, month: date, status: str) -> Iterator[Event]:
    """Write the statements of a month; an event for each department that has one."""
    heads = _heads(settings, month)
    for written in write_statements(settings, f"{month:%Y-%m}"):
        name, head = heads.get(written.department_code, (written.department_code, None))
        yield Event(
            _STATEMENT,
            f"{month:%Y-%m} | {written.department_code or '-'}",
            status,
            {
                "month": month,
                "status": status,
                "department": name or "no department",
                "total": written.total,
                "currency": written.reporting_currency,
                "path": written.path,
            },
            persons=(head,) if head else (),
            department_code=written.department_code or None,
        )


def _message(
    kind: str,
    audience: Audience | None,
    events: list[Event],
    settings: Settings,
    environment: Mapping[str, str],
) -> Message:
    title, body = rendered(kind, events, lambda event: link_of(event, settings, environment))
    return Message(kind, audience, tuple(events), title, body)


def _is_told(message: Message, record: Record) -> bool:
    return all(
        record.is_told(event.kind, event.subject, event.state, message.audience_id)
        for event in message.events
    )


def _sent(
    messages: Iterable[Message],
    record: Record,
    is_dry: bool,
    clock: Clock,
    environment: Mapping[str, str],
) -> list[tuple[Message, str | None]]:
    """Send and record one message after the other: a crash repeats no more than the one under way."""
    sent: list[tuple[Message, str | None]] = []
    for message in messages:
        if is_dry:
            sent.append((message, None))
            continue
        audience = message.audience
        if audience is None:
            outcome = NO_AUDIENCE
        else:
            is_urgent = message.kind not in (_DIGEST, _STATEMENT)
            outcome = send(audience.variable, message.title, message.body, environment, is_urgent)
        entries = [_entry(event, message, outcome, clock) for event in message.events]
        record.append([entry for entry in entries if not _says_nothing_new(entry, record)])
        sent.append((message, outcome))
    return sent


def _entry(event: Event, message: Message, outcome: str, clock: Clock) -> Entry:
    variable = message.audience.variable if message.audience else None
    return Entry(
        clock().astimezone(UTC).isoformat(timespec="seconds"),
        event.kind,
        event.subject,
        event.state,
        message.audience_id,
        variable or "",
        outcome,
    )


def _says_nothing_new(entry: Entry, record: Record) -> bool:
    """A missing address is recorded once a state; each attempt to send is recorded."""
    last = record.last(*entry.key)
    return (
        last is not None
        and (last.state, last.outcome) == (entry.state, entry.outcome)
        and entry.outcome != DELIVERED
        and not entry.outcome.startswith(FAILED)
    )


def _clear(record: Record, events: list[Event], looked_for: set[str], clock: Clock) -> None:
    """Record what is over, so that it is told anew when it comes back."""
    standing = {(event.kind, event.subject) for event in events}
    at = clock().astimezone(UTC).isoformat(timespec="seconds")
    record.append(
        [
            Entry(at, *entry.key[:2], entry.state, entry.audience_id, entry.notify_target, CLEARED)
            for entry in record.standing()
            if entry.kind in looked_for and (entry.kind, entry.subject) not in standing
        ]
    )


def _by_kind(events: list[Event]) -> dict[str, list[Event]]:
    kinds: dict[str, list[Event]] = {}
    for event in events:
        kinds.setdefault(event.kind, []).append(event)
    return kinds


def _months_to_state(
    settings: Settings, period: str | None, record: Record
) -> list[tuple[date, str]]:
    """The month asked for with its status, else the newest that has ended and those closed since they were told of."""
    ended = _ended_months(settings)
    if period:
        asked = [(month, status) for month, status in ended if f"{month:%Y-%m}" == period]
        if not asked:
            raise RefusalError(
                f"{period} has not ended, or has no charges: it has no statement yet."
            )
        return asked
    if not ended:
        raise RefusalError("No month with charges has ended yet: there is no statement to tell of.")
    told_provisional = {
        entry.subject[:7]
        for entry in record.standing()
        if entry.kind == _STATEMENT and entry.state != "closed"
    }
    return ended[:1] + [
        (month, status)
        for month, status in ended[1:]
        if status == "closed" and f"{month:%Y-%m}" in told_provisional
    ]


def _ended_months(settings: Settings) -> list[tuple[date, str]]:
    """Months with charges that have ended, the newest first, with their status."""
    with published_file(settings) as marts:
        return marts.execute(
            "select accounting_month, period_status from marts.dim_accounting_periods "
            "where period_status <> 'open' and charge_count > 0 order by accounting_month desc"
        ).fetchall()


def _heads(settings: Settings, month: date) -> dict[str, tuple[str, str | None]]:
    """Name and head of each department at the end of a month."""
    with published_file(settings) as marts:
        return {
            code: (name, head)
            for code, name, head in marts.execute(
                "select department_code, department_name, head_person_id from marts.dim_departments "
                "where valid_from < $month + interval 1 month and valid_to >= $month + interval 1 month",
                {"month": month},
            ).fetchall()
        }
