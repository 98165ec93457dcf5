"""Loads that tell of the same thing without one replacing the other."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.contracts import Table
from orchestration.landing.ledger import current_scopes, statuses
from orchestration.landing.rawzone import Delivery


class Conflicts:
    """What was accepted before this landing and in it, to hold the next delivery against."""

    def __init__(self, tables: Sequence[Table], accepted: Sequence[Delivery]) -> None:
        self._tables = {table.qualified: table for table in tables}
        self._accepted = list(accepted)
        self._arriving: list[Delivery] = []

    def add(self, delivery: Delivery) -> None:
        """Count a delivery that this landing accepted."""
        self._arriving.append(delivery)

    def check(self, delivery: Delivery, read_before: bool) -> None:
        """Raise RefusedError naming both where the delivery overlaps with one that it does not replace."""
        faults = self._other_tables(delivery)
        if not read_before:
            faults += self._undated_twins(delivery)
        if faults:
            raise RefusedError(*faults)

    def _other_tables(self, delivery: Delivery) -> list[Fault]:
        table = self._tables[delivery.source_table]
        if table.overlap_set is None:
            return []
        everything = [*self._accepted, *self._arriving]
        status = statuses(everything, current_scopes(list(self._tables.values()), everything))
        for other in everything:
            other_table = self._tables.get(other.source_table)
            if (
                other_table is None
                or other_table.overlap_set != table.overlap_set
                or other_table.name in table.overlap_beside
                or (
                    other.source_table == delivery.source_table
                    and not _is_other_export(table, other, delivery)
                )
                or status[other.delivery_id] != "current"
            ):
                continue
            shared = sorted(set(other.overlaps) & set(delivery.overlaps))
            if shared:
                names = ", ".join(text.replace(chr(31), " ").strip() for text in shared[:3])
                return [
                    Fault(
                        delivery.files[0].file,
                        f"{delivery.source_table} ({delivery.names()}) and {other.source_table} ({other.names()}) "
                        f"both tell of {names}; loading both would count it twice",
                        "Keep one of the two in the landing folder; to change over to the other, start a new "
                        "warehouse folder",
                    )
                ]
        return []

    def _undated_twins(self, delivery: Delivery) -> list[Fault]:
        """Two files of one landing for one scope: neither a time nor an earlier arrival says which is newer."""
        if delivery.delivered_at is not None:
            return []
        if self._tables[delivery.source_table].replaces.scope in ("key", "nothing", "all"):
            return []
        for other in self._arriving:
            if (
                other.source_table != delivery.source_table
                or other.delivered_at is not None
                or {f.file for f in other.files} == {f.file for f in delivery.files}
            ):
                continue
            shared = sorted(set(other.scopes) & set(delivery.scopes))
            if shared:
                return [
                    Fault(
                        delivery.files[0].file,
                        f"{delivery.names()} and {other.names()} both hold {shared[0].replace('|', ' ')}, and "
                        "nothing says which is newer",
                        "Put pulled_YYYYMMDDTHHMMSSZ into both names: equal times for parts of one delivery, "
                        "different times where one replaces the other",
                    )
                ]
        return []


def _is_other_export(table: Table, other: Delivery, delivery: Delivery) -> bool:
    """Whether two deliveries of one table come from two exports, of which neither replaces the other."""
    return table.replaces.scope == "export_month" and set(other.scopes).isdisjoint(delivery.scopes)
