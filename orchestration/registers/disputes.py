"""Disputes of ledger entries: settled ones say when, and what carries the settlement is an exception that says so."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.registers.declared import DISPUTE_STATUSES, register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row

_REMEDY = "Correct one of the two"


def dispute_faults(registers: Registers) -> Iterator[Fault]:
    """Faults of `disputes.csv` that no single cell shows; whether the entry exists only a build can say."""
    file = register_named("disputes").file
    exceptions = {row["exception_id"]: row for row in registers["exceptions"]}
    for row in registers["disputes"]:
        yield from _date_faults(file, row)
        exception = exceptions.get(row["exception_id"])
        if exception is None:
            if row["exception_id"]:
                yield Fault(
                    file,
                    row.number,
                    "exception_id",
                    f"{quoted(row['exception_id'])} is not in exceptions.csv",
                    "Enter the exception that carries the settlement, or leave the cell empty",
                )
        elif exception["dispute_id"] != row["dispute_id"]:
            yield Fault(
                file,
                row.number,
                "exception_id",
                f"exceptions.csv, row {exception.number}, does not name dispute {quoted(row['dispute_id'])}",
                "Enter the dispute_id there, and exception_kind `dispute`",
            )
    known = {row["dispute_id"] for row in registers["disputes"]}
    for row in registers["exceptions"]:
        if row["dispute_id"] and row["dispute_id"] not in known:
            yield Fault(
                "exceptions.csv",
                row.number,
                "dispute_id",
                f"{quoted(row['dispute_id'])} is not in {file}",
                "Enter the dispute there, or correct the id",
                Severity.WARNING,
            )


def _date_faults(file: str, row: Row) -> Iterator[Fault]:
    is_open = row["status"].lower() == "open"
    if row["status"].lower() in DISPUTE_STATUSES and is_open == bool(row["resolved_on"]):
        message = (
            "an open dispute has a day of settlement"
            if is_open
            else "a settled dispute has no day of settlement"
        )
        yield Fault(file, row.number, "resolved_on", message, _REMEDY)
    if row["resolved_on"] and row["raised_on"] and row["resolved_on"] < row["raised_on"]:
        yield Fault(
            file,
            row.number,
            "resolved_on",
            f"it is settled on {row['resolved_on']} and raised on {row['raised_on']}",
            _REMEDY,
        )
