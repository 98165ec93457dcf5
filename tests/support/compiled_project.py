"""The project's own compiled SQL, run on rows from Python in an in-memory DuckDB.

dbt compiles once; after that a company costs one pass over the models it needs, without dbt, so
that property tests can afford many. What runs is what dbt would run: the compiled text of the
manifest, in the order of its graph, and the compiled data tests on the result.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from tests.support.registers import SEED_COLUMNS

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Node:
    """A model, seed, source or data test of the manifest. `sql` is empty for seeds and sources."""

    unique_id: str
    name: str
    kind: str
    schema: str
    identifier: str
    sql: str
    parents: tuple[str, ...]
    columns: tuple[str, ...]
    severity: str
    materialized: str

    @property
    def relation(self) -> str:
        return f'"{self.schema}"."{self.identifier}"'


@dataclass(frozen=True)
class Failure:
    """A data test that found rows, with the first few of them."""

    test: str
    failing_rows: int
    examples: tuple[tuple, ...]


class CompiledProject:
    """The compiled nodes of a project, ready to run.

    Models and seeds go by their name, sources by `<source>.<table>`.
    """

    def __init__(self, manifest: Mapping) -> None:
        """manifest: the content of a `manifest.json` that `dbt compile` wrote."""
        self.nodes = {node.unique_id: node for node in _nodes(manifest)}
        self._by_name = {node.name: node for node in self.nodes.values()}
        self._database = _database_name(manifest)
        order = TopologicalSorter({node.unique_id: node.parents for node in self.nodes.values()})
        self._order = [self.nodes[key] for key in order.static_order() if key in self.nodes]
        self._types: dict[str, dict[str, str]] | None = None

    @classmethod
    def compiled(cls, project: Path, work: Path) -> "CompiledProject":
        """Compile a dbt project into a work folder, in a process of its own."""
        module = "tests.support.compile_dbt_project"
        repository = Path(__file__).parents[2]
        outcome = subprocess.run(
            [sys.executable, "-m", module, str(project), str(work)],
            cwd=repository,
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode:
            raise RuntimeError(f"{project} does not compile:\n{outcome.stdout}{outcome.stderr}")
        return cls(json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8")))

    @property
    def models(self) -> list[Node]:
        """The models in the order of the graph."""
        return [node for node in self._order if node.kind == "model"]

    def path_to(self, targets: Collection[str], given: Collection[str]) -> list[Node]:
        """What the targets need, in the order of the graph, not looking above what is given."""
        stop_at = {self._by_name[name].unique_id for name in given}
        wanted = self._needed([self._by_name[name] for name in targets], stop_at) | stop_at
        return [node for node in self._order if node.unique_id in wanted]

    @contextmanager
    def run(
        self, targets: Collection[str], rows: Rows, threads: int = 1
    ) -> Iterator["CompanyWarehouse"]:
        """Run the models that the targets need and yield the warehouse.

        rows: the content of seeds, sources and models by name. A model given here is a table of
        these rows, missing columns null, and nothing above it runs for its sake. A seed or source
        that is not given is empty. Raises KeyError for an unknown name.
        """
        given = {self._by_name[name].unique_id: content for name, content in rows.items()}
        wanted = self._needed([self._by_name[name] for name in targets], stop_at=given)
        with self._connected(threads) as connection:
            for node in self._order:
                if node.unique_id in given:
                    self._create_table(connection, node, given[node.unique_id])
                elif node.unique_id not in wanted:
                    continue
                elif node.kind == "model":
                    _execute(connection, node, f"create table {node.relation} as {node.sql}")
                else:
                    self._create_table(connection, node, ())
            yield CompanyWarehouse(self, connection, frozenset(wanted | given.keys()))

    def tests_on(self, built: Collection[str]) -> list[Node]:
        """The data tests of severity error that read nothing but what is built."""
        return [
            node
            for node in self.nodes.values()
            if node.kind == "test"
            and node.severity == "error"
            and node.parents
            and all(parent in built for parent in node.parents)
        ]

    def column_types(self, name: str) -> dict[str, str]:
        """Column names and DuckDB types of a model, from a run of the project on nothing at all."""
        if self._types is None:
            self._types = {}
            with self._connected(threads=1) as connection:
                for node in self._order:
                    if node.kind == "model":
                        _execute(connection, node, f"create table {node.relation} as {node.sql}")
                        described = connection.execute(f"describe {node.relation}").fetchall()
                        self._types[node.name] = {column: kind for column, kind, *_ in described}
                    elif node.kind != "test":
                        self._create_table(connection, node, ())
        return self._types[name]

    def _needed(self, targets: Sequence[Node], stop_at: Collection[str]) -> set[str]:
        """The targets and their ancestors, not looking above given tables."""
        found: set[str] = set()
        pending = [node.unique_id for node in targets]
        while pending:
            key = pending.pop()
            if key not in found and key not in stop_at:
                found.add(key)
                pending += [parent for parent in self.nodes[key].parents if parent in self.nodes]
        return found

    @contextmanager
    def _connected(self, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
        """An empty database under the name that the compiled SQL speaks of."""
        with duckdb.connect(":memory:", config={"threads": threads}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach ':memory:' as \"{self._database}\"")
            connection.execute(f'use "{self._database}"')
            for schema in sorted({node.schema for node in self.nodes.values() if node.schema}):
                connection.execute(f'create schema if not exists "{schema}"')
            yield connection

    def _create_table(
        self, connection: duckdb.DuckDBPyConnection, node: Node, rows: Sequence[Row]
    ) -> None:
        types = self.column_types(node.name) if node.kind == "model" else _text_columns(node, rows)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"create table {node.relation} ({columns})")
        if rows:
            filled = list(dict.fromkeys(name for row in rows for name in row))
            names = ", ".join(f'"{name}"' for name in filled)
            places = ", ".join(f"({', '.join('?' * len(filled))})" for _ in rows)
            values = [row.get(name) for row in rows for name in filled]
            connection.execute(f"insert into {node.relation} ({names}) values {places}", values)


class CompanyWarehouse:
    """One company's tables, open while its `run` block is."""

    def __init__(
        self,
        project: CompiledProject,
        connection: duckdb.DuckDBPyConnection,
        built: frozenset[str],
    ) -> None:
        self.connection = connection
        self._project = project
        self._built = built

    def rows(self, sql: str) -> list[dict[str, object]]:
        """The result of a query, a dict per row."""
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def failures(self) -> list[Failure]:
        """Run every data test that what is built allows; what it finds breaks an invariant."""
        failures = []
        for test in self._project.tests_on(self._built):
            found = _execute(self.connection, test, test.sql).fetchall()
            if found:
                failures.append(Failure(test.name, len(found), tuple(found[:3])))
        return failures


