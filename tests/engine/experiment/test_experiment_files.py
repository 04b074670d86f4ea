"""Reading and saving .loom files where that cannot be done: a sentence each, and the old file survives."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import engine.experiment.experiment
from engine.experiment.experiment import (
    MAX_BYTES,
    Experiment,
    FileError,
    from_json,
    load_experiment,
    save_experiment,
    to_json,
)
from engine.files import WriteError
from engine.graph.graph import Edge, Graph
from engine.messages import LayerloomError


def assert_sentence(text: str) -> str:
    assert text
    assert "\n" not in text
    assert len(text) < 500
    assert not re.search(r"Traceback|Error\b|Errno|<class|object at", text), text
    return text


# -- files ----------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(LayerloomError) as raised:
        load_experiment(path)
    return assert_sentence(str(raised.value))


def test_files_that_are_no_experiments(tmp_path: Path) -> None:
    assert refusal(tmp_path / "missing.loom").endswith("could not be read: no such file or directory")
    assert refusal(tmp_path).endswith("could not be read: is a directory")
    path = tmp_path / "a.loom"
    for content, words in (
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xff\xfe\x00\x80", "could not be read: it is not text"),
        (bytes(range(256)), "it is not text"),
        (b"\x89PNG\r\n\x1a\n", "it is not text"),
        (b"PK\x03\x04", "not readable as JSON"),
    ):
        path.write_bytes(content)
        assert words in refusal(path)
    assert "it is not a plain file" in refusal(Path("/dev/null"))


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.loom"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "could not be read: it is too large" in refusal(path)


def test_unknown_gallery_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lenet: Graph) -> None:
    monkeypatch.setattr(engine.experiment.experiment, "GALLERY", tmp_path)
    (tmp_path / "order.txt").write_text("lenet\nmissing\n", encoding="utf-8")
    save_experiment(Experiment(lenet), tmp_path / "lenet.loom")
    assert load_experiment("gallery:lenet").graph == lenet
    for name in ("gallery:nonsense", "gallery:missing", "gallery:", "gallery:../secret"):
        with pytest.raises(LayerloomError, match=r"There is no network .* in the gallery\. There are: lenet$"):
            load_experiment(name)


# -- saving where it cannot be saved: the old file survives ----------------------------------------------------------


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def not_permitted(*_: Any, **__: Any) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@pytest.mark.parametrize(
    ("owner", "function", "fault", "words"),
    [
        (Path, "write_text", full_disk, "no space left on device"),
        (os, "fsync", full_disk, "no space left on device"),
        (Path, "replace", full_disk, "no space left on device"),
        ("tempfile", "mkstemp", not_permitted, "permission denied"),
        (Path, "replace", not_permitted, "permission denied"),
    ],
)
def test_the_old_file_survives(owner: Any, function: str, fault: Callable[..., None], words: str, tmp_path: Path,
                               lenet: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.loom"
    save_experiment(Experiment(lenet, title="old"), path)
    with monkeypatch.context() as patched:
        if owner == "tempfile":
            patched.setattr("tempfile.mkstemp", fault)
        else:
            patched.setattr(owner, function, fault)
        with pytest.raises(WriteError) as raised:
            save_experiment(Experiment(lenet, title="new"), path)
    assert assert_sentence(str(raised.value)).endswith(f"could not be written: {words}. Nothing was changed.")
    assert load_experiment(path).title == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.loom"]  # no temporary file is left


def test_half_written_is_not_written(tmp_path: Path, lenet: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.loom"
    save_experiment(Experiment(lenet, title="old"), path)
    write = Path.write_text

    def half(self: Path, text: str, **options: Any) -> None:
        write(self, text[: len(text) // 2], **options)
        full_disk()

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(WriteError):
        save_experiment(Experiment(lenet, title="new"), path)
    monkeypatch.undo()
    assert load_experiment(path).title == "old"


def test_folders_that_are_none(tmp_path: Path, lenet: Graph) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "missing" / "a.loom", tmp_path / "file" / "a.loom", tmp_path / ("n" * 300), tmp_path):
        with pytest.raises(WriteError) as raised:
            save_experiment(Experiment(lenet), path)
        assert_sentence(str(raised.value))
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_the_file_keeps_its_permissions(tmp_path: Path, lenet: Graph) -> None:
    path = tmp_path / "a.loom"
    save_experiment(Experiment(lenet), path)
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    path.chmod(0o640)
    save_experiment(Experiment(lenet), path)
    assert path.stat().st_mode & 0o777 == 0o640


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_edges_survive_in_order(wired: Callable[..., Graph]) -> None:
    graph = wired(("a", "ReLU", {}, ["input"]), ("s", "Add", {}, ["input", "a", "input"]))
    again = from_json(to_json(Experiment(graph))).graph
    assert again.inputs["s"] == (Edge("input", "s", 0), Edge("a", "s", 1), Edge("input", "s", 2))


@pytest.mark.parametrize("variants", [5, True, "abc", {"a": 1}, [5], [[]]])
def test_damaged_variants(variants: object) -> None:
    text = json.dumps({"format": "layerloom", "version": 1, "nodes": [], "edges": [], "variants": variants})
    with pytest.raises(FileError, match="variants"):
        from_json(text)


def test_only_what_lies_in_the_gallery_is_trusted_as_ours() -> None:
    for name in ("../gallery/lenet", "../../resources/gallery/my-linear", "/tmp/lenet", "sub/lenet"):
        with pytest.raises(FileError, match="in the gallery"):
            load_experiment(f"gallery:{name}")
