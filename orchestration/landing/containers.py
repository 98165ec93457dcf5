"""The bytes inside a file: plain, gzip, zip or Zstandard, read in blocks and bounded against bombs."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import duckdb

from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.discover import LandedFile

BLOCK = 1 << 20
# An export shrinks some ten to forty times; DEFLATE's own limit is about a thousand.
MAXIMUM_RATIO = 250
# Below this size no ratio hurts.
RATIO_COUNTS_FROM = 64 << 20
MAXIMUM_BYTES = 256 << 30

_REMEDY_AGAIN = "Fetch the file again and drop it under the same name"
# A Zstandard file is read through DuckDB line by line; no text of an export holds this character.
_NO_DELIMITER = "\x01"


def inner_name(file: LandedFile) -> str:
    """The file's name without the ending of its compression."""
    name = file.name
    for ending in (".gz", ".zst", ".zip"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def blocks(file: LandedFile) -> Iterator[bytes]:
    """The uncompressed content in blocks. Raises RefusedError for damaged, hostile or empty files."""
    if file.byte_count == 0:
        raise RefusedError(Fault(file.name, "the file is empty (0 bytes)", _REMEDY_AGAIN))
    lower = file.name.lower()
    try:
        if lower.endswith(".gz"):
            with gzip.open(file.path) as stream:
                yield from _bounded(file, iter(lambda: stream.read(BLOCK), b""))
        elif lower.endswith(".zip"):
            yield from _bounded(file, _zip_blocks(file))
        elif lower.endswith(".zst"):
            yield from _zstandard_blocks(file)
        else:
            with file.path.open("rb") as stream:
                yield from iter(lambda: stream.read(BLOCK), b"")
    except (FileNotFoundError, PermissionError) as error:
        raise unopened(file.name, error) from error
    except EOFError as error:
        reason = "the compressed file ends too early (an upload or download that broke off)"
        raise RefusedError(Fault(file.name, reason, _REMEDY_AGAIN)) from error
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        reason = "the compressed file is damaged"
        raise RefusedError(Fault(file.name, reason, _REMEDY_AGAIN)) from error


def unopened(name: str, error: OSError) -> RefusedError:
    """The refusal of a file that is listed but cannot be opened."""
    if isinstance(error, PermissionError):
        return RefusedError(
            Fault(
                name,
                "may not be read by this user",
                "Give the user who lands files leave to read it",
            )
        )
    return RefusedError(
        Fault(name, "went away while it was being landed", "Drop it again, then land again")
    )


def _bounded(file: LandedFile, content: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for block in content:
        size += len(block)
        if size > MAXIMUM_BYTES or (
            size > RATIO_COUNTS_FROM and size > MAXIMUM_RATIO * file.byte_count
        ):
            reason = f"unpacks to more than {MAXIMUM_RATIO} times its size, as only an attack does"
            raise RefusedError(Fault(file.name, reason, "Ask the sender for the export itself"))
        yield block


def _zip_blocks(file: LandedFile) -> Iterator[bytes]:
    with zipfile.ZipFile(file.path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in members:
            path = PurePosixPath(member.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                reason = "the archive holds a path that leads out of it"
                raise RefusedError(Fault(file.name, reason, "Ask the sender for a clean archive"))
        if len(members) != 1:
            reason = f"the archive holds {len(members)} files where one is expected"
            raise RefusedError(Fault(file.name, reason, "Unpack it and land its files"))
        if members[0].flag_bits & 0x1:
            reason = "the archive is encrypted"
            raise RefusedError(Fault(file.name, reason, "Unpack it and land its file"))
        try:
            with archive.open(members[0]) as stream:
                yield from iter(lambda: stream.read(BLOCK), b"")
        except NotImplementedError as error:
            reason = "the archive is packed by a method that cannot be read"
            raise RefusedError(
                Fault(file.name, reason, "Pack it with DEFLATE, or as gzip")
            ) from error


def _zstandard_blocks(file: LandedFile) -> Iterator[bytes]:
    """Lines joined again by line feeds: Python 3.11 has no Zstandard of its own, DuckDB has."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        try:
            lines = connection.execute(
                "select line from read_csv(?, columns = {'line': 'VARCHAR'}, delim = ?, quote = '', escape = '', "
                "header = false, auto_detect = false, compression = 'zstd')",
                [str(file.path), _NO_DELIMITER],
            )
            while rows := lines.fetchmany(8192):
                yield "".join(f"{line or ''}\n" for (line,) in rows).encode()
        except duckdb.Error as error:
            reason = "the compressed file is damaged, or is not UTF-8 text"
            raise RefusedError(Fault(file.name, reason, _REMEDY_AGAIN)) from error
