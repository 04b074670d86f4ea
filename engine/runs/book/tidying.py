"""Keeping the disk use of all runs within bounds: what goes is what a run that has ended needs only to learn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.files import WriteError, reason_of_os_error
from engine.runs.book.book import Book
from engine.runs.book.entry import Entry
from engine.runs.claim import is_being_written
from engine.runs.names import CHECKPOINT
from engine.runs.naming import safe_name


class Spare(NamedTuple):
    """A checkpoint that can be done without: network, curves and weights of its run stay."""

    run: Entry
    path: Path
    size: int


def spare_in(book: Book, most: int) -> list[Spare]:
    """What to remove so that all runs take ``most`` bytes, the oldest first; it may not be enough.

    Runs with a star, the newest of each network and those that have not ended keep all they have.
    """
    found: list[Spare] = []
    too_much = book.size - most
    for spare in _spares(book):
        if too_much <= 0:
            break
        found.append(spare)
        too_much -= spare.size
    return found


def _spares(book: Book) -> Iterator[Spare]:
    newest = {safe_name(entry.network): entry for entry in reversed(book.entries)}
    for entry in reversed(book.entries):
        if entry.star or entry is newest[safe_name(entry.network)]:
            continue
        for run in entry.runs:
            path = run.folder / CHECKPOINT
            if run.state == "ended" and not run.star and (size := _size(path)):
                yield Spare(run, path, size)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def remove(spares: Sequence[Spare]) -> int:
    """Remove them, but for those of runs that go on again by now; how many bytes that frees. Raises WriteError."""
    freed = 0
    for spare in spares:
        if is_being_written(spare.run.folder):
            continue
        try:
            spare.path.unlink(missing_ok=True)
        except OSError as error:
            raise WriteError("{path} could not be removed: {reason}", path=spare.path,
                             reason=reason_of_os_error(error)) from error
        freed += spare.size
    return freed
