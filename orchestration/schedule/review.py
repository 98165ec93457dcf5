"""The weekly review as an asset: what somebody looks at once a week, though nothing has failed."""

import dagster as dg

from orchestration.close.verify import verify_closes
from orchestration.report.policy import write_policy
from orchestration.schedule.publication import PUBLICATION
from orchestration.schedule.running import reading

WEEKLY_REVIEW = dg.AssetKey(["published", "weekly_review"])
_AS_POSTED = "closed_months_are_as_posted"
_NOT_OVERDUE = "no_review_of_a_rule_is_overdue"


@dg.asset(
    key=WEEKLY_REVIEW,
    deps=[PUBLICATION],
    group_name="published",
    check_specs=[
        dg.AssetCheckSpec(check, asset=WEEKLY_REVIEW) for check in (_AS_POSTED, _NOT_OVERDUE)
    ],
)
def weekly_review() -> dg.MaterializeResult:
    """The policy in force as a page, with what is overdue in it, and whether closed months are as they were posted."""
    with reading() as settings:
        policy = write_policy(settings)
        changed = [month for month in verify_closes(settings) if month.faults]
    return dg.MaterializeResult(
        metadata={"policy": dg.MetadataValue.path(policy.path), "rules": policy.rule_count},
        check_results=[
            dg.AssetCheckResult(
                check_name=_AS_POSTED,
                passed=not changed,
                metadata={month.period: list(month.faults) for month in changed},
            ),
            dg.AssetCheckResult(
                check_name=_NOT_OVERDUE,
                passed=not policy.overdue,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"overdue": list(policy.overdue)},
            ),
        ],
    )
