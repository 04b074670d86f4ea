"""The strip of examples below the probe: pages of the data, with what the network makes of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPoint, QTimer

from app.features.correcting import Correcting
from app.features.data import Data
from app.features.inside import Inside, PageInside
from app.features.probing import Probing
from app.window.host import Feature, Host
from app.window.jobs import Job, Jobs, stand_back
from engine.compare.belonging import same_answers
from engine.experiment.experiment import Experiment
from engine.experiment.trust import not_allowed
from engine.messages import Message, say
from engine.training.values import Weights
from engine.units import typed_number, value_text
from widgets.look.text import message_text, sentence_text, translated

if TYPE_CHECKING:
    from engine.inspect.samples.values import Example, Order, Strip
    from widgets.probe.panel import ProbePanel

PAGE, DIGITS = 12, 3
STILL_MS = 250  # with the same weights, before the strip is made with them
ORDERS: dict[str, Order] = {"given": "first", "class": "class", "worst": "mistakes"}


class Wish(NamedTuple):
    """Which examples are to be seen."""

    part: str = "validation"
    order: str = "given"
    of_class: str = ""
    first: int = 0


@dataclass(frozen=True, eq=False)
class Asked:
    """Of which network, with which weights."""

    experiment: Experiment
    weights: Weights | None
    wish: Wish

    is_here: bool = True  # the data are on this computer
    waits: frozenset[str] = frozenset()  # code that nobody has agreed to run

    def differs_in_weights_alone(self, other: Asked | None) -> bool:
        """Whether nothing else was asked for."""
        return other is not None and replace(self, weights=other.weights).is_like(other)

    def is_like(self, other: Asked | None) -> bool:
        """Whether the answer would be the same."""
        return (other is not None and self.wish == other.wish and self.weights is other.weights
                and (self.is_here, self.waits) == (other.is_here, other.waits)
                and same_answers(self.experiment, other.experiment, begins=self.weights is None))


class ProbingExamples(Feature):
    """Runs the network over a part of the data in the background while its strip is seen."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._inside, self._probing = host.feature(Inside), host.feature(Probing)
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._mark)
        self._jobs = Jobs(self)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self._come_still)
        self._job: Job | None = None
        self._wish = Wish()
        self._asked: Asked | None = None
        self._panel: ProbePanel | None = None
        self._shown_as: dict[object, Example] = {}  # what is in the strip, by its keys
        self._total = 0  # of what is asked for
        self._goes = 0  # −1, 1: the last or the first example of the page that comes will be looked at
        self._probing.taken.connect(self._forget_chosen)

    def _connect(self, panel: ProbePanel) -> None:
        self._panel = panel
        panel.examples_asked.connect(self._choose)
        panel.page_asked.connect(lambda first: self._wish_for(self._wish._replace(first=first)))
        panel.examples_acted.connect(self._act)
        panel.example_chosen.connect(self._look_at)
        panel.example_compared.connect(self._compare)
        panel.example_menu_asked.connect(self._open_menu)
        panel.example_excluded.connect(self._exclude)

    # -- which --------------------------------------------------------------------------------------------------

    def _choose(self, part: str, order: str, of_class: str) -> None:
        self._wish_for(Wish(part, order, of_class))

    def step(self, by: int) -> None:
        """Look at the next example of the strip (1) or the one before (−1); at its end another page comes first."""
        keys = [each.key for each in self._panel.examples.grid.examples] if self._panel is not None else []
        if not keys:
            self.host.say(say("There are no examples to look at"))
            return
        there = keys.index(self._in_hand) + by if self._in_hand in keys else 0 if by > 0 else len(keys) - 1
        first = self._wish.first + by * PAGE
        if 0 <= there < len(keys):
            self._look_at(keys[there])
        elif 0 <= first < self._total:
            self._wish_for(self._wish._replace(first=first))
            self._goes = by

    @property
    def _in_hand(self) -> tuple[str, int] | None:
        """The example that is looked at, as the strip calls it."""
        from app.insight.hand import Example as InHand  # is loaded

        now = self._inside.now
        return (now.make.part, now.make.index) if now is not None and isinstance(now.make, InHand) else None

    def _forget_chosen(self, kind: str) -> None:
        if kind != "example" and self._panel is not None:
            self._panel.examples.grid.show_chosen(None)

    def _wish_for(self, wish: Wish) -> None:
        self._wish, self._goes = wish, 0
        if self._inside.now is not None:
            self._come(self._inside.now)

    def _look_at(self, key: object) -> None:
        if isinstance(key, tuple):
            self._probing.hold_example(*key)
            if self._panel is not None:
                self._panel.examples.grid.show_chosen(key)

    def _compare(self, key: object) -> None:
        from app.insight.hand import Example as InHand  # is loaded

        now = self._inside.now
        if isinstance(key, tuple) and now is not None:
            part, index = key
            again = isinstance(now.second, InHand) and (now.second.part, now.second.index) == (part, index)
            self._inside.compare(None if again else InHand(part, index, self.host.settings.data_root))

    # -- correcting ---------------------------------------------------------------------------------------------

    def _open_menu(self, key: object, at: QPoint) -> None:
        """What can be done with one of the data's examples."""
        now, example = self._inside.now, self._shown_as.get(key)
        if now is not None and example is not None and example.id is not None and self._panel is not None:
            self.host.feature(Correcting).open_menu(now.page.document, [example.id], at, self._panel, example.label)

    def _exclude(self, key: object) -> None:
        now, example = self._inside.now, self._shown_as.get(key)
        if now is not None and example is not None and example.id is not None:
            self.host.feature(Correcting).exclude(now.page.document, [example.id])

    def _mark(self, inside: PageInside) -> None:
        """Which examples are in hand on this page."""
        if self._panel is not None and inside is self._inside.now:
            self._panel.examples.grid.show_chosen(_key_of(inside.make))
            self._panel.examples.grid.show_compared(_key_of(inside.second))

    def _act(self) -> None:
        """The data are not there: the page about them says how they come."""
        self.host.places.bottom.bring(self.host.feature(Data).tab)

    # -- showing ------------------------------------------------------------------------------------------------

    def _come_still(self) -> None:
        if self._inside.now is not None:
            self._come(self._inside.now, is_still=True)

    def _come(self, inside: PageInside, is_still: bool = False) -> None:
        panel = self._probing.panel
        if panel is None or not self.host.is_ready:
            return
        if panel is not self._panel:
            self._connect(panel)
        document = inside.page.document
        experiment = document.experiment
        panel.examples.set_classes(experiment.data.classes)
        if self._wish.of_class and self._wish.of_class not in experiment.data.classes:
            self._wish = self._wish._replace(of_class="", first=0)
        panel.examples.show_asked(self._wish.part, self._wish.order, self._wish.of_class)
        asked = Asked(experiment, self._inside.in_hand(inside).weights, self._wish,
                      _missing(experiment, self.host.settings.data_root) is None,
                      frozenset(not_allowed(experiment.graph)))
        if asked.is_like(self._asked):
            self._still.stop()
        elif asked.differs_in_weights_alone(self._asked) and not is_still:
            self._still.start()  # one may be on the way through a run, from moment to moment
        else:
            self._ask(panel, asked)

    def _ask(self, panel: ProbePanel, asked: Asked) -> None:
        self._still.stop()
        if self._job is not None:
            self._job.drop()
        self._asked, root, self._shown_as = asked, self.host.settings.data_root, {}
        if (missing := _missing(asked.experiment, root)) is not None:
            panel.examples.show_message(message_text(missing), self.tr("Show the data"))
            return
        panel.examples.show_message(self.tr("Reading…"))
        job = self._job = self._jobs.start(
            lambda job: _strip(job, asked, root), lambda strip: self._show(asked, strip),
            lambda message: panel.examples.show_message(sentence_text(message)) if asked is self._asked else None)
        job.progress.connect(lambda done, total: self._tell(asked, done, total))

    def _tell(self, asked: Asked, done: int, total: int) -> None:
        if asked is self._asked and self._panel is not None and asked.wish.order == "worst":
            text = self.tr("Looking at {done} of {total}…").format(done=done, total=total)
            self._panel.examples.show_message(text)

    def _show(self, asked: Asked, strip: Strip) -> None:
        panel = self._panel
        if asked is not self._asked or panel is None:
            return
        if not strip.examples:
            worst = self.tr("No mistakes") if asked.wish.order == "worst" else self.tr("No examples")
            panel.examples.show_message(message_text(strip.fault) if strip.fault is not None else worst)
            return
        total = len(strip.examples) + asked.wish.first if asked.wish.order == "worst" else strip.available
        more = asked.wish.order == "worst" and len(strip.examples) == PAGE
        self._total, goes, self._goes = total + more, self._goes, 0
        self._shown_as = {(asked.wish.part, each.place): each for each in strip.examples}
        panel.show_examples([_shown(asked, each) for each in strip.examples], asked.wish.first, self._total, more)
        if goes:
            self._look_at(panel.examples.grid.examples[0 if goes > 0 else -1].key)

    def forget_page(self, page: Any) -> None:
        super().forget_page(page)
        if self._job is not None:
            self._job.drop()
        self._job = self._asked = None

    def finish(self) -> None:
        self._still.stop()
        self._jobs.finish()


