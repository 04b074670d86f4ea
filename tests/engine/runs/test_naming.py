"""Folders of runs: their names, that none is given twice, and that all are found again."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from engine.runs import naming
from engine.runs.names import EXPERIMENT
from engine.runs.naming import forget_if_empty, new_run_folder, run_folders, safe_name


def made(folder: Path) -> Path:
    """A run is in there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / EXPERIMENT).write_text("{}")
    return folder


def test_a_run_is_called_after_its_network_and_the_time(tmp_path: Path) -> None:
    folder = new_run_folder(tmp_path / "runs", "lenet")
    assert folder.is_dir() and folder.parent == tmp_path / "runs"
    name, _, time = folder.name.partition("-")
    assert name == "lenet" and abs((datetime.now() - datetime.strptime(time, "%Y%m%d-%H%M%S")).total_seconds()) < 60


def test_runs_that_begin_at_once_have_folders_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: new_run_folder(tmp_path, "net"), range(24)))
    assert len(set(found)) == 24 and all(folder.is_dir() for folder in found)
    for folder in found:
        made(folder)
    assert {run.path for run in run_folders([tmp_path])} == set(found)
    assert {run.name for run in run_folders([tmp_path])} == {"net"}


@pytest.mark.parametrize(("name", "safe"), [
    ("lenet", "lenet"), ("my net", "my-net"), ("a/b\\c:d*e?f\"g<h>i|j", "a-b-c-d-e-f-g-h-i-j"), ("..", "run"),
    ("", "run"), ("-rf", "rf"), (" net. ", "net"), ("LeNet 5 (ü)", "LeNet-5-ü"), ("线性", "线性"), ("nul", "_nul"),
    ("COM1.v2", "_COM1.v2"), ("console", "console"), ("a\nb\0c", "a-b-c"), ("u\u0308", "ü"), ("\ud800x", "x"),
])  # fmt: skip
def test_a_name_is_one_on_every_file_system(name: str, safe: str) -> None:
    assert safe_name(name) == safe == safe_name(safe)


def test_a_long_name_is_cut_by_its_bytes(tmp_path: Path) -> None:
    for letter in ("a", "线", "𠀀"):
        folder = new_run_folder(tmp_path, 300 * letter)
        assert folder.is_dir() and len(os.fsencode(folder.name)) <= 143 and folder.name.startswith(5 * letter)
        assert len(run_folders([tmp_path])) == 0 and [run.is_of(300 * letter) for run in run_folders([made(
            folder).parent])] == [True]
        (folder / EXPERIMENT).unlink()


def test_where_nothing_can_be_made_the_folder_is_only_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    for place in ("file", "link"):
        folder = new_run_folder(tmp_path / place, "net")
        assert folder.parent == tmp_path / place and not folder.exists()


def test_what_came_to_nothing_leaves_nothing(tmp_path: Path) -> None:
    first, second = (new_run_folder(tmp_path / "runs", name) for name in ("a", "b"))
    made(second)
    for folder in (first, second):
        forget_if_empty(folder)
    assert not first.exists() and (second / EXPERIMENT).is_file()
    (second / EXPERIMENT).unlink()
    forget_if_empty(second)
    assert not (tmp_path / "runs").exists() and tmp_path.exists()
    forget_if_empty(second)


def test_runs_of_both_faces_and_of_earlier_versions_are_found_newest_first(tmp_path: Path) -> None:
    own, here = tmp_path / "own" / "runs", tmp_path / "runs"
    names = [
        (own, "2026-01-05 10-00-00 my net", "my net"), (here, "lenet-20260104-235959", "lenet"),
        (here, "lenet-20260104-235959-2", "lenet"), (own, "2026-01-03 00-00-00 lenet", "lenet"),
        (own, "lenet-5-20260102-000000", "lenet-5"),
    ]  # fmt: skip
    for place, name, _ in names:
        made(place / name)
    named = made(here / "one")  # ``--out runs/one``
    os.utime(named / EXPERIMENT, (0, datetime(2025, 1, 1).timestamp()))
    wrong = made(here / "net-20269999-000000")
    os.utime(wrong / EXPERIMENT, (0, datetime(2024, 1, 1).timestamp()))
    (own / "empty-20260109-000000").mkdir()
    (own / "file").write_text("")
    found = run_folders([own, here, tmp_path / "none", own / "file"])
    order = [names[0], names[2], names[1], *names[3:]]
    assert [(run.path, run.name) for run in found] == [
        *((place / name, network) for place, name, network in order), (named, "one"), (wrong, "net-20269999-000000")]
    assert [run.is_of("my net") for run in found] == [True, *[False] * 6]
    assert found[0].begun == datetime(2026, 1, 5, 10) and found[0].experiment == found[0].path / EXPERIMENT


def test_no_run_is_found_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path / "runs" / "net-20260101-000000")
    (tmp_path / "link").symlink_to(tmp_path / "runs")
    monkeypatch.chdir(tmp_path)
    assert len(run_folders([tmp_path / "runs", naming.HERE, tmp_path / "link"])) == 1


def test_many_folders_are_not_looked_at_where_one_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (tmp_path / str(number)).mkdir()
    assert naming.are_few([tmp_path, tmp_path / "nowhere"])
    monkeypatch.setattr(naming, "FEW", 2)
    assert not naming.are_few([tmp_path])
