"""What is masked, what is not, and that a hostile text costs no more than an ordinary one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.landing.masking import mask, mask_text
from orchestration.landing.people import is_pseudonym, pseudonym_of


def person(value: str) -> str:
    return f"<{value.lower()}>"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Ada@Corp.example", "<ada@corp.example>"),
        (
            "to: ada@corp.example; bob.b+x@a-b.co.uk.",
            "to: <ada@corp.example>; <bob.b+x@a-b.co.uk>.",
        ),
        ('{"owner":"ada@corp.example"}', '{"owner":"<ada@corp.example>"}'),
        ("Ada <ada@corp.example>", "Ada <<ada@corp.example>>"),
        (
            "https://x.example/?u=ada%40corp.example&v=1",
            "https://x.example/?u=<ada@corp.example>&v=1",
        ),
        ("zoë@müller.example", "<zoë@müller.example>"),
        ("arn:aws:sts::1:assumed-role/R/ada", "arn:aws:sts::1:assumed-role/R/<ada>"),
        (
            "arn:aws:sts::1:assumed-role/R/ada@corp.example",
            "arn:aws:sts::1:assumed-role/R/<ada@corp.example>",
        ),
        ("arn:aws:iam::1:user/a/b/ada and more", "arn:aws:iam::1:user/a/b/<ada> and more"),
        ("arn:aws:sts::1:federated-user/ada", "arn:aws:sts::1:federated-user/<ada>"),
        ("arn:aws:iam::1:role/R", "arn:aws:iam::1:role/R"),
        ("sk-abcdefghijklmnopqrstuvwx", "[masked secret]"),
        ("key=sk-ant-api03-abcdefghij_KLM-0123;", "key=[masked secret];"),
        ("desk-abcdefghijklmnopqrstuvwx", "desk-abcdefghijklmnopqrstuvwx"),
        ("AKIAIOSFODNN7EXAMPLE", "[masked secret]"),
        ("XAKIAIOSFODNN7EXAMPLE", "XAKIAIOSFODNN7EXAMPLE"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[masked secret]"),
        ("xoxb-1234567890-abcdefghij", "[masked secret]"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "[masked secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "[masked secret]"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\nafter",
            "[masked secret]\nafter",
        ),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAABBBB", "[masked secret]"),
        ("AccountKey=abcdefghijklmnopqrstuvwxyz==;x", "AccountKey=[masked secret];x"),
        ("@home a@b user@localhost 5@ @", "@home a@b user@localhost 5@ @"),
        ("", ""),
    ],
)
def test_what_is_masked(text: str, masked: str) -> None:
    assert mask_text(text, person) == masked


@pytest.mark.parametrize("text", ["a" * 1_000_000 + "@", "a@" * 300_000, "sk-" * 300_000, ":user/" * 100_000,
                                  "a.b@" + "c." * 300_000, "-----BEGIN PRIVATE KEY-----" * 20_000])  # fmt: skip
def test_hostile_texts_take_no_time(text: str) -> None:
    start = time.process_time()
    mask_text(text, person)
    assert time.process_time() - start < 5


@given(st.text())
def test_masking_gives_text_and_is_done_once(text: str) -> None:
    once = mask_text(text, lambda value: pseudonym_of("key", value))
    assert mask_text(once, lambda value: pseudonym_of("key", value)) == once


@given(
    st.text(st.characters(exclude_characters="@%"), max_size=60).filter(lambda t: "user/" not in t)
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask(text.encode("utf-8", "replace"), person) == text.encode("utf-8", "replace")


def test_pseudonyms_ignore_case_and_blanks_around() -> None:
    assert pseudonym_of("key", " Ada ") == pseudonym_of("key", "ada")
    assert pseudonym_of("key", "ada") != pseudonym_of("other key", "ada")
    assert is_pseudonym(pseudonym_of("key", "ada"))
    assert len(pseudonym_of("key", "ada")) == len("person:") + 24
