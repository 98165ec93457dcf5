"""Great Expectations, held by the hand: one context, the candidates' rows as views, results and Data Docs as files.

Importing it takes seconds, so nothing here is imported before there is a candidate to judge.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.expectations.earlier import Earlier
from orchestration.expectations.results import Finding, Outcome
from orchestration.expectations.suite import Expectation, Suite
from orchestration.landing.checks import MAXIMUM_FAULTS
from orchestration.landing.normalise import literal, quoted
from orchestration.landing.parts import scan_of
from orchestration.landing.rawzone import Delivery

_ENGINE = {
    "threads": "2",
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Validator:
    """One context of Great Expectations in a folder of the warehouse, for one landing."""

    def __init__(self, folder: Path) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import great_expectations
            from great_expectations.data_context.types.base import DataContextConfig

            from orchestration.expectations import dialect
        dialect.register()
        self._library: Any = great_expectations
        self._folder = folder
        self._context: Any = great_expectations.get_context(
            project_config=DataContextConfig(**_configuration(folder)), mode="ephemeral"
        )
        # A database in memory with a name: all connections of the engine see the same views.
        self._source: Any = self._context.data_sources.add_sql(
            "landing",
            connection_string="duckdb+buffered:///:memory:candidates",
            create_temp_table=False,
            kwargs={"connect_args": {"config": _ENGINE}},
        )
        self._connection: Any = self._source.get_engine().connect()
        self._connection.exec_driver_sql("set TimeZone = 'UTC'")
        self._begun: set[str] = set()

    def validate(
        self,
        suite: Suite,
        deliveries: Sequence[tuple[Delivery, Sequence[Path]]],
        earlier: Sequence[Earlier],
        batch: str,
        kept: Sequence[str] = (),
    ) -> list[Outcome]:
        """What the rows of some deliveries, taken together, make of a suite, in the suite's order.

        `batch` names the result in Data Docs; earlier results of the table go, those named in `kept` aside.
        """
        self._show(suite, deliveries, earlier)
        expectations = [self._expectation(expectation) for expectation in suite.expectations]
        library_suite = self._library.ExpectationSuite(name=suite.table, expectations=expectations)
        stored = self._context.suites.add_or_update(library_suite)
        assets = {asset.name: asset for asset in self._source.assets}
        asset = assets.get(suite.table) or self._source.add_table_asset(
            suite.table, table_name=suite.table
        )
        definitions = {d.name: d for d in asset.batch_definitions}
        definition = definitions.get("candidates") or asset.add_batch_definition_whole_table(
            "candidates"
        )
        result = definition.get_batch().validate(
            stored, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
        )
        self._store(suite.table, batch, kept, result)
        met = {entry.expectation_config.meta["name"]: entry for entry in result.results}
        return [self._outcome(suite, e, met[e.name]) for e in suite.expectations]

    def build_data_docs(self) -> Path:
        """Render suites and their last results as HTML; return the front page."""
        site = self._folder / "data_docs"
        shutil.rmtree(site, ignore_errors=True)
        self._context.build_data_docs()
        return site / "index.html"

    def close(self) -> None:
        """Let go of the candidates' rows."""
        self._connection.close()
        self._source.get_engine().dispose()

    def _show(
        self,
        suite: Suite,
        deliveries: Sequence[tuple[Delivery, Sequence[Path]]],
        earlier: Sequence[Earlier],
    ) -> None:
        """Make the rows and what they are held against visible to queries."""
        parts = [part for _, paths in deliveries for part in paths]
        run = self._connection.exec_driver_sql
        run(f"create or replace view {quoted(suite.table)} as select * from {scan_of(parts)}")
        run("create or replace table candidates (_delivery_id varchar, delivered_at timestamp)")
        run(
            "create or replace table earlier (_delivery_id varchar, currency varchar, month varchar,"
            " most_of_month decimal(38, 10), most_of_day decimal(38, 10), month_before decimal(38, 10))"
        )
        for delivery, _ in deliveries:
            moment = literal(delivery.delivered_at) if delivery.delivered_at else "null"
            run(f"insert into candidates values ({literal(delivery.delivery_id)}, {moment})")
        for entry in earlier:
            texts = ", ".join(map(literal, (entry.delivery_id, entry.currency, entry.month)))
            amounts = f"{entry.most_of_month:f}, {entry.most_of_day:f}, {entry.month_before:f}"
            run(f"insert into earlier values ({texts}, {amounts})")
        # The library looks from connections of its own.
        self._connection.commit()

    def _expectation(self, expectation: Expectation) -> Any:
        from great_expectations.expectations.expectation_configuration import (
            ExpectationConfiguration,
        )

        arguments = expectation.arguments
        if expectation.gx_type is None:
            arguments = {"unexpected_rows_query": _escaped(expectation.query)}
        return ExpectationConfiguration(
            type=expectation.gx_type or "unexpected_rows_expectation",
            kwargs=arguments,
            meta={"name": expectation.name},
            description=f"{expectation.sentence} ({expectation.name})",
            severity=expectation.severity,
        ).to_domain_obj()

    def _outcome(self, suite: Suite, expectation: Expectation, entry: Any) -> Outcome:
        outcome = Outcome(
            expectation.name,
            expectation.sentence,
            expectation.severity,
            is_met=True,
            remedy=expectation.remedy,
        )
        if entry.success:
            return outcome
        if (entry.exception_info or {}).get("raised_exception", True) and not entry.result:
            raise RuntimeError(
                f"the expectation `{expectation.name}` of {suite.table} cannot be evaluated: look at its SQL. "
                f"{_message(entry.exception_info)}"
            )
        if not (expectation.checks or expectation.findings):
            return replace(outcome, is_met=False, finding_count=1, findings=(Finding("is not so"),))
        query = expectation.query.replace("{batch}", quoted(suite.table))
        rows = self._connection.exec_driver_sql(query).mappings().all()
        findings = tuple(_finding(expectation, row) for row in rows[:MAXIMUM_FAULTS])
        return replace(outcome, is_met=False, finding_count=len(rows), findings=findings)

    def _store(self, table: str, batch: str, kept: Sequence[str], result: Any) -> None:
        from great_expectations.core.run_identifier import RunIdentifier
        from great_expectations.data_context.types.resource_identifiers import (
            ExpectationSuiteIdentifier,
            ValidationResultIdentifier,
        )

        if table not in self._begun:
            self._begun.add(table)
            for path in (self._folder / "validations" / table).rglob("*.json"):
                if path.stem not in kept:
                    path.unlink()
        identifier = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(table),
            run_id=RunIdentifier(run_name="landing"),
            batch_identifier=batch,
        )
        self._context.validation_results_store.set(identifier, result)


