"""The palette's list: one painted tree for any number of layers, searched by words, dragged from by kind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from engine.layers.base import CATEGORIES, Layer
from engine.search.matching import NONE, PREFIX, best, folded, has_words, match
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import category_title, tooltip, translated
from widgets.parts.layer_drag import dragged

KIND = Qt.ItemDataRole.UserRole + 1  # a layer's kind; None on a category
CATEGORY = Qt.ItemDataRole.UserRole + 2
WORDS = Qt.ItemDataRole.UserRole + 3  # what a search looks through
NAMES = Qt.ItemDataRole.UserRole + 5  # what it is called, here and elsewhere: two lists
REST = Qt.ItemDataRole.UserRole + 4  # on the row that shows or hides a long category's rest: how many these are
TONE = Qt.ItemDataRole.UserRole + 6  # the category whose colour a layer has
OWN = "own"  # the category of a person's own blocks
OFTEN = "often"  # the category of what one uses most, which stands in its own category, too
OFTEN_USED = ("Conv2d", "Linear", "ReLU", "MaxPool2d", "Flatten", "BatchNorm2d", "Dropout")
MARGIN = 14
ROW, GAP, HEADING = 26, 4, 26
_COLORED = {OWN: "block"}  # categories with another's colour
FIRST = 6  # layers that a long category shows at first

Index = QModelIndex | QPersistentModelIndex


def layer_model(layers: Sequence[type[Layer]]) -> QStandardItemModel:
    """Categories in their order, each with its layers; a category that has no place in the order comes last.

    What is used often stands on top, where that is offered.
    """
    model = QStandardItemModel()
    offered = [layer for layer in layers if getattr(layer, "in_palette", True)]
    kinds = {layer.kind(): layer for layer in offered}
    if kinds.keys() >= set(OFTEN_USED):
        rows = [_layer_item(kinds[kind], OFTEN) for kind in OFTEN_USED]
        model.appendRow(_heading(QCoreApplication.translate("Palette", "Often used"), OFTEN, rows))
    for category in dict.fromkeys([*CATEGORIES, *(layer.category for layer in offered)]):
        rows = [_layer_item(layer) for layer in offered if layer.category == category]
        if rows:
            model.appendRow(_heading(category_title(category), category, rows))
    return model


def show_own(model: QStandardItemModel, title: str, blocks: Sequence[tuple[str, str]], meaning: str) -> None:
    """Let the last category hold these blocks, given as (label, kind); it is gone when there are none."""
    last = model.rowCount() - 1
    if last >= 0 and model.item(last).data(CATEGORY) == OWN:
        model.removeRow(last)
    if blocks:
        rows = [_entry(label, kind, OWN, (label, kind), (), (title, meaning), tooltip(label, meaning))
                for label, kind in blocks]
        model.appendRow(_heading(title, OWN, rows))


def _heading(title: str, category: str, rows: Sequence[QStandardItem]) -> QStandardItem:
    heading = _item(title, category)
    heading.appendRows(list(rows))
    if len(rows) > FIRST + 1:
        rest = _item("", category)
        rest.setData(len(rows) - FIRST, REST)
        heading.appendRow(rest)
    return heading


def _item(text: str, category: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(category, CATEGORY)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item


def _layer_item(layer: type[Layer], place: str = "") -> QStandardItem:
    title, meaning = translated(layer.title), translated(layer.meaning)
    synonyms = tuple(map(translated, getattr(layer, "synonyms", ())))
    names = (title, layer.title, layer.kind(), layer.torch)
    words = (category_title(layer.category), layer.category, meaning)
    item = _entry(title, layer.kind(), place or layer.category, names, synonyms, words, tooltip(meaning, layer.torch))
    item.setData(layer.category, TONE)
    return item


def _entry(title: str, kind: str, category: str, names: Sequence[str], synonyms: Sequence[str], words: Sequence[str],
           hint: str) -> QStandardItem:
    """A row that can be dragged. It is found by all these words, and by its names before others."""
    item = _item(title, category)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsDragEnabled)
    item.setData(kind, KIND)
    item.setData(_COLORED.get(category, category), TONE)
    item.setData("\n".join((*names, *synonyms, *words)), WORDS)
    item.setData([[folded(name) for name in group] for group in (names, synonyms)], NAMES)
    item.setToolTip(hint)
    return item


@guarded
class LayerFilter(QSortFilterProxyModel):
    """Keeps the layers in which every word of the search occurs; without a search all, or the first of a category."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._found: dict[str, int] = {}  # kinds that the search means beside those with its words, best first
        self.complete: set[str] = set()  # categories of which everything shows
        self.setRecursiveFilteringEnabled(True)

    def search(self, text: str) -> None:
        """Keep what has these words; all without any."""
        self._words = text.strip()
        self._found = _meant(text) if self._words else {}
        self.invalidate()

    def show_rest(self, category: str, on: bool) -> None:
        """Show the whole of a long category, or its beginning."""
        (self.complete.add if on else self.complete.discard)(category)
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        index = self.sourceModel().index(row, 0, parent)
        if index.data(REST):
            return not self._words
        words = index.data(WORDS)
        if words is None:
            return False
        if self._words:
            is_twice = index.data(CATEGORY) == OFTEN
            return not is_twice and (index.data(KIND) in self._found or has_words(words, self._words))
        is_long = self.sourceModel().rowCount(parent) > FIRST + 1
        return not is_long or row < FIRST or index.data(CATEGORY) in self.complete

    def layer_indexes(self) -> list[QModelIndex]:
        """Every layer that is kept, from top to bottom."""
        headings = [self.index(row, 0) for row in range(self.rowCount())]
        rows = [self.index(row, 0, heading) for heading in headings for row in range(self.rowCount(heading))]
        return [row for row in rows if row.data(KIND) is not None]

    def best(self) -> QModelIndex:
        """The layer that the search most likely means: by its names first, by its meaning last."""
        found = self.layer_indexes()
        return min(found, key=self._rank) if found else QModelIndex()

    def _rank(self, index: QModelIndex) -> tuple[int, int]:
        text = folded(self._words)
        own, other = (best(match(text, name, guess=False) for name in group) for group in index.data(NAMES))
        if own is None and other is None:
            return NONE, self._found.get(index.data(KIND), len(self._found))
        return min(NONE if own is None else own, NONE if other is None else other + PREFIX), 0


