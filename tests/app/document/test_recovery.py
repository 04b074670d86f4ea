"""Whose copies of unsaved work are whose: processes that are gone, that have ended, that live on other systems."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.document.document import Document
from app.document.recovery import Recovery


@pytest.fixture
def copy(qapp: object, tmp_path: Path) -> Path:
    """What this process has written aside."""
    document = Document.open("gallery:mlp")
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))
    Recovery(tmp_path).keep(document)
    [path] = tmp_path.glob("*.json")
    return path


def given_to(copy: Path, process: int, birth: str) -> None:
    copy.rename(copy.with_name(f"{process}-{birth}-abc.json"))


@pytest.fixture
def ended() -> Iterator[int]:
    """A process that has ended and was not asked for yet."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    yield child.pid
    child.wait()


def birth_of(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="births are known on Linux alone")
def test_a_process_that_has_ended_leaves_its_copies_though_its_number_is_there(copy: Path, ended: int) -> None:
    given_to(copy, ended, birth_of(ended))
    assert len(Recovery(copy.parent).recovered()) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="births are known on Linux alone")
def test_a_copy_is_named_by_number_and_birth_of_its_process(copy: Path) -> None:
    process, birth, _ = copy.stem.split("-")
    assert (process, birth) == (str(os.getpid()), birth_of(os.getpid()))
    given_to(copy, os.getppid(), birth_of(os.getppid()))
    assert Recovery(copy.parent).recovered() == []


def test_networks_come_back_in_the_order_they_stood_in(qapp: object, tmp_path: Path) -> None:
    mlp, recovery = Document.open("gallery:mlp").experiment, Recovery(tmp_path)
    documents = [Document(mlp, str(place)) for place in range(12)]
    for place, document in enumerate(documents):
        document.mark_unsaved()
        recovery.keep(document, place)
    for path in tmp_path.glob("*.json"):
        path.rename(path.with_name(f"gone-1-{path.stem.split('-')[2]}.json"))
    assert [document.name for document in Recovery(tmp_path).recovered()] == list(map(str, range(12)))


def test_a_name_without_a_number_is_no_process_s(copy: Path) -> None:
    copy.rename(copy.with_name("me-1-abc.json"))
    assert len(Recovery(copy.parent).recovered()) == 1


@pytest.mark.parametrize("is_alive", [True, False])
def test_elsewhere_births_are_unknown_and_numbers_count(copy: Path, is_alive: bool,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def kill(process: int, signal: int) -> None:
        asked.append((process, signal))
        if not is_alive:
            raise ProcessLookupError

    monkeypatch.setattr("app.document.recovery.sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr("app.document.recovery.os", SimpleNamespace(name="posix", kill=kill, getpid=os.getpid))
    given_to(copy, 77, "0")
    assert len(Recovery(copy.parent).recovered()) == (not is_alive) and asked == [(77, 0)]


@pytest.mark.parametrize("handle", [5, 0])
def test_on_windows_a_process_is_asked_for_and_never_ended(copy: Path, handle: int,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def open_process(*given: object) -> int:
        asked.append(given)
        return handle

    def kill(*_: object) -> None:
        raise AssertionError

    kernel = SimpleNamespace(OpenProcess=open_process, CloseHandle=lambda closed: asked.append(("closed", closed)))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr("app.document.recovery.sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr("app.document.recovery.os", SimpleNamespace(name="nt", kill=kill, getpid=os.getpid))
    given_to(copy, 77, "0")
    assert len(Recovery(copy.parent).recovered()) == (not handle)
    assert asked == [(0x1000, False, 77), *([("closed", handle)] if handle else [])]


def test_without_a_folder_nothing_is_recovered(qapp: object, tmp_path: Path) -> None:
    assert Recovery(tmp_path / "nowhere").recovered() == []
