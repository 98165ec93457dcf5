"""Worked cases of the allocation rules, files in and marts out: owners, pools, sandboxes, zeros, shared services.

Each case is a platform of its own, a class with the rows that it adds and the tests that read the ledger.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sample.focus import LUMIERE_COLUMNS
from sample.register_files import COLUMNS
from tests.end_to_end.company import Company

Row = Mapping[str, object]
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
TOKENS = "input_tokens"


@dataclass
class Files:
    """What a case adds: bill lines by platform, usage, and register rows."""

    bills: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    usage: list[Row] = field(default_factory=list)
    registers: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def bill(
        self,
        platform: str,
        cost: str,
        day: int = 1,
        days: int = 1,
        currency: str = "GBP",
        **more: object,
    ) -> None:
        """One line of a FOCUS file, from a day of May on."""
        start = MAY + timedelta(days=day - 1)
        self.bills[platform].append(
            {
                **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost),
                "BillingAccountId": platform,
                "BillingCurrency": currency,
                "BillingPeriodStart": f"{MAY}T00:00:00Z",
                "BillingPeriodEnd": f"{JUNE}T00:00:00Z",
                "ChargePeriodStart": f"{start}T00:00:00Z",
                "ChargePeriodEnd": f"{start + timedelta(days=days)}T00:00:00Z",
                "ChargeCategory": "Usage",
                "ChargeFrequency": "Usage-Based",
                "ProviderName": platform,
                "PublisherName": platform,
                "InvoiceIssuerName": platform,
                "ServiceCategory": "AI and Machine Learning",
                "ServiceName": "Models",
                **more,
            }
        )  # fmt: skip

    def used(self, platform: str, key: str, quantity: int, day: int = 1) -> None:
        """Tokens of a key on a day of May."""
        start = MAY + timedelta(days=day - 1)
        self.usage.append(
            {
                "platform": platform,
                "period_start": f"{start}T00:00:00Z",
                "period_end": f"{start + timedelta(days=1)}T00:00:00Z",
                "identity_type": "api_key",
                "identity_id": key,
                "metric": TOKENS,
                "quantity": quantity,
                "model": "small",
            }
        )

    def register(self, name: str, *rows: Row) -> None:
        self.registers[name] += rows

    def owner(self, platform: str, key: str, **more: object) -> None:
        self.register(
            "identities",
            {"platform": platform, "identity_type": "api_key", "identity_id": key, **more},
        )

    def rule(self, rule_id: str, priority: int, method: str, **more: object) -> None:
        self.register(
            "allocation_rules",
            {"rule_id": rule_id, "rule_version": 1, "priority": priority, "method": method, **more},
        )

    def write(self, folder: Path) -> Company:
        for platform, lines in self.bills.items():
            columns = [*LUMIERE_COLUMNS, "CredentialId"]
            _write(
                folder / "landing" / "focus" / platform / f"{platform}_2026-05.csv", columns, lines
            )
        usage_columns = list(self.usage[0])
        _write(
            folder / "landing" / "usage" / "usage_pulled_20260602T060000Z.csv",
            usage_columns,
            self.usage,
        )
        for name, fixed in COLUMNS.items():
            _write(folder / "seeds" / f"{name}.csv", fixed.split(), self.registers.get(name, []))
        return Company(folder, folder / "landing", folder / "seeds")  # fmt: skip


def _write(path: Path, columns: list[str], rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def add_company(files: Files) -> None:
    """Who is there in every case; owners pay, by the last of the rules."""
    files.register("departments", {"department_code": "D1"})
    files.register(
        "cost_centres",
        *(
            {"cost_centre_code": code, "department_code": "D1", "gl_account": "6123"}
            for code in ("CC-110", "CC-210", "CC-340", "CC-900")
        ),
    )
    files.register(
        "policy",
        *(
            {"setting": setting, "value": value}
            for setting, value in (
                ("reporting_currency", "GBP"),
                ("programme_cost_centre", "CC-900"),
                ("cost_centre_tag_keys", "cost_centre"),
                ("use_case_tag_keys", "use_case"),
                ("unallocated_warn_share", "0.1"),
                ("unallocated_error_share", "0.5"),
                ("sandbox_days", "90"),
                ("sandbox_over_cap", "sponsor"),
                ("clearing_account", "1590"),
                ("rate_variance_band", "0.2"),
                ("fiscal_year_start_month", "1"),
            )
        ),
    )
    files.rule("OWNER", 500, "owner")


def add_case_2(files: Files) -> None:
    """A key moves from CC-210 to CC-340 on 15 May: priced by day, as a lump with usage, as a lump without."""
    for platform in ("moved-daily", "moved-lump", "moved-unused"):
        files.owner(platform, "key", cost_centre_code="CC-210", valid_to="2026-05-15")
        files.owner(platform, "key", cost_centre_code="CC-340", valid_from="2026-05-15")
    for day in range(1, 32):
        files.bill("moved-daily", "1", day, CredentialId="key")
    files.bill("moved-lump", "100", days=31, CredentialId="key")
    files.bill("moved-unused", "100", days=31, CredentialId="key")
    files.used("moved-lump", "key", 30, day=14)
    files.used("moved-lump", "key", 10, day=15)
    files.register(
        "model_prices",
        {
            "provider": "moved-lump",
            "model": "small",
            "token_type": "input",
            "price": 2,
            "per_units": 1000,
            "currency": "GBP",
        },
    )


def add_case_3(files: Files) -> None:
    """A shared deployment of $1,000 by tokens, of which a tenth is a key's that nobody registered."""
    files.bill("deployment", "1000", currency="USD")
    files.register(
        "fx_rates",
        {"month": "2026-05", "from_currency": "USD", "to_currency": "GBP", "rate": "0.8"},
    )
    files.rule("DEPLOYMENT", 10, "token_volume", match_platform="deployment")
    for key, tokens in (("sales", 600_000), ("people", 300_000), ("stranger", 100_000)):
        files.used("deployment", key, tokens)
    files.owner("deployment", "sales", cost_centre_code="CC-110")
    files.owner("deployment", "people", cost_centre_code="CC-210")


