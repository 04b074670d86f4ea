"""How an option's value is written and read, by its annotation."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from widgets.fields.syntax import Bounds, Syntax, Unclear, syntax_of

WHOLE, REAL, TEXT = Syntax(frozenset({int})), Syntax(frozenset({float})), Syntax(frozenset({str}))
SIZE = Syntax(frozenset({int}), tuples=True)
MAYBE = Syntax(frozenset({int}), optional=True)
SHAPE = Syntax(frozenset({int}), tuples=True, always_tuple=True)
HOLES = Syntax(frozenset({int}), tuples=True, holes=True, optional=True)
AUTO = Syntax(frozenset({int}), choices=("auto", "Same"))
BETAS = Syntax(frozenset({float}), tuples=True, always_tuple=True)


@pytest.mark.parametrize(("syntax", "text", "value"), [
    (WHOLE, " 12 ", 12), (WHOLE, "1 000", 1000), (WHOLE, "−3", -3), (WHOLE, "1.5", "1.5"), (WHOLE, "", ""),
    (WHOLE, "–", "–"), (REAL, "0,5", 0.5), (REAL, "1e-3", 1e-3), (REAL, "12", 12.0), (REAL, "x", "x"),
    (Syntax(frozenset({int, float})), "12", 12), (Syntax(frozenset({int, float})), "1.5", 1.5),
    (TEXT, " a b ", "a b"), (MAYBE, "", None), (MAYBE, " – ", None), (MAYBE, "4", 4),
    (SIZE, "5", 5), (SIZE, "5×3", (5, 3)), (SIZE, "5 * 3", (5, 3)), (SIZE, "5;3", (5, 3)), (SIZE, "5  3", (5, 3)),
    (SIZE, "5x5", 5), (SIZE, "5x5x5", (5, 5, 5)), (SIZE, "5×", (5, "")), (SIZE, "", ""), (SIZE, "–×3", ("–", 3)),
    (SHAPE, "5", (5,)), (SHAPE, "5×5", (5, 5)), (SHAPE, "", ""),
    (HOLES, "7×–", (7, None)), (HOLES, "-×7", (None, 7)), (HOLES, "–", None), (HOLES, "–×–", None),
    (AUTO, "AUTO", "auto"), (AUTO, "same", "Same"), (AUTO, "3", 3), (AUTO, "aut", "aut"),
    (BETAS, "0.9, 0.999", (0.9, 0.999)), (BETAS, "0.9,0.999", (0.9, 0.999)),
    (WHOLE, "1_000", 1000), (WHOLE, "1\u202f000", 1000), (WHOLE, "1’000", 1000), (WHOLE, "1,000,000", 1_000_000),
    (REAL, "1_000", 1000.0), (REAL, "1.000", 1.0), (REAL, "1_0", "1_0"), (TEXT, "1,000", "1,000"),
    (SIZE, "224,224", 224), (SIZE, "1 000", 1000), (SIZE, "1\u00a0024", 1024), (SIZE, "5 128", (5, 128)),
])  # fmt: skip
def test_what_a_text_means(syntax: Syntax, text: str, value: object) -> None:
    read = syntax.read(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("syntax", "text", "meanings"), [
    (WHOLE, "1,000", ("1000", "1")), (WHOLE, "1.000", ("1000", "1")), (REAL, "1,000", ("1000", "1.0")),
    (REAL, "1,125", ("1125", "1.125")), (SIZE, "1,000", ("1000", "1×000")), (BETAS, "1,000", ("1000", "1, 000")),
    (MAYBE, " 64,000 ", ("64000", "64")),
])  # fmt: skip
def test_what_could_be_meant_two_ways_is_nothing_yet(syntax: Syntax, text: str, meanings: tuple[str, ...]) -> None:
    read = syntax.read(text)
    assert isinstance(read, Unclear) and read.meanings == meanings
    assert syntax.unfinished(text), "one may be typing on"


@pytest.mark.parametrize(("syntax", "value", "text"), [
    (SIZE, (5, 3), "5×3"), (BETAS, (0.9, 0.999), "0.9, 0.999"), (HOLES, (7, None), "7×–"), (MAYBE, None, ""),
    (REAL, 1e-5, "1e-5"), (REAL, 2.0, "2"), (WHOLE, 1000, "1000"), (AUTO, "auto", "auto"),
])  # fmt: skip
def test_how_a_value_is_written(syntax: Syntax, value: object, text: str) -> None:
    assert syntax.write(value) == text


@pytest.mark.parametrize(("syntax", "text", "unfinished"), [
    (WHOLE, "", True), (WHOLE, " - ", True), (WHOLE, "−", True), (WHOLE, "+", True), (WHOLE, "x", False),
    (WHOLE, "0.", False), (WHOLE, "1e", False), (WHOLE, "5×", False),
    (AUTO, "sA", True), (AUTO, "auto", True), (AUTO, "autos", False),
    (SIZE, "5×", True), (SIZE, "5×3", False), (SIZE, "5 ×3,", True),
    (REAL, "0", True), (REAL, "0.0", True), (REAL, "-0,", True), (REAL, "0.0e-", True), (REAL, "0.01", False),
    (REAL, "1e", True), (REAL, "1.5e-", True), (REAL, "1E-0", True), (REAL, "1e-5", False), (REAL, "1.5", False),
])  # fmt: skip
def test_whether_typing_on_could_make_it_good(syntax: Syntax, text: str, unfinished: bool) -> None:
    assert syntax.unfinished(text) == unfinished


class Options(BaseModel):
    """One of each kind."""

    count: int = Field(1, ge=1, le=512)
    share: float = Field(0.5, gt=0, lt=1)
    switch: bool = False
    perhaps: bool | None = None
    mode: Literal["mean", "sum"] = "mean"
    optional_mode: Literal["mean", "sum"] | None = None
    switch_or_word: bool | Literal["auto"] = "auto"
    size: Annotated[int, Field(ge=2)] | tuple[Annotated[int, Field(ge=2)], int] = 2
    shape: tuple[int, ...] = (1,)
    sizes: int | tuple[int, ...] = 1
    hole: tuple[int | None, int | None] | None = None
    betas: tuple[float, float] = (0.9, 0.999)
    padding: int | tuple[int, int] | Literal["same"] = 0
    outer: Annotated[int, Field(ge=1, le=3)] | None = Field(None, ge=2)
    stride: int | None = Field(None, json_schema_extra={"empty": "as the size", "example": "2"})


@pytest.mark.parametrize(("name", "syntax", "is_switch", "is_choice"), [
    ("count", Syntax(frozenset({int}), bounds=Bounds(ge=1, le=512)), False, False),
    ("share", Syntax(frozenset({float}), bounds=Bounds(gt=0, lt=1)), False, False),
    ("switch", Syntax(frozenset({bool})), True, False),
    ("perhaps", Syntax(frozenset({bool}), optional=True), False, False),
    ("mode", Syntax(choices=("mean", "sum")), False, True),
    ("optional_mode", Syntax(choices=("mean", "sum"), optional=True), False, True),
    ("switch_or_word", Syntax(frozenset({bool}), choices=("auto",)), False, False),
    ("size", Syntax(frozenset({int}), tuples=True, bounds=Bounds(ge=2)), False, False),
    ("shape", Syntax(frozenset({int}), tuples=True, always_tuple=True), False, False),
    ("sizes", Syntax(frozenset({int}), tuples=True), False, False),
    ("hole", Syntax(frozenset({int}), tuples=True, holes=True, optional=True), False, False),
    ("betas", Syntax(frozenset({float}), tuples=True), False, False),
    ("padding", Syntax(frozenset({int}), choices=("same",), tuples=True), False, False),
    ("outer", Syntax(frozenset({int}), optional=True, bounds=Bounds(ge=2, le=3)), False, False),
    ("stride", Syntax(frozenset({int}), optional=True, empty="as the size", example="2"), False, False),
])  # fmt: skip
def test_an_annotation_says_how_an_option_is_written(name: str, syntax: Syntax, is_switch: bool,
                                                     is_choice: bool) -> None:
    found = syntax_of(Options.model_fields[name])
    assert found == syntax
    assert (found.is_switch, found.is_choice) == (is_switch, is_choice)


def test_a_choice_beside_sizes_is_typed() -> None:
    assert not Syntax(choices=("same",), tuples=True).is_choice


@pytest.mark.parametrize(("bounds", "value", "clamped", "said"), [
    (Bounds(), -7, -7, ""), (Bounds(ge=1), 0, 1, "≥ 1"), (Bounds(ge=1), 5, 5, "≥ 1"), (Bounds(le=9), 10, 9, "≤ 9"),
    (Bounds(ge=0, le=1000), 2000, 1000, "0 … 1 000"), (Bounds(ge=0, le=1000), -1, 0, "0 … 1 000"),
    (Bounds(gt=0, lt=1), 5, 5, "> 0, < 1"), (Bounds(gt=0, le=0.5), 0, 0, "> 0, ≤ 0.5"),
])  # fmt: skip
def test_what_a_number_may_be(bounds: Bounds, value: int, clamped: int, said: str) -> None:
    assert str(bounds).replace("\xa0", " ") == said
    assert bounds.clamped(value) == clamped
