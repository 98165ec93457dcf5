"""FOCUS files of any version from the landing folder to staging: spellings, restatements, people, official samples."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.landing.people import pseudonym_of
from tests.integration.sources.company import Company, half_up
from tests.integration.sources.data_exports import (
    Line,
    as_csv,
    as_csv_gz,
    as_parquet,
    focus_line,
)


def total(rows: Sequence[dict], measure: str = "billed_cost") -> Decimal:
    return sum((row[measure] for row in rows), Decimal(0))


def staged(company: Company) -> list[dict]:
    return company.staged("stg_focus__charges")


@pytest.mark.variant(
    "focus.cost_and_usage.v1_0",
    "focus.cost_and_usage.v1_2",
    "focus.cost_and_usage.v1_4",
)
def test_names_of_every_version_are_read(company: Company) -> None:
    first = focus_line("1", Provider="AWS", Publisher="Amazon", InvoiceIssuer="Amazon EMEA")
    later = focus_line(
        "2", ProviderName="Acme", PublisherName="Maker", InvoiceIssuerName="Reseller"
    )
    newest = focus_line(
        "3", ServiceProviderName="Solora AI", HostProviderName="Aura", InvoiceIssuerName="Aura"
    )
    for name, line in (("one", first), ("two", later), ("three", newest)):
        company.drop(f"focus/{name}/2026-05.csv", as_csv([line | {"BillingAccountId": name}]))
    assert not company.land().quarantined
    names = {
        row["x_platform"]: (
            row["service_provider_name"],
            row["host_provider_name"],
            row["invoice_issuer_name"],
        )
        for row in staged(company)
    }
    assert names == {
        "one": ("AWS", "AWS", "Amazon EMEA"),
        "two": ("Acme", "Acme", "Reseller"),
        "three": ("Solora AI", "Aura", "Aura"),
    }


@pytest.mark.variant("focus.cost_and_usage.csv_gz", "focus.cost_and_usage.parquet")
def test_csv_gz_and_parquet_say_the_same(company: Company) -> None:
    lines = [
        focus_line("8e-07", Tags='{"env":"prod"}', EffectiveCost="0.1"),
        focus_line("3.25", Tags="{}", EffectiveCost="0"),
    ]
    company.drop("focus/packed/may.csv.gz", as_csv_gz(_of("a", lines)))
    company.drop("focus/columns/may.parquet", as_parquet(_of("b", lines)))
    assert not company.land().quarantined
    said: dict[str, list] = {"packed": [], "columns": []}
    for row in staged(company):
        said[row["x_platform"]].append((row["billed_cost"], row["effective_cost"], row["tags"]))
    assert sorted(said["packed"]) == sorted(said["columns"])
    assert sorted(said["packed"])[0] == (half_up("8e-07"), half_up("0.1"), '{"env":"prod"}')


def _of(account: str, lines: list[Line]) -> list[Line]:
    return [line | {"BillingAccountId": account} for line in lines]


def test_a_written_null_and_a_naive_time_are_what_they_mean(company: Company) -> None:
    line = focus_line(
        "1.50",
        ChargePeriodStart="2026-05-03 04:00:00",
        Tags="NULL",
        ChargeClass="null",
        ListCost="",
    )
    company.drop("focus/acme/may.csv", as_csv([line]))
    assert not company.land().quarantined
    [charge] = staged(company)
    assert (charge["tags"], charge["charge_class"], charge["list_cost"]) == (
        None,
        None,
        Decimal("1.5"),
    )
    assert str(charge["charge_period_start"]) == "2026-05-03 04:00:00"


@pytest.mark.variant("focus.us_spreadsheets.csv")
def test_american_spreadsheets_are_read_where_their_folder_says_so(company: Company) -> None:
    line = focus_line("$10,000.00 ") | {
        "BillingPeriodStart": "5/1/26",
        "ChargePeriodStart": "5/4/2026",
    }
    company.drop("focus/acme/us_spreadsheets/may.csv", as_csv(_of("a", [line])))
    company.drop("focus/acme/may.csv", as_csv(_of("b", [line])))
    [refusal] = company.land().quarantined
    assert refusal.files == ("focus/acme/may.csv",)
    [charge] = staged(company)
    assert (charge["billed_cost"], charge["x_platform"]) == (10_000, "acme")
    assert str(charge["charge_period_start"]) == "2026-05-04 00:00:00"


@pytest.mark.parametrize(
    "cells",
    [
        {"BillingCurrency": ""},
        {"BillingCurrency": "Tokens"},
        {"BilledCost": "1_000"},
        {"ChargePeriodStart": "13/05/2026"},
        {"Tags": "{'env': 'prod'}"},
    ],
)
def test_a_charge_that_cannot_be_read_refuses_its_file(company: Company, cells: Line) -> None:
    company.drop(
        "focus/acme/may.csv",
        as_csv([focus_line("1", Tags="{}"), focus_line(**{"Tags": "{}"}) | cells]),
    )
    company.drop("focus/other/may.csv", as_csv(_of("other", [focus_line("2")])))
    [refusal] = company.land().quarantined
    assert refusal.faults[0].row == 2
    assert [row["x_platform"] for row in staged(company)] == ["other"]


def test_a_month_of_an_account_is_replaced_and_nothing_else(company: Company) -> None:
    kept = [focus_line("1", month="2026-04"), focus_line("2") | {"BillingAccountId": "other"}]
    company.drop("focus/acme/a_pulled_20260601T000000Z.csv", as_csv([focus_line("4"), *kept]))
    company.land()
    company.drop("focus/acme/b_pulled_20260602T000000Z.csv", as_csv([focus_line("8")]))
    company.land()
    assert sorted(row["billed_cost"] for row in staged(company)) == [1, 2, 8]


def test_parts_of_one_delivery_stand_together(company: Company) -> None:
    for part in ("1", "2"):
        name = f"focus/acme/part-{part}_pulled_20260601T000000Z.csv"
        company.drop(name, as_csv([focus_line(part)]))
    assert not company.land().quarantined
    assert total(staged(company)) == 3


def test_a_correction_belongs_to_the_month_that_bills_it(company: Company) -> None:
    correction = focus_line("-5", month="2026-06", ChargeClass="Correction")
    company.drop(
        "focus/acme/june.csv", as_csv([correction | {"ChargePeriodStart": "2026-03-02T00:00:00Z"}])
    )
    company.land()
    [charge] = staged(company)
    assert (charge["charge_class"], charge["billed_cost"]) == ("Correction", -5)
    assert charge["billing_period_start"].month == 6 and charge["charge_period_start"].month == 3


def test_a_person_is_a_pseudonym_and_requesters_are_not_kept(company: Company) -> None:
    details = '[{"key":"Principal","value":{"Name":"Mary Smith","Email":"mary@example.com","Type":"User"}}]'
    company.drop(
        "focus/solora/may.csv",
        as_csv(
            [
                focus_line(
                    "1",
                    PrincipalId="mary@example.com",
                    CredentialId="key_1",
                    RequesterDetails=details,
                ),
                focus_line(
                    "2", PrincipalId="svc-claims", CredentialId="key_2", RequesterDetails=details
                ),
            ]
        ),
    )
    assert not company.land().quarantined
    mary = pseudonym_of(company.settings.pseudonym_key, "mary@example.com")
    callers = {
        row["x_api_key_id"]: (row["x_user_id"], row["x_service_account_id"])
        for row in staged(company)
    }
    assert callers == {"key_1": (mary, None), "key_2": (None, "svc-claims")}
    assert company.holds_nowhere("mary")


def test_columns_that_no_version_knows_are_kept_aside(company: Company) -> None:
    company.drop("focus/acme/may.csv", as_csv([focus_line("1", Id="7", x_Own="kept")]))
    [delivery] = company.land().accepted
    assert set(delivery.unknown_columns) == {"Id", "x_Own"}


# The specification's own files. The discount snippets show no currency, and a cost without one is no money.
WITHOUT_CURRENCY = ("commitment_discount_", "one_hundred_percent_", "zero_percent_")


@pytest.mark.variant(
    "focus.cost_and_usage.v1_0",
    "focus.cost_and_usage.v1_2",
    "focus.us_spreadsheets.csv",
)
def test_the_specifications_files_land_unedited(company: Company, samples: Path) -> None:
    expected: dict[str, Decimal] = {}
    refused = set()
    sources = [
        *(
            (path, "us_spreadsheets/")
            for path in sorted((samples / "focus_spec_examples").glob("*.csv"))
        ),
        *((path, "") for path in sorted((samples / "focus_spec_ai_billing").glob("*.csv"))),
        *((path, "") for path in sorted((samples / "focus_sample_data").glob("*.csv"))),
    ]
    assert len(sources) > 20
    for path, folder in sources:
        name = f"focus/{path.stem}/{folder}{path.name}"
        company.drop(name, path.read_bytes())
        if path.name.startswith(WITHOUT_CURRENCY):
            refused.add(name)
        else:
            expected[path.stem] = _billed(path)
    landed = company.land()
    assert {file for refusal in landed.quarantined for file in refusal.files} == refused
    charges = staged(company)
    found = {
        name: total([row for row in charges if row["x_platform"] == name]) for name in expected
    }
    assert found == expected


def _billed(path: Path) -> Decimal:
    """The sum of a file's billed cost, each amount rounded as the warehouse rounds it."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    amounts = (row["BilledCost"].strip().lstrip("$").replace(",", "") for row in rows)
    return sum((half_up(amount) for amount in amounts), Decimal(0))


def test_the_specifications_token_lines_are_tokens(company: Company, samples: Path) -> None:
    for path in sorted((samples / "focus_spec_ai_billing").glob("*.csv")):
        company.drop(f"focus/{path.stem}/{path.name}", path.read_bytes())
    company.land()
    usage = company.staged("stg_focus__usage")
    cached = {
        (row["model"], row["token_type"]): row["quantity"]
        for row in usage
        if row["platform"] == "cached_tokens_via_csp_marketplace"
    }
    assert cached == {
        ("solora-neptune-5.0", "cached_input"): 50_000_000,
        ("solora-neptune-5.0", "cache_write"): 15_000_000,
    }
    drawn = [
        row
        for row in staged(company)
        if row["x_platform"] == "drawdown_via_prepayment_ai_model_api"
    ]
    assert (total(drawn), total(drawn, "effective_cost")) == (500_000, 50)
    assert {row["x_feature"] for row in drawn} == {"commitment", "text"}
