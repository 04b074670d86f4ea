"""Numbers and weights belong to what was trained: where the canvas has gone on, this is seen beside them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from app.document.document import Document, Run
from app.document.page import Page
from app.features.comparing import Comparing
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host
from engine.compare.belonging import NOTHING, Since
from engine.messages import say
from engine.training.events import EpochEnded, Event, Finished, MemberStarted, Started
from widgets.parts.changed_bar import ChangedBar


class Belonging(Feature):
    """Puts a line over every page that shows numbers of a run, while they are of another network or other data."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._bars: list[ChangedBar] = []  # over the numbers of the latest run
        self._over_weights: list[ChangedBar] = []
        trainer = host.feature(Training).trainer
        trainer.event_arrived.connect(self._take)
        trainer.state_changed.connect(lambda _state: self._show_line())

    def commands(self) -> Sequence[Row]:
        return [
            Command("show_trained", "Show the trained network", self.on_page(self.show_trained), "Train", "results"),
            Command("compare_trained", "What changed since training", self.on_page(self.show_difference), "Train",
                    "results"),
        ]

    def over(self, below: QWidget, weights: bool = False) -> QWidget:
        """The page of a panel that shows curves and results, or weights, with the line over it."""
        bar = ChangedBar(below)
        bar.trained_requested.connect(self.on_page(self.show_trained))
        bar.difference_requested.connect(self.on_page(self.show_difference))
        (self._over_weights if weights else self._bars).append(bar)
        self._show_line()
        return bar

    # -- when it is seen ----------------------------------------------------------------------------------------

    def show(self, page: Page) -> None:
        self._show_line()

    def show_start(self) -> None:
        self._show_line()

    def _take(self, event: Event) -> None:
        if isinstance(event, (Started, MemberStarted, EpochEnded, Finished)):  # with its first epoch a run counts
            self._show_line()

    def _show_line(self) -> None:
        document = self.page.document if self.page is not None else None
        for bar in self._bars:
            self._tell(bar, document.since_run if document is not None else NOTHING,
                       document is not None and document.run is document.trained)
        for bar in self._over_weights:
            self._tell(bar, document.since if document is not None else NOTHING)

    def _tell(self, bar: ChangedBar, changed: Since, is_there: bool = True) -> None:
        whole, brief = {
            Since(True, True): (self.tr("Changed since training: the network and the data"), self.tr("Both changed")),
            Since(True, False): (self.tr("Changed since training: the network"), self.tr("Network changed")),
            Since(False, True): (self.tr("Changed since training: the data"), self.tr("Data changed")),
        }.get(changed, ("", ""))
        bar.show_text(whole, [brief], is_there)

    # -- what can be done ---------------------------------------------------------------------------------------

    def show_trained(self, page: Page) -> None:
        """What was trained, in a page of its own: the weights and every number belong to it."""
        document = page.document
        if document.trained is None:
            self.host.say(say("Train the network first"))
        elif not document.since.anything:
            self.host.say(say("Nothing has changed since training: this is the trained network"))
        else:
            self._open(document, document.trained)

    def _open(self, document: Document, run: Run) -> None:
        for index, page in enumerate(self.host.pages):
            if page.document.run is run and page.document is not document and not page.document.since.anything:
                self.host.turn_to(index)
                return
        self.host.open(document.as_trained(self.tr("{name} as trained").format(name=document.name)))

    def show_difference(self, page: Page) -> None:
        """The trained network and the drawn one in one picture."""
        run = page.document.trained
        if run is None:
            self.host.say(say("Train the network first"))
            return
        self.host.feature(Comparing).compare_with(page, run.folder.name, self.tr("as it was trained"),
                                                  lambda: run.as_steered)
