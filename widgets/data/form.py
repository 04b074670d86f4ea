"""Which data and how prepared, as a narrow form: only the options that this source has."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QStandardItemModel
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from engine.data.sources import SOURCES
from engine.data.sources.base import Kind
from engine.data.spec.spec import DataSpec
from widgets.fields.editors import ChoiceEditor, Editor
from widgets.fields.form import Form
from widgets.fields.option_grid import Field
from widgets.fields.syntax import Syntax
from widgets.look.text import tooltip, translated
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow

_SKIP = ("path", "augment", "table", "synthetic", "known")  # these have pages of their own
_FIELDS = ("emnist", "resize", "channels", "normalize", "validation", "seed", "swap")
FIELD = 130  # pixels


class SourceChoice(ChoiceEditor):
    """The data sets under headings. Files are not among them, for one is asked which; the one in use is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__([], parent)
        self._show_groups("")

    def show_value(self, value: object) -> None:
        """Follow the model."""
        self._show_groups(str(value))
        super().show_value(value)

    def _show_groups(self, current: str) -> None:
        headings: dict[Kind, str] = {
            "bundled": self.tr("With the program"), "download": self.tr("To download"),
            "synthetic": self.tr("Made numbers"), "file": self.tr("My files"),
        }  # fmt: skip
        choices: list[tuple[object, str]] = []
        for kind, heading in headings.items():
            sources = [source for source in SOURCES.values() if source.kind == kind]
            shown = [source for source in sources if not source.takes_path or source.id == current]
            if shown:
                choices.append((("heading", heading), heading))
                choices += [(source.id, translated(source.title)) for source in shown]
        if choices != self._choices:
            self.set_choices(choices)
            self._dim_headings()

    def _dim_headings(self) -> None:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for row, (value, _) in enumerate(self._choices):
            if isinstance(value, tuple):
                item, font = model.item(row), QFont(self.font())
                font.setPixelSize(11)
                font.setWeight(QFont.Weight.DemiBold)
                item.setFont(font)
                item.setEnabled(False)


class DataForm(Form):
    """The fields of a DataSpec, labels above them. Numbers count only when typed out: data are loaded anew for each."""

    file_requested = Signal(str)  # the source that takes it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, skip=_SKIP)
        self._here: set[str] = set()  # the data sets that were seen on this computer
        self.files: dict[str, QPushButton] = {}

    def _described(self, description: str, syntax: Syntax) -> str:
        """Of channels the list itself says what none means."""
        return description if syntax.is_choice else super()._described(description, syntax)

    def _editor(self, name: str, syntax: Syntax) -> Editor:
        if name == "dataset":
            return SourceChoice(self._body)
        if name == "channels":
            choices = [(None, translated(syntax.empty)), (1, self.tr("1 · grey")), (3, self.tr("3 · colour"))]
            return ChoiceEditor(choices, self._body)
        return super()._editor(name, syntax)

    def _choice_name(self, name: str, choice: str) -> str:
        names = {"mnist": "MNIST", "byclass": self.tr("By class"), "bymerge": self.tr("By merge")}
        return names.get(choice) or super()._choice_name(name, choice)

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setVerticalSpacing(2)
        self.about, self.path = QLabel(), ElidedLabel(role="small")
        self.about.setProperty("role", "small")
        self.about.setWordWrap(True)
        source, others = self.rows["dataset"], QWidget()
        source.label.setProperty("role", "small")
        for part in (source.label, source.editor, source.error):
            grid.addWidget(part)
        for widget in (self._file_row(), self.about, self.path, others):
            grid.addWidget(widget)
        flow = Flow(others, gap=8, row_gap=6)
        flow.setContentsMargins(0, 6, 0, 0)
        self._fields = {name: Field(self.rows[name], FIELD, others) for name in _FIELDS}
        for field in self._fields.values():
            flow.addWidget(field)
        editors = [self.rows[name].editor for name in _FIELDS]
        for first, second in pairwise([source.editor, *self.files.values(), *editors]):
            QWidget.setTabOrder(first, second)

    def _file_row(self) -> QWidget:
        files = QWidget()
        row = Flow(files, gap=6, row_gap=4, stretch=True)
        row.setContentsMargins(0, 6, 0, 2)
        mine = QLabel(self.tr("My files"))
        mine.setProperty("role", "small")
        mine.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row.addWidget(mine)
        for source in SOURCES.values():
            if source.own is not None:
                button = self.files[source.id] = QPushButton(translated(source.own.button), self._body)
                button.setProperty("role", "tight")
                button.setToolTip(tooltip(translated(source.own.hint)))
                button.setAccessibleName(translated(source.title))
                button.clicked.connect(lambda _=False, id=source.id: self.file_requested.emit(id))
                row.addWidget(button)
        return files

    def show_value(self, model: DataSpec) -> None:
        """The spec, and a line about its data set."""
        super().show_value(model)
        self._show_what_matters()
        self._show_about()

    def show_here(self, here: bool) -> None:
        """Whether the data are on this computer; what is here needs no download."""
        (self._here.add if here else self._here.discard)(self.value.dataset)
        self._show_about()

    def _show_about(self) -> None:
        source = self.value.source
        download = source.download if source.id not in self._here else ""
        self.about.setText(" ".join(filter(None, map(translated, (source.about, download)))))
        self.path.setText(self.value.path)
        self.path.setVisible(bool(self.value.path))

    def _show_what_matters(self) -> None:
        used = self.value.source.options(self.value)
        for name, field in self._fields.items():
            field.setVisible(name in used)
