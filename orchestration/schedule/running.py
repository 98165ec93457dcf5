"""What every step under Dagster does alike: the settings, the registers, the lock, and errors in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration import steps
from orchestration.errors import RefusalError
from orchestration.settings import Settings, WriterBusyError, writer_lock

# Runs that write wait for each other in Dagster's queue; `writer_lock` holds against everybody else.
WRITER_POOL = "duckdb_writer"
_WAIT_SECONDS = 60
_WAITS = 60


@contextmanager
def reading(*, checked: bool = True) -> Iterator[Settings]:
    """The settings for a step that writes nothing to the warehouse's work file; a refusal fails it in plain words.

    Only a step that tells of faulty registers goes on in spite of them, unchecked.
    """
    try:
        settings = steps.settings_in_use()
        errors, _ = steps.find_register_faults(settings) if checked else ([], [])
        if errors:
            raise steps.faulty_registers(settings, errors)
        yield settings
    except RefusalError as refusal:
        # What somebody has to mend is not mended by trying again.
        raise dg.Failure(str(refusal), allow_retries=False) from refusal


@contextmanager
def writing(verb: str, *, checked: bool = True) -> Iterator[Settings]:
    """The settings for a step that writes, under the lock; while another process writes the step waits for an hour."""
    with reading(checked=checked) as settings:
        try:
            with writer_lock(settings, verb):
                yield settings
        except WriterBusyError as busy:
            raise dg.RetryRequested(max_retries=_WAITS, seconds_to_wait=_WAIT_SECONDS) from busy
