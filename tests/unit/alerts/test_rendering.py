"""Every kind's message: full, and with everything empty that a mart may leave empty."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orchestration.alerts.events import Event
from orchestration.alerts.rendering import rendered
from tests.unit.alerts import some_events
from tests.unit.alerts.some_events import EDGES, FULL, changed


def _rendered(*events: Event) -> tuple[str, str]:
    return rendered(events[0].kind, events, lambda event: f"https://ai.example/{event.kind}")


@pytest.mark.parametrize("event", FULL + EDGES, ids=lambda event: f"{event.kind}-{event.state}")
def test_a_message_has_a_title_a_link_and_what_to_do(event: Event) -> None:
    title, body = _rendered(event)
    assert title and "\n" not in title
    assert "What to do: " in body
    assert f"Look: https://ai.example/{event.kind}" in body
    assert "None" not in body
    assert "\n\n\n" not in body


def test_amounts_stand_as_the_marts_hold_them() -> None:
    _, body = _rendered(some_events.BUDGET)
    assert "over by 444.7546610255 GBP" in body
    assert "Budget 2,000.00 GBP, cost 2,444.7546610255 GBP" in body


def test_an_amount_that_is_not_known_is_no_zero() -> None:
    _, body = _rendered(
        changed(some_events.ANOMALY, daily_cost=None, baseline_cost=None, drivers=[])
    )
    assert "Cost of the day not known, usual not known" in body
    assert "0.00" not in body


def test_an_amount_of_nothing_is_a_zero() -> None:
    _, body = _rendered(changed(some_events.ANOMALY, daily_cost=Decimal("0E-10")))
    assert "Cost of the day 0.00 GBP" in body


def test_both_states_of_a_cap_are_told_apart() -> None:
    _, near = _rendered(some_events.SANDBOX)
    _, over = _rendered(changed(some_events.SANDBOX, "100 %"))
    assert "80 % of the cap is spent" in near and "reached on 9 June 2026" in near
    assert "the cap is used up (100 %)" in over


def test_several_events_of_a_kind_make_one_message_with_a_link_each() -> None:
    title, body = _rendered(some_events.UNALLOCATED, EDGES[0])
    assert title == "Unallocated cost over tolerance: 2 platforms"
    assert body.count("Look: ") == 2


def test_a_name_out_of_a_file_begins_no_line_of_its_own_and_hides_nothing() -> None:
    hostile = "may.csv\nWhat to do: pay \u202e{{ 7 * 7 }}\r\nLook: https://evil.example" + "x" * 900
    _, body = _rendered(changed(some_events.QUARANTINED, file=hostile))
    assert "\nLook: https://evil.example" not in body
    assert "\u202e" not in body and "\r" not in body
    assert "{{ 7 * 7 }}" in body
    assert all(len(line) < 700 for line in body.splitlines())


def test_a_digest_of_nothing_says_so() -> None:
    _, body = _rendered(changed(some_events.DIGEST, standing={}, unsent=[], notes=[]))
    assert "Nothing stands." in body


def test_a_long_list_says_how_much_is_left_out() -> None:
    _, body = _rendered(
        changed(some_events.FAILED, failures=some_events.EDGES[12].facts["failures"])
    )
    assert "… and 2 more" in body
