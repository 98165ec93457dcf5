"""`init`: an empty landing folder that says what goes where, and registers to fill in."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from textwrap import fill

from orchestration.errors import RefusalError
from orchestration.landing.contracts import Table, load_contracts
from orchestration.registers.declared import REGISTERS
from orchestration.registers.policy_settings import SETTINGS
from orchestration.registers.schema import Register

GUIDE = "README.txt"

_REPLACES = {
    "day": "A newer delivery replaces the days that it carries.",
    "month": "A newer delivery replaces the months that it carries.",
    "export_month": "A newer delivery of a billing month replaces the older one.",
    "key": "A newer delivery replaces the rows whose key it carries.",
    "nothing": "Every delivery is kept.",
    "all": "A newer delivery replaces the older one.",
}
_ROLES = {
    "bill": "a bill",
    "usage": "usage, which adds no cost",
    "outcome": "what use cases achieved, which adds no cost",
    "list": "a list of what exists",
}

_FIRST_STEPS = """\
This folder holds what `chargeback` reads for one company.

1. landing/   Put exports here as the vendors deliver them. Each folder's README.txt says what goes there;
              folders that you do not need may stay empty.
2. seeds/     The registers, as CSV in UTF-8. Fill in, in this order:
              departments.csv, cost_centres.csv   who can pay
              policy.csv                          `programme_cost_centre`: who funds the AI programme
              fx_rates.csv                        a rate per month for every currency that bills come in
              identities.csv                      which key, project or account belongs to whom
              allocation_rules.csv                what is charged by which rule; to begin with, one row with
                                                  rule_id R-1, rule_version 1, priority 100, tier 1, method owner
              The others may stay empty until they are needed.
3. Say where they are, check, and run, in the folder of the project:

              export CHARGEBACK_LANDING={landing}
              export CHARGEBACK_SEEDS={seeds}
              export CHARGEBACK_WAREHOUSE={warehouse}
              chargeback check
              make run

What no register explains is never lost: it is reported as unallocated, with a reason and a suggestion.
"""


def init(directory: Path, contracts: Iterable[Table] | None = None) -> list[Path]:
    """Write an empty landing folder and empty registers below a directory and return the files written.

    contracts: the declared sources; by default all that this version knows. Raises RefusalError where the
    directory holds anything, so that nobody's files are ever mixed with these.
    """
    directory = directory.absolute()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RefusalError(
            f"{directory} is not empty. Name a new folder: `chargeback init` never writes among existing files."
        )
    landing, seeds = directory / "landing", directory / "seeds"
    first_steps = _FIRST_STEPS.format(
        landing=quote(str(landing)),
        seeds=quote(str(seeds)),
        warehouse=quote(str(directory / "warehouse")),
    )
    written = [_write(directory / GUIDE, first_steps)]
    tables = load_contracts() if contracts is None else contracts
    for folder, text in sorted(_guides(tables).items()):
        written.append(_write(landing / folder / GUIDE, text))
    for register in REGISTERS:
        written.append(_write_register(seeds, register))
    return written


def _guides(tables: Iterable[Table]) -> dict[str, str]:
    """The text of each landing folder's guide, by the folder's path below the landing folder."""
    entries: dict[str, list[str]] = {}
    for table in tables:
        if table.root == "landing":
            for folder in dict.fromkeys(_fixed_folder(glob) for glob in table.files):
                entries.setdefault(folder, []).append(_entry(table, folder))
    return {folder: "\n".join(texts) for folder, texts in entries.items()}


def _fixed_folder(glob: str) -> str:
    """The folders of a glob up to the first that is a pattern."""
    folders = glob.split("/")[:-1]
    for place, folder in enumerate(folders):
        if any(sign in folder for sign in "*?<"):
            return "/".join(folders[:place])
    return "/".join(folders)


def _entry(table: Table, folder: str) -> str:
    required = [column.name for column in table.columns if column.required]
    files = [glob for glob in table.files if _fixed_folder(glob) == folder]
    sentences = [table.description, f"Files, below the landing folder: {', '.join(files)}."]
    if table.manifest_kind:
        sentences.append(
            "A manifest says which files belong together: copy the whole tree as it is."
        )
    if required:
        sentences.append(f"Must have: {', '.join(required)}.")
    sentences.append(_REPLACES[table.replaces.scope])
    wrapped = [
        fill(sentence, 100, initial_indent="  ", subsequent_indent="  ") for sentence in sentences
    ]
    return "\n".join(
        [f"{table.platform} / {table.name}: {_ROLES.get(table.role, table.role)}", *wrapped, ""]
    )


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _write_register(seeds: Path, register: Register) -> Path:
    """A register with the rows that stand in for it; of policy, a proposal for every setting that must be there."""
    seeds.mkdir(parents=True, exist_ok=True)
    if register.defaults:
        return _write(seeds / register.file, register.standing_in)
    names = [column.name for column in register.fixed_columns]
    path = seeds / register.file
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
        writer.writeheader()
        if register.name == "policy":
            writer.writerows(
                {"setting": setting.name, "value": setting.proposal}
                for setting in SETTINGS
                if setting.is_required
            )
    return path
