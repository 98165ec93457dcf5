"""A statement's page: what it says, that it adds up, and that nothing in it runs."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from orchestration.statement.figures import (
    AdjustmentLine,
    CostCentreLine,
    FundedLine,
    MonthLine,
    SharedLine,
    Statement,
    UseLine,
)
from orchestration.statement.writing import rendered

D = Decimal
STATEMENT = Statement(
    month=date(2026, 5, 1),
    department_code="CLM",
    department_name="Claims <Motor>",
    reporting_currency="GBP",
    period_status="closed",
    approved_by="P1",
    closed_on=date(2026, 6, 4),
    dispute_contact="finance systems",
    dispute_days="20",
    disputed_entries=1,
    cost_centres=[
        CostCentreLine("CC-1", "Motor", D("10.004"), D("0.002"), D(0), D("-2.005"), D("8.00")),
        CostCentreLine("CC-2", None, D("0.004"), D("5.004"), D(0), D(0), D("0.00")),
    ],
    uses=[
        UseLine(
            "UC-1", "Triage", "openai", "gpt", None, D("9.000"), D("1.004"), D(2_000_000), D(40)
        ),
        UseLine("UC-1", "Triage", "aws", None, "flow", D("0.003"), D("0.001"), D(0), D(0)),
        UseLine(None, None, "azure", None, None, D(0), D("5.006"), D(0), D(3)),
    ],
    shared=[SharedLine("R-1", "Seats", "By seats.", D("12.022"), D("6.011"))],
    adjustments=[AdjustmentLine(date(2026, 4, 1), "aws", "CC-1", D("-2.005"))],
    trend=[
        MonthLine(date(2026, 3, 1), None, "closed"),
        MonthLine(date(2026, 4, 1), D("20.00"), "closed"),
        MonthLine(date(2026, 5, 1), D("15.014"), "closed"),
    ],
    funded=[FundedLine("UC-9", "Trial", D("3.333"))],
)


class _Text(HTMLParser):
    """The words of a page, and the cells of its tables row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.tags: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell is not None:
            self._cell.append(data)


def _read(statement: Statement) -> _Text:
    page = _Text()
    page.feed(rendered(statement, "0123456789abcdef"))
    return page


def test_every_column_of_pennies_adds_up() -> None:
    rows = _read(STATEMENT).rows
    payers = rows[rows.index(next(row for row in rows if row[0] == "Cost centre")) + 1 :][:3]
    assert payers == [
        ["CC-1 Motor", "£10.01", "£0.00", "−£2.01", "£8.00", "£8.00"],
        ["CC-2", "£0.00", "£5.01", "£0.00", "£5.01", "£0.00"],
        ["Total", "£10.01", "£5.01", "−£2.01", "£13.01", "£8.00"],
    ]


def test_use_is_listed_by_use_case_with_rate_own_and_shared_cost() -> None:
    rows = _read(STATEMENT).rows
    start = next(place for place, row in enumerate(rows) if row[0] == "Platform") + 1
    assert rows[start : start + 6] == [
        ["UC-1 Triage", "£9.01", "£1.00", "£10.01"],
        ["openai", "gpt", "2,000,000 tokens40 requests", "£4.5000a million tokens", "£9.00", "£1.00", "£10.00"],
        ["aws", "flow", "–", "–", "£0.01", "£0.00", "£0.01"],
        ["Without a use case", "£0.00", "£5.01", "£5.01"],
        ["azure", "–", "3 requests", "–", "£0.00", "£5.01", "£5.01"],
        ["Total without adjustments", "£9.01", "£6.01", "£15.02"],
    ]  # fmt: skip


def test_shared_costs_adjustments_and_sandboxes_say_what_they_are() -> None:
    rows = _read(STATEMENT).rows
    assert ["R-1 Seats", "By seats.", "£12.02", "50.0 %", "£6.01"] in rows
    assert ["April 2026", "aws", "CC-1", "−£2.01"] in rows
    assert ["UC-9 Trial", "£3.33"] in rows


def test_a_month_that_never_landed_is_unknown_and_not_nothing() -> None:
    page = _read(STATEMENT)
    assert ["Mar 2026", "not landed"] in page.rows
    assert "no figures of it" in _read(replace(STATEMENT, trend=STATEMENT.trend[2:])).text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("closed", "Posted on 4 June 2026, approved by P1"),
        ("provisional", "The month has ended and is not closed"),
        ("open", "The month has not ended"),
    ],
)
def test_the_state_of_the_month_stands_in_words(status: str, words: str) -> None:
    assert words in " ".join(_read(replace(STATEMENT, period_status=status)).text.split())


def test_how_to_dispute_is_said_with_and_without_a_contact() -> None:
    assert "Write to finance systems" in _read(STATEMENT).text
    assert "1 dispute open" in _read(STATEMENT).text
    without = _read(replace(STATEMENT, dispute_contact=None, dispute_days=None, disputed_entries=0))
    assert "Write to whoever sent you this" in without.text
    assert "settled within" not in without.text


def test_nothing_in_a_page_runs_or_is_fetched() -> None:
    page = rendered(STATEMENT, "0123456789abcdef")
    assert "Claims &lt;Motor&gt;" in page
    assert not {"script", "link", "img", "iframe"} & set(_read(STATEMENT).tags)
    assert not re.search(r"https?:|url\(|\sstyle=|\son[a-z]+=", page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert rendered(STATEMENT, "0123456789abcdef") == rendered(STATEMENT, "0123456789abcdef")


def test_a_department_without_shared_costs_says_so() -> None:
    own = replace(STATEMENT.uses[0], direct_cost=D("15.014"), shared_cost=D(0))
    direct = _read(replace(STATEMENT, shared=[], uses=[own]))
    assert "No shared costs in this month." in direct.text
