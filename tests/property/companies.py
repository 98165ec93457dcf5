"""Random small companies: every register dated, few names, so that everything collides often.

What registers refuse is never drawn: overlapping versions of one identity, two rules of one
priority, splits that do not sum to 100, a month without its exchange rate.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.reference.records import (
    BEGINNING,
    END,
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

Record = TypeVar("Record")

MONTHS = (datetime(2026, 4, 1), datetime(2026, 5, 1), datetime(2026, 6, 1))
BOUNDARIES = (
    datetime(2026, 5, 1),
    datetime(2026, 5, 2, 12),
    datetime(2026, 5, 15),
    datetime(2026, 5, 15, 12),
    datetime(2026, 5, 16),
    datetime(2026, 6, 1),
)
DAYS = (
    datetime(2026, 4, 30),
    datetime(2026, 5, 1),
    datetime(2026, 5, 2),
    datetime(2026, 5, 15),
    datetime(2026, 5, 16),
    datetime(2026, 5, 31),
    datetime(2026, 6, 1),
)
TIMES = (
    timedelta(0),
    timedelta(0),
    timedelta(hours=12) - timedelta(microseconds=1),
    timedelta(hours=12),
    timedelta(days=1) - timedelta(microseconds=1),
)
LAST_END = datetime(2026, 7, 1)
PLATFORMS = ("anthropic", "openai", "aws")
MODELS = ("Small", "large_model")
TOKEN_TYPES = ("input", "output", "cached_input")
COST_CENTRES = ("CC-100", "CC-200", "CC-300", "CC-400", "0500")
USE_CASES = ("UC-1", "UC-2", "UC-3")
NOWHERE = ("CC-999",)
# The tiers of which a cost centre can be a shared service. Each passes on to later codes only, so that no
# company has a cycle; CC-200 and CC-300 can serve in one tier.
SERVICE_TIERS = {"CC-100": (2,), "CC-200": (3,), "CC-300": (3, 4)}
# The tier whose rules use a split.
TIER_SPLITS = {"T2": 2, "T3": 3, "T4": 4}
PROGRAMME = "CC-250"
CURRENCIES = ("GBP", "GBP", "USD", "EUR")

# Column of a charge (without its `x_`) and of usage, the register's identity type, and the values.
IDENTITIES = {
    "api_key_id": ("api_key", ("k1", "k2", "K3", "k4")),
    "service_account_id": ("service_account", ("robot",)),
    "workflow_id": ("workflow", ("flow",)),
    "resource_id": ("resource", ("arn:r1", "arn:r2")),
    "role_id": ("role", ("reader",)),
    "namespace": ("namespace", ("team-a", "east/team-a", "west/team-a")),
    "project_id": ("project", ("p1", "p2")),
    "workspace_id": ("workspace", ("w1",)),
    "account_id": ("account", ("111", "222")),
    "user_id": ("user", ("person:ada", "person:bob")),
}
TAG_KEYS = {
    "cost_centre": ("cost_centre", "user:Cost_Centre", "resourceTags/user:cost_centre"),
    "cc": ("CC", "user_cc"),
    "use_case": ("use_case", "iamPrincipal/Use_Case"),
    "team": ("team", "user:Team"),
    "colour": ("colour",),
}
TAG_VALUES = (*COST_CENTRES, *USE_CASES, *NOWHERE, "blue", " CC-100 ", "cc-100")

money_units = st.one_of(
    st.sampled_from((0, 1, -1, 10, 100 * 10**10, -50 * 10**10, 300 * 10**10, 10**10, 3)),
    st.integers(-100 * 10**10, 400 * 10**10),
)
amounts = money_units.map(lambda units: Decimal(units).scaleb(-10))
positive_amounts = st.integers(1, 200 * 10**10).map(lambda units: Decimal(units).scaleb(-10))


def intervals(draw: st.DrawFn) -> list[tuple[datetime, datetime]]:
    """All of time, cut at up to three boundaries."""
    cuts = sorted(draw(st.sets(st.sampled_from(BOUNDARIES), max_size=3)))
    ends = [BEGINNING, *cuts, END]
    return list(pairwise(ends))


def versions(
    draw: st.DrawFn, build: Callable[..., Record], gaps: bool = True, **choices: st.SearchStrategy
) -> list[Record]:
    """Versions of one register row over all of time, some left out, so that they never overlap."""
    rows = []
    for valid_from, valid_to in intervals(draw):
        if gaps and draw(st.integers(0, 7)) == 7:
            continue
        columns: dict[str, Any] = {name: draw(choice) for name, choice in choices.items()}
        rows.append(build(valid_from=valid_from, valid_to=valid_to, **columns))
    return rows


def maybe(values: Sequence[Any], one_in: int = 2) -> st.SearchStrategy:
    """One of the values, or (the other times) nothing."""
    return st.one_of(*[st.none()] * (one_in - 1), st.sampled_from(values))


@st.composite
def departments(draw: st.DrawFn) -> list[Department]:
    begins = st.sampled_from((date(2026, 1, 1), date(2026, 5, 15), date(2026, 6, 1), None))
    return [
        version
        for code in ("D1", "D2")
        for version in versions(
            draw, Department, department_code=st.just(code), chargeback_from=begins
        )
    ]


@st.composite
def cost_centres(draw: st.DrawFn, has_tiers: bool = False) -> list[CostCentre]:
    """The programme's is always open; others end, pass on (never in a circle) and begin late."""
    rows = [CostCentre(cost_centre_code=PROGRAMME, department_code="D1")]
    for place, code in enumerate(COST_CENTRES):
        successors = (None, *COST_CENTRES[place + 1 :])
        rows += versions(
            draw,
            CostCentre,
            cost_centre_code=st.just(code),
            department_code=st.sampled_from(("D1", "D2")),
            successor_code=st.sampled_from(successors),
            **(shared_service(draw, code) if has_tiers else {}),
        )
    return rows


