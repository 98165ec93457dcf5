"""Write the seeds' YAML from the declaration: `python -m orchestration.registers.dbt_seeds`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from orchestration.registers.declared import REGISTERS
from orchestration.registers.schema import Register
from orchestration.settings import PROJECT_ROOT

TARGET = PROJECT_ROOT / "models" / "staging" / "registers" / "_registers__seeds.yml"

_HEAD = """\
# Written by `python -m orchestration.registers.dbt_seeds` from orchestration/registers/declared.py; do not edit.
#
# Every column is text here and cast in staging, so that `007` stays a code. `fast: false` keeps the engine from
# guessing at quotes; the word `null`, in any case, then reads as an empty cell. A column that a company's file
# lacks may be named in `column_types`: dbt only notes it.
seeds:
"""


def seeds_yaml() -> str:
    """The properties of every seed as YAML text."""
    return _HEAD + "\n".join(
        "\n".join(_seed(register)) + "\n" for register in REGISTERS if not register.is_landed
    )


def _seed(register: Register) -> Iterator[str]:
    yield f"  - name: {register.name}"
    yield f"    description: {_text(register.description)}"
    yield "    config:"
    yield "      enabled: true"
    yield "      fast: false"
    yield "      column_types:"
    for column in register.columns:
        yield f"        {column.name}: text"
    yield "    columns:"
    for column in register.columns:
        optional = " Optional column." if column.is_optional else ""
        yield f"      - name: {column.name}"
        yield f"        description: {_text(column.description + optional)}"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(seeds_yaml(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET}\n")
