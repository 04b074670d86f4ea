"""Why the network answers as it does: what counted for a class, and what would change the answer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets.inside.explained import Explained
from widgets.inside.shown import Array
from widgets.inside.what_if import WhatIf
from widgets.parts.choice import Choice
from widgets.parts.flow import Flow
from widgets.parts.words import heading


class WhyView(QWidget):
    """Asks for a method and a class; shows heat over the sample, and what changes do."""

    asked = Signal(str, str)  # "gradcam", "saliency", "smooth" or "occlusion"; the id of a class
    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.explained, self.what_if = heading(self.tr("Why?")), Explained(), WhatIf()
        self.method, self.of_class = Choice(self.tr("By"), 5), Choice(self.tr("Class"), 3)
        self.method.set_choices([("gradcam", self.tr("Grad-CAM")), ("saliency", self.tr("Saliency")),
                                 ("smooth", self.tr("SmoothGrad")),
                                 ("occlusion", self.tr("Occlusion"))])
        choices = QWidget()
        flow = Flow(choices, gap=6, row_gap=6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for choice in (self.of_class, self.method):
            flow.addWidget(choice)
            choice.chosen.connect(self._ask)
        for widget in (self.title, choices, self.explained):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self.what_if)
        self.explained.save_requested.connect(self.save_requested)

    def set_classes(self, classes: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """What may be asked about, each as id and words."""
        self.of_class.set_choices(list(classes))
        self.of_class.setVisible(bool(classes))
        if chosen:
            self.of_class.show_choice(chosen)

    def show_why(self, title: str, pixels: Array | None, heat: Array | None, sentence: str = "") -> None:
        """“Why a 5?”: the sample, what counted in it, and a sentence."""
        self.title.setText(title)
        self.explained.show_heat(pixels, heat, sentence)

    def _ask(self) -> None:
        self.asked.emit(self.method.currentData() or "", self.of_class.currentData() or "")
