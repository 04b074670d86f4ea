"""Files: what is written whole or not at all, what is read within bounds, what killed processes left."""

from __future__ import annotations

import os
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from engine.files import (
    BRIEF,
    UNTOLD,
    ReadError,
    WriteError,
    parsing,
    read_bytes,
    read_text,
    reason_of_os_error,
    write_atomically,
    write_text,
)
from engine.messages import LayerloomError, Message, say


def test_what_is_flushed_was_opened_for_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[str] = []
    opened = Path.open

    def noting(path: Path, mode: str = "r", *rest: Any, **more: Any) -> IO[Any]:
        modes.append(mode)
        return opened(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", noting)
    write_text(tmp_path / "a", "text")
    assert modes[-1] == "r+b"  # Windows refuses to flush a handle that cannot write


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real" / "a")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real" / "a").read_text() == "new"


def test_links_in_a_circle_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(WriteError, match=r"could not be written: .*\. Nothing was changed\.$"):
        write_text(tmp_path / "a", "new")


def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o444)
    with pytest.raises(WriteError, match=r"a could not be written: it is read-only\. Nothing was changed\.$"):
        write_text(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old" and list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_read_only_folder_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    with pytest.raises(WriteError, match=r"a could not be written: permission denied\. Nothing was changed\.$"):
        write_text(tmp_path / "a", "new")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own(umask: int, mode: int,
                                                                          tmp_path: Path) -> None:
    was = os.umask(umask)
    try:
        write_text(tmp_path / "new", "text")
        (tmp_path / "old").touch()
        (tmp_path / "old").chmod(0o751)
        write_text(tmp_path / "old", "text")
        assert os.umask(umask) == umask  # asked for, and set again
    finally:
        os.umask(was)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")] == [mode, 0o751]


@pytest.mark.parametrize("error", [RuntimeError("of who writes"), OSError(28, "No space left on device"), KeyError(1)])
def test_what_fails_while_writing_leaves_the_old_file_and_nothing_else(error: Exception, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    seen: list[Path] = []

    def failing(temporary: Path) -> None:
        seen.append(temporary)
        temporary.write_text("half")
        raise error

    with pytest.raises(WriteError if isinstance(error, OSError) else type(error)) as raised:
        write_atomically(tmp_path / "a.txt", failing)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"] and (tmp_path / "a.txt").read_text() == "old"
    assert seen[0].parent == tmp_path and seen[0].suffix == ".txt" and seen[0].name.startswith(".a.txt.")
    assert raised.value is error or isinstance(raised.value.__cause__, OSError)


def test_half_characters_become_question_marks(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "é\ud800x")
    assert (tmp_path / "a").read_bytes() == "é?x".encode()


@pytest.mark.parametrize(("error", "reason"), [(OSError(28, "No space left on device"), "no space left on device"),
                                               (OSError("Own Words"), "own Words"), (OSError(), "")])
def test_what_the_system_says_is_in_lower_case(error: OSError, reason: str) -> None:
    assert reason_of_os_error(error) == reason


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_never_ends_is_not_begun(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path, reason in ((tmp_path / "pipe", "it is not a plain file"), (Path("/dev/zero"), "it is not a plain file"),
                         (tmp_path, "is a directory"), (tmp_path / "a", "too many levels of symbolic links"),
                         (tmp_path / "none", "no such file or directory"), (Path("a\0b"), "no file can be called so")):
        with pytest.raises(ReadError, match=f"could not be read: {reason}") as raised:
            read_bytes(path, 100)
        assert str(raised.value.reason) == reason


def test_a_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(ReadError, match=r"it is too large: 5.B, where 4.B is the most"):
        read_bytes(path, 4)
    path.write_bytes("\ufeffé".encode())
    assert read_text(path, 100) == "é"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ReadError, match="it is not text"):
        read_text(path, 100)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no such files here")
def test_a_file_that_says_to_be_empty_is_read_up_to_the_bound_too() -> None:
    whole = read_bytes(Path("/proc/self/maps"), 2**24)
    assert b"[stack]" in whole
    with pytest.raises(ReadError, match="too large"):
        read_bytes(Path("/proc/self/maps"), 100)


class PanicException(BaseException):
    """As Rust's panics come."""


@pytest.mark.parametrize(("error", "said"), [
    (ValueError("own"), "broken: odd"), (struct.error(), "broken: odd"), (AssertionError(), "broken: odd"),
    (OSError(), "broken: odd"), (OSError(13, "Permission denied"), "unread: permission denied"),
    (MemoryError(), "unread: it does not fit into memory"), (RecursionError(), "broken: it is nested too deeply"),
    (ReadError(Path("a"), say("gone")), "unread: gone"), (WriteError("kept"), "kept"),
    (PanicException(), "broken: odd"),
])  # fmt: skip
def test_whatever_a_parser_raises_is_a_sentence(error: BaseException, said: str) -> None:
    def refusal(kind: str) -> Callable[[Message], LayerloomError]:
        return lambda reason: LayerloomError("{kind}: {reason}", kind=kind, reason=reason)

    with pytest.raises(LayerloomError) as raised, parsing(refusal("unread"), refusal("broken"), say("odd")):
        raise error
    assert str(raised.value) == said


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_end_of_the_program_is_no_damage(error: type[BaseException]) -> None:
    with pytest.raises(error), parsing(WriteError, WriteError, say("odd")):
        raise error


# -- what killed processes left ----------------------------------------------------------------------------------------


def test_what_a_killed_process_left_goes_with_the_next_saving(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    old, new = time.time() - 2 * UNTOLD, time.time()
    files = {".net.loom.abcd1234.loom": (old, False), ".net.loom.abcd1235.loom": (new, True),  # no process is named
             f".net.loom.{gone.pid}-abcd1234.loom": (old, False), f".net.loom.{gone.pid}-abcd1236.loom": (new, True),
             f".net.loom.{os.getpid()}-abcd1234.loom": (old, True), ".net.loom.mine.loom": (old, True),
             ".other.loom.abcd1234.loom": (old, True), "net.loom.abcd1234.loom": (old, True), ".net.loom": (old, True)}
    for name, (changed, _) in files.items():
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (changed, changed))
    write_text(tmp_path / "net.loom", "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"net.loom", *(name for name, (_, stays) in files.items()
                                                                       if stays)}


@pytest.mark.skipif(not hasattr(os, "kill") or sys.platform == "win32", reason="no such signal")
def test_a_process_that_is_killed_while_it_saves_leaves_what_is_swept(tmp_path: Path) -> None:
    code = ("import os, sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
            "from engine.files import write_atomically\n"
            "write_atomically(Path(sys.argv[2]), lambda path: os.kill(os.getpid(), 9))")
    path = tmp_path / "net.loom"
    assert subprocess.run([sys.executable, "-c", code, str(Path(__file__).parents[2]), str(path)]).returncode == -9
    left, = tmp_path.iterdir()
    os.utime(left, (time.time() - 2 * BRIEF,) * 2)
    write_text(path, "whole")
    assert list(tmp_path.iterdir()) == [path]
