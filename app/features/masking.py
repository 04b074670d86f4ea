"""Every channel of a layer masked in turn: what the accuracy loses, as bars, and as heat on the cards."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.window.commands import Command, Row
from app.window.host import Feature, Host, Tab
from app.window.jobs import Job, Jobs, stand_back
from app.window.taking import take
from engine.compare.belonging import same_answers
from engine.messages import Message, say
from engine.units import share_text
from widgets.canvas.cards.face import Face

if TYPE_CHECKING:
    from pathlib import Path

    from app.insight.look import Question, Seen
    from engine.inspect.why.ablation import Masked
    from widgets.findings.ablation import AblationChart, Queued
    from widgets.findings.ablation_bars import Ablation
    from widgets.inside.panel import LayerPanel

SHOWN_MS = 60  # from one showing of what is known to the next, while channels come fast


@dataclass(eq=False)
class Layer:
    """One that was asked for, with what is known of it."""

    seen: Seen | None  # the network, until it is masked
    question: Question
    place: str
    baseline: float = math.nan
    loss: float = math.nan
    accuracies: dict[int, float] = field(default_factory=dict)
    losses: dict[int, float] = field(default_factory=dict)
    units: int = 0
    share: float | None = None  # None: it waits, or is over
    is_over: bool = False
    wrong: Message | None = None

    def is_of(self, question: Question) -> bool:
        """Whether what is known is of the network and the weights that are looked at."""
        mine = self.question
        return mine.weights is question.weights and mine.training == question.training and same_answers(
            mine.experiment, question.experiment, begins=mine.weights is None)

    def take(self, found: Masked) -> None:
        """One more channel."""
        self.units, self.share = found.units, found.done / max(1, found.total)
        if found.unit is None:
            self.baseline, self.loss = found.scores.accuracy, found.scores.loss
        else:
            self.accuracies[found.unit], self.losses[found.unit] = found.scores.accuracy, found.scores.loss

    @property
    def worth(self) -> float:
        """How much the loss rises at most without one of them."""
        return max((loss - self.loss for loss in self.losses.values()), default=0.0)


@dataclass(eq=False)
class PageMasks:
    """Of one page."""

    page: Page
    layers: dict[str, Layer] = field(default_factory=dict)  # by place, as asked for
    heat: dict[str, float] = field(default_factory=dict)  # by card, 0 to 1
    words: dict[str, str] = field(default_factory=dict)

    def decorate(self, face: Face) -> Face:
        """The card with what its most important channel is worth."""
        if face.name not in self.heat or face.problem:
            return face
        return face._replace(heat=self.heat[face.name], heat_text=self.words[face.name], count=self.words[face.name])


class Masking(Feature):
    """Layers wait in a queue, whichever network they are of."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.tab = Tab(self.tr("Ablation"), self._make, lambda _page: self._fill(), rank=-40, workspaces=("inside",))
        self.chart: AblationChart | None = None
        self._inside = host.feature(Inside)
        self._inside.looked.connect(self._show)
        self._inside.came.connect(lambda _inside: self._fill())
        self._inside.layer_chosen.connect(lambda _inside: self._fill())
        host.places.stage.rearranged.connect(self._cool)
        self._masks: dict[Page, PageMasks] = self.per_page()
        self._queue: deque[tuple[PageMasks, Layer]] = deque()
        self._now: tuple[PageMasks, Layer] | None = None
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._panel: LayerPanel | None = None
        self._soon = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._soon.timeout.connect(self._fill)

    def tabs(self) -> Sequence[Tab]:
        return [self.tab]

    def commands(self) -> Sequence[Row]:
        return [Command("mask_all", "Mask every channel of every layer", self.ask_for_all, "Network", "inside"),
                Command("mask_stop", "Stop masking", self.stop, "Network", "inside")]

    def connect_page(self, page: Page) -> None:
        masks = self._masks[page] = PageMasks(page)
        page.scene.decorations.append(masks.decorate)

    def _make(self) -> QWidget:
        from widgets.findings.ablation import AblationChart  # not seen at first

        chart = self.chart = AblationChart()
        chart.asked.connect(self.ask)
        chart.stopped.connect(self.stop)
        chart.channel_chosen.connect(self._choose)
        chart.save_requested.connect(self._save)
        return chart

    # -- asking -------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """For the layer in hand."""
        now = self._inside.now
        if now is not None and now.seen is not None and now.place:
            self._ask_for(self._masks[now.page], now.seen, [now.place])

    def ask_for_all(self) -> None:
        """For each layer with weights or maps of the level that is shown."""
        now = self._inside.now
        if now is None or now.seen is None:
            self.host.say(say("Choose the workspace Look inside first"))
            return
        lens, answer = now.seen.lens, now.seen.look.answer
        places = [place for place in now.seen.places.values()
                  if place in now.seen.look.outputs and now.seen.look.outputs[place] is not answer
                  and lens.sources[place]]
        self.host.places.bottom.bring(self.tab)
        self._ask_for(self._masks[now.page], now.seen, places)

    def _ask_for(self, masks: PageMasks, seen: Seen, places: Sequence[str]) -> None:
        if not all(layer.is_of(seen.question) for layer in masks.layers.values()):
            self._forget(masks)  # what is known is of other weights
        for place in places:
            layer = masks.layers.get(place)
            if layer is None or layer.wrong is not None:
                layer = masks.layers[place] = Layer(seen, seen.question, place)
                self._queue.append((masks, layer))
        self._begin()
        self._fill()

    def _forget(self, masks: PageMasks) -> None:
        self._queue = deque(each for each in self._queue if each[0] is not masks)
        if self._now is not None and self._now[0] is masks:
            self._drop()
        masks.layers, masks.heat, masks.words = {}, {}, {}
        masks.page.scene.redress()

    def stop(self) -> None:
        """None that is asked for is wanted any more; what is known stays."""
        for masks, layer in (*self._queue, *((self._now,) if self._now is not None else ())):
            masks.layers.pop(layer.place, None)  # half of it would pass for all
        self._queue.clear()
        self._drop()
        self._fill()

    def _drop(self) -> None:
        if self._job is not None:
            self._job.drop()
        self._job = self._now = None
        if self._queue:
            self._begin()

    def _begin(self) -> None:
        if self._now is not None or not self._queue:
            return
        masks, layer = self._now = self._queue.popleft()
        layer.share = 0.0
        root = self.host.settings.data_root
        assert layer.seen is not None
        self._job = self._jobs.start(partial(_masked, layer.seen, layer.place, root),
                                     lambda _: self._end(masks, layer, None), partial(self._end, masks, layer))
        self._job.progress.connect(lambda found, _total: self._take(masks, layer, found))

    def _take(self, masks: PageMasks, layer: Layer, found: Masked) -> None:
        if self._now is not None and self._now[1] is layer:
            layer.take(found)
            if not self._soon.isActive():
                self._soon.start()

    def _end(self, masks: PageMasks, layer: Layer, wrong: Message | None) -> None:
        layer.share, layer.is_over, layer.wrong, layer.seen = None, True, wrong, None
        if wrong is not None:
            self.host.say(wrong, "error", of=masks.page.document)
        if self._now is not None and self._now[1] is layer:
            self._job = self._now = None
        self._warm(masks)
        self._begin()
        self._fill()

    # -- showing ------------------------------------------------------------------------------------------------

    def _warm(self, masks: PageMasks) -> None:
        """The heat of the level that is shown."""
        inside = self._inside.of(masks.page)
        places = inside.seen.places if inside.seen is not None else {}
        worth = {card: masks.layers[place] for card, place in places.items()
                 if place in masks.layers and masks.layers[place].losses}
        most = max((layer.worth for layer in worth.values()), default=0.0)
        heat = {card: max(0.0, layer.worth) / most if most > 0 else 0.0 for card, layer in worth.items()}
        words = {card: f"−{share_text(lost)}" if (lost := layer.baseline - min(layer.accuracies.values())) > 0 else ""
                 for card, layer in worth.items()}
        if (heat, words) != (masks.heat, masks.words):
            masks.heat, masks.words = heat, words
            masks.page.scene.redress()

    def _cool(self) -> None:
        """The heat belongs to this workspace."""
        for masks in self._masks.values():
            if masks.heat and self._inside.now is None:
                masks.heat, masks.words = {}, {}
                masks.page.scene.redress()

    def _show(self, inside: PageInside) -> None:
        masks = self._masks.get(inside.page)
        if masks is None or inside.seen is None:
            return
        if not all(layer.is_of(inside.seen.question) for layer in masks.layers.values()):
            self._forget(masks)
        if masks.layers:
            self._warm(masks)
        panel = self.host.feature(LayerInHand).panel
        if panel is not None and panel is not self._panel:
            self._panel = panel
            panel.sweep_asked.connect(self.ask)
            panel.sweep_stopped.connect(self.stop)
            self._fill()

    def _fill(self) -> None:
        now = self._inside.now
        masks = self._masks.get(now.page) if now is not None else None
        layer = masks.layers.get(now.place) if masks is not None and now is not None else None
        self._warm(masks) if masks is not None else None
        if self._panel is not None:
            import numpy as np  # is loaded

            asked = layer is not None and not layer.is_over
            self._panel.show_sweep(len(layer.accuracies) if layer is not None and asked else None,
                                   layer.units if layer is not None else 0)
            known = layer is not None and bool(layer.accuracies) and not math.isnan(layer.baseline)
            self._panel.show_drops(np.array(_ablation(layer).lost, dtype=np.float32)
                                   if layer is not None and known else None)
        if self.chart is not None:
            self._fill_chart(self.chart, now, masks, layer)

    def _fill_chart(self, chart: AblationChart, now: PageInside | None, masks: PageMasks | None,
                    layer: Layer | None) -> None:
        if layer is not None and layer.accuracies:
            chart.show_ablation(_ablation(layer))
        else:
            chart.show_layer(now.place if now is not None else "")
        chart.choose_channel(now.channel if now is not None else None)
        running = self._now[1] if self._now is not None else None
        chart.show_progress(running.share if running is not None else None, running.place if running else "")
        chart.show_queue([_queued(each) for each in masks.layers.values()] if masks is not None else ())

    def _choose(self, channel: int) -> None:
        now = self._inside.now
        if now is not None:
            self._inside.choose_channel(now.card, channel)

    def _save(self, kind: str) -> None:
        import numpy as np  # is loaded

        from widgets.findings.saving import npz, widget_png, widget_svg  # not seen at first

        now, chart = self._inside.now, self.chart
        masks = self._masks.get(now.page) if now is not None else None
        if now is None or chart is None or masks is None or now.place not in masks.layers:
            return
        ablation = _ablation(masks.layers[now.place])
        makes = {"png": lambda: widget_png(chart.bars), "svg": lambda: widget_svg(chart.bars),
                 "npz": lambda: npz({"baseline": np.array(ablation.baseline), "masked": np.array(ablation.masked)})}
        take(self.asking("pictures"), self.tr("Save"), f"{now.page.document.network}-{now.place}-ablation", kind,
             makes[kind], lambda message, tone: self.host.say(message, tone))

    def forget_page(self, page: Page) -> None:
        masks = self._masks.get(page)
        if masks is not None:
            self._queue = deque(each for each in self._queue if each[0] is not masks)
            if self._now is not None and self._now[0] is masks:
                self._drop()
        super().forget_page(page)

    def finish(self) -> None:
        self._soon.stop()
        self._queue.clear()
        self._jobs.finish()


def _masked(seen: Seen, place: str, root: Path | None, job: Job) -> None:
    from app.insight.judged import masked  # loads torch

    stand_back()
    for found in masked(seen.own_lens(), place, root, job.cancelled):
        job.progress.emit(found, None)


def _ablation(layer: Layer) -> Ablation:
    from widgets.findings.ablation_bars import Ablation  # not seen at first

    return Ablation(layer.place, layer.baseline,
                    [layer.accuracies.get(unit, math.nan) for unit in range(layer.units)])


def _queued(layer: Layer) -> Queued:
    from widgets.findings.ablation import Queued  # not seen at first

    if layer.wrong is not None:
        return Queued(layer.place, "failed")
    if layer.is_over:
        return Queued(layer.place, "done")
    return Queued(layer.place, "waiting" if layer.share is None else "running", layer.share)
