"""A delivery that is not plausible waits in quarantine, says why, and everything else lands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.expectations import gate, last_results
from orchestration.expectations.results import Verdict
from orchestration.landing.measures import days_of
from tests.integration.expectations.conftest import bill, month
from tests.integration.landing.conftest import Company

MAY = "acme/bill/2026-05_pulled_20260603T000000Z.csv"
JUNE = "acme/bill/2026-06_pulled_20260703T000000Z.csv"
JULY = "acme/bill/2026-07_pulled_20260803T000000Z.csv"


def drop_months(company: Company, june: str) -> None:
    """May and July as usual, and June as given."""
    company.drop(MAY, bill(month("2026-05")))
    company.drop(JUNE, june)
    company.drop(JULY, bill(month("2026-07", "110")))


def test_what_is_not_plausible_is_held_back_and_heals(company: Company) -> None:
    """One bad delivery for each kind of expectation, among good ones."""
    bad = {
        "2025-02": (month("2025-02", "-1"), 1, "cost", "breaks `negative.cost`"),
        "2025-04": (month("2025-04", project="sk-live"), 1, "project", "breaks `shape.project`"),
        "2025-05": (
            f"{month('2025-05')}\n{month('2025-05', used_at='2025-06-01T00:00:00Z')}",
            2,
            "used_at",
            "breaks `period.used_at`",
        ),
        "2025-07": (month("2025-07", tokens="1000"), 1, "cost", "breaks `price.cost`"),
        "2025-08": (month("2025-08", tokens="100000000"), 1, "cost", "breaks `price.cost`"),
        "2025-10": (
            month("2025-10", "401"),
            None,
            None,
            "2025-10 comes to 401.00 GBP, more than 4 times the most",
        ),
        "2025-12": (
            month("2025-12", used_at="2026-03-01T00:00:00Z"),
            1,
            "used_at",
            "breaks `days_not_ahead`",
        ),
        "2026-02": (
            "\n".join([month("2026-02")] * 3 + [month("2026-02", used_at="2024-02-10T00:00:00Z")]),
            4,
            "used_at",
            "breaks `days_together`",
        ),
    }
    good = {
        "2025-01": month("2025-01"),
        "2025-03": month("2025-03", "-1", kind="credit"),
        "2025-06": month("2025-06", "120"),
        "2025-09": month("2025-09"),
        "2025-11": month("2025-11", owner=""),
        "2026-01": month("2026-01", "400"),
    }

    def name(of: str) -> str:
        year, number = int(of[:4]), int(of[5:])
        after = f"{year + number // 12}{number % 12 + 1:02}02"
        return f"acme/bill/{of}_pulled_{after}T000000Z.csv"

    for of, rows in good.items():
        company.drop(name(of), bill(rows))
    for of, (rows, *_) in bad.items():
        company.drop(name(of), bill(rows))
    result = company.land()
    assert {delivery.files[0].file for delivery in result.accepted} == set(map(name, good))
    for of, (_, row, column, reason) in bad.items():
        faults = [f for f in result.faults if f.file == name(of) and f.reason.startswith(reason)]
        assert [(fault.row, fault.column) for fault in faults] == [(row, column)], of
        assert "accepted_deliveries.csv" in faults[0].remedy
    held = last_results(company.settings)["acme__bill"].quarantined
    assert {verdict.files[0] for verdict in held} == set(map(name, bad))
    for of in bad:
        company.drop(name(of), bill(month(of)))
    assert not company.land().quarantined
    assert not last_results(company.settings)["acme__bill"].quarantined


def test_a_month_that_ends_too_low_is_held_back(company: Company) -> None:
    drop_months(company, bill(month("2026-06", "101")))
    company.land()
    company.drop(
        "acme/bill/2026-06_pulled_20260704T000000Z.csv", bill(month("2026-06", "25", tokens="9000"))
    )
    # Over 100 counts; the month before was 100 and no more.
    assert not company.land().quarantined
    company.drop("acme/bill/2026-07_pulled_20260805T000000Z.csv", bill(month("2026-07", "120")))
    company.drop(
        "acme/bill/2026-08_pulled_20260903T000000Z.csv", bill(month("2026-08", "29", tokens="9000"))
    )
    (fault,) = company.land().faults
    assert fault.reason.startswith("2026-08 comes to 29.00 GBP, less than a part in 4")


def test_each_month_is_held_against_good_ones_only(company: Company) -> None:
    """A hundredfold June must not make a hundredfold July plausible; landed at once or one by one alike."""
    drop_months(company, bill(month("2026-06", "10000", tokens="10000000")))
    company.drop(JULY, bill(month("2026-07", "10000", tokens="10000000")))
    company.drop("acme/bill/2026-08_pulled_20260903T000000Z.csv", bill(month("2026-08", "150")))
    result = company.land()
    assert sorted(fault.file for fault in result.faults) == [JUNE, JULY]
    assert [delivery.files[0].file[10:17] for delivery in result.accepted] == ["2026-05", "2026-08"]


def test_what_waits_is_not_judged_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_months(company, bill(month("2026-06", "401")))
    first = company.land()
    monkeypatch.setattr(gate, "Validator", None)
    second = company.land()
    assert second.quarantined == first.quarantined
    assert len(second.unchanged) == 2


def test_a_person_may_accept_what_is_true(company: Company) -> None:
    drop_months(company, bill(month("2026-06", "401")))
    (refusal,) = company.land().quarantined
    header = "delivery_id,expectation,accepted_by,accepted_on,reason"
    register = company.settings.seeds / "accepted_deliveries.csv"
    register.write_text(f"{header}\n{refusal.delivery_id},month_total,,2026-07-04,\n")
    assert company.land().quarantined, "who and why must be stated"
    why = "The new contact centre went live"
    register.write_text(f"{header}\n{refusal.delivery_id},month_total,P10001,2026-07-04,{why}\n")
    (delivery,) = company.land().accepted
    document = json.loads(
        (company.raw / delivery.folder / "delivery.json").read_text(encoding="utf-8")
    )
    assert document["acceptances"] == [
        {
            "expectation": "month_total",
            "accepted_by": "P10001",
            "accepted_on": "2026-07-04",
            "reason": why,
        }
    ]
    found = last_results(company.settings)["acme__bill"]
    assert found.newest is not None and found.newest.delivery_id == delivery.delivery_id
    (unmet,) = found.newest.unmet
    assert unmet.acceptance is not None and unmet.acceptance.reason == why
    assert found.is_met
    assert not company.land().accepted


def test_without_the_library_everything_lands_and_the_result_says_so(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "can_judge", lambda: False)
    drop_months(company, bill(month("2026-06", "401")))
    result = company.land()
    assert len(result.accepted) == 3
    assert not result.was_judged
    assert not last_results(company.settings)


def test_a_contract_without_a_suite_file_has_its_suite(company: Company) -> None:
    days = days_of([("2026-05-01", "2026-05-30")])
    usual = "".join(f"{day},50\n" for day in days)
    company.drop("acme/daily/may_pulled_20260601T000000Z.csv", f"day,cost\n{usual}")
    company.drop("acme/daily/june_pulled_20260602T000000Z.csv", "day,cost\n2026-06-01,5000\n")
    (fault,) = company.land().faults
    assert fault.file == "acme/daily/june_pulled_20260602T000000Z.csv"
    assert fault.reason.startswith(
        "2026-06-01 comes to 5000.00, more than 10 times the most of a day"
    )


def test_what_was_accepted_before_is_accepted_when_it_is_read_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_months(company, bill(month("2026-06", "-1")))
    with monkeypatch.context() as patched:
        patched.setattr(gate, "can_judge", lambda: False)
        company.land()
    contract = company.contracts / "acme.yml"
    contract.write_text(
        contract.read_text().replace("cached: {", "note: {type: text}\n      cached: {")
    )
    result = company.land()
    assert len(result.accepted) == 3
    assert not result.quarantined


def test_results_and_pages_name_no_person_and_no_cell(company: Company) -> None:
    secret, person = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789", "grace.hopper@acme.example"
    drop_months(
        company, bill(month("2026-06", "401", project="Project Nightjar " + secret, owner=person))
    )
    assert company.land().quarantined
    folder = company.settings.warehouse / "expectations"
    assert (folder / "data_docs" / "index.html").is_file()
    found: list[Path] = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [path for text in (secret, person, "Nightjar") if text.encode() in content]
    assert not found


def test_an_expectation_that_cannot_be_evaluated_stops_the_landing(company: Company) -> None:
    suite = company.settings.project_root / "suites" / "acme.yml"
    suite.write_text(suite.read_text().replace("owner is null", "no_such_column is null"))
    drop_months(company, bill(month("2026-06")))
    with pytest.raises(RuntimeError, match=r"`row.owned` of acme__bill cannot be evaluated"):
        company.land()
    assert not list(company.raw.glob("*/*")), "nothing is left half"
    suite.write_text(suite.read_text().replace("no_such_column is null", "owner is null"))
    assert len(company.land().accepted) == 3


def test_every_outcome_is_kept(company: Company) -> None:
    drop_months(company, bill(month("2026-06", owner="")))
    company.land()
    found = last_results(company.settings)
    assert list(found) == ["acme__bill"]
    newest = found["acme__bill"].newest
    assert isinstance(newest, Verdict)
    assert newest.files == (JULY,)
    names = [outcome.name for outcome in newest.outcomes]
    assert len(names) == len(set(names))
    assert {"columns", "never_empty.cost", "month_total", "shape.project"} <= set(names)
    june = company.settings.warehouse / "expectations" / "results" / "accepted" / "acme__bill"
    verdicts = [json.loads(path.read_text()) for path in june.glob("*.json")]
    flagged = [o["name"] for v in verdicts for o in v["outcomes"] if not o["is_met"]]
    assert flagged == ["row.owned"]
