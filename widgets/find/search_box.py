"""The search at the cursor: a layer by its name, or a whole chain typed as a line, seen before it is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QWidget

from engine.analysis.analysis import Analysis, analyze
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.line.line import Completion, LineError, complete, parse_line
from engine.line.placing import Placed, Spot, put, put_line, shape_at
from engine.messages import LayerloomError
from engine.search.search import Found, search
from widgets.find.search_list import chain_rows, completion_rows, found_rows, totals
from widgets.look import theme
from widgets.look.text import sentence_text, title_of
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row, RowList

WIDTH, MOST, MOST_OFFERED, MOST_LAYERS = 460, 9, 5, 10
PREVIEW_MS = 40  # of rest before the canvas shows what would be
SEPARATORS = (",", "，", "、", "→", "->", "(", ";")


@dataclass(frozen=True)
class Place:
    """Where the box searches for: the graph, the spot in it, and what is known there."""

    graph: Graph
    analysis: Analysis
    spot: Spot
    input_shape: Shape | None  # what an Input without a shape of its own receives
    own: Sequence[tuple[str, str]] = ()  # a person's blocks as (kind, label)
    make_layer: Callable[[str], Layer | None] | None = None


class SearchBox(Popup):
    """``added`` says what Enter adds; the graph is made already."""

    added = Signal(object, object, str)  # Graph, names of what is new, what was added in words
    previewed = Signal(object)  # Graph that Enter would make; None: nothing
    refused = Signal(object)  # Message

    def __init__(self, host: QWidget, place: Place) -> None:
        super().__init__(host, WIDTH, MOST)
        self._at = place
        self._shape = shape_at(place.spot, place.analysis.nodes, place.graph)
        self._found: list[Found] = []
        self._completions: list[Completion] = []
        self._is_line = False
        self._built: Placed | None = None  # what Enter adds as a line
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._timer.timeout.connect(self._preview)
        self.chain, self.error = RowList(MOST_LAYERS, self), QLabel(self)
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.RichText)
        self.error.setContentsMargins(12, 8, 12, 4)
        self.column.insertWidget(1, self.chain)
        self.column.insertWidget(2, self.error)
        self.heading = QLabel(self.tr("Could come next: Tab writes the first"), self)
        self.heading.setProperty("role", "small")
        self.heading.setContentsMargins(12, 8, 12, 2)
        self.column.insertWidget(3, self.heading)
        self._name_parts()
        self.field.textChanged.connect(self._look)
        self.list.marked.connect(lambda _row: self._timer.start())
        self._look()

    def _name_parts(self) -> None:
        name = self.tr("Replace with") if self._at.spot.replaces else self.tr("Add a layer")
        self.setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(self.tr("A layer, or a line: conv 64 3x3, relu, maxpool 2"))
        self.list.setAccessibleName(self.tr("Layers found"))
        self.chain.setAccessibleName(self.tr("Layers that the line makes"))
        self.chain.setSelectionMode(RowList.SelectionMode.NoSelection)

    # -- looking ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Show what the text means: layers it finds, or the chain it describes."""
        text = self.field.text()
        self._built, error = None, None
        try:
            layers: tuple[Layer, ...] = parse_line(text) if text.strip() else ()
        except LineError as wrong:
            layers, error = (), wrong
        several = len(layers) > 1 or any(sign in text for sign in SEPARATORS)
        self._found = [] if several else search(text, shape=self._shape, after=self._kind_before(), own=self._at.own)
        self._is_line = several or (bool(layers) and self._has_values(text, layers[0]))
        if self._is_line:
            self._show_line(text, error)
        else:
            self._show_found(text, error)
        self._timer.start()
        if not self.isHidden():
            self.place()

    def _has_values(self, text: str, layer: Layer) -> bool:
        """Whether what is typed makes the layer another than the one that is found, or is about to."""
        typed = any(sign.isdigit() or sign == "=" for sign in text)
        return text.endswith(" ") or (typed and all(found.layer != layer for found in self._found[:3]))

    def _kind_before(self) -> str | None:
        before = self._at.spot.before
        return self._at.graph.nodes[before[-1]].layer.kind() if before else None

    def _show_found(self, text: str, error: LineError | None) -> None:
        self.chain.show_rows([])
        self.heading.hide()
        self.list.show_rows(found_rows(self._found, self._shape))
        is_wrong = not self._found and any(sign.isdigit() for sign in text)
        self._show_error(text, error if is_wrong else None)
        if self._found:
            self.foot.setText(self._hint())
        elif is_wrong:
            self.foot.setText(self.tr("Esc closes"))
        else:
            self.foot.setText(self.tr("No layer matches “{text}”.").format(text=text.strip()))

    def _show_line(self, text: str, error: LineError | None) -> None:
        self._completions = complete(text, self.field.cursorPosition(), self._shape, self._kind_before())
        self._completions = [each for each in self._completions if text[each.start : each.end] != each.insert]
        self.list.show_rows(completion_rows(self._completions[:MOST_OFFERED]), mark=None)
        self.heading.setVisible(bool(self._completions))
        self._show_error(text, error)
        whole = text if error is None else text[: error.start].rstrip(" ".join(SEPARATORS))
        try:
            built = put_line(self._at.graph, whole, self._at.spot)
        except LineError:
            built = (self._at.graph, ())
        except LayerloomError as wrong:
            built = (self._at.graph, ())
            self.error.setText(escape(sentence_text(wrong.message)))
            self.error.show()
        self._show_chain(*built)
        if error is not None:
            self.foot.setText(self.tr("Esc closes"))
        elif built[1]:
            self._built = built

    def _show_chain(self, graph: Graph, names: Sequence[str]) -> None:
        """The layers to be, and how much they are together."""
        analysis = analyze(graph, self._at.input_shape) if names else self._at.analysis
        self.chain.show_rows(chain_rows(graph, names, analysis), mark=None)
        self.chain.scrollToBottom()
        self.foot.setText(f"{totals(names, analysis)}\n{self._hint()}" if names else self._hint())

    def _show_error(self, text: str, error: LineError | None) -> None:
        """Say what is wrong below the line, with the place marked."""
        self.error.setVisible(error is not None)
        if error is not None:
            ink, start, end = theme.current().error, error.start, max(error.end, error.start + 1)
            shown = (f"{escape(text[:start])}<span style='color:{ink};text-decoration:underline'>"
                     f"{escape(text[start:end]) or '▯'}</span>{escape(text[end:])}")
            said = escape(sentence_text(error.message))
            self.error.setText(f"<div>{shown}</div><div style='color:{ink}'>{said}</div>")

    def _hint(self) -> str:
        """What Enter would do."""
        spot = self._at.spot
        if spot.replaces:
            return self.tr("Enter replaces {name}").format(name=", ".join(spot.replaces[:3]))
        if spot.edge is not None:
            text = self.tr("Enter puts it between {source} and {target}").format(
                source=spot.edge.source, target=spot.edge.target)
        elif spot.before:
            text = self.tr("Enter adds it behind {name}").format(name=", ".join(spot.before[-3:]))
        elif spot.target is not None:
            text = self.tr("Enter adds it before {name}").format(name=spot.target[0])
        else:
            return self.tr("Enter adds it here")
        return f"{text} · {self.tr('Alt+Enter without wires')}"

    # -- preview ------------------------------------------------------------------------------------------------

    def _preview(self) -> None:
        if self._is_line:
            self.previewed.emit(self._built[0] if self._built else None)
            return
        row = self.list.current()
        layer = self._layer_of(row) if row is not None and self.field.text().strip() else None
        self.previewed.emit(self._try(lambda: put(self._at.graph, layer, self._at.spot)[0]) if layer else None)

    def tell_again(self) -> None:
        self._timer.start()

    def _try(self, make: Callable[[], Graph]) -> Graph | None:
        try:
            return make()
        except LayerloomError:
            return None

    def _layer_of(self, row: Row) -> Layer | None:
        found = self._found[int(row.key)]
        own = found.is_own
        return self._at.make_layer(found.kind) if own and self._at.make_layer else found.layer

    # -- choosing -----------------------------------------------------------------------------------------------

    def complete(self) -> None:
        """Tab: write out the marked completion, or the marked layer's name for its values to follow."""
        row = self.list.current()
        if self._is_line:
            self._write(int(row.key) if row is not None else 0)
        elif row is not None and not self._found[int(row.key)].is_own:
            self.field.setText(f"{self._found[int(row.key)].kind} ")

    def _write(self, index: int) -> None:
        if index < len(self._completions):
            chosen, text = self._completions[index], self.field.text()
            self.field.setText(text[: chosen.start] + chosen.insert + text[chosen.end :])
            self.field.setCursorPosition(chosen.start + len(chosen.insert))
            self._look()

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        """Enter or a click: add the line or the marked layer; with Alt without wires."""
        if self._is_line and row is not None:
            self._write(int(row.key))
            return
        spot = self._at.spot.bare if modifiers & Qt.KeyboardModifier.AltModifier else self._at.spot
        text, layer = self.field.text(), None if self._is_line or row is None else self._layer_of(row)
        if not self._is_line and layer is None:
            return
        try:
            graph, names = put_line(self._at.graph, text, spot) if layer is None else put(self._at.graph, layer, spot)
        except LineError:
            return  # it is said already, and where
        except LayerloomError as error:
            self.refused.emit(error.message)
            return
        self._end_preview()
        words = title_of(layer) if layer is not None else self.tr("{count} layers").format(count=len(names))
        self.dismiss()
        self.added.emit(graph, names, words)

    def _end_preview(self) -> None:
        self._timer.stop()
        self.previewed.emit(None)

    def dismiss(self, back: bool = True) -> None:
        """Nothing is shown on the canvas any more."""
        if not self.isHidden():
            self._end_preview()
        super().dismiss(back)
