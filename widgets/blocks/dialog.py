"""Making a block of layers: what it is called, and which of the options inside can be set from outside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from widgets.blocks.options import BlockOption, Exposures, OptionList
from widgets.look.guarded import guarded
from widgets.parts.filter_line import FilterLine
from widgets.parts.scroll import BAR, ScrollPanel

LONGEST = 60  # of a block's name
GAP, SIZE = 8, (520, 480)


@guarded
class BlockDialog(QDialog):
    """``label`` and ``exposed`` are what was chosen, once it is accepted."""

    def __init__(self, label: str, options: Sequence[BlockOption], exposed: Exposures = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Make block"))
        self.name = QLineEdit(label, self)
        self.filter = FilterLine(self.tr("Filter options…"), self)
        self.defaults = QCheckBox(self.tr("Also options at their default"), self)
        self.options = OptionList(options, exposed, self)
        self.error = QLabel(self)
        self.make, self.cancel = QPushButton(self.tr("Make block"), self), QPushButton(self.tr("Cancel"), self)
        self._assemble()
        self.make.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.filter.textChanged.connect(lambda _: self._show_rows())
        self.defaults.toggled.connect(lambda _: self._show_rows())
        self.options.changed.connect(self._check)
        self.name.textEdited.connect(lambda _: self._check())
        self._show_rows()
        self._check()
        self.resize(*SIZE)
        self.name.selectAll()
        self.name.setFocus()

    @property
    def label(self) -> str:
        """What the block is called."""
        return self.name.text().strip()

    @property
    def exposed(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """Titles, each with the (node, option) pairs that it sets."""
        return self.options.exposed

    def accept(self) -> None:
        """Only where nothing is wrong."""
        if self.make.isEnabled():
            super().accept()

    def _show_rows(self) -> None:
        self.options.show_matching(self.filter.text(), self.defaults.isChecked())

    def _check(self) -> None:
        mistake = self.options.mistake() if self.label else self.tr("Give the block a name")
        self.error.setText(mistake)
        self.make.setEnabled(not mistake)

    # -- how it is laid out -------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName(self.tr("Name of the block"))
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.make.setProperty("role", "primary")
        scroll = ScrollPanel(self)
        scroll.setWidget(self.options)
        help_text = self._small(self.tr("What is ticked can be set on the block, without going inside. Rows with the "
                                        "same title are set together: type one title for several rows to bind them."))
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 16, 16 - BAR, 16)
        grid.setSpacing(GAP)
        grid.addWidget(self._label(self.tr("Name"), self.name), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self._heading(self.tr("Options on the block")), 1, 0, 1, 2)
        grid.addWidget(help_text, 2, 0, 1, 2)
        for row, layout in ((3, self._row(self.filter, self.defaults)), (6, self._row(None, self.cancel, self.make))):
            grid.addLayout(layout, row, 0, 1, 2)
        grid.addWidget(scroll, 4, 0, 1, 3)  # its bar comes in a column of its own, beside the fields
        grid.setColumnMinimumWidth(2, BAR - GAP)
        grid.addWidget(self.error, 5, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _row(self, *widgets: QWidget | None) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for widget in widgets:
            if widget is None:
                row.addStretch(1)
            else:
                row.addWidget(widget)
        return row

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "section")
        label.setContentsMargins(0, 8, 0, 0)
        return label

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "dim")
        label.setBuddy(buddy)
        return label

    def _small(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "small")
        label.setWordWrap(True)
        return label
