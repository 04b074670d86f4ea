"""Keeping the disk use of all runs within bounds: what goes is what a run that has ended needs only to learn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.runs.book.book import Book
from engine.runs.book.entry import Entry
from engine.runs.claim import is_being_written
from engine.runs.moments.names import name_of, positions_in
from engine.runs.moments.removing import remove_file, remove_moments
from engine.runs.names import CHECKPOINT, MOMENTS
from engine.runs.naming import safe_name


class Spare(NamedTuple):
    """A checkpoint, or the folder of a run's moments, that can be done without: network, curves, best and last weights
    of its run stay."""

    run: Entry
    path: Path
    size: int


def spare_in(book: Book, most: int) -> list[Spare]:
    """What to remove so that all runs take ``most`` bytes: checkpoints, the oldest first, and only then moments; it may
    not be enough.

    Runs with a star, the newest of each network and those that have not ended keep all they have.
    """
    found: list[Spare] = []
    too_much = book.size - most
    for spare in (*_spares(book, CHECKPOINT), *_spares(book, MOMENTS)):
        if too_much <= 0:
            break
        found.append(spare)
        too_much -= spare.size
    return found


def _spares(book: Book, name: str) -> Iterator[Spare]:
    newest = {safe_name(entry.network): entry for entry in reversed(book.entries)}
    for entry in reversed(book.entries):
        if entry.star or entry is newest[safe_name(entry.network)]:
            continue
        for run in entry.runs:
            path = run.folder / name
            if run.state == "ended" and not run.star and (size := _size(path)):
                yield Spare(run, path, size)


def _size(path: Path) -> int:
    """Of a file, or of all moments in a folder."""
    parts = [path / name_of(position) for position in positions_in(path)] if path.name == MOMENTS else [path]
    with suppress(OSError):
        return sum(part.stat().st_size for part in parts)
    return 0


def remove(spares: Sequence[Spare]) -> int:
    """Remove them, but for those of runs that go on again by now; how many bytes that frees. Raises WriteError."""
    freed = 0
    for spare in spares:
        if is_being_written(spare.run.folder):
            continue
        if spare.path.name == MOMENTS:
            remove_moments(spare.path)
        else:
            remove_file(spare.path)
        freed += spare.size
    return freed
