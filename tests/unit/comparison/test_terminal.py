"""What a finance director reads."""

from __future__ import annotations

import io
from decimal import Decimal

from rich.console import Console

from orchestration.comparison.figures import (
    CostCentreChange,
    Movement,
    PolicyComparison,
    Reclaimed,
)
from orchestration.report.comparison_terminal import print_comparison


def _change(
    code: str | None, current: str, candidate: str, movements: list[Movement]
) -> CostCentreChange:
    return CostCentreChange(
        code,
        "Claims" if code else None,
        None if code else "zero_driver",
        Decimal(current),
        Decimal(candidate),
        Decimal(current),
        Decimal(candidate),
        *[Decimal(0)] * 4,
        movements=movements,
    )


def _printed(comparison: PolicyComparison) -> str:
    console = Console(width=150, file=io.StringIO(), highlight=False)
    print_comparison(comparison, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_gain_loss_and_reason_stand_in_one_row_each() -> None:
    moved = [Movement("openai", "R-1 owner → split", Decimal("-40.5"))]
    comparison = PolicyComparison(
        "abc",
        "2026-05",
        "GBP",
        ["allocation_rules.csv"],
        True,
        [
            _change("CC-1", "100", "59.5", moved),
            _change("CC-2", "1", "1", []),
            _change(None, "0", "40.5", [Movement("openai", "R-1 owner → split", Decimal("40.5"))]),
        ],
        [Reclaimed("openai", "R-1 owner", "R-1 split", 3, Decimal("100"))],
    )
    lines = [" ".join(line.split()) for line in _printed(comparison).splitlines()]
    assert "CC-1 Claims 100.00 59.50 -40.50 -40.50 -40.50 openai: R-1 owner → split" in lines
    assert (
        "unallocated: zero_driver 0.00 40.50 +40.50 +40.50 +40.50 openai: R-1 owner → split"
        in lines
    )
    assert "1 line without a change 1.00 1.00 0.00 0.00" in lines
    assert "in all 101.00 101.00 0.00 0.00" in lines
    assert "openai R-1 owner R-1 split 3 100.00" in lines
    assert "2026-05 is closed: its posted ledger stays as it is, whatever is decided." in lines
    assert any(line.startswith("Next: show this to those who pay more") for line in lines)
