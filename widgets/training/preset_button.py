"""A menu of recipes to begin with; while a recipe is one of them the button has its name."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from engine.experiment.presets import PRESETS, Preset, with_preset
from engine.experiment.recipe import Recipe
from widgets.fields.form import HEIGHT
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.text import tooltip, translated

EDGE, ARROW = 10, 24  # before the words, and what the arrow takes after them

@guarded
class PresetButton(QPushButton):
    """Asks for one by its id."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._shown: Preset | None = None
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.actions_of: dict[str, QAction] = {id: self._action(preset) for id, preset in PRESETS.items()}
        self.setMenu(self._menu)
        self._say()

    def _action(self, preset: Preset) -> QAction:
        action = self._menu.addAction(translated(preset.title), lambda: self.chosen.emit(preset.id))
        action.setToolTip(tooltip(translated(preset.about)))
        action.setCheckable(True)
        return action

    def show_recipe(self, recipe: Recipe) -> None:
        """Say which one it is, if it is one."""
        self._shown = next((preset for preset in PRESETS.values() if with_preset(recipe, preset) == recipe), None)
        self._say()

    def _say(self) -> None:
        shown = self._shown
        for id, action in self.actions_of.items():
            action.setChecked(shown is not None and id == shown.id)
        self.setText(translated(shown.title) if shown is not None else self.tr("Begin with…"))
        self.setAccessibleName(self.tr("Preset: {title}").format(title=self.text()) if shown else self.tr("Presets"))
        self._hint()

    def _hint(self) -> None:
        about = translated(self._shown.about) if self._shown is not None else self.tr("Recipes to begin with")
        self.setToolTip(tooltip(*([self.text()] if self.shown_text() != self.text() else []), about))

    def sizeHint(self) -> QSize:
        """Whatever room there is: words that are too long end in “…”."""
        return QSize(EDGE + ARROW, HEIGHT)

    def shown_text(self) -> str:
        """The words as they are drawn."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self._words.width())

    @property
    def _words(self) -> QRect:
        return QRect(EDGE, 0, max(0, self.width() - EDGE - ARROW), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As a choice looks: words left, an arrow right."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        with QPainter(self) as painter:
            self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
            painter.setPen(theme.color("text" if self.isEnabled() else "dim"))
            painter.drawText(self._words, Qt.AlignmentFlag.AlignVCenter, self.shown_text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is cut is said in the tooltip."""
        self._hint()
