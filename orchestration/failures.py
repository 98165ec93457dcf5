"""What the machine does to a writer (a full disk, a folder that cannot be written, a damaged file), in plain words."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb

from orchestration.errors import RefusalError

_EXIT_FAILED = 1
_STANDS = "What was published before still stands."
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
# DuckDB raises its most general error for a wrong checksum, so its words have to tell.
_FULL_WORDS = ("No space left on device", "File too large", "Disk quota exceeded")
_FORBIDDEN_WORDS = ("Permission denied", "Read-only file system", "Operation not permitted")
_DAMAGED_WORDS = (
    "Corrupt database file",
    "is not a valid DuckDB database file",
    "Could not read enough bytes",
)


def is_damage(message: str) -> bool:
    """Whether DuckDB's message says that the bytes of a database file are not what was written."""
    return any(words in message for words in _DAMAGED_WORDS)


def cause_of(message: str) -> str | None:
    """What a message of the operating system or DuckDB means, and what to do; None for anything else."""
    if any(words in message for words in _FULL_WORDS):
        return (
            "The disk is full, or a limit on file sizes is reached: make room and run this again."
        )
    if any(words in message for words in _FORBIDDEN_WORDS):
        return "A file or folder cannot be written: let the user who runs this write there, and run this again."
    return None


def refusal_of(error: BaseException, work_file: Path) -> RefusalError | None:
    """The refusal that says what an error means and what to do; None where the error is of another kind.

    A damaged work file is set aside, since the next landing makes another from the raw zone. The caller holds the
    writer's lock.
    """
    message = str(error).splitlines()[0] if str(error) else ""
    if isinstance(error, duckdb.Error) and is_damage(message):
        return _refuse_damage(message, work_file)
    if isinstance(error, OSError) and error.errno in _FULL | _FORBIDDEN:
        cause = cause_of(_FULL_WORDS[0] if error.errno in _FULL else _FORBIDDEN_WORDS[0])
    elif isinstance(error, duckdb.Error):
        cause = cause_of(message)
    else:
        cause = None
    return RefusalError(f"{cause} {_STANDS} ({message})", _EXIT_FAILED) if cause else None


def refuse_damaged_work_file(messages: list[str], work_file: Path) -> None:
    """Raise RefusalError, and set the work file aside, where a message says that it is damaged."""
    for message in messages:
        if is_damage(message):
            raise _refuse_damage(" ".join(message.split()), work_file)


def heal_work_file(work_file: Path) -> Path | None:
    """Set a work file aside that DuckDB cannot open, so that a landing makes another; where it is now, else None.

    The raw zone holds all that has landed, so nothing is lost. Damage further inside shows when it is read.
    """
    if not work_file.exists():
        return None
    try:
        with duckdb.connect(work_file) as connection:
            connection.execute("select count(*) from duckdb_tables()")
    except duckdb.Error as error:
        if is_damage(str(error)):
            return set_aside(work_file)
        raise
    return None


def set_aside(work_file: Path) -> Path:
    """Rename a damaged work file, in the place of one set aside before."""
    aside = work_file.with_name(f"{work_file.name}.damaged")
    work_file.with_name(f"{work_file.name}.wal").unlink(missing_ok=True)
    work_file.replace(aside)
    return aside


def _refuse_damage(message: str, work_file: Path) -> RefusalError:
    if not _is_damaged(work_file):
        return RefusalError(
            f"A DuckDB file other than the work file is damaged: see docs/failure.md. {_STANDS} ({message})",
            _EXIT_FAILED,
        )
    return RefusalError(
        f"The work file was damaged and is now {set_aside(work_file)}. Nothing is lost: run `chargeback run` again, "
        f"which makes another from the raw zone. {_STANDS} ({message})",
        _EXIT_FAILED,
    )


def _is_damaged(work_file: Path) -> bool:
    """Whether any table of the file cannot be read whole."""
    if not work_file.exists():
        return False
    try:
        with duckdb.connect(work_file, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            for schema, table in tables:
                connection.execute(
                    f'select sum(cast(hash(rows_read) as hugeint)) from "{schema}"."{table}" as rows_read'
                )
    except duckdb.Error as error:
        return is_damage(str(error))
    return False
