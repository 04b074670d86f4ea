"""Options of layers inside a block, each on a row: ticked, it can be set on the block, under a title of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.graph.graph import Node
from engine.search.matching import has_words
from engine.units import UNKNOWN
from widgets.fields.editors import mark
from widgets.fields.form_fields import fields_of
from widgets.fields.syntax import Syntax, syntax_of
from widgets.look.text import QT_TRANSLATE_NOOP, tooltip, translated

Exposures = Sequence[tuple[str, Sequence[tuple[str, str]]]]  # titles, each with the (node, option) pairs it sets
LONGEST = 40  # of a title
TITLE_WIDTH, SAID_WIDTH = 176, 262
_OWN = ("label",)  # what belongs to a block inside alone


class BlockOption(NamedTuple):
    """One option of one layer."""

    node: str
    option: str
    title: str
    value: object
    text: str  # the value as people read it
    is_default: bool


def block_options(nodes: Iterable[Node]) -> list[BlockOption]:
    """Every option of the nodes that a form can show."""
    return [
        BlockOption(node.name, name, translated(info.title or name), value, _text(syntax_of(info), value),
                    value == info.default)
        for node in nodes
        for name, info in fields_of(node.layer).items()
        if name in type(node.layer).model_fields and name not in _OWN
        for value in [getattr(node.layer, name)]
    ]  # fmt: skip


def _text(syntax: Syntax, value: object) -> str:
    if isinstance(value, bool):
        words = QT_TRANSLATE_NOOP("SwitchEditor", "on"), QT_TRANSLATE_NOOP("SwitchEditor", "off")
        return QCoreApplication.translate("SwitchEditor", words[not value])
    if syntax.is_choice and isinstance(value, str):
        return translated(value.replace("_", " ").capitalize())
    return syntax.write(value) or UNKNOWN


class OptionRow(QWidget):
    """``conv1 · Output channels = 64`` with its tick, and the title it gets on the block."""

    def __init__(self, option: BlockOption, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.option = option
        said = f"{option.node} · {option.title} = {option.text}"
        self.tick = QCheckBox(self)
        self.tick.setText(self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideMiddle, SAID_WIDTH))
        self.tick.setToolTip(tooltip(said))
        self.tick.setAccessibleName(said)
        self.title = QLineEdit(self)
        self.title.setMaxLength(LONGEST)
        self.title.setFixedWidth(TITLE_WIDTH)
        room = self.title.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.title.setSizePolicy(room)
        self.title.hide()
        self.title.setAccessibleName(f"{self.tr('Title')}: {said}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.tick, 1)
        row.addWidget(self.title)

    def is_bindable(self, other: OptionRow) -> bool:
        """Whether one title can stand for both."""
        return (self.option.option, self.option.value) == (other.option.option, other.option.value)

    def is_named(self, text: str) -> bool:
        """Whether every word is part of what it says."""
        return has_words(self.tick.accessibleName(), text)


class OptionList(QWidget):
    """Rows one below the other; says when what they expose has changed."""

    changed = Signal()

    def __init__(self, options: Sequence[BlockOption], exposed: Exposures = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = [OptionRow(option, self) for option in options]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        titles = {target: title for title, targets in exposed for target in map(tuple, targets)}
        for row in self.rows:
            column.addWidget(row)
            title = titles.get((row.option.node, row.option.option))
            row.tick.setChecked(title is not None)
            row.title.setText(title or "")
            row.title.setVisible(title is not None)
            row.tick.toggled.connect(lambda on, row=row: self._follow(row, on))
            row.title.textEdited.connect(lambda _: self.changed.emit())
        column.addStretch(1)

    def show_matching(self, text: str, defaults: bool) -> None:
        """Show rows with these words; those at their default only where they are wanted, or ticked."""
        for row in self.rows:
            wanted = defaults or row.tick.isChecked() or not row.option.is_default
            row.setVisible(wanted and row.is_named(text))

    @property
    def exposed(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """What is ticked, in the order of its rows; equal titles together."""
        together: dict[str, list[tuple[str, str]]] = {}
        for row in self._ticked():
            together.setdefault(row.title.text().strip(), []).append((row.option.node, row.option.option))
        return [(title, tuple(targets)) for title, targets in together.items()]

    def mistake(self) -> str:
        """What cannot be, in words, or nothing; its rows are marked."""
        bad = {row: self._mistake_of(row) for row in self._ticked()}
        for row in self.rows:
            mark(row.title, "bad", bool(bad.get(row)))
        return next((reason for reason in bad.values() if reason), "")

    def _ticked(self) -> list[OptionRow]:
        return [row for row in self.rows if row.tick.isChecked()]

    def _mistake_of(self, row: OptionRow) -> str:
        title = row.title.text().strip()
        if not title:
            return self.tr("Give {name} a title").format(name=f"{row.option.node} · {row.option.title}")
        for other in self._ticked():
            if other.title.text().strip() == title and not row.is_bindable(other):
                text = self.tr("“{title}” can stand for several rows only where option and value are the same: type "
                               "another title for one of them")
                return text.format(title=title)
        return ""

    def _follow(self, row: OptionRow, on: bool) -> None:
        row.title.setVisible(on)
        if on and not row.title.text():
            row.title.setText(self._fresh_title(row))
        self.changed.emit()

    def _fresh_title(self, row: OptionRow) -> str:
        """The option's own title, which binds it to equal ones; with the layer's name where that cannot be."""
        title = row.option.title
        others = [other for other in self._ticked() if other is not row and other.title.text().strip() == title]
        return title if all(map(row.is_bindable, others)) else f"{row.option.node} {title}"[:LONGEST]
