"""The hard cases: what each is about and the smallest company that shows it.

To add one, write a function that returns a Case, name it in CASES, and run `python -m tests.hard_cases.generate`.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.reference.records import (
    Charge,
    Company,
    CostCentre,
    Department,
    ExchangeRate,
    Identity,
    ModelPrice,
    OwnershipException,
    Person,
    Policy,
    Rule,
    Split,
    Usage,
    UseCase,
    UseCaseStage,
    VendorIdentity,
)

APRIL, MAY, JUNE = datetime(2026, 4, 1), datetime(2026, 5, 1), datetime(2026, 6, 1)
SEED = 20260501

CENTRES = tuple(
    CostCentre(cost_centre_code=code) for code in ("CC-110", "CC-210", "CC-340", "CC-900")
)
POLICY = (
    Policy(setting="reporting_currency", value="GBP"),
    Policy(setting="programme_cost_centre", value="CC-900"),
)
OWNER = Rule(rule_id="OWNER", priority=90, method="owner")
TOKENS = Rule(rule_id="TOKENS", priority=10, method="token_volume")
A, B, C = "key-a", "key-b", "key-c"


@dataclass(frozen=True)
class Case:
    """One case: the name of its folder, a paragraph on what is hard about it, and its inputs."""

    name: str
    description: str
    company: Company


def _company(**parts) -> Company:
    return Company(**{"cost_centres": CENTRES, "policy": POLICY} | parts)


def _charge(charge_id: str, cost: str, day: int = 1, month: datetime = MAY, **columns) -> Charge:
    start = month + timedelta(days=day - 1)
    return Charge(
        **{
            "x_charge_id": charge_id,
            "x_platform": "openai",
            "billing_account_id": "org-1",
            "billing_currency": "GBP",
            "billing_period_start": month,
            "charge_period_start": start,
            "charge_period_end": start + timedelta(days=1),
            "billed_cost": Decimal(cost),
            "effective_cost": Decimal(cost),
        }
        | columns
    )


def _usage(usage_id: str, key: str, quantity: int, day: int = 1, **columns) -> Usage:
    start = MAY + timedelta(days=day - 1)
    return Usage(
        **{
            "usage_id": usage_id,
            "platform": "openai",
            "period_start": start,
            "period_end": start + timedelta(days=1),
            "metric": "input_tokens",
            "token_type": "input",
            "model": "small",
            "quantity": Decimal(quantity),
            "api_key_id": key,
        }
        | columns
    )


def _tokens(**quantities: int) -> list[Usage]:
    """One row of input tokens per key: `a=5` is key-a's."""
    return [_usage(f"u-{key}", f"key-{key}", count) for key, count in quantities.items()]


def _owner(key: str, cost_centre: str | None, **columns) -> Identity:
    return Identity(
        platform="openai",
        identity_type="api_key",
        identity_id=key,
        cost_centre_code=cost_centre,
        **columns,
    )


OWNERS = (_owner(A, "CC-110"), _owner(B, "CC-210"), _owner(C, "CC-340"))


def _split(*shares: str, split_id: str = "S") -> list[Split]:
    codes = ("CC-110", "CC-210", "CC-340")
    return [
        Split(split_id=split_id, cost_centre_code=code, share_percent=Decimal(share))
        for code, share in zip(codes, shares, strict=False)
    ]


def penny_rounding_with_ties() -> Case:
    return Case(
        "penny_rounding_with_ties",
        """A pool of £100 among three cost centres with equal tokens: 10⁻¹⁰ is left over, and no driver is
        larger than another. It goes to the lowest cost-centre code. The keys are registered in
        another order than the codes.""",
        _company(
            charges=[_charge("c1", "100")],
            usage=_tokens(c=5, a=5, b=5),
            identities=OWNERS[::-1],
            allocation_rules=[TOKENS],
        ),
    )


def leftover_goes_to_the_larger_driver() -> Case:
    return Case(
        "leftover_goes_to_the_larger_driver",
        """One unit of 10⁻¹⁰ among three cost centres with tokens 1, 2 and 2, then five units among 1, 4 and 5.
        Equal remainders go to the larger driver first, then to the lower code.""",
        _company(
            charges=[
                _charge("c1", "0.0000000001", x_sku="one"),
                _charge("c2", "0.0000000005", x_sku="five"),
            ],
            usage=[
                *_tokens(a=1, b=2, c=2),
                *(
                    _usage(f"r-{key}", key, count, metric="requests", token_type=None)
                    for key, count in ((A, 1), (B, 4), (C, 5))
                ),
            ],
            identities=OWNERS,
            allocation_rules=[
                replace(TOKENS, match_sku="one"),
                Rule(rule_id="CALLS", priority=20, method="requests", match_sku="five"),
            ],
        ),
    )


def negative_pool() -> Case:
    return Case(
        "negative_pool",
        """A discount of -£100 is split by the same shares as a cost of £100: the mirror image, to the last
        unit. Nobody's part has another sign than the pool's.""",
        _company(
            charges=[_charge("c1", "-100", charge_category="Credit")],
            usage=_tokens(a=1, b=1, c=1),
            identities=OWNERS,
            allocation_rules=[TOKENS],
        ),
    )


def unallocated_part_waits_for_the_leftover() -> Case:
    return Case(
        "unallocated_part_waits_for_the_leftover",
        """Two registered keys and a stranger share £100 evenly. The leftover unit goes to an allocated part
        before an unallocated one.""",
        _company(
            charges=[_charge("c1", "100")],
            usage=[*_tokens(b=1, c=1), _usage("u-x", "0-stranger", 1)],
            identities=OWNERS,
            allocation_rules=[TOKENS],
        ),
    )


