"""JSON without floats: numbers stay the text that the vendor wrote."""

from __future__ import annotations

import json
from typing import Any


class NumberText(str):
    """A JSON number as it is spelled in the file."""

    __slots__ = ()


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    parse_float=NumberText, parse_int=NumberText, parse_constant=_refuse_constant
)


def parse(text: str) -> Any:
    """The value of a JSON text; numbers become NumberText. Raises ValueError, also where it nests too deeply."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def dump(value: Any) -> str:
    """Compact JSON text of a parsed value; numbers are spelled as they were."""
    if isinstance(value, NumberText):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{dump(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(dump(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
