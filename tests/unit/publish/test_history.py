"""What the published file says of publications, and what a rollback does to readers and to later publications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.publish import Publication, publication, publish, rollback, swap
from orchestration.publish.history import COLUMNS, read_history
from orchestration.publish.views import create_publications_view
from orchestration.report.figures import read_report
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_warehouse(tmp_path)


def _bill(settings: Settings, more: int) -> Publication:
    """Publish a ledger whose first entry was billed more."""
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "update marts.fct_allocation_ledger set billed_cost = 10 + $1 where allocation_id = 'aa01'",
            [more],
        )
    return publish(settings)


def _ask(settings: Settings, question: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        return connection.execute(question).fetchall()


def _publications(settings: Settings) -> list[tuple[Any, ...]]:
    return _ask(
        settings,
        "select publication_number, publication_id, is_current, was_rolled_back "
        "from marts.fct_publications order by all",
    )


def test_the_file_holds_its_own_row_and_those_before(settings: Settings) -> None:
    first, second = _bill(settings, 1), _bill(settings, 2)
    assert _publications(settings) == [
        (1, first.publication_id, False, False),
        (2, second.publication_id, True, False),
    ]
    row = _ask(
        settings,
        "select totals, reporting_currency, cast(reporting_cost as varchar), ledger_entry_count "
        "from marts.fct_publications where is_current",
    )[0]
    assert json.loads(row[0]) == second.record["totals"]
    assert row[1:] == ("GBP", "10.5500000001", 4)
    parquet = second.folder / "fct_publications.parquet"
    assert len(_ask(settings, f"from '{parquet}'")) == 2


def test_the_id_does_not_tell_of_what_was_published_before(
    settings: Settings, tmp_path: Path
) -> None:
    _bill(settings, 1)
    other = make_warehouse(tmp_path / "other")
    assert _bill(settings, 2).publication_id == _bill(other, 2).publication_id


def test_dbt_sees_the_publications_so_far(settings: Settings) -> None:
    create_publications_view(settings)
    first = _bill(settings, 1)
    create_publications_view(settings)
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        found = connection.execute("select * from publications.publications")
        assert [column[0] for column in found.description] == list(COLUMNS)
        assert [row[0] for row in found.fetchall()] == [first.publication_id]


def test_a_rollback_shows_the_publication_before_and_is_reported(settings: Settings) -> None:
    first, second = _bill(settings, 1), _bill(settings, 2)
    assert rollback(settings).publication_id == first.publication_id
    assert _publications(settings) == [(1, first.publication_id, True, False)]
    assert settings.published_file.samefile(first.folder / "chargeback.duckdb")
    report = read_report(settings)
    assert report.publication_id == first.publication_id
    assert report.rolled_back_from == second.publication_id
    assert report.rolled_back_at == read_history(first.folder.parents[1]).events[-1].at


def test_what_was_rolled_back_is_not_published_again_until_it_has_changed(
    settings: Settings,
) -> None:
    first, second = _bill(settings, 1), _bill(settings, 2)
    rollback(settings)
    with pytest.raises(RefusalError, match=f"chargeback rollback {second.publication_id}"):
        publish(settings)
    assert _publications(settings)[-1][1] == first.publication_id
    third = _bill(settings, 3)
    assert _publications(settings) == [
        (1, first.publication_id, False, False),
        (2, second.publication_id, False, True),
        (3, third.publication_id, True, False),
    ]
    assert read_report(settings).rolled_back_from is None


def test_what_was_rolled_back_can_be_brought_back_by_name(settings: Settings) -> None:
    _bill(settings, 1)
    second = _bill(settings, 2)
    rollback(settings)
    assert rollback(settings, second.publication_id).publication_id == second.publication_id
    assert read_report(settings).rolled_back_from is None
    assert publish(settings).publication_id == second.publication_id


def test_each_rollback_goes_one_further_back(settings: Settings) -> None:
    first, second, _ = (_bill(settings, more) for more in (1, 2, 3))
    assert rollback(settings).publication_id == second.publication_id
    assert rollback(settings).publication_id == first.publication_id
    with pytest.raises(
        RefusalError, match=f"No earlier publication is kept.*{first.publication_id}"
    ):
        rollback(settings)


def test_a_rollback_to_nothing_says_what_there_is(settings: Settings) -> None:
    with pytest.raises(RefusalError, match="nothing has been published yet"):
        rollback(settings)
    first = _bill(settings, 1)
    with pytest.raises(RefusalError, match=f"other is not kept.*{first.publication_id}"):
        rollback(settings, "other")


def _damage(file: Path) -> None:
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    for place in range(64, len(content), 4096):
        content[place] ^= 0xFF
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["chargeback.duckdb", "publication.json", "fct_focus_1_2.parquet"])
def test_readers_are_not_taken_back_to_a_damaged_publication(settings: Settings, name: str) -> None:
    first, second = _bill(settings, 1), _bill(settings, 2)
    _damage(first.folder / name)
    with pytest.raises(RefusalError, match=f"{first.publication_id} is damaged"):
        rollback(settings)
    assert _publications(settings)[-1][1] == second.publication_id


def test_publishing_again_heals_a_damaged_publication(settings: Settings) -> None:
    first = _bill(settings, 1)
    _damage(first.folder / "chargeback.duckdb")
    with pytest.raises(RefusalError, match=r"is damaged.*chargeback publish"):
        read_report(settings)
    assert publish(settings).publication_id == first.publication_id
    assert _publications(settings) == [(1, first.publication_id, True, False)]
    assert settings.published_file.samefile(first.folder / "chargeback.duckdb")


def test_an_interrupted_rollback_is_carried_out_by_the_next_writer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _bill(settings, 1), _bill(settings, 2)

    def stop(published: Path, publication_id: str, top_files: tuple[str, ...]) -> None:
        if publication_id == first.publication_id:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(swap, "show", stop)
        with pytest.raises(KeyboardInterrupt):
            rollback(settings)
    assert _publications(settings)[-1][1] == second.publication_id
    with pytest.raises(RefusalError, match="was rolled back"):
        publish(settings)
    assert _publications(settings)[-1][1] == first.publication_id


def test_an_unreadable_history_says_what_to_do(settings: Settings) -> None:
    _bill(settings, 1)
    (settings.published_file.parent / "history.json").write_text("{", encoding="utf-8")
    with pytest.raises(RefusalError, match=r"history\.json cannot be read.*delete it"):
        publish(settings)


def test_a_report_in_the_middle_of_a_swap_names_the_publication_whose_figures_it_shows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file and the record beside it are replaced one after the other."""
    first = _bill(settings, 1)
    monkeypatch.setattr(publication, "_TOP_FILES", ("publication.json",))
    _bill(settings, 2)
    assert read_report(settings).publication_id == first.publication_id
