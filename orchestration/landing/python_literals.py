"""Python's spelling of lists and dicts, as exports from notebooks write nested columns, made JSON digit for digit."""

from __future__ import annotations

import ast
import json
import re

from orchestration.landing.json_text import dump, parse

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|array\(|\))
    | (?P<mark>[\[\]{}:,])
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<decimal>Decimal\(\s*'(?P<digits>[^']*)'\s*\))
    | (?P<number>[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)
    | (?P<word>None|True|False|null|true|false|nan|NaN|dtype=object)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {
    "None": "null", "null": "null", "nan": "null", "NaN": "null",
    "True": "true", "true": "true", "False": "false", "false": "false",
}  # fmt: skip


def json_of(text: str) -> str:
    """The JSON text of what Python prints for lists, dicts, texts, numbers, `Decimal`, None, True and False.

    Numbers keep their digits: nothing becomes a float. Arrays as NumPy prints them lack the commas between dicts.
    Raises ValueError for anything else.
    """
    pieces: list[str] = []
    position = 0
    after_value = False
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"not a Python literal (character {position})")
        position = found.end()
        kind, piece = found.lastgroup, found[0]
        if kind == "space":
            continue
        if kind == "digits" or found["decimal"] is not None:
            kind, piece = "number", found["digits"]
        if piece == "dtype=object":
            # What NumPy says after its list, behind a comma.
            while pieces and pieces[-1] == ",":
                pieces.pop()
            continue
        if kind == "mark":
            if piece in "[{" and after_value:
                pieces.append(",")
            if piece in "]}" and pieces and pieces[-1] == ",":
                pieces.pop()
            pieces.append(piece)
            after_value = piece in "]}"
            continue
        # Two scalars side by side are no literal: JSON's reader finds the blank between them.
        pieces.append(f" {_scalar(str(kind), piece)}")
        after_value = True
    return dump(parse("".join(pieces)))


def _scalar(kind: str, piece: str) -> str:
    if kind == "text":
        try:
            return json.dumps(ast.literal_eval(piece), ensure_ascii=False)
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"not a Python text: {error}") from error
    if kind == "word":
        return _WORDS[piece]
    number = piece.removeprefix("+")
    number = number + "0" if number.endswith(".") else number
    if _NUMBER.fullmatch(number) is None:
        raise ValueError(f"not a number: {piece[:40]}")
    return number
