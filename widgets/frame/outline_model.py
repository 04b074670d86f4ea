"""The network as a tree for Qt's views: layers in the order of computation, blocks with what is inside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.advice.advice import Problem
from engine.analysis.analysis import Analysis, NodeReport, analyze
from engine.blocks.base import Block
from engine.graph.graph import Graph, Node
from engine.layers.inputs import Input
from engine.search.finding import inside
from engine.units import grouped, shape_text
from widgets.canvas.cards.words import repeat_of, worst_by_node
from widgets.look.guarded import guarded
from widgets.look.text import sentence_text, title_of

PATH = Qt.ItemDataRole.UserRole + 1
ENTRY = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


class Entry:
    """A row: a layer at a place, and the rows of what is inside it, made when they are first asked for."""

    def __init__(self, path: str, node: Node, report: NodeReport, problem: Problem | None, parent: Entry | None,
                 row: int) -> None:
        self.path, self.node, self.report, self.problem = path, node, report, problem
        self.parent, self.row = parent, row

    @cached_property
    def has_children(self) -> bool:
        """Whether it is a block of which one knows what is inside."""
        layer = self.node.layer
        return isinstance(layer, Block) and (layer.own_graph is not None or self.report.input_shapes is not None)

    @cached_property
    def children(self) -> list[Entry]:
        """What is inside."""
        layer = self.node.layer
        inner = inside(layer, self.report.input_shapes) if isinstance(layer, Block) else None
        return entries(inner, (), self) if inner is not None else []

    @property
    def kind(self) -> str:
        """What the layer is called, and how often it is there."""
        count = repeat_of(self.node.layer)
        return f"{title_of(self.node.layer)} ×{count}" if count > 1 else title_of(self.node.layer)

    @property
    def shape(self) -> str:
        """What comes out."""
        return shape_text(self.report.output_shape) if self.report.output_shape is not None else ""

    @property
    def params(self) -> str:
        """How many parameters, empty without any."""
        facts = self.report.facts
        return grouped(facts.params) if facts is not None and facts.params else ""


def entries(analysis: Analysis, problems: Iterable[Problem], parent: Entry | None = None) -> list[Entry]:
    """The rows of one level."""
    worst, prefix = worst_by_node(problems), f"{parent.path}." if parent is not None else ""
    graph = analysis.graph
    names = [name for name in graph.order if parent is None or not isinstance(graph.nodes[name].layer, Input)]
    return [Entry(prefix + name, graph.nodes[name], analysis.nodes[name], worst.get(name), parent, row)
            for row, name in enumerate(names)]


@guarded
class OutlineModel(QAbstractItemModel):
    """Shows an analysis; rows know their path, a screen reader hears them in full."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._top: list[Entry] = []
        self._forms: list[tuple[object, ...]] = []
        self._before: list[Entry] = []  # Qt may still hold an index or two of these
        self._by_path: Mapping[str, Entry] = {}
        self.analysis = analyze(Graph())

    def show(self, analysis: Analysis, problems: Iterable[Problem]) -> bool:
        """Show this network; False where the rows are the same and only what they say is new."""
        rows = entries(analysis, problems)
        forms = [_form(entry) for entry in rows]
        same, self._forms = forms == self._forms, forms
        self.analysis = analysis
        if same:
            for old, new in zip(self._top, rows, strict=True):
                old.node, old.report, old.problem = new.node, new.report, new.problem
            if self._top:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._top) - 1, 0))
            return False
        self.beginResetModel()
        self._before, self._top = self._top, rows
        self._by_path = {entry.path: entry for entry in rows}
        self.endResetModel()
        return True

    def index_of(self, path: str) -> QModelIndex:
        """The row of a path, or of the deepest block around it that has one."""
        entry = self._by_path.get(path.partition(".")[0])
        while entry is not None and entry.path != path:
            inner = next((child for child in entry.children if f"{path}.".startswith(f"{child.path}.")), None)
            if inner is None:
                break
            entry = inner
        return self.createIndex(entry.row, 0, entry) if entry is not None else QModelIndex()

    # -- what Qt asks -------------------------------------------------------------------------------------------

    def _entry(self, index: Index) -> Entry | None:
        entry = index.internalPointer() if index.isValid() else None
        return entry if isinstance(entry, Entry) else None

    def _rows(self, parent: Index) -> list[Entry]:
        entry = self._entry(parent)
        return self._top if entry is None else entry.children

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008  (Qt's)
        rows = self._rows(parent)
        if column or not 0 <= row < len(rows):
            return QModelIndex()
        return self.createIndex(row, 0, rows[row])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # QObject has another parent()
        entry = self._entry(index)
        if entry is None or entry.parent is None:
            return QModelIndex()
        return self.createIndex(entry.parent.row, 0, entry.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._rows(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        entry = self._entry(parent)
        return bool(self._top) if entry is None else entry.has_children

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.node.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.words(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentence_text(entry.problem.message) if entry.problem is not None else None
        if role == PATH:
            return entry.path
        return entry if role == ENTRY else None

    def words(self, entry: Entry) -> str:
        """A row in words: name, kind, what comes out, parameters, what is wrong."""
        parts = [entry.node.name, entry.kind]
        if entry.node.bypassed:
            parts.append(self.tr("bypassed"))
        if entry.shape:
            parts.append(self.tr("output {shape}").format(shape=entry.shape))
        if entry.params:
            parts.append(self.tr("{count} parameters").format(count=entry.params))
        if entry.problem is not None:
            parts.append(sentence_text(entry.problem.message))
        return ", ".join(parts)


def _form(entry: Entry) -> tuple[object, ...]:
    """What makes a row another row. Of a block also what is inside."""
    layer = entry.node.layer
    return (entry.path, type(layer), (layer, entry.report.input_shapes) if isinstance(layer, Block) else None)
