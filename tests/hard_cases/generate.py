"""Write every case's folder from `cases.py`: `python -m tests.hard_cases.generate`.

Inputs come from the cases, expected ledgers from the reference allocator, never from the warehouse's SQL. No clock and
no chance: the same cases give the same bytes.
"""

import shutil
import sys
import textwrap
from pathlib import Path

from tests.hard_cases.cases import CASES, Case
from tests.hard_cases.layout import write_company, write_journal, write_ledger
from tests.property.ledger_comparison import reference_ledger
from tests.reference.allocator import allocate
from tests.reference.journal import journal

FOLDER = Path(__file__).parent / "cases"


def write_cases(folder: Path) -> None:
    """Write all cases into a folder, in place of what it holds."""
    shutil.rmtree(folder, ignore_errors=True)
    for case in CASES:
        write_case(case, folder / case.name)


def write_case(case: Case, folder: Path) -> None:
    """Write one case: its paragraph, its inputs, its expected ledger, and the journal of what is charged back."""
    folder.mkdir(parents=True)
    title = case.name.replace("_", " ").capitalize()
    paragraph = textwrap.fill(" ".join(case.description.split()), 120)
    (folder / "README.md").write_text(f"# {title}\n\n{paragraph}\n", encoding="utf-8")
    write_company(case.company, folder)
    entries = allocate(case.company)
    write_ledger(reference_ledger(entries), folder)
    write_journal(journal(case.company, entries), folder)


if __name__ == "__main__":
    write_cases(FOLDER)
    sys.stdout.write(f"wrote {len(CASES)} cases\n")
