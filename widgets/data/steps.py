"""What each transform does to one image: a row of pictures from what is stored to what the network sees."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from widgets.data.sample_strip import image_of
from widgets.data.values import Step
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel

SIDE, ARROW = 112, 20


@guarded
class StepPicture(QWidget):
    """One picture in a square, its pixels sharp; all but the first have an arrow before them."""

    def __init__(self, has_arrow: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left = ARROW if has_arrow else 0
        self.image = QImage()
        self.setFixedSize(self._left + SIDE, SIDE)

    def show_image(self, image: QImage) -> None:
        """Another picture."""
        self.image = image
        self.update()

    def place(self) -> QRectF:
        """Where the picture is: a small one as a whole multiple of its size, a large one made smaller."""
        size = self.image.size()
        longest = max(size.width(), size.height(), 1)
        shown = size * (SIDE // longest) if longest <= SIDE else size.scaled(SIDE, SIDE,
                                                                             Qt.AspectRatioMode.KeepAspectRatio)
        shown = shown.expandedTo(QSize(1, 1))
        return QRectF(self._left + (SIDE - shown.width()) // 2, (SIDE - shown.height()) // 2, shown.width(),
                      shown.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, arrow."""
        place = self.place()
        with QPainter(self) as painter:
            painter.fillRect(QRectF(self._left, 0, SIDE, SIDE), theme.color("canvas"))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.image.height() > place.height())
            painter.drawImage(place, self.image)
            if self._left:
                painter.setPen(theme.color("dim"))
                painter.setFont(theme.ui_font(14))
                painter.drawText(QRectF(0, 0, ARROW, SIDE), Qt.AlignmentFlag.AlignCenter, "→")


class StepView(QWidget):
    """A title, the picture, what it is."""

    def __init__(self, has_arrow: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = StepPicture(has_arrow)
        self.title, self.note = ElidedLabel(), ElidedLabel(role="small", lines=2)
        inset = ARROW if has_arrow else 0
        for label in (self.title, self.note):
            label.setContentsMargins(0, 0, 0, 0)
            label.setFixedWidth(SIDE)
        self.setFixedWidth(inset + SIDE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title, alignment=Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.picture)
        column.addWidget(self.note, alignment=Qt.AlignmentFlag.AlignRight)

    def show_step(self, step: Step) -> None:
        """Another step."""
        self.title.setText(step.title)
        self.note.setText(step.note)
        self.picture.show_image(image_of(*step.pixels))
        self.picture.setAccessibleName(step.title)


class DataSteps(QWidget):
    """Asks for the steps of one image after the other."""

    steps_requested = Signal(int)  # which image of the training part

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index = 0
        self.views: list[StepView] = []
        self.next, self.again = QPushButton(self.tr("Next image")), QPushButton(self.tr("Vary again"))
        self.again.setToolTip(self.tr("The same image, varied at random once more"))
        self._label = QLabel()
        self._label.setProperty("role", "dim")
        self.next.clicked.connect(lambda: self.ask(self.index + 1))
        self.again.clicked.connect(lambda: self.ask(self.index))
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.next, self.again, self._label):
            row.addWidget(widget)
        row.addStretch(1)
        content = QWidget()
        self._flow = Flow(content, gap=0, row_gap=12)
        self._flow.setContentsMargins(0, 0, 16 - BAR, 8)
        scroll = ScrollPanel()
        scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(scroll, 1)

    def ask(self, index: int) -> None:
        """Ask for another image."""
        self.index = index
        self.steps_requested.emit(index)

    def show_steps(self, steps: Sequence[Step], label: str = "", varies: bool = False) -> None:
        """The pictures of one image; ``label`` is its class; ``varies``: they come out differently each time."""
        while len(self.views) > len(steps):
            view = self.views.pop()
            self._flow.removeWidget(view)
            view.hide()
            view.deleteLater()
        while len(self.views) < len(steps):
            self.views.append(StepView(bool(self.views)))
            self._flow.addWidget(self.views[-1])
            self.views[-1].show()
        for view, step in zip(self.views, steps, strict=True):
            view.show_step(step)
        self.again.setVisible(varies)
        self._label.setText(label)
