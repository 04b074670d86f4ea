"""Writing files: links, read-only files and folders, and what is flushed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from engine.files import WriteError, write_text


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
