"""A publication: the tested marts, what they were made from, and the step that shows them to readers."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.build_record import read_build_record
from orchestration.errors import RefusalError
from orchestration.publish import swap
from orchestration.publish.marts import MARTS_SCHEMA, PUBLISHED_NAME, Mart, copy_marts
from orchestration.settings import Settings

RECORD_NAME = "publication.json"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Publication:
    """What readers have now: its id (a hash of inputs, registers and marts), its folder and its record."""

    publication_id: str
    folder: Path
    record: dict[str, Any]


def publish(settings: Settings, memory_limit: str = "4GB") -> Publication:
    """Publish the marts of the last build that passed; the caller holds the writer's lock.

    The same input published twice is one publication: the record holds hashes and totals, no time and no path.
    Raises RefusalError where no build has passed since the last one began, CopyDiffersError where a copy is not
    equal to what was built. Either way the previous publication stays as it was.
    """
    build = read_build_record(settings)
    if build is None:
        raise RefusalError(
            "There is no tested build to publish: run `chargeback build` first and mend what it reports.",
            exit_code=1,
        )
    published = settings.published_file.parent
    unfinished = published / _UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    marts = copy_marts(settings.work_file, unfinished, memory_limit)
    content = {
        **build,
        "totals": _totals(unfinished / PUBLISHED_NAME),
        "marts": {mart.name: _mart_record(mart) for mart in marts},
    }
    publication_id = _content_hash(content)[:16]
    record = {"publication_id": publication_id, **content}
    (unfinished / RECORD_NAME).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for file in unfinished.iterdir():
        # A BI tool that forgets to open read-only must not be able to change what others read.
        if file.is_file():
            file.chmod(0o444)
    swap.install(unfinished, published, publication_id, (PUBLISHED_NAME, RECORD_NAME))
    return Publication(publication_id, published / swap.FOLDER / publication_id, record)


def read_publication(settings: Settings) -> dict[str, Any]:
    """The record of the current publication. Raises RefusalError where nothing has been published."""
    record = settings.published_file.with_name(RECORD_NAME)
    if not record.exists() or not settings.published_file.exists():
        raise RefusalError(
            "Nothing has been published yet: run `make run`, or `chargeback run`.", exit_code=1
        )
    content: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return content


def _totals(published_file: Path) -> list[dict[str, str]]:
    """What was billed and what of it nobody owns, per billing currency, as text."""
    with duckdb.connect(published_file, read_only=True) as connection:
        cursor = connection.execute(
            "select billing_currency, cast(sum(billed_cost) as varchar) as billed_cost, "
            "cast(sum(case when unallocated_reason is null then 0 else billed_cost end) as varchar) "
            "as unallocated_cost "
            "from ("
            f"select billing_currency, unallocated_reason, billed_cost from {MARTS_SCHEMA}.fct_allocation_ledger "
            "union all "
            "select billing_currency, unallocated_reason, billed_cost "
            f"from {MARTS_SCHEMA}.fct_prior_period_adjustments"
            ") group by billing_currency order by billing_currency"
        )
        names = [description[0] for description in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _mart_record(mart: Mart) -> dict[str, Any]:
    return {"row_count": mart.row_count, "sums": mart.sums, "parquet_sha256": mart.parquet_sha256}


def _content_hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