def shared_service(draw: st.DrawFn, code: str) -> dict[str, st.SearchStrategy]:
    """Most versions of the first cost centres are shared services; successors are never of a lower tier."""
    tiers = SERVICE_TIERS.get(code)
    if tiers is None:
        return {}
    return {
        "is_shared_service": st.sampled_from((True, True, True, False)),
        "tier": st.just(draw(st.sampled_from(tiers))),
    }


@st.composite
def use_cases(draw: st.DrawFn) -> list[UseCase]:
    return [
        version
        for use_case_id in USE_CASES
        for version in versions(
            draw,
            UseCase,
            gaps=False,
            use_case_id=st.just(use_case_id),
            cost_centre_code=st.sampled_from((*COST_CENTRES, *NOWHERE)),
        )
    ]


@st.composite
def use_case_stages(draw: st.DrawFn) -> list[UseCaseStage]:
    stages = ("production", "production", "sandbox", "sandbox", "sandbox", "pilot", "retired")
    return [
        version
        for use_case_id in USE_CASES
        for version in versions(
            draw,
            UseCaseStage,
            use_case_id=st.just(use_case_id),
            stage=st.sampled_from(stages),
            sandbox_cap=st.one_of(st.sampled_from((Decimal(0), Decimal(100))), positive_amounts),
            sandbox_days=st.sampled_from((1, 14, 15, 99_999)),
            chargeback_from=st.sampled_from((date(2026, 4, 1), date(2026, 5, 16), None)),
        )
    ]


def owners() -> dict[str, st.SearchStrategy]:
    """The owner that a register row names: a use case, a cost centre, both, or nobody."""
    return {
        "use_case_id": maybe((*USE_CASES, *USE_CASES, "UC-9")),
        "cost_centre_code": maybe((*COST_CENTRES, *COST_CENTRES, *NOWHERE)),
    }


@st.composite
def identities(draw: st.DrawFn) -> list[Identity]:
    rows: list[Identity] = []
    for identity_type, values in IDENTITIES.values():
        for value in values:
            if draw(st.booleans()):
                rows += _identity_versions(draw, identity_type, value)
    tags = st.sampled_from(("team=blue", "User:Team=blue", "cc=CC-100", "colour=blue"))
    for value in draw(st.sets(tags, max_size=2)):
        rows += _identity_versions(draw, "tag", value)
    return _without_repeats(rows)


def _identity_versions(draw: st.DrawFn, identity_type: str, value: str) -> list[Identity]:
    return versions(
        draw,
        Identity,
        platform=st.just(draw(st.sampled_from(("", *PLATFORMS)))),
        identity_type=st.just(identity_type),
        identity_id=st.just(value),
        environment=maybe(("production", "test")),
        **owners(),
    )


