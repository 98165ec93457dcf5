"""What suite files add to a contract: `orchestration/expectations/suites/<platform>.yml`, read, checked and typed.

The keys are described in docs/expectations.md. A condition is SQL of one raw row, whose columns are text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from orchestration.expectations.suite import (
    SEVERITIES,
    WARNING,
    Check,
    Expectation,
    Suite,
    from_contract,
    moment,
    number,
)
from orchestration.landing.contracts import ContractError, Table
from orchestration.landing.measures import billed_amount
from orchestration.landing.normalise import literal, quoted

SUITES_FOLDER = Path(__file__).resolve().parent / "suites"

# What a bill without a suite file may come to: so many times the most of the months before, over so much money.
AT_MOST_TIMES = 4
AT_LEAST_SHARE_OF = 4
DAY_AT_MOST_TIMES = 10
OVER = 1000

# SQL for a month or day and what it comes to, such as `2026-05 comes to 1200.00 USD`.
_TOTAL = (
    "summed.period || ' comes to ' || cast(cast(summed.total as decimal(38, 2)) as varchar)"
    " || rtrim(' ' || summed.currency)"
)

_KEYS = {"totals", "negative", "shapes", "periods", "prices", "rows"}


def load_suites(tables: Sequence[Table], folder: Path | None = None) -> dict[str, Suite]:
    """The suite of every table, by its raw name. Raises ContractError with all faults of a faulty suite file."""
    by_platform: dict[str, dict[str, Any]] = {}
    for path in sorted((folder or SUITES_FOLDER).glob("*.yml")):
        by_platform[path.stem] = _read(path, [t for t in tables if t.platform == path.stem])
    return {
        table.qualified: _suite(table, by_platform.get(table.platform, {}).get(table.name) or {})
        for table in tables
    }


def _suite(table: Table, added: Mapping[str, Any]) -> Suite:
    return Suite(
        table.qualified,
        (
            *from_contract(table),
            *_totals(table, added.get("totals")),
            *_negative(added.get("negative") or {}),
            *_shapes(added.get("shapes") or {}),
            *_periods(added.get("periods") or ()),
            *_prices(added.get("prices") or ()),
            *_rows(added.get("rows") or {}),
        ),
    )


def _read(path: Path, tables: Sequence[Table]) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not YAML: {error}") from error
    faults: list[str] = []
    declared = document.get("tables") if isinstance(document, dict) else None
    if not isinstance(declared, dict) or set(document) - {"tables"}:
        raise ContractError(f"{path}: expected `tables`, and nothing beside it")
    known = {table.name: table for table in tables}
    # Tables of a contract that this company does not have are passed over; names that look wrong are not.
    for name, body in declared.items():
        if not isinstance(body, dict):
            faults.append(f"{name}: expected a mapping")
        elif name in known:
            faults += [f"{name}.{fault}" for fault in _faults(known[name], body)]
        elif known:
            faults.append(f"{name}: no table of the contract {path.name}")
    if faults:
        raise ContractError(f"{path}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return declared


def _faults(table: Table, body: Mapping[str, Any]) -> list[str]:
    """What is wrong with the entry of one table."""
    faults = [
        f"{key}: not a key here; known: {', '.join(sorted(_KEYS))}" for key in set(body) - _KEYS
    ]
    columns = set(table.raw_columns)
    entries = {
        "periods": {"column", "from", "to", "unless"},
        "prices": {"amount", "quantity", "at_least", "at_most", "per", "where"},
    }
    mentioned: list[Any] = [*(body.get("negative") or {}), *(body.get("shapes") or {})]
    for key, known in entries.items():
        for entry in body.get(key) or ():
            faults += [f"{key}: `{other}` is not a key here" for other in set(entry) - known]
            mentioned += [
                entry.get(name) for name in ("column", "amount", "quantity") if name in entry
            ]
    for name, row in (body.get("rows") or {}).items():
        if not isinstance(row, dict) or not {"never", "column", "sentence"} <= set(row):
            faults.append(f"rows.{name}: needs `sentence`, `column` and `never`")
            continue
        if row.get("severity", WARNING) not in SEVERITIES:
            faults.append(f"rows.{name}.severity: none of {', '.join(SEVERITIES)}")
        mentioned.append(row["column"])
    faults += [f"`{name}` is not a column" for name in mentioned if name not in columns]
    totals = body.get("totals")
    if totals is not None and totals is not False and not isinstance(totals, dict):
        faults.append("totals: expected a mapping, or false")
    if isinstance(totals, dict) and set(totals) - {"at_most_times", "day_at_most_times", "over"}:
        faults.append("totals: known are at_most_times, day_at_most_times, over")
    return faults


def _totals(table: Table, declared: Any) -> Sequence[Expectation]:
    """A month, and of deliveries by day a day, is not out of all proportion to the three months before."""
    if table.billed is None or table.time is None or declared is False:
        return []
    given = declared or {}
    over = int(given.get("over", OVER))
    remedy = "Compare it with the vendor's console: amounts in cents, or an export that holds everything twice?"
    amount = billed_amount(table.billed)
    found = [
        Expectation(
            "month_total",
            f"A month comes to at most {given.get('at_most_times', AT_MOST_TIMES)} times the most of the months"
            f" before; totals up to {over} pass",
            WARNING,
            remedy,
            findings=_over(
                table, amount, 7, "month", int(given.get("at_most_times", AT_MOST_TIMES)), over
            ),
        )
    ]
    if table.replaces.scope == "day":
        times = int(given.get("day_at_most_times", DAY_AT_MOST_TIMES))
        found.append(
            Expectation(
                "day_total",
                f"A day comes to at most {times} times the most of any day in the months before; totals up to"
                f" {over} pass",
                WARNING,
                remedy,
                findings=_over(table, amount, 10, "day", times, over),
            )
        )
    if table.replaces.scope in ("month", "export_month"):
        found.append(
            Expectation(
                "month_total_least",
                f"A month that has ended comes to at least a part in {AT_LEAST_SHARE_OF} of the month before, if that"
                f" was over {over}",
                WARNING,
                "Look whether the export was cut off, or filtered to a part of the company",
                findings=_under(table, amount, over),
            )
        )
    return found


def _summed(table: Table, amount: str, length: int) -> str:
    """SQL for what the candidates bill by delivery, currency and month or day."""
    currency = currency_of(table)
    return (
        f"select _delivery_id, {currency} as currency, left({quoted(period_of(table))}, {length}) as period,"
        f" sum({amount}) as total from {{batch}} as candidate group by 1, 2, 3"
    )


def period_of(table: Table) -> str:
    """The column that says which month's bill a row is on, or on which day it was billed; its time, where that does."""
    return table.replaces.column or table.time or ""


