"""What stands beside a description is said in the form, and the description itself carries nothing to be read out."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel, Field
from PySide6.QtCore import QCoreApplication, QTranslator
from pytestqt.qtbot import QtBot

import engine.blocks  # noqa: F401 - fills the registry
from engine.data.options.options import Augment, Known, Synthetic
from engine.data.options.table import Table
from engine.data.spec.spec import DataSpec
from engine.experiment.recipe import Recipe
from engine.graph.parameters import Init, NodeParameters
from engine.layers.base import LAYERS
from widgets.fields.editors import LineEditor
from widgets.fields.form import Form
from widgets.fields.syntax import syntax_of

MODELS = [*LAYERS.values(), Recipe, DataSpec, Augment, Synthetic, Known, Table, Init, NodeParameters]
TO_BE_PARSED = re.compile(r"\b(empty|such as|example|default):", re.IGNORECASE)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_meaning_stands_inside_a_description(model: type[BaseModel]) -> None:
    found = {name for name, field in model.model_fields.items() if TO_BE_PARSED.search(field.description or "")}
    assert found == ({"initialization"} if model is Recipe else set())  # there “Default” is one of the choices


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_optional_field_says_what_empty_means(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        syntax = syntax_of(field)
        assert syntax.empty or not syntax.optional, name
        for words in (syntax.empty, syntax.example):
            assert words == words.strip().rstrip("."), name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_else_stands_beside_a_description(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert set(field.json_schema_extra or {}) <= {"empty", "example"}, name  # a slip would never be shown


def test_tooltip_and_placeholder_are_made_of_both(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.show_value(LAYERS["Clamp"]())
    low = form.rows["min"].editor
    assert isinstance(low, LineEditor)
    assert low.placeholderText() == "no limit"
    assert low.accessibleDescription() == "Values below become this. Empty: no limit."
    assert low.toolTip().startswith("<qt>Values below become this. Empty: no limit.")
    form.show_value(LAYERS["Code"]())
    made_with = form.rows["made_with"].editor
    assert isinstance(made_with, LineEditor)
    assert made_with.placeholderText() == "units=3"
    assert made_with.accessibleDescription().endswith(" are filled in. Example: units=3.")
    form.show_value(LAYERS["Upsample"]())
    assert form.rows["align_corners"].editor.accessibleDescription().endswith(" Not with nearest. –: off.")


class Shouting(QTranslator):
    """A language in which everything is said otherwise."""

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return re.sub(r"(\{\w+\})|(\w+)", lambda word: word[1] or word[2].upper(), text)


def test_a_translation_cannot_break_it(qtbot: QtBot) -> None:
    translator = Shouting()
    QCoreApplication.installTranslator(translator)
    try:
        form = Form()
        qtbot.addWidget(form)
        form.show_value(LAYERS["Clamp"]())
        low = form.rows["min"].editor
        assert isinstance(low, LineEditor)
        assert low.placeholderText() == "NO LIMIT"
        assert low.accessibleDescription() == "VALUES BELOW BECOME THIS. EMPTY: NO LIMIT."
    finally:
        QCoreApplication.removeTranslator(translator)


def test_an_option_that_says_nothing_of_it_shows_a_dash(qtbot: QtBot) -> None:
    class Quiet(BaseModel):
        size: int | None = Field(None, title="Size", description="How large.")
        name: str = Field("", title="Name", description="What it is called.")

    form = Form()
    qtbot.addWidget(form)
    form.show_value(Quiet())
    placeholders = {name: row.editor.property("placeholderText") for name, row in form.rows.items()}
    assert placeholders == {"size": "–", "name": ""}