def _finding(expectation: Expectation, row: Any) -> Finding:
    if expectation.findings:
        return Finding(str(row["finding"]))
    return Finding(
        f"breaks `{expectation.name}`: {_lower(expectation.sentence)}",
        row["_file"],
        row["_row"],
        row["column_name"],
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _message(information: Any) -> str:
    """The first line of what Great Expectations says went wrong."""
    for value in (information or {}).values():
        if isinstance(value, dict) and value.get("exception_message"):
            return str(value["exception_message"]).splitlines()[0]
    return str((information or {}).get("exception_message") or "").split("\n")[0]


def _escaped(query: str) -> str:
    """SQL as the library formats and SQLAlchemy binds it: braces doubled, colons before words escaped.

    The library gives the batch an alias of its own, so it is wrapped to take ours.
    """
    doubled = query.replace("{", "{{").replace("}", "}}")
    doubled = doubled.replace("{{batch}}", "(select * from {batch})")
    return re.sub(r":(?=\w)", r"\\:", doubled)


def _configuration(folder: Path) -> dict[str, Any]:
    """Suites and results as files, everything else in memory."""

    def files(name: str) -> dict[str, Any]:
        return {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder / name),
        }

    memory = {"class_name": "InMemoryStoreBackend"}
    return {
        "stores": {
            "suites": {"class_name": "ExpectationsStore", "store_backend": files("suites")},
            "results": {
                "class_name": "ValidationResultsStore",
                "store_backend": files("validations"),
            },
            "checkpoints": {"class_name": "CheckpointStore", "store_backend": memory},
            "validation_definition_store": {
                "class_name": "ValidationDefinitionStore",
                "store_backend": memory,
            },
        },
        "expectations_store_name": "suites",
        "validation_results_store_name": "results",
        "checkpoint_store_name": "checkpoints",
        "data_docs_sites": {
            "deliveries": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": files("data_docs"),
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
        "analytics_enabled": False,
        "progress_bars": {"globally": False},
    }
