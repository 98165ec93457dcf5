"""`compare-policy`: one month allocated twice, by today's registers and by a candidate's, and the difference."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.comparison.candidate import candidate_files, write_candidate
from orchestration.comparison.figures import (
    CostCentreChange,
    Movement,
    PolicyComparison,
    Reclaimed,
)
from orchestration.comparison.views import write_comparison
from orchestration.errors import RefusalError
from orchestration.landing.files import sha256_of
from orchestration.periods import month_of
from orchestration.recompute import LEDGER, FaultyRegistersError, recompute
from orchestration.settings import Settings, writer_lock

_FOLDER = ".comparing"
# A rule and the method it applied; none where no rule claimed.
_Rule = tuple[str | None, str | None]
_NO_MODE = "unallocated"


def compare_policy(settings: Settings, rules: Path, period: str) -> PolicyComparison:
    """Compare a month, `YYYY-MM`, under today's registers with the same under a candidate's, and keep the result.

    `rules` holds the candidate's registers, any of those that decide who pays; the rest is today's. The result is kept
    in `comparisons/<comparison_id>/` of the warehouse, and `fct_policy_comparison` shows it from the next build on.
    The same comparison has the same id. Ledger and publication are not touched.

    Raises RefusalError for a month without charges, a folder with anything else in it and a candidate that changes
    what was spent; FaultyRegistersError, which names file and row; WriterBusyError.
    """
    month = month_of(period)
    files = candidate_files(rules)
    with writer_lock(settings, "compare-policy"), _workplace(settings) as folder:
        candidate = folder / "candidate"
        candidate.mkdir()
        write_candidate(settings, files, candidate)
        # The candidate first: its faults are found before anything takes long.
        try:
            recompute(settings, candidate, _outputs(folder, "candidate", month))
        except FaultyRegistersError as error:
            raise FaultyRegistersError(rules, error.faults) from error
        _refuse_empty_month(folder, period)
        recompute(settings, settings.seeds, _outputs(folder, "current", month))
        comparison = _compared(settings, folder, files, period)
        write_comparison(settings, comparison)
    return comparison


@contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    folder = settings.warehouse / _FOLDER
    # A killed run leaves its folder behind.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _outputs(folder: Path, side: str, month: date) -> dict[Path, str]:
    condition = f"accounting_month = date '{month.isoformat()}'"
    return {
        folder / f"{side}_ledger.parquet": f"select * from marts.{LEDGER} where {condition}",
        folder / f"{side}_claims.parquet": (
            "select charge_id, platform, rule_id, method, reporting_cost "
            "from intermediate.int_charges_grouped as charges "
            "left join intermediate.int_profiles_claimed as claims on charges.profile_id = claims.profile_id "
            f"where charges.{condition}"
        ),
        folder / f"{side}_cost_centres.parquet": (
            "select cost_centre_code, cost_centre_name from staging.stg_registers__cost_centres "
            f"where valid_from <= date '{month.isoformat()}' and valid_to > date '{month.isoformat()}'"
        ),
    }


def _compared(settings: Settings, folder: Path, files: list[Path], period: str) -> PolicyComparison:
    with duckdb.connect() as connection:
        for name in ("ledger", "claims", "cost_centres"):
            for side in ("current", "candidate"):
                path = str(folder / f"{side}_{name}.parquet").replace("'", "''")
                connection.execute(f"create view {side}_{name} as from read_parquet('{path}')")
        reclaimed = _reclaimed(connection)
        return PolicyComparison(
            comparison_id=_comparison_id(settings, files, period),
            period=period,
            reporting_currency=_checked_currency(connection, files, period),
            candidate_registers=[path.name for path in files],
            is_closed=_is_closed(settings, period),
            changes=_changes(connection),
            reclaimed=[
                Reclaimed(platform, _rule_text(before), _rule_text(after), count, cost)
                for platform, before, after, count, cost in reclaimed
            ],
        )


def _refuse_empty_month(folder: Path, period: str) -> None:
    claims = str(folder / "candidate_claims.parquet").replace("'", "''")
    with duckdb.connect() as connection:
        if not connection.execute(f"from read_parquet('{claims}') limit 1").fetchall():
            raise RefusalError(f"{period} has no charges: name a month that has landed.")


def _checked_currency(connection: duckdb.DuckDBPyConnection, files: list[Path], period: str) -> str:
    """The reporting currency. Raises RefusalError unless both sides hold the same money."""
    totals = {
        side: connection.execute(
            "select reporting_currency, sum(billed_cost), sum(effective_cost), sum(reporting_cost) "
            f"from {side}_ledger group by all order by all"
        ).fetchall()
        for side in ("current", "candidate")
    }
    if totals["current"] != totals["candidate"]:
        raise RefusalError(
            f"{', '.join(path.name for path in files)}: the candidate changes what {period} cost, not only who pays, "
            "so the two cannot be compared."
        )
    return str(totals["current"][0][0])


def _comparison_id(settings: Settings, files: list[Path], period: str) -> str:
    """A hash over everything that the result follows from: what has landed, today's registers, the candidate's."""
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        deliveries = connection.execute(
            "select delivery_id from raw.deliveries where status = 'current' order by all"
        ).fetchall()
    content = {
        "period": period,
        "deliveries": deliveries,
        "today": {path.name: sha256_of(path) for path in sorted(settings.seeds.glob("*.csv"))},
        "candidate": {path.name: sha256_of(path) for path in files},
    }
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _is_closed(settings: Settings, period: str) -> bool:
    folder = settings.warehouse / "closes" / period
    return folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir())


def _reclaimed(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[str, _Rule, _Rule, int, Decimal]]:
    rows = connection.execute(
        "select today.platform, today.rule_id, today.method, candidate.rule_id, candidate.method, "
        "count(*), cast(sum(today.reporting_cost) as decimal(38, 10)) as reporting_cost "
        "from current_claims as today "
        "inner join candidate_claims as candidate on today.charge_id = candidate.charge_id "
        "where (today.rule_id, today.method) is distinct from (candidate.rule_id, candidate.method) "
        "group by all order by reporting_cost desc, 1, 2, 3, 4, 5"
    ).fetchall()
    return [
        (platform, (before, before_method), (after, after_method), count, cost)
        for platform, before, before_method, after, after_method, count, cost in rows
    ]


class _Amounts:
    """Reporting cost before and after, by billing mode."""

    def __init__(self) -> None:
        self.current: dict[str, Decimal] = defaultdict(Decimal)
        self.candidate: dict[str, Decimal] = defaultdict(Decimal)

    def add(self, other: _Amounts) -> None:
        for mode, cost in other.current.items():
            self.current[mode] += cost
        for mode, cost in other.candidate.items():
            self.candidate[mode] += cost

    @property
    def change(self) -> Decimal:
        return sum(self.candidate.values(), Decimal(0)) - sum(self.current.values(), Decimal(0))

    @property
    def is_changed(self) -> bool:
        modes = self.current.keys() | self.candidate.keys()
        return any(self.current[mode] != self.candidate[mode] for mode in modes)

    @property
    def modes(self) -> str:
        """The modes before and after, where they are not the same."""
        before = " and ".join(sorted(mode for mode, cost in self.current.items() if cost))
        after = " and ".join(sorted(mode for mode, cost in self.candidate.items() if cost))
        return f"{before} → {after}" if before and after and before != after else ""


def _changes(connection: duckdb.DuckDBPyConnection) -> list[CostCentreChange]:
    names = dict(
        connection.execute(
            "select cost_centre_code, cost_centre_name from candidate_cost_centres "
            "union all "
            "select cost_centre_code, cost_centre_name from current_cost_centres"
        ).fetchall()
    )
    by_receiver: dict[tuple[str | None, str | None], dict[tuple[str, _Rule], _Amounts]] = {}
    for side in ("current", "candidate"):
        rows = connection.execute(
            "select cost_centre_code, unallocated_reason, platform, rule_id, method, billing_mode, "
            f"cast(sum(reporting_cost) as decimal(38, 10)) from {side}_ledger group by all order by all"
        ).fetchall()
        for code, reason, platform, rule_id, method, mode, cost in rows:
            nodes = by_receiver.setdefault((code, reason), {})
            amounts = nodes.setdefault((platform, (rule_id, method)), _Amounts())
            getattr(amounts, side)[mode or _NO_MODE] += cost
    edges = _edges(_reclaimed(connection))
    return [
        _change(code, names.get(code), reason, nodes, edges)
        for (code, reason), nodes in sorted(by_receiver.items(), key=lambda item: _order(item[0]))
    ]


def _order(receiver: tuple[str | None, str | None]) -> tuple[bool, str, str]:
    """Cost centres by code, then what nobody pays by reason."""
    code, reason = receiver
    return code is None, code or "", reason or ""


def _change(
    code: str | None,
    name: str | None,
    reason: str | None,
    nodes: dict[tuple[str, _Rule], _Amounts],
    edges: dict[str, list[tuple[_Rule, _Rule]]],
) -> CostCentreChange:
    total = _Amounts()
    for amounts in nodes.values():
        total.add(amounts)
    return CostCentreChange(
        cost_centre_code=code,
        cost_centre_name=name,
        unallocated_reason=reason,
        current_reporting_cost=sum(total.current.values(), Decimal(0)),
        candidate_reporting_cost=sum(total.candidate.values(), Decimal(0)),
        current_chargeback_cost=total.current["chargeback"],
        candidate_chargeback_cost=total.candidate["chargeback"],
        current_showback_cost=total.current["showback"],
        candidate_showback_cost=total.candidate["showback"],
        current_central_cost=total.current["central"],
        candidate_central_cost=total.candidate["central"],
        movements=_movements(nodes, edges),
    )


def _edges(
    reclaimed: list[tuple[str, _Rule, _Rule, int, Decimal]],
) -> dict[str, list[tuple[_Rule, _Rule]]]:
    edges: dict[str, list[tuple[_Rule, _Rule]]] = defaultdict(list)
    for platform, before, after, _, _ in reclaimed:
        edges[platform].append((before, after))
    return edges


def _movements(
    nodes: dict[tuple[str, _Rule], _Amounts], edges: dict[str, list[tuple[_Rule, _Rule]]]
) -> list[Movement]:
    """What changes, by the rules that exchange charges on a platform; a rule that exchanges none stands alone.

    Money leaves one rule and arrives by another, so only the two together say what the exchange changes here.
    """
    movements = []
    changed = {node for node, amounts in nodes.items() if amounts.is_changed}
    for platform in sorted({platform for platform, _ in nodes}):
        of_platform = {rule for found, rule in nodes if found == platform}
        for members in _joined(of_platform, edges[platform]):
            amounts = _Amounts()
            for rule in members:
                amounts.add(nodes.get((platform, rule), _Amounts()))
            touched = {rule for rule in members if (platform, rule) in changed}
            if touched:
                exchanges = [
                    _exchange(before, after)
                    for before, after in edges[platform]
                    if before in touched or after in touched
                ]
                rules = ", ".join(exchanges) or f"{_rule_text(min(touched, key=str))} as before"
                modes = f" ({amounts.modes})" if amounts.modes else ""
                movements.append(Movement(platform, rules + modes, amounts.change))
    return sorted(movements, key=lambda found: (-abs(found.reporting_cost_change), found.sentence))


def _joined(rules: set[_Rule], edges: list[tuple[_Rule, _Rule]]) -> list[set[_Rule]]:
    """The rules in groups that exchange charges among themselves, in a fixed order."""
    groups: list[set[_Rule]] = [{rule} for rule in rules]
    for before, after in edges:
        together = {before, after}
        for group in [group for group in groups if group & together]:
            groups.remove(group)
            together |= group
        groups.append(together)
    return sorted(groups, key=lambda group: sorted(map(str, group)))


def _exchange(before: _Rule, after: _Rule) -> str:
    """`R-1 owner → R-2 split`; `R-1 owner → split` for another version of one rule."""
    same_rule = before[0] is not None and before[0] == after[0]
    return f"{_rule_text(before)} → {after[1] if same_rule else _rule_text(after)}"


def _rule_text(rule: _Rule) -> str:
    rule_id, method = rule
    return f"{rule_id} {method}" if rule_id else "no rule"