def currency_of(table: Table) -> str:
    """SQL for the currency of a raw row, empty where its file names none."""
    names = [quoted(column.name) for column in table.columns if column.type == "currency"]
    return f"coalesce({', '.join(names)}, '')" if names else "''"


def _over(table: Table, amount: str, length: int, period: str, times: int, over: int) -> str:
    return f"""
        select summed._delivery_id,
            {_TOTAL}
            || ', more than {times} times the most of a {period} before, '
            || cast(cast(earlier.most_of_{period} as decimal(38, 2)) as varchar) as finding
        from ({_summed(table, amount, length)}) as summed
        inner join earlier on earlier._delivery_id = summed._delivery_id and earlier.currency = summed.currency
            and earlier.month = left(summed.period, 7)
        where summed.total > {over} and summed.total > {times} * earlier.most_of_{period}
        """


def _under(table: Table, amount: str, over: int) -> str:
    return f"""
        select summed._delivery_id,
            {_TOTAL}
            || ', less than a part in {AT_LEAST_SHARE_OF} of the month before, '
            || cast(cast(earlier.month_before as decimal(38, 2)) as varchar) as finding
        from ({_summed(table, amount, 7)}) as summed
        inner join earlier on earlier._delivery_id = summed._delivery_id and earlier.currency = summed.currency
            and earlier.month = summed.period
        inner join candidates on candidates._delivery_id = summed._delivery_id
        where earlier.month_before > {over} and summed.total * {AT_LEAST_SHARE_OF} < earlier.month_before
            and candidates.delivered_at >= cast(summed.period || '-01' as date) + interval 1 month
        """


