"""Which months a file in quarantine may be about, as far as its name tells."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.close.conditions import may_concern

MAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("file", "role", "concerns"),
    [
        ("aws/x/metadata/BILLING_PERIOD=2026-05/x-Manifest.json", "bill", True),
        ("aws/x/metadata/BILLING_PERIOD=2026-10/2026-11-04T06:18:31.306Z-77/x-Manifest.json", "bill", False),
        ("aws/x/20260501-20260601/x.csv.gz", "bill", True),
        ("focus/acme/acme_2026-04.csv", "bill", False),
        ("focus/acme/acme_202605.csv", "bill", True),
        ("openai/costs/costs_pulled_20260603T020000Z.json", "bill", True),
        ("openai/costs/costs_pulled_20261103T020000Z.json", "bill", True),
        ("openai/costs/costs_pulled_20260403T020000Z.json", "bill", False),
        ("focus/acme/acme_2026-06_pulled_20260703T020000Z.csv", "bill", False),
        ("focus/acme/export.csv", "bill", True),
        ("identities.csv", "register", True),
    ],
)  # fmt: skip
def test_a_month_is_blocked_by_what_may_be_about_it(file: str, role: str, concerns: bool) -> None:
    assert may_concern(file, MAY, role) is concerns
