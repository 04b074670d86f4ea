"""Examples to show the network: which part of the data, in which order, of which class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.units import grouped
from widgets.look import theme
from widgets.parts.choice import Choice
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow
from widgets.parts.words import Words, heading
from widgets.probe.example import Example
from widgets.probe.example_grid import ExampleGrid

ALL = ""  # the id of all classes


class Examples(QWidget):
    """Pages of examples; asks for others by part, order, class and page, and says which one is chosen."""

    chosen = Signal(object)
    compared = Signal(object)
    asked = Signal(str, str, str)  # "train", "validation" or "test"; "given", "class" or "worst"; a class, "" for all
    page_asked = Signal(int)  # the first example of a page
    acted = Signal()  # the button beside a message
    menu_asked = Signal(object, QPoint)  # what can be done with an example
    excluded = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part, self.order = Choice(self.tr("Part"), 4), Choice(self.tr("Order"), 4)
        self.of_class = Choice(self.tr("Class"), 4)
        self.grid, self.message, self.action = ExampleGrid(), Words("small"), QPushButton()
        self.range = ElidedLabel(role="dim")
        self.back, self.forth = _arrow("‹", self.tr("Page before")), _arrow("›", self.tr("Next page"))
        self._first = self._total = self._page = 0
        self._least = False  # whether there may be more
        self._choices()
        self._assemble()
        self._connect()
        self.show_message("")

    def _choices(self) -> None:
        for choice in (self.part, self.order, self.of_class):
            choice.set_brief(True)
            choice.setFont(theme.ui_font(11))
            choice.setFixedHeight(28)
        self.part.set_choices([("train", self.tr("Train")), ("validation", self.tr("Validation")),
                               ("test", self.tr("Test"))])
        self.order.set_choices([("given", self.tr("As they come")), ("class", self.tr("By class")),
                                ("worst", self.tr("Worst mistakes"))])
        self.set_classes(())

    def _assemble(self) -> None:
        pages = QHBoxLayout()
        pages.setSpacing(4)
        self.range.setFont(theme.mono_font(10))
        for part in (self.back, self.range, self.forth):
            pages.addWidget(part)
        pages.addStretch()
        choices = QWidget()
        flow = Flow(choices, gap=6, row_gap=6, stretch=True)
        for choice in (self.part, self.of_class, self.order):  # the first two have room side by side
            flow.addWidget(choice)
        self.action.setProperty("role", "tight")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(heading(self.tr("Examples")))
        for widget in (choices, self.message):
            column.addWidget(widget)
        column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.grid)
        column.addLayout(pages)

    def _connect(self) -> None:
        for choice in (self.part, self.order, self.of_class):
            choice.chosen.connect(self._ask)
        self.grid.chosen.connect(self.chosen)
        self.grid.compared.connect(self.compared)
        self.grid.turned.connect(self._turn)
        self.grid.menu_asked.connect(self.menu_asked)
        self.grid.excluded.connect(self.excluded)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.forth.clicked.connect(lambda: self._turn(1))
        self.action.clicked.connect(self.acted)

    # -- what it shows ------------------------------------------------------------------------------------------

    def set_classes(self, classes: Sequence[str]) -> None:
        """What the classes are called; none: there are no classes to choose from."""
        if self.of_class.currentData() not in classes:
            self.of_class.show_choice(ALL)
        self.of_class.set_choices([(ALL, self.tr("All classes")), *((name, name) for name in classes)])
        self.of_class.setVisible(bool(classes))

    def show_asked(self, part: str, order: str, of_class: str = ALL) -> None:
        """What is shown now."""
        for choice, id in ((self.part, part), (self.order, order), (self.of_class, of_class)):
            choice.show_choice(id)

    def show_examples(self, examples: Sequence[Example], first: int = 0, total: int | None = None,
                      least: bool = False) -> None:
        """A page of them: the first is number ``first`` (from 0) of ``total``; ``least``: there may be more."""
        self._first, self._total, self._least = first, len(examples) if total is None else total, least
        self._page = max(self._page, len(examples))  # the last one may be shorter
        self._say("", "")
        self.grid.show_examples(examples)
        self.grid.setVisible(bool(examples))
        self._show_pages()

    def show_message(self, text: str, action: str = "") -> None:
        """Why there are none, or how far they are; ``action``: the button that helps."""
        self._first = self._total = 0
        self.grid.show_examples(())
        self.grid.hide()
        self._say(text, action)
        self._show_pages()

    def _say(self, text: str, action: str) -> None:
        self.message.say(text)
        self.action.setText(action)
        self.action.setVisible(bool(action))

    def _show_pages(self) -> None:
        last = self._first + len(self.grid.examples)
        several = self._total > len(self.grid.examples) > 0
        text = self.tr("{first}–{last} of {total}")
        numbers = {"first": grouped(self._first + 1), "last": grouped(last), "total": grouped(self._total)}
        short = self.tr("{first}–{last}").format(**numbers)
        full = self.tr("{first}–{last}, and more") if self._least else text
        self.range.set_text(full.format(**numbers) if several else "", [short])
        for widget in (self.range, self.back, self.forth):
            widget.setVisible(several)
        self.back.setEnabled(self._first > 0)
        self.forth.setEnabled(last < self._total)

    # -- what it asks for ---------------------------------------------------------------------------------------

    def _ask(self) -> None:
        part, order, name = (choice.currentData() or "" for choice in (self.part, self.order, self.of_class))
        self.asked.emit(part, order, name)

    def _turn(self, pages: int) -> None:
        first = max(0, self._first + pages * self._page)
        if first != self._first and first < self._total:
            self.page_asked.emit(first)


def _arrow(text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button
