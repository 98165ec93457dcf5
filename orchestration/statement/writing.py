"""Writes statements as HTML pages that need nothing but themselves: no script, no font, no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import jinja2

from orchestration.errors import RefusalError
from orchestration.export.files import finished_file
from orchestration.periods import month_of
from orchestration.publish import record_of
from orchestration.report.published import published_file
from orchestration.report.wording import counted, quantity
from orchestration.settings import Settings
from orchestration.statement import pennies
from orchestration.statement.figures import Statement, UseLine, read_statements

_FOLDER = Path(__file__).parent
_TEMPLATE = "statement.html.jinja"
_STYLE = "statement.css"


@dataclass(frozen=True)
class WrittenStatement:
    """A statement's file, and the total it states: whole pennies of the reporting currency."""

    path: Path
    department_code: str
    total: Decimal
    reporting_currency: str


@dataclass(frozen=True)
class _Use:
    """A line of use with its own and its shared cost in pennies, and what a unit of it cost."""

    line: UseLine
    own: Decimal
    part: Decimal
    rate: tuple[Decimal, str] | None

    @property
    def order(self) -> tuple[str, ...]:
        return (self.line.platform, self.line.model or "", self.line.workflow_id or "")


@dataclass(frozen=True)
class _UseGroup:
    """The lines of one use case, and the sums of their pennies."""

    use_case_id: str | None
    use_case_name: str | None
    own: Decimal
    part: Decimal
    uses: list[_Use]


@dataclass(frozen=True)
class _Bar:
    """A month of the trend as a bar: its place, and its height as a share of the highest, in whole thousandths."""

    label: str
    cost: Decimal | None
    height: int
    is_this_month: bool


def write_statements(
    settings: Settings, period: str, department: str | None = None, output: Path | None = None
) -> list[WrittenStatement]:
    """Write the statement of one department, or of each, to `<output>/<department>-<period>.html`.

    `output` is `statements/` in the warehouse folder unless given. Raises RefusalError for a period that is no month or
    has no ledger, a department that has nothing in it, and where nothing is published.
    """
    month = month_of(period)
    with published_file(settings) as published:
        publication = record_of(settings, published)
        statements = read_statements(published, month)
    codes = [statement.department_code for statement in statements]
    if department is not None:
        statements = [
            statement for statement in statements if statement.department_code == department
        ]
        if not statements:
            raise RefusalError(
                f"Nothing of {period} belongs to department '{department}'. Departments that have something: "
                f"{', '.join(code or '(none)' for code in codes)}."
            )
    folder = output or settings.warehouse / "statements"
    return [_write(statement, folder, publication["publication_id"]) for statement in statements]


def _write(statement: Statement, folder: Path, publication_id: str) -> WrittenStatement:
    name = quote(statement.department_code, safe="") or "no-department"
    path = folder / f"{name}-{statement.month:%Y-%m}.html"
    with finished_file(path) as unfinished:
        unfinished.write_text(rendered(statement, publication_id), encoding="utf-8")
    return WrittenStatement(
        path,
        statement.department_code,
        pennies.rounded(statement.cost),
        statement.reporting_currency,
    )