def _negative(declared: Mapping[str, Any]) -> Sequence[Expectation]:
    """`column: never`, or the condition under which its amount may be negative."""
    found = []
    for column, condition in declared.items():
        allowed = "" if condition == "never" else f" and not coalesce({condition}, false)"
        where = "never" if condition == "never" else "only in credits, refunds and corrections"
        found.append(
            Expectation(
                f"negative.{column}",
                f"`{column}` is negative {where}",
                WARNING,
                "Find out with the vendor what the negative amount is",
                (Check(column, f"{number(column)} < 0{allowed}"),),
            )
        )
    return found


def _shapes(declared: Mapping[str, Any]) -> Sequence[Expectation]:
    """`column: pattern`, a regular expression of the whole value."""
    return [
        Expectation(
            f"shape.{column}",
            f"`{column}` has the shape `{pattern}`",
            WARNING,
            "Check which column the export wrote there; where the vendor has new ids, change the suite file",
            (Check(column, f"not regexp_full_match({quoted(column)}, {literal(str(pattern))})"),),
        )
        for column, pattern in declared.items()
    ]


def _periods(declared: Sequence[Mapping[str, Any]]) -> Sequence[Expectation]:
    """`column` lies from `from` to before `to`, both SQL or columns, `unless` a condition holds."""
    found = []
    for entry in declared:
        column = entry["column"]
        bounds = [
            f"{moment(column)} {sign} {_moment(entry[key])}"
            for key, sign in (("from", "<"), ("to", ">="))
            if key in entry
        ]
        unless = f" and not coalesce({entry['unless']}, false)" if "unless" in entry else ""
        ends = " and ".join(f"{key} `{entry[key]}`" for key in ("from", "to") if key in entry)
        found.append(
            Expectation(
                f"period.{column}",
                f"`{column}` lies in its period, {ends}",
                WARNING,
                "Check the dates of the row; a correction of an earlier period must say that it is one",
                (Check(column, f"({' or '.join(bounds)}){unless}"),),
            )
        )
    return found


def _moment(text: str) -> str:
    return moment(text) if re.fullmatch(r"[a-z_0-9]+", text) else text


def _prices(declared: Sequence[Mapping[str, Any]]) -> Sequence[Expectation]:
    """`amount` per `per` (1) of `quantity` lies from `at_least` to `at_most`, `where` a condition holds."""
    found = []
    for place, entry in enumerate(declared, 1):
        # A band for plausibility, wide by far: binary fractions decide nothing here and reach no amount.
        amount, quantity = (
            f"abs(try_cast({quoted(entry[key])} as double))" for key in ("amount", "quantity")
        )
        per = entry.get("per", 1)
        outside = [
            f"{amount} * {per} {sign} {entry[key]} * {quantity}"
            for key, sign in (("at_least", "<"), ("at_most", ">"))
            if key in entry
        ]
        where = f" and coalesce({entry['where']}, false)" if "where" in entry else ""
        band = " and ".join(
            f"at {word} {entry[key]}"
            for key, word in (("at_least", "least"), ("at_most", "most"))
            if key in entry
        )
        suffix = "" if len(declared) == 1 else f".{place}"
        found.append(
            Expectation(
                f"price.{entry['amount']}{suffix}",
                f"`{entry['amount']}` for {per} of `{entry['quantity']}` is {band}"
                + (f" where {entry['where']}" if "where" in entry else ""),
                WARNING,
                "Check the units of both columns in the export: cents, thousands, millions?",
                (
                    Check(
                        entry["amount"],
                        f"{quantity} > 0 and {amount} > 0 and ({' or '.join(outside)}){where}",
                    ),
                ),
            )
        )
    return found


def _rows(declared: Mapping[str, Mapping[str, Any]]) -> Sequence[Expectation]:
    """Conditions in SQL of their own."""
    return [
        Expectation(
            f"row.{name}",
            row["sentence"],
            row.get("severity", WARNING),
            row.get("remedy", "Find out with the vendor why the row is like that"),
            (Check(row["column"], row["never"]),),
        )
        for name, row in declared.items()
    ]
