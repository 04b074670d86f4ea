"""Which data and how prepared, as a narrow form: only the options that this source has."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QStandardItemModel
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from engine.data.spec.spec import DATASETS, DataSpec
from widgets.fields.editors import ChoiceEditor, Editor
from widgets.fields.form import Form
from widgets.fields.option_grid import Field
from widgets.fields.syntax import Syntax
from widgets.look.text import tooltip, translated
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow

FILES = ("folder", "table", "tensors")
_SKIP = ("path", "augment", "table", "synthetic", "known")  # these have pages of their own
_FIELDS = ("emnist", "resize", "channels", "normalize", "validation", "seed")
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
        kinds = {id: info.kind for id, info in DATASETS.items()}
        groups = (
            (self.tr("With the program"), [id for id, kind in kinds.items() if kind == "bundled"]),
            (self.tr("To download"), [id for id, kind in kinds.items() if kind in ("idx", "torchvision", "download")]),
            (self.tr("Made numbers"), [id for id, kind in kinds.items() if kind == "synthetic"]),
            (self.tr("My files"), [id for id in FILES if id == current]),
        )
        choices: list[tuple[object, str]] = []
        for heading, ids in groups:
            if ids:
                choices.append((("heading", heading), heading))
                choices += [(id, translated(DATASETS[id].title)) for id in ids]
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

    file_requested = Signal(str)  # folder, table or tensors

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, skip=_SKIP)
        self._here: set[str] = set()  # the data sets that were seen on this computer
        self.files: dict[str, QPushButton] = {}

    def _editor(self, name: str, syntax: Syntax, description: str) -> Editor:
        if name == "dataset":
            return SourceChoice(self._body)
        if name == "channels":
            choices = [(None, self.tr("as they are")), (1, self.tr("1 · grey")), (3, self.tr("3 · colour"))]
            return ChoiceEditor(choices, self._body)
        return super()._editor(name, syntax, description)

    def _choice_name(self, name: str, choice: str) -> str:
        names = {"mnist": "MNIST", "byclass": self.tr("By class"), "bymerge": self.tr("By merge")}
        return names.get(choice) or super()._choice_name(name, choice)

    def _meaning_of_nothing(self, description: str) -> str:
        return self.tr("as it is")

    def _arrange(self, grid: QGridLayout) -> None:
        grid.setVerticalSpacing(2)
        self.about, self.path = QLabel(), ElidedLabel(role="small")
        self.about.setProperty("role", "small")
        self.about.setWordWrap(True)
        source, others = self.rows["dataset"], QWidget()
        source.label.setProperty("role", "small")
        for widget in (source.label, source.editor, source.error):
            grid.addWidget(widget)
        grid.addLayout(self._file_row(), grid.rowCount(), 0)
        for widget in (self.about, self.path, others):
            grid.addWidget(widget)
        flow = Flow(others, gap=8, row_gap=6)
        flow.setContentsMargins(0, 6, 0, 0)
        self._fields = {name: Field(self.rows[name], FIELD, others) for name in _FIELDS}
        for field in self._fields.values():
            flow.addWidget(field)
        editors = [self.rows[name].editor for name in _FIELDS]
        for first, second in pairwise([source.editor, *self.files.values(), *editors]):
            QWidget.setTabOrder(first, second)

    def _file_row(self) -> QHBoxLayout:
        texts = {
            "folder": (self.tr("Folder…"), self.tr("Image folder: a folder with a subfolder for each class")),
            "table": (self.tr("Table…"), self.tr("CSV or TSV: a table with one example to a row")),
            "tensors": (self.tr("Tensors…"), self.tr("Tensors: arrays x and y in an .npz, .pt or .pth file")),
        }
        row = QHBoxLayout()
        row.setContentsMargins(0, 6, 0, 2)
        row.setSpacing(6)
        mine = QLabel(self.tr("My files"))
        mine.setProperty("role", "small")
        row.addWidget(mine)
        for kind, (text, hint) in texts.items():
            button = QPushButton(text, self._body)
            button.setProperty("role", "tight")
            button.setToolTip(tooltip(hint))
            button.setAccessibleName(hint.partition(":")[0])
            button.clicked.connect(lambda _=False, kind=kind: self.file_requested.emit(kind))
            self.files[kind] = button
            row.addWidget(button, 1)
        return row

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
        info = self.value.info
        download = info.download if self.value.dataset not in self._here else ""
        self.about.setText(" ".join(filter(None, map(translated, (info.about, download)))))
        self.path.setText(self.value.path)
        self.path.setVisible(bool(self.value.path))

    def _show_what_matters(self) -> None:
        used = relevant(self.value)
        for name, field in self._fields.items():
            field.setVisible(name in used)


def relevant(spec: DataSpec) -> set[str]:
    """The options of a spec that change anything."""
    is_table = spec.dataset in ("table", "house-prices")
    is_made = spec.info.kind == "synthetic"
    matters = {
        "emnist": spec.dataset == "emnist", "resize": spec.is_image, "channels": spec.is_image,
        "normalize": not (is_table or is_made), "validation": not is_made,
    }  # fmt: skip
    return {name for name in _FIELDS if matters.get(name, True)}
