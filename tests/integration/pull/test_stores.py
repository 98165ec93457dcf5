"""Copies from object stores: a local folder, memory, and an S3 server on this machine."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import RefusalError
from orchestration.landing import arrivals
from orchestration.pull import PullError, Store, declared_stores, pull_store
from orchestration.settings import Settings
from tests.integration.pull.conftest import Rows, pulled_files
from tests.integration.sources.data_exports import as_csv, bill_line

fsspec = pytest.importorskip("fsspec")

MONTH = "BILLING_PERIOD=2026-05"
MANIFEST = f"cur2/metadata/{MONTH}/cur2-Manifest.json"


def data(*lines: str) -> bytes:
    """A file of an export; its columns are of no interest here, only whether all of it arrives."""
    return ("id,cost\n" + "\n".join(lines) + "\n").encode()


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    yield files
    files.store.clear()


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """An S3 server of this machine; keys and address stand in the environment, as a user's do."""
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "CANARYSECRET",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        fsspec.filesystem("s3").mkdir("company")
        yield "s3://company/exports"
    server.stop()


@pytest.fixture(params=["file", "memory", "s3"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[str, Callable[[str, bytes], None]]:
    """Each kind of store, with what writes an object into it."""
    if request.param == "file":
        address = f"file://{tmp_path}/mounted"
    elif request.param == "memory":
        request.getfixturevalue("memory")
        address = "memory://company"
    else:
        address = request.getfixturevalue("s3_address")

    def write(name: str, content: bytes) -> None:
        options = {"auto_mkdir": True} if request.param == "file" else {}
        with fsspec.open(f"{address}/{name}", "wb", **options) as file:
            file.write(content)

    return address, write


def test_what_is_new_or_has_changed_is_copied_as_it_is(
    settings: Settings, place: tuple[str, Callable[[str, bytes], None]]
) -> None:
    address, write = place
    write("cost/a.csv", data("1,2"))
    write("cost/deeper/b.csv.gz", b"\x1f\x8b bytes")
    write("cost/.hidden/c.csv", b"nobody's")
    store = Store(f"{address}/cost", "aws/cur2")
    result = pull_store(settings, store)
    assert (result.copied_count, result.unchanged_count, result.notes) == (2, 0, ())
    assert pulled_files(settings) == ["aws/cur2/a.csv", "aws/cur2/deeper/b.csv.gz"]
    assert (settings.landing / "aws/cur2/deeper/b.csv.gz").read_bytes() == b"\x1f\x8b bytes"
    assert (settings.landing / "aws/cur2/a.csv").stat().st_mode & 0o777 == 0o600
    result = pull_store(settings, store)
    assert (result.copied_count, result.unchanged_count) == (0, 2)
    # As long as before, and another file.
    write("cost/a.csv", data("9,9"))
    result = pull_store(settings, store)
    assert (result.copied_count, result.unchanged_count) == (1, 1)
    assert (settings.landing / "aws/cur2/a.csv").read_bytes() == data("9,9")
    # What somebody removed here is there again.
    (settings.landing / "aws/cur2/a.csv").unlink()
    assert pull_store(settings, store).copied_count == 1


def test_a_delivery_with_a_manifest_arrives_and_lands_whole(
    settings: Settings, landed_rows: Rows, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"cur2/data/{MONTH}/cur2-0000{number}.csv" for number in (1, 2)]
    for number, name in enumerate(names):
        memory.pipe(f"/bills/{name}", as_csv([bill_line(identity_line_item_id=f"line {number}")]))
    listed = {"exportName": "cur2", "dataFiles": [f"s3://bills/{name}" for name in names]}
    memory.pipe(f"/bills/{MANIFEST}", json.dumps(listed).encode())
    moved: list[str] = []
    move = Path.replace

    def crash_before_the_manifest(path: Path, target: Path) -> Path:
        if path.name.endswith("Manifest.json"):
            raise KeyboardInterrupt
        moved.append(path.name)
        return move(path, target)

    monkeypatch.setattr(Path, "replace", crash_before_the_manifest)
    with pytest.raises(KeyboardInterrupt):
        pull_store(settings, Store("memory://bills", "aws"))
    monkeypatch.undo()
    # Its files were put there first; the landing brings the manifest before it looks.
    assert [name for name in moved if name.endswith(".csv")] == [Path(n).name for n in names]
    assert landed_rows("select count(*) from raw.aws__cur2") == [(2,)]
    assert not list((settings.landing / arrivals.ARRIVALS).glob("whole-*"))


def test_a_store_that_is_written_to_meanwhile_is_copied_as_it_ends_up(
    settings: Settings, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/exports/a.csv", data("1,2"))
    get_file = type(memory).get_file

    def written_meanwhile(self: Any, key: str, *more: Any, **options: Any) -> None:
        get_file(self, key, *more, **options)
        if key.endswith("a.csv"):
            memory.pipe("/exports/b.csv", data("3,4"))

    monkeypatch.setattr(type(memory), "get_file", written_meanwhile)
    assert pull_store(settings, Store("memory://exports", "aws/cur2")).copied_count == 2
    assert pulled_files(settings) == ["aws/cur2/a.csv", "aws/cur2/b.csv"]


def test_a_store_that_never_rests_is_refused(
    settings: Settings, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/exports/a.csv", data("1,2"))
    get_file = type(memory).get_file

    def always_written(self: Any, key: str, *more: Any, **options: Any) -> None:
        get_file(self, key, *more, **options)
        memory.pipe(key, data("5,6"))

    monkeypatch.setattr(type(memory), "get_file", always_written)
    with pytest.raises(PullError, match="is being written to") as refusal:
        pull_store(settings, Store("memory://exports", "aws/cur2"))
    assert refusal.value.may_pass
    assert pulled_files(settings) == []


def test_a_copy_that_breaks_off_leaves_nothing(
    settings: Settings, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/exports/a.csv", data("1,2"))
    memory.pipe("/exports/b.csv", data("3,4"))
    get_file = type(memory).get_file

    def breaking_off(self: Any, key: str, path: str, **options: Any) -> None:
        if key.endswith("b.csv"):
            raise ConnectionResetError("sk-admin-CANARY0123456789abcdefghij went wrong")
        get_file(self, key, path, **options)

    monkeypatch.setattr(type(memory), "get_file", breaking_off)
    with pytest.raises(PullError, match="ConnectionResetError") as refusal:
        pull_store(settings, Store("memory://exports", "aws/cur2"))
    assert refusal.value.may_pass and "CANARY" not in str(refusal.value)
    assert pulled_files(settings) == []

    def shortening(self: Any, key: str, path: str, **options: Any) -> None:
        Path(path).write_bytes(b"id")

    monkeypatch.setattr(type(memory), "get_file", shortening)
    with pytest.raises(PullError, match="bytes there, but 2 came"):
        pull_store(settings, Store("memory://exports", "aws/cur2"))
    assert pulled_files(settings) == []


def test_names_that_lead_out_of_the_folder_are_left_out(settings: Settings, memory: Any) -> None:
    memory.pipe("/exports/a.csv", data("1,2"))
    memory.store["/exports/../../escaped.csv"] = memory.store["/exports/a.csv"]
    memory.store["/exports/back\\slash.csv"] = memory.store["/exports/a.csv"]
    result = pull_store(settings, Store("memory://exports", "aws/cur2"))
    assert pulled_files(settings) == ["aws/cur2/a.csv"]
    assert len(result.notes) == 2
    assert not list(settings.landing.parent.rglob("escaped.csv"))


def test_an_empty_or_missing_store_is_said(
    settings: Settings, memory: Any, s3_address: str
) -> None:
    for address in ("memory://nothing", f"{s3_address}/nothing", "s3://no-such-bucket/x"):
        with pytest.raises(PullError, match=r"holds no files|NoSuchBucket|FileNotFound"):
            pull_store(settings, Store(address, "aws/cur2"))


def test_the_stores_key_stands_nowhere(settings: Settings, s3_address: str) -> None:
    with fsspec.open(f"{s3_address}/kept/a.csv", "wb") as file:
        file.write(data("1,2"))
    pull_store(settings, Store(f"{s3_address}/kept", "aws/cur2"))
    files = [path for path in settings.landing.rglob("*") if path.is_file()]
    assert not [path for path in files if b"CANARYSECRET" in path.read_bytes()]


def declared(tmp_path: Path, text: str) -> tuple[Store, ...]:
    path = tmp_path / "stores.yml"
    path.write_text(text)
    return declared_stores({"CHARGEBACK_STORES": str(path)})


def test_stores_are_declared_in_a_file(tmp_path: Path) -> None:
    assert declared_stores({}) == ()
    assert declared(
        tmp_path,
        "stores:\n  - {store: s3://bills/export, folder: aws/export/}\n"
        "  - {store: abfs://exports@account.dfs.core.windows.net/cost, folder: azure}\n",
    ) == (
        Store("s3://bills/export", "aws/export"),
        Store("abfs://exports@account.dfs.core.windows.net/cost", "azure"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stores: {}", "expected a list"),
        ("[", "not valid YAML"),
        ("stores: [{store: s3://a}]", "entry 1: expected `store` and `folder`"),
        ("stores: [{store: 'http://a/b', folder: aws}]", "begins with none of"),
        ("stores: [{store: 's3://me:secret@a/b', folder: aws}]", "more than a place"),
        ("stores: [{store: 'az://a/b?sig=secret', folder: azure}]", "more than a place"),
        ("stores: [{store: s3://a/b, folder: ../seeds}]", "below the landing folder"),
        ("stores: [{store: s3://a/b, folder: elsewhere}]", "no source has the folder"),
        (
            "stores: [{store: s3://a/b, folder: aws}, {store: s3://c/d, folder: aws}]",
            "two stores go into aws",
        ),
    ],
)
def test_a_faulty_declaration_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RefusalError, match=said) as refusal:
        declared(tmp_path, text)
    assert "secret" not in str(refusal.value)


def test_a_file_of_stores_that_is_not_there_is_named() -> None:
    with pytest.raises(RefusalError, match="cannot be read"):
        declared_stores({"CHARGEBACK_STORES": os.devnull + "/stores.yml"})
