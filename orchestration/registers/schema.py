"""The shape of a register: its columns, what their text means, and what makes a row unique."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path


class Kind(Enum):
    """How the text of a cell is read; every kind but TEXT, PERSON and CHOICE has one strict spelling."""

    TEXT = auto()
    # A staff number, kept as it is; never an address.
    PERSON = auto()
    # An address, pseudonymised when landed; never repeated in a message.
    EMAIL = auto()
    CHOICE = auto()
    CURRENCY = auto()
    BOOLEAN = auto()
    # Whole numbers from 0 and from 1.
    COUNT = auto()
    POSITIVE = auto()
    # Money of any sign, and money or another measure that is never negative; at most ten decimals.
    AMOUNT = auto()
    COST = auto()
    # A percentage from 0 to 100, and a fraction from 0 to 1.
    PERCENT = auto()
    FRACTION = auto()
    # A factor that is never negative, at most six decimals, and an exchange rate, over 0 with at most eight.
    WEIGHT = auto()
    RATE = auto()
    DATE = auto()
    MONTH = auto()
    # An ISO date or a UTC timestamp.
    INSTANT = auto()


@dataclass(frozen=True)
class Column:
    """One column of a register.

    `is_optional`: the file may lack the column. `is_required`: each row needs a value.
    `refers_to`: the register whose first column holds the same code.
    """

    name: str
    description: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    refers_to: str | None = None
    is_optional: bool = False
    is_required: bool = False


@dataclass(frozen=True)
class Register:
    """One CSV file of the registers folder.

    `key`: the columns that name a row. Rows with validity may share a key if they do not overlap in time,
    unless `is_single`: then a key occurs once.
    `is_landed`: read by the loader, which pseudonymises people, instead of being a dbt seed.
    `is_optional`: the folder may lack the file, which then counts as one without rows. Never landed.
    `defaults`: of an optional register, the file beside this module whose rows stand in for a missing one.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_single: bool = False
    is_landed: bool = False
    is_optional: bool = False
    defaults: str | None = None

    @property
    def file(self) -> str:
        """The file's name in the registers folder."""
        return f"{self.name}.csv"

    @property
    def standing_in(self) -> str:
        """What stands in for a missing file, as CSV: the default rows, or the header alone."""
        if self.defaults:
            return (Path(__file__).parent / self.defaults).read_text(encoding="utf-8")
        return ",".join(column.name for column in self.fixed_columns) + "\n"

    @property
    def is_dated(self) -> bool:
        """Whether rows begin and end."""
        return any(column.name == "valid_from" for column in self.columns)

    @property
    def fixed_columns(self) -> tuple[Column, ...]:
        """The columns that every file must have."""
        return tuple(column for column in self.columns if not column.is_optional)

    def column(self, name: str) -> Column:
        """The declared column of that name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} declares no column {name}")
