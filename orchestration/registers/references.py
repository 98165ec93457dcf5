"""What a register names must exist. Warnings only: what nobody is found for keeps its reason in the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from orchestration.landing.contracts import CONTRACTS_FOLDER
from orchestration.registers.declared import REGISTERS, register_named
from orchestration.registers.faults import Fault, Severity, quoted
from orchestration.registers.reading import Registers, Row

# A contract is named after its platform, but for these: registers, generic usage, outcomes, files of any provider.
_SHAPES = ("registers", "usage", "outcomes", "focus", "cost_explorer", "cost_tools")
_PLATFORM_COLUMNS = (
    ("identities", "platform"),
    ("exceptions", "platform"),
    ("allocation_rules", "driver_scope"),
    ("credit_purchases", "platform"),
    ("invoices", "provider"),
    ("model_prices", "provider"),
)


def known_platforms(landing: Path) -> set[str]:
    """The platforms with a contract, and the providers with a folder of FOCUS files."""
    contracts = {path.stem for path in CONTRACTS_FOLDER.glob("*.yml")} - set(_SHAPES)
    focus = landing / "focus"
    providers = (
        {folder.name for folder in focus.iterdir() if folder.is_dir()} if focus.is_dir() else set()
    )
    return contracts | providers


def has_cost_tools(landing: Path) -> bool:
    """Whether a cost tool's export is there: its lines name providers that no folder is named after."""
    return any(path.is_file() for path in (landing / "cost_tools").glob("*/**/[!.]*.*"))


def reference_faults(
    registers: Registers, platforms: Collection[str], others_may_exist: bool = False
) -> Iterator[Fault]:
    """Names that no register or source knows, and owner rows that name nobody.

    others_may_exist: whether there may be platforms besides; then only what is spelt nearly like a known one is named.
    """
    for declared in REGISTERS:
        for column in declared.columns:
            if column.refers_to:
                target = register_named(column.refers_to)
                codes = {row[target.key[0]] for row in registers[target.name]}
                for row in registers[declared.name]:
                    yield from _unknown_code(declared.file, row, column.name, target.file, codes)
    for name, column_name in _PLATFORM_COLUMNS:
        yield from _unknown_platforms(
            registers[name], register_named(name).file, column_name, platforms, others_may_exist
        )
    yield from _unknown_beneficiaries(registers)
    yield from _ownerless(registers)


def _unknown_beneficiaries(registers: Registers) -> Iterator[Fault]:
    """Cost centres that are said to benefit from a use case and are in no register."""
    codes = {row["cost_centre_code"] for row in registers["cost_centres"]}
    for row in registers["use_cases"]:
        for code in (item.strip() for item in row["benefiting_cost_centres"].split("|")):
            if code and code not in codes:
                near = get_close_matches(code, sorted(codes), n=1, cutoff=0.8)
                yield Fault(
                    "use_cases.csv",
                    row.number,
                    "benefiting_cost_centres",
                    f"{quoted(code)} is not in cost_centres.csv",
                    f"Did you mean {quoted(near[0])}? Else add it there"
                    if near
                    else "Correct it, or add it there; several stand with `|` between them",
                    Severity.WARNING,
                )


def _unknown_code(
    file: str, row: Row, column: str, target: str, codes: Collection[str]
) -> Iterator[Fault]:
    if row[column] and row[column] not in codes:
        near = get_close_matches(row[column], sorted(codes), n=1, cutoff=0.8)
        hint = f"Did you mean {quoted(near[0])}? Else add it" if near else "Correct it, or add it"
        yield Fault(
            file,
            row.number,
            column,
            f"{quoted(row[column])} is not in {target}",
            f"{hint} there; until then its cost goes without that owner",
            Severity.WARNING,
        )


def _unknown_platforms(
    rows: Collection[Row],
    file: str,
    column: str,
    platforms: Collection[str],
    others_may_exist: bool,
) -> Iterator[Fault]:
    """One warning per name, at its first row: a platform seen only in generic usage files is no mistake."""
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if row[column] and row[column].lower() not in platforms:
            numbers.setdefault(row[column], []).append(row.number)
    for name, found in numbers.items():
        near = get_close_matches(name.lower(), sorted(platforms), n=1, cutoff=0.6)
        if others_may_exist and not near:
            continue
        others = f" (and in {len(found) - 1} more rows)" if len(found) > 1 else ""
        hint = f"did you mean {quoted(near[0])}?" if near else "check the spelling"
        yield Fault(
            file,
            found[0],
            column,
            f"no bill of a platform {quoted(name)} is known{others}",
            f"Name platforms as their landing folders are; {hint}",
            Severity.WARNING,
        )


def _ownerless(registers: Registers) -> Iterator[Fault]:
    """Rows that should say who owns something and do not."""
    for name in ("identities", "allocation_splits", "people"):
        declared = register_named(name)
        for row in registers[name]:
            if not row["cost_centre_code"] and not row["use_case_id"]:
                yield Fault(
                    declared.file,
                    row.number,
                    "cost_centre_code",
                    "the row names neither a cost centre nor a use case",
                    "Enter who pays; until then the cost is unallocated",
                    Severity.WARNING,
                )
    for row in registers["identities"]:
        if row["identity_type"].lower() == "tag" and "=" not in row["identity_id"]:
            yield Fault(
                "identities.csv",
                row.number,
                "identity_id",
                "a tag is written `key=value`",
                "Write the tag's key, an equals sign and its value",
                Severity.WARNING,
            )
