"""Where cost passes on from a cost centre that has ended: to its successor, repeatedly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestration.registers.declared import register_named
from orchestration.registers.faults import Fault, quoted
from orchestration.registers.reading import Registers, Row
from orchestration.registers.validity import instant

_FILE = register_named("cost_centres").file
# As many as the warehouse follows, the first included.
LONGEST_CHAIN = 10


def cost_centre_faults(registers: Registers) -> Iterator[Fault]:
    """Successors that lead nowhere, in circles or too far."""
    rows = registers["cost_centres"]
    codes = {row["cost_centre_code"] for row in rows}
    for row in rows:
        if row["successor_code"] and row["successor_code"] not in codes:
            yield Fault(
                _FILE,
                row.number,
                "successor_code",
                f"the successor {quoted(row['successor_code'])} is in no row",
                "Add it, or correct the code",
            )
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.has_validity:
            versions[row["cost_centre_code"]].append(row)
    reported: set[int] = set()
    for moment in sorted({row.valid_to for row in rows if row.has_validity}):
        passing = {code: ended for code, of in versions.items() if (ended := _ended(of, moment))}
        for code, row in sorted(passing.items()):
            chain, is_circle = _chain(code, passing)
            if row.number in reported or not (is_circle or len(chain) > LONGEST_CHAIN):
                continue
            reported.add(row.number)
            what = "lead in a circle" if is_circle else f"are more than {LONGEST_CHAIN}"
            yield Fault(
                _FILE,
                row.number,
                "successor_code",
                f"the successors of {quoted(code)} {what} on {instant(moment)}: {' → '.join(chain)}",
                "Name the cost centre that pays today",
            )


def paying_cost_centre(versions: Mapping[str, Sequence[Row]], code: str, moment: datetime) -> str:
    """The cost centre that pays for another at an instant: itself, or the end of its chain of successors."""
    passing = {name: ended for name, of in versions.items() if (ended := _ended(of, moment))}
    return _chain(code, passing)[0][-1]


def _ended(versions: Sequence[Row], moment: datetime) -> Row | None:
    """The last version of a cost centre that is not open at an instant and names a successor."""
    if any(row.is_in_force(moment) for row in versions):
        return None
    ended = [row for row in versions if row.valid_to <= moment]
    last = max(ended, key=lambda row: row.valid_to, default=None)
    return last if last is not None and last["successor_code"] else None


def _chain(code: str, passing: Mapping[str, Row]) -> tuple[list[str], bool]:
    """The cost centres from one to the one that pays, and whether they come round to one of them again."""
    chain = [code]
    while (row := passing.get(chain[-1])) is not None:
        successor = row["successor_code"]
        chain.append(successor)
        if successor in chain[:-1]:
            return chain, True
    return chain, False
