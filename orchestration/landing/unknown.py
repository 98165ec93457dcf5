"""Columns that no contract declares: kept as JSON, reported, and treated with care."""

from __future__ import annotations

import re
from itertools import pairwise

_PERSON_WORDS = {
    "user", "users", "username", "login", "email", "mail", "person", "people", "employee", "member",
    "actor", "author", "assignee", "firstname", "lastname", "fullname", "displayname", "surname",
    "principal", "upn",
}  # fmt: skip
_PERSON_PAIRS = {
    ("first", "name"),
    ("last", "name"),
    ("full", "name"),
    ("display", "name"),
    ("given", "name"),
}


def names_a_person(header: str) -> bool:
    """Whether a column that nobody declared is named as if its values were people."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", header)]
    pairs = set(pairwise(words))
    return not _PERSON_WORDS.isdisjoint(words) or not _PERSON_PAIRS.isdisjoint(pairs)