def rendered(statement: Statement, publication_id: str) -> str:
    """The page: the same bytes for the same statement and publication; every column of pennies adds up."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    currency = statement.reporting_currency
    environment.filters["money"] = lambda amount, places=2: pennies.money(amount, currency, places)
    environment.filters["quantity"] = quantity
    environment.filters["month"] = lambda of: f"{of:%B %Y}"
    environment.filters["day"] = lambda of: f"{of.day} {of:%B %Y}"
    environment.globals["counted"] = counted
    style = (_FOLDER / _STYLE).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template(_TEMPLATE).render(
        statement=statement,
        publication_id=publication_id,
        style=style,
        style_hash=f"sha256-{digest}",
        bars=_bars(statement),
        **_in_pennies(statement),
    )


def _in_pennies(statement: Statement) -> dict[str, object]:
    """Every table in whole pennies: what one table sums to is what another one starts from."""
    total = pennies.rounded(statement.cost)
    by_mode = pennies.penny_parts(
        [
            sum((getattr(line, f"{mode}_cost") for line in statement.cost_centres), Decimal(0))
            for mode in ("chargeback", "showback", "central", "adjustment")
        ],
        total,
    )
    modes = dict(zip(("chargeback", "showback", "central", "adjustment"), by_mode, strict=True))
    columns = {
        mode: pennies.penny_parts(
            [getattr(line, f"{mode}_cost") for line in statement.cost_centres], of_mode
        )
        for mode, of_mode in modes.items()
    }
    direct, shared = pennies.penny_parts(
        [
            sum((line.direct_cost for line in statement.uses), Decimal(0)),
            sum((line.shared_cost for line in statement.uses), Decimal(0)),
        ],
        total - modes["adjustment"],
    )
    previous = statement.previous_cost
    return {
        "total": total,
        "modes": modes,
        "change": None if previous is None else total - pennies.rounded(previous),
        "cost_centre_rows": [
            (line, {mode: columns[mode][place] for mode in columns})
            for place, line in enumerate(statement.cost_centres)
        ],
        "direct": direct,
        "shared_total": shared,
        "use_groups": _grouped(
            [
                _Use(line, own, part, _rate(line))
                for line, own, part in zip(
                    statement.uses,
                    pennies.penny_parts([line.direct_cost for line in statement.uses], direct),
                    pennies.penny_parts([line.shared_cost for line in statement.uses], shared),
                    strict=True,
                )
            ]
        ),
        "shared_rows": list(
            zip(
                statement.shared,
                pennies.penny_parts([line.cost for line in statement.shared], shared),
                map(_share, ((line.cost, line.whole_cost) for line in statement.shared)),
                strict=True,
            )
        ),
        "adjustment_rows": list(
            zip(
                statement.adjustments,
                pennies.penny_parts(
                    [line.cost for line in statement.adjustments], modes["adjustment"]
                ),
                strict=True,
            )
        ),
        "journalled": sum((line.journalled for line in statement.cost_centres), Decimal(0)),
        "funded_total": pennies.rounded(sum((line.cost for line in statement.funded), Decimal(0))),
        "funded_rows": list(
            zip(
                statement.funded,
                pennies.penny_parts(
                    [line.cost for line in statement.funded],
                    pennies.rounded(sum((line.cost for line in statement.funded), Decimal(0))),
                ),
                strict=True,
            )
        ),
    }


def _grouped(uses: list[_Use]) -> list[_UseGroup]:
    """The lines by use case, the dearest first, in the groups too; what has no use case comes last."""
    lines: dict[str | None, list[_Use]] = {}
    for use in uses:
        lines.setdefault(use.line.use_case_id, []).append(use)
    groups = [
        _UseGroup(
            code,
            of[0].line.use_case_name,
            sum((use.own for use in of), Decimal(0)),
            sum((use.part for use in of), Decimal(0)),
            sorted(of, key=lambda use: (-(use.own + use.part), use.order)),
        )
        for code, of in lines.items()
    ]
    return sorted(
        groups,
        key=lambda group: (
            group.use_case_id is None,
            -(group.own + group.part),
            group.use_case_id or "",
        ),
    )


def _rate(line: UseLine) -> tuple[Decimal, str] | None:
    """What a million tokens, or else a thousand requests, cost of their own; for reading, never for sums."""
    for count, per, unit in (
        (line.token_count, 1_000_000, "million tokens"),
        (line.request_count, 1_000, "thousand requests"),
    ):
        if count > 0:
            return (line.direct_cost * per / count, unit) if line.direct_cost else None
    return None


def _share(of: tuple[Decimal, Decimal]) -> str:
    """The part of a whole in per cent; nothing where the whole is nothing."""
    part, whole = of
    return f"{part * 100 / whole:.1f} %" if whole else "–"


def _bars(statement: Statement) -> Sequence[_Bar]:
    highest = max((line.cost for line in statement.trend if line.cost), default=Decimal(0))
    return [
        _Bar(
            f"{line.month:%b %Y}",
            line.cost,
            int(line.cost * 1000 / highest) if line.cost and line.cost > 0 < highest else 0,
            line.month == statement.month,
        )
        for line in statement.trend
    ]
