"""What waits to be trained: each as it was when it was asked for, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from app.document.document import Document, Pinned
from app.document.page import Page
from engine.experiment.experiment import Experiment
from engine.experiment.series import is_series, without_variants
from engine.experiment.trust import not_allowed
from engine.messages import Message, say
from engine.training.control import Stretch
from engine.units import grouped, typed_text
from widgets.look.later import later

_numbers = count(1)


class Order(NamedTuple):
    """A run that is to begin: of which network, with what it had then, for one ``stretch`` only, with what the run
    ``parent`` has learned. ``anyway``: whatever becomes of its data."""

    pinned: Pinned
    series: bool = False
    stretch: Stretch | None = None
    parent: Path | None = None
    anyway: bool = False

    @property
    def experiment(self) -> Experiment:
        """What is trained, as it was when this was asked for."""
        return self.pinned.experiment

    @property
    def trained(self) -> Experiment:
        """The same, of a network that comes with variants only what is drawn, unless all are asked for."""
        return self.experiment if self.series else without_variants(self.experiment)

    @property
    def what(self) -> Message:
        """In words."""
        recipe, rate = self.experiment.recipe, typed_text(self.experiment.recipe.lr)
        if is_series(self.trained):
            return say("all variants") if self.trained.variants else say("{count} folds", count=recipe.folds)
        if self.stretch is not None:
            return say("one batch, then paused") if self.stretch == "batch" else say("one epoch, then paused")
        what = say("1 epoch, lr {lr}", lr=rate) if recipe.epochs == 1 else (
            say("{count} epochs, lr {lr}", count=grouped(recipe.epochs), lr=rate))
        return what if self.pinned.weights is None else say("{what}, from the weights it had then", what=what)

    @property
    def likeness(self) -> object:
        """Equal for what would be the same run again."""
        return id(self.pinned.weights), self.stretch, self.parent, self.trained

    @property
    def why_alone(self) -> Message | None:
        """Why it cannot be trained beside another; None: it can."""
        if not_allowed(self.experiment.graph):
            return say("It holds code that nobody has agreed to run yet: it waits")
        if is_series(self.trained):
            return say("Several runs wait until nothing else trains")
        if self.pinned.weights is not None:
            return say("A run that begins with weights waits until nothing else trains")
        if self.stretch is not None:
            return say("A run that is paused again waits until nothing else trains")
        return None


@dataclass(frozen=True, eq=False)
class Entry:
    """One that waits. ``begin`` is called once it is its turn: it trains then, or is passed over (``Line.pass_over``).

    ``order`` is there where a run begins; without one a run goes on.
    """

    page: Page
    what: Message
    likeness: object  # equal for what would be the same run again
    begin: Callable[[Entry], None]
    order: Order | None = None
    key: str = field(default_factory=lambda: f"waits {next(_numbers)}")

    @property
    def document(self) -> Document:
        """Whose network it is."""
        return self.page.document

    @property
    def why_alone(self) -> Message | None:
        """Why it cannot be trained beside another; None: it can."""
        return self.order.why_alone if self.order is not None else (
            say("A run that goes on waits until nothing else trains"))


class Line(QObject):
    """Who is next. ``may_begin`` says whether a network could be trained now."""

    changed = Signal()
    added = Signal(object)  # Entry, also one that waited already when it was asked for again

    def __init__(self, parent: QObject, may_begin: Callable[[Document], bool]) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.turn: Entry | None = None  # whose turn it is, until it trains
        self._may_begin, self._is_over = may_begin, False

    def add(self, entry: Entry) -> None:
        """At the end; the same run once only."""
        there = next((each for each in self.entries if each.page is entry.page and each.likeness == entry.likeness),
                     None)
        if there is None:
            self.entries.append(entry)
            self._tell()
        self.added.emit(there or entry)

    def take(self, key: str) -> Entry | None:
        """Take one out; None: it is gone already."""
        entry = next((each for each in self.entries if each.key == key), None)
        if entry is not None:
            self.entries.remove(entry)
            self._tell()
        return entry

    def of(self, document: Document) -> list[Entry]:
        """What waits of this network."""
        return [entry for entry in self.entries if entry.document is document]

    def put_in_order(self, keys: Sequence[str]) -> None:
        """The order that is wanted; whatever has come since is last."""
        places = {key: place for place, key in enumerate(keys)}
        self.entries.sort(key=lambda entry: places.get(entry.key, len(places)))
        self._tell()

    def forget(self, page: Page) -> None:
        """A page is closed: what waits of it goes with it."""
        if self.turn is not None and self.turn.page is page:
            self.turn = None
        self.entries = [entry for entry in self.entries if entry.page is not page]
        self._tell()

    def clear(self) -> None:
        """Nothing waits any more."""
        self.entries.clear()
        self._tell()

    def finish(self) -> None:
        """The window closes: nothing begins any more."""
        self._is_over, self.turn = True, None
        self.entries.clear()

    # -- whose turn it is ---------------------------------------------------------------------------------------

    def look(self) -> None:
        """Soon, once everybody knows what has ended: the next one begins, where one may."""
        later(self, self._begin_next)

    def _begin_next(self) -> None:
        if self.turn is None and not self._is_over:
            entry = next((each for each in self.entries if self._may_begin(each.document)), None)
            if entry is not None:
                self.entries.remove(entry)
                self.turn = entry
                self.changed.emit()
                entry.begin(entry)

    def is_turn(self, entry: Entry) -> bool:
        """Whether it still is its turn, after a while in which more may have happened."""
        return self.turn is entry

    def has_begun(self) -> None:
        """Something trains."""
        if self.turn is not None:
            self.turn = None
            self.changed.emit()

    def pass_over(self, entry: Entry) -> None:
        """It cannot be trained after all, which was said: the next one."""
        if self.turn is entry:
            self.turn = None
            self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.look()
