"""Look inside: a sample in hand, and what every layer of the network gives for it, beside its card."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from app.document.in_hand import held, newest
from app.document.page import Page
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import stand_back
from app.window.steady import Steady
from engine.messages import Message
from engine.training.events import EpochEnded, Event, Finished
from widgets.canvas.outputs.outputs import Outputs

if TYPE_CHECKING:
    from app.insight.look import Insight, Question, Seen
    from engine.inspect.samples.sample import Sample

RATE_SECONDS = 2.0
PACE = 0.022  # seconds between two looks at least: the window shows no more, and has the rest for itself


@dataclass(eq=False)
class PageInside:
    """What is looked at on one page, and what was seen last."""

    page: Page
    outputs: Outputs
    make: Any = None
    training: bool = False
    source: str = ""  # which weights; "": the newest
    seen: Seen | None = None
    changes: list[Any] = field(default_factory=list)
    fitted: set[tuple[str, ...]] = field(default_factory=set)  # levels that were seen with all that lies beside


class Inside(Feature):
    """Looks while its workspace is in front, whenever something that is seen becomes another."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._pages: dict[Page, PageInside] = self.per_page()
        self._insight: Insight | None = None
        self._thread = Steady(self, stand_back, PACE)
        self._times: deque[float] = deque(maxlen=60)
        trainer = host.feature(Training).trainer
        trainer.event_arrived.connect(self._follow_training)
        host.places.stage.rearranged.connect(self._rearrange)

    def connect_page(self, page: Page) -> None:
        self._pages[page] = PageInside(page, Outputs(page.scene))

    def show(self, page: Page) -> None:
        self._rearrange()

    def torch_is_here(self) -> None:
        self._rearrange()

    @property
    def is_on(self) -> bool:
        """Whether one looks inside."""
        return self.page is not None and self.host.places.panels.workspace == "inside"

    def _rearrange(self) -> None:
        for page, inside in self._pages.items():
            inside.outputs.set_on(self.is_on and page is self.page)
        self.ask()

    def _follow_training(self, event: Event) -> None:
        if isinstance(event, (EpochEnded, Finished)):
            self.ask()

    # -- looking ------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Look anew, as soon as what is being looked at was seen."""
        page = self.page
        if page is None or not self.is_on or not self.host.is_ready or page not in self._pages:
            return
        inside = self._pages[page]
        from app.insight.look import Insight  # loads torch

        if self._insight is None:
            self._insight = Insight()
        question, insight = self._question(inside), self._insight
        self._thread.ask(partial(insight.see, question), partial(self._take, inside), partial(self._fail, inside))

    def _question(self, inside: PageInside) -> Question:
        from app.insight.look import Question  # is loaded

        document, level = inside.page.document, inside.page.level
        sources = held(document)
        source = inside.source if inside.source in sources else newest(document)
        if inside.make is None:
            inside.make = partial(_first, document.experiment, self.host.settings.data_root)
        return Question(document.experiment, sources[source].weights, inside.training, inside.make, level.path,
                        tuple(level.graph.nodes), tuple(inside.changes))

    def _take(self, inside: PageInside, seen: Seen) -> None:
        if inside.page not in self._pages:
            return
        inside.seen = seen
        if inside.page.level.path == seen.question.path:
            inside.outputs.show_outputs(seen.outputs)
            if seen.question.path not in inside.fitted:
                inside.fitted.add(seen.question.path)
                inside.page.view.show_from_top()
        self._times.append(time.perf_counter())

    def _fail(self, inside: PageInside, message: Message) -> None:
        if inside.page in self._pages:
            inside.outputs.show_outputs({})
            self.host.say(message, "error", of=inside.page.document)

    @property
    def rate(self) -> float:
        """How many looks a second, of the last two seconds."""
        now = time.perf_counter()
        recent = [at for at in self._times if now - at < RATE_SECONDS]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 2 else 0.0

    def finish(self) -> None:
        self._thread.finish()


def _first(experiment: Any, root: Any) -> Sample:
    from engine.inspect.samples.splits import from_split  # loads torch

    return from_split(experiment, "validation", 0, root)


