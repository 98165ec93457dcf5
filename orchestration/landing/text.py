"""Text files as UTF-8 blocks of whole lines, masked: what a parser may see."""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES, Fault, RefusedError
from orchestration.landing.containers import blocks
from orchestration.landing.discover import LandedFile
from orchestration.landing.masking import Pseudonym, mask

_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_KEY_REACH = 16 << 10


def utf8_blocks(file: LandedFile) -> Iterator[bytes]:
    """The file's text in UTF-8 without byte order mark. Raises RefusedError for what is not text."""
    decoder: codecs.IncrementalDecoder | None = None
    from_utf16 = False
    offset = 0
    for block in blocks(file):
        if decoder is None:
            encoding = _UTF16_MARKS.get(block[:2], "utf-8")
            from_utf16 = encoding != "utf-8"
            decoder = codecs.getincrementaldecoder(encoding)()
            block = block[2:] if from_utf16 else block.removeprefix(codecs.BOM_UTF8)
        try:
            pending = decoder.getstate()[0]
            if not from_utf16 and not pending and block.isascii():
                text = block
            else:
                decoded = decoder.decode(block)
                text = decoded.encode() if from_utf16 else pending + block
                if not from_utf16 and (rest := decoder.getstate()[0]):
                    text = text[: -len(rest)]
        except (UnicodeDecodeError, UnicodeEncodeError) as error:
            raise _not_text(file, f"is not UTF-8 text (near byte {offset})") from error
        if b"\x00" in text:
            raise _not_text(file, "holds NUL bytes, so it is not a text file")
        offset += len(block)
        yield text
    if decoder is not None and decoder.getstate()[0]:
        raise _not_text(file, "ends in the middle of a character")


def line_blocks(
    file: LandedFile, pseudonym: Pseudonym, look_for_secrets: bool = True
) -> Generator[bytes, None, None]:
    """Masked blocks that end where a line ends; line ends are line feeds, and the last line has one."""
    pending = b""
    for block in utf8_blocks(file):
        pending += block
        cut = _cut(pending)
        if cut:
            yield mask(pending[:cut].replace(b"\r\n", b"\n"), pseudonym, look_for_secrets)
            pending = pending[cut:]
        elif len(pending) > 2 * MAXIMUM_RECORD_BYTES:
            raise RefusedError(
                Fault(
                    file.name,
                    f"a line is longer than {MAXIMUM_RECORD_BYTES >> 20} MiB",
                    "Export the file without its long texts",
                )
            )
    if pending:
        yield mask(
            pending.replace(b"\r\n", b"\n").rstrip(b"\r\n") + b"\n", pseudonym, look_for_secrets
        )


def _cut(text: bytes) -> int:
    """Where to cut: after the last line feed, but not inside a private key, which spans lines."""
    cut = text.rfind(b"\n") + 1
    key = text.rfind(b"-----BEGIN", max(0, cut - _KEY_REACH), cut)
    if key >= 0 and b"-----END" not in text[key:cut]:
        return text.rfind(b"\n", 0, key) + 1
    return cut


def _not_text(file: LandedFile, reason: str) -> RefusedError:
    return RefusedError(
        Fault(
            file.name,
            f"the file {reason}",
            "Export it again as UTF-8 text, or check what was dropped",
        )
    )
