"""A BI tool of its own process: `… <published file> <file that stops it>`; prints what it read, as JSON.

Raises where a query fails, and where ledger, bill and the publication's record do not agree. Every third connection
stays open for a while, as a pool's does, and must go on seeing the publication that it opened.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

# By currency: the ledger, the bill and what the record in the same file says.
TOTALS = """
    select
        (select json_group_array(t) from (
            select billing_currency as currency, cast(sum(billed_cost) as varchar) as cost
            from marts.fct_allocation_ledger group by all order by all) as t),
        (select json_group_array(t) from (
            select billing_currency as currency, cast(sum(billed_cost) as varchar) as cost
            from marts.fct_focus_cost_and_usage group by all order by all) as t),
        (select totals from marts.fct_publications where is_current),
        (select publication_id from marts.fct_publications where is_current)
"""


def read(connection: duckdb.DuckDBPyConnection) -> str:
    """The publication that the connection sees; raises unless its marts agree."""
    ledger, bill, record, publication_id = connection.execute(TOTALS).fetchone() or ("",) * 4
    recorded = [
        {"currency": total["billing_currency"], "cost": total["billed_cost"]}
        for total in json.loads(record)
    ]
    if not json.loads(ledger) == json.loads(bill) == recorded:
        raise AssertionError(f"{publication_id}: {ledger}, {bill}, {record}")
    return str(publication_id)


def main() -> None:
    """Read until told to stop."""
    published, stop = Path(sys.argv[1]), Path(sys.argv[2])
    reads, publications = 0, set()
    print("reading", flush=True)
    while not stop.exists():
        with duckdb.connect(published, read_only=True, config={"threads": 1}) as connection:
            publication_id = read(connection)
            reads += 1
            publications.add(publication_id)
            if reads % 3 == 0:
                time.sleep(0.5)
                if read(connection) != publication_id:
                    raise AssertionError("an open connection changed its publication")
        time.sleep(0.25)
    print(json.dumps({"reads": reads, "publications": len(publications)}))


if __name__ == "__main__":
    main()