def zero_driver_with_each_fallback() -> Case:
    fallbacks = {
        "calls": "requests",
        "bill": "cost",
        "agreed": "split",
        "equal": "even",
        "programme": "central",
        "second": "cost|even",
    }
    return Case(
        "zero_driver_with_each_fallback",
        """Six pools of £10 by tokens where nobody used a token: each rule names another fallback, and one a
        list whose first method has nothing to divide by either. `cost` has a driver on the platform
        of the pool `bill` and none on the platform of the pool `second`. The entry names the method
        that decided.""",
        _company(
            charges=[
                _charge("direct", "40", x_api_key_id=A),
                *(
                    _charge(
                        name,
                        "10",
                        x_sku=name,
                        x_platform="anthropic" if name == "second" else "openai",
                    )
                    for name in fallbacks
                ),
            ],
            usage=[
                _usage("r1", A, 1, metric="requests", token_type=None),
                _usage("r2", B, 3, metric="requests", token_type=None),
            ],
            identities=OWNERS,
            allocation_rules=[
                *(
                    Rule(
                        rule_id=f"R-{name}",
                        priority=place,
                        method="token_volume",
                        match_sku=name,
                        split_id="S" if {"split", "even"} & set(method.split("|")) else None,
                        fallback_method=method,
                    )
                    for place, (name, method) in enumerate(fallbacks.items(), start=1)
                ),
                OWNER,
            ],
            allocation_splits=_split("50", "30", "20"),
        ),
    )


def zero_driver_without_fallback() -> Case:
    return Case(
        "zero_driver_without_fallback",
        """A pool whose platform has usage rows of zero tokens, and no fallback: nobody pays, with the reason
        `zero_driver`, and nothing divides by zero.""",
        _company(
            charges=[_charge("c1", "10")],
            usage=_tokens(a=0, b=0),
            identities=OWNERS,
            allocation_rules=[TOKENS],
        ),
    )


_MOVE = MAY + timedelta(days=14)
_MOVED = (
    _owner(A, "CC-210", valid_to=_MOVE),
    _owner(A, "CC-340", valid_from=_MOVE),
)


def owner_moves_mid_month_billed_by_day() -> Case:
    return Case(
        "owner_moves_mid_month_billed_by_day",
        """A key moves from CC-210 to CC-340 on 15 May, 00:00 UTC. £1 a day: fourteen days belong to the first
        owner, and seventeen, the fifteenth included, to the second.""",
        _company(
            charges=[_charge(f"c{day:02}", "1", day, x_api_key_id=A) for day in range(1, 32)],
            identities=_MOVED,
            allocation_rules=[OWNER],
        ),
    )


def _lump() -> Charge:
    return _charge(
        "lump",
        "100",
        x_api_key_id=A,
        x_model="small",
        x_is_coarse=True,
        charge_period_end=JUNE,
    )


def owner_moves_mid_month_billed_as_lump() -> Case:
    return Case(
        "owner_moves_mid_month_billed_as_lump",
        """The same move, billed as one line of £100 for the month. It is apportioned by the key's usage, rated
        at the price in force on each day: the price doubles on 20 May. 30 tokens on the 14th (60),
        10 on the 15th (20) and 10 on the 20th (40) make 50 : 16⅔ : 33⅓.""",
        _company(
            charges=[_lump()],
            usage=[
                _usage("u1", A, 30, day=14),
                _usage("u2", A, 10, day=15),
                _usage("u3", A, 10, day=20),
            ],
            identities=_MOVED,
            allocation_rules=[OWNER],
            model_prices=[
                ModelPrice(
                    provider="openai",
                    model="small",
                    token_type="input",
                    price=Decimal(price),
                    per_units=Decimal(1_000_000),
                    valid_from=valid_from,
                    valid_to=valid_to,
                )
                for price, valid_from, valid_to in (
                    (2, APRIL, MAY + timedelta(days=19)),
                    (4, MAY + timedelta(days=19), JUNE),
                )
            ],
        ),
    )


def lump_without_usage() -> Case:
    return Case(
        "lump_without_usage",
        """The same lump without any usage of the key: it stays whole, and belongs to the owner at its period
        start.""",
        _company(charges=[_lump()], identities=_MOVED, allocation_rules=[OWNER]),
    )


def unknown_identity_keeps_its_share() -> Case:
    return Case(
        "unknown_identity_keeps_its_share",
        """£1,000 by tokens: 600 by one department, 300 by another, 100 by a key that nobody registered. The
        unknown's £100 stays unallocated under its key; it is not spread over those who registered
        theirs. A fourth key is on the vendor's list, without owner: it is known.""",
        _company(
            charges=[_charge("c1", "1000")],
            usage=[
                *_tokens(a=600_000, b=300_000),
                _usage("u-x", "stranger", 60_000),
                _usage("u-y", "listed", 40_000),
            ],
            identities=OWNERS,
            vendor_identities=[
                VendorIdentity(platform="openai", identity_type="api_key", identity_id="listed")
            ],
            allocation_rules=[TOKENS],
        ),
    )


def reorganisation_with_successors() -> Case:
    end_b, end_c = MAY + timedelta(days=9), MAY + timedelta(days=19)
    return Case(
        "reorganisation_with_successors",
        """CC-210 closes on 10 May in favour of CC-340, which closes on 20 May in favour of CC-110. The
        register of keys still says CC-210. Charges of 9, 10, 19 and 20 May belong to CC-210,
        CC-340, CC-340 and CC-110. A key of CC-400, which closed without successor, ends as
        `closed_cost_centre`.""",
        _company(
            charges=[
                *(_charge(f"c{day}", "10", day, x_api_key_id=B) for day in (9, 10, 19, 20)),
                _charge("closed", "10", 20, x_api_key_id=C),
            ],
            cost_centres=[
                CostCentre(cost_centre_code="CC-110"),
                CostCentre(cost_centre_code="CC-210", successor_code="CC-340", valid_to=end_b),
                CostCentre(cost_centre_code="CC-340", successor_code="CC-110", valid_to=end_c),
                CostCentre(cost_centre_code="CC-400", valid_to=end_b),
                CostCentre(cost_centre_code="CC-900"),
            ],
            identities=[_owner(B, "CC-210"), _owner(C, "CC-400")],
            allocation_rules=[OWNER],
        ),
    )


