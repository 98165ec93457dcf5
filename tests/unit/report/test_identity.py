"""Where an identity's spend went."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.errors import RefusalError
from orchestration.publish import publish
from orchestration.report.identity import Identity, explain_identity
from orchestration.report.identity_terminal import print_identity
from orchestration.report.published import as_json
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = make_warehouse(tmp_path_factory.mktemp("company"))
    publish(settings)
    return settings


def test_a_keys_charge_leads_to_its_entry(settings: Settings) -> None:
    (part,) = explain_identity(settings, Identity.parsed("openai:api_key:key:c1"), "2026-05").parts
    assert (part.rule_id, part.receivers, part.allocation_id) == ("direct-keys", ["CC-1"], "aa01")
    assert (part.billed_cost, part.is_pool, part.is_disputed) == (
        Decimal("10.1000000001"),
        False,
        False,
    )


def test_a_pooled_charge_names_all_receivers_and_the_dispute(settings: Settings) -> None:
    (part,) = explain_identity(settings, Identity.parsed("aws:api_key:key:c3"), "2026-05").parts
    assert (part.whole_id, part.is_pool, part.entry_count) == ("p1", True, 2)
    assert part.receivers == ["CC-1", "CC-2"]
    assert part.is_disputed


def test_a_tag_is_found_by_key_and_value(settings: Settings) -> None:
    found = explain_identity(settings, Identity.parsed("openai:tag:team=a=b"), "2026-05")
    assert sum(part.charge_count for part in found.parts) == 2
    assert [part.receivers for part in found.parts] == [
        ["CC-1"],
        ["unallocated (unknown_identity)"],
    ]
    assert '"identity_id": "team=a=b"' in as_json(found)


def test_what_is_printed_adds_up_and_says_where_it_went(settings: Settings) -> None:
    console = Console(file=StringIO(), width=160)
    for text in ("openai:tag:team=a=b", "aws:api_key:key:c3"):
        print_identity(explain_identity(settings, Identity.parsed(text), "2026-05"), console)
    output = console.file
    assert isinstance(output, StringIO)
    for words in (
        "tag team=a=b of openai in 2026-05: 2 charges",
        "direct-keys owner",
        "unallocated (unknown_identity)",
        "CC-1, CC-2 (disputed)",
        "together 7.0500000001 GBP",
        "together 3.50 GBP",
    ):
        assert words in output.getvalue()


@pytest.mark.parametrize(
    "text", ["key_1", "openai:key_1", "openai:keys:key_1", "openai:api_key:", ""]
)
def test_an_identity_is_platform_type_and_id(text: str) -> None:
    with pytest.raises(RefusalError, match="platform:type:id"):
        Identity.parsed(text)


def test_an_identity_without_charges_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="No charge of 2026-05 on openai names api_key 'key_9'"):
        explain_identity(settings, Identity.parsed("openai:api_key:key_9"), "2026-05")
