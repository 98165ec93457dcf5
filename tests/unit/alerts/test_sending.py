"""Messages through apprise itself, to a server on this machine."""

from __future__ import annotations

import logging

import pytest

from orchestration.alerts.sending import FAILED, NO_VARIABLE, NOT_UNDERSTOOD, send
from tests.support.loopback import SECRET, Loopback


def test_a_message_arrives_whole(loopback: Loopback) -> None:
    outcome = send("TARGET", "Over budget", "line 1\nline 2", {"TARGET": loopback.address}, True)
    assert outcome == "delivered"
    (message,) = loopback.received
    assert (message["title"], message["message"]) == ("Over budget", "line 1\nline 2")
    assert message["type"] == "warning"


def test_several_addresses_are_all_told(loopback: Loopback) -> None:
    addresses = f"{loopback.address} {loopback.address}/again"
    assert send("TARGET", "t", "b", {"TARGET": addresses}, False) == "delivered"
    assert len(loopback.received) == 2


@pytest.mark.parametrize("environment", [{}, {"TARGET": ""}, {"TARGET": "  "}])
def test_a_variable_that_is_not_set_is_reported(environment: dict[str, str]) -> None:
    assert send("TARGET", "t", "b", environment, True) == "TARGET is not set"


def test_a_row_without_variable_is_reported() -> None:
    assert send(None, "t", "b", {}, True) == NO_VARIABLE


@pytest.mark.parametrize("status", [301, 401, 500])
def test_an_answer_that_is_no_success_is_a_failure_that_tells_no_secret(
    loopback: Loopback, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    loopback.status = status
    caplog.set_level(logging.DEBUG)
    outcome = send("TARGET", "t", "b", {"TARGET": loopback.address}, True)
    assert outcome == FAILED
    assert SECRET not in caplog.text


def test_an_address_that_nobody_understands_is_not_repeated(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = send("TARGET", "t", "b", {"TARGET": f"nosuch://{SECRET}"}, True)
    assert outcome == NOT_UNDERSTOOD
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capfd.readouterr())


def test_a_server_that_is_not_there_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = send("TARGET", "t", "b", {"TARGET": f"json://127.0.0.1:9/{SECRET}"}, True)
    assert outcome == FAILED
    assert SECRET not in caplog.text


def test_loggers_are_as_they_were(loopback: Loopback) -> None:
    before = logging.getLogger("urllib3").level
    send("TARGET", "t", "b", {"TARGET": loopback.address}, True)
    assert logging.getLogger("urllib3").level == before
