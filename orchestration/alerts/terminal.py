"""Prints messages as they go out, and what came of them."""

from __future__ import annotations

from rich.console import Console

from orchestration.alerts.run import NO_AUDIENCE, Message, Result
from orchestration.report.wording import counted


def print_result(result: Result, is_dry: bool, console: Console) -> None:
    """Print each message whole on a dry run, else one line each; then the notes, and what to do where it failed."""
    for message, outcome in result.messages:
        if is_dry:
            _plain(console, as_text(message))
        else:
            _plain(console, f"{outcome}: {message.title} (to {message.audience_id})")
    for note in result.notes:
        _plain(console, note)
    if not result.messages:
        _plain(console, "There is nothing new to tell.")
    elif is_dry:
        _plain(
            console, f"{counted(len(result.messages), 'message')}; nothing was sent or recorded."
        )
    for reason in sorted({str(outcome) for _, outcome in result.undelivered}):
        _plain(console, f"Not delivered: {reason}. {_remedy(reason)}")


def as_text(message: Message) -> str:
    """The message with whom it goes to, as a dry run prints it."""
    target = message.audience.variable if message.audience else None
    if message.audience is None:
        to = f"nobody ({NO_AUDIENCE})"
    else:
        to = f"{message.audience_id} ({target or 'the register names no variable'})"
    return f"To: {to}\nTitle: {message.title}\n\n{message.body}"


def _remedy(reason: str) -> str:
    if reason == NO_AUDIENCE:
        return "Enter an audience of kind `finops` in audiences.csv."
    if reason.startswith("failed"):
        return "It is tried again with the next `chargeback alerts`."
    return "Put an apprise address into the variable that audiences.csv names, and run this again."


def _plain(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