def add_case_6(files: Files) -> None:
    """A sandbox with a cap of £500 and £300 + £400 of spend; another whose end comes between them."""
    for platform, use_case, sandbox_days in (("capped", "UC-6", 90), ("expiring", "UC-6B", 14)):
        files.register("use_cases", {"use_case_id": use_case, "cost_centre_code": "CC-110"})
        files.register(
            "use_case_stages",
            {
                "use_case_id": use_case,
                "stage": "sandbox",
                "sandbox_cap": 500,
                "sandbox_days": sandbox_days,
                "valid_from": MAY,
            },
        )
        files.owner(platform, "lab", use_case_id=use_case)
        files.bill(platform, "300", 10, CredentialId="lab")
        files.bill(platform, "400", 20, CredentialId="lab")


def add_case_9(files: Files) -> None:
    """A charge of nothing, and a pool whose usage is nothing."""
    files.owner("zeros", "key", cost_centre_code="CC-110")
    files.bill("zeros", "0", CredentialId="key")
    files.bill("zeros", "10", ServiceName="Shared")
    files.used("zeros", "key", 0)
    files.rule("SHARED", 20, "token_volume", match_platform="zeros", match_service_name="Shared")


def add_successors_and_exceptions(files: Files) -> None:
    """A cost centre whose third successor pays; a key that an exception lends to another for ten days."""
    for code, successor in (("CC-1A", "CC-1B"), ("CC-1B", "CC-1C"), ("CC-1C", "CC-340")):
        files.register(
            "cost_centres",
            {
                "cost_centre_code": code,
                "department_code": "D1",
                "successor_code": successor,
                "valid_to": "2026-05-03",
            },
        )
    files.owner("succeeded", "key", cost_centre_code="CC-1A")
    files.owner("lent", "key", cost_centre_code="CC-110")
    for day in (2, 3, 12, 13):
        files.bill("succeeded", "5", day, CredentialId="key")
        files.bill("lent", "5", day, CredentialId="key", Tags='{"cost_centre": "CC-340"}')
    files.register(
        "exceptions",
        {
            "exception_id": "E1",
            "platform": "lent",
            "identity_type": "api_key",
            "identity_id": "key",
            "cost_centre_code": "CC-210",
            "approved_by": "1",
            "valid_from": "2026-05-03",
            "valid_to": "2026-05-13",
        },
    )


def add_shared_services(files: Files) -> None:
    """£100 of a platform team; it passes on to the desk and a department, the desk by its own tokens' users."""
    for code, tier in (("SH-1", 2), ("SH-2", 3)):
        files.register(
            "cost_centres",
            {
                "cost_centre_code": code,
                "department_code": "D1",
                "is_shared_service": "true",
                "tier": tier,
            },
        )
    files.owner("services", "platform-team", cost_centre_code="SH-1")
    files.owner("services", "desk", cost_centre_code="SH-2")
    files.owner("services", "claims", cost_centre_code="CC-210")
    files.bill("services", "100", CredentialId="platform-team")
    files.bill("services", "10", 2, CredentialId="desk")
    files.rule(
        "TEAM", 10, "split", tier=2, match_cost_centre="SH-1", match_platform="serv*", split_id="S"
    )
    files.rule("DESK", 10, "token_volume", tier=3, match_cost_centre="SH-2")
    for code, share in (("SH-2", "70"), ("CC-110", "30")):
        files.register(
            "allocation_splits", {"split_id": "S", "cost_centre_code": code, "share_percent": share}
        )
    for key, tokens in (("platform-team", 500), ("desk", 400), ("claims", 75), ("stranger", 25)):
        files.used("services", key, tokens)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    files = Files()
    add_company(files)
    add_case_2(files)
    add_case_3(files)
    add_case_6(files)
    add_case_9(files)
    add_successors_and_exceptions(files)
    add_shared_services(files)
    company = files.write(tmp_path_factory.mktemp("worked_cases"))
    company.chargeback("run")
    return company


