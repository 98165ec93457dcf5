"""The worked cases of the allocation policy, files in and marts out: one company, one run, a pair of functions a case.

A case is a function that adds files and register rows to the books, on platforms of its own, and a
test that looks at their ledger. Add it to CASES and the one run serves it too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample.files import Folder
from sample.register_files import COLUMNS, write_register
from tests.end_to_end.company import Company

MAY, JUNE, JULY = "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z"
MODEL = "claude-sonnet-4-5-20250929"
POLICY = {
    "reporting_currency": "USD",
    "programme_cost_centre": "CC-900",
    "cost_centre_tag_keys": "cost_centre",
    "use_case_tag_keys": "use_case",
    "unallocated_warn_share": "1",
    "unallocated_error_share": "1",
    "sandbox_days": "90",
    "sandbox_over_cap": "sponsor",
    "clearing_account": "9999",
    "rate_variance_band": "0.2",
    "fiscal_year_start_month": "1",
}
COST_CENTRES = {
    "CC-100": "Engineering",
    "CC-200": "Product",
    "CC-300": "Sales",
    "CC-400": "Operations",
    "CC-500": "Machine learning",
    "CC-600": "Risk",
    "CC-900": "AI programme",
}

Row = dict[str, object]


@dataclass
class Books:
    """What the company's folders will hold."""

    landing: Path
    registers: dict[str, list[Row]] = field(default_factory=dict)

    def register(self, name: str, **row: object) -> None:
        """Add a row to a register."""
        self.registers.setdefault(name, []).append(row)

    def rule(self, method: str, **row: object) -> None:
        """Add an allocation rule, tried after those before it."""
        number = len(self.registers.setdefault("allocation_rules", [])) + 1
        self.register(
            "allocation_rules",
            rule_id=f"R-{number}",
            rule_version="1",
            priority=number,
            description=method,
            method=method,
            **row,
        )

    def bill(self, provider: str, *rows: Row) -> None:
        """Write a FOCUS bill of May in US dollars; a row states BilledCost and what else matters."""
        usual = {
            "BillingCurrency": "USD",
            "BillingPeriodStart": MAY,
            "BillingPeriodEnd": JUNE,
            "ChargePeriodStart": MAY,
            "ChargePeriodEnd": JUNE,
            "ChargeCategory": "Usage",
            "ServiceName": provider,
            "SubAccountId": "",
        }
        full = [usual | {"EffectiveCost": row["BilledCost"]} | row for row in rows]
        self._write_csv(f"focus/{provider}/bill.csv", full)

    def usage(self, name: str, *rows: Row) -> None:
        """Write a generic usage file; a row states platform, identity, metric, quantity and what else matters."""
        usual = {
            "platform": "",
            "period_start": MAY,
            "period_end": JUNE,
            "identity_type": "",
            "identity_id": "",
            "metric": "",
            "quantity": "",
        }
        self._write_csv(f"usage/{name}.csv", [usual | row for row in rows])

    def pages(self, path: str, buckets: list[Row]) -> None:
        """Write a page of an Anthropic report."""
        page = {"data": buckets, "has_more": False, "next_page": None}
        self.write(path, json.dumps(page))

    def write(self, path: str, text: str) -> None:
        """Write a file below the landing folder."""
        file = self.landing / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _write_csv(self, path: str, rows: list[Row]) -> None:
        self.write(path, "")
        with (self.landing / path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def equal_tokens(books: Books) -> None:
    """Case 1: 100 and -100 over three departments with equal tokens, charged back."""
    use_cases = {"pennies-1": "CC-100", "pennies-2": "CC-200", "pennies-3": "CC-300"}
    for use_case, cost_centre in use_cases.items():
        books.register(
            "use_cases", use_case_id=use_case, use_case_name=use_case, cost_centre_code=cost_centre
        )
        books.register(
            "use_case_stages",
            use_case_id=use_case,
            stage="production",
            chargeback_from="2026-01-01",
        )
    for platform, cost in (("equal-tokens", "100"), ("equal-tokens-back", "-100")):
        books.bill(platform, {"BilledCost": cost})
        books.rule("token_volume", match_platform=platform)
        seen = {"platform": platform, "identity_type": "team", "metric": "input_tokens"}
        books.usage(
            platform, *({**seen, "identity_id": name, "quantity": "5"} for name in use_cases)
        )
        for name in use_cases:
            books.register(
                "identities",
                platform=platform,
                identity_type="team",
                identity_id=name,
                use_case_id=name,
            )


def gpu_cluster(books: Books) -> None:
    """Case 4: $900 for 100 GPU hours, of which 30 and 20 are used, under either idle policy."""
    for policy in ("spread", "central"):
        platform = f"gpu-{policy}"
        books.bill(platform, {"BilledCost": "900"})
        books.rule("gpu_hours", match_platform=platform, idle_policy=policy)
        used = {"platform": platform, "identity_type": "namespace", "metric": "gpu_hours"}
        books.usage(
            platform,
            {"platform": platform, "metric": "gpu_capacity_hours", "quantity": "100"},
            {**used, "identity_id": "ml", "quantity": "12.5", "period_start": "2026-05-04T00:00:00Z"},
            {**used, "identity_id": "ml", "quantity": "17.5", "period_start": "2026-05-05T00:00:00Z"},
            {**used, "identity_id": "risk", "quantity": "20"},
        )  # fmt: skip
        for namespace, cost_centre in (("ml", "CC-500"), ("risk", "CC-600")):
            books.register(
                "identities",
                platform=platform,
                identity_type="namespace",
                identity_id=namespace,
                cost_centre_code=cost_centre,
            )


def assistant_seats(books: Books) -> None:
    """Case 5: ten seats at $19, by people who were active and by seats assigned."""
    engineers = [f"engineer.{number}@firm.example" for number in range(6)]
    product = [f"product.{number}@firm.example" for number in range(3)]
    for number, address in enumerate(engineers + product):
        books.register(
            "people",
            person_id=f"P{number}",
            email=address,
            cost_centre_code="CC-100" if address in engineers else "CC-200",
        )
    for method in ("active_users", "seats"):
        platform = f"assistant-{method.replace('_', '-')}"
        books.bill(platform, {"BilledCost": "190"})
        books.rule(method, match_platform=platform)
        seen = {"platform": platform, "identity_type": "user"}
        books.usage(
            platform,
            *(
                {**seen, "identity_id": address, "metric": "seats", "quantity": "1"}
                for address in (*engineers, *product, "nobody@firm.example")
            ),
            *(
                {**seen, "identity_id": address, "metric": "active_days", "quantity": "1", "period_start": day}
                for address in (*engineers[:4], *product)
                for day in ("2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z")[: 1 + address.endswith("0@firm.example")]
            ),
        )  # fmt: skip


def gateway_key(books: Books) -> None:
    """Case 8: Anthropic bills $90 for a gateway's key; the gateway logged $70 and $30 for it."""
    day, next_day = "2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z"
    tokens = {"uncached_input_tokens": 900, "output_tokens": 100, "cache_read_input_tokens": 0}
    made = {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0}
    place = {"workspace_id": "wrkspc_gateway", "model": MODEL, "service_tier": "standard"}
    place |= {"context_window": "0-200k", "inference_geo": None}
    cost = {"currency": "USD", "amount": "9000", "cost_type": "tokens", "description": "Tokens"}
    bucket = {"starting_at": day, "ending_at": next_day}
    books.pages(
        "anthropic/cost_report/cost.json", [{**bucket, "results": [{**place, **cost, "token_type": None}]}]
    )  # fmt: skip
    used = {**place, **tokens, "cache_creation": made, "api_key_id": "gateway-prod"}
    used["server_tool_use"] = {"web_search_requests": 0}
    books.pages("anthropic/usage_report_messages/usage.json", [{**bucket, "results": [used]}])
    books.write(
        "litellm/spend_logs/log.jsonl",
        "".join(
            json.dumps(_gateway_call(team, spend, "anthropic", MODEL, 3)) + "\n"
            for team, spend in (("sales", 40.0), ("sales", 30.0), ("operations", 30.0))
        )
        # Another model, another provider and another day are no drivers of this pool.
        + json.dumps(_gateway_call("risk", 500.0, "anthropic", "claude-haiku-4-5", 3)) + "\n"
        + json.dumps(_gateway_call("risk", 500.0, "openai", MODEL, 3)) + "\n"
        + json.dumps(_gateway_call("risk", 500.0, "anthropic", MODEL, 4)) + "\n",
    )  # fmt: skip
    books.rule(
        "gateway",
        match_platform="anthropic",
        match_api_key_id="gateway-prod",
        driver_scope="litellm",
        fallback_method="central",
    )
    for team, cost_centre in (("sales", "CC-300"), ("operations", "CC-400"), ("risk", "CC-600")):
        books.register(
            "identities",
            platform="litellm",
            identity_type="team",
            identity_id=team,
            cost_centre_code=cost_centre,
        )


def _gateway_call(team: str, spend: float, provider: str, model: str, day: int) -> Row:
    return {
        "request_id": f"{team}-{spend}-{provider}-{model}-{day}",
        "call_type": "acompletion",
        "api_key": f"virtual-{team}",
        "spend": spend,
        "total_tokens": 10,
        "prompt_tokens": 9,
        "completion_tokens": 1,
        "startTime": f"2026-05-0{day} 10:00:00.000000",
        "endTime": f"2026-05-0{day} 10:00:01.000000",
        "model": model,
        "custom_llm_provider": provider,
        "user": "",
        "metadata": "{}",
        "cache_hit": "False",
        "request_tags": "[]",
        "team_id": team,
        "end_user": "",
        "status": "success",
    }


def nothing_at_all(books: Books) -> None:
    """Case 9: a charge of nothing, pools of nothing, and a pool by usage of nothing."""
    books.bill("free-direct", {"BilledCost": "0", "SubAccountId": "free"})
    books.register(
        "identities",
        platform="free-direct",
        identity_type="account",
        identity_id="free",
        cost_centre_code="CC-100",
    )
    books.bill("free-pool", {"BilledCost": "0"})
    books.bill("unused-pool", {"BilledCost": "5"})
    books.bill("unused-fallback", {"BilledCost": "7"})
    for platform in ("free-pool", "unused-pool", "unused-fallback"):
        used = {"platform": platform, "identity_type": "team", "identity_id": "t"}
        quantity = "1" if platform == "free-pool" else "0"
        books.usage(platform, {**used, "metric": "requests", "quantity": quantity})
        # In order: the first fallback has no driver either, the third is never reached.
        fallbacks = "seats|central|even" if platform == "unused-fallback" else ""
        books.rule("requests", match_platform=platform, fallback_method=fallbacks, split_id="S-ANY")
        books.register(
            "identities",
            platform=platform,
            identity_type="team",
            identity_id="t",
            cost_centre_code="CC-200",
        )
    books.register(
        "allocation_splits", split_id="S-ANY", cost_centre_code="CC-300", share_percent="100"
    )


def late_refund(books: Books) -> None:
    """Case 10: a refund of 50 on June's bill for a charge of May, which no source names; usage has changed since."""
    june = {"BillingPeriodStart": JUNE, "BillingPeriodEnd": JULY}
    refund = {"BilledCost": "-50", "ChargeCategory": "Credit", **june}
    books.bill("refunded", {"BilledCost": "200"}, refund)
    books.rule("requests", match_platform="refunded")
    seen = {"platform": "refunded", "identity_type": "team", "metric": "requests"}
    in_june = {"period_start": JUNE, "period_end": JULY}
    books.usage(
        "refunded",
        {**seen, "identity_id": "a", "quantity": "3"},
        {**seen, "identity_id": "b", "quantity": "1"},
        {**seen, "identity_id": "a", "quantity": "1", **in_june},
        {**seen, "identity_id": "b", "quantity": "1", **in_june},
    )
    for team, cost_centre in (("a", "CC-100"), ("b", "CC-200")):
        books.register(
            "identities",
            platform="refunded",
            identity_type="team",
            identity_id=team,
            cost_centre_code=cost_centre,
        )


CASES: tuple[Callable[[Books], None], ...] = (
    equal_tokens,
    gpu_cluster,
    assistant_seats,
    gateway_key,
    nothing_at_all,
    late_refund,
)


def _write_registers(books: Books, seeds: Path) -> None:
    books.rule("owner")
    books.register(
        "departments", department_code="D1", department_name="All", chargeback_from="2026-01-01"
    )
    for code, name in COST_CENTRES.items():
        books.register(
            "cost_centres", cost_centre_code=code, cost_centre_name=name, department_code="D1"
        )
    for setting, value in POLICY.items():
        books.register("policy", setting=setting, value=value)
    folder = Folder(seeds)
    for name in COLUMNS:
        write_register(folder, name, books.registers.get(name, []))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader of the company's marts, after its one run."""
    folder = tmp_path_factory.mktemp("worked_cases")
    company = Company(folder, folder / "landing", folder / "seeds")
    books = Books(company.landing)
    for case in CASES:
        case(books)
    _write_registers(books, company.seeds)
    printed = company.chargeback("run")
    assert "Nothing is in quarantine" in printed, printed
    with company.published() as connection:
        yield connection


def receivers(
    connection: duckdb.DuckDBPyConnection, platform: str
) -> dict[tuple[str | None, str | None], Decimal]:
    """Billed cost by who receives (or the reason why nobody does) and billing mode."""
    rows = connection.execute(
        """
        select coalesce(cost_centre_code, unallocated_reason), billing_mode, sum(billed_cost)
        from marts.fct_allocation_ledger
        where platform = ?
        group by all
        """,
        [platform],
    ).fetchall()
    return {(receiver, mode): amount for receiver, mode, amount in rows}


def dollars(**amounts: str) -> dict[tuple[str | None, str | None], Decimal]:
    """Showback amounts by cost centre; `CC_100` stands for `CC-100`."""
    return {(code.replace("_", "-"), "showback"): Decimal(text) for code, text in amounts.items()}


@pytest.mark.parametrize(("platform", "sign"), [("equal-tokens", 1), ("equal-tokens-back", -1)])
def test_case_1_the_last_unit_goes_to_the_lowest_code(
    published: duckdb.DuckDBPyConnection, platform: str, sign: int
) -> None:
    thirds = {"CC-100": "33.3333333334", "CC-200": "33.3333333333", "CC-300": "33.3333333333"}
    assert receivers(published, platform) == {
        (code, "chargeback"): sign * Decimal(part) for code, part in thirds.items()
    }


@pytest.mark.parametrize(("platform", "sign"), [("equal-tokens", 1), ("equal-tokens-back", -1)])
def test_case_1_the_last_penny_goes_to_the_lowest_code(
    published: duckdb.DuckDBPyConnection, platform: str, sign: int
) -> None:
    lines = published.execute(
        """
        select coalesce(cost_centre_code, gl_account), debit_amount - credit_amount
        from marts.fct_chargeback_journal_lines
        where platform = ? and status = 'draft'
        """,
        [platform],
    ).fetchall()
    pennies = {"CC-100": "33.34", "CC-200": "33.33", "CC-300": "33.33", "9999": "-100.00"}
    assert sorted(lines) == sorted(
        (place, sign * Decimal(amount)) for place, amount in pennies.items()
    )


def test_case_4_idle_gpu_hours_are_spread(published: duckdb.DuckDBPyConnection) -> None:
    assert receivers(published, "gpu-spread") == dollars(CC_500="540", CC_600="360")


def test_case_4_idle_gpu_hours_are_the_programmes(published: duckdb.DuckDBPyConnection) -> None:
    jobs = dollars(CC_500="270", CC_600="180")
    assert receivers(published, "gpu-central") == jobs | {("CC-900", "central"): Decimal(450)}


def test_case_5_active_users(published: duckdb.DuckDBPyConnection) -> None:
    # Four and three sevenths of 190: the left-over unit goes to the larger remainder.
    expected = dollars(CC_100="108.5714285714", CC_200="81.4285714286")
    assert receivers(published, "assistant-active-users") == expected


def test_case_5_seats(published: duckdb.DuckDBPyConnection) -> None:
    expected = dollars(CC_100="114", CC_200="57") | {("unknown_identity", None): Decimal(19)}
    assert receivers(published, "assistant-seats") == expected


def test_case_8_a_gateway_key(published: duckdb.DuckDBPyConnection) -> None:
    assert receivers(published, "anthropic") == dollars(CC_300="63", CC_400="27")
    assert receivers(published, "litellm") == {}
    models = published.execute(
        "select distinct model, method, fallback_method from marts.fct_allocation_ledger where platform = 'anthropic'"
    ).fetchall()
    assert models == [(MODEL, "gateway", None)]


def test_case_9_nothing_is_lost_and_nothing_divided_by_zero(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert receivers(published, "free-direct") == dollars(CC_100="0")
    assert receivers(published, "free-pool") == dollars(CC_200="0")
    assert receivers(published, "unused-pool") == {("zero_driver", None): Decimal(5)}


def test_case_9_fallbacks_are_tried_in_order(published: duckdb.DuckDBPyConnection) -> None:
    assert receivers(published, "unused-fallback") == {("CC-900", "central"): Decimal(7)}
    fired = published.execute(
        "select platform, fallback_method from marts.fct_allocation_proof where fallback_method is not null"
    ).fetchall()
    assert fired == [("unused-fallback", "central")]


def test_case_10_a_refund_belongs_to_its_own_month(published: duckdb.DuckDBPyConnection) -> None:
    months = published.execute(
        """
        select strftime(accounting_month, '%Y-%m'), cost_centre_code, sum(billed_cost)
        from marts.fct_allocation_ledger
        where platform = 'refunded'
        group by all
        order by all
        """
    ).fetchall()
    # Nothing names the credited charge, so June's rule and June's calls decide.
    assert months == [
        ("2026-05", "CC-100", Decimal(150)),
        ("2026-05", "CC-200", Decimal(50)),
        ("2026-06", "CC-100", Decimal(-25)),
        ("2026-06", "CC-200", Decimal(-25)),
    ]
