"""Pulling: what vendors' APIs and object stores hold, saved as it comes into the landing folder."""

from orchestration.pull.client import PullError
from orchestration.pull.pulling import PullResult, configured_sources, pull
from orchestration.pull.stores import Store, StoreResult, declared_stores, pull_store

__all__ = [
    "PullError",
    "PullResult",
    "Store",
    "StoreResult",
    "configured_sources",
    "declared_stores",
    "pull",
    "pull_store",
]