def ownership_expired() -> Case:
    return Case(
        "ownership_expired",
        """The only register row of a key ended on 15 May, and its project was never registered. The charge of
        the 14th has an owner; that of the 15th is unallocated as `ownership_expired`, which beats
        `unknown_identity`. In a pool by tokens the same key keeps its share of the second half,
        under the same reason.""",
        _company(
            charges=[
                _charge("c14", "10", 14, x_api_key_id=A, x_project_id="p1"),
                _charge("c15", "10", 15, x_api_key_id=A, x_project_id="p1"),
                _charge("pool", "40", x_sku="capacity"),
            ],
            usage=[
                _usage("u14", A, 1, day=14),
                _usage("u15", A, 2, day=15),
                _usage("ub", B, 1, day=15),
            ],
            identities=[_owner(A, "CC-110", valid_to=_MOVE), OWNERS[1]],
            allocation_rules=[replace(TOKENS, match_sku="capacity"), OWNER],
        ),
    )


def every_reason_for_nobody() -> Case:
    return Case(
        "every_reason_for_nobody",
        """Six charges that end unallocated, each for another reason: nothing on it can be owned; no register
        knows its key; its row names neither use case nor cost centre; its cost centre is in no
        register; it has closed; and, on a platform that no rule speaks of, no rule.""",
        _company(
            charges=[
                _charge("c1", "1"),
                _charge("c2", "2", x_api_key_id="stranger"),
                _charge("c3", "4", x_api_key_id=A),
                _charge("c4", "8", x_api_key_id=B),
                _charge("c5", "16", x_api_key_id=C),
                _charge("c6", "32", x_platform="aws", x_api_key_id=A),
            ],
            cost_centres=[*CENTRES, CostCentre(cost_centre_code="CC-400", valid_to=MAY)],
            identities=[_owner(A, None), _owner(B, "CC-999"), _owner(C, "CC-400")],
            allocation_rules=[replace(OWNER, match_platform="openai")],
        ),
    )


def _sandbox(description: str, name: str, over_cap: str = "sponsor", **stage) -> Case:
    return Case(
        name,
        description,
        _company(
            charges=[
                _charge("c10", "300", 10, x_api_key_id=A),
                _charge("c20", "400", 20, x_api_key_id=A),
                _charge("c25", "-50", 25, x_api_key_id=A, charge_category="Credit"),
            ],
            use_cases=[UseCase(use_case_id="UC-1", cost_centre_code="CC-110")],
            use_case_stages=[
                UseCaseStage(use_case_id="UC-1", stage="sandbox", valid_from=MAY, **stage)
            ],
            identities=[_owner(A, None, use_case_id="UC-1")],
            allocation_rules=[OWNER],
            policy=[*POLICY, Policy(setting="sandbox_over_cap", value=over_cap)],
        ),
    )


def sandbox_cap_cuts_a_charge() -> Case:
    return _sandbox(
        """A sandbox with a cap of £500 spends £300 on the 10th and £400 on the 20th: the second charge is cut
        at the cap. £500 is central, £200 the sponsor's as showback. A credit of £50 on the 25th
        gives back from over the cap first.""",
        "sandbox_cap_cuts_a_charge",
        sandbox_cap=Decimal(500),
        sandbox_days=90,
    )


def sandbox_over_cap_unallocated() -> Case:
    return _sandbox(
        """The same spending, where policy leaves what lies over the cap to nobody: `sandbox_over_cap`.""",
        "sandbox_over_cap_unallocated",
        over_cap="unallocated",
        sandbox_cap=Decimal(500),
        sandbox_days=90,
    )


def sandbox_expires_under_its_cap() -> Case:
    return _sandbox(
        """A sandbox of fourteen days, from 1 May, ends on 15 May, 00:00 UTC. It had spent £300 of its £500;
        what follows, credit included, is the sponsor's although the cap was never reached.""",
        "sandbox_expires_under_its_cap",
        sandbox_cap=Decimal(500),
        sandbox_days=14,
    )


def production_is_charged_from_the_later_date() -> Case:
    stages = [
        UseCaseStage(use_case_id=use_case, stage="production", chargeback_from=begins)
        for use_case, begins in (
            ("UC-1", date(2026, 5, 10)),
            ("UC-2", date(2026, 4, 1)),
            ("UC-3", None),
        )
    ]
    return Case(
        "production_is_charged_from_the_later_date",
        """Three production use cases of one department, which is charged back from 20 May. The use cases are
        from 10 May, from 1 April and never. Charges of 9, 10, 19 and 20 May: chargeback begins on
        the later date, the 20th, and never for the third; before it is showback.""",
        _company(
            charges=[
                _charge(f"{key}-{day}", "1", day, x_api_key_id=key)
                for key in (A, B, C)
                for day in (9, 10, 19, 20)
            ],
            departments=[Department(department_code="D-1", chargeback_from=date(2026, 5, 20))],
            cost_centres=[
                CostCentre(cost_centre_code="CC-110", department_code="D-1"),
                CostCentre(cost_centre_code="CC-900"),
            ],
            use_cases=[
                UseCase(use_case_id=stage.use_case_id, cost_centre_code="CC-110")
                for stage in stages
            ],
            use_case_stages=stages,
            identities=[
                _owner(key, None, use_case_id=stage.use_case_id)
                for key, stage in zip((A, B, C), stages, strict=True)
            ],
            allocation_rules=[OWNER],
        ),
    )


