"""The registers that name people, landed by the product's own contract."""

from __future__ import annotations

import dataclasses

import pytest

from orchestration.landing.contracts import CONTRACTS_FOLDER
from orchestration.landing.people import pseudonym_of
from tests.integration.landing.conftest import Company


@pytest.fixture
def registered(company: Company) -> Company:
    return dataclasses.replace(company, contracts=CONTRACTS_FOLDER)


def write(company: Company, name: str, text: str) -> None:
    (company.settings.seeds / name).write_text(text, encoding="utf-8")


def test_people_are_pseudonymised(registered: Company) -> None:
    write(
        registered,
        "people.csv",
        "person_id,email,cost_centre_code,valid_from,valid_to,floor\nP1,Ada@corp.example,CC1,2026-01-01,,3\n",
    )
    write(registered, "departments.csv", "department_code\nX\n")
    registered.land()
    ada = pseudonym_of("a key for tests", "ada@corp.example")
    assert registered.ask(
        "select person_id, email, cost_centre_code, valid_from, valid_to, _extra, _file from raw.registers__people"
    ) == [("P1", ada, "CC1", "2026-01-01 00:00:00", None, '{"floor":"3"}', "people.csv")]
    assert registered.ask("select count(*) from raw.quarantine") == [(0,)]


def test_identities_of_type_user_are_replaced_whole_and_others_in_place(
    registered: Company,
) -> None:
    write(
        registered,
        "identities.csv",
        "platform,identity_type,identity_id,use_case_id,cost_centre_code\n"
        "openai,User,ada-login,UC1,\n"
        "aws,role,arn:aws:sts::1:assumed-role/R/ada-login,,CC1\n"
        "aws,tag,owner=ada@corp.example,,CC1\n"
        "openai,api_key,key_1,,CC1\n",
    )
    registered.land()
    login = pseudonym_of("a key for tests", "ada-login")
    mail = pseudonym_of("a key for tests", "ada@corp.example")
    assert registered.ask(
        "select identity_id, environment from raw.registers__identities order by _row"
    ) == [
        (login, None),
        (f"arn:aws:sts::1:assumed-role/R/{login}", None),
        (f"owner={mail}", None),
        ("key_1", None),
    ]


def test_a_register_is_replaced_whole_even_by_an_empty_one(registered: Company) -> None:
    header = "exception_id,platform,identity_type,identity_id\n"
    write(registered, "exceptions.csv", f"{header}E1,openai,api_key,k1\nE2,openai,api_key,k2\n")
    registered.land()
    write(registered, "exceptions.csv", f"{header}E2,openai,api_key,k2\n")
    registered.land()
    assert registered.ask("select exception_id, dispute_id from raw.registers__exceptions") == [
        ("E2", None)
    ]
    write(registered, "exceptions.csv", header)
    registered.land()
    assert registered.ask("select count(*) from raw.registers__exceptions") == [(0,)]


def test_a_faulty_register_keeps_the_one_in_force(registered: Company) -> None:
    header = "person_id,email,cost_centre_code,valid_from,valid_to\n"
    write(registered, "people.csv", f"{header}P1,a@corp.example,CC1,2026-01-01,\n")
    registered.land()
    write(registered, "people.csv", f"{header}P1,a@corp.example,CC1,soon,\n")
    registered.land()
    assert registered.refused()[:3] == ("people.csv", 1, "valid_from")
    assert registered.ask("select valid_from from raw.registers__people") == [
        ("2026-01-01 00:00:00",)
    ]
