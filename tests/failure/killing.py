"""Kills runs of a company again and again: `python -m tests.failure.killing <kills> <seed> <what measuring printed>`.

Without arguments it measures an undisturbed run. Folders are those of the environment, results are JSON. Every run is a
fork of this process, which has dbt imported: a kill costs a second, not five.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import dbt.cli.main  # noqa: F401

from orchestration import cli
from orchestration.settings import Settings
from tests.support.dying import watch

PERIOD = "2026-05"
VERBS: dict[str, tuple[str, ...]] = {
    "land": ("land",),
    "build": ("build",),
    "publish": ("publish",),
    "close": ("close", "--period", PERIOD, "--approved-by", "P1"),
}


@dataclass(frozen=True)
class Lived:
    """A run that nobody killed: its instants, and how long it took."""

    instants: int
    seconds: float


def run(
    arguments: Sequence[str], warehouse: str, fatal: int = 0, after: float | None = None
) -> Lived | None:
    """Run a command in a fork; None where it was killed, at an instant or after so many seconds."""
    reading, writing = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        log = os.open(f"{warehouse}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        instants = watch(fatal, warehouse)
        try:
            cli.app(list(arguments), standalone_mode=False)
            os.write(writing, str(instants.count).encode())
        except BaseException as error:
            os.write(2, f"{arguments}: {error!r}\n".encode())
        finally:
            os._exit(0)
    os.close(writing)
    if after is not None:
        time.sleep(after)
        # A child that has ended is there until it is waited for: the signal reaches it or nobody.
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as pipe:
        count = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert count, f"{arguments} failed: see {warehouse}.log"
    return Lived(int(count), time.monotonic() - began)


def killed(verb: str, share: float, lived: Lived, warehouse: str, *, by_time: bool) -> bool:
    """Kill a verb at a share of its way; what is done already is killed on the shorter way that is left."""
    arguments = VERBS[verb]
    if by_time:
        return run(arguments, warehouse, after=share * lived.seconds) is None
    still = run(arguments, warehouse, 1 + int(share * lived.instants))
    if still is None:
        return True
    return run(arguments, warehouse, 1 + int(share * still.instants)) is None


def main() -> None:
    """Kill every verb in turn, each until it has been killed often enough, and let it end before the next begins."""
    kills, seed, measured = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    warehouse = str(Settings.from_environment().warehouse)
    gc.freeze()
    chosen = random.Random(seed)
    done = {verb: {"instant": 0, "time": 0, "too late": 0} for verb in VERBS}
    for number, verb in enumerate(verb for verb in VERBS for _ in range(kills // len(VERBS))):
        if number and number % (kills // len(VERBS)) == 0:
            previous = list(VERBS)[list(VERBS).index(verb) - 1]
            run(VERBS[previous], warehouse)
        by_time = number % 2 == 1
        lived = Lived(**measured[verb])
        was_killed = killed(verb, chosen.random(), lived, warehouse, by_time=by_time)
        done[verb][("time" if by_time else "instant") if was_killed else "too late"] += 1
    run(VERBS["close"], warehouse)
    run(("run",), warehouse)
    print(json.dumps(done))


def measure() -> None:
    """Run every verb once, undisturbed, and print what each took."""
    warehouse = str(Settings.from_environment().warehouse)
    gc.freeze()
    print(json.dumps({verb: vars(run(arguments, warehouse)) for verb, arguments in VERBS.items()}))


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else measure()