def credit_names_its_charge() -> Case:
    return Case(
        "credit_names_its_charge",
        """£200 is split 75 : 25. A credit of -£50 of the same month names that charge and takes its shares,
        although a rule for credits would have given it to CC-340; a second credit names a charge
        that never came, and is a charge like any other.""",
        _company(
            charges=[
                _charge("c1", "200", charge_category="Usage"),
                _charge("k1", "-50", charge_category="Credit", x_credited_charge_id="c1"),
                _charge("k2", "-8", charge_category="Credit", x_credited_charge_id="gone"),
            ],
            allocation_rules=[
                Rule(
                    rule_id="SHARED",
                    priority=1,
                    method="split",
                    split_id="S",
                    match_charge_category="Usage",
                ),
                Rule(rule_id="CREDITS", priority=2, method="fixed", target_cost_centre="CC-340"),
            ],
            allocation_splits=_split("75", "25"),
        ),
    )


def credits_of_every_kind_of_charge() -> Case:
    return Case(
        "credits_of_every_kind_of_charge",
        """Credits that a rule would give to CC-340 and that name other charges. An owner's £100 gets -£60, so
        that support by `cost` finds 40 : 40. A pool that fell back to the programme, a pool without
        any driver and a charge that no rule claims get theirs under the same funding or reason. A
        credit of a credit stays CC-340's.""",
        _company(
            charges=[
                _charge("a", "100", x_api_key_id=A),
                _charge("b", "40", x_api_key_id=B),
                _charge("support", "8", x_sku="support"),
                _charge("idle", "10", x_sku="idle"),
                _charge("lost", "6", x_sku="lost"),
                _charge("orphan", "7", x_platform="aws"),
                *(
                    _charge(f"of-{name}", cost, 9, charge_category="Credit", x_credited_charge_id=name)
                    for name, cost in (("a", "-60"), ("idle", "-10"), ("lost", "-2"), ("orphan", "-5"), ("of-a", "-3"))
                ),
            ],
            identities=OWNERS,
            allocation_rules=[
                Rule(rule_id="SUPPORT", priority=1, method="cost", match_sku="support"),
                replace(TOKENS, rule_id="IDLE", priority=2, match_sku="idle", fallback_method="central"),
                replace(TOKENS, rule_id="LOST", priority=3, match_sku="lost"),
                Rule(rule_id="CREDITS", priority=4, method="fixed", target_cost_centre="CC-340",
                     match_charge_category="Credit"),
                replace(OWNER, match_platform="openai"),
            ],
        ),
    )  # fmt: skip


def credit_under_a_sandbox_cap() -> Case:
    name = "credit_under_a_sandbox_cap"
    plain = _sandbox(
        """A sandbox with a cap of £500 spends £300 and £400. A credit of £50 names the first charge, all of
        which the programme paid. It takes that charge's use case and counts under the cap like any
        other credit: it gives back from over the cap first, so the sponsor gets it.""",
        name,
        sandbox_cap=Decimal(500),
        sandbox_days=90,
    )
    charges = [
        replace(charge, x_credited_charge_id="c10", x_api_key_id=None)
        if charge.charge_category == "Credit"
        else charge
        for charge in plain.company.charges
    ]
    return replace(plain, company=replace(plain.company, charges=charges))


def refund_in_the_next_month() -> Case:
    return Case(
        "refund_in_the_next_month",
        """A refund of -£50 on June's bill names a charge of May that tokens split 3 : 1. It belongs to June's
        accounting period and takes May's shares, although June has no usage and the key of the
        larger part has moved since.""",
        _company(
            charges=[
                _charge("may", "200"),
                _charge(
                    "refund",
                    "-50",
                    month=JUNE,
                    charge_category="Credit",
                    x_credited_charge_id="may",
                ),
            ],
            usage=_tokens(a=3, b=1),
            identities=[
                _owner(A, "CC-110", valid_to=JUNE),
                _owner(A, "CC-340", valid_from=JUNE),
                OWNERS[1],
            ],
            allocation_rules=[TOKENS],
        ),
    )


def three_currencies() -> Case:
    currencies = ("USD", "EUR", "GBP")
    return Case(
        "three_currencies",
        """0.0000000005 of dollars, euro and pounds each, twice, at rates of 0.5 and 0.85. Reporting cost is
        made once per charge, half away from zero at ten decimals: 0.00000000025 becomes 3 units,
        and -0.00000000025 minus 3. The pool sums the charges' reporting costs and does not convert
        their sum, then splits each measure on its own.""",
        _company(
            charges=[
                *(
                    _charge(f"{sign}{currency}-{copy}", f"{sign}0.0000000005", billing_currency=currency,
                            x_sku="pool", invoice_id=f"I-{currency}{'-C' if sign else ''}")
                    for currency in currencies
                    for sign in ("", "-")
                    for copy in (1, 2)
                ),
                _charge("direct", "0.0000000005", billing_currency="USD", x_api_key_id=A),
            ],
            usage=_tokens(a=1, b=1, c=1),
            identities=OWNERS,
            allocation_rules=[replace(TOKENS, match_sku="pool"), OWNER],
            fx_rates=[
                ExchangeRate(
                    accounting_month=MAY.date(), from_currency=currency, to_currency="GBP", rate=Decimal(rate)
                )
                for currency, rate in (("USD", "0.5"), ("EUR", "0.85"))
            ],
        ),
    )  # fmt: skip


