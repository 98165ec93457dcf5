"""The declaration of every source: read from `orchestration/contracts/<platform>.yml`, checked, and typed.

The keys of a contract, with what each is for, are listed in `orchestration/contracts/README.md`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CONTRACTS_FOLDER = Path(__file__).resolve().parents[1] / "contracts"

ROLES = ("bill", "usage", "outcome", "list", "register")
READERS = ("json", "tabular", "any")
TYPES = (
    "text", "decimal", "integer", "boolean", "timestamp", "epoch", "date", "currency", "json",
    "time_zone", "attributes",
)  # fmt: skip
UNITS = ("file", "pull", "manifest")
SCOPES = ("day", "month", "export_month", "key", "nothing", "all")
ROOTS = ("landing", "seeds")
EVIDENCE = ("sample", "documented", "assumed")
# How often a source has something to tell.
RHYTHMS = ("day", "working_day", "month")
ALLOWANCES = ("us_accounting", "python_literal")
# What the loader adds to every raw table, besides `_path_<name>` for each placeholder.
SYSTEM_COLUMNS = ("_delivery_id", "_file", "_row", "_scope", "_row_id", "_extra")

# Raised when the loader comes to read the same file differently: then every file is read again.
_READING = 2

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACEHOLDER = re.compile(r"<([a-z][a-z0-9_]*)>")


class ContractError(ValueError):
    """A contract cannot be used; the message names the file, the table and the key."""


@dataclass(frozen=True)
class Column:
    """One declared column; `path` leads to it in a JSON record, `headers` spell it in a tabular file."""

    name: str
    type: str = "text"
    path: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    required: bool = False
    not_null: bool = False
    person: bool = False
    # The value names a person only in rows where that other column says so, e.g. identity_type: [user].
    person_when: tuple[str, tuple[str, ...]] | None = None
    money: bool = False
    volatile: bool = False
    formats: tuple[str, ...] = ()
    # A file writes its dates in one of the formats, or in ISO 8601: which one, the file's cells together decide.
    one_format_per_file: bool = False
    # A JSON object of all columns whose header begins so and that nothing declares.
    gather: tuple[str, ...] = ()
    # Whether each gathered value must be an amount of money.
    gathers_money: bool = False
    # Rows in which the column reads so, `*` for any text, are totals and no records.
    skip: tuple[str, ...] = ()
    # The value in files that lack the column.
    default: str | None = None
    allow: str | None = None
    values: tuple[str, ...] = ()
    minimum: str | None = None
    # The column whose number this one is never above.
    at_most: str | None = None
    unit: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Variant:
    """One way in which the vendor writes a table's files, and what is known of it.

    `evidence` is `sample` (a file from outside this project shows it), `documented` or `assumed`.
    """

    name: str
    evidence: str
    description: str


@dataclass(frozen=True)
class Dialect:
    """How a delimited text file is written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    null_values: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Replaces:
    """What a newer delivery replaces of an older one: its rows of an equal scope."""

    scope: str
    column: str | None = None
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Billed:
    """What of a record is the money that it bills: the sum of `terms`, or `otherwise` where the first is null.

    A term is a column, `column.*` (all members of an object) or `column[].member` (of each object of a list).
    `times` makes the currency's main unit of it.
    """

    terms: tuple[str, ...]
    otherwise: str | None = None
    times: str | None = None