def _without_repeats(rows: list[Identity]) -> list[Identity]:
    """Two spellings of one tag would be two overlapping versions of one identity."""
    spelt = {row.identity_id for row in rows}
    if {"team=blue", "User:Team=blue"} <= spelt:
        return [row for row in rows if row.identity_id != "User:Team=blue"]
    return rows


@st.composite
def exceptions(draw: st.DrawFn) -> list[OwnershipException]:
    identified = st.sampled_from(
        [(kind, value) for kind, values in IDENTITIES.values() for value in values]
        + [("tag", "team=blue")]
    )
    rows: list[OwnershipException] = []
    for kind, value in sorted(draw(st.sets(identified, max_size=2))):
        rows += versions(
            draw,
            OwnershipException,
            exception_id=st.just(""),
            platform=st.just(draw(st.sampled_from(PLATFORMS))),
            identity_type=st.just(kind),
            identity_id=st.just(value),
            use_case_id=maybe(USE_CASES),
            cost_centre_code=st.sampled_from(COST_CENTRES),
            exception_kind=st.sampled_from((None, "ownership", "governance", "dispute")),
        )
    # An exception without an end would be refused.
    return [
        replace(row, exception_id=f"EX-{place}", valid_to=min(row.valid_to, LAST_END))
        for place, row in enumerate(rows)
    ]


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    return [
        version
        for person_id, user_id in (("0001", "person:ada"), ("0002", "person:cyd"))
        for version in versions(
            draw,
            Person,
            person_id=st.just(person_id),
            user_id=st.just(user_id),
            cost_centre_code=st.sampled_from((*COST_CENTRES, *NOWHERE)),
        )
    ]


@st.composite
def splits(draw: st.DrawFn) -> list[Split]:
    """Each split's rows share their validity and sum to 100 in it."""
    rows = []
    for split_id in ("S1", "S2", *TIER_SPLITS):
        for valid_from, valid_to in intervals(draw):
            receivers = draw(
                st.lists(
                    split_receivers() if split_id not in TIER_SPLITS else tier_receivers(split_id),
                    min_size=1,
                    max_size=4,
                    unique=True,
                )
            )
            for share, (code, use_case_id) in zip(
                _hundred(draw, len(receivers)), receivers, strict=True
            ):
                rows.append(
                    Split(
                        split_id=split_id,
                        cost_centre_code=code,
                        use_case_id=use_case_id,
                        share_percent=share,
                        valid_from=valid_from,
                        valid_to=valid_to,
                    )
                )
    return rows


def split_receivers() -> st.SearchStrategy[tuple[str | None, str | None]]:
    """A cost centre, a use case (whose cost centre pays), or both."""
    with_use_case = st.tuples(
        maybe((*COST_CENTRES, *NOWHERE), one_in=4), st.sampled_from(USE_CASES)
    )
    return with_use_case.map(lambda pair: pair if pair[0] else (None, pair[1])) | st.tuples(
        st.sampled_from((*COST_CENTRES, *NOWHERE)), st.none()
    )


def tier_receivers(split_id: str) -> st.SearchStrategy[tuple[str | None, str | None]]:
    """Cost centres that never pass on before the tier of the split, with or without a use case."""
    codes = _later_codes(TIER_SPLITS[split_id])
    return st.tuples(st.sampled_from((*codes, *NOWHERE)), maybe(USE_CASES))


def _later_codes(tier: int) -> tuple[str, ...]:
    """Who can receive from a tier, whatever the tiers of the other services turn out to be."""
    earlier = [code for code, tiers in SERVICE_TIERS.items() if min(tiers) <= tier]
    return tuple(code for code in COST_CENTRES if code not in earlier)


def _hundred(draw: st.DrawFn, count: int) -> list[Decimal]:
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=count - 1, max_size=count - 1)))
    ends = [0, *cuts, 10_000]
    return [Decimal(end - begin).scaleb(-2) for begin, end in pairwise(ends)]


METHODS = (
    *("owner",) * 4,
    "fixed",
    "split",
    "split",
    "even",
    "cost",
    "cost",
    "token_volume",
    "token_volume",
    "requests",
    "workflow_count",
    "active_users",
    "active_users",
    "seats",
    "seats",
    "gpu_hours",
    "gpu_hours",
    "gateway",
    "gateway",
    "central",
)
FALLBACKS = (
    None,
    "requests",
    "cost|even",
    "token_volume|requests|split",
    "seats|active_users",
    "gpu_hours|workflow_count|fixed",
    "fixed",
    "central",
)


