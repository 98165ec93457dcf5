"""A candidate's folder: any of the registers that decide who pays; the rest is today's."""

from __future__ import annotations

import shutil
from difflib import get_close_matches
from pathlib import Path

from orchestration.errors import RefusalError
from orchestration.recompute import LANDED_REGISTERS
from orchestration.registers.declared import REGISTERS, register_named
from orchestration.registers.reading import read_register
from orchestration.settings import Settings

# What was spent is no policy: rates, invoices, budgets and outcomes would change totals, or nothing at all.
POLICY_REGISTERS = (
    "allocation_rules",
    "allocation_splits",
    "cost_centres",
    "departments",
    "model_prices",
    "policy",
    "use_case_stages",
    "use_cases",
)


def candidate_files(folder: Path) -> list[Path]:
    """The candidate's registers, by name. Raises RefusalError for anything else in the folder, and for none."""
    if not folder.is_dir():
        raise RefusalError(
            f"There is no folder {folder}: name the one that holds the candidate's CSVs."
        )
    files = sorted(
        path for path in folder.iterdir() if not path.name.lower().startswith((".", "readme"))
    )
    for path in files:
        if path.suffix != ".csv" or path.stem not in POLICY_REGISTERS:
            raise RefusalError(f"{path} cannot be compared: {_why_not(path)}")
    if not files:
        raise RefusalError(
            f"{folder} holds no register. Copy those that the candidate changes into it, such as allocation_rules.csv, "
            "and change them there."
        )
    return files


def _why_not(path: Path) -> str:
    if path.suffix == ".csv" and path.stem in LANDED_REGISTERS:
        return (
            "who owns what is a fact, not a policy, and only `chargeback land` reads this register. Take it out of the "
            "folder."
        )
    if path.suffix == ".csv" and path.stem in {register.name for register in REGISTERS}:
        return "it decides nothing about who pays. Take it out of the folder."
    near = get_close_matches(path.stem, POLICY_REGISTERS, n=1, cutoff=0.6)
    hint = f"Rename it to {near[0]}.csv" if near else "Take it out of the folder"
    known = ", ".join(f"{name}.csv" for name in POLICY_REGISTERS)
    return f"it is none of {known}. {hint}."


def write_candidate(settings: Settings, files: list[Path], target: Path) -> None:
    """Today's registers with the candidate's in their place. Raises RefusalError for another reporting currency."""
    for path in [*sorted(settings.seeds.glob("*.csv")), *files]:
        if path.stem not in LANDED_REGISTERS:
            shutil.copyfile(path, target / path.name)
    if _reporting_currencies(target) != _reporting_currencies(settings.seeds):
        raise RefusalError(
            "The candidate's policy.csv states another reporting_currency, which changes what was spent and not who "
            "pays. Leave its rows as they are today."
        )


def _reporting_currencies(registers: Path) -> list[tuple[str, str, str]]:
    """What policy.csv says of it; nothing where it cannot be read, which the check of the registers names."""
    rows, _ = read_register(registers / "policy.csv", register_named("policy"))
    return sorted(
        (row["value"].upper(), row["valid_from"], row["valid_to"])
        for row in rows
        if row["setting"] == "reporting_currency"
    )