@dataclass(frozen=True)
class Table:
    """One raw table and the files that feed it."""

    platform: str
    name: str
    description: str
    role: str
    files: tuple[str, ...]
    reader: str
    unit: str
    replaces: Replaces
    columns: tuple[Column, ...]
    records: tuple[str, ...] = ()
    # Where the innermost list is empty: a member of its parent, and the name under which it is the one record.
    records_else: tuple[str, str] | None = None
    # A member that a page has while more pages follow it.
    next_page: str | None = None
    # Where `records` is empty: the member that holds the records of an API's page.
    page: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    manifest_kind: str | None = None
    needs_manifest: bool = True
    # Which of the datasets that one kind of manifest tells apart feeds the table; None for whichever has its columns.
    dataset: str | None = None
    time: str | None = None
    covers: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    overlap_set: str | None = None
    overlap_by: tuple[str, ...] = ()
    overlap_beside: tuple[str, ...] = ()
    consistent: tuple[str, ...] = ()
    never_keep: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    # Of several headers of one column, the one that its list names first is read and the others are kept aside.
    first_header_wins: bool = False
    root: str = "landing"
    # A month of a bill is settled once a delivery is dated this many days after its end; None means 0.
    settles_after_days: int | None = None
    # None where a price list makes the money.
    billed: Billed | None = None
    # How often the source has something to tell, so that what is missing can be told; None where nobody can say.
    every: str | None = None
    variants: tuple[Variant, ...] = ()
    fingerprint: str = ""

    @property
    def qualified(self) -> str:
        """The name of the raw table, such as `openai__costs`."""
        return f"{self.platform}__{self.name}"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names captured from paths, in order of first mention."""
        return tuple(dict.fromkeys(n for glob in self.files for n in _PLACEHOLDER.findall(glob)))

    @property
    def path_columns(self) -> tuple[str, ...]:
        """The raw columns of the placeholders."""
        return tuple(f"_path_{name}" for name in self.placeholders)

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """Every column of the raw table, in order."""
        return (*(column.name for column in self.columns), *self.path_columns, *SYSTEM_COLUMNS)

    @property
    def has_people(self) -> bool:
        """Whether any column is replaced whole by a pseudonym."""
        return any(column.person or column.person_when for column in self.columns)

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        return next(column for column in self.columns if column.name == name)


@lru_cache(maxsize=65536)
def normal_form(header: str) -> str:
    """A header's spelling for comparison: lower case, letters and digits only."""
    return re.sub(r"[\W_]+", "", header.casefold())


def load_contracts(folder: Path = CONTRACTS_FOLDER) -> list[Table]:
    """Every table of every contract, by platform and in the order they are declared.

    Raises ContractError with all faults of the first faulty file.
    """
    tables: list[Table] = []
    for path in sorted(folder.glob("*.yml")):
        tables += read_contract(path)
    names = [table.qualified for table in tables]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ContractError(f"{folder}: declared more than once: {', '.join(doubled)}")
    return tables


