"""The panel of “Find repeated parts…”: what is there several times, and the name of the block it can become."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.blocks.custom import Custom
from engine.blocks.repeats import Repeat
from engine.graph.graph import Graph
from engine.layers.base import Layer
from engine.line.writing import name_of
from widgets.parts.elided import ElidedLabel
from widgets.parts.popup import Popup
from widgets.parts.row_list import Row

WIDTH, MOST = 400, 8
LONGEST_NAME = 60
MOST_NAMED = 5  # layers of one copy that are told by name
IN_A_NAME = 3  # of them that make the block's usual name


class RepeatsBox(Popup):
    """Offers repeated parts; the line is for the block's name. ``chosen`` says which shall be a block, and its name."""

    chosen = Signal(object, str)  # Repeat, label
    marked = Signal(object)  # Repeat that Enter would make a block; None: none

    def __init__(self, host: QWidget, graph: Graph, repeats: Sequence[Repeat]) -> None:
        super().__init__(host, WIDTH, MOST)
        self._graph, self._repeats = graph, repeats
        count = self.tr("1 repeated part") if len(repeats) == 1 else self.tr("{count} repeated parts").format(
            count=len(repeats))
        self.heading = ElidedLabel(count, parent=self)
        top = QHBoxLayout()
        top.setContentsMargins(14, 10, 12, 0)
        top.addWidget(self.heading)
        self.column.insertLayout(0, top)
        self.setAccessibleName(self.tr("Repeated parts"))
        self.list.setAccessibleName(self.tr("Repeated parts"))
        self.field.setAccessibleName(self.tr("Name of the block"))
        self.field.setMaxLength(LONGEST_NAME)
        self.list.marked.connect(self._tell)
        self.list.show_rows([self._row(str(index), repeat) for index, repeat in enumerate(repeats)])

    def repeat(self) -> Repeat | None:
        """The marked one."""
        row = self.list.current()
        return self._repeats[int(row.key)] if row is not None else None

    def label(self, repeat: Repeat) -> str:
        """What the block is called: as typed, else after its layers."""
        return self.field.text().strip() or default_label(self._words(repeat), self.tr("block"))

    def _words(self, repeat: Repeat) -> list[str]:
        return [_word(self._graph.nodes[name].layer) for name in repeat.copies[0]]

    def _row(self, key: str, repeat: Repeat) -> Row:
        words, most = self._words(repeat), MOST_NAMED
        text = ", ".join(words[:most]) + (self.tr(" and {count} more").format(count=len(words) - most)
                                          if len(words) > most else "")
        category = self._graph.nodes[repeat.copies[0][0]].layer.category
        span = f"{repeat.copies[0][0]} – {repeat.copies[-1][-1]}"
        saved = self.tr("{count} layers → 1").format(count=len(repeat.names))
        return Row(key, f"{text} ×{len(repeat.copies)}", span, saved, category)

    def _tell(self, _row: Row | None) -> None:
        repeat = self.repeat()
        if repeat is not None:
            usual = default_label(self._words(repeat), self.tr("block"))
            self.field.setPlaceholderText(self.tr("Name of the block: {name}").format(name=usual))
            self.foot.setText(self.tr(
                "Enter makes one block ×{count}. The numbers stay the same; its layers and their weights get other "
                "names, so weights saved before do not fit any more.").format(count=len(repeat.copies)))
        self.marked.emit(repeat)
        if not self.isHidden():
            self.place()

    def tell_again(self) -> None:
        self.marked.emit(self.repeat())

    def complete(self) -> None:
        """Tab: write the usual name out, to be changed."""
        repeat = self.repeat()
        if repeat is not None and not self.field.text():
            self.field.setText(self.label(repeat))

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        """Enter or a click: make the block."""
        repeat = self._repeats[int(row.key)] if row is not None else None
        if repeat is not None:
            label = self.label(repeat)
            self.dismiss()
            self.chosen.emit(repeat, label)


def _word(layer: Layer) -> str:
    return layer.label.lower() if isinstance(layer, Custom) else name_of(layer.kind())


def default_label(words: Sequence[str], block: str) -> str:
    """A name after the layers: all of a few, else the first and “block”."""
    own = " ".join(words) if len(words) <= IN_A_NAME else f"{words[0]} {block}"
    return own[:1].upper() + own[1:]
