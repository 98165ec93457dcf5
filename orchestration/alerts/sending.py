"""Sends a message by apprise. Addresses are secrets: they come from the environment and go nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from orchestration.alerts.record import DELIVERED

NO_VARIABLE = "the register names no variable"
NOT_UNDERSTOOD = "the variable holds no address that apprise understands"
FAILED = "failed"

# Their messages may hold addresses: apprise's at every level, of the others the path of each request.
_TALKATIVE = ("apprise", "requests", "urllib3", "smtplib")


def not_set(variable: str) -> str:
    """The outcome where a variable is not set, or empty."""
    return f"{variable} is not set"


def send(
    variable: str | None, title: str, body: str, environment: Mapping[str, str], is_urgent: bool
) -> str:
    """Send to the addresses that a variable holds, separated by spaces or commas; return the outcome.

    The outcome is `delivered` only if all of them took it. It never holds an address or a word of the service's answer.
    """
    if variable is None:
        return NO_VARIABLE
    addresses = environment.get(variable, "").strip()
    if not addresses:
        return not_set(variable)
    import apprise

    with _silence():
        try:
            # Nothing is kept on disk, and a redirect takes no message elsewhere.
            asset = apprise.AppriseAsset(
                async_mode=False,
                storage_mode=apprise.PersistentStoreMode.MEMORY,
                http_redirects=False,
            )
            sender = apprise.Apprise(asset=asset)
            if not sender.add(addresses):
                return NOT_UNDERSTOOD
            severity = apprise.NotifyType.WARNING if is_urgent else apprise.NotifyType.INFO
            is_sent = sender.notify(
                body=body, title=title, notify_type=severity, body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:  # a plug-in may raise anything; its text may hold the address
            return f"{FAILED}: {type(error).__name__}"
    return DELIVERED if is_sent else FAILED


@contextmanager
def _silence() -> Iterator[None]:
    levels = {name: logging.getLogger(name).level for name in _TALKATIVE}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
