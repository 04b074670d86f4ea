"""One problem: a sign, where it is, what it is, and buttons that mend it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from engine.advice.advice import Problem, Severity
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import breakable, message_text, sentence_text
from widgets.parts.repair_choice import RepairChoice

NAME_WIDTH, NAME_EDGES = 136, 20
_COLORS: dict[Severity, str] = {"error": "error", "warning": "warn", "hint": "dim"}
_SIGNS: dict[Severity, str] = {"error": "×", "warning": "!", "hint": "i"}
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def key_of(problem: Problem) -> object:
    """What a row shows; two problems with the same key look the same."""
    texts = tuple(repair.text for repair in problem.repairs)
    return problem.severity, problem.unfinished, problem.node, problem.message, texts


@guarded
class SeveritySign(QWidget):
    """A coloured shape with a sign in it: round for errors, a triangle for warnings, a ring for hints."""

    def __init__(self, severity: Severity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.severity = severity
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Shape and sign."""
        color, ground = theme.color(_COLORS[self.severity]), theme.color("panel")
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ring = self.severity == "hint"
            painter.setPen(QPen(color, 1.4) if ring else Qt.PenStyle.NoPen)
            painter.setBrush(Qt.BrushStyle.NoBrush if ring else color)
            if self.severity == "warning":
                painter.drawPolygon(QPolygonF([QPointF(8, 1), QPointF(15.5, 15), QPointF(0.5, 15)]))
            else:
                painter.drawEllipse(QRectF(1, 1, 14, 14))
            painter.setFont(theme.ui_font(11, QFont.Weight.Bold))
            painter.setPen(color if ring else ground)
            room = QRectF(0, 2 if self.severity == "warning" else 0, 16, 16)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, _SIGNS[self.severity])


@guarded
class ProblemRow(QWidget):
    """A click anywhere goes to the node."""

    node_clicked = Signal(str)
    repair_clicked = Signal(object)
    repair_previewed = Signal(object)  # the Repair whose button has the mouse or the keyboard, or None
    left = Signal(int)  # by keyboard: 1 for the next row, -1 for the one before

    def __init__(self, problem: Problem, parent: QWidget) -> None:
        super().__init__(parent)
        self.problem, self.key = problem, key_of(problem)
        self.setProperty("role", "row")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self._spoken())
        self.name = self._name_button()
        self.fit_name(NAME_WIDTH)
        self.sentence = QLabel(breakable(sentence_text(problem.message)), wordWrap=True)
        self.repairs = [self._repair_button(index) for index in range(len(problem.repairs))]
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(8)
        row.addWidget(SeveritySign(problem.tone))
        row.addWidget(self.name)
        row.addWidget(self.sentence, 1)
        for button in self.repairs:
            row.addWidget(button)
        for button in (self.name, *self.repairs):
            button.installEventFilter(self)
        self.setMinimumHeight(40)

    def _spoken(self) -> str:
        severity = {"error": self.tr("Error"), "warning": self.tr("Warning"), "hint": self.tr("Hint")}
        kind = self.tr("Unfinished") if self.problem.unfinished else severity[self.problem.severity]
        return f"{kind}: {sentence_text(self.problem.message)}"

    def _name_button(self) -> QPushButton:
        """The node's name; a problem of the whole network leads nowhere, but its row can still be reached."""
        node = self.problem.node
        button = QPushButton()
        button.setProperty("role", "name")
        text = self._whole = node or self.tr("Network")
        button.setAccessibleName(f"{text}. {self._spoken()}")
        button.setToolTip(self.tr("Show {name} on the canvas").format(name=node) if node else "")
        button.clicked.connect(self._go)
        return button

    @property
    def name_width(self) -> int:
        """What the whole name needs."""
        return QFontMetrics(theme.ui_font(13, QFont.Weight.Bold)).horizontalAdvance(self._whole) + NAME_EDGES + 1

    def fit_name(self, width: int) -> None:
        """As wide as the names of all rows may be."""
        metrics = QFontMetrics(theme.ui_font(13, QFont.Weight.Bold))
        self.name.setFixedWidth(width)
        self.name.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideMiddle, width - NAME_EDGES))

    def _repair_button(self, index: int) -> QPushButton:
        text = message_text(self.problem.repairs[index].text)
        button = RepairChoice(text)
        button.setAccessibleName(text)
        button.setAccessibleDescription(sentence_text(self.problem.message))
        button.clicked.connect(lambda: self.repair_clicked.emit(self.problem.repairs[index]))
        button.pointed_at.connect(
            lambda on: self.repair_previewed.emit(self.problem.repairs[index] if on else None))
        return button

    def _go(self) -> None:
        if self.problem.node is not None:
            self.node_clicked.emit(self.problem.node)

    def take_focus(self) -> None:
        """Let the keyboard act here."""
        self.name.setFocus(Qt.FocusReason.TabFocusReason)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The whole row is a way to the node."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._go()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down on a button go to other rows; Qt would go to the button's neighbour."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _STEPS:
            self.left.emit(_STEPS[Qt.Key(event.key())])
            return True
        return False