def _nodes(manifest: Mapping) -> Iterator[Node]:
    for unique_id, raw in (manifest["nodes"] | manifest["sources"]).items():
        kind = raw["resource_type"]
        is_source = kind == "source"
        if kind not in ("model", "seed", "source", "test"):
            continue
        yield Node(
            unique_id=unique_id,
            name=f"{raw['source_name']}.{raw['name']}" if is_source else raw["name"],
            kind=kind,
            schema=raw["schema"] if kind != "test" else "",
            identifier=raw["identifier"] if is_source else raw["alias"],
            sql=raw.get("compiled_code") or "" if kind in ("model", "test") else "",
            parents=tuple(raw.get("depends_on", {}).get("nodes", ())),
            columns=SEED_COLUMNS[raw["name"]] if kind == "seed" else tuple(raw["columns"]),
            severity=raw["config"].get("severity", "").lower() if kind == "test" else "",
            materialized=raw["config"]["materialized"] if kind == "model" else "",
        )


def _database_name(manifest: Mapping) -> str:
    return next(node["database"] for node in manifest["nodes"].values())


def _text_columns(node: Node, rows: Sequence[Row]) -> dict[str, str]:
    """Seeds and raw tables are text throughout, but for the record number."""
    names = dict.fromkeys((*node.columns, *(name for row in rows for name in row)))
    return {name: "bigint" if name == "_row" else "varchar" for name in names}


def _execute(
    connection: duckdb.DuckDBPyConnection, node: Node, sql: str
) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        error.add_note(f"in the compiled SQL of {node.unique_id}")
        raise