def rule_changes_its_version() -> Case:
    split_1 = Rule(
        rule_id="SHARED", priority=1, method="split", split_id="S", match_sku="pool", valid_to=_MOVE
    )
    return Case(
        "rule_changes_its_version",
        """On 15 May a split rule and a fixed rule each get a second version. A pool's rule is the one in force
        at the pool's start: the split of May stays with version 1 for the whole month, June has
        version 2. The fixed rule acts charge by charge, so the 15th already has version 2. The
        split's own shares changed on 15 May too, and May's pool takes those of 1 May.""",
        _company(
            charges=[
                _charge("p-may", "90", 20, x_sku="pool"),
                _charge("p-june", "90", month=JUNE, x_sku="pool"),
                _charge("f-14", "10", 14, x_sku="fixed"),
                _charge("f-15", "10", 15, x_sku="fixed"),
            ],
            allocation_rules=[
                split_1,
                replace(split_1, rule_version="2", method="even", valid_from=_MOVE, valid_to=datetime(2027, 1, 1)),
                Rule(rule_id="F", priority=2, method="fixed", target_cost_centre="CC-110", match_sku="fixed",
                     valid_to=_MOVE),
                Rule(rule_id="F", rule_version="2", priority=2, method="fixed", target_cost_centre="CC-210",
                     match_sku="fixed", valid_from=_MOVE),
            ],
            allocation_splits=[
                *(replace(row, valid_to=_MOVE) for row in _split("60", "40")),
                *(replace(row, valid_from=_MOVE) for row in _split("50", "25", "25")),
            ],
        ),
    )  # fmt: skip


def token_weights() -> Case:
    return Case(
        "token_weights",
        """Output counts five times, cached input a tenth, input once. 100 of each, by three keys: weights 100,
        500 and 10. The pool of £61 leaves no remainder; another of £1 does.""",
        _company(
            charges=[_charge("c1", "61", invoice_id="I-1"), _charge("c2", "1", invoice_id="I-2")],
            usage=[
                _usage(f"u-{kind}", key, 100, token_type=kind, metric=f"{kind}_tokens")
                for key, kind in ((A, "input"), (B, "output"), (C, "cached_input"))
            ],
            identities=OWNERS,
            allocation_rules=[TOKENS],
            policy=[
                *POLICY,
                Policy(setting="token_weight.output", value="5"),
                Policy(setting="token_weight.cached_input", value="0.1"),
            ],
        ),
    )


def day_grain_pool() -> Case:
    return Case(
        "day_grain_pool",
        """A rule by day: each day's cost follows that day's tokens. On 1 May only key-a worked, on the 2nd
        both, on the 3rd nobody, and its cost falls back to the programme. By month the answer would
        be another.""",
        _company(
            charges=[_charge(f"c{day}", "12", day) for day in (1, 2, 3)],
            usage=[
                _usage("a1", A, 300),
                _usage("a2", A, 100, day=2),
                _usage("b2", B, 200, day=2),
            ],
            identities=OWNERS,
            allocation_rules=[replace(TOKENS, driver_grain="day", fallback_method="central")],
        ),
    )


def another_platform_drives() -> Case:
    return Case(
        "another_platform_drives",
        """A platform's fee follows the usage that another platform logged (`driver_scope`). The fee's own
        platform has usage too, which does not count.""",
        _company(
            charges=[_charge("fee", "90", x_platform="gatewayco")],
            usage=[
                _usage("a", A, 2),
                _usage("b", B, 1),
                _usage("c", C, 1_000, platform="gatewayco"),
            ],
            identities=[replace(row, platform="") for row in OWNERS],
            allocation_rules=[replace(TOKENS, driver_scope="openai")],
        ),
    )


def exception_beats_the_register() -> Case:
    return Case(
        "exception_beats_the_register",
        """From 10 to 20 May an approved exception gives key-a's cost to CC-340. The charges of 9 and 20 May
        stay with the register's owner, those of 10 and 19 May go by the exception, and so does that
        period's usage in a pool.""",
        _company(
            charges=[
                *(_charge(f"c{day}", "10", day, x_api_key_id=A) for day in (9, 10, 19, 20)),
                _charge("pool", "30", x_sku="capacity"),
            ],
            usage=[_usage("u9", A, 2, day=9), _usage("u10", A, 1, day=10)],
            identities=OWNERS,
            exceptions=[
                OwnershipException(
                    exception_id="EX-1",
                    platform="openai",
                    identity_type="api_key",
                    identity_id=A,
                    cost_centre_code="CC-340",
                    valid_from=MAY + timedelta(days=9),
                    valid_to=MAY + timedelta(days=19),
                )
            ],
            allocation_rules=[replace(TOKENS, match_sku="capacity"), OWNER],
        ),
    )


def tags_against_keys() -> Case:
    return Case(
        "tags_against_keys",
        """A tag beats a key. The tag is spelled in the vendors' ways, `user:Cost-Centre` and
        `resourceTags/user:cost-centre`; its value is a code, exactly. A value with another case is
        no code, and the key decides; one that no register knows under an owning key is unknown only
        where nothing else is known. A registered tag beats a tag that is a code.""",
        _company(
            charges=[
                _charge("c1", "1", x_api_key_id=A, tags={"user:Cost-Centre": "CC-210"}),
                _charge("c2", "2", x_api_key_id=A, tags={"resourceTags/user:cost-centre": " CC-340 "}),
                _charge("c3", "4", x_api_key_id=A, tags={"cost-centre": "cc-340"}),
                _charge("c4", "8", tags={"cost-centre": "CC-99O"}),
                _charge("c5", "16", tags={"cost-centre": "CC-210", "team": "blue"}),
                _charge("c6", "32", x_api_key_id=A, tags={"colour": "CC-210"}),
            ],
            identities=[
                *OWNERS,
                Identity(platform="openai", identity_type="tag", identity_id="team=blue", cost_centre_code="CC-340"),
            ],
            allocation_rules=[OWNER],
            policy=[*POLICY, Policy(setting="cost_centre_tag_keys", value="cost-centre")],
        ),
    )  # fmt: skip


