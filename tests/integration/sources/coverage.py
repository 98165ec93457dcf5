"""Which file variant of which source is tested by what: `python -m tests.integration.sources.coverage` writes the page.

The variants are declared in the contracts; a test names those that it lands with `@pytest.mark.variant`. The page
docs/sources/README.md is made from both, and a test holds it in step.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.contracts import Table, load_contracts
from orchestration.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "sources" / "README.md"
TESTS = Path(__file__).parent

_INTRODUCTION = """\
<!-- Written by `python -m tests.integration.sources.coverage` from the contracts and the tests; change it there. -->
# Sources

How to get each export, what it does not tell and how it reconciles stands on the platform's own page, which its heading
below opens. Where the files go, the [README](../../README.md) says.

Here is every kind of file that is read, and which test lands it. *Known from* says what backs the format: a file from
**outside** this project (tests land it unedited where `CHARGEBACK_SAMPLES_DIR` names a folder that has it), the
vendor's **documentation**, or an **assumption** to be checked against the first real file.
"""


@dataclass(frozen=True)
class MarkedTest:
    """A test that lands some variants; `needs_samples` where it lands a file from outside."""

    name: str
    needs_samples: bool
    variants: tuple[str, ...]


def marked_tests(folder: Path = TESTS, marker: str = "variant") -> Iterator[MarkedTest]:
    """Every test below the folder that the marker gives names (variants, overlap sets), read from its source."""
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                variants = tuple(
                    argument.value
                    for decorator in node.decorator_list
                    for argument in _marked(decorator, marker)
                )
                if variants:
                    arguments = {argument.arg for argument in node.args.args}
                    name = f"{path.relative_to(folder)}::{node.name}"
                    yield MarkedTest(name, "samples" in arguments, variants)


def _marked(decorator: ast.expr, marker: str) -> Iterator[ast.Constant]:
    for node in ast.walk(decorator):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == marker
        ):
            yield from (argument for argument in node.args if isinstance(argument, ast.Constant))


def declared_variants(tables: Sequence[Table]) -> dict[str, str]:
    """The evidence of each variant, by platform.table.variant."""
    return {
        f"{table.platform}.{table.name}.{variant.name}": variant.evidence
        for table in tables
        for variant in table.variants
    }


def page(tables: Sequence[Table], tests: Sequence[MarkedTest]) -> str:
    """The text of the page."""
    tested_by: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        for variant in test.variants:
            tested_by[variant].append(test.name.split("::")[1])
    evidence = list(declared_variants(tables).values())
    backed = evidence.count("sample")
    lines = [
        _INTRODUCTION,
        f"{len(evidence)} variants: {backed} backed by a file from outside, {len(evidence) - backed} by none "
        f"({evidence.count('documented')} documented, {evidence.count('assumed')} assumed).",
    ]
    words = {"sample": "outside", "documented": "documentation", "assumed": "**assumption**"}
    of_platform: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        if table.root == "landing":
            of_platform[table.platform].append(table)
    for platform, its_tables in of_platform.items():
        own_page = PAGE.parent / f"{platform}.md"
        title = f"[{platform}]({own_page.name})" if own_page.exists() else platform
        lines += ["", f"## {title}", "", "| file | role | variant | known from | tested by |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for table in its_tables:
            for variant in table.variants:
                qualified = f"{platform}.{table.name}.{variant.name}"
                by = ", ".join(f"`{name}`" for name in tested_by[qualified])
                lines.append(
                    f"| `{table.name}` | {table.role} | {variant.description or variant.name} "
                    f"| {words[variant.evidence]} | {by} |"
                )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(load_contracts(), list(marked_tests())), encoding="utf-8")
    print(PAGE.relative_to(PROJECT_ROOT))


if __name__ == "__main__":
    main()
