"""What Python prints for nested values becomes JSON without losing a digit."""

import pytest

from orchestration.landing.python_literals import json_of


@pytest.mark.parametrize(
    ("printed", "as_json"),
    [
        ("[]", "[]"),
        ("[{'id': None, 'ok': True, 'no': False}]", '[{"id":null,"ok":true,"no":false}]'),
        ("[{'amount': -0.00001234567890123456789}]", '[{"amount":-0.00001234567890123456789}]'),
        ("[{'amount': -5e-07}, {'amount': 2.}]", '[{"amount":-5e-07},{"amount":2.0}]'),
        ("[{'amount': Decimal('-1.20')}]", '[{"amount":-1.20}]'),
        ("[{'name': \"it's\"}]", '[{"name":"it\'s"}]'),
        (r"[{'name': 'a\'b\\c\n'}]", r'[{"name":"a' + "'" + r'b\\c\n"}]'),
        ("[{'a': 1}\n {'a': nan}]", '[{"a":1},{"a":null}]'),
        ("array([{'a': [1, 2]}], dtype=object)", '[{"a":[1,2]}]'),
        ("[{'a': 1},]", '[{"a":1}]'),
    ],
)
def test_a_literal_is_json_digit_for_digit(printed: str, as_json: str) -> None:
    assert json_of(printed) == as_json


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "credits",
        "[{'a': 1}",
        "[1 2]",
        "['a' 'b']",
        "[{a: 1}]",
        "[datetime.now()]",
        "[(1, 2)]",
        "[1_000]",
    ],
)
def test_anything_else_is_refused(printed: str) -> None:
    with pytest.raises(ValueError):
        json_of(printed)