def owner_misses_and_the_next_rule_claims() -> Case:
    return Case(
        "owner_misses_and_the_next_rule_claims",
        """An owner rule whose look-up misses passes the charge on to the next rule: the stranger's charge goes
        to the programme. A key whose register row names an unknown cost centre is found, not
        missed, and stays unallocated.""",
        _company(
            charges=[
                _charge("c1", "5", x_api_key_id=A),
                _charge("c2", "7", x_api_key_id="stranger"),
                _charge("c3", "9", x_api_key_id=B),
            ],
            identities=[OWNERS[0], _owner(B, "CC-999")],
            allocation_rules=[OWNER, Rule(rule_id="REST", priority=99, method="central")],
        ),
    )


def split_in_thirds() -> Case:
    return Case(
        "split_in_thirds",
        """33.34, 33.33 and 33.33 per cent of £1, of £0.0000000001 and of -£0.0000000002: what is too small for
        three goes to the largest shares. One row of the split goes through the stage of its use
        case.""",
        _company(
            charges=[
                _charge("c1", "1", invoice_id="I-1"),
                _charge("c2", "0.0000000001", invoice_id="I-2"),
                _charge("c3", "-0.0000000002", invoice_id="I-3"),
            ],
            use_cases=[UseCase(use_case_id="UC-1", cost_centre_code="CC-210")],
            use_case_stages=[
                UseCaseStage(
                    use_case_id="UC-1", stage="production", chargeback_from=date(2026, 1, 1)
                )
            ],
            departments=[Department(department_code="D-1", chargeback_from=date(2026, 1, 1))],
            cost_centres=[replace(row, department_code="D-1") for row in CENTRES],
            allocation_rules=[Rule(rule_id="SHARED", priority=1, method="split", split_id="S")],
            allocation_splits=[
                replace(row, use_case_id="UC-1" if row.cost_centre_code == "CC-210" else None)
                for row in _split("33.34", "33.33", "33.33")
            ],
        ),
    )


def even_split() -> Case:
    return Case(
        "even_split",
        """`even` gives each row of the split the same weight and ignores its share, a share of 98 per cent
        too.""",
        _company(
            charges=[_charge("c1", "100")],
            allocation_rules=[Rule(rule_id="EVEN", priority=1, method="even", split_id="S")],
            allocation_splits=_split("98", "1", "1"),
        ),
    )


def cost_with_a_negative_net_driver() -> Case:
    return Case(
        "cost_with_a_negative_net_driver",
        """Support of £10 follows the cost of owners. CC-210's month nets to -£40: it weighs nothing, neither
        gets money back nor makes the others' shares exceed one. CC-110 and CC-340 pay 30 : 10.""",
        _company(
            charges=[
                _charge("a", "30", x_api_key_id=A),
                _charge("b", "60", x_api_key_id=B),
                _charge("b-credit", "-100", x_api_key_id=B, charge_category="Credit"),
                _charge("c", "10", x_api_key_id=C),
                _charge("support", "10", x_sku="support"),
            ],
            identities=OWNERS,
            allocation_rules=[
                Rule(rule_id="SUPPORT", priority=1, method="cost", match_sku="support"),
                OWNER,
            ],
        ),
    )


def zero_cost_charge() -> Case:
    return Case(
        "zero_cost_charge",
        """A charge of zero with an owner, a pool of zero with a driver, and a pool of zero without one: three
        lines of zero, none lost.""",
        _company(
            charges=[
                _charge("direct", "0", x_api_key_id=A),
                _charge("pool", "0", x_sku="capacity"),
                _charge("idle", "0", x_sku="capacity", x_platform="anthropic"),
            ],
            usage=_tokens(a=1, b=2),
            identities=OWNERS,
            allocation_rules=[replace(TOKENS, match_sku="capacity"), OWNER],
        ),
    )


def huge_and_tiny_amounts() -> Case:
    return Case(
        "huge_and_tiny_amounts",
        """Pools of 10¹⁵ with all ten decimals, of 10⁻¹⁰, and of a seven-fold of it, by drivers of 7·10¹², 1
        and 3·10¹² tokens: no float, no overflow, no unit lost.""",
        _company(
            charges=[
                _charge("huge", "1000000000000000.1234567891", invoice_id="I-1"),
                _charge("tiny", "0.0000000001", invoice_id="I-2"),
                _charge("seven", "-0.0000000007", invoice_id="I-3"),
            ],
            usage=_tokens(a=7 * 10**12, b=1, c=3 * 10**12),
            identities=OWNERS,
            allocation_rules=[TOKENS],
        ),
    )


def thousand_recipients() -> Case:
    draw = random.Random(SEED)
    codes = [f"CC-{number:04}" for number in range(1, 1001)]
    keys = {f"key-{code}": code for code in codes}
    order = draw.sample(sorted(keys), len(keys))
    return Case(
        "thousand_recipients",
        """£1,234.56 among a thousand cost centres by drawn tokens, many of them equal: each part is within one
        unit of its exact share, and they sum to the pool.""",
        _company(
            charges=[_charge("c1", "1234.56")],
            cost_centres=[CostCentre(cost_centre_code=code) for code in (*codes, "CC-9000")],
            usage=[_usage(f"u-{key}", key, draw.choice((1, 1, 1, 7, 7, 13, draw.randint(1, 999)))) for key in order],
            identities=[_owner(key, keys[key]) for key in order],
            allocation_rules=[TOKENS],
            policy=[POLICY[0], Policy(setting="programme_cost_centre", value="CC-9000")],
        ),
    )  # fmt: skip


