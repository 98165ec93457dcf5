"""What a machine does to a writer: the error says what to do, readers keep what they have, the next run heals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.failures import heal_work_file
from orchestration.publish import publish, read_publication
from orchestration.settings import PROJECT_ROOT, Settings, WriterBusyError, writer_lock
from tests.end_to_end.company import Company, small_company
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with a publication, and something new to publish."""
    settings = make_warehouse(tmp_path / "company")
    publish(settings)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("update marts.fct_allocation_ledger set billed_cost = billed_cost + 1")
    return settings


def _publish(settings: Settings, *arguments: str, before: str = "") -> str:
    """Publish in a process of its own and return its error; after shell commands of its own mount namespace."""
    command = [
        sys.executable,
        "-m",
        "tests.failure.publisher",
        str(settings.project_root),
        *arguments,
    ]
    if before:
        script = f'{before} && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", script, "sh", *command]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, (done.returncode, done.stderr)
    return done.stderr


@contextmanager
def _standing(settings: Settings) -> Iterator[None]:
    """Readers have the same publication afterwards, and the next one gets through."""
    before = read_publication(settings)
    yield
    assert read_publication(settings) == before
    with duckdb.connect(settings.published_file, read_only=True) as connection:
        (found,) = connection.execute(
            "select publication_id from marts.fct_publications where is_current"
        ).fetchone() or ("",)
    assert found == before["publication_id"]
    assert publish(settings).publication_id != before["publication_id"]


def _needs_mounts() -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("NOT TESTED: only root may mount what this test needs")


def test_a_file_that_cannot_grow(settings: Settings) -> None:
    with _standing(settings):
        assert "The disk is full, or a limit on file sizes" in _publish(settings, "300000")


def test_a_full_disk(settings: Settings, tmp_path: Path) -> None:
    """The warehouse on a file system of its own that is nearly full."""
    _needs_mounts()
    moved = tmp_path / "moved"
    shutil.move(settings.warehouse, moved)
    settings.warehouse.mkdir()
    small = f"mount -t tmpfs -o size=64m tmpfs {settings.warehouse}"
    fill = f"cp -a {moved}/. {settings.warehouse} && rm -rf {moved} && mkdir {moved}"
    filler = f"(head -c 64m /dev/zero > {settings.warehouse}/filler || true) 2>/dev/null"
    # The folder's content goes with the mount; what it held is copied out whatever publishing said.
    command = ["unshare", "--mount", "sh", "-c"]
    script = (
        f"{small} && {fill} && {filler}; {sys.executable} -m tests.failure.publisher {settings.project_root}; "
        f"code=$?; rm {settings.warehouse}/filler; cp -a {settings.warehouse}/. {moved}; exit $code"
    )
    done = subprocess.run(
        [*command, script], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    settings.warehouse.rmdir()
    moved.rename(settings.warehouse)
    assert done.returncode == 1, done.stderr
    with _standing(settings):
        assert "The disk is full" in done.stderr


def test_a_read_only_folder(settings: Settings) -> None:
    """Root writes to whatever its mode says, so the folder is mounted read-only."""
    folder = settings.warehouse
    if os.geteuid() == 0:
        _needs_mounts()
        mount = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
        with _standing(settings):
            assert "cannot be written" in _publish(settings, before=mount)
        return
    folder.chmod(0o555)
    try:
        error = _publish(settings)
    finally:
        folder.chmod(0o755)
    with _standing(settings):
        assert "cannot be written" in error


def _flip(file: Path, places: range) -> None:
    content = bytearray(file.read_bytes())
    for place in places:
        content[place] ^= 0xFF
    file.write_bytes(content)


def test_a_work_file_that_is_damaged_inside_is_set_aside_and_named(settings: Settings) -> None:
    whole = settings.work_file.read_bytes()
    _flip(settings.work_file, range(3 * 4096, len(whole), 4096))
    with (
        pytest.raises(RefusalError, match=r"is now .*\.damaged.*chargeback run"),
        writer_lock(settings, "publish"),
    ):
        publish(settings)
    assert not settings.work_file.exists()
    settings.work_file.write_bytes(whole)
    with _standing(settings):
        pass


@pytest.mark.parametrize("size", [0, 1000, 200_000])
def test_a_work_file_that_cannot_be_opened_is_set_aside(settings: Settings, size: int) -> None:
    os.truncate(settings.work_file, size)
    assert heal_work_file(settings.work_file) == settings.work_file.with_name(
        "chargeback.duckdb.damaged"
    )
    assert heal_work_file(settings.work_file) is None


def test_an_error_of_another_kind_stays_what_it_is(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(settings, "build"):
        raise ZeroDivisionError
    with pytest.raises(duckdb.CatalogException), writer_lock(settings, "build"):
        duckdb.execute("select * from nowhere")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The small company, published."""
    company = small_company(tmp_path_factory.mktemp("machine"))
    company.chargeback("run")
    return company


def test_missing_folders_are_named(company: Company) -> None:
    landing = company.landing.with_name("elsewhere")
    company.landing.rename(landing)
    try:
        printed = company.chargeback("land", expected_exit=2)
    finally:
        landing.rename(company.landing)
    assert str(company.landing) in printed


def test_a_second_run_is_refused_and_names_the_first(company: Company) -> None:
    before = company.publication()
    settings = Settings(PROJECT_ROOT, company.landing, company.seeds, company.warehouse, "a key")
    with writer_lock(settings, "run"):
        for verb in ("run", "land", "build", "publish", "rollback", "forget"):
            arguments = (verb, "somebody") if verb == "forget" else (verb,)
            printed = " ".join(company.chargeback(*arguments, expected_exit=2).split())
            assert f"`chargeback run` (process {os.getpid()} " in printed, verb
    assert company.publication() == before


def test_two_threads_of_one_process_are_two_writers(settings: Settings) -> None:
    """A scheduler may run several jobs in one process."""
    with ThreadPoolExecutor() as other, writer_lock(settings, "run"):
        with writer_lock(settings, "land"):
            pass
        refused = other.submit(lambda: writer_lock(settings, "build").__enter__()).exception()
    assert isinstance(refused, WriterBusyError)
    assert f"`chargeback run` (process {os.getpid()} " in str(refused)


def test_the_next_run_heals_a_damaged_work_file_and_a_damaged_publication(
    company: Company,
) -> None:
    before = company.publication()
    work_file = company.warehouse / "chargeback.duckdb"
    _flip(work_file, range(0, 64))
    company.published_file.chmod(0o644)
    _flip(company.published_file, range(3 * 4096, company.published_file.stat().st_size, 4096))
    printed = " ".join(company.chargeback("report", expected_exit=1).split())
    assert "chargeback publish" in printed
    printed = " ".join(company.chargeback("build", expected_exit=1).split())
    assert "run `chargeback run` again" in printed
    company.chargeback("run")
    assert company.publication() == before
    with company.published() as connection:
        connection.execute("select count(*) from marts.fct_allocation_ledger").fetchone()