@st.composite
def rules(draw: st.DrawFn, has_tiers: bool = False) -> list[Rule]:
    """Up to six rules of distinct priority, each in one or more versions, and those of tiers."""
    rows: list[Rule] = []
    for place, priority in enumerate(draw(st.permutations(range(10, 70, 10)))):
        if draw(st.integers(0, 3)) == 3:
            continue
        for number, (valid_from, valid_to) in enumerate(intervals(draw)):
            method = draw(st.sampled_from(METHODS))
            rows.append(
                Rule(
                    rule_id=f"R{place}",
                    rule_version=str(number + 1),
                    priority=priority,
                    valid_from=valid_from,
                    valid_to=valid_to,
                    method=method,
                    driver_scope=draw(_driver_scopes(method)),
                    driver_grain=draw(st.sampled_from(("month", "day"))),
                    split_id=draw(st.sampled_from(("S1", "S2"))),
                    target_cost_centre=draw(st.sampled_from((*COST_CENTRES, *NOWHERE))),
                    idle_policy=draw(st.sampled_from((None, "spread", "central"))),
                    fallback_method=draw(st.sampled_from(FALLBACKS)),
                    **_matches(draw),
                )
            )
    return rows + draw(tier_rules()) if has_tiers else rows


TIER_METHODS = ("fixed", "split", "split", "even", "cost", "token_volume", "requests", "central")
TIER_MATCHES: dict[str, tuple[str, ...]] = {
    "match_cost_centre": ("CC-100", "cc-2*|CC-300", "*"),
    "match_platform": ("openai|AWS", "a*"),
    "match_billing_account_id": ("acct-1", "acct-*"),
}


@st.composite
def tier_rules(draw: st.DrawFn) -> list[Rule]:
    """Up to two rules of each tier that a service can have, each in one or more versions."""
    rows: list[Rule] = []
    for split_id, tier in TIER_SPLITS.items():
        for priority in draw(st.sampled_from(((), (10,), (10, 20)))):
            for number, (valid_from, valid_to) in enumerate(intervals(draw)):
                columns = draw(st.sets(st.sampled_from(sorted(TIER_MATCHES)), max_size=2))
                rows.append(
                    Rule(
                        rule_id=f"T{tier}-{priority}",
                        rule_version=str(number + 1),
                        priority=priority,
                        tier=tier,
                        valid_from=valid_from,
                        valid_to=valid_to,
                        method=draw(st.sampled_from(TIER_METHODS)),
                        driver_scope=draw(maybe(PLATFORMS, one_in=4)),
                        split_id=split_id,
                        target_cost_centre=draw(st.sampled_from((*_later_codes(tier), *NOWHERE))),
                        fallback_method=draw(st.sampled_from(FALLBACKS)),
                        **{
                            column: draw(st.sampled_from(TIER_MATCHES[column]))
                            for column in sorted(columns)
                        },
                    )
                )
    return rows


def _driver_scopes(method: str) -> st.SearchStrategy:
    """A gateway's rule names the gateway; others mostly look at the pool's own platform."""
    return st.sampled_from(PLATFORMS) if method == "gateway" else maybe(PLATFORMS, one_in=4)


MATCHES: dict[str, tuple[str, ...]] = {
    "match_platform": ("openai", "OPENAI|aws", "*", "a*"),
    "match_service_category": ("AI and Machine Learning", "*learning"),
    "match_service_name": ("a%b", "a_b", "a*b", "*"),
    "match_billing_account_id": ("acct-1", "acct-*"),
    "match_sub_account_id": ("p1|w1", "*"),
    "match_resource_id": ("arn:*", "arn:r1"),
    "match_charge_category": ("Tax", "usage|CREDIT", "Usage"),
    "match_sku": ("gpt*input", "*"),
    "match_api_key_id": ("k1", "k3|k4", "*"),
    "match_workflow_id": ("flow", "*"),
    "match_environment": ("production", "test|production", "*"),
    "match_model": ("small", "large*", "*_model"),
    "match_cost_basis": ("billed", "derived", "unmetered", "Un*"),
    "match_commitment_status": ("Unused", "*"),
}