def billed(company: Company, platform: str, *columns: str) -> dict[tuple[object, ...], Decimal]:
    """Billed cost of a platform's ledger by some of its columns."""
    names = ", ".join(columns)
    with company.published() as connection:
        rows = connection.execute(
            f"select {names}, sum(billed_cost) from marts.fct_allocation_ledger where platform = ? group by {names}",
            [platform],
        ).fetchall()
    return {tuple(key): amount for *key, amount in rows}


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("moved-daily", {"CC-210": 14, "CC-340": 17}),
        ("moved-lump", {"CC-210": 75, "CC-340": 25}),
        ("moved-unused", {"CC-210": 100}),
    ],
)
def test_case_2_a_key_that_moves(
    company: Company, platform: str, expected: Mapping[str, int]
) -> None:
    assert billed(company, platform, "cost_centre_code") == {
        (code,): Decimal(amount) for code, amount in expected.items()
    }


def test_case_3_the_unknown_keeps_its_share(company: Company) -> None:
    columns = ("cost_centre_code", "unallocated_reason", "identity_id")
    assert billed(company, "deployment", *columns) == {
        ("CC-110", None, None): Decimal(600),
        ("CC-210", None, None): Decimal(300),
        (None, "unknown_identity", "stranger"): Decimal(100),
    }


@pytest.mark.parametrize(
    ("platform", "central", "sponsored"), [("capped", 500, 200), ("expiring", 300, 400)]
)
def test_case_6_a_sandbox_is_funded_up_to_its_cap_and_until_its_end(
    company: Company, platform: str, central: int, sponsored: int
) -> None:
    assert billed(company, platform, "cost_centre_code", "billing_mode") == {
        ("CC-900", "central"): Decimal(central),
        ("CC-110", "showback"): Decimal(sponsored),
    }


def test_case_9_nothing_is_divided_by_nothing_and_no_row_is_lost(company: Company) -> None:
    assert billed(company, "zeros", "cost_centre_code", "unallocated_reason") == {
        ("CC-110", None): Decimal(0),
        (None, "zero_driver"): Decimal(10),
    }


def test_the_third_successor_pays_from_the_instant_the_others_end(company: Company) -> None:
    assert billed(company, "succeeded", "cost_centre_code") == {
        ("CC-1A",): Decimal(5),
        ("CC-340",): Decimal(15),
    }


def test_an_exception_beats_a_tag_and_a_key_until_its_end(company: Company) -> None:
    assert billed(company, "lent", "cost_centre_code", "owner_rung") == {
        ("CC-340", "tag"): Decimal(10),
        ("CC-210", "exception"): Decimal(10),
    }


def test_shared_services_pass_on_step_by_step_and_never_back(company: Company) -> None:
    desk = "(OWNER + OWNER → SH-1: TEAM) → SH-2: DESK"
    columns = ("cost_centre_code", "unallocated_reason", "tier", "allocation_path")
    assert billed(company, "services", *columns) == {
        ("CC-110", None, 2, "OWNER → SH-1: TEAM"): Decimal(30),
        ("CC-210", None, 3, desk): Decimal(60),
        (None, "unknown_identity", 3, desk): Decimal(20),
    }
    with company.published() as connection:
        proofs = connection.execute(
            "select tier, amount_in, amount_out, residual from marts.fct_allocation_proof "
            "where platform = 'services' and proof_kind = 'pool' order by tier"
        ).fetchall()
    assert proofs == [(2, Decimal(100), Decimal(100), 0), (3, Decimal(80), Decimal(80), 0)]


def test_what_was_passed_on_is_explained_down_to_its_rows(company: Company) -> None:
    with company.published() as connection:
        (allocation_id,) = connection.execute(
            "select allocation_id from marts.fct_allocation_ledger where platform = 'services' and tier = 3 "
            "and cost_centre_code = 'CC-210'"
        ).fetchone() or ("",)
    whole = company.chargeback_json("explain", allocation_id)["whole"]
    assert whole["adds_up"]
    assert [(held["rule_id"], Decimal(held["billed_cost"])) for held in whole["held"]] == [
        ("TEAM", Decimal(70)),
        ("OWNER", Decimal(10)),
    ]
    assert sorted(charge["row_number"] for charge in whole["largest_charges"]) == [1, 2]
