"""Look inside: a sample in hand, and what every layer of the network gives for it, beside its card."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from app.document.in_hand import Held, found_source, in_hand
from app.document.page import Page
from app.features.training import Training
from app.window.host import Feature, Host
from app.window.jobs import LIVE, stand_back
from app.window.steady import Steady
from engine.messages import Message, say
from engine.training.events import EpochEnded, Event, Finished, MomentReached
from widgets.canvas.outputs.outputs import Outputs
from widgets.canvas.outputs.shown import MOST_TILES

if TYPE_CHECKING:
    from app.insight.look import Insight, NotTaken, Question, Seen
    from engine.inspect.changes import Change

Unit = tuple[int, int, int]
RATE_SECONDS = 2.0
SLOW_MS = 2000  # until it is said that one waits
PACE = 0.022  # seconds between two looks at least: the window shows no more, and has the rest for itself


@dataclass(eq=False)
class PageInside:
    """What is looked at on one page, and what was seen last."""

    page: Page
    outputs: Outputs
    make: Callable[..., Any] | None = None  # the sample; None: nothing was chosen
    second: Callable[..., Any] | None = None  # one that is compared with it
    training: bool = False
    source: str = ""  # which weights, as in app/document/in_hand.py; "": those that count
    pinned: str = ""  # the same of weights that are compared with them; "": none are
    seed: int = 0  # of what dropout drops
    copy: int = 0  # of a repeated block, which one is looked into
    seen: Seen | None = None
    wrong: Message | None = None  # why nothing is seen
    taken: Callable[..., Any] | None = None  # the last one that the network could take
    changes: tuple[Change, ...] = ()
    card: str = ""  # whose output is in hand, and which unit of it: channel, row, column
    unit: Unit | None = None
    hover: Unit | None = None  # the unit under the mouse
    method: str = "gradcam"  # how it is asked why
    class_number: int | None = None  # of which class; None: of the one that is answered
    path: tuple[str, ...] = ()  # of the level that was asked about last
    fitted: set[tuple[str, ...]] = field(default_factory=set)  # levels that were seen with all that lies beside

    @property
    def channel(self) -> int | None:
        """Of the unit in hand, as far as it was seen."""
        layer = self.seen.layer if self.seen is not None and self.seen.question.card == self.card else None
        if self.unit is None or layer is None or layer.wanted.unit != self.unit:
            return None if self.unit is None else self.unit[0]
        return layer.channel

    @property
    def place(self) -> str:
        """Of the layer in hand, in the network that was seen; empty: none."""
        return self.seen.places.get(self.card, "") if self.seen is not None else ""


class Inside(Feature):
    """Looks while its workspace is in front, whenever something that is seen becomes another."""

    came = Signal(object)  # PageInside: its page is in front, or something about it is another
    waits = Signal(object)  # PageInside: what is asked for takes long
    looked = Signal(object)  # PageInside: something was seen, or why nothing
    refused = Signal(object)  # NotTaken: the sample that was asked for last; what was seen is seen still
    layer_chosen = Signal(object)  # PageInside: another layer or channel is in hand
    menu_asked = Signal(object, str, object, object)  # PageInside, card, channel or None, where on the screen

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._pages: dict[Page, PageInside] = self.per_page()
        self._insight: Insight | None = None
        self._thread = Steady(self, partial(stand_back, LIVE), PACE)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._wait)
        self.layer_page = "maps"  # what of the layer in hand is to be seen
        self._times: deque[float] = deque(maxlen=100)
        host.feature(Training).trainer.event_arrived.connect(self._follow_training)
        host.places.stage.rearranged.connect(self._come)

    def connect_page(self, page: Page) -> None:
        inside = self._pages[page] = PageInside(page, Outputs(page.scene))
        inside.outputs.picked.connect(partial(self._pick, inside))
        inside.outputs.menu_asked.connect(partial(self.menu_asked.emit, inside))
        page.scene.shown.connect(partial(self._follow_level, inside))

    def show(self, page: Page) -> None:
        self._come()

    def show_start(self) -> None:
        self._come()

    def torch_is_here(self) -> None:
        self._come()

    @property
    def is_on(self) -> bool:
        """Whether one looks inside."""
        return self.page is not None and self.host.places.panels.workspace == "inside"

    @property
    def now(self) -> PageInside | None:
        """What is looked at on the page in front; None: one does not look inside."""
        return self._pages.get(self.page) if self.page is not None and self.is_on else None

    def of(self, page: Page) -> PageInside:
        """What is looked at on a page."""
        return self._pages[page]

    def _come(self) -> None:
        now = self.now
        for inside in self._pages.values():
            inside.outputs.set_on(inside is now)
            if inside is not now:
                inside.seen = None  # it holds a network, and every layer's output
        if now is not None:
            chosen = now.page.scene.selected_names()
            if len(chosen) == 1 and chosen[0] != now.card:  # elsewhere, meanwhile
                now.card, now.unit, now.hover = chosen[0], None, None
            self.came.emit(now)
            self.ask()
        else:
            self.rest()

    def rest(self) -> None:
        """Nothing is looked at until something is asked for again."""
        self._slow.stop()
        self._thread.rest()
        self._insight = None  # it holds networks

    def _follow_level(self, inside: PageInside) -> None:
        """What was seen of one level says nothing of another."""
        if inside.path != inside.page.level.path:
            inside.path, inside.seen = inside.page.level.path, None
            inside.outputs.show_outputs({})
            if inside is self.now:
                self.came.emit(inside)
                self.ask()

    def _follow_training(self, event: Event) -> None:
        if isinstance(event, (MomentReached, EpochEnded, Finished)) and self.now is not None:
            self.came.emit(self.now)
            self.ask()

    # -- what is asked for --------------------------------------------------------------------------------------

    def hold(self, make: Callable[..., Any]) -> None:
        """Look at this sample."""
        self._set(make=make)

    def compare(self, make: Callable[..., Any] | None) -> None:
        """Look at this one, too."""
        self._set(second=make, pinned="")

    def pin(self, source: str) -> None:
        """Compare with these weights, whatever is in hand from here on; "": with none."""
        self._set(pinned=source, second=None)

    def set_training(self, training: bool) -> None:
        """As the network learns, or as it predicts."""
        self._set(training=training)

    def set_source(self, source: str) -> None:
        """With these weights."""
        self._set(source=source)
        if self.now is not None:
            self.came.emit(self.now)

    def set_changes(self, changes: tuple[Change, ...]) -> None:
        """With these outputs made otherwise."""
        self._set(changes=changes)

    def set_copy(self, copy: int) -> None:
        """Of a repeated block, look into this one."""
        self._set(copy=copy)

    def draw_again(self) -> None:
        """Let dropout drop others."""
        if self.now is not None:
            self._set(seed=self.now.seed + 1)

    def _set(self, **values: Any) -> None:
        now = self.now
        if now is not None:
            for name, value in values.items():
                setattr(now, name, value)
            self.ask()

    def choose(self, card: str, unit: Unit | None) -> None:
        """This layer of the level, and this unit of it, are in hand."""
        now = self.now
        if now is not None and (card, unit) != (now.card, now.unit):
            now.card, now.unit, now.hover = card, unit, None
            self._mark(now)
            self.layer_chosen.emit(now)
            self.ask()

    def hover(self, unit: Unit | None) -> None:
        """The mouse is over this unit."""
        self._set(hover=unit)

    def ask_why(self, method: str, class_number: int | None) -> None:
        """What counted for this class, found out in this way."""
        self._set(method=method, class_number=class_number)

    def turn_to(self, page: str) -> None:
        """This is to be seen of the layer in hand."""
        self.layer_page = page
        self.ask()

    def _pick(self, inside: PageInside, card: str, channel: int) -> None:
        if inside is self.now:
            self.choose(card, self.unit_of(inside, card, channel))
            inside.page.scene.select([card])

    def unit_of(self, inside: PageInside, card: str, tile: int) -> Unit | None:
        """In the middle of a map that was clicked; None: it was beside them."""
        shape = self._shape(inside, card)
        if tile < 0 or shape is None:
            return None
        rows, columns = (shape[-2], shape[-1]) if len(shape) > 1 else (1, 1)
        return (0 if len(shape) == 2 else tile), rows // 2, columns // 2

    @staticmethod
    def _shape(inside: PageInside, card: str) -> tuple[int, ...] | None:
        place = inside.seen.places.get(card, "") if inside.seen is not None else ""
        output = inside.seen.look.outputs.get(place) if inside.seen is not None else None
        return None if output is None else tuple(output.shape[1:])

    def channel_of(self, inside: PageInside, card: str, tile: int) -> int | None:
        """Of a map that was clicked."""
        from app.insight.units import channel_of  # what is clicked was seen: it is loaded
        from engine.inspect.why.places import axis_at

        unit, shape = self.unit_of(inside, card, tile), self._shape(inside, card)
        if unit is None or shape is None or inside.seen is None:
            return None
        place = inside.seen.places[card]
        return channel_of(unit, shape, axis_at(inside.seen.lens, place, inside.seen.look.outputs[place]))

    def choose_channel(self, card: str, channel: int) -> None:
        """The middle of this channel is in hand."""
        from app.insight.units import unit_of  # a channel is known of what was seen: it is loaded
        from engine.inspect.why.places import axis_at

        now = self.now
        shape = self._shape(now, card) if now is not None else None
        if now is None or now.seen is None or shape is None:
            return
        place = now.seen.places[card]
        self.choose(card, unit_of(channel, shape, axis_at(now.seen.lens, place, now.seen.look.outputs[place])))

    def show_selection(self, page: Page | None) -> None:
        names = page.scene.selected_names() if page is not None else []
        if self.now is not None and len(names) == 1 and names[0] != self.now.card:
            self.choose(names[0], None)

    # -- looking ------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Look anew, as soon as what is being looked at was seen."""
        inside = self.now
        if inside is None:
            return
        if not self.host.is_ready:
            self._fail(inside, say("PyTorch is still loading"))
            return
        question, insight = self._question(inside), self.insight
        if not self._slow.isActive():
            self._slow.start()
        self._thread.ask(partial(insight.see, question), partial(self._take, inside), partial(self._fail, inside))

    def _wait(self) -> None:
        if self.now is not None and self.is_busy:
            self.waits.emit(self.now)

    @property
    def is_busy(self) -> bool:
        """Whether something is being looked at, or waits for it."""
        return self._thread.is_busy

    @property
    def insight(self) -> Insight:
        """What looks, in the thread."""
        if self._insight is None:
            from app.insight.look import Insight  # loads torch

            self._insight = Insight()
        return self._insight

    def _question(self, inside: PageInside) -> Question:
        from app.insight.hand import First  # is loaded
        from app.insight.look import Question  # is loaded
        from app.insight.wanted import Wanted

        document, level = inside.page.document, inside.page.level
        inside.path = level.path
        if inside.make is None:
            inside.make = First(self.host.settings.data_root)
        beside = in_hand(document, self.pinned_of(inside)).weights if inside.pinned else None
        wanted = Wanted("", self.layer_page, inside.unit, inside.hover, inside.method, inside.class_number)
        return Question(document.experiment, self.in_hand(inside).weights, inside.training, inside.make, level.path,
                        tuple(level.graph.nodes), inside.changes, inside.seed, inside.copy, inside.second, wanted,
                        inside.card, beside)

    def source_of(self, inside: PageInside) -> str:
        """Which weights it is looked at with."""
        return found_source(inside.page.document, inside.source)

    def in_hand(self, inside: PageInside) -> Held:
        """Those weights, whose they are, and what they are called."""
        return in_hand(inside.page.document, self.source_of(inside))

    def pinned_of(self, inside: PageInside) -> str:
        """Which weights these are compared with; "": with none."""
        return found_source(inside.page.document, inside.pinned) if inside.pinned else ""

    def _take(self, inside: PageInside, seen: Seen | NotTaken) -> None:
        from app.insight.look import NotTaken  # is loaded

        self._slow.stop()
        if inside is not self.now or seen.question.path != inside.page.level.path:
            return
        if isinstance(seen, NotTaken):
            self._go_back(inside, seen)
            return
        inside.seen, inside.wrong, inside.taken = seen, None, seen.question.make
        self._times.append(time.perf_counter())
        inside.outputs.show_outputs(seen.outputs)
        self._mark(inside)
        if seen.question.path not in inside.fitted:
            inside.fitted.add(seen.question.path)
            inside.page.view.show_from_top()
        self.looked.emit(inside)
        if inside.card not in inside.page.level.graph.nodes:
            self._take_in_hand(inside, seen)

    def _go_back(self, inside: PageInside, said: NotTaken) -> None:
        """To the sample that was in hand before, where there was one."""
        if said.second:
            if inside.second is said.question.second:
                inside.second = None
            self.refused.emit(said)
            self.ask()
        elif inside.taken in (None, said.question.make) or inside.seen is None:
            self._fail(inside, said.message)
        else:
            if inside.make is said.question.make:
                inside.make = inside.taken
            self.refused.emit(said)

    def _take_in_hand(self, inside: PageInside, seen: Seen) -> None:
        """Nobody has chosen a layer: what is selected, else the first with maps, else the last."""
        chosen = [name for name in inside.page.scene.selected_names() if name in seen.places]
        maps = [name for name, place in seen.places.items() if place in seen.look.outputs
                and seen.look.outputs[place].dim() == 4 and seen.lens.sources[place]]
        for name in (*chosen[:1], *maps[:1], *[*seen.places][-1:]):
            self.choose(name, None)
            inside.page.scene.select([name])
            return

    def _fail(self, inside: PageInside, message: Message) -> None:
        self._slow.stop()
        if inside is self.now:
            inside.seen, inside.wrong = None, message
            inside.outputs.show_outputs({})
            self.looked.emit(inside)

    def _mark(self, inside: PageInside) -> None:
        places = inside.seen.places if inside.seen is not None else {}
        by_place = {place: card for card, place in places.items() if self._has_maps(inside, card)}
        changed: dict[str, list[int]] = {}
        for change in inside.changes:
            if change.place in by_place:
                channels = [each for each in (change.channel, change.other) if each is not None]
                changed.setdefault(by_place[change.place], []).extend(channels or range(MOST_TILES))
        inside.outputs.mark(inside.card, inside.unit[0] if inside.unit is not None else None, changed)

    def _has_maps(self, inside: PageInside, card: str) -> bool:
        """Whether what is drawn beside it is one picture, bar or cell for each channel."""
        return len(self._shape(inside, card) or ()) in (1, 3)

    @property
    def rate(self) -> float | None:
        """How many looks a second there are now; None: none are asked for one after the other."""
        now = time.perf_counter()
        recent = [at for at in self._times if now - at < RATE_SECONDS]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 2 else None

    def finish(self) -> None:
        self._slow.stop()
        self._thread.finish()
