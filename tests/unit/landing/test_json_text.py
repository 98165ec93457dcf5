"""JSON numbers stay the text they are."""

from __future__ import annotations

import pytest

from orchestration.landing.json_text import NumberText, dump, parse


@pytest.mark.parametrize(
    "text",
    [
        '{"a":0.10,"b":[1e-7,12345678901234567890.12345678901234567890],"c":"0.10","d":null,"e":true}',
        '"ü"',
        "[]",
        "-0",
    ],
)
def test_what_is_parsed_is_dumped_as_it_was(text: str) -> None:
    assert dump(parse(text)) == text


def test_numbers_are_told_from_texts() -> None:
    number, text = parse('[1.0, "1.0"]')
    assert isinstance(number, NumberText)
    assert not isinstance(text, NumberText)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{", "", "[1,]", "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
