"""Copies tested marts to the file that BI tools read, in one atomic step, and takes readers back if need be."""

from orchestration.publish.publication import (
    Publication,
    publish,
    read_publication,
    record_of,
    rollback,
    taken_back_to,
)

__all__ = [
    "Publication",
    "publish",
    "read_publication",
    "record_of",
    "rollback",
    "taken_back_to",
]
