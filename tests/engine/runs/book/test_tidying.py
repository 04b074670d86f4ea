"""What goes when runs take too much, and what never does."""

from __future__ import annotations

from pathlib import Path

from engine.runs.book.book import read_book
from engine.runs.book.marks import mark
from engine.runs.book.tidying import remove, spare_in
from engine.runs.claim import claim
from engine.runs.names import CHECKPOINT
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
    assert len(spare_in(smaller, 0)) == 2  # never that of the newest


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
    spares = spare_in(read_book([tmp_path]), 0)
    held = claim(spares[0].run.folder)
    assert held is not None and remove(spares) == 0 and spares[0].path.exists()
    held.release()
    assert remove(spares) == 10
