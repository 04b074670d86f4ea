"""Writing files: links, read-only files and folders, and what is flushed."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from engine.files import WriteError, reason_of_os_error, write_atomically, write_text


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
