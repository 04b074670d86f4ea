"""What the inspector shows of several layers: which they are, and one form where they are of one kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.analysis.analysis import Sums
from engine.graph.graph import Node
from engine.layers.base import Layer
from engine.layers.code.layer import Code
from engine.units import UNKNOWN, count_text, short_count
from widgets.fields.form_fields import fields_of, kind_of
from widgets.fields.several import Several, SeveralForm
from widgets.inspector.several_weights import SeveralWeights
from widgets.look.text import breakable, title_of
from widgets.parts.scroll import BAR, ScrollPanel
from widgets.parts.section import heading

MARGIN, NAMES = 16, 12


class SeveralPage(ScrollPanel):
    """Shows layers; asks for others in their places."""

    layers_changed = Signal(object, str)  # by name, and the option that was edited
    parameters_changed = Signal(object, str)  # by name, and the part that was edited
    layers_tried = Signal(object)  # by name as they would be, or None: as they are

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        content = QWidget()
        self._title, self._names, self._hint, self._sums = (QLabel(content) for _ in range(4))
        self._form, self._weights = SeveralForm(content), SeveralWeights(content)
        self._weights.parameters_changed.connect(self.parameters_changed)
        self._lay_out(content)
        self._form.edited.connect(lambda field, _: self.layers_changed.emit(self._layers(self._form.value), field))
        self._form.tried.connect(lambda several: self.layers_tried.emit(several and self._layers(several)))
        self.setWidget(content)

    def _lay_out(self, content: QWidget) -> None:
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, 14, MARGIN - BAR, MARGIN)
        column.setSpacing(0)
        for label, role, top in ((self._title, "title", 0), (self._names, "dim", 4), (self._hint, "dim", 16),
                                 (self._form, "", 16), (self._weights, "", 0),
                                 (heading(self.tr("Together"), content), "section", 16), (self._sums, "", 4)):
            label.setProperty("role", role)
            label.setContentsMargins(0, top, 0, 0)
            if isinstance(label, QLabel):
                label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch(1)

    def _layers(self, several: Several) -> Mapping[str, Layer]:
        return dict(zip(self.names, several.models, strict=True))

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_layers(self, nodes: Sequence[Node], sums: Sums | None, weighted: Sequence[Node] = ()) -> None:
        """Show these layers with what they have together; ``weighted`` are those with weights of their own."""
        names, layers = tuple(node.name for node in nodes), [node.layer for node in nodes]
        if names != self.names:
            self.forget_typing()
        self.names = names
        self._say_which(nodes)
        alike, is_code = len(set(map(kind_of, layers))) == 1, isinstance(layers[0], Code)
        together = alike and not is_code and bool(fields_of(layers[0]))
        if together:
            self._form.show_value(Several(tuple(layers)))
            self._order_stops()
        self._form.setVisible(together)
        self._hint.setVisible(not together and (not alike or is_code))
        self._hint.setText(self.tr("Select one, or several of one kind, to see and change their options."))
        self._weights.show_nodes(weighted, len(nodes) - len(weighted))
        if weighted:
            self._weights.order_stops()
        self.show_sums(sums)

    def _say_which(self, nodes: Sequence[Node]) -> None:
        kinds = Counter(title_of(node.layer) for node in nodes)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        names = ", ".join(node.name for node in nodes[:NAMES])
        if len(nodes) > NAMES:
            names = self.tr("{names} and {count} more").format(names=names, count=len(nodes) - NAMES)
        one_kind = self.tr("{count} {kind} layers").format(count=len(nodes), kind=next(iter(kinds)))
        self._title.setText(one_kind if len(kinds) == 1 else self.tr("{count} layers").format(count=len(nodes)))
        self._names.setText(breakable(names if len(kinds) == 1 else counted))
        self._names.setToolTip("" if len(kinds) == 1 else names)

    def show_sums(self, sums: Sums | None, was: Sums | None = None) -> None:
        """What they have together; where it is only tried, also what it was."""
        before = was or sums
        texts = [UNKNOWN, UNKNOWN]
        if sums is not None and before is not None:
            pairs = ((count_text(before.params), count_text(sums.params)),
                     (short_count(before.mult_adds), short_count(sums.mult_adds)))
            texts = [new if new == old else f"{old} → {new}" for old, new in pairs]
        lines = self.tr("{count} parameters").format(count=texts[0]), self.tr("{count} multiply-adds").format(
            count=texts[1])
        self._sums.setText("\n".join(lines))

    def forget_typing(self) -> None:
        """Drop what is typed and not yet asked for."""
        if self._form.rows:
            self._form.restore()
        self._weights.forget_typing()

    def _order_stops(self) -> None:
        """Rows that are made later would come last."""
        for first, second in pairwise(row.editor for row in self._form.rows.values()):
            QWidget.setTabOrder(first, second)
