"""From a cell's text to its value, by one strict spelling per kind."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from orchestration.landing.checks import currency_codes
from orchestration.registers.faults import quoted
from orchestration.registers.schema import Kind

Value = str | bool | int | Decimal | date | datetime

# What staging puts in the place of an open beginning or end.
BEGINNING = datetime(1900, 1, 1)
END = datetime(9999, 12, 31)

_CURRENCIES = frozenset(currency_codes())
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)(?:Z|\+00:00)?)?"
)
# Wants a domain with a dot, since model ids and tags hold an `@` too.
_ADDRESS = re.compile(r"[^\s@]+@[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}")


class UnreadableError(ValueError):
    """A cell's text is not of its column's kind. Carries a message and a remedy, neither with an address in it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def read_value(text: str, kind: Kind, choices: tuple[str, ...] = ()) -> Value:
    """The value of a cell that is not empty, spaces around it removed. Raises UnreadableError."""
    match kind:
        case Kind.PERSON:
            return _person(text)
        case Kind.CHOICE:
            return _choice(text, choices)
        case Kind.CURRENCY:
            return _currency(text)
        case Kind.BOOLEAN:
            return _choice(text, ("true", "false")) == "true"
        case Kind.COUNT | Kind.POSITIVE:
            return _whole(text, minimum=1 if kind is Kind.POSITIVE else 0)
        case Kind.DATE:
            return _day(text)
        case Kind.MONTH:
            return _month(text)
        case Kind.INSTANT:
            return _instant(text)
        case Kind.TEXT | Kind.EMAIL:
            return text
    return _number(text, kind)


def holds_address(text: str) -> bool:
    """Whether a text names somebody by an e-mail address."""
    return _ADDRESS.search(text) is not None


def _person(text: str) -> str:
    if "@" in text:
        raise UnreadableError(
            "holds an e-mail address where a person_id belongs",
            "Write the staff number that people.csv gives that person",
        )
    return text


def _choice(text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise UnreadableError(f"{quoted(text)} is unknown", f"Write one of {', '.join(choices)}")
    return text.lower()


def _currency(text: str) -> str:
    if text.upper() not in _CURRENCIES:
        raise UnreadableError(
            f"{quoted(text)} is no currency", "Write an ISO 4217 code such as GBP"
        )
    return text.upper()


def _whole(text: str, minimum: int) -> int:
    if not _WHOLE.fullmatch(text) or int(text) < minimum:
        raise UnreadableError(
            f"{quoted(text)} is no whole number from {minimum}", "Write digits only, such as 90"
        )
    return int(text)


# Digits before and after the point that the warehouse's type for the kind holds.
_DIGITS = {Kind.WEIGHT: (5, 6), Kind.FRACTION: (5, 6), Kind.RATE: (6, 8)}
_MONEY_DIGITS = (16, 10)


def _number(text: str, kind: Kind) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise UnreadableError(
            f"{quoted(text)} is no number",
            "Write digits with a point for decimals and nothing else, such as 1234.56",
        )
    number = Decimal(text)
    before, after = _DIGITS.get(kind, _MONEY_DIGITS)
    decimals = len(text.partition(".")[2].rstrip("0"))
    if decimals > after:
        raise UnreadableError(
            f"{quoted(text)} has {decimals} decimals, more than the {after} kept",
            "Round it, or state it for more units",
        )
    if abs(number) >= Decimal(10) ** before:
        raise UnreadableError(
            f"{quoted(text)} is too large", f"At most {before} digits before the point"
        )
    _check_range(text, number, kind)
    return number


def _check_range(text: str, number: Decimal, kind: Kind) -> None:
    if kind is Kind.RATE and number <= 0:
        raise UnreadableError(
            f"a rate of {quoted(text)} is not over 0", "Write the rate of that month"
        )
    if number < 0 and kind is not Kind.AMOUNT:
        raise UnreadableError(f"{quoted(text)} is negative", "Write a number from 0")
    limit = {Kind.PERCENT: 100, Kind.FRACTION: 1}.get(kind)
    if limit is not None and number > limit:
        raise UnreadableError(
            f"{quoted(text)} is over {limit}", f"Write a number from 0 to {limit}"
        )


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnreadableError(f"{quoted(text)} is no date", "Write an ISO date such as 2026-05-31")


def _month(text: str) -> date:
    if not _MONTH.fullmatch(text):
        raise UnreadableError(f"{quoted(text)} is no month", "Write year and month as in 2026-05")
    return date.fromisoformat(f"{text}-01")


def _instant(text: str) -> datetime:
    found = _INSTANT.fullmatch(text)
    if found:
        try:
            return datetime.fromisoformat(f"{found[1]} {found[2] or '00:00'}")
        except ValueError:
            pass
    raise UnreadableError(
        f"{quoted(text)} is no date",
        "Write an ISO date such as 2026-05-31, or a UTC timestamp such as 2026-05-31T14:00:00Z",
    )
