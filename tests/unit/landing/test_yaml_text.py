"""A cluster's file by hand: text as it is written, and nothing that grows."""

import pytest

from orchestration.landing.yaml_text import parse_yaml


def test_scalars_are_the_text_that_was_written() -> None:
    text = "# by hand\ntimezone: Europe/London\ngpus: 64\nsince: 2026-05-01\non: yes\nnothing:\n"
    assert parse_yaml(text) == {
        "timezone": "Europe/London",
        "gpus": "64",
        "since": "2026-05-01",
        "on": "yes",
        "nothing": "",
    }


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x\n", "a: [1\n", "a: !!python/object/apply:os.system [ls]\n: :\n"]
)
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_yaml(text)
