"""YAML without types: every scalar is the text that somebody wrote."""

from __future__ import annotations

from typing import Any

import yaml


class _TextLoader(yaml.BaseLoader):
    """Reads scalars as text and refuses aliases, by which a small file can name a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("an alias")
        return super().compose_node(parent, index)


def parse_yaml(text: str) -> Any:
    """The document of a YAML text: mappings, lists and texts. Raises ValueError."""
    try:
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError("no YAML") from error
