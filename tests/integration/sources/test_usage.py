"""The generic usage file: one shape, three formats, restated by day, metric and platform."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.integration.sources.company import Company, json_text

HEADER = (
    "platform,period_start,period_end,identity_type,identity_id,workflow_id,metric,quantity,unit,"
    "model,environment,bill_identity_id"
)


def row(
    day: int = 1,
    identity: str = "team,claims",
    metric: str = "requests",
    quantity: str = "5",
    platform: str = "n8n",
) -> str:
    return (
        f"{platform},2026-05-{day:02}T00:00:00Z,2026-05-{day + 1:02}T00:00:00Z,{identity},wf-1,"
        f"{metric},{quantity},,gpt-4o,production,key_gateway"
    )


def as_csv(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def as_records(*rows: str) -> list[dict]:
    names = HEADER.split(",")
    return [dict(zip(names, one.split(","), strict=True)) for one in rows]


def as_parquet(target: Path, *rows: str) -> bytes:
    with duckdb.connect() as connection:
        connection.execute(f"create table usage ({HEADER.replace(',', ' text,')} text)")
        for one in as_records(*rows):
            connection.execute(f"insert into usage values ({', '.join('?' * 12)})", [*one.values()])
        connection.execute(
            "copy (select * replace (cast(period_start as timestamptz) as period_start, "
            "cast(period_end as timestamptz) as period_end, "
            "cast(quantity as decimal(18, 6)) as quantity) from usage) "
            f"to '{target}' (format parquet)"
        )
    return target.read_bytes()


@pytest.mark.variant("usage.usage.csv", "usage.usage.lines", "usage.usage.parquet")
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_every_format_says_the_same(company: Company, kind: str, tmp_path: Path) -> None:
    rows = [
        row(1),
        row(1, identity="user,Iris.Quill@example.com", metric="input_tokens", quantity="7"),
        row(2, identity="tag,cost_centre=CC-210", metric="gpu_hours", quantity="1.5"),
        row(2, identity=",", metric="workflow_runs", quantity="3"),
    ]
    content = {
        "csv": lambda: as_csv(*rows),
        "jsonl": lambda: "".join(json_text(one) + "\n" for one in as_records(*rows)),
        "parquet": lambda: as_parquet(tmp_path / "usage.parquet", *rows),
    }[kind]()
    company.drop(f"usage/may.{kind}", content)
    company.land()
    assert company.quarantine() == []
    usage = {line["metric"]: line for line in company.staged("stg_usage__usage")}
    assert {metric: line["quantity"] for metric, line in usage.items()} == {
        "requests": 5,
        "input_tokens": 7,
        "gpu_hours": Decimal("1.5"),
        "workflow_runs": 3,
    }
    assert usage["requests"]["team_id"] == "claims"
    assert usage["requests"]["bill_identity_id"] == "key_gateway"
    assert usage["input_tokens"]["user_id"].startswith("person:")
    assert usage["input_tokens"]["token_type"] == "input"
    assert usage["gpu_hours"]["tags"] == '{"cost_centre":"CC-210"}'
    assert usage["workflow_runs"]["workflow_id"] == "wf-1"
    assert company.holds_nowhere("iris.quill")


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (row(metric="reqests"), "metric"),
        (row(identity="departmnt,claims"), "identity_type"),
        (row(quantity="-1"), "quantity"),
        (row(quantity="many"), "quantity"),
        (row(metric=""), "metric"),
    ],
)
def test_a_bad_row_keeps_its_file_out_and_is_named(company: Company, bad: str, column: str) -> None:
    company.drop("usage/bad.csv", as_csv(row(), bad))
    company.drop("usage/good.csv", as_csv(row(day=5)))
    company.land()
    assert len(company.staged("stg_usage__usage")) == 1
    [fault] = company.quarantine()
    assert fault["file"] == "usage/bad.csv"
    assert (fault["row_number"], fault["column_name"]) == (2, column)


def test_a_redelivery_replaces_the_days_it_carries_per_platform_and_metric(
    company: Company,
) -> None:
    company.drop(
        "usage/n8n_pulled_20260510T000000Z.csv",
        as_csv(
            row(1, quantity="1"),
            row(2, quantity="2"),
            row(2, quantity="4", metric="workflow_runs"),
            row(2, quantity="8", platform="zapier"),
        ),
    )
    company.land()
    company.drop("usage/n8n_pulled_20260511T000000Z.csv", as_csv(row(2, quantity="16")))
    company.land()
    quantities = sorted(line["quantity"] for line in company.staged("stg_usage__usage"))
    assert quantities == [1, 4, 8, 16]
