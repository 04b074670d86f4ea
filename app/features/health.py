"""What was measured of every layer of the run in hand over its epochs: a tab below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.document.page import Page
from app.features.doctor import Doctor
from app.features.health_history import History
from app.features.leading import lead_to
from app.features.places import way_to
from app.features.training import Training
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from engine.messages import say
from engine.training.events import Event, Examined
from engine.training.state import RunState
from engine.units import grouped
from widgets.health.values import Measured, Quantity
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from widgets.health.page import HealthPage
    from widgets.results.born import BornPage

APART_MS = 250  # between two pictures while a run goes on


class Health(Feature):
    """The quantity is one for all networks; the moment in hand is each network's own."""

    moment = Signal(object, float)  # Page, position in epochs: this one is in hand

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Health"), self._make, self._show, self._show, rank=-10,
                       workspaces=("train", "inside"))
        self.quantities = (
            Quantity("dead", self.tr("Dead units"), "share"), Quantity("saturated", self.tr("Saturated"), "share"),
            Quantity("gradient", self.tr("Gradient"), "powers"), Quantity("update", self.tr("Update ratio"), "powers"),
            Quantity("mean", self.tr("Mean"), "signed"), Quantity("spread", self.tr("Spread"), "powers"))
        self._quantity = self.quantities[2]
        self._page: HealthPage | None = None
        self._born: BornPage | None = None
        self._stack: QStackedWidget | None = None
        self._history: tuple[RunState, History] | None = None
        self._moments: dict[Page, float] = self.per_page()
        self._drawn: tuple[object, ...] | None = None
        self._doctor = host.feature(Doctor)
        self._doctor.numbers_asked.connect(self.show_numbers)
        self._timer = QTimer(self, singleShot=True, interval=APART_MS)
        self._timer.timeout.connect(self._show_front)
        self._trainer = host.feature(Training).trainer
        self._trainer.event_arrived.connect(self._hear)
        self._trainer.state_changed.connect(lambda _state: self._show_front())
        self._trainer.failed.connect(lambda _message: self._show_front())

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("health", "Health of the layers", self.bring, "Train", "check", rank=2)]

    def bring(self) -> None:
        """Bring it to the front, where one trains or looks inside."""
        if self.page is None:
            self.host.say(say("Open a network first"))
            return
        if self.host.places.panels.workspace == "build":
            self.host.places.stage.choose("train")
        self.host.places.bottom.bring(self.tab)

    def _make(self) -> QWidget:
        from widgets.health.page import HealthPage  # not seen at first

        self._page = page = HealthPage(self.quantities)
        page.quantity_chosen.connect(self._choose)
        page.layer_chosen.connect(self.on_page(self._take_layer))
        page.moment_chosen.connect(self.on_page(self.set_moment))
        page.numbers_asked.connect(self.on_page(self.show_numbers))
        self._stack = QStackedWidget()
        self._stack.addWidget(page)
        return self._stack

    # -- what is in hand ----------------------------------------------------------------------------------------

    def _choose(self, id: str) -> None:
        self._quantity = next(each for each in self.quantities if each.id == id)
        self._show_front()

    def _take_layer(self, page: Page, place: str, position: float) -> None:
        self.set_moment(page, position)
        lead_to(page, ".".join(way_to(place)))

    def set_moment(self, page: Page, position: float) -> None:
        """Another moment is in hand."""
        if self._moments.get(page) != position:
            self._moments[page] = position
            self._show_front()
            self.moment.emit(page, position)

    # -- showing ------------------------------------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        if isinstance(event, Examined) and not self._timer.isActive():
            self._timer.start()

    def _show_front(self) -> None:
        if self.page is not None:
            self._show(self.page)

    def _show(self, page: Page) -> None:
        shown = self._page
        if shown is None or page is not self.page or not shown.isVisible():
            self._leave_numbers(page)
            return
        self._leave_numbers(page)
        state = self._doctor.state_of(page)
        history = self._history_of(state)
        drawn = (page, state, history.count, self._quantity, tuple(page.scene.selected_names()), page.level.path,
                 self._moments.get(page), self._epochs(page, state))
        if drawn != self._drawn:
            self._drawn = drawn
            shown.show_measured(self._measured(page, state, history), self._rest(history), self._empty(page, history))
        born = self._doctor.born_of(page)
        shown.show_born("" if born is None else sentence_text(born.message))

    def _history_of(self, state: RunState | None) -> History:
        if state is None:
            return History(())
        if self._history is None or self._history[0] is not state:
            self._history = state, History(state.examined)
        return self._history[1]

    def _epochs(self, page: Page, state: RunState | None) -> float:
        """Where the axis ends: where the run is to end, or has ended."""
        if state is None or not state.examined:
            return 1.0
        last = state.examined[-1].position
        if not self._trainer.trains(page.document):
            return last or 1.0
        planned = state.experiment.recipe.epochs if state.experiment is not None else 0
        return max(last, float(planned)) or 1.0

    def _measured(self, page: Page, state: RunState | None, history: History) -> Measured:
        if not history.count:
            return Measured(self._quantity)
        names, values = history.names, history.values(self._quantity.id)
        broken = history.broken(values, self._quantity.id)
        rows = [row for row, each in enumerate(broken | (values == values)) if each.any()]
        chosen = self._chosen(page, names)
        return Measured(
            self._quantity, tuple(names[row] for row in rows), history.positions(), values[rows], broken[rows],
            tuple(at for at, row in enumerate(rows) if names[row] in chosen),
            tuple(rows.index(row) for row in history.worst(rows)), self._moments.get(page), self._epochs(page, state))

    @staticmethod
    def _chosen(page: Page, names: Sequence[str]) -> set[str]:
        """Places of the layers that are selected."""
        selected = {(*page.level.path, name) for name in page.scene.selected_names()}
        depth = len(page.level.path) + 1
        return {name for name in names if way_to(name)[:depth] in selected}

    def _rest(self, history: History) -> str:
        if not history.count:
            return ""
        words = self.tr("{layers} layers · looked at {count} times · click: the layer, and the moment")
        return words.replace("{layers}", grouped(len(history.names))).replace("{count}", grouped(history.count))

    def _empty(self, page: Page, history: History) -> str:
        """Why there is nothing to see."""
        if history.count:
            return self.tr("No layer of this network has that.")
        if not self._trainer.doctor:
            return self.tr("The doctor is switched off beside the curves: runs are not examined.")
        if self._trainer.trains(page.document):
            return self.tr("The first numbers come with the first steps.")
        return self.tr("While the network learns, its layers are examined: what was measured is seen here.")

    # -- numbers that are none ----------------------------------------------------------------------------------

    def show_numbers(self, page: Page) -> None:
        """The batch in which they were born, and the layer."""
        born = self._doctor.born_of(page)
        if born is None:
            return
        self.bring()
        if self._stack is None:
            return
        from app.insight.born import born_shown, example_shown  # loads torch
        from widgets.results.born import BornPage  # not seen at first

        if self._born is None:
            self._born = made = BornPage()
            made.left.connect(self._leave)
            made.layer_asked.connect(self.on_page(self._lead_to_born))
            self._stack.addWidget(made)
        self._born.show_born(born_shown(born), partial(example_shown, born))
        self._stack.setCurrentWidget(self._born)

    def _lead_to_born(self, page: Page) -> None:
        born = self._doctor.born_of(page)
        if born is not None and born.place:
            lead_to(page, ".".join(way_to(born.place)))

    def _leave(self) -> None:
        if self._stack is not None and self._page is not None:
            self._stack.setCurrentWidget(self._page)
            self._show_front()

    def _leave_numbers(self, page: Page) -> None:
        """They are of another run by now."""
        born = self._doctor.born_of(page)
        if self._born is not None and self._stack is not None and self._stack.currentWidget() is self._born and (
                born is None or not self._born.is_of(born)):
            self._leave()

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._history = self._drawn = None