def _missing(experiment: Experiment, root: Path | None) -> Message | None:
    from engine.data.fetching.folder import missing_files  # needed only when something is fetched

    if not missing_files(experiment.data.files, root):
        return None
    return say("{data} is not on this computer yet: Train fetches it. Draw, type or open something meanwhile",
               data=translated(experiment.data.source.title))


def _strip(job: Job, asked: Asked, root: Path | None) -> Strip:
    """In the job's thread."""
    from engine.inspect.samples.strip import examples  # loads torch
    from engine.inspect.samples.values import Strip

    stand_back()
    wish, last = asked.wish, Strip()
    for last in examples(asked.experiment, asked.weights, wish.part, root, order=ORDERS[wish.order], count=PAGE,
                         begin=wish.first, only=_number(asked), partly=True):
        if job.cancelled():
            break
        job.progress.emit(last.looked, last.total)
    return last


def _number(asked: Asked) -> int | None:
    classes = asked.experiment.data.classes
    return classes.index(asked.wish.of_class) if asked.wish.of_class in classes else None


def _shown(asked: Asked, example: Example) -> Any:
    from widgets.probe.example import Example as Shown  # is loaded

    key = asked.wish.part, example.place
    picture, known = example.picture, example.predicted != ""
    is_right = None if not known or asked.experiment.data.task != "classification" else not example.is_wrong
    label, predicted = ((example.label, example.predicted) if asked.experiment.data.task == "classification" else
                        (_brief(example.label), _brief(example.predicted)))
    caption = f"{label}→{predicted}" if known and is_right is not True else label
    if picture.width:
        import numpy as np  # is loaded

        shape = (picture.height, picture.width, picture.channels)
        pixels = np.frombuffer(picture.pixels, dtype=np.uint8).reshape(shape)
        return Shown(key, pixels[:, :, 0] if picture.channels == 1 else pixels, caption, is_right)
    return Shown(key, None, caption, is_right, line="  ".join(value_text(each, DIGITS) for each in example.numbers))


def _key_of(make: Any) -> tuple[str, int] | None:
    from app.insight.hand import Example as InHand  # is loaded: something was asked for

    return (make.part, make.index) if isinstance(make, InHand) else None


def _brief(text: str) -> str:
    """A number in a few digits; words as they are."""
    try:
        return value_text(typed_number(text), DIGITS)
    except ValueError:
        return text
