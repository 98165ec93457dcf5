"""Prompts, secrets and people reach no byte of the warehouse, except people the restricted map."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.landing.conftest import Company, bill, cost, page

EMAIL = "canary.person@corp.example"
PROMPT = "CANARY what is our salary policy"
KEY = "sk-proj-CANARYcanary0123456789abcdef"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.CANARYsignature"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIICANARY0123\nABCDcanary\n-----END RSA PRIVATE KEY-----"
CANARIES = [b"canary", b"CANARY", b"salary policy", b"@corp.example"]
SECRETS_TEXT = f"mail {EMAIL} key {KEY} AKIACANARYCANARYCANA token {JWT} {PEM} end"


def no_canary(company: Company) -> None:
    for path, content in company.every_byte():
        for canary in CANARIES:
            assert canary not in content, f"{canary!r} in {path}"
    for line in company.lines:
        assert "canary" not in line.lower()


def csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def drop_csv(company: Company) -> None:
    tags = json.dumps(
        {"owner": EMAIL, "prompt": PROMPT, "deep": [{"Prompt": PROMPT, "key": KEY}], "team": "a"}
    )
    row = f"2026-05-01,A1,1,USD,,,,{EMAIL.upper()},{csv_cell(tags)},{csv_cell(SECRETS_TEXT)},"
    company.drop(
        "acme/bill/a.csv",
        bill(f"{row},{csv_cell(PROMPT)},{EMAIL},Canary Person,{csv_cell(SECRETS_TEXT)}").replace(
            "line", "line,Prompt,x_email,user_name,x_note"
        ),
    )


def drop_parquet(company: Company) -> None:
    path = company.landing / "acme/bill/a.parquet"
    path.parent.mkdir(parents=True)
    note = SECRETS_TEXT.replace("'", "''")
    duckdb.sql(
        f"copy (select '2026-05-01' as month_start, 'A1' as account, '1' as cost, 'USD' as currency,"
        f" 'Canary.Person' as owner, map {{'o': '{EMAIL}', 'prompt': '{PROMPT}', 'team': 'a'}} as tags,"
        f" '{note}' as note, '{PROMPT}' as prompt, {{'user': 'Canary', 'response': '{PROMPT}'}} as x_more,"
        f" '{EMAIL}' as x_mail) to '{path}' (format parquet)"
    )


def drop_json(company: Company) -> None:
    result = cost(
        "1",
        user="canary.person",
        item=SECRETS_TEXT,
        prompt=PROMPT,
        x_user_email=EMAIL,
        x_note=SECRETS_TEXT,
    )
    result["labels"] = {
        "mail": EMAIL,
        "prompt": PROMPT,
        "nested": json.dumps({"prompt": PROMPT, "k": KEY}),
    }
    result["escaped"] = EMAIL
    text = json.dumps(page((0, [result]))).replace(
        f'"escaped": "{EMAIL}"', '"escaped": "canary\\u0040corp.example"'
    )
    company.drop("acme/costs/a.json", text)


def drop_lines(company: Company) -> None:
    record = {
        "request": "r1",
        "tokens": 3,
        "who": "canary",
        "messages": [{"content": PROMPT}],
        "metadata": {"messages": PROMPT, "spend": {"user": EMAIL, "Messages": PROMPT}, "key": KEY},
    }
    company.drop("acme/log/a.jsonl.gz", json.dumps(record) + "\n")


def drop_refused(company: Company) -> None:
    drop_csv(company)
    path = company.landing / "acme/bill/a.csv"
    text = path.read_text()
    path.write_text(text.replace(",A1,1,", f",A1,{EMAIL},"))
    company.drop("acme/bill/b.csv", text + f"{EMAIL},{KEY}\n")
    company.drop("acme/bill/c.csv", bill(f"2026-05-01,A1,{csv_cell(PROMPT)},{KEY},,,,,,,"))
    company.drop("acme/bill/d.csv", f"{EMAIL},{PROMPT}\n")
    company.drop("acme/costs/a.json", json.dumps({EMAIL: PROMPT}))
    company.drop("acme/costs/b.json", page((0, [cost(PROMPT), cost(EMAIL), cost(KEY)])))
    company.drop("acme/costs/c.json", '{"data": "' + PROMPT)
    company.drop(f"acme/nowhere/{EMAIL}.csv", "x")


@pytest.mark.parametrize("drop", [drop_csv, drop_parquet, drop_json, drop_lines, drop_refused])
def test_nothing_private_reaches_any_byte(
    company: Company, drop: Callable[[Company], None]
) -> None:
    drop(company)
    result = company.land()
    assert bool(result.faults) == (drop is drop_refused)
    no_canary(company)


def test_what_stands_in_their_place(company: Company) -> None:
    drop_csv(company)
    company.land()
    person = pseudonym_of("a key for tests", EMAIL)
    [(owner, tags, note, extra)] = company.ask(
        "select owner, tags, note, _extra from raw.acme__bill"
    )
    assert owner == person
    assert json.loads(tags) == {"owner": person, "deep": [{"key": "[masked secret]"}], "team": "a"}
    assert note == (
        f"mail {person} key [masked secret] [masked secret] token [masked secret] [masked secret] end"
    )
    unknown = json.loads(extra)
    assert unknown["x_email"] == person
    assert unknown["user_name"] == pseudonym_of("a key for tests", "canary person")
    assert unknown["x_note"] == note
    assert set(unknown) == {"x_email", "user_name", "x_note"}


def test_sources_agree_on_a_persons_pseudonym(company: Company) -> None:
    company.drop("acme/bill/a.csv", bill(f"2026-05-01,A1,1,USD,,,, {EMAIL} ,,,"))
    company.drop("acme/costs/a.json", page((0, [cost("1", user=EMAIL.title())])))
    company.drop("acme/log/a.csv", f"request,tokens,who\nr,1,{EMAIL}\n")
    company.land()
    seen = {
        row[0]
        for row in company.ask(
            "select owner from raw.acme__bill union all select user from raw.acme__costs"
            " union all select who from raw.acme__log".replace("select user", 'select "user"')
        )
    }
    assert seen == {pseudonym_of("a key for tests", EMAIL)}


def test_session_and_user_names_in_arns(company: Company) -> None:
    arns = [
        "arn:aws:sts::123456789012:assumed-role/Analyst/ada",
        "arn:aws:iam::123456789012:user/teams/ai/ada",
        "arn:aws:iam::123456789012:role/Analyst",
    ]
    company.drop("acme/bill/a.csv", bill(*(f"2026-05-01,A1,1,USD,,,,,,{arn}," for arn in arns)))
    company.land()
    ada = pseudonym_of("a key for tests", "ada")
    assert [row[0] for row in company.ask("select note from raw.acme__bill order by _row")] == [
        f"arn:aws:sts::123456789012:assumed-role/Analyst/{ada}",
        f"arn:aws:iam::123456789012:user/teams/ai/{ada}",
        "arn:aws:iam::123456789012:role/Analyst",
    ]


def people_files(company: Company) -> dict[str, str]:
    folder = company.settings.warehouse / "people"
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_people_map_is_restricted(company: Company) -> None:
    drop_lines(company)
    company.land()
    folder = company.settings.warehouse / "people"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert "canary" in people_files(company)["people.csv"]


def test_a_forgotten_person_stays_forgotten(company: Company) -> None:
    company.drop("acme/log/a.csv", "request,tokens,who\nr1,1,ada\nr2,2,bob\n")
    company.land()
    before = company.ask("select * from raw.acme__log order by request")
    company.forget(" ADA ")
    assert company.ask("select * from raw.acme__log order by request") == before
    company.drop("acme/log/b.csv", "request,tokens,who\nr3,1,ada\n")
    company.land()
    files = people_files(company)
    assert "ada" not in files["people.csv"]
    assert "bob" in files["people.csv"]
    assert files["forgotten.csv"].split() == ["pseudonym", pseudonym_of("a key for tests", "ada")]


def test_a_person_can_be_forgotten_by_pseudonym(company: Company) -> None:
    company.drop("acme/log/a.csv", "request,tokens,who\nr1,1,ada\n")
    company.land()
    company.forget(pseudonym_of("a key for tests", "ada"))
    assert "ada" not in people_files(company)["people.csv"]


def test_a_name_with_an_address_in_it_is_masked_everywhere(company: Company) -> None:
    company.drop(f"acme/bill/{EMAIL}.csv", bill("2026-05-01,A1,1,USD,,,,,,,"))
    company.drop(
        f"acme/{EMAIL}/bill/b.csv", bill("2026-05-01,A2,1,USD,,,,,,,", "2026-06-01,A2,,USD,,,,,,,")
    )
    company.land()
    no_canary(company)


def test_formulas_and_identifiers_are_left_alone(company: Company) -> None:
    texts = [
        "=cmd|' /C calc'!A0",
        "+44 20",
        "@home",
        "sk-learn",
        "a@b",
        "AKIA",
        "user@localhost",
        "-1",
    ]
    company.drop(
        "acme/bill/a.csv", bill(*(f"2026-05-01,A1,1,USD,,,,,,{csv_cell(text)}," for text in texts))
    )
    company.land()
    assert [row[0] for row in company.ask("select note from raw.acme__bill order by _row")] == texts


def test_temporary_files_are_gone(company: Company, tmp_path: Path) -> None:
    drop_csv(company)
    company.land()
    names = {path.name for path in company.settings.warehouse.iterdir()}
    assert names == {"chargeback.duckdb", "raw", "people", ".writer.lock"}
