"""How well a layer is, as one number; and what ails it, in a word."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.training.doctor.score import ailment, score
from engine.training.doctor.values import LayerHealth

NAN, INF = math.nan, math.inf
PLAIN = LayerHealth(0.1, 1.0, NAN, NAN, NAN, NAN)


@pytest.mark.parametrize(("numbers", "expected"), [
    ({}, 1.0), ({"dead": 0.41}, 0.59), ({"saturated": 0.96}, 0.04), ({"dead": 0.0}, 1.0),
    ({"gradient": 1.0, "update": 1e-3}, 1.0), ({"update": 1e-4}, 1.0), ({"update": 1e-2}, 1.0),
    ({"update": 1e-5}, 0.5), ({"update": 1e-6}, 0.0), ({"update": 1e-1}, 0.5), ({"update": 10.0}, 0.0),
    ({"update": 0.0}, 0.0), ({"update": INF}, 0.0), ({"mean": NAN, "dead": 0.0}, 0.0), ({"spread": INF}, 0.0)])
def test_a_layer_from_dead_to_well(numbers: dict[str, float], expected: float) -> None:
    assert score(replace(PLAIN, **numbers)) == pytest.approx(expected)


@pytest.mark.parametrize(("numbers", "expected"), [
    ({}, None), ({"dead": 0.41}, "41 % dead"), ({"saturated": 0.96}, "96 % saturated"), ({"dead": 0.1}, None),
    ({"gradient": 0.0, "update": 0.0}, "no gradient"), ({"gradient": 1e-9, "update": 1e-7}, "hardly learns"),
    ({"gradient": 9.0, "update": 0.3}, "steps too large"), ({"gradient": 1.0, "update": 1e-3}, None),
    ({"mean": NAN}, "no numbers")])
def test_what_ails_it(numbers: dict[str, float], expected: str | None) -> None:
    words = ailment(replace(PLAIN, **numbers))
    assert (str(words).replace("\u202f", " ").replace("\u00a0", " ") if words is not None else None) == expected
