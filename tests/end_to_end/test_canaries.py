"""What must never be kept is found nowhere: not in a table, a file, a log, the publication or dbt's target."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.company import Company, small_company

EMAIL = "canary.person@nordlicht.example"
KEY = "sk-proj-CANARYcanaryCANARYcanaryCANARY0123456789"
PROMPT = "canary prompt: what did the patient say"
CANARIES = ("canary.person", "CANARYcanary", "canary prompt")

# The one file that maps pseudonyms to people; it is restricted and can be erased per person.
RESTRICTED = "people"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company with an address, a key and a prompt planted in its files, one of them in a bad file."""
    company = small_company(tmp_path_factory.mktemp("canaries"))
    for path in company.landing.rglob("openai/costs/*.json"):
        page = json.loads(path.read_text(encoding="utf-8"))
        result = next(bucket["results"][0] for bucket in page["data"] if bucket["results"])
        result["user_email"] = EMAIL
        result["line_item"] += f" {KEY}"
        path.write_text(json.dumps(page), encoding="utf-8")
    for path in company.landing.rglob("*.csv"):
        table = path.read_text(encoding="utf-8")
        table = table.replace("Translated pages", f"Translated for {EMAIL} with {KEY}", 1)
        path.write_text(table, encoding="utf-8")
        bad = path.with_name(f"bad_{path.name}")
        bad.write_text(
            table.replace("Usage-Based", f"{EMAIL} {KEY}", 1) + f"{EMAIL},{KEY}\n", encoding="utf-8"
        )
    log = company.landing / "litellm" / "spend_logs" / "spend_logs_2026-09-01.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(
        json.dumps(
            {
                "request_id": "r-1",
                "call_type": "acompletion",
                "api_key": "k" * 64,
                "spend": 0.1,
                "total_tokens": 30,
                "prompt_tokens": 20,
                "completion_tokens": 10,
                "startTime": "2026-09-01T10:00:00Z",
                "endTime": "2026-09-01T10:00:01Z",
                "model": "gpt-5-mini-2025-08-07",
                "user": EMAIL,
                "end_user": EMAIL,
                "messages": [{"role": "user", "content": PROMPT}],
                "response": {"content": PROMPT},
                "proxy_server_request": {"body": {"messages": PROMPT}},
                "metadata": {
                    "user_api_key_user_email": EMAIL,
                    "user_api_key_alias": f"key of {EMAIL}",
                    "guardrail_information": {"guardrail_request": {"messages": PROMPT}},
                    "error_information": {"error_message": PROMPT},
                },
            }
        )
        + "\n",
        encoding="utf-8",
    )
    with (company.seeds / "people.csv").open("a", encoding="utf-8") as file:
        file.write(f"18,{EMAIL},0100,2025-01-01,\n")
    company.chargeback("run")
    return company


def _is_restricted(company: Company, path: Path) -> bool:
    return RESTRICTED in path.relative_to(company.warehouse).parts[:-1]


def _rows_with_canaries(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """Any row, as text, that holds a canary; a column at a time would miss nested ones."""
    condition = " or ".join(
        f"contains(cast(rows_read as varchar), '{canary}')" for canary in CANARIES
    )
    query = (
        f"select cast(rows_read as varchar) from {relation} as rows_read where {condition} limit 1"
    )
    return [row for (row,) in connection.execute(query).fetchall()]


def test_the_planted_files_were_read(company: Company) -> None:
    """A canary that was never read proves nothing."""
    with company.published() as connection:
        descriptions = connection.execute(
            "select count(*) from marts.fct_focus_cost_and_usage where contains(charge_description, '[masked secret]')"
        ).fetchone()
    assert descriptions and descriptions[0] > 0
    assert any("bad_" in item["file"] for item in company.report()["quarantine"])


def test_no_canary_is_in_a_table(company: Company) -> None:
    for file in (company.warehouse / "chargeback.duckdb", company.published_file):
        with duckdb.connect(file, read_only=True) as connection:
            tables = connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
            for schema, table in tables:
                assert _rows_with_canaries(connection, f'"{schema}"."{table}"') == [], (
                    f"{schema}.{table}"
                )


def test_no_canary_is_in_a_parquet_file(company: Company) -> None:
    with duckdb.connect() as connection:
        for path in company.warehouse.rglob("*.parquet"):
            assert _rows_with_canaries(connection, f"'{path}'") == [], path


def test_no_canary_is_in_any_other_file(company: Company) -> None:
    read = 0
    for folder in (company.warehouse, company.folder / "target"):
        for path in folder.rglob("*"):
            if not path.is_file() or (
                folder == company.warehouse and _is_restricted(company, path)
            ):
                continue
            content = path.read_bytes()
            read += 1
            for canary in CANARIES:
                assert canary.encode() not in content, path
    assert read > 10


def test_no_canary_is_printed(company: Company) -> None:
    for arguments in (["report"], ["report", "--json"], ["check"]):
        printed = company.chargeback(*arguments)
        for canary in CANARIES:
            assert canary not in printed
