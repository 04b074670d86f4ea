"""The probe at the left of Look inside: what the network is shown, and what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document.in_hand import held
from app.features.belonging import Belonging
from app.features.inside import Inside, PageInside
from app.window.host import Feature, Host
from engine.layers.base import Shape
from engine.units import value_text
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    from app.insight.look import Seen
    from widgets.probe.panel import ProbePanel

LIVE_MS = 500  # without a look the rate is not said any more
SOME = 12  # numbers of an answer that are written
PICTURES = "*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.ppm *.pgm"


class Probing(Feature):
    """Makes samples of what is drawn, dropped, opened or typed, and shows what came of them."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.panel: ProbePanel | None = None
        self._inside = host.feature(Inside)
        self._inside.came.connect(self._come)
        self._inside.looked.connect(self._show)
        self._shape: Shape | None = None
        self._sample: object = None  # that is on the pad
        self._drawing = False  # the pad shows what is being drawn: it is not written over
        self._still = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._still.timeout.connect(lambda: self.panel.show_rate(None) if self.panel is not None else None)

    # -- the panel ----------------------------------------------------------------------------------------------

    def _come(self, inside: PageInside) -> None:
        panel = self.panel or self._make()
        document = inside.page.document
        titles = {"initial": self.tr("Initial"), "loaded": self.tr("Loaded"), "latest": self.tr("Latest"),
                  "best": self.tr("Best epoch")}
        self._weights.set_choices([(source, titles[source]) for source in held(document)])
        self._weights.show_choice(self._inside.source_of(inside))
        panel.show_mode("train" if inside.training else "predict")

    def _make(self) -> ProbePanel:
        from widgets.parts.choice import Choice  # not seen at first
        from widgets.probe.panel import ProbePanel

        panel = self.panel = ProbePanel()
        self._weights = Choice(self.tr("Weights"), narrowest=5)
        whole = QWidget()
        whole.setObjectName("side")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(14, 12, 14, 0)
        top.addWidget(self._weights)
        column.addLayout(top)
        column.addWidget(panel, 1)
        self._connect(panel)
        self.host.places.probe.hold(self.host.feature(Belonging).over(whole, weights=True))
        return panel

    def _connect(self, panel: ProbePanel) -> None:
        self._weights.chosen.connect(self._inside.set_source)
        panel.drawn.connect(self._draw)
        panel.typed.connect(self._type)
        panel.picture_dropped.connect(lambda path: self.open_picture(Path(path)))
        panel.image_given.connect(self.take_image)
        panel.picture_requested.connect(self._ask_picture)
        panel.mode_chosen.connect(self._choose_mode)

    def _choose_mode(self, mode: str) -> None:
        self._inside.set_training(mode == "train")
        if self.panel is not None:
            self.panel.show_mode("train" if mode == "train" else "predict")

    # -- what is shown to the network ---------------------------------------------------------------------------

    @property
    def _root(self) -> Path | None:
        return self.host.settings.data_root

    def _draw(self, pixels: Any) -> None:
        from app.insight.hand import Drawn  # is loaded: the panel is there

        self._drawing = True
        self._inside.hold(Drawn(pixels, self._root))

    def _type(self, text: str) -> None:
        from app.insight.hand import Typed  # is loaded

        self._drawing = False
        self._inside.hold(Typed(text, self._root))

    def open_picture(self, path: Path) -> None:
        """Look at a file."""
        from app.insight.hand import File  # is loaded

        self._drawing = False
        self._inside.hold(File(path, self._root))

    def take_image(self, image: QImage) -> None:
        """Look at a picture that is no file: pasted, or dragged from another program."""
        self.take_pixels(pixels_of(image))

    def take_pixels(self, pixels: Any) -> None:
        """The same as uint8 H×W×3."""
        from app.insight.hand import Drawn  # is loaded

        self._drawing = False
        self._inside.hold(Drawn(pixels, self._root))

    def hold_example(self, part: str, index: int) -> None:
        """Look at one of the data."""
        from app.insight.hand import Example  # is loaded

        self._drawing = False
        self._inside.hold(Example(part, index, self._root))

    def _ask_picture(self) -> None:
        title = self.tr("Open picture")
        for path in self.asking("pictures").open(title, f"{self.tr('Pictures')} ({PICTURES})")[:1]:
            self.open_picture(path)

    # -- what is seen -------------------------------------------------------------------------------------------

    def _show(self, inside: PageInside) -> None:
        panel = self.panel
        if panel is None or inside is not self._inside.now:
            return
        if inside.seen is None:
            self._show_wrong(panel, inside)
            return
        seen = inside.seen
        panel.show_typed_error("")
        self._fit_pad(panel, tuple(seen.sample.x.shape[1:]))
        if not self._drawing and seen.pixels is not None and seen.sample is not self._sample:
            panel.show_pixels(seen.pixels)  # takes away what was drawn over the one before
        self._sample = seen.sample
        self._show_answer(panel, seen)
        panel.show_rate(self._inside.rate)
        self._still.start()

    def _show_wrong(self, panel: ProbePanel, inside: PageInside) -> None:
        """Of what was typed it is said where that stands."""
        from app.insight.hand import Typed  # is loaded: something was asked for

        words = sentence_text(inside.wrong) if inside.wrong is not None else ""
        typed = isinstance(inside.make, Typed)
        panel.show_typed_error(words if typed else "")
        panel.show_no_answer(self.tr("No answer.") if typed else words)
        panel.show_rate(None)

    def _fit_pad(self, panel: ProbePanel, shape: Shape) -> None:
        if shape == self._shape:
            return
        self._shape, self._drawing = shape, False
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
        elif seen.guesses:
            panel.show_classes([Likely(guess.name, guess.probability, place, guess.number == seen.true_class)
                                for place, guess in enumerate(seen.guesses, 1)], seen.loss)
        elif len(seen.numbers) == 1:
            panel.show_number(seen.numbers[0], seen.true_number, seen.loss)
        else:
            more = f" … ({len(seen.numbers)})" if len(seen.numbers) > SOME else ""
            panel.show_no_answer("  ".join(map(value_text, seen.numbers[:SOME])) + more)

    def finish(self) -> None:
        self._still.stop()


def pixels_of(image: QImage) -> Any:
    """uint8 H×W×4, with transparency."""
    import numpy as np  # the window begins without it

    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