def _matches(draw: st.DrawFn) -> dict[str, str]:
    columns = draw(st.sets(st.sampled_from(sorted(MATCHES)), max_size=2))
    stated = {column: draw(st.sampled_from(MATCHES[column])) for column in sorted(columns)}
    if draw(st.integers(0, 5)) == 5:
        stated["match_tag_key"] = draw(st.sampled_from(("team", "user:Team|colour", "c*")))
        stated["match_tag_value"] = draw(st.sampled_from(("", "blue", "BLUE|cc-*", "*")))
    return {column: pattern for column, pattern in stated.items() if pattern}


@st.composite
def tags(draw: st.DrawFn) -> dict[str, str]:
    keys = draw(st.sets(st.sampled_from(sorted(TAG_KEYS)), max_size=2))
    return {
        draw(st.sampled_from(TAG_KEYS[key])): draw(st.sampled_from(TAG_VALUES))
        for key in sorted(keys)
    }


def identity_values(draw: st.DrawFn, most: int = 3) -> dict[str, str]:
    """A few identity columns with values, named as usage names them."""
    columns = draw(st.sets(st.sampled_from(sorted(IDENTITIES)), max_size=most))
    return {column: draw(st.sampled_from(IDENTITIES[column][1])) for column in sorted(columns)}


def charge_column(column: str) -> str:
    return column if column == "resource_id" else f"x_{column}"


@st.composite
def charges(draw: st.DrawFn, charge_id: str) -> Charge:
    start = draw(st.sampled_from(DAYS)) + draw(st.sampled_from(TIMES))
    month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    billed = draw(amounts)
    is_refund = draw(st.integers(0, 7)) == 7
    billing_month = draw(st.sampled_from(MONTHS)) if is_refund else month
    return Charge(
        x_charge_id=charge_id,
        x_platform=draw(st.sampled_from(PLATFORMS)),
        billing_account_id=draw(st.sampled_from(("acct-1", "acct-2"))),
        billing_currency=draw(st.sampled_from(CURRENCIES)),
        billing_period_start=billing_month,
        charge_period_start=start,
        charge_period_end=start + timedelta(hours=1),
        billed_cost=billed,
        effective_cost=draw(st.one_of(st.just(billed), amounts)),
        invoice_id=draw(maybe(("INV-1", "INV-2"), one_in=3)),
        charge_category=draw(st.sampled_from(("Usage", "Usage", "Tax", "Credit"))),
        service_category=draw(maybe(("AI and Machine Learning",))),
        service_name=draw(maybe(("a%b", "a_b", "axb", "A_B"))),
        sub_account_id=draw(maybe(("p1", "w1"))),
        commitment_discount_status=draw(maybe(("Used", "Unused"), one_in=4)),
        x_sku=draw(maybe(("gpt, Input", "gpt, output"))),
        x_model=draw(maybe(MODELS)),
        x_feature=draw(maybe(("text", "images"))),
        x_environment=draw(maybe(("production", "test"), one_in=3)),
        tags=draw(tags()),
        **{charge_column(name): value for name, value in identity_values(draw).items()},
    )


@st.composite
def coarse_charges(draw: st.DrawFn, charge_id: str) -> Charge:
    """A bill line of a project or workspace for some days of May, finer only in usage."""
    place = draw(st.sampled_from(({"x_project_id": "p1"}, {"x_workspace_id": "w1"}, {})))
    return Charge(
        x_charge_id=charge_id,
        x_platform="anthropic",
        billing_account_id="acct-1",
        billing_currency=draw(st.sampled_from(CURRENCIES)),
        billing_period_start=MONTHS[1],
        charge_period_start=draw(st.sampled_from((DAYS[1], DAYS[3]))),
        charge_period_end=draw(st.sampled_from((DAYS[4], DAYS[6]))),
        billed_cost=draw(amounts),
        effective_cost=draw(amounts),
        charge_category="Usage",
        x_is_coarse=True,
        x_model=draw(st.sampled_from(MODELS)),
        x_token_type=draw(maybe(TOKEN_TYPES)),
        tags=draw(tags()),
        **place,
    )


