"""Two networks compared, over the canvas of one of them: one picture, a list of differences, the costs of both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QIcon, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.compare.compare import Change, Comparison
from engine.compare.union import Union, union
from engine.graph.graph import Edge
from widgets.canvas.cards.changes import CHANGES, SIGN, paint_sign
from widgets.compare.canvas import CompareScene, CompareView, Side
from widgets.compare.costs import CompareCosts
from widgets.compare.list import CompareList, change_word, entries
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon_url
from widgets.parts.elided import ElidedLabel
from widgets.parts.focus import focus_changed

SIDE_WIDTH = 336
NARROW = 2 * SIDE_WIDTH  # less wide, the list stands below the picture
COSTS_WIDTH = 300  # less wide, what both cost and Swap have no room


@guarded
class Sign(QWidget):
    """The sign that cards of one of the networks have."""

    def __init__(self, change: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._change = change
        self.setFixedSize(int(2 * SIGN) + 4, int(2 * SIGN) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            token, sign, _ = CHANGES[self._change]
            paint_sign(painter, QPointF(self.width() / 2, self.height() / 2), sign, theme.color(token))


class NameTag(QWidget):
    """Which network it is: its sign, its name, where it comes from."""

    def __init__(self, change: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self.name, self.detail = ElidedLabel("", "tag", parent=self), ElidedLabel("", "small", parent=self)
        self.name.setFont(theme.ui_font(13, QFont.Weight.DemiBold))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.name)
        words.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Sign(change, self))
        row.addLayout(words)

    def show_side(self, side: Side) -> None:
        """Name another network."""
        self.name.setText(side.name)
        self.detail.setText(f"{self._title} · {side.detail}" if side.detail else self._title)
        self.setAccessibleName(f"{self._title}: {', '.join(filter(None, (side.name, side.detail)))}")


@guarded
class ComparePanel(QFrame):
    """Covers its host. Shows what it is given; ``swap_requested`` and ``closed`` say what a person wants."""

    closed = Signal()
    swap_requested = Signal()
    selected = Signal(list)  # names of cards in the picture

    def __init__(self, host: QWidget, canvas: QWidget) -> None:
        super().__init__(host)
        self._host, self._canvas, self._is_over = host, canvas, False
        self._union: Union | None = None
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setAccessibleName(self.tr("Comparison of two networks"))
        self.scene = CompareScene()
        self.scene.setParent(self)
        self.view = CompareView(self.scene)
        self.list, self.costs = CompareList(self), CompareCosts(self)
        self.before = NameTag("removed", self.tr("Before"), self)
        self.after = NameTag("added", self.tr("After"), self)
        self.counts, self.none = QLabel(self), QLabel(self.tr("These two networks are the same."), self)
        self.only, self.swap = QCheckBox(self.tr("Only differences"), self), QPushButton(self.tr("Swap"), self)
        self.close_button = QToolButton(self)
        self._assemble()
        self._connect()
        self._draw_icons()
        self.setFocusProxy(self.list)
        self.hide()

    def _assemble(self) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        self._side_box = self._side()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(0)
        self._body.addWidget(self.view, 1)
        self._body.addWidget(self._side_box)
        column.addLayout(self._body)
        for first, second in ((self.list, self.view), (self.view, self.only), (self.only, self.swap),
                              (self.swap, self.close_button)):
            QWidget.setTabOrder(first, second)

    def _head(self) -> QWidget:
        head = QFrame(self)
        head.setObjectName("topbar")
        names, choices = QHBoxLayout(), QHBoxLayout()
        arrow = QLabel("→", head)
        arrow.setProperty("role", "dim")
        self.counts.setProperty("role", "small")
        for widget in (self.before, arrow, self.after):
            names.addWidget(widget)
        names.addSpacing(8)
        names.addWidget(self.counts)
        names.addStretch(1)
        self.swap.setToolTip(self.tr("Take the second network as the first"))
        self.only.setToolTip(self.tr("Dim what is the same in both"))
        name = self.tr("Close (Esc)")
        self.close_button.setToolTip(name)
        self.close_button.setAccessibleName(name)
        self.close_button.setFixedSize(28, 28)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for button in (self.only, self.swap, self.close_button):
            choices.addWidget(button)
        self._heads = QBoxLayout(QBoxLayout.Direction.LeftToRight, head)
        self._heads.setContentsMargins(16, 7, 8, 7)
        for layout in (names, choices):
            layout.setSpacing(12)
            self._heads.addLayout(layout, 1 if layout is names else 0)
        return head

    def _side(self) -> QWidget:
        side = QFrame(self)
        side.setObjectName("side")
        side.setMinimumWidth(SIDE_WIDTH)
        rule = QFrame(side)
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        self.none.setProperty("role", "dim")
        self.none.setContentsMargins(16, 16, 16, 16)
        self.none.setWordWrap(True)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
        column.addWidget(rule)
        column.addWidget(self.costs)
        return side

    def _stand(self) -> None:
        """Beside each other, or in a narrow column the picture above its list."""
        is_narrow, ways = self.width() < NARROW, QBoxLayout.Direction
        for layout in (self._body, self._heads):
            layout.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)
        self._side_box.setMinimumWidth(0 if is_narrow else SIDE_WIDTH)
        self._body.setStretch(1, 1 if is_narrow else 0)
        for each in (self.costs, self.swap):
            each.setVisible(self.width() >= COSTS_WIDTH)

    def _connect(self) -> None:
        self.list.asked.connect(self.lead_to)
        self.scene.names_selected.connect(self._tell_selection)
        self.only.toggled.connect(self.scene.show_only_differences)
        self.swap.clicked.connect(self.swap_requested)
        self.close_button.clicked.connect(self.dismiss)

    # -- showing ------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Appear over the host and take the keyboard; what goes to the canvas meanwhile comes here."""
        self.setGeometry(self._host.rect())
        self._host.installEventFilter(self)
        focus_changed().connect(self._follow_focus)
        self._canvas.setFocusProxy(self)
        self.show()
        self.raise_()
        self._column.activate()
        self.view.show_beginning()
        self._show_first()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)

    def _show_first(self) -> None:
        """Look at the first card that differs, unless some can be seen already."""
        cards = [self.scene.cards[name] for name, pair in self.scene.pairs.items() if pair.change]
        seen = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        if cards and not any(seen.contains(card.sceneBoundingRect()) for card in cards):
            self.view.let_see(min(cards, key=lambda card: card.y()))

    def show_comparison(self, comparison: Comparison, before: Side, after: Side) -> None:
        """Show another comparison, or the same networks as they are now."""
        both = self._union = union(comparison)
        self.before.show_side(before)
        self.after.show_side(after)
        self.scene.show_union(both, before, after)
        self.list.show_entries(entries(comparison, both))
        self.none.setVisible(comparison.is_empty)
        self.costs.show_sides(before, after)
        self._show_counts(comparison)

    def _show_counts(self, comparison: Comparison) -> None:
        """How many layers differ, and how: ``+ 3   ~ 1``."""
        changes: tuple[Change, ...] = ("added", "removed", "changed", "moved")
        counts = {change: len(comparison.of(change)) for change in changes if comparison.of(change)}
        words = ", ".join(f"{count} {change_word(change)}" for change, count in counts.items())
        self.counts.setText("   ".join(f"{CHANGES[change][1]} {count}" for change, count in counts.items()))
        self.counts.setAccessibleName(words)
        self.counts.setToolTip(words)

    @property
    def union(self) -> Union | None:
        """What the picture shows."""
        return self._union

    # -- leading ------------------------------------------------------------------------------------------------

    def lead_to(self, target: str | Edge) -> None:
        """Select a card or a wire of the picture and look at it."""
        if isinstance(target, str) and target in self.scene.cards:
            self.scene.select([target])
            self.view.let_see(self.scene.cards[target])
        elif isinstance(target, Edge) and target in self.scene.wires:
            wire = self.scene.wires[target]
            self.scene.choose({wire})
            self.view.let_see(wire)

    def select(self, names: Sequence[str]) -> None:
        """Select these cards of the picture, and look at them."""
        known = [name for name in names if name in self.scene.cards]
        if known != self.scene.selected_names():
            self.scene.select(known)
            if known:
                self.view.let_see(self.scene.cards[known[-1]])

    def _tell_selection(self, names: list[str]) -> None:
        if names:
            self.list.mark(names[-1])
        self.selected.emit(names)

    # -- closing ------------------------------------------------------------------------------------------------

    def dismiss(self) -> None:
        """Go away; the canvas has its keyboard again."""
        if not self._is_over:
            self._is_over = True
            focus_changed().disconnect(self._follow_focus)
            self._canvas.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes None, its stubs do not know
            focus = QApplication.focusWidget()
            mine = focus is None or self.isAncestorOf(focus)
            self.hide()
            if mine:
                self._canvas.setFocus()
            self.closed.emit()
            self.deleteLater()

    def _follow_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Something was opened on the canvas below: that is what counts now."""
        if now is not None and self._host.isAncestorOf(now) and not self.isAncestorOf(now):
            self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; nothing typed here reaches the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the host's size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._stand()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "close_button"):
            self._draw_icons()

    def _draw_icons(self) -> None:
        self.close_button.setIcon(QIcon(icon_url("close", theme.current().dim)))
        self.close_button.setIconSize(QSize(12, 12))
