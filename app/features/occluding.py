"""Occlusion: what is lost of a class where the sample is covered, found out patch by patch in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from app.document.page import Page
from app.features.inside import Inside, PageInside
from app.features.layer_in_hand import LayerInHand
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs, stand_back
from engine.messages import Message, say
from engine.units import share_text, value_text
from widgets.look.text import message_text, sentence_text

if TYPE_CHECKING:
    from app.insight.look import Seen
    from engine.inspect.why.occlusion import Occlusion

STILL_MS = 150  # with the same sample in hand, before it begins


class Occluding(Feature):
    """Begins anew with every sample, class and network; what was found last stays until there is more."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._inside = host.feature(Inside)
        self._inside.looked.connect(self._look)
        host.places.stage.rearranged.connect(lambda: None if self._inside.is_on else self._drop())
        self._jobs = Jobs(self)
        self._job: Job | None = None
        self._asked: tuple[Any, ...] | None = None
        self._found: Occlusion | None = None
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self._begin)

    def _look(self, inside: PageInside) -> None:
        seen = inside.seen
        if inside is not self._inside.now or seen is None or inside.method != "occlusion":
            self._drop()
            return
        question = seen.question
        asked = (seen.sample, seen.lens, self._class(inside, seen), question.changes, question.training, question.seed,
                 question.weights)
        if asked != self._asked:
            self._drop()
            self._asked = asked
            self._still.start()
        elif self._found is not None:
            self._show(inside, seen, self._found)

    def _drop(self) -> None:
        self._still.stop()
        if self._job is not None:
            self._job.drop()
        self._job = self._asked = self._found = None

    @staticmethod
    def _class(inside: PageInside, seen: Seen) -> int | None:
        from app.insight.reasons import class_in_hand  # is loaded: something was seen
        from app.insight.wanted import Wanted

        return class_in_hand(Wanted(class_number=inside.class_number), seen.look)

    def _begin(self) -> None:
        now, asked = self._inside.now, self._asked
        if now is None or now.seen is None or asked is None or asked[2] is None:
            return
        seen = now.seen

        def fail(message: Message) -> None:
            panel = self.host.feature(LayerInHand).panel
            if asked is self._asked and panel is not None:
                panel.show_why(self.tr("Why?"), None, None, sentence_text(message))

        job = self._job = self._jobs.start(lambda job: _occluded(job, seen, asked[2]), lambda _: None, fail)
        job.progress.connect(lambda found, _total: self._take(asked, found))

    def _take(self, asked: tuple[Any, ...], found: Occlusion) -> None:
        now = self._inside.now
        if asked is not self._asked:
            return
        if now is None or now.seen is None:  # one looks elsewhere, and comes back to a new one
            self._drop()
        else:
            self._found = found
            self._show(now, now.seen, found)

    def _show(self, inside: PageInside, seen: Seen, found: Occlusion) -> None:
        from engine.inspect.answers import class_name  # is loaded: something was seen

        panel = self.host.feature(LayerInHand).panel
        number = self._class(inside, seen)
        if panel is None or number is None:
            return
        name = class_name(seen.question.experiment, number)
        lost = found.lost.nan_to_num()
        is_map = lost.dim() == 2
        words = say("Occlusion: the brighter, the more of {name} is lost ({before}) where a patch of {size} covers it",
                    name=name, before=value_text(found.before), size="×".join(map(str, found.patch)))
        if found.done < found.total:
            words = say("{words}. {share} is done", words=words, share=share_text(found.done / found.total))
        panel.show_why(message_text(say("Why {name}?", name=name)), seen.pixels if is_map else None,
                       lost.clamp(min=0).numpy() if is_map else None, sentence_text(words))

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        self._drop()

    def finish(self) -> None:
        self._still.stop()
        self._jobs.finish()


def _occluded(job: Job, seen: Seen, number: int) -> None:
    from engine.inspect.why.occlusion import occlusion  # loads torch

    stand_back()
    lens = seen.own_lens().with_changes(seen.question.changes, seen.question.seed)
    for found in occlusion(lens, seen.sample.x, number, cancelled=job.cancelled):
        job.progress.emit(found, None)
