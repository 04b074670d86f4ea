"""A bar at the foot of each card: how well its layer learns, while one trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QTimer

from app.document.page import Page
from app.features.doctor import Doctor
from app.features.places import below, way_to
from app.features.training import Training
from app.window.host import Feature, Host
from engine.layers.inputs import Input
from engine.training.doctor.kinds import severity_of
from engine.training.doctor.score import ailment, score
from engine.training.doctor.values import LayerHealth
from engine.training.events import Event, Examined, NumbersEnded
from engine.training.state import RunState
from engine.training.values import Remark
from widgets.canvas.cards.face import Face
from widgets.look.text import message_text

APART_MS = 250  # between two looks: nobody reads faster
STEPS = 48  # that a bar's length has: it does not tremble


class Bar(NamedTuple):
    """What a card shows."""

    health: float
    ill: str = ""
    ailment: str = ""


class HealthBars(Feature):
    """From what was examined last; only cards whose bar is another are painted anew."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._bars: dict[Page, Mapping[str, Bar]] = self.per_page()
        self._training, self._doctor = host.feature(Training), host.feature(Doctor)
        self._timer = QTimer(self, singleShot=True, interval=APART_MS)
        self._timer.timeout.connect(self._refresh_front)
        self._training.trainer.event_arrived.connect(self._hear)
        self._training.trainer.failed.connect(lambda _message: self._refresh_front())
        self._training.trainer.state_changed.connect(lambda _state: self._refresh_front())
        host.places.stage.rearranged.connect(self._refresh_front)

    def connect_page(self, page: Page) -> None:
        self._bars[page] = {}
        page.scene.decorations.append(lambda face: self._decorated(page, face))
        page.scene.shown.connect(lambda: self._refresh(page))

    def show(self, page: Page) -> None:
        if page in self._bars:
            self._refresh(page)

    def _hear(self, event: Event) -> None:
        if isinstance(event, (Examined, Remark, NumbersEnded)) and not self._timer.isActive():
            self._timer.start()

    def _decorated(self, page: Page, face: Face) -> Face:
        bar = self._bars.get(page, {}).get(face.name)
        return face if bar is None else face._replace(health=bar.health, ill=bar.ill, ailment=bar.ailment)

    def _refresh_front(self) -> None:
        if self.page is not None and self.page in self._bars:
            self._refresh(self.page)

    def _refresh(self, page: Page) -> None:
        before, bars = self._bars.get(page, {}), self._counted(page)
        others = [name for name in before.keys() | bars.keys() if before.get(name) != bars.get(name)]
        if others:
            self._bars[page] = bars
            page.scene.redress(others)

    def _counted(self, page: Page) -> dict[str, Bar]:
        """By the cards of the level that is shown."""
        state, born = self._doctor.state_of(page), self._doctor.born_of(page)
        wanted = self._training.trains(page.document) or self.host.places.panels.workspace == "train"
        if state is None or not wanted:
            return {}
        newest = state.examined[-1].layers if state.examined else {}
        layers = {place: health for place, health in newest.items() if _is_the_same(page, state, place)}
        said = _said(self._doctor.findings_of(page))
        nodes = page.level.graph.nodes
        bars = {name: _bar(places, layers, said) for name, places in below(layers, page.level.path).items()
                if name in nodes and not isinstance(nodes[name].layer, Input)}
        for name in below([born.place if born is not None else ""], page.level.path):
            bars[name] = Bar(bars[name].health if name in bars else 0.0, "error", self.tr("no numbers"))
        return bars


def _is_the_same(page: Page, state: RunState, place: str) -> bool:
    """Whether what was examined is what is drawn: another kind of layer may have its name by now."""
    name, now = way_to(place)[0], page.document.experiment.graph.nodes
    then = state.experiment.graph.nodes if state.experiment is not None else now
    return name in now and name in then and type(now[name].layer) is type(then[name].layer)


def _said(remarks: Iterable[Remark]) -> dict[str, str]:
    """By the layer that something was found at, how bad it is."""
    found: dict[str, str] = {}
    for remark in remarks:
        if remark.place and found.get(remark.place) != "error":
            found[remark.place] = "error" if severity_of(remark.kind) == "error" else "warn"
    return found


def _bar(places: Iterable[str], layers: Mapping[str, LayerHealth], said: Mapping[str, str]) -> Bar:
    """Of a layer; of a block that of the worst in it, and of those where something was found before all others."""
    worst = min(places, key=lambda place: (place not in said, score(layers[place])))
    health = round(score(layers[worst]) * STEPS) / STEPS
    if worst not in said:
        return Bar(health)
    words = ailment(layers[worst])
    return Bar(health, said[worst], message_text(words) if words is not None else "")
