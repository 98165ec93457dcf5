"""The chargeback journal of a ledger: each invoice's entries in pennies that sum to its rounded sum."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.reference.arithmetic import MONEY_UNIT, round_half_away
from tests.reference.periods import day_start
from tests.reference.records import Company, LedgerEntry
from tests.reference.registers import setting

PENNY = MONEY_UNIT // 100


@dataclass(frozen=True, kw_only=True)
class JournalLine:
    """One line of a journal. Without a cost centre it is the clearing line; amounts have two decimals."""

    accounting_month: date
    platform: str
    billing_account_id: str
    invoice_id: str | None
    currency: str
    cost_centre_code: str | None
    gl_account: str | None
    debit: Decimal
    credit: Decimal


def journal(company: Company, entries: Iterable[LedgerEntry]) -> list[JournalLine]:
    """The draft lines of all months, none of which is closed. Amounts that round to nothing are left out.

    Knows currencies of two decimals only, and raises ValueError for others.
    """
    wholes: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        if entry.billing_mode == "chargeback":
            if entry.reporting_currency not in ("GBP", "USD", "EUR"):
                raise ValueError(
                    f"the journal does not know how {entry.reporting_currency} is paid"
                )
            bill = (entry.accounting_month, entry.platform, entry.billing_account_id,
                    entry.invoice_id, entry.reporting_currency)  # fmt: skip
            wholes[bill][entry.cost_centre_code] += entry.reporting_cost
    lines = []
    for bill, amounts in wholes.items():
        month = bill[0]
        pennies = in_pennies(amounts)
        sides = [(code, _gl_account(company, code, month), pennies[code]) for code in amounts]
        clearing = setting(company, "clearing_account", day_start(month))
        sides.append((None, clearing, -sum(pennies.values())))
        lines += [_line(bill, *side) for side in sides if side[2]]
    return lines


def in_pennies(amounts: dict[str, int]) -> dict[str, int]:
    """Amounts of one invoice, in money units by cost centre, as whole pennies.

    Each is cut down on the number line, and what the invoice's rounded sum (half away from zero) has
    over goes, a penny each, to the largest rests, then the larger amounts, then the lower codes. An
    invoice below zero is the mirror image.
    """
    whole = sum(amounts.values())
    sign = -1 if whole < 0 else 1
    mirrored = {code: sign * amount for code, amount in amounts.items()}
    pennies = {code: amount // PENNY for code, amount in mirrored.items()}
    over = round_half_away(Fraction(sign * whole, PENNY)) - sum(pennies.values())
    order = sorted(mirrored, key=lambda code: (-(mirrored[code] % PENNY), -mirrored[code], code))
    for code in order[:over]:
        pennies[code] += 1
    return {code: sign * count for code, count in pennies.items()}


def _line(bill: tuple, code: str | None, gl_account: str | None, pennies: int) -> JournalLine:
    month, platform, account, invoice, currency = bill
    return JournalLine(
        accounting_month=month,
        platform=platform,
        billing_account_id=account,
        invoice_id=invoice,
        currency=currency,
        cost_centre_code=code,
        gl_account=gl_account,
        debit=Decimal(max(pennies, 0)).scaleb(-2),
        credit=Decimal(max(-pennies, 0)).scaleb(-2),
    )


def _gl_account(company: Company, code: str, month: date) -> str | None:
    """The account of a cost centre at the start of the month, else the one it had first after that."""
    start = day_start(month)
    versions = [row for row in company.cost_centres if row.cost_centre_code == code]
    nearest = min(
        versions, key=lambda row: (row.valid_from > start, row.ended(start), row.valid_from)
    )
    return nearest.gl_account
