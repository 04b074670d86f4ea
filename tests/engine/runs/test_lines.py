"""Text files that only grow: what a line costs, what a full disk leaves, what a vanished file gets back."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.files import WriteError
from engine.runs import lines as module
from engine.runs.lines import Lines

HEAD = "epoch,loss\n"


class Disk:
    """A file with room for so many more bytes, which counts those that were written."""

    def __init__(self, file: Any, room: float) -> None:
        self._file, self.room, self.written = file, room, 0

    def __enter__(self) -> Disk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        fits = content[: int(min(len(content), self.room))]
        self._file.write(fits)
        self.written += len(fits)
        if len(fits) < len(content):
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(fits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[Disk]]:
    """From now on every file that is opened has room for so many bytes; all that were."""
    disks: list[Disk] = []
    usual = Path.open

    def limit(room: float) -> list[Disk]:
        def open_on_disk(path: Path, *mode: Any, **options: Any) -> Disk:
            disks.append(Disk(usual(path, *mode, **options), room))
            return disks[-1]

        monkeypatch.setattr(Path, "open", open_on_disk)
        return disks

    return limit


def begun(path: Path, count: int = 1) -> Lines:
    """A file with its head and so many lines."""
    lines = Lines(path, HEAD)
    for number in range(count):
        lines.add(f"{number},0.5")
    lines.flush()
    return lines


def test_a_line_is_held_back_until_it_is_flushed(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    lines = Lines(path)
    lines.flush()
    assert lines.is_empty and not path.exists()
    lines.head_with(HEAD)
    lines.head_with("another\n")
    lines.add("1,0.5")
    assert not lines.is_empty and not path.exists()
    lines.flush()
    lines.add("2,0.25")
    assert path.read_text() == f"{HEAD}1,0.5\n"
    lines.flush()
    assert path.read_text() == f"{HEAD}1,0.5\n2,0.25\n"


def test_what_was_given_can_be_replaced_and_goes_on_to_grow(tmp_path: Path) -> None:
    lines, path = begun(tmp_path / "m.csv"), tmp_path / "m.csv"
    lines.add("1,0.25")
    assert lines.first == HEAD.strip() and lines.text == f"{HEAD}0,0.5\n1,0.25\n"
    lines.replace("epoch,loss,more\n0,0.5,\n")
    lines.flush()
    lines.add("1,0.25,3")
    lines.flush()
    assert path.read_text() == lines.text == "epoch,loss,more\n0,0.5,\n1,0.25,3\n"
    assert lines.first == "epoch,loss,more" and Lines(path).first == ""


def test_a_head_alone_is_written_too(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("what a run that was killed left")
    Lines(tmp_path / "m.csv", f"{HEAD}1,0.5\n").flush()
    assert (tmp_path / "m.csv").read_text() == f"{HEAD}1,0.5\n"


@pytest.mark.parametrize("before", [1, 10_000])
def test_a_line_costs_the_same_however_long_the_file_is(before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                        opened: Callable[[float], list[Disk]]) -> None:
    lines = begun(tmp_path / "m.csv", before)
    monkeypatch.setattr(module, "write_text", None)  # nothing is written anew
    disks = opened(float("inf"))
    for number in range(5):
        lines.add(f"{number},0.1")
        lines.flush()
        lines.flush()
    assert [disk.written for disk in disks] == [6] * 5
    assert len((tmp_path / "m.csv").read_bytes().splitlines()) == 1 + before + 5


@pytest.mark.parametrize("room", range(8))
def test_what_a_full_disk_left_of_a_line_is_written_over(room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                         opened: Callable[[float], list[Disk]]) -> None:
    lines, path = begun(tmp_path / "m.csv"), tmp_path / "m.csv"
    opened(room)
    for number in range(2):  # twice: what waits grows
        lines.add(f"1{number},0.25")
        with pytest.raises(WriteError, match=r"m.csv could not be written: no space left on device"):
            lines.flush()
    monkeypatch.undo()
    assert path.read_text().startswith(f"{HEAD}0,0.5\n")
    lines.add("é")
    lines.flush()
    lines.add("4")
    lines.flush()
    assert path.read_text(encoding="utf-8") == f"{HEAD}0,0.5\n10,0.25\n11,0.25\né\n4\n"


def test_a_longer_rest_of_a_line_is_cut_off(tmp_path: Path) -> None:
    lines, path = begun(tmp_path / "m.csv"), tmp_path / "m.csv"
    with path.open("a") as file:
        file.write("1,0.123456789012345")
    lines.add("1,0.1")
    lines.flush()
    assert path.read_text() == f"{HEAD}0,0.5\n1,0.1\n"


def test_a_file_that_vanished_is_written_anew_with_everything(tmp_path: Path) -> None:
    lines, path = begun(tmp_path / "m.csv", 3), tmp_path / "m.csv"
    path.unlink()
    lines.flush()
    assert not path.exists()  # until there is something to write
    for line in ("3,0.25", "4,ü"):
        lines.add(line)
        lines.flush()
        assert path.read_text(encoding="utf-8").endswith(f"{line}\n")
    assert path.read_text(encoding="utf-8") == f"{HEAD}0,0.5\n1,0.5\n2,0.5\n3,0.25\n4,ü\n"


def test_a_folder_that_vanished_is_an_error_until_it_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "run" / "m.csv"
    lines = Lines(path, HEAD)
    for number in range(2):
        lines.add(f"{number},0.5")
        with pytest.raises(WriteError, match=r"m.csv could not be written: no such file or directory"):
            lines.flush()
    path.parent.mkdir()
    lines.flush()
    assert path.read_text() == f"{HEAD}0,0.5\n1,0.5\n"


def test_half_a_character_takes_the_bytes_that_it_is_written_with(tmp_path: Path) -> None:
    lines, path = Lines(tmp_path / "m.csv", "\ud800\n"), tmp_path / "m.csv"
    for line in ("a\udc00", "b"):
        lines.add(line)
        lines.flush()
    assert path.read_text() == "?\na?\nb\n"
