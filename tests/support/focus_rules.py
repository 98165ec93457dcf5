"""What others check a FOCUS file with: a lint of FOCUS 1.4, and the FinOps Foundation's validator for FOCUS 1.2."""

from __future__ import annotations

import csv
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from focus_data_toolkit.model.validator import lint_focus_1_4_structure

# What the sample company's data can be asked for: the validator skips the rules of every other criterion.
_CRITERIA = (
    "UNIT_PRICING_SUPPORTED,USAGE_MEASUREMENT_SUPPORTED,SUB_ACCOUNT_SUPPORTED,TAGGING_SUPPORTED,"
    "PUBLIC_PRICE_LIST_SUPPORTED,NEGOTIATED_PRICING_SUPPORTED"
)

# Rules of focus-validator 2.2.1 (model 1.2.0.1) that fail on files which keep the specification, and why. The set is
# exact: a rule that fails beside it is a fault of the view, one that no longer fails leaves the list.
FALSE_POSITIVES = {
    "BilledCost-C-005-C": "takes every issuer of another name than the provider for a marketplace: a vendor's own "
    "subsidiary issues invoices too",
    "BilledCost-C-000-M": "parent of BilledCost-C-005-C",
    "EffectiveCost-C-005-C": "drops the words 'to cover future eligible charges': a monthly fee costs what it costs",
    "InvoiceId-C-004-C": "wants no invoice id at all, as the rule's condition is empty",
    "InvoiceId-C-005-C": "wants an invoice id always, as the rule's condition is empty: an open month has none",
    "InvoiceId-C-003-C": "parent of the two, of which a file with closed and open months keeps neither",
    "InvoiceId-C-000-O": "parent of InvoiceId-C-003-C",
    "InvoiceIssuerName-C-002-M": "wants ASCII, which the specification does not: a vendor's name has an accent",
    "InvoiceIssuerName-C-000-M": "parent of InvoiceIssuerName-C-002-M",
    "ProviderName-C-002-M": "wants ASCII",
    "ProviderName-C-000-M": "parent of ProviderName-C-002-M",
    "PublisherName-C-002-M": "wants ASCII",
    "PublisherName-C-000-M": "parent of PublisherName-C-002-M",
    "ServiceName-C-002-M": "wants ASCII",
    "ServiceName-C-000-M": "parent of ServiceName-C-002-M",
    "SkuMeter-C-005-C": "a SHOULD: AWS names the SKU of a credit but no meter",
    "SkuMeter-C-003-C": "parent of SkuMeter-C-005-C",
    "SkuMeter-C-000-C": "parent of SkuMeter-C-003-C",
}


def lint_of_focus_1_4(file: Path) -> Counter[tuple[str, str | None]]:
    """How often each rule of FOCUS 1.4 is broken in a CSV, by rule and column; structure and single rows only."""
    with file.open(encoding="utf-8", newline="") as rows:
        report = lint_focus_1_4_structure("Cost and Usage", list(csv.DictReader(rows)))
    return Counter((violation.rule, violation.column) for violation in report.violations)


def failures_of_focus_1_2(command: str, file: Path, report: Path) -> set[str]:
    """The rules that fail in the Foundation's validator, which `command` starts, on a Parquet file.

    The validator exits with 0 whatever it finds and reads a list of currencies relative to its own site-packages,
    so it runs there and its JUnit report is what counts.
    """
    program = Path(shlex.split(command)[0]).resolve()
    (site_packages,) = program.parents[1].glob("lib/python3.*/site-packages")
    subprocess.run(
        [
            *shlex.split(command),
            *("--data-file", str(file), "--validate-version", "1.2", "--block-download"),
            *("--applicability-criteria", _CRITERIA),
            *("--output-type", "unittest", "--output-destination", str(report)),
        ],
        cwd=site_packages,
        check=True,
        capture_output=True,
    )
    return {
        case.attrib["name"].split(" ")[0]
        for case in ElementTree.parse(report).iter("testcase")
        if case.find("failure") is not None
    }
