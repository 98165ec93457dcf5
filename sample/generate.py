"""Generate a sample company: vendor files, registers, and the sums that must be found in them.

The committed sample (sample/landing, seeds): python sample/generate.py
A second, tiny company elsewhere: python sample/generate.py --company small --out DIR
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
if __package__ in (None, ""):
    # Run as a script: this folder's module names would shadow installed packages.
    sys.path[0] = str(PROJECT)

from sample import (  # noqa: E402
    anthropic,
    assistant,
    aws,
    azure,
    chatgpt,
    cost_tools,
    databricks,
    focus,
    gcp,
    github_copilot,
    kubernetes,
    langfuse,
    litellm,
    m365_copilot,
    openai,
    openrouter,
    otel,
    outcomes,
    registers,
    slurm,
    small,
    snowflake,
    usage_files,
)
from sample.files import Folder  # noqa: E402
from sample.totals import Totals  # noqa: E402

SEED = 20260101
# By this file the warehouse tells invented folders from a company's own, and never mixes them.
MARKER = ".sample"

Say = Callable[[str], None]


def generate(
    company: str, landing: Path, seeds: Path, totals_file: Path, seed: int = SEED, say: Say = print
) -> Totals:
    """Write one company and return what it was billed.

    Files below `landing` that are not part of the company are removed, lest they are landed too.
    Raises ValueError for an unknown company.
    """
    if company not in COMPANIES:
        raise ValueError(f"unknown company {company!r}: one of {', '.join(COMPANIES)}")
    files, registered, totals = Folder(landing), Folder(seeds), Totals()
    COMPANIES[company](files, registered, totals, seed, say)
    for folder in (files, registered):
        folder.write(MARKER, f"Invented by sample/generate.py: {company}\n".encode())
    for path in files.remove_leftovers():
        say(f"removed {path.name}, which is no longer part of the sample")
    totals_file.parent.mkdir(parents=True, exist_ok=True)
    totals_file.write_text(json.dumps(totals.document(), indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in files.written)
    say(f"wrote {len(files.written)} files ({size / 1e6:.1f} MB)")
    return totals


def _hartwell(files: Folder, registered: Folder, totals: Totals, seed: int, say: Say) -> None:
    for name, bill in (
        ("openai", openai),
        ("anthropic", anthropic),
        ("aws", aws),
        ("azure", azure),
        ("gcp", gcp),
        ("snowflake", snowflake),
        ("databricks", databricks),
        ("focus", focus),
        ("cost_tools", cost_tools),
        ("quillmate", assistant),
        ("kubernetes", kubernetes),
        ("slurm", slurm),
        ("github_copilot", github_copilot),
        ("chatgpt", chatgpt),
        ("m365_copilot", m365_copilot),
        ("openrouter", openrouter),
    ):
        say(f"writing {name} …")
        bill.write(files, totals, seed)
    say("writing litellm, langfuse, otel, usage, outcomes …")
    litellm.write(files, seed)
    langfuse.write(files, seed)
    otel.write(files, seed)
    usage_files.write(files, seed)
    outcomes.write(files, seed)
    say("writing registers …")
    registers.write(registered, totals, seed)


def _small(files: Folder, registered: Folder, totals: Totals, seed: int, say: Say) -> None:
    say("writing the small company …")
    small.write(files, registered, totals, seed)


COMPANIES: dict[str, Callable[[Folder, Folder, Totals, int, Say], None]] = {
    "hartwell": _hartwell,
    "small": _small,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--company", choices=list(COMPANIES), default="hartwell")
    parser.add_argument(
        "--out", type=Path, help="folder that gets landing/, seeds/ and expected_totals.json"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    if given.out is None and given.company != "hartwell":
        parser.error("--out is needed for any company but the committed sample")
    if given.out is not None and given.out.exists() and any(given.out.iterdir()):
        # Nothing of somebody's own is ever overwritten or mixed with what is invented.
        parser.error(f"--out {given.out} is not empty")
    if given.out is None:
        places = (
            PROJECT / "sample" / "landing",
            PROJECT / "seeds",
            PROJECT / "sample" / "expected_totals.json",
        )
    else:
        places = given.out / "landing", given.out / "seeds", given.out / "expected_totals.json"
    generate(given.company, *places, seed=given.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
