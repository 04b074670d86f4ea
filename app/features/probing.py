"""The probe at the left of Look inside: what the network is shown, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document.in_hand import held
from app.document.page import Page
from app.features.belonging import Belonging
from app.features.inside import Inside, PageInside
from app.window.host import Feature, Host
from engine.blocks.edits import inner
from engine.layers.base import Shape
from engine.messages import say
from engine.units import grouped, shape_text, value_text
from widgets.canvas.cards.words import repeat_of
from widgets.look.text import sentence_text
from widgets.probe.dropped import PICTURES, is_picture

if TYPE_CHECKING:
    from app.insight.look import NotTaken, Seen
    from engine.inspect.samples.sample import Sample
    from widgets.parts.choice import Choice
    from widgets.probe.panel import ProbePanel

LIVE_MS = 500  # without a look the rate is not said any more
SOME = 12  # numbers of an answer that are written


class Probing(Feature):
    """Makes samples of what is drawn, dropped, opened or typed, and shows what came of them."""

    taken = Signal(str)  # something else is in hand: "drawn", "typed", "file", "image", "camera" or "example"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.panel: ProbePanel | None = None
        self._inverted: dict[Page, bool] = self.per_page()  # whether pictures from outside are
        self._inside = host.feature(Inside)
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._show)
        self._inside.refused.connect(self._refuse)
        self.weights: Choice  # in the panel
        self._inside.waits.connect(self._tell_of_waiting)
        self._of: PageInside | None = None  # what the pad shows the sample of
        self._shape: Shape | None = None
        self._sample: Sample | None = None  # that one
        self._drawing = False  # the pad shows what is being drawn: it is not written over
        self._still = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._still.timeout.connect(lambda: self.panel.show_rate(None) if self.panel is not None else None)

    # -- the panel ----------------------------------------------------------------------------------------------

    def _come(self, inside: PageInside) -> None:
        panel = self.panel or self._make()
        if inside is not self._of:
            self._of, self._sample, self._drawing = inside, None, False
            panel.show_typed(self._typed_of(inside))
        document = inside.page.document
        titles = {"initial": self.tr("Initial"), "loaded": self.tr("Loaded"), "latest": self.tr("Latest"),
                  "best": self.tr("Best epoch")}
        choices = [(source, titles[source]) for source in held(document)]
        source = self._inside.source_of(inside)
        if source not in titles:  # a moment of the run
            choices.append((source, sentence_text(self._inside.in_hand(inside).words)))
        self.weights.set_choices(choices)
        self.weights.show_choice(source)
        self._offer_copies(inside)
        panel.show_mode("train" if inside.training else "predict")
        panel.show_inverted(self._is_inverted)

    @staticmethod
    def _typed_of(inside: PageInside) -> str:
        if inside.make is None:  # PyTorch may not be there yet
            return ""
        from app.insight.hand import Typed  # is loaded

        return inside.make.text if isinstance(inside.make, Typed) else ""

    def _offer_copies(self, inside: PageInside) -> None:
        """Inside of a repeated block: which of its copies is looked into."""
        level, graph, count = inside.page.level, inside.page.analysis.graph, 1
        for depth, name in enumerate(level.path):
            graph = inner(inside.page.analysis, level.path[:depth]).graph if depth else graph
            count = max(count, repeat_of(graph.nodes[name].layer))
        self._copies.setVisible(count > 1)
        self._copies.set_choices([(str(index), str(index + 1)) for index in range(count)])
        self._copies.show_choice(str(min(inside.copy, count - 1)))

    def _make(self) -> ProbePanel:
        from widgets.parts.choice import Choice  # not seen at first
        from widgets.probe.panel import ProbePanel

        panel = self.panel = ProbePanel()
        self.weights, self._copies = Choice(self.tr("Weights"), narrowest=5), Choice(self.tr("Copy"), narrowest=3)
        self._copies.hide()
        whole = QWidget()
        whole.setObjectName("side")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(14, 12, 14, 0)
        top.addWidget(self.weights)
        top.addWidget(self._copies)
        column.addLayout(top)
        column.addWidget(panel, 1)
        self._connect(panel)
        self.host.places.probe.hold(self.host.feature(Belonging).over(whole, weights=True))
        return panel

    def _connect(self, panel: ProbePanel) -> None:
        self.weights.chosen.connect(self._inside.set_source)
        self._copies.chosen.connect(lambda index: self._inside.set_copy(int(index)))
        panel.drawn.connect(self._draw)
        panel.typed.connect(self._type)
        panel.picture_dropped.connect(lambda path: self.open_picture(Path(path)))
        panel.image_given.connect(self.take_image)
        panel.picture_requested.connect(self._ask_picture)
        panel.mode_chosen.connect(self.choose_mode)
        panel.inverted_toggled.connect(self._invert)

    def choose_mode(self, mode: str) -> None:
        """“train”: as while it learns, “predict”: as afterwards."""
        self._inside.set_training(mode == "train")
        if self.panel is not None:
            self.panel.show_mode("train" if mode == "train" else "predict")

    # -- what is shown to the network ---------------------------------------------------------------------------

    @property
    def _root(self) -> Path | None:
        return self.host.settings.data_root

    @property
    def _is_inverted(self) -> bool:
        return self.page is not None and self._inverted.get(self.page, False)

    def _hold(self, kind: str, make: Callable[..., Any]) -> None:
        self._drawing = kind == "drawn"
        if kind != "typed" and self.panel is not None:
            self.panel.forget_typed()
        self._inside.hold(make)
        self.taken.emit(kind)

    def _draw(self, pixels: Any) -> None:
        from app.insight.hand import Drawn  # is loaded: the panel is there

        self._hold("drawn", Drawn(pixels, self._root))

    def _type(self, text: str) -> None:
        from app.insight.hand import Typed  # is loaded

        self._hold("typed", Typed(text, self._root))

    def open_picture(self, path: Path) -> None:
        """Look at a file."""
        from app.insight.hand import File  # is loaded

        self._hold("file", File(path, self._root, self._is_inverted))

    def take_image(self, image: QImage) -> None:
        """Look at a picture that is no file: pasted, or dragged from another program."""
        from engine.data.formats.image import MOST_PIXELS  # needed only for a picture

        if image.width() * image.height() > MOST_PIXELS:  # said before seconds and gigabytes go into its pixels
            self.host.say(say("The picture is too large: {height}×{width} pixels", height=image.height(),
                              width=image.width()))
            return
        self.take_pixels(pixels_of(image), "image")

    def take_pixels(self, pixels: Any, kind: str = "camera") -> None:
        """The same as uint8 H×W×3."""
        from app.insight.hand import Image  # is loaded

        self._hold(kind, Image(pixels, self._root, self._is_inverted))

    def _invert(self, inverted: bool) -> None:
        """For pictures from outside, and for the one in hand if it is one."""
        from app.insight.hand import File, Image  # is loaded

        now = self._inside.now
        if now is not None:
            self._inverted[now.page] = inverted
            if isinstance(now.make, (File, Image)):
                self._inside.hold(replace(now.make, inverted=inverted))

    def opener(self, path: Path) -> Callable[[], object] | None:
        """A picture that is dropped anywhere while one looks inside."""
        return (lambda: self.open_picture(path)) if self._inside.is_on and is_picture(path.name) else None

    def clear(self) -> None:
        """What is drawn is gone."""
        if self.panel is not None and not self.panel.pad.isHidden():
            self.panel.pad.clear()
        else:
            self.host.say(say("There is nothing to clear: one does not draw for this network"))

    def hold_example(self, part: str, index: int) -> None:
        """Look at one of the data."""
        from app.insight.hand import Example  # is loaded

        self._hold("example", Example(part, index, self._root))

    def _ask_picture(self) -> None:
        title, patterns = self.tr("Open picture"), " ".join(f"*{suffix}" for suffix in PICTURES)
        for path in self.asking("pictures").open(title, f"{self.tr('Pictures')} ({patterns})")[:1]:
            self.open_picture(path)

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show(self, inside: PageInside) -> None:
        panel = self.panel
        if panel is None or inside is not self._inside.now:
            return
        if inside.seen is None:
            self._show_wrong(panel, inside)
            panel.show_window(None)
            panel.show_overlay(None)
            return
        seen = inside.seen
        panel.show_typed_error("")
        self._fit_pad(panel, seen.paper)
        if not self._drawing and seen.pixels is not None and seen.sample is not self._sample:
            panel.show_pixels(seen.pixels)  # takes away what was drawn over the one before
        self._sample = seen.sample
        self._show_field(panel, seen)
        self._show_answer(panel, seen)
        panel.show_rate(self._inside.rate)
        self._still.start()

    def _show_wrong(self, panel: ProbePanel, inside: PageInside) -> None:
        """What is wrong with something typed stands where it was typed."""
        from app.insight.hand import Typed  # is loaded

        text = sentence_text(inside.wrong) if inside.wrong is not None else ""
        typed = isinstance(inside.make, Typed)
        panel.show_typed_error(text if typed else "")
        panel.show_no_answer(self.tr("No answer yet.") if typed else text)
        panel.show_rate(None)

    def _tell_of_waiting(self, _inside: PageInside) -> None:
        """What is on the screen is not yet of what was asked for last."""
        if self.panel is not None:
            self.panel.show_no_answer(self.tr("The network is being computed. That takes a while…"))

    def _refuse(self, said: NotTaken) -> None:
        """What is typed wrong is said where it stands, anything else over the canvas."""
        from app.insight.hand import Typed  # is loaded

        if self.panel is not None and not said.second and isinstance(said.question.make, Typed):
            self.panel.show_typed_error(sentence_text(said.message))
        else:
            self.host.say(said.message)

    @staticmethod
    def _show_field(panel: ProbePanel, seen: Seen) -> None:
        """What the unit in hand, or under the mouse, sees of the picture."""
        field = seen.layer.field if seen.layer is not None else None
        box = None
        if field is not None and field.box is not None:
            (height, width), (tall, wide) = seen.look.x.shape[-2:], panel.pad.drawing.size
            left, top, across, down = field.box
            box = QRectF(left * wide / width, top * tall / height, across * wide / width, down * tall / height)
        panel.show_window(box)
        panel.show_overlay(field.heat if field is not None else None)

    def _fit_pad(self, panel: ProbePanel, shape: Shape) -> None:
        if shape == self._shape:
            return
        self._shape, self._sample, self._drawing = shape, None, False
        if len(shape) == 3 and shape[0] in (1, 3) and min(shape[1:]) > 1:
            panel.set_input(shape[1], shape[2], shape[0])
        else:
            panel.set_typed_only()

    def _show_answer(self, panel: ProbePanel, seen: Seen) -> None:
        from widgets.probe.answers import Likely  # is loaded

        if seen.look.answer is None:
            wrong = next(iter(seen.look.faults.items()), None)
            text = "" if wrong is None else f"{wrong[0]}: {sentence_text(wrong[1])}"
            panel.show_no_answer(text or self.tr("The network does not come to an answer."))
        elif not self._fits(seen):
            panel.show_no_answer(self._numbers_text(seen, tuple(seen.look.answer.shape[1:])))
        elif seen.guesses:
            far = [] if seen.true_guess is None else [seen.true_guess]
            before = {guess.number: guess.probability for guess in seen.beside}
            panel.show_classes([Likely(guess.name, guess.probability, place, guess.number == seen.true_class,
                                       before.get(guess.number))
                                for place, guess in (*enumerate(seen.guesses, 1), *far)], seen.loss)
        elif len(seen.numbers) == 1:
            panel.show_number(seen.numbers[0], seen.true_number, seen.loss)
        else:
            panel.show_no_answer(self._numbers_text(seen, tuple(seen.look.answer.shape[1:])))

    @staticmethod
    def _fits(seen: Seen) -> bool:
        """Whether there is a probability for each class, or as many numbers as are to be predicted."""
        data, answer = seen.question.experiment.data, seen.look.answer
        fits = answer is not None and tuple(answer.shape[1:]) == data.output_shape
        return not data.output_shape or (fits and (bool(seen.guesses) or not data.num_classes))

    def _numbers_text(self, seen: Seen, shape: Shape) -> str:
        """An answer that names no class; where it should, why it does not."""
        count, classes = prod(shape), seen.question.experiment.data.num_classes
        first = "  ".join(map(value_text, seen.numbers[:SOME])) + (f" … ({grouped(count)})" if count > SOME else "")
        wanted = seen.question.experiment.data.output_shape
        if not classes and wanted and shape != wanted:
            why = self.tr("The network gives {shape}, but {wanted} is to be predicted.")
            return why.format(shape=shape_text(shape) or "1", wanted=shape_text(wanted)) + f" {first}"
        if not classes:
            return first
        if shape == (classes,):
            why = self.tr("The network gives whole numbers: they say nothing about how probable a class is.")
            return f"{why} {first}"
        why = self.tr("The network gives {shape}, but there are {count} classes: it should end in {count} numbers.")
        return why.format(shape=shape_text(shape) or "1", count=grouped(classes)) + f" {first}"

    def forget_page(self, page: Page) -> None:
        super().forget_page(page)
        if self._of is not None and self._of.page is page:
            self._of = self._sample = None

    def finish(self) -> None:
        self._still.stop()


def pixels_of(image: QImage) -> Any:
    """uint8 H×W×4, with transparency."""
    import numpy as np  # the window begins without it

    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


