"""What may never be stored as it came: secrets, and the people named inside other text.

Everything is masked in UTF-8 bytes, before a parser or the warehouse sees it: a whole block of a delimited file,
or one value of a JSON record. Whole columns that name people are `people.People.pseudonym`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

MASKED_SECRET = b"[masked secret]"

Span = tuple[int, int, bytes]
Pseudonym = Callable[[str], str]

# Each begins with text that is cheap to look for; the pattern is tried only where that text stands.
_SECRETS = tuple(
    (marker, re.compile(pattern))
    for marker, pattern in (
        (b"sk-", rb"sk-[A-Za-z0-9_-]{16,}"),
        (b"sk_live_", rb"sk_live_[A-Za-z0-9]{16,}"),
        (b"AKIA", rb"AKIA[A-Z0-9]{16}\b"),
        (b"ASIA", rb"ASIA[A-Z0-9]{16}\b"),
        (b"AIza", rb"AIza[A-Za-z0-9_-]{30,}"),
        (b"ghp_", rb"ghp_[A-Za-z0-9]{20,}"),
        (b"gho_", rb"gho_[A-Za-z0-9]{20,}"),
        (b"ghu_", rb"ghu_[A-Za-z0-9]{20,}"),
        (b"ghs_", rb"ghs_[A-Za-z0-9]{20,}"),
        (b"github_pat_", rb"github_pat_[A-Za-z0-9_]{20,}"),
        (b"glpat-", rb"glpat-[A-Za-z0-9_-]{16,}"),
        (b"xox", rb"xox[abceoprs]-[A-Za-z0-9-]{10,}"),
        (b"hf_", rb"hf_[A-Za-z0-9]{24,}"),
        (b"dapi", rb"dapi[0-9a-f]{32}"),
        (b"ya29.", rb"ya29\.[A-Za-z0-9_-]{20,}"),
        # A long run without the dot that makes it a token is matched too, not to be tried again from within.
        (b"eyJ", rb"eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)?"),
    )
)
_ALPHANUMERIC = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
# The same secrets where they are no part of a longer word, for DuckDB.
SECRETS = (
    "(^|[^A-Za-z0-9])("
    + "|".join(pattern.pattern.decode().removesuffix(")?") for _, pattern in _SECRETS)
    + "))"
)
# The header of a key may stand in one block of a file and its end in another: without an end, all that
# looks like key material goes.
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN[A-Z ]{0,30}PRIVATE KEY-----(?:[^-]*-----END[A-Z ]{0,30}PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]*)"
)
_ACCOUNT_KEY = re.compile(rb"[A-Za-z0-9+/=]{20,}")
_ARN_PEOPLE = tuple(
    (marker, re.compile(pattern))
    for marker, pattern in (
        (b":assumed-role/", rb":assumed-role/[^\s\"'/,;|]{1,128}/()([^\s\"'/,;|\\}\]]{1,128})"),
        (b":user/", rb":user/((?:[^\s\"'/,;|]{1,128}/){0,8})([^\s\"'/,;|\\}\]]{1,128})"),
        (b":federated-user/", rb":federated-user/()([^\s\"'/,;|\\}\]]{1,128})"),
    )
)
# Bounded on both sides: a megabyte of letters around an `@` must cost no more than a line of them.
_LOCAL_PART_REACH = 64
_DELIMITERS = b" \t\r\n\v\f\"'<>(),:;=[]{}/\\|&@%" + bytes(range(0x20))
_BLANKED = bytes(0 if byte in _DELIMITERS else byte for byte in range(256))
_DOMAIN = re.compile(
    rb"(?:@|%40)"
    rb"(?:[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff]|-){0,62}\.){1,8}[A-Za-z\x80-\xff]{2,24}"
)
# Any text in which something above can be found matches this; the loader's SQL uses it too.
SUSPECT = (
    "@|%40|:assumed-role/|:user/|:federated-user/|sk-|sk_live_|AKIA|ASIA|AIza|gh[opus]_|github_pat_"
    "|glpat-|xox|hf_|dapi|ya29|eyJ|PRIVATE KEY|AccountKey="
)
_SUSPECT = re.compile(SUSPECT)


def mask(text: bytes, pseudonym: Pseudonym, look_for_secrets: bool = True) -> bytes:
    """`text` with its secrets masked and its e-mails and ARN session names replaced by pseudonyms.

    Without `look_for_secrets` those of SECRETS are left for the caller to find.
    """
    found = [
        *_key_spans(text),
        *_arn_spans(text, pseudonym),
        *_email_spans(text, pseudonym),
    ]
    if look_for_secrets:
        found += _secret_spans(text)
    spans = sorted(found, key=lambda span: (span[0], -span[1]))
    if not spans:
        return text
    pieces: list[bytes] = []
    done = 0
    for start, end, replacement in spans:
        if start < done:
            continue
        pieces += (text[done:start], replacement)
        done = end
    pieces.append(text[done:])
    return b"".join(pieces)


def mask_text(text: str, pseudonym: Pseudonym) -> str:
    """`mask` for a single value; a lone surrogate, which is no text, becomes a question mark."""
    if text.isascii() and not _SUSPECT.search(text):
        return text
    return mask(text.encode("utf-8", "replace"), pseudonym).decode("utf-8")


def _positions(text: bytes, marker: bytes) -> Iterator[int]:
    position = text.find(marker)
    while position >= 0:
        yield position
        position = text.find(marker, position + len(marker))


def _secret_spans(text: bytes) -> Iterator[Span]:
    for marker, pattern in _SECRETS:
        done = 0
        for position in _positions(text, marker):
            if position < done or (position and text[position - 1] in _ALPHANUMERIC):
                continue
            found = pattern.match(text, position)
            if found is None:
                continue
            done = found.end()
            if not pattern.groups or found[1] is not None:
                yield position, done, MASKED_SECRET


def _key_spans(text: bytes) -> Iterator[Span]:
    if b"PRIVATE KEY-----" in text:
        for found in _PRIVATE_KEY.finditer(text):
            yield found.start(), found.end(), MASKED_SECRET
    for position in _positions(text, b"AccountKey="):
        account_key = _ACCOUNT_KEY.match(text, position + len(b"AccountKey="))
        if account_key:
            yield account_key.start(), account_key.end(), MASKED_SECRET


def _arn_spans(text: bytes, pseudonym: Pseudonym) -> Iterator[Span]:
    for marker, pattern in _ARN_PEOPLE:
        done = 0
        for position in _positions(text, marker):
            if position < done:
                continue
            found = pattern.match(text, position)
            done = found.end() if found else position
            if found and not found[2].startswith(b"person:"):
                yield found.start(2), found.end(2), pseudonym(found[2].decode("utf-8")).encode()


def _email_spans(text: bytes, pseudonym: Pseudonym) -> Iterator[Span]:
    seen: dict[bytes, bytes] = {}
    for marker in (b"@", b"%40"):
        for position in _positions(text, marker):
            before = text[max(0, position - _LOCAL_PART_REACH) : position]
            length = len(before) - before.translate(_BLANKED).rfind(b"\x00") - 1
            domain = _DOMAIN.match(text, position) if length else None
            if domain is None:
                continue
            start = position - length
            while start and 0x80 <= text[start] < 0xC0:
                start -= 1
            address = text[start : domain.end()]
            replacement = seen.get(address)
            if replacement is None:
                plain = address.replace(b"%40", b"@").decode("utf-8", "replace")
                replacement = seen[address] = pseudonym(plain).encode()
            yield start, domain.end(), replacement