def read_contract(path: Path) -> list[Table]:
    """The tables of one contract file."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not YAML: {error}") from error
    faults: list[str] = []
    tables: list[Table] = []
    if not isinstance(document, dict):
        raise ContractError(f"{path}: expected a mapping with `platform` and `tables`")
    _check_keys(document, {"platform", "root", "tables"}, "file", faults)
    platform = str(document.get("platform", ""))
    if not _NAME.fullmatch(platform):
        faults.append("platform: expected a lower-case name such as `openai`")
    root = str(document.get("root", "landing"))
    if root not in ROOTS:
        faults.append(f"root: `{root}` is none of {', '.join(ROOTS)}")
    declared = document.get("tables")
    if not isinstance(declared, dict) or not declared:
        faults.append("tables: expected at least one table")
        declared = {}
    for name, body in declared.items():
        at = f"tables.{name}"
        if not isinstance(body, dict) or not _NAME.fullmatch(str(name)):
            faults.append(f"{at}: expected a lower-case name and a mapping")
            continue
        before = len(faults)
        table = _table(platform, str(name), root, body, at, faults)
        if len(faults) == before and table is not None:
            tables.append(table)
    if faults:
        raise ContractError(f"{path}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return tables


_TABLE_KEYS = {
    "description", "role", "files", "reader", "records", "records_else", "next_page", "page", "csv", "delivery",
    "replaces", "time", "covers", "overlap_set", "overlap_by", "overlap_beside", "request", "never_keep", "one_of",
    "columns", "settles_after_days", "variants", "first_header_wins", "billed", "every",
}  # fmt: skip
# Keys that say nothing of how a file is read: changing one reads no file again.
_BESIDE_READING = ("description", "settles_after_days", "variants", "every")
_COLUMN_KEYS = {
    "type", "from", "header", "required", "not_null", "person", "person_when", "money", "unit",
    "volatile", "formats", "one_format_per_file", "gather", "gathers_money", "skip", "default",
    "allow", "values", "minimum", "at_most", "description",
}  # fmt: skip


def _table(
    platform: str, name: str, root: str, body: dict[str, Any], at: str, faults: list[str]
) -> Table | None:
    _check_keys(body, _TABLE_KEYS, at, faults)
    for key in ("role", "files", "reader", "delivery", "replaces", "columns"):
        if key not in body:
            faults.append(f"{at}: `{key}` is missing")
    if not isinstance(body.get("columns"), dict) or not body["columns"]:
        faults.append(f"{at}.columns: expected a mapping of columns")
        return None
    columns = tuple(
        _column(str(key), value or {}, f"{at}.columns.{key}", faults)
        for key, value in body["columns"].items()
    )
    names = {column.name for column in columns}
    delivery = _mapping(
        body, "delivery", {"unit", "kind", "dataset", "without_manifest"}, at, faults
    )
    csv = _mapping(body, "csv", {"delimiter", "quote", "escape", "null_values"}, at, faults)
    replaces = _mapping(body, "replaces", {"scope", "column", "columns", "by"}, at, faults)
    request = _mapping(body, "request", {"consistent"}, at, faults)
    covers = _mapping(body, "covers", {"from", "to"}, at, faults)
    defaults = Dialect()
    table = Table(
        platform=platform,
        name=name,
        root=root,
        description=" ".join(str(body.get("description", "")).split()),
        role=str(body.get("role")),
        files=_texts(body.get("files")),
        reader=str(body.get("reader")),
        records=_texts(body.get("records")),
        next_page=_optional_text(body.get("next_page")),
        page=_optional_text(body.get("page")),
        records_else=_records_else(body.get("records_else"), at, faults),
        dialect=Dialect(
            delimiter=str(csv.get("delimiter", defaults.delimiter)),
            quote=str(csv.get("quote", defaults.quote)),
            escape=str(csv.get("escape", csv.get("quote", defaults.escape))),
            null_values=tuple(dict.fromkeys(("", *_texts(csv.get("null_values"))))),
        ),
        unit=str(delivery.get("unit")),
        manifest_kind=_optional_text(delivery.get("kind")),
        needs_manifest=delivery.get("without_manifest", "refuse") == "refuse",
        dataset=_optional_text(delivery.get("dataset")),
        replaces=Replaces(
            scope=str(replaces.get("scope")),
            column=_optional_text(replaces.get("column")),
            columns=_texts(replaces.get("columns")),
            by=_texts(replaces.get("by")),
        ),
        time=_optional_text(body.get("time")) or _optional_text(replaces.get("column")),
        covers=(
            (tuple(str(covers["from"]).split(".")), tuple(str(covers["to"]).split(".")))
            if {"from", "to"} <= covers.keys()
            else None
        ),
        overlap_set=_optional_text(body.get("overlap_set")),
        overlap_by=_texts(body.get("overlap_by")) or ("month",),
        overlap_beside=_texts(body.get("overlap_beside")),
        consistent=_texts(request.get("consistent")),
        never_keep=_texts(body.get("never_keep")),
        one_of=tuple(_texts(group) for group in body.get("one_of") or ()),
        first_header_wins=bool(body.get("first_header_wins", False)),
        columns=columns,
        settles_after_days=_settles_after_days(body, at, faults),
        billed=_billed(body, at, faults),
        every=_optional_text(body.get("every")),
        variants=_variants(body, at, faults),
        fingerprint=_fingerprint(root, body),
    )
    _check_table(table, delivery, names, at, faults)
    return table


def _records_else(declared: Any, at: str, faults: list[str]) -> tuple[str, str] | None:
    if declared is None:
        return None
    if not isinstance(declared, dict) or len(declared) != 1:
        faults.append(
            f"{at}.records_else: expected one member with the name it takes in the record"
        )
        return None
    ((member, name),) = declared.items()
    return str(member), str(name)


def _settles_after_days(body: Mapping[str, Any], at: str, faults: list[str]) -> int | None:
    days = body.get("settles_after_days")
    if days is None:
        return None
    if body.get("role") != "bill":
        faults.append(f"{at}: `settles_after_days` goes with the role bill")
        return None
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        faults.append(f"{at}.settles_after_days: expected a whole number of days, such as 5")
        return None
    return days


def _billed(body: Mapping[str, Any], at: str, faults: list[str]) -> Billed | None:
    if "billed" not in body:
        return None
    if body.get("role") != "bill":
        faults.append(f"{at}: `billed` goes with the role bill")
    declared = _mapping(body, "billed", {"sum", "else", "times"}, at, faults)
    terms = _texts(declared.get("sum"))
    if not terms:
        faults.append(f"{at}.billed.sum: expected a column, or several that add up")
    times = _optional_text(declared.get("times"))
    if times is not None and not re.fullmatch(r"0\.[0-9]{1,4}", times):
        faults.append(f"{at}.billed.times: expected a fraction such as 0.01")
    return Billed(terms, _optional_text(declared.get("else")), times)


def _variants(body: Mapping[str, Any], at: str, faults: list[str]) -> tuple[Variant, ...]:
    declared = body.get("variants", {})
    if not isinstance(declared, dict):
        faults.append(f"{at}.variants: expected a mapping, such as `csv: {{evidence: documented}}`")
        return ()
    variants = []
    for name, value in declared.items():
        where = f"{at}.variants.{name}"
        if not _NAME.fullmatch(str(name)) or not isinstance(value, dict):
            faults.append(f"{where}: expected a lower-case name and a mapping")
            continue
        _check_keys(value, {"evidence", "description"}, where, faults)
        _check_choice(str(value.get("evidence")), EVIDENCE, f"{where}.evidence", faults)
        description = " ".join(str(value.get("description", "")).split())
        variants.append(Variant(str(name), str(value.get("evidence")), description))
    return tuple(variants)


def _fingerprint(root: str, body: Mapping[str, Any]) -> str:
    """Equal for contracts that read a file alike, whatever their prose says."""
    columns = {
        name: {
            key: value
            for key, value in (column or {}).items()
            if key not in ("description", "unit")
        }
        for name, column in body["columns"].items()
        if isinstance(column, dict) or column is None
    }
    read = {
        **{key: value for key, value in body.items() if key not in _BESIDE_READING},
        "columns": columns,
    }
    text = json.dumps([_READING, root, read], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _check_table(
    table: Table, delivery: Mapping[str, Any], names: set[str], at: str, faults: list[str]
) -> None:
    _check_choice(table.role, ROLES, f"{at}.role", faults)
    _check_choice(table.reader, READERS, f"{at}.reader", faults)
    _check_choice(table.unit, UNITS, f"{at}.delivery.unit", faults)
    _check_choice(table.replaces.scope, SCOPES, f"{at}.replaces.scope", faults)
    _check_choice(
        str(delivery.get("without_manifest", "refuse")),
        ("refuse", "file"),
        f"{at}.delivery.without_manifest",
        faults,
    )
    if (table.unit == "manifest") != (table.manifest_kind is not None):
        faults.append(f"{at}.delivery: `unit: manifest` and `kind` go together")
    for glob in table.files:
        if glob.startswith(("/", "..")) or "/../" in glob:
            faults.append(f"{at}.files: `{glob}` must stay below the folder")
    if table.page is not None and table.records:
        faults.append(f"{at}.page: goes without `records`, which say where records are")
    if not table.files:
        faults.append(f"{at}.files: expected at least one glob")
    if len(table.dialect.delimiter) != 1 or len(table.dialect.quote) > 1:
        faults.append(f"{at}.csv: `delimiter` is one character, `quote` one or none")
    replaces = table.replaces
    if replaces.scope in ("day", "month") and replaces.column is None:
        faults.append(f"{at}.replaces: scope {replaces.scope} needs `column`")
    if replaces.scope == "key" and not replaces.columns:
        faults.append(f"{at}.replaces: scope key needs `columns`")
    if table.every is not None:
        _check_choice(table.every, RHYTHMS, f"{at}.every", faults)
        if table.time is None:
            faults.append(f"{at}.every: needs `time`, or a scope of days or months")
    billed = table.billed
    terms = (*billed.terms, *([billed.otherwise] if billed.otherwise else [])) if billed else ()
    mentioned = {
        "billed": [term.split(".")[0].removesuffix("[]") for term in terms],
        "replaces.column": [replaces.column] if replaces.column else [],
        "replaces.columns": [name for name in replaces.columns if not name.startswith("_path_")],
        "replaces.by": [name for name in replaces.by if not name.startswith("_path_")],
        "time": [table.time] if table.time else [],
        "overlap_by": [c for n in table.overlap_by if n != "month" for c in n.split("|")],
        "one_of": [name for group in table.one_of for name in group],
    }
    for key, columns in mentioned.items():
        for column in columns:
            if column not in names:
                faults.append(f"{at}.{key}: `{column}` is not a declared column")
    if table.time in names and table.column(table.time).type not in ("timestamp", "epoch", "date"):
        faults.append(
            f"{at}: `{table.time}` must be a timestamp, epoch or date to be a scope or time"
        )
    for declared in table.columns:
        if declared.person_when and declared.person_when[0] not in names:
            faults.append(
                f"{at}.columns.{declared.name}.person_when: `{declared.person_when[0]}` is not declared"
            )
        if declared.at_most and declared.at_most not in names:
            faults.append(
                f"{at}.columns.{declared.name}.at_most: `{declared.at_most}` is not declared"
            )


def _column(name: str, body: Any, at: str, faults: list[str]) -> Column:
    if not isinstance(body, dict) or not _NAME.fullmatch(name):
        faults.append(f"{at}: expected a lower-case name and a mapping")
        return Column(name)
    _check_keys(body, _COLUMN_KEYS, at, faults)
    kind = str(body.get("type", "text"))
    _check_choice(kind, TYPES, f"{at}.type", faults)
    allow = _optional_text(body.get("allow"))
    if allow is not None:
        _check_choice(allow, ALLOWANCES, f"{at}.allow", faults)
    for key in (
        "required", "not_null", "person", "money", "volatile", "one_format_per_file", "gathers_money",
    ):  # fmt: skip
        if not isinstance(body.get(key, False), bool):
            faults.append(f"{at}.{key}: expected true or false")
    if body.get("formats") and kind not in ("timestamp", "date"):
        faults.append(f"{at}.formats: only for a timestamp or a date")
    if body.get("one_format_per_file") and not body.get("formats"):
        faults.append(f"{at}.one_format_per_file: needs `formats` to choose from")
    if body.get("gather") and kind != "json":
        faults.append(f"{at}.gather: only for a json column")
    if body.get("money") and kind != "decimal":
        faults.append(f"{at}.money: only for a decimal")
    source = _optional_text(body.get("from"))
    minimum = body.get("minimum")
    if minimum is not None and not isinstance(minimum, int):
        faults.append(f"{at}.minimum: expected a whole number")
    return Column(
        name=name,
        type=kind,
        path=tuple(source.split(".")) if source else (name,),
        headers=_headers(name, source, _texts(body.get("header"))),
        required=bool(body.get("required", False)),
        not_null=bool(body.get("not_null", False)),
        person=bool(body.get("person", False)),
        person_when=_person_when(name, body.get("person_when"), at, faults),
        money=bool(body.get("money", False)),
        volatile=bool(body.get("volatile", False)),
        formats=_texts(body.get("formats")),
        one_format_per_file=bool(body.get("one_format_per_file", False)),
        gather=_texts(body.get("gather")),
        gathers_money=bool(body.get("gathers_money", False)),
        skip=_texts(body.get("skip")),
        default=_optional_text(body.get("default")),
        allow=allow,
        values=_texts(body.get("values")),
        minimum=None if minimum is None else str(minimum),
        at_most=_optional_text(body.get("at_most")),
        unit=_optional_text(body.get("unit")),
        description=" ".join(str(body.get("description", "")).split()),
    )


def _headers(name: str, source: str | None, declared: tuple[str, ...]) -> tuple[str, ...]:
    spellings = (*declared, name, *((source,) if source else ()))
    return tuple(dict.fromkeys(normal_form(spelling) for spelling in spellings))


def _person_when(
    name: str, declared: Any, at: str, faults: list[str]
) -> tuple[str, tuple[str, ...]] | None:
    if declared is None:
        return None
    if not isinstance(declared, dict) or len(declared) != 1:
        faults.append(f"{at}.person_when: expected one column with its values")
        return None
    ((column, values),) = declared.items()
    return str(column), _texts(values)


def _mapping(
    body: Mapping[str, Any], key: str, known: set[str], at: str, faults: list[str]
) -> dict[str, Any]:
    value = body.get(key) or {}
    if not isinstance(value, dict):
        faults.append(f"{at}.{key}: expected a mapping")
        return {}
    _check_keys(value, known, f"{at}.{key}", faults)
    return value


def _check_keys(value: Mapping[str, Any], known: set[str], at: str, faults: list[str]) -> None:
    for key in value:
        if key not in known:
            faults.append(f"{at}: `{key}` is not a key here; known: {', '.join(sorted(known))}")


def _check_choice(value: str, choices: Iterable[str], at: str, faults: list[str]) -> None:
    if value not in choices:
        faults.append(f"{at}: `{value}` is none of {', '.join(choices)}")


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value)
    return (str(value),)


def _optional_text(value: Any) -> str | None:
    return None if value is None else str(value)