def seats_of_a_mover() -> Case:
    return Case(
        "seats_of_a_mover",
        """£93 for three seats of 31 days. Ada moves from CC-110 to CC-210 on 15 May: 14 and 17 of her days.
        Bob's seat is CC-340's although nobody used it, and the seat of a person in no register keeps
        its share under its own name.""",
        _company(
            charges=[_charge("c1", "93")],
            usage=[
                _usage(f"seat-{name}", "", 1, metric="seats", token_type=None, model=None, api_key_id=None,
                       user_id=f"person:{name}", period_end=JUNE)
                for name in ("ada", "bob", "stranger")
            ],
            people=[*_ADA, Person(person_id="0002", user_id="person:bob", cost_centre_code="CC-340")],
            allocation_rules=[Rule(rule_id="SEATS", priority=1, method="seats")],
        ),
    )  # fmt: skip


_ADA = (
    Person(person_id="0001", user_id="person:ada", cost_centre_code="CC-110", valid_to=_MOVE),
    Person(person_id="0001", user_id="person:ada", cost_centre_code="CC-210", valid_from=_MOVE),
)


def active_user_in_two_cost_centres() -> Case:
    return Case(
        "active_user_in_two_cost_centres",
        """£120 by active users. Ada was active on three days under CC-110 and, after her move, on one under
        CC-210: she is one user, three quarters and one quarter. Bob is one user of CC-210 however
        often he was active, Cyd a seat without activity, who counts for nothing.""",
        _company(
            charges=[_charge("c1", "120")],
            usage=[
                *(
                    _active(f"{name}-{day}", name, day)
                    for name, days in (("ada", (1, 2, 14, 15)), ("bob", range(1, 11)))
                    for day in days
                ),
                replace(_active("cyd-seat", "cyd", 1), metric="seats"),
            ],
            people=[
                *_ADA,
                Person(person_id="0002", user_id="person:bob", cost_centre_code="CC-210"),
                Person(person_id="0003", user_id="person:cyd", cost_centre_code="CC-340"),
            ],
            allocation_rules=[Rule(rule_id="ACTIVE", priority=1, method="active_users")],
        ),
    )


def _active(usage_id: str, name: str, day: int) -> Usage:
    row = _usage(usage_id, "", 1, day=day, metric="active_days", token_type=None, model=None)
    return replace(row, api_key_id=None, user_id=f"person:{name}")


def _gpu_cluster(name: str, description: str, idle_policy: str) -> Case:
    hours = (("gpu_capacity_hours", None, "100"), ("gpu_hours", "ml", "12.5"), ("gpu_hours", "ml", "17.5"),
             ("gpu_hours", "risk", "20"))  # fmt: skip
    return Case(
        name,
        description,
        _company(
            charges=[_charge("c1", "900")],
            usage=[
                replace(_usage(f"u{place}", "", 0, metric=metric, token_type=None, model=None),
                        quantity=Decimal(quantity), api_key_id=None, namespace=namespace)
                for place, (metric, namespace, quantity) in enumerate(hours)
            ],
            identities=[
                Identity(platform="", identity_type="namespace", identity_id=namespace, cost_centre_code=code)
                for namespace, code in (("ml", "CC-110"), ("risk", "CC-210"))
            ],
            allocation_rules=[
                Rule(rule_id="GPU", priority=1, method="gpu_hours", idle_policy=idle_policy)
            ],
        ),
    )  # fmt: skip


def gpu_idle_hours_are_spread() -> Case:
    return _gpu_cluster(
        "gpu_idle_hours_are_spread",
        """£900 for 100 GPU hours, of which jobs used 30 and 20. Under `spread` those who used the machines
        pay for the idle half too, 540 : 360.""",
        "spread",
    )


def gpu_idle_hours_are_central() -> Case:
    return _gpu_cluster(
        "gpu_idle_hours_are_central",
        """The same cluster under `central`: 270 and 180 for the jobs, and 450 for the idle 50 hours to the AI
        programme.""",
        "central",
    )


def gateway_key_by_logged_usage() -> Case:
    logged = (
        ("sales", "40", 3, "small"),
        ("sales", "30", 3, "small"),
        ("ops", "30", 3, "Small"),
        ("legal", "500", 3, "large"),
        ("legal", "500", 5, "small"),
    )
    return Case(
        "gateway_key_by_logged_usage",
        """A bill of £90 for a gateway's key on 3 May is split by what the gateway logged that day for that
        model, 70 : 30; another model and another day drive nothing. £12 of the 4th, a day without
        logs, falls back to the programme. What the gateway logged adds no cost.""",
        _company(
            charges=[
                _charge(f"c{day}", cost, day, x_platform="anthropic", x_api_key_id="gateway-prod", x_model="small")
                for day, cost in ((3, "90"), (4, "12"))
            ],
            usage=[
                replace(_usage(f"u{place}", "", 10, day=day, model=model, platform="litellm"), api_key_id=None,
                        provider="anthropic", team_id=team, logged_cost=Decimal(cost), logged_currency="GBP")
                for place, (team, cost, day, model) in enumerate(logged)
            ],
            identities=[
                Identity(platform="litellm", identity_type="team", identity_id=team, cost_centre_code=code)
                for team, code in (("sales", "CC-110"), ("ops", "CC-210"), ("legal", "CC-340"))
            ],
            allocation_rules=[
                Rule(rule_id="GATEWAY", priority=1, method="gateway", match_api_key_id="gateway-prod",
                     driver_scope="litellm", driver_grain="day", fallback_method="central")
            ],
        ),
    )  # fmt: skip


def workflow_runs() -> Case:
    return Case(
        "workflow_runs",
        """£100 by runs of workflows, 3 : 1, whatever tokens they took.""",
        _company(
            charges=[_charge("c1", "100")],
            usage=[
                *(
                    replace(_usage(f"runs-{flow}", "", runs, metric="workflow_runs", token_type=None, model=None),
                            api_key_id=None, workflow_id=flow)
                    for flow, runs in (("flow-a", 3), ("flow-b", 1))
                ),
                replace(_usage("tokens", "", 1_000), api_key_id=None, workflow_id="flow-b"),
            ],
            identities=[
                Identity(platform="openai", identity_type="workflow", identity_id=flow, cost_centre_code=code)
                for flow, code in (("flow-a", "CC-110"), ("flow-b", "CC-210"))
            ],
            allocation_rules=[Rule(rule_id="RUNS", priority=1, method="workflow_count")],
        ),
    )  # fmt: skip


