"""Globs, and which files belong to which source."""

from __future__ import annotations

import pytest

from orchestration.landing.deliveries import dated, natural, stamp_of
from orchestration.landing.discover import compiled_glob
from orchestration.landing.unknown import names_a_person


@pytest.mark.parametrize(
    ("glob", "name", "captured"),
    [
        ("a/*.csv", "a/x.csv", {}),
        ("a/*.csv", "a/b/x.csv", None),
        ("a/*.csv", "a/x.csv.gz", None),
        ("a/**/*.csv", "a/x.csv", {}),
        ("a/**/*.csv", "a/b/c/x.csv", {}),
        ("a/**", "a/b/c", {}),
        ("a/**/data/**/*.csv", "a/e/data/m=1/x.csv", {}),
        ("focus/<provider>/**/*.csv", "focus/oracle/2026/x.csv", {"provider": "oracle"}),
        ("focus/<provider>/**/*.csv", "focus/x.csv", None),
        ("<cluster>.yml", "north.yml", {"cluster": "north"}),
        ("a/x?.csv", "a/x1.CSV", {}),
        ("a/[x].csv", "a/[x].csv", {}),
        ("a/[x].csv", "a/x.csv", None),
    ],
)
def test_globs(glob: str, name: str, captured: dict[str, str] | None) -> None:
    match = compiled_glob(glob).fullmatch(name)
    assert (match.groupdict() if match else None) == captured


def test_stamps_in_names() -> None:
    assert str(stamp_of("a/costs_pulled_20260503T021500Z_p1.json")) == "2026-05-03 02:15:00"
    assert stamp_of("a/pulled_20261399T000000Z.json") is None
    assert stamp_of("a/costs.json") is None
    assert str(dated("seats_2026-05-31.json")) == "2026-05-31 00:00:00"
    assert dated("seats_2026-13-31.json") is None


def test_page_ten_comes_after_page_two() -> None:
    assert sorted(["p10", "p2", "p1"], key=natural) == ["p1", "p2", "p10"]


@pytest.mark.parametrize(
    "header", ["user_name", "UserLogin", "owner.email", "first_name", "displayName", "x-actor"]
)
def test_headers_that_name_people(header: str) -> None:
    assert names_a_person(header)


@pytest.mark.parametrize(
    "header", ["usage", "service_name", "UsageAmount", "model", "name", "emailed_count"]
)
def test_headers_that_do_not(header: str) -> None:
    assert not names_a_person(header)
