"""What goes when runs take too much, and what never does."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.runs.book.book import read_book
from engine.runs.book.marks import mark
from engine.runs.book.tidying import remove, spare_in
from engine.runs.claim import claim
from engine.runs.moments.names import name_of
from engine.runs.names import CHECKPOINT, MOMENTS
from tests.engine.runs.book.kept import folder_of, kept


def test_the_oldest_go_first_and_no_more_than_needed(tmp_path: Path) -> None:
    for minute in range(5):
        (kept(tmp_path, minute) / CHECKPOINT).write_bytes(bytes(1000))
    book = read_book([tmp_path])
    assert spare_in(book, book.size) == []
    spares = spare_in(book, book.size - 1500)
    assert [spare.run.folder for spare in spares] == [folder_of(tmp_path, 0), folder_of(tmp_path, 1)]
    assert remove(spares) == 2000
    smaller = read_book([tmp_path])
    assert smaller.size == book.size - 2000 and len(smaller) == 5
    left = [spare.run.folder for spare in spare_in(smaller, 0) if spare.path.name == CHECKPOINT]
    assert left == [folder_of(tmp_path, 2), folder_of(tmp_path, 3)], "never that of the newest"


def test_stars_the_newest_and_what_can_go_on_keep_theirs(tmp_path: Path) -> None:
    starred, left, stopped = kept(tmp_path, 0), kept(tmp_path, 1, ends=False), kept(tmp_path, 2, stopped=True)
    kept(tmp_path, 3, network="other")
    kept(tmp_path, 4)
    for folder in (starred, left, stopped, folder_of(tmp_path, 3, "other"), folder_of(tmp_path, 4)):
        (folder / CHECKPOINT).write_bytes(bytes(10))
    mark(starred, star=True)
    assert spare_in(read_book([tmp_path]), 0) == []


def test_a_run_that_goes_on_meanwhile_keeps_its_own(tmp_path: Path) -> None:
    for minute in range(2):
        (kept(tmp_path, minute) / CHECKPOINT).write_bytes(bytes(10))
    spares = [spare for spare in spare_in(read_book([tmp_path]), 0) if spare.path.name == CHECKPOINT]
    held = claim(spares[0].run.folder)
    assert held is not None and remove(spares) == 0 and spares[0].path.exists()
    held.release()
    assert remove(spares) == 10


def test_moments_go_when_checkpoints_are_not_enough_and_what_else_lies_there_stays(tmp_path: Path) -> None:
    for minute in range(3):
        folder = kept(tmp_path, minute)
        (folder / CHECKPOINT).write_bytes(bytes(1000))
        shutil.rmtree(folder / MOMENTS)
        (folder / MOMENTS).mkdir()
        for position in (0, 1):
            (folder / MOMENTS / name_of(position)).write_bytes(bytes(500))
    (folder_of(tmp_path, 0) / MOMENTS / "mine.txt").write_text("mine")
    book = read_book([tmp_path])
    assert [spare.path.name for spare in spare_in(book, book.size - 1500)] == [CHECKPOINT, CHECKPOINT]
    spares = spare_in(book, 0)
    assert [(spare.run.folder, spare.path.name, spare.size) for spare in spares] == [
        (folder_of(tmp_path, minute), name, 1000) for name in (CHECKPOINT, MOMENTS) for minute in (0, 1)]
    assert remove(spares) == 4000 == book.size - read_book([tmp_path]).size
    assert [path.name for path in (folder_of(tmp_path, 0) / MOMENTS).iterdir()] == ["mine.txt"]
    assert not (folder_of(tmp_path, 1) / MOMENTS).exists() and (folder_of(tmp_path, 2) / MOMENTS).is_dir()