_CHARGED_BACK = {
    "departments": [Department(department_code="D-1", chargeback_from=date(2026, 1, 1))],
    "cost_centres": [
        replace(row, department_code="D-1", gl_account=f"6{row.cost_centre_code[-3:]}") for row in CENTRES
    ],
    "policy": [*POLICY, Policy(setting="clearing_account", value="2400")],
}  # fmt: skip


def _production(**cost_centres: str) -> dict[str, list]:
    """Use cases in production and charged back all the time: `UC_1="CC-110"`."""
    owners = {name.replace("_", "-"): code for name, code in cost_centres.items()}
    return {
        "use_cases": [
            UseCase(use_case_id=use_case, cost_centre_code=code)
            for use_case, code in owners.items()
        ],
        "use_case_stages": [
            UseCaseStage(use_case_id=use_case, stage="production", chargeback_from=date(2026, 1, 1))
            for use_case in owners
        ],
    }


def shared_services_in_two_tiers() -> Case:
    services = [
        CostCentre(cost_centre_code=code, department_code="D-1", is_shared_service=True, tier=tier)
        for code, tier in (("CC-500", 2), ("CC-600", 3))
    ]
    return Case(
        "shared_services_in_two_tiers",
        """Two shared services. The platform team (tier 2) holds £100 and passes on half to the data team (tier
        3) and half to CC-110. The data team then holds 50 and £30 of its own, and passes on 80 in
        equal parts to CC-110 and, charged back, to a use case of CC-210. Neither holds anything in
        the end, and the path stays on the entry.""",
        _company(
            **_CHARGED_BACK | {"cost_centres": [*_CHARGED_BACK["cost_centres"], *services]},
            **_production(UC_1="CC-210"),
            charges=[_charge("c1", "100", x_sku="platform"), _charge("c2", "30", x_sku="data")],
            allocation_rules=[
                Rule(rule_id="PLATFORM", priority=1, method="fixed", target_cost_centre="CC-500", match_sku="platform"),
                Rule(rule_id="DATA", priority=2, method="fixed", target_cost_centre="CC-600", match_sku="data"),
                Rule(rule_id="T2", priority=1, tier=2, method="split", split_id="S2", match_cost_centre="CC-500"),
                Rule(rule_id="T3", priority=1, tier=3, method="even", split_id="S3", match_cost_centre="CC-600"),
            ],
            allocation_splits=[
                Split(split_id="S2", cost_centre_code="CC-600", share_percent=Decimal(50)),
                Split(split_id="S2", cost_centre_code="CC-110", share_percent=Decimal(50)),
                Split(split_id="S3", cost_centre_code="CC-110", share_percent=Decimal(99)),
                Split(split_id="S3", cost_centre_code="CC-210", use_case_id="UC-1", share_percent=Decimal(1)),
            ],
        ),
    )  # fmt: skip


def journal_in_pennies() -> Case:
    return Case(
        "journal_in_pennies",
        """£100 among three use cases in production with equal tokens, and on another invoice -£100. The ledger
        keeps ten decimals; the journal's pennies are 33.34, 33.33 and 33.33, with the clearing
        account on the other side, and the mirror image. On a third invoice £0.01 among three
        rounds to a penny for the lowest code, and on a fourth £0.004 to nothing: no line.""",
        _company(
            **_CHARGED_BACK,
            **_production(UC_1="CC-110", UC_2="CC-210", UC_3="CC-340"),
            charges=[
                _charge(f"c{number}", cost, invoice_id=f"I-{number}")
                for number, cost in enumerate(("100", "-100", "0.01", "0.004"), start=1)
            ],
            usage=_tokens(a=1, b=1, c=1),
            identities=[
                _owner(key, None, use_case_id=use_case)
                for key, use_case in ((A, "UC-1"), (B, "UC-2"), (C, "UC-3"))
            ],
            allocation_rules=[TOKENS],
        ),
    )


CASES = tuple(
    case()
    for case in (
        penny_rounding_with_ties,
        leftover_goes_to_the_larger_driver,
        negative_pool,
        unallocated_part_waits_for_the_leftover,
        zero_driver_with_each_fallback,
        zero_driver_without_fallback,
        owner_moves_mid_month_billed_by_day,
        owner_moves_mid_month_billed_as_lump,
        lump_without_usage,
        unknown_identity_keeps_its_share,
        reorganisation_with_successors,
        ownership_expired,
        every_reason_for_nobody,
        sandbox_cap_cuts_a_charge,
        sandbox_over_cap_unallocated,
        sandbox_expires_under_its_cap,
        production_is_charged_from_the_later_date,
        credit_names_its_charge,
        refund_in_the_next_month,
        credits_of_every_kind_of_charge,
        credit_under_a_sandbox_cap,
        three_currencies,
        rule_changes_its_version,
        token_weights,
        day_grain_pool,
        another_platform_drives,
        exception_beats_the_register,
        tags_against_keys,
        owner_misses_and_the_next_rule_claims,
        split_in_thirds,
        even_split,
        cost_with_a_negative_net_driver,
        zero_cost_charge,
        huge_and_tiny_amounts,
        thousand_recipients,
        seats_of_a_mover,
        active_user_in_two_cost_centres,
        gpu_idle_hours_are_spread,
        gpu_idle_hours_are_central,
        gateway_key_by_logged_usage,
        workflow_runs,
        shared_services_in_two_tiers,
        journal_in_pennies,
    )
)
