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
from orchestration.publish.history import (
    ROLLED_BACK,
    Event,
    History,
    read_history,
    write_history,
)
from orchestration.publish.marts import (
    MARTS_SCHEMA,
    PUBLICATIONS_MART,
    PUBLISHED_NAME,
    Mart,
    copy_marts,
    damage_of,
    write_publications,
)
from orchestration.publish.views import rows_as_query
from orchestration.settings import Settings

RECORD_NAME = "publication.json"
_UNFINISHED = ".unfinished"
_TOP_FILES = (PUBLISHED_NAME, RECORD_NAME)
# Registers that say how cost is allocated; the others say who is who and what things cost.
_RULE_SET = ("allocation_rules.csv", "allocation_splits.csv", "policy.csv")


@dataclass(frozen=True)
class Publication:
    """What readers have now: its id (a hash of inputs, registers, code and marts), its folder and its record."""

    publication_id: str
    folder: Path
    record: dict[str, Any]


def publish(settings: Settings, memory_limit: str = "4GB") -> Publication:
    """Publish the marts of the last build that passed; the caller holds the writer's lock.

    The same input published twice is one publication: the record holds hashes and totals, no time and no path.
    Raises RefusalError where no build has passed since the last one began, and for a publication that was rolled
    back; CopyDiffersError where a copy is not equal to what was built. Each time what readers have stays as it was.
    """
    build = read_build_record(settings)
    if build is None:
        raise RefusalError(
            "There is no tested build to publish: run `chargeback build` first and mend what it reports.",
            exit_code=1,
        )
    published = settings.published_file.parent
    history = _finished(published)
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
    if publication_id in history.taken_back:
        shutil.rmtree(unfinished)
        raise RefusalError(
            f"{publication_id} was rolled back, and nothing has changed since: readers keep {history.current}. Mend "
            f"what was wrong and run this again, or bring it back with `chargeback rollback {publication_id}`.",
            exit_code=1,
        )
    record = {"publication_id": publication_id, **content}
    recorded = _recorded(record, unfinished / PUBLISHED_NAME)
    history = history.with_published(publication_id, recorded)
    write_publications(unfinished, rows_as_query(history.rows()))
    (unfinished / RECORD_NAME).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for file in unfinished.iterdir():
        # A BI tool that forgets to open read-only must not be able to change what others read.
        if file.is_file():
            file.chmod(0o444)
    folder = swap.keep(unfinished, published, publication_id, lambda kept: _damage(kept) is None)
    write_history(published, history)
    swap.show(published, publication_id, _TOP_FILES)
    newest = sorted(history.numbers, key=history.numbers.__getitem__)[-settings.kept_publications :]
    swap.remove_others(published, newest)
    return Publication(publication_id, folder, record)


def rollback(settings: Settings, publication_id: str | None = None) -> Publication:
    """Show readers a publication that is kept, in the same atomic step; by default the one before the current.

    What they are taken back from is not published again until something has changed, or it is named here. The caller
    holds the writer's lock. Raises RefusalError, which lists what is kept, where there is no such publication, and
    where its files are damaged.
    """
    published = settings.published_file.parent
    history = _finished(published)
    wanted = publication_id or _before_current(history, published)
    kept = [known for known in history.numbers if known in swap.kept(published)]
    if wanted is None or wanted not in kept:
        raise RefusalError(
            f"{f'{wanted} is not kept' if wanted else 'No earlier publication is kept'}: "
            + (f"there are {', '.join(kept)}." if kept else "nothing has been published yet."),
            exit_code=1,
        )
    folder = published / swap.FOLDER / wanted
    damage = _damage(folder)
    if damage is not None:
        raise RefusalError(
            f"{wanted} is damaged and readers keep what they have: {damage}. Restore {folder} from a backup, or name "
            "another publication.",
            exit_code=1,
        )
    if wanted != history.current:
        write_history(published, history.with_rolled_back(wanted))
    swap.show(published, wanted, _TOP_FILES)
    return Publication(wanted, folder, _read_record(folder / RECORD_NAME))


def read_publication(settings: Settings) -> dict[str, Any]:
    """The record of the current publication. Raises RefusalError where nothing has been published."""
    record = settings.published_file.with_name(RECORD_NAME)
    if not record.exists() or not settings.published_file.exists():
        raise RefusalError(
            "Nothing has been published yet: run `make run`, or `chargeback run`.", exit_code=1
        )
    try:
        return _read_record(record)
    except (OSError, ValueError) as error:
        raise RefusalError(
            f"{record} cannot be read ({error}): `chargeback publish` writes it again.", exit_code=1
        ) from error


