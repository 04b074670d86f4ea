"""What a run notes on its way, in a file: always in the order of its course, also where some of it is known ahead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.runs.lines import Lines
from engine.runs.texts import change_line
from engine.training.events import Noted, Steered
from engine.training.script import Place, place_of


class Notes(Lines):
    """changes.jsonl. What was changed ``ahead`` of where a run goes on will be changed again: until then it stays
    behind what is noted meanwhile."""

    def __init__(self, path: Path, done: Iterable[Noted] = (), ahead: Iterable[Steered] = ()) -> None:
        self._done, self._ahead = [change_line(each) for each in done], list(ahead)
        super().__init__(path, self._in_order())

    def note(self, noted: Noted) -> None:
        """It comes next; what was ahead is no more once it is here."""
        self._done.append(change_line(noted))
        if not self._ahead:
            self.add(self._done[-1])
            return
        come = [number for number, each in enumerate(self._ahead, 1) if _is_of(noted, each)]
        self._take(self._ahead[max(come, default=0):])

    def passed(self, place: Place) -> None:
        """The run is there: what was ahead until here has changed nothing."""
        self._take([each for each in self._ahead if place_of(each) >= place])

    def _take(self, ahead: list[Steered]) -> None:
        self._ahead = ahead
        if (text := self._in_order()) != self.text:
            self.replace(text)

    def _in_order(self) -> str:
        return "".join(f"{line}\n" for line in (*self._done, *map(change_line, self._ahead)))


def _is_of(noted: Noted, ahead: Steered) -> bool:
    """Whether this is what comes of a change that was ahead: it may come later, where an epoch has fewer batches now,
    and without what is so already."""
    return (isinstance(noted, Steered) and place_of(ahead) <= place_of(noted)
            and all(name in ahead.changes and ahead.changes[name] == value for name, value in noted.changes.items()))
