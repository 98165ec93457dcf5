"""The worked cases of the allocation rules, on the reference allocator."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.reference.allocator import allocate
from tests.reference.arithmetic import largest_remainder, money_amount
from tests.reference.records import (
    Charge,
    Company,
    CostCentre,
    Identity,
    LedgerEntry,
    ModelPrice,
    Policy,
    Rule,
    Split,
    Usage,
    UseCase,
    UseCaseStage,
)

MAY = datetime(2026, 5, 1)
JUNE = datetime(2026, 6, 1)
COST_CENTRES = tuple(
    CostCentre(cost_centre_code=code) for code in ("CC-110", "CC-210", "CC-340", "CC-900")
)
POLICY = (
    Policy(setting="reporting_currency", value="GBP"),
    Policy(setting="programme_cost_centre", value="CC-900"),
)
OWNER = Rule(rule_id="OWNER", priority=10, method="owner")
TOKENS = Rule(rule_id="TOKENS", priority=20, method="token_volume")


def charge(charge_id: str, cost: str, day: int = 1, month: datetime = MAY, **columns) -> Charge:
    start = month + timedelta(days=day - 1)
    defaults = {
        "x_charge_id": charge_id,
        "x_platform": "openai",
        "billing_account_id": "openai",
        "billing_currency": "GBP",
        "billing_period_start": month,
        "charge_period_start": start,
        "charge_period_end": start + timedelta(days=1),
        "billed_cost": Decimal(cost),
        "effective_cost": Decimal(cost),
    }
    return Charge(**defaults | columns)


def tokens(usage_id: str, key: str, quantity: int, day: int = 1, **columns) -> Usage:
    start = MAY + timedelta(days=day - 1)
    defaults = {
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
    return Usage(**defaults | columns)


def key_owner(key: str, cost_centre: str | None, **columns) -> Identity:
    return Identity(
        platform="openai",
        identity_type="api_key",
        identity_id=key,
        cost_centre_code=cost_centre,
        **columns,
    )


def company(**parts) -> Company:
    return Company(**{"cost_centres": COST_CENTRES, "policy": POLICY} | parts)


def billed_by(entries: list[LedgerEntry], *columns: str) -> dict[tuple, Decimal]:
    """Billed cost summed by some columns of the ledger."""
    sums: dict[tuple, int] = defaultdict(int)
    for entry in entries:
        sums[tuple(getattr(entry, column) for column in columns)] += entry.billed_cost
    return {key: money_amount(units) for key, units in sums.items()}


def pounds(amount: str) -> Decimal:
    return Decimal(amount)


class TestCase1EqualDrivers:
    def test_the_extra_penny_goes_to_the_first_of_equals(self) -> None:
        assert largest_remainder(100_00, [1, 1, 1]) == [33_34, 33_33, 33_33]

    def test_a_negative_whole_is_the_mirror_image(self) -> None:
        assert largest_remainder(-100_00, [1, 1, 1]) == [-33_34, -33_33, -33_33]

    def test_in_the_ledger_the_lowest_code_has_it(self) -> None:
        keys = {"k3": "CC-340", "k1": "CC-110", "k2": "CC-210"}
        entries = allocate(
            company(
                charges=[charge("c1", "100")],
                usage=[tokens(f"u{key}", key, 5) for key in keys],
                identities=[key_owner(key, code) for key, code in keys.items()],
                allocation_rules=[TOKENS],
            )
        )
        assert billed_by(entries, "cost_centre_code") == {
            ("CC-110",): pounds("33.3333333334"),
            ("CC-210",): pounds("33.3333333333"),
            ("CC-340",): pounds("33.3333333333"),
        }


class TestCase2AKeyMoves:
    MOVE = MAY + timedelta(days=14)
    MOVED = (
        key_owner("key", "CC-210", valid_to=MOVE),
        key_owner("key", "CC-340", valid_from=MOVE),
    )

    def test_daily_charges_follow_the_owner_of_their_day(self) -> None:
        entries = allocate(
            company(
                charges=[charge(f"c{day}", "1", day, x_api_key_id="key") for day in range(1, 32)],
                identities=self.MOVED,
                allocation_rules=[OWNER],
            )
        )
        assert billed_by(entries, "cost_centre_code") == {
            ("CC-210",): pounds("14.0000000000"),
            ("CC-340",): pounds("17.0000000000"),
        }

    def lump(self) -> Charge:
        return charge(
            "lump",
            "100",
            x_api_key_id="key",
            x_model="small",
            x_is_coarse=True,
            charge_period_end=JUNE,
        )

    def test_a_monthly_lump_splits_by_rated_usage(self) -> None:
        price = ModelPrice(
            provider="openai",
            model="small",
            token_type="input",
            price=Decimal(2),
            per_units=Decimal(1_000_000),
        )
        entries = allocate(
            company(
                charges=[self.lump()],
                usage=[tokens("u1", "key", 30, day=14), tokens("u2", "key", 10, day=15)],
                identities=self.MOVED,
                allocation_rules=[OWNER],
                model_prices=[price],
            )
        )
        assert billed_by(entries, "cost_centre_code", "charge_date") == {
            ("CC-210", date(2026, 5, 14)): pounds("75.0000000000"),
            ("CC-340", date(2026, 5, 15)): pounds("25.0000000000"),
        }

    def test_a_lump_without_usage_goes_to_the_owner_at_period_start(self) -> None:
        entries = allocate(
            company(charges=[self.lump()], identities=self.MOVED, allocation_rules=[OWNER])
        )
        assert billed_by(entries, "cost_centre_code") == {("CC-210",): pounds("100.0000000000")}


def test_case_3_the_unknown_keeps_its_share() -> None:
    entries = allocate(
        company(
            charges=[charge("c1", "1000")],
            usage=[
                tokens("u1", "sales", 600_000),
                tokens("u2", "people", 300_000),
                tokens("u3", "stranger", 100_000),
            ],
            identities=[key_owner("sales", "CC-110"), key_owner("people", "CC-210")],
            allocation_rules=[TOKENS],
        )
    )
    assert billed_by(entries, "cost_centre_code", "unallocated_reason", "identity_id") == {
        ("CC-110", None, None): pounds("600.0000000000"),
        ("CC-210", None, None): pounds("300.0000000000"),
        (None, "unknown_identity", "stranger"): pounds("100.0000000000"),
    }


class TestCase6Sandbox:
    @staticmethod
    def spend(**stage) -> dict[tuple, Decimal]:
        entries = allocate(
            company(
                charges=[
                    charge("c1", "300", day=10, x_api_key_id="lab"),
                    charge("c2", "400", day=20, x_api_key_id="lab"),
                ],
                use_cases=[UseCase(use_case_id="UC-1", cost_centre_code="CC-110")],
                use_case_stages=[
                    UseCaseStage(
                        use_case_id="UC-1",
                        stage="sandbox",
                        sandbox_cap=Decimal(500),
                        valid_from=MAY,
                        **stage,
                    )
                ],
                identities=[key_owner("lab", None, use_case_id="UC-1")],
                allocation_rules=[OWNER],
            )
        )
        return billed_by(entries, "cost_centre_code", "billing_mode", "use_case_id")

    def test_the_charge_that_crosses_the_cap_is_cut(self) -> None:
        assert self.spend(sandbox_days=90) == {
            ("CC-900", "central", "UC-1"): pounds("500.0000000000"),
            ("CC-110", "showback", "UC-1"): pounds("200.0000000000"),
        }

    def test_after_expiry_the_sponsor_pays(self) -> None:
        assert self.spend(sandbox_days=14) == {
            ("CC-900", "central", "UC-1"): pounds("300.0000000000"),
            ("CC-110", "showback", "UC-1"): pounds("400.0000000000"),
        }


class TestCase9Zeros:
    def test_a_zero_cost_charge_keeps_its_row(self) -> None:
        entries = allocate(
            company(
                charges=[charge("c1", "0", x_api_key_id="key")],
                identities=[key_owner("key", "CC-110")],
                allocation_rules=[OWNER],
            )
        )
        assert billed_by(entries, "cost_centre_code") == {("CC-110",): pounds("0.0000000000")}

    @pytest.mark.parametrize("usage", [(), (tokens("u1", "key", 0),)])
    def test_a_pool_without_driver_is_unallocated(self, usage: tuple[Usage, ...]) -> None:
        entries = allocate(
            company(charges=[charge("c1", "10")], usage=usage, allocation_rules=[TOKENS])
        )
        assert billed_by(entries, "cost_centre_code", "unallocated_reason") == {
            (None, "zero_driver"): pounds("10.0000000000")
        }


class TestCase10Refund:
    @pytest.mark.parametrize("method", ["split", "token_volume"])
    def test_it_belongs_to_june_by_the_shares_of_may(self, method: str) -> None:
        rule = Rule(
            rule_id="SHARED", priority=1, method=method, split_id="S", match_charge_category="Usage"
        )
        entries = allocate(
            company(
                charges=[
                    charge("may", "200", charge_category="Usage"),
                    charge(
                        "refund",
                        "-50",
                        month=JUNE,
                        charge_category="Credit",
                        x_credited_charge_id="may",
                    ),
                ],
                usage=[tokens("u1", "a", 3), tokens("u2", "b", 1)],
                identities=[key_owner("a", "CC-110"), key_owner("b", "CC-210")],
                allocation_rules=[rule],
                allocation_splits=[
                    Split(split_id="S", cost_centre_code="CC-110", share_percent=Decimal(75)),
                    Split(split_id="S", cost_centre_code="CC-210", share_percent=Decimal(25)),
                ],
            )
        )
        assert billed_by(entries, "accounting_month", "cost_centre_code") == {
            (MAY.date(), "CC-110"): pounds("150.0000000000"),
            (MAY.date(), "CC-210"): pounds("50.0000000000"),
            (JUNE.date(), "CC-110"): pounds("-37.5000000000"),
            (JUNE.date(), "CC-210"): pounds("-12.5000000000"),
        }

    def test_without_the_credited_charge_it_is_a_charge_like_any_other(self) -> None:
        entries = allocate(
            company(
                charges=[charge("refund", "-50", month=JUNE, x_credited_charge_id="gone")],
                allocation_rules=[OWNER],
            )
        )
        assert billed_by(entries, "accounting_month", "unallocated_reason") == {
            (JUNE.date(), "no_identity"): pounds("-50.0000000000")
        }
