"""Answers of `mf query`, a CSV a metric: `python -m tests.support.metric_queries FOLDER METRIC…`.

The command itself runs, in a process of its own: MetricFlow reads the project by dbt, which keeps its state by process.
Its entry point is passed over, since that asks the registry for a newer version.
"""

from __future__ import annotations

import sys
from pathlib import Path

from click.testing import CliRunner
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from dbt_metricflow.cli.main import query

MONTH = "metric_time__month"


def main(folder: Path, metrics: list[str]) -> None:
    """Write `<metric>.csv` by month, `<metric>.total.csv`, and the SQL of the first as `<metric>.sql`."""
    configuration = CLIConfiguration()
    for metric in metrics:
        by_month = ["--metrics", metric, "--group-by", MONTH, "--order", MONTH, "--quiet"]
        _run(configuration, [*by_month, "--csv", str(folder / f"{metric}.csv")])
        _run(
            configuration,
            ["--metrics", metric, "--quiet", "--csv", str(folder / f"{metric}.total.csv")],
        )
        sql = _run(configuration, [*by_month, "--explain"])
        (folder / f"{metric}.sql").write_text(sql, encoding="utf-8")


def _run(configuration: CLIConfiguration, arguments: list[str]) -> str:
    outcome = CliRunner().invoke(query, arguments, obj=configuration)
    if outcome.exit_code:
        raise SystemExit(f"mf query {' '.join(arguments)}:\n{outcome.output}{outcome.exception}")
    return outcome.output


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
