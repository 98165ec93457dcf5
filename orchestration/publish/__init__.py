"""Copies tested marts to the file that BI tools read, in one atomic step."""

from orchestration.publish.publication import Publication, publish, read_publication

__all__ = ["Publication", "publish", "read_publication"]
