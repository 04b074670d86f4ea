"""What would change the answer: outputs of layers made otherwise, and what becomes of the answer and the accuracy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QMenu

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs, stand_back
from engine.compare.belonging import same_answers
from engine.messages import Message, say
from widgets.look.text import message_text, sentence_text

if TYPE_CHECKING:
    from pathlib import Path

    from app.insight.judged import Judged
    from app.insight.look import Question, Seen
    from engine.inspect.changes import Change, Kind
    from engine.inspect.why.ablation import WhatIf as Found
    from widgets.inside.panel import LayerPanel
    from widgets.inside.what_if import Asked

SHOWN = 6  # classes before and after
STILL_MS = 250  # without a change, before a part of the data is judged anew


class WhatIf(Feature):
    """Keeps the changes of each network; the sample's answer follows at once, the accuracy a moment later."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._inside = host.feature(Inside)
        self._inside.looked.connect(self._show)
        self._inside.menu_asked.connect(self._open_menu)
        self.menu: QMenu | None = None  # the last one
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._panel: LayerPanel | None = None
        self.judged: Judgement | None = None  # what is known of the changes in force, or being found out
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self._judge)

    def _connect(self, panel: LayerPanel) -> None:
        self._panel = panel
        panel.change_asked.connect(self._change)
        panel.change_removed.connect(self._remove)

    # -- changes ------------------------------------------------------------------------------------------------

    def _change(self, asked: Asked) -> None:
        self.change(self._inside.now.place if self._inside.now is not None else "", asked.kind, asked.channel,
                    asked.factor, asked.other if asked.kind == "swap" else None)

    def change(self, place: str, kind: Kind, channel: int | None, factor: float = 0.0,
               other: int | None = None) -> None:
        """Make a channel of a layer's output, or all of it, otherwise from now on."""
        from engine.inspect.changes import Change  # is loaded
        from engine.inspect.why.places import axis_at  # is loaded

        now = self._inside.now
        if now is None or now.seen is None or place not in now.seen.look.outputs:
            return
        output = now.seen.look.outputs[place]
        held = output.detach().clone() if kind == "hold" else None
        change = Change(place, kind, channel, factor, other, held, axis=axis_at(now.seen.lens, place, output))
        others = tuple(each for each in now.changes if (each.place, each.kind, each.channel) != (
            change.place, change.kind, change.channel))
        self._inside.set_changes((*others, change))

    def _open_menu(self, inside: PageInside, card: str, tile: int | None, at: QPoint) -> None:
        """What can be done with a map on the canvas."""
        channel = None if tile is None else self._inside.channel_of(inside, card, tile)
        place = inside.seen.places.get(card, "") if inside.seen is not None else ""
        if inside is not self._inside.now or not place:
            return
        menu = self.menu = QMenu(inside.page.view)
        if channel is not None:
            for text, kind, factor in ((self.tr("Mask channel {channel}"), "mask", 0.0),
                                       (self.tr("Double channel {channel}"), "scale", 2.0),
                                       (self.tr("Hold channel {channel}"), "hold", 0.0)):
                menu.addAction(text.format(channel=channel),
                               partial(self.change, place, kind, channel, factor))  # type: ignore[arg-type]
            if inside.card == card and inside.channel not in (None, channel):
                text = self.tr("Swap channels {one} and {other}").format(one=inside.channel, other=channel)
                menu.addAction(text, partial(self.change, place, "swap", inside.channel, 0.0, channel))
            menu.addSeparator()
        menu.addAction(self.tr("Mask all of {name}").format(name=card), partial(self.change, place, "mask", None))
        menu.addAction(self.tr("Hold all of {name} as it is").format(name=card),
                       partial(self.change, place, "hold", None))
        if inside.changes:
            menu.addSeparator()
            menu.addAction(self.tr("As the network has it"), partial(self._inside.set_changes, ()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _remove(self, id: str) -> None:
        now = self._inside.now
        if now is not None:
            self._inside.set_changes(tuple(each for index, each in enumerate(now.changes) if str(index) != id))

    # -- what comes of them -------------------------------------------------------------------------------------

    def _show(self, inside: PageInside) -> None:
        from widgets.inside.what_if import Active, Effect  # is loaded: something was seen

        panel = self.host.feature(LayerInHand).panel
        if panel is None or inside is not self._inside.now:
            return
        if panel is not self._panel:
            self._connect(panel)
        seen = inside.seen
        active = [Active(str(index), message_text(words_of(each))) for index, each in enumerate(inside.changes)]
        classes = _classes(seen) if seen is not None and inside.changes else ()
        judged = self.judged if seen is not None and self.judged is not None and (
            self.judged.is_of(seen.question)) else None
        effect = Effect(classes) if judged is None else Effect(classes, judged.accuracy, judged.part, judged.note)
        panel.show_changes(active, effect if inside.changes else Effect())
        if inside.changes and seen is not None and judged is None and not self._still.isActive():
            self._still.start()

    def _judge(self) -> None:
        now = self._inside.now
        if now is None or now.seen is None or not now.seen.question.changes:
            return
        self._drop()
        seen, root = now.seen, self.host.settings.data_root
        judged = self.judged = Judgement(seen.question)

        def tell(found: tuple[Judged, Found] | None) -> None:
            if found is not None and not math.isnan(found[1].scores_before.accuracy):
                judged.part = message_text(found[0].part)
                judged.accuracy = found[1].scores_before.accuracy, found[1].scores_after.accuracy
            self._tell(judged)

        def fail(message: Message) -> None:
            judged.note = sentence_text(message)
            self._tell(judged)

        self._job = self._jobs.start(lambda job: _last(job, seen, root), tell, fail)

    def _tell(self, judged: Judgement) -> None:
        if judged is self.judged and self._inside.now is not None:
            self._show(self._inside.now)

    def _drop(self) -> None:
        if self._job is not None:
            self._job.drop()
        self._job = self.judged = None

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._drop()

    def finish(self) -> None:
        self._still.stop()
        self._jobs.finish()


@dataclass(eq=False)
class Judgement:
    """What changes make of the accuracy of a part of the data: before and after."""

    question: Question
    part: str = ""
    accuracy: tuple[float, float] | None = None
    note: str = ""  # why it is not known

    def is_of(self, question: Question) -> bool:
        """Whether it is of these changes, and of this network with these weights."""
        mine = self.question
        return (mine.changes is question.changes and mine.weights is question.weights
                and mine.training == question.training and mine.seed == question.seed
                and same_answers(mine.experiment, question.experiment, begins=mine.weights is None))


def _last(job: Job, seen: Seen, root: Path | None) -> tuple[Judged, Found] | None:
    from app.insight.judged import effects  # loads torch

    stand_back()
    last, question = None, seen.question
    for found in effects(seen.own_lens(), seen.sample.x, question.changes, question.seed, root, job.cancelled):
        last = found
    return last


def _classes(seen: Seen) -> tuple[tuple[str, float, float], ...]:
    """The likeliest before and after, each with both its probabilities."""
    after = {guess.number: guess for guess in seen.all_guesses}
    before = {guess.number: guess for guess in seen.before}
    likely = sorted(seen.before, key=lambda each: -each.probability)
    numbers = [guess.number for guess in (*seen.guesses[:3], *likely[:4])]
    return tuple((before[number].name, before[number].probability, after[number].probability)
                 for number in list(dict.fromkeys(numbers))[:SHOWN] if number in before and number in after)


def words_of(change: Change) -> Message:
    """A change in words."""
    if change.channel is None:
        return say("{place} masked" if change.kind == "mask" else "{place} held", place=change.place)
    values = {"place": change.place, "channel": change.channel, "factor": f"{change.factor:g}", "other": change.other}
    if change.kind == "mask":
        return say("{place}: channel {channel} masked", **values)
    if change.kind == "scale":
        return say("{place}: channel {channel} × {factor}", **values)
    if change.kind == "swap":
        return say("{place}: channels {channel} and {other} swapped", **values)
    return say("{place}: channel {channel} held", **values)