METRICS = (
    *("requests",) * 3,
    "workflow_runs",
    "active_days",
    "active_days",
    "seats",
    "gpu_hours",
    "gpu_capacity_hours",
    "images",
)
QUANTITIES = {
    "gpu_hours": ("0.25", "1", "7.000001", "0.000000500001"),
    "gpu_capacity_hours": ("0.5", "8", "24.3333333"),
    "active_days": ("1", "1", "2", "3", "0"),
    "seats": ("1", "1", "3"),
}
USUAL_QUANTITIES = ("1", "1", "2", "3", "10", "600000", "1000000000000")
LENGTHS = (timedelta(hours=1), timedelta(0), timedelta(days=1), timedelta(days=17))


@st.composite
def usage_rows(draw: st.DrawFn, usage_id: str) -> Usage:
    start = draw(st.sampled_from(DAYS)) + draw(st.sampled_from(TIMES))
    token_type = draw(maybe(TOKEN_TYPES, one_in=2))
    metric = f"{token_type}_tokens" if token_type else draw(st.sampled_from(METRICS))
    return Usage(
        usage_id=usage_id,
        platform=draw(st.sampled_from(PLATFORMS)),
        period_start=start,
        period_end=start + draw(st.sampled_from(LENGTHS)),
        metric=metric,
        token_type=token_type,
        quantity=Decimal(draw(st.sampled_from(QUANTITIES.get(metric, USUAL_QUANTITIES)))),
        model=draw(maybe(MODELS, one_in=2)),
        tags=draw(tags()),
        **draw(gateway_columns()),
        **identity_values(draw, most=2),
    )


@st.composite
def gateway_columns(draw: st.DrawFn) -> dict[str, object]:
    """What a gateway's log says beside the use: mostly nothing."""
    if draw(st.booleans()):
        return {}
    return {
        "provider": draw(maybe(PLATFORMS)),
        "bill_identity_id": draw(maybe(IDENTITIES["api_key_id"][1])),
        "logged_cost": draw(maybe((Decimal(0), Decimal("0.7"), Decimal("30"), Decimal("1e-10")))),
        "logged_currency": "USD",
    }


@st.composite
def usage_behind(draw: st.DrawFn, charge: Charge, usage_id: str) -> Usage:
    """Usage inside a coarse bill line, mostly: its place and model, some key, some day near."""
    return replace(
        draw(usage_rows(usage_id)),
        platform=charge.x_platform,
        model=charge.x_model,
        project_id=charge.x_project_id,
        workspace_id=charge.x_workspace_id,
        api_key_id=draw(maybe(IDENTITIES["api_key_id"][1], one_in=4)),
    )


@st.composite
def model_prices(draw: st.DrawFn) -> list[ModelPrice]:
    """Prices that are exact in 10⁻¹² per token, for all of time where there is one at all."""
    rows: list[ModelPrice] = []
    for model in MODELS:
        for token_type in TOKEN_TYPES:
            if draw(st.booleans()):
                rows += versions(
                    draw,
                    ModelPrice,
                    gaps=False,
                    provider=st.just("anthropic"),
                    model=st.just(model),
                    token_type=st.just(token_type),
                    price=st.sampled_from((Decimal("3"), Decimal("0.075"), Decimal("15.5"))),
                    per_units=st.just(Decimal(1_000_000)),
                )
    return rows


@st.composite
def policies(draw: st.DrawFn) -> list[Policy]:
    return [
        Policy(setting="reporting_currency", value="GBP"),
        Policy(setting="cost_centre_tag_keys", value="user:CC|cost_centre"),
        Policy(setting="use_case_tag_keys", value="use_case"),
        Policy(setting="programme_cost_centre", value=PROGRAMME),
        *versions(
            draw,
            Policy,
            gaps=False,
            setting=st.just("sandbox_over_cap"),
            value=st.sampled_from(("sponsor", "unallocated")),
        ),
        *([Policy(setting="token_weight.output", value="4.5")] if draw(st.booleans()) else []),
        *draw(
            st.sampled_from(
                (
                    [],
                    [Policy(setting="feature_tag_keys", value="absent|user:Team|use_case")],
                    [
                        Policy(setting="feature_tag_keys", value="team", valid_to=DAYS[3]),
                        Policy(setting="feature_tag_keys", value="use_case", valid_from=DAYS[3]),
                    ],
                )
            )
        ),
    ]


