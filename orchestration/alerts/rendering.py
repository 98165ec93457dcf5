"""Turns events into the text of a message: one template a kind, plain text, title in the first line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from orchestration.alerts.events import Event
from orchestration.report.wording import counted, money, quantity

_FOLDER = Path(__file__).parent / "templates"
_LONGEST = 500
_UNKNOWN = "not known"
_SPACES = re.compile(r"\s+")


def rendered(kind: str, events: Sequence[Event], link: Callable[[Event], str]) -> tuple[str, str]:
    """Title and body of one message about one or more events of a kind."""
    template = _environment().get_template(f"{kind}.txt.jinja")
    title, _, body = template.render(events=events, link=link).strip().partition("\n")
    return title.strip(), body.strip() + "\n"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        undefined=jinja2.StrictUndefined,
        # Plain text: what a service makes of it, it escapes itself.
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # A name out of a bill cannot begin a line of its own, nor hide characters.
        finalize=_one_line,
    )
    environment.filters.update(
        amount=_amount,
        month=lambda day: f"{day:%B %Y}",
        day=lambda day: f"{day.day} {day:%B %Y}",
        per_cent=_per_cent,
        counted=lambda items, noun: counted(len(items), noun),
        quantity=quantity,
    )
    return environment


def _one_line(value: Any) -> Any:
    if value is None:
        return _UNKNOWN
    if not isinstance(value, str):
        return value
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cf") else c for c in value)
    line = _SPACES.sub(" ", shown)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _amount(value: Decimal | None, currency: str | None) -> str:
    """An amount as the mart states it; what is not known is not 0."""
    return _UNKNOWN if value is None else f"{money(value)} {currency}"


def _per_cent(share: Decimal | None) -> str:
    """A share for reading, to a tenth of a per cent."""
    return _UNKNOWN if share is None else f"{share * 100:.1f} %"
