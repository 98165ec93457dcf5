"""Whether a delivery is plausible, before it is accepted: Great Expectations suites of every source.

`last_results` is what asset checks and pages read; `Gate` is what a landing holds its candidates against.
"""

from orchestration.expectations.results import (
    Acceptance,
    Finding,
    Outcome,
    SourceResults,
    Verdict,
    last_results,
)

__all__ = ["Acceptance", "Finding", "Outcome", "SourceResults", "Verdict", "last_results"]