@st.composite
def exchange_rates(draw: st.DrawFn) -> list[ExchangeRate]:
    """Every month's rates, up to eight decimals."""
    digits = st.integers(1, 200_000_000).map(lambda value: Decimal(value).scaleb(-8))
    return [
        ExchangeRate(
            accounting_month=month.date(), from_currency=currency, to_currency="GBP", rate=rate
        )
        for month in MONTHS
        for currency in ("USD", "EUR")
        for rate in (draw(digits),)
    ]


@st.composite
def vendor_identities(draw: st.DrawFn) -> list[VendorIdentity]:
    listed = [
        (platform, kind, value)
        for platform in PLATFORMS
        for kind in ("api_key", "project", "workspace")
        for value in dict(IDENTITIES.values())[kind]
    ]
    return [
        VendorIdentity(platform=platform, identity_type=kind, identity_id=value)
        for platform, kind, value in sorted(draw(st.sets(st.sampled_from(listed), max_size=4)))
    ]


@st.composite
def crediting(draw: st.DrawFn, billed: list[Charge]) -> list[Charge]:
    """The charges, some of which credit another of any sign, day and month, or one that is not there."""
    if draw(st.booleans()):
        return billed
    names = [*(charge.x_charge_id for charge in billed), "gone"]
    return [replace(charge, x_credited_charge_id=draw(maybe(names, one_in=3))) for charge in billed]


@st.composite
def companies(draw: st.DrawFn) -> Company:
    """A company of up to a dozen charges, as many usage rows, and all its registers."""
    ids = [f"c{number:02d}" for number in draw(st.permutations(range(14)))]
    whole = [draw(charges(charge_id)) for charge_id in ids[: draw(st.integers(1, 12))]]
    coarse = [
        draw(coarse_charges(charge_id)) for charge_id in ids[12 : 12 + draw(st.integers(0, 2))]
    ]
    behind = [
        draw(usage_behind(charge, f"{charge.x_charge_id}-{number}"))
        for charge in coarse
        for number in range(draw(st.integers(0, 4)))
    ]
    tiers = draw(st.sampled_from(("none", "some", "chain")))
    other = [draw(usage_rows(f"u{number}")) for number in range(draw(st.integers(0, 12)))]
    company = Company(
        charges=draw(crediting([*whole, *coarse])),
        usage=[*other, *behind],
        departments=draw(departments()),
        cost_centres=draw(cost_centres(tiers != "none")),
        people=draw(people()),
        use_cases=draw(use_cases()),
        use_case_stages=draw(use_case_stages()),
        identities=draw(identities()),
        exceptions=draw(exceptions()),
        vendor_identities=draw(vendor_identities()),
        allocation_rules=draw(rules(tiers != "none")),
        allocation_splits=draw(splits()),
        fx_rates=draw(exchange_rates()),
        model_prices=draw(model_prices()),
        policy=draw(policies()),
    )
    return chained(draw, company) if tiers == "chain" else company


def chained(draw: st.DrawFn, company: Company) -> Company:
    """The company with three services of which each passes on to all later ones what no other rule claims."""
    chain = tuple(enumerate(SERVICE_TIERS, start=2))
    services = [
        CostCentre(cost_centre_code=code, department_code="D1", is_shared_service=True, tier=tier)
        for tier, code in chain
    ]
    others = [row for row in company.cost_centres if row.cost_centre_code not in SERVICE_TIERS]
    last = [Rule(rule_id="R-last", priority=99, method="fixed", target_cost_centre="CC-100")]
    shares = []
    for tier, code in chain:
        last.append(
            Rule(rule_id=f"T{tier}-99", priority=99, tier=tier, method="split", split_id=f"C{tier}")
        )
        later = COST_CENTRES[COST_CENTRES.index(code) + 1 :]
        for share, receiver in zip(_hundred(draw, len(later)), later, strict=True):
            use_case_id = None if receiver in SERVICE_TIERS else draw(maybe(USE_CASES))
            shares.append(
                Split(
                    split_id=f"C{tier}",
                    cost_centre_code=receiver,
                    use_case_id=use_case_id,
                    share_percent=share,
                )
            )
    kept = draw(st.sampled_from((1, 2, 99)))
    return replace(
        company,
        cost_centres=[*services, *others],
        allocation_rules=[*(rule for rule in company.allocation_rules if rule.tier <= kept), *last],
        allocation_splits=[*company.allocation_splits, *shares],
    )
