"""One form for several models of one kind: what they share is shown, what is typed is for all of them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtWidgets import QWidget

from widgets.fields.editors import ChoiceEditor, Editor, LineEditor
from widgets.fields.form import Form
from widgets.fields.form_fields import fields_of, kind_of, value_of, with_value
from widgets.fields.syntax import Syntax
from widgets.look.guarded import guarded


class _Mixed:
    """Stands for a value that is not the same in all of them."""

    def __repr__(self) -> str:
        return "MIXED"


MIXED = _Mixed()


@dataclass(frozen=True)
class Several:
    """Models of one kind, in the order of their layers."""

    models: tuple[Any, ...]

    def value(self, name: str) -> Any:
        """What an option is in all of them, else MIXED."""
        values = [value_of(model, name) for model in self.models]
        return values[0] if all(value == values[0] for value in values) else MIXED

    def with_value(self, name: str, value: object) -> Several:
        """The same with another value of one option; MIXED: each keeps its own. Raises OptionError."""
        return self if value is MIXED else Several(tuple(with_value(model, name, value) for model in self.models))


@dataclass(frozen=True)
class _MixedSyntax(Syntax):
    """Nothing typed is no wish."""

    def write(self, value: object) -> str:
        return "" if value is MIXED else super().write(value)

    def read(self, text: str) -> object:
        return super().read(text) if text.strip() else MIXED


@guarded
class SeveralLine(LineEditor):
    """A line that is empty where the values differ."""

    def __init__(self, syntax: Syntax, empty: str, mixed: str, parent: QWidget | None = None) -> None:
        super().__init__(syntax, parent)
        self._plain, self._of_several = syntax, _MixedSyntax(**vars(syntax))
        self._empty, self._mixed = empty, mixed

    def show_value(self, value: object) -> None:
        """Follow the models."""
        self._syntax = self._of_several if value is MIXED else self._plain
        self.setPlaceholderText(self._mixed if value is MIXED else self._empty)
        super().show_value(value)


@guarded
class SeveralChoice(ChoiceEditor):
    """One of a few words; where the values differ, one more says so."""

    def __init__(self, choices: Sequence[tuple[object, str]], mixed: str, parent: QWidget | None = None) -> None:
        self._plain, self._of_several = list(choices), [(MIXED, mixed), *choices]
        super().__init__(choices, parent)

    def offer(self, choices: Sequence[tuple[object, str]]) -> None:
        """Say the same choices in other words."""
        self._plain, self._of_several = list(choices), [self._of_several[0], *choices]
        self.set_choices(self._of_several if self.value is MIXED else self._plain)

    def show_value(self, value: object) -> None:
        """Follow the models."""
        self.set_choices(self._of_several if value is MIXED else self._plain)
        super().show_value(value)


class SeveralForm(Form):
    """Edits Several; each change is one of all of them."""

    def __init__(self, parent: QWidget | None = None, skip: Collection[str] = ()) -> None:
        super().__init__(parent, skip, defers=True)

    def _kind_of(self, model: Several) -> Hashable:
        return kind_of(model.models[0])

    def _fields_of(self, model: Several) -> Mapping[str, FieldInfo]:
        return fields_of(model.models[0])

    def _value_of(self, model: Several, name: str) -> Any:
        return model.value(name)

    def _with(self, name: str, value: object) -> Several:
        several: Several = self.value
        return several.with_value(name, value)

    def _editor(self, name: str, syntax: Syntax) -> Editor:
        choices, mixed = self._choices(name, syntax), self.tr("several")
        if choices:
            return SeveralChoice(choices, mixed, self._body)
        return SeveralLine(syntax, self._at_empty(syntax), mixed, self._body)

    def _choices(self, name: str, syntax: Syntax) -> list[tuple[object, str]]:
        on_or_off: list[tuple[object, str]] = [(True, self.tr("on")), (False, self.tr("off"))]
        return on_or_off if syntax.is_switch else super()._choices(name, syntax)
