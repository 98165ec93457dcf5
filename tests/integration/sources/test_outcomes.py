"""Landed outcomes: by month or by day, CSV or JSON lines, never twice for a use case and month."""

from decimal import Decimal

import pytest

from tests.integration.sources.company import Company, json_text

HEADER = "use_case_id,month,outcomes,accepted_outcomes,human_minutes_per_outcome,quality_score\n"
DAILY = HEADER.replace("month", "day")
MODEL = "int_outcomes_by_month"


def by_month(company: Company, **registers: list[dict[str, object]]) -> dict[str, dict]:
    """The rows of outcomes by month, by use case and month."""
    with company.built(MODEL, **registers) as warehouse:
        rows = warehouse.rows(f"select * from intermediate.{MODEL}")
    return {f"{row['use_case_id']} {row['outcome_month']:%Y-%m}": row for row in rows}


@pytest.mark.variant("outcomes.monthly.csv", "outcomes.monthly.lines")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_outcomes_by_month_add_up_over_rows(company: Company, kind: str) -> None:
    rows = [
        ("UC-1", "2026-05", "10", "8", "2.5", "0.9"),
        ("UC-1", "2026-05", "30", "30", "0.5", "0.7"),
        ("UC-2", "2026-05-01", "0", "0", "", ""),
    ]
    names = HEADER.strip().split(",")
    content = {
        "csv": HEADER + "".join(",".join(row) + "\n" for row in rows),
        "jsonl": "".join(json_text(dict(zip(names, row, strict=True))) + "\n" for row in rows),
    }[kind]
    company.drop(f"outcomes/may.{kind}", content)
    company.land()
    assert company.quarantine() == []
    months = by_month(company)
    loans = months["UC-1 2026-05"]
    assert (loans["outcome_count"], loans["accepted_outcome_count"]) == (40, 38)
    assert (loans["human_minutes"], loans["quality_points"]) == (40, 30)
    assert loans["handling_minutes"] is None
    assert months["UC-2 2026-05"]["human_minutes"] == 0
    assert {row["outcome_source"] for row in months.values()} == {"landed"}


@pytest.mark.variant("outcomes.daily.csv", "outcomes.daily.lines")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_days_sum_to_their_month(company: Company, kind: str) -> None:
    rows = [
        ("UC-1", "2026-04-30", "1", "1", "1", "1"),
        ("UC-1", "2026-05-01", "10", "9", "3", ""),
        ("UC-1", "2026-05-31", "20", "", "6", "0.5"),
    ]
    names = DAILY.strip().split(",")
    content = {
        "csv": DAILY + "".join(",".join(row) + "\n" for row in rows),
        "jsonl": "".join(json_text(dict(zip(names, row, strict=True))) + "\n" for row in rows),
    }[kind]
    company.drop(f"outcomes/days.{kind}", content)
    company.land()
    assert company.quarantine() == []
    may = by_month(company)["UC-1 2026-05"]
    assert (may["outcome_count"], may["human_minutes"]) == (30, 150)
    # What one day leaves out is not known of the month.
    assert (may["accepted_outcome_count"], may["quality_points"]) == (None, None)


def test_a_file_beats_the_register_and_says_that_both_speak(company: Company) -> None:
    company.drop("outcomes/may.csv", HEADER + "UC-1,2026-05,10,8,2.5,0.9\n")
    company.land()
    stated = {"use_case_id": "UC-1", "month": "2026-05", "outcomes": "999"}
    months = by_month(company, outcomes=[stated, {**stated, "month": "2026-06"}])
    may, june = months["UC-1 2026-05"], months["UC-1 2026-06"]
    assert (may["outcome_source"], may["outcome_count"], may["is_also_in_register"]) == (
        "landed",
        10,
        True,
    )
    assert (june["outcome_source"], june["outcome_count"], june["is_also_in_register"]) == (
        "register",
        999,
        False,
    )


def test_a_newer_file_replaces_a_use_cases_month_and_no_others(company: Company) -> None:
    company.drop(
        "outcomes/all_pulled_20260601T000000Z.csv",
        HEADER + "UC-1,2026-05,10,8,,\nUC-2,2026-05,5,5,,\nUC-1,2026-04,7,7,,\n",
    )
    company.land()
    company.drop("outcomes/one_pulled_20260602T000000Z.csv", HEADER + "UC-1,2026-05,11,9,,\n")
    company.land()
    counts = {month: row["outcome_count"] for month, row in by_month(company).items()}
    assert counts == {"UC-1 2026-05": 11, "UC-2 2026-05": 5, "UC-1 2026-04": 7}


def test_a_use_cases_month_is_told_by_day_or_by_month(company: Company) -> None:
    company.drop("outcomes/may.csv", HEADER + "UC-1,2026-05,10,8,,\n")
    company.drop("outcomes/others.csv", DAILY + "UC-2,2026-05-04,10,8,,\nUC-1,2026-04-04,1,1,,\n")
    company.land()
    assert company.quarantine() == []
    company.drop("outcomes/days.csv", DAILY + "UC-1,2026-05-04,1,1,,\n")
    company.land()
    [fault] = company.quarantine()
    assert fault["file"] == "outcomes/days.csv"
    assert "loading both would count it twice" in str(fault["reason"])
    assert by_month(company)["UC-1 2026-05"]["outcome_count"] == Decimal(10)


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        ("UC-1,2026-05,10,11,,", "accepted_outcomes"),
        ("UC-1,2026-05,-1,,,", "outcomes"),
        ("UC-1,2026-05,1.5,1,,", "outcomes"),
        ("UC-1,2026-05,,1,,", "outcomes"),
        ("UC-1,May 2026,10,1,,", "month"),
        (",2026-05,10,1,,", "use_case_id"),
        ("UC-1,2026-05,10,1,-2,", "human_minutes_per_outcome"),
    ],
)
def test_a_bad_row_keeps_its_file_out_and_is_named(company: Company, bad: str, column: str) -> None:
    company.drop("outcomes/bad.csv", HEADER + "UC-1,2026-04,10,10,1,1\n" + bad + "\n")
    company.land()
    [fault] = company.quarantine()
    assert (fault["file"], fault["row_number"], fault["column_name"]) == (
        "outcomes/bad.csv",
        2,
        column,
    )
    assert by_month(company) == {}


def test_json_without_a_month_or_a_day_is_kept_out(company: Company) -> None:
    company.drop("outcomes/may.jsonl", '{"use_case_id": "UC-1", "outcomes": 3}\n')
    company.land()
    [fault] = company.quarantine()
    assert (fault["file"], fault["row_number"], fault["column_name"]) == (
        "outcomes/may.jsonl",
        1,
        "month",
    )


def test_outcomes_are_no_bill_no_usage_and_no_today(company: Company) -> None:
    company.drop("outcomes/years.csv", HEADER + "UC-1,2099-05,10,10,1,1\n")
    company.land()
    with company.built("int_charges_landed", "int_usage_landed", "int_as_of_date") as warehouse:
        assert warehouse.rows("select * from intermediate.int_charges_landed") == []
        assert warehouse.rows("select * from intermediate.int_usage_landed") == []
        assert warehouse.rows("select * from intermediate.int_as_of_date") == [{"as_of_date": None}]