def _meant(text: str) -> dict[str, int]:
    """Kinds by what they are called elsewhere, in Chinese too, and by what they are for; best first."""
    from engine.search.search import search  # only when somebody searches: the window does not wait for it

    return {kind: place for place, kind in enumerate(dict.fromkeys(found.kind for found in search(text)))}


def paint_card(painter: QPainter, box: QRectF, title: str, category: str, ground: QColor,
               outline: QColor | None = None) -> None:
    """A layer's row: a rounded ground, the category's strip, the title."""
    shape = QPainterPath()
    shape.addRoundedRect(box, 5, 5)
    painter.save()
    painter.setClipPath(shape)
    painter.fillRect(box, ground)
    tone = theme.category_color(category)
    painter.fillRect(QRectF(box.left(), box.top(), 5, box.height()), tone)
    painter.restore()
    if outline is not None:
        painter.setPen(QPen(outline, 1))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4.5, 4.5)
    painter.setPen(theme.color("text"))
    painter.setFont(theme.ui_font(13))
    room = box.adjusted(14, 0, -8, 0)
    text = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


@guarded
class LayerDelegate(QStyledItemDelegate):
    """Draws headings and rows in the current theme."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW + GAP if index.parent().isValid() else HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = option.widget
        assert isinstance(view, LayerTree)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(MARGIN, option.rect.top(), view.width() - 2 * MARGIN, option.rect.height())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        outline = theme.color("accent" if view.hasFocus() else "dim") if selected and view.marks_current() else None
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if index.data(REST):
            self._paint_rest(painter, row, view.rest_text(index), hovered, outline)
        elif index.data(KIND) is None:
            self._paint_heading(painter, row, index.data(), view.isExpanded(index), hovered, outline)
        else:
            ground = theme.color("line" if hovered else "raised")
            paint_card(painter, row.adjusted(0, 0, 0, -GAP), index.data(), index.data(TONE), ground, outline)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The tooltip begins with the title where that was shortened."""
        room = view.width() - 2 * MARGIN - 22
        if index.data(KIND) is None or QFontMetricsF(theme.ui_font(13)).horizontalAdvance(index.data()) <= room:
            return super().helpEvent(event, view, option, index)
        hint = str(index.data(Qt.ItemDataRole.ToolTipRole)).removeprefix("<qt>")
        QToolTip.showText(event.globalPos(), f"{tooltip(index.data()).removesuffix('</qt>')}<br>{hint}", view)
        return True

    def _paint_rest(self, painter: QPainter, row: QRectF, text: str, hovered: bool, outline: QColor | None) -> None:
        painter.setPen(theme.color("text" if hovered else "dim"))
        painter.setFont(theme.ui_font(12))
        room = row.adjusted(14, 0, 0, -GAP)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if outline is not None:
            painter.setPen(QPen(outline, 1))
            painter.drawRoundedRect(row.adjusted(0.5, 0.5, -0.5, -0.5 - GAP), 4.5, 4.5)

    def _paint_heading(self, painter: QPainter, row: QRectF, title: str, is_open: bool, hovered: bool,
                       outline: QColor | None) -> None:
        ink = theme.color("text" if hovered else "dim")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        x, y = row.left() + 2.5, row.center().y()
        corners = [(-2.5, -1.5), (2.5, -1.5), (0, 2)] if is_open else [(-1.5, -2.5), (-1.5, 2.5), (2, 0)]
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners]))
        painter.setPen(ink)
        painter.setFont(theme.ui_font(12, QFont.Weight.DemiBold))
        painter.drawText(row.adjusted(14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        if outline is not None:
            painter.setPen(QPen(outline, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(-3.5, 3.5, 3.5, -3.5), 4.5, 4.5)


@guarded
class LayerTree(QTreeView):
    """The view: drags a layer's kind, activates it by Enter or double-click, folds categories by a click."""

    layer_activated = Signal(str)
    rest_toggled = Signal(str)  # a long category shall show everything, or its beginning
    done = Signal()  # a layer was activated, or dragged to its place
    left_upwards = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_searching = False
        self.setItemDelegate(LayerDelegate(self))
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(ROW + GAP)
        self.clicked.connect(self._fold)
        self.doubleClicked.connect(self._activate)

    def marks_current(self) -> bool:
        """Whether the current row is outlined: when keys act on it."""
        return self.hasFocus() or self.is_searching

    def rest_text(self, index: Index) -> str:
        """What the row says that shows the rest of its category, or hides it again."""
        model = self.model()
        if isinstance(model, LayerFilter) and index.data(CATEGORY) in model.complete:
            return self.tr("Fewer")
        return self.tr("{count} more…").format(count=index.data(REST))

    def _fold(self, index: QModelIndex) -> None:
        if index.data(REST):
            self.rest_toggled.emit(index.data(CATEGORY))
        elif index.data(KIND) is None:
            self.setExpanded(index, not self.isExpanded(index))

    def _activate(self, index: QModelIndex) -> None:
        if index.data(KIND) is not None:
            self.layer_activated.emit(index.data(KIND))
            self.done.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            act = self._fold if index.data(KIND) is None else self._activate  # one: folding may end the index
            act(index)
        elif event.key() == Qt.Key.Key_Up and index == self.model().index(0, 0):
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    # -- dragging -----------------------------------------------------------------------------------------------

    def startDrag(self, actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if index.data(KIND) is None:
            return
        drag = QDrag(self)
        drag.setMimeData(dragged(index.data(KIND)))
        drag.setPixmap(self._card(index))
        drag.setHotSpot(QPoint(20, ROW // 2))
        if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction:
            self.done.emit()

    def _card(self, index: QModelIndex) -> QPixmap:
        size, scale = QSize(self.width() - 2 * MARGIN, ROW), self.devicePixelRatioF()
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(0, 0, size.width(), size.height())
            paint_card(painter, box, index.data(), index.data(TONE), theme.color("raised"), theme.color("line"))
        return pixmap
