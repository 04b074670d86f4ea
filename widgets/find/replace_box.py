"""The panel of “Replace all…”: which layers, by what, seen on the canvas before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import Fault
from engine.blocks.replacing import LayerKind, carried, layer_kinds, replaced_all
from engine.graph.graph import Graph
from engine.layers.base import Layer, Shape
from engine.line.line import LineError, parse_line
from engine.search.matching import ranked
from engine.search.search import Found, fits, search
from widgets.find.search_list import found_rows
from widgets.look.text import sentence_text, title_of
from widgets.parts.elided import ElidedLabel
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row

WIDTH, MOST = 400, 9
PREVIEW_MS = 40  # of rest before the canvas shows what would be
MOST_NAMES = 4  # of layers that are told by name


@dataclass(frozen=True)
class Scope:
    """Where layers are replaced, what is known there, and by what one can replace them."""

    graph: Graph
    analysis: Analysis
    within: tuple[str, ...] | None = None  # only among these; None: all
    kind: str | None = None  # the key of those that one means first
    input_shape: Shape | None = None  # what an Input without a shape of its own receives
    own: Sequence[tuple[str, str]] = ()  # a person's blocks as (kind, label)
    make_layer: Callable[[str], Layer | None] | None = None


class ReplaceBox(Popup):
    """First which layers (unless that is clear), then by what. ``replaced`` brings the graph that Enter made."""

    replaced = Signal(object, object, str)  # Graph, names of the new layers, what was replaced in words
    previewed = Signal(object)  # Graph that Enter would make; None: nothing

    def __init__(self, host: QWidget, scope: Scope) -> None:
        super().__init__(host, WIDTH, MOST)
        self._scope = scope
        self.kinds = layer_kinds(scope.graph, scope.within)
        self.kind: LayerKind | None = None
        self._found: list[Found] = []
        self._timer = QTimer(self, singleShot=True, interval=PREVIEW_MS)
        self._timer.timeout.connect(self._preview)
        self._build()
        self.field.textChanged.connect(self._look)
        self.list.marked.connect(lambda _row: self._timer.start())
        self._ask(next((each for each in self.kinds if each.key == scope.kind or len(self.kinds) == 1), None))

    def _build(self) -> None:
        self.heading, self.other = ElidedLabel(parent=self), QPushButton(self.tr("Other layers"), self)
        self.other.setProperty("role", "tight")
        self.other.setToolTip(self.tr("Shift+Tab"))
        self.other.clicked.connect(lambda: self._ask(None))
        self.inside = QCheckBox(self)
        self.inside.toggled.connect(self._timer.start)
        for button in (self.other, self.inside):  # the keyboard stays in the line
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QHBoxLayout()
        top.setContentsMargins(14, 8, 8, 0)
        top.addWidget(self.heading, 1)
        top.addWidget(self.other)
        self.column.insertLayout(0, top)
        self.inside_row = QWidget(self)
        below = QHBoxLayout(self.inside_row)
        below.setContentsMargins(12, 8, 12, 2)
        below.addWidget(self.inside)
        self.column.insertWidget(3, self.inside_row)
        name = self.tr("Replace all") if self._scope.within is None else self.tr("Replace in selection")
        self.setAccessibleName(name)
        self.list.setAccessibleName(self.tr("Layers"))

    # -- which, and by what -------------------------------------------------------------------------------------

    def _ask(self, kind: LayerKind | None) -> None:
        """Ask what shall replace these; None: ask which layers."""
        self.kind = kind
        here = self.tr("Replace all") if self._scope.within is None else self.tr("Replace in selection")
        self.heading.setText(here if kind is None else self.tr("Replace {count} × {layer} with").format(
            count=kind.total, layer=title_of(kind.layer)))
        self.other.setVisible(kind is not None and len(self.kinds) > 1)
        self.inside_row.setVisible(kind is not None and bool(kind.inside))
        if kind is not None:
            self.inside.setText(self.tr("&Also inside blocks: {count}").format(count=kind.inside))
            self.inside.setChecked(True)
            self.inside.setEnabled(bool(kind.here))  # else there would be none at all
        hint = self.tr("Which layers?") if kind is None else self.tr("A layer, such as gelu or conv 64 3x3")
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(self.heading.text() if kind is not None else hint)
        if self.field.text():
            self.field.clear()
        else:
            self._look()

    def _look(self) -> None:
        """Show what the text finds."""
        text, marks = self.field.text(), self.kind is None or bool(self.field.text().strip())
        if self.kind is None:
            rows: Sequence[Row] = ranked(text, map(self._kind_row, self.kinds), lambda row: (row.title, row.detail))
        else:
            self._found = self._layers(text, self.kind)
            rows = found_rows([self._with_options(each, self.kind) for each in self._found], self._shape(self.kind))
        self.list.show_rows(rows, mark=0 if marks else None)
        if not rows:
            self._say(self.tr("Nothing matches “{text}”.").format(text=text.strip()))
        elif self.kind is None:
            self._say(self.tr("Enter goes on to what replaces them"))
        elif not marks:
            self._say(self.tr("↓ marks a layer and shows it on the canvas"))
        elif not self.isHidden():
            self.place()  # what is marked is told when it has been tried
        self._timer.start()

    def _kind_row(self, kind: LayerKind) -> Row:
        detail = " · ".join(filter(None, (_names(kind), self._inside_words(kind))))
        return Row(kind.key, title_of(kind.layer), detail, f"×{kind.total}", kind.layer.category)

    def _inside_words(self, kind: LayerKind) -> str:
        if kind.inside == 1:
            return self.tr("1 inside a block")
        return self.tr("{count} inside blocks").format(count=kind.inside) if kind.inside else ""

    def _layers(self, text: str, kind: LayerKind) -> list[Found]:
        """What the words find, and before it the layer whose values are typed; without words first what is alike."""
        shape = self._shape(kind)
        found = [each for each in search(text, shape=shape, limit=200, own=self._scope.own) if self._is_other(each)]
        if not text.strip():
            return sorted(found, key=lambda each: (not each.fits, each.layer.category != kind.layer.category))
        try:
            typed = parse_line(text)
        except LineError:
            return found
        if len(typed) == 1 and typed[0].max_inputs != 0 and all(each.layer != typed[0] for each in found):
            layer = typed[0]
            exact = Found(layer.kind(), layer, layer.title, "", shape is None or fits(layer, shape))
            found = [exact, *found] if any(sign.isdigit() or sign == "=" for sign in text) else found
        return found

    def _with_options(self, found: Found, kind: LayerKind) -> Found:
        """As the first of them would be, with what it keeps."""
        if found.is_own:
            return found
        layer, shape = carried(kind.layer, found.layer), self._shape(kind)
        return found._replace(layer=layer, fits=shape is None or fits(layer, shape))

    def _is_other(self, found: Found) -> bool:
        """Whether it is not the same again, and can stand where a layer stood."""
        assert self.kind is not None
        same = found.kind == self.kind.key and found.layer == type(found.layer)()
        return found.layer.max_inputs != 0 and not same

    def _shape(self, kind: LayerKind) -> Shape | None:
        """What comes to the first of them."""
        shapes = self._scope.analysis.nodes[kind.here[0]].input_shapes if kind.here else None
        return shapes[0] if shapes else None

    def _say(self, text: str) -> None:
        self.foot.setText(text)
        if not self.isHidden():
            self.place()

    # -- preview ------------------------------------------------------------------------------------------------

    def _preview(self) -> None:
        """Show what Enter would make, and say what it does."""
        layer = self._layer_of(self.list.current())
        graph = self._made(layer, keep_names=True)[0] if layer is not None else None
        if graph is not None:
            self._say(self._words(graph))
        self.previewed.emit(graph)

    def tell_again(self) -> None:
        self._timer.start()

    def _layer_of(self, row: Row | None) -> Layer | None:
        if row is None or self.kind is None:
            return None
        found = self._found[int(row.key)]
        own = found.is_own
        return self._scope.make_layer(found.kind) if own and self._scope.make_layer else found.layer

    def _made(self, layer: Layer, *, keep_names: bool = False) -> tuple[Graph, tuple[str, ...]]:
        assert self.kind is not None
        return replaced_all(self._scope.graph, self.kind.key, layer, self._scope.within,
                            inside=self.inside.isChecked(), keep_names=keep_names)

    def _words(self, graph: Graph) -> str:
        """How many it concerns, and what would be wrong then that is not now."""
        assert self.kind is not None
        if graph == self._scope.graph:
            return self.tr("They are that already")
        inside = self._inside_words(self.kind) if self.inside.isChecked() else ""
        names = ", ".join(filter(None, (_names(self.kind), inside)))
        text = self.tr("Enter replaces {names}").format(names=names)
        wrong = self._new_faults(graph)
        if not wrong:
            return text
        first = wrong[0]
        said = " ".join(filter(None, (f"{first.node}:" if first.node else "", sentence_text(first.error.message))))
        return f"{text}\n! {said}" + (self.tr(" (and {count} more)").format(count=len(wrong) - 1) if wrong[1:] else "")

    def _new_faults(self, graph: Graph) -> list[Fault]:
        known = {(fault.node, str(fault.error)) for fault in self._scope.analysis.faults}
        faults = analyze(graph, self._scope.input_shape).faults
        return [fault for fault in faults if (fault.node, str(fault.error)) not in known]

    # -- keys and choosing --------------------------------------------------------------------------------------

    def _take_key(self, event: QKeyEvent) -> None:
        if QKeySequence(event.keyCombination()) == QKeySequence.mnemonic(self.inside.text()):
            event.accept()
            self.inside.click()
        elif event.key() == Qt.Key.Key_Backtab and self.kind is not None and len(self.kinds) > 1:
            self._ask(None)
        else:
            super()._take_key(event)

    def complete(self) -> None:
        """Tab: go on to what replaces the marked ones, or write the marked layer's name for its values to follow."""
        row = self.list.current()
        if self.kind is None:
            self.choose(row, Qt.KeyboardModifier.NoModifier)
        elif row is not None and not self._found[int(row.key)].is_own:
            self.field.setText(f"{self._found[int(row.key)].kind} ")

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        """Enter or a click: go on, or replace."""
        if self.kind is None:
            if row is not None:
                self._ask(next(each for each in self.kinds if each.key == row.key))
            return
        layer = self._layer_of(row)
        made = self._made(layer) if layer is not None else None
        if made is None or made[0] == self._scope.graph:
            return  # it is said already
        words = title_of(self.kind.layer)
        self.dismiss()
        self.replaced.emit(*made, words)

    def dismiss(self, back: bool = True) -> None:
        """Nothing is shown on the canvas any more."""
        if not self.isHidden():
            self._timer.stop()
            self.previewed.emit(None)
        super().dismiss(back)


def _names(kind: LayerKind) -> str:
    return ", ".join(kind.here[:MOST_NAMES]) + "…" * (len(kind.here) > MOST_NAMES)