def record_of(settings: Settings, published: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The record of the publication that a connection reads, whatever readers get by now."""
    row = published.execute(
        f"select publication_id from {MARTS_SCHEMA}.{PUBLICATIONS_MART} where is_current"
    ).fetchone()
    assert row is not None, "publishing writes the publication's own row"
    folder = settings.published_file.parent / swap.FOLDER / row[0]
    return _read_record(folder / RECORD_NAME)


def taken_back_to(settings: Settings, publication_id: str) -> Event | None:
    """The rollback by which readers came to have a publication; None where it was published, or is not current."""
    history = read_history(settings.published_file.parent)
    if not history.events or history.current != publication_id:
        return None
    return history.events[-1] if history.events[-1].kind == ROLLED_BACK else None


def _finished(published: Path) -> History:
    """The history, once a swap that was interrupted after its event was written has been carried out."""
    history = read_history(published)
    current = history.current
    if current is not None and current in swap.kept(published):
        swap.show(published, current, _TOP_FILES)
    return history


def _before_current(history: History, published: Path) -> str | None:
    """The newest publication below the current one that is kept and was not taken back itself."""
    numbers = history.numbers
    candidates = [
        known
        for known in swap.kept(published)
        if known in numbers
        and known not in history.taken_back
        and numbers[known] < numbers.get(history.current or "", 0)
    ]
    return max(candidates, key=numbers.__getitem__, default=None)


def _damage(folder: Path) -> str | None:
    try:
        record = _read_record(folder / RECORD_NAME)
    except (OSError, ValueError) as error:
        return f"its record cannot be read ({error})"
    if record.get("publication_id") != folder.name:
        return "its record is another publication's"
    return damage_of(folder, record)


def _read_record(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _recorded(record: dict[str, Any], published_file: Path) -> dict[str, Any]:
    """What `fct_publications` holds of a publication, as JSON takes it: see `RECORDED_COLUMNS`."""
    inputs, registers = record["inputs"], record["registers"]
    rule_set = {name: registers[name] for name in _RULE_SET if name in registers}
    code = record.get("code") or {}
    ledger = record["marts"]["fct_allocation_ledger"]
    with duckdb.connect(published_file, read_only=True) as connection:
        reporting = connection.execute(
            "select reporting_currency, cast(sum(reporting_cost) as varchar), "
            "cast(sum(case when unallocated_reason is null then 0 else reporting_cost end) as varchar) "
            f"from ({_entries('reporting_currency, unallocated_reason, reporting_cost')}) group by reporting_currency"
        ).fetchall()
    # Amounts of different currencies are never added up.
    currency, cost, unallocated = reporting[0] if len(reporting) == 1 else (None, None, None)
    return {
        "code_version": code.get("version"),
        "code_sha256": code.get("sha256"),
        "inputs_sha256": _content_hash(inputs),
        "registers_sha256": _content_hash(registers),
        "rule_set_sha256": _content_hash(rule_set),
        "closes_sha256": _content_hash(record.get("closes", {})),
        "reporting_currency": currency,
        "totals": json.dumps(record["totals"], sort_keys=True),
        "delivery_count": sum(table["delivery_count"] for table in inputs.values()),
        "row_count": sum(table["row_count"] for table in inputs.values()),
        "ledger_entry_count": ledger["row_count"],
        "flag_count": len(record["flags"]),
        "reporting_cost": cost,
        "unallocated_reporting_cost": unallocated,
    }


def _totals(published_file: Path) -> list[dict[str, str]]:
    """What was billed and what of it nobody owns, per billing currency, as text."""
    with duckdb.connect(published_file, read_only=True) as connection:
        cursor = connection.execute(
            "select billing_currency, cast(sum(billed_cost) as varchar) as billed_cost, "
            "cast(sum(case when unallocated_reason is null then 0 else billed_cost end) as varchar) "
            "as unallocated_cost "
            f"from ({_entries('billing_currency, unallocated_reason, billed_cost')}) "
            "group by billing_currency order by billing_currency"
        )
        names = [description[0] for description in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _entries(columns: str) -> str:
    """The ledger with what closed months came to afterwards."""
    return (
        f"select {columns} from {MARTS_SCHEMA}.fct_allocation_ledger "
        f"union all select {columns} from {MARTS_SCHEMA}.fct_prior_period_adjustments"
    )


def _mart_record(mart: Mart) -> dict[str, Any]:
    return {"row_count": mart.row_count, "sums": mart.sums, "parquet_sha256": mart.parquet_sha256}


def _content_hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
