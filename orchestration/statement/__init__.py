"""A department's statement of a month: what it is charged, what it is shown, and how each figure came about."""

from orchestration.statement.writing import write_statements

__all__ = ["write_statements"]
