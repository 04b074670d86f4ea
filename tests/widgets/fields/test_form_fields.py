"""Which options a form shows of a value, in which order, and what setting one of them does to the others."""

from __future__ import annotations

import pytest

import engine.blocks  # noqa: F401 - fills the registry
from engine.blocks.custom import Custom, Exposed
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, OptionError
from widgets.fields.form_fields import fields_of, kind_of, value_of, with_value

CONV = LAYERS["Conv2d"](out_channels=64, kernel_size=3)
WIDTH = Exposed("Width", (("conv1", "out_channels"), ("conv2", "out_channels")))
BIAS = Exposed("With bias", (("conv2", "bias"),))


def own(*exposed: Exposed, repeat: int = 1) -> Custom:
    graph = Graph.of([Node("input", LAYERS["Input"]()), Node("conv1", CONV), Node("conv2", CONV)],
                     [Edge("input", "conv1"), Edge("conv1", "conv2")])
    return Custom(label="Stem", graph=graph, exposed=exposed, repeat=repeat)


def test_an_own_block_shows_its_own_options_then_what_it_exposes_and_last_how_often() -> None:
    fields = fields_of(own(WIDTH, BIAS))
    assert [field.title for field in fields.values()] == ["Name", "Width", "With bias", "Repeat"]
    assert next(iter(fields)) == "label" and list(fields)[-1] == "repeat"
    assert [value_of(own(WIDTH, BIAS, repeat=3), name) for name in fields] == ["Stem", 64, True, 3]
    assert list(fields_of(LAYERS["Residual"]()))[-1] == "repeat"


def test_what_is_exposed_without_a_target_or_of_what_is_gone_is_left_out() -> None:
    gone = Exposed("Gone", (("conv1", "out_channels"), ("conv9", "out_channels")))
    other = Exposed("Other", (("conv1", "units"),))
    assert [field.title for field in fields_of(own(Exposed("None", ()), gone, other, BIAS)).values()] == [
        "Name", "With bias", "Repeat"]


def test_values_of_one_kind_have_the_same_rows() -> None:
    assert kind_of(own(WIDTH)) == kind_of(with_value(own(WIDTH), "exposed:0", 8)) == kind_of(own(WIDTH, repeat=2))
    kinds = {kind_of(model) for model in (own(), own(WIDTH), own(BIAS), own(WIDTH, BIAS), CONV, LAYERS["Linear"]())}
    assert len(kinds) == 6
    assert kind_of(CONV) == kind_of(LAYERS["Conv2d"](out_channels=3))
    assert kind_of(own(WIDTH)) != kind_of(own(Exposed("Breadth", WIDTH.targets)))


def test_an_exposed_option_is_set_wherever_it_aims_and_others_where_they_are() -> None:
    block = with_value(own(WIDTH, BIAS), "exposed:0", 8)
    assert [block.graph.nodes[name].layer.out_channels for name in ("conv1", "conv2")] == [8, 8]
    assert value_of(block, "exposed:0") == 8 and value_of(block, "exposed:1") is True
    assert with_value(block, "label", "Trunk").label == "Trunk"
    with pytest.raises(OptionError):
        with_value(block, "exposed:0", 0)


def test_of_two_options_that_exclude_each_other_the_given_one_stays() -> None:
    up = LAYERS["Upsample"]()
    assert (up.size, up.scale_factor) == (None, 2.0)
    sized = with_value(up, "size", 28)
    assert (sized.size, sized.scale_factor) == (28, None)
    back = with_value(sized, "size", None)
    assert (back.size, back.scale_factor) == (None, 2.0), "what would be missing comes back"
    scaled = with_value(sized, "scale_factor", 3.0)
    assert (scaled.size, scaled.scale_factor) == (None, 3.0)
    assert with_value(scaled, "mode", "bilinear").scale_factor == 3.0


@pytest.mark.parametrize(("kind", "name", "value"), [
    ("Conv2d", "out_channels", "many"), ("Conv2d", "out_channels", None), ("Upsample", "size", "x"),
    ("MaxPool2d", "stride", "x"),
])
def test_what_cannot_be_is_refused(kind: str, name: str, value: object) -> None:
    with pytest.raises(OptionError):
        with_value(LAYERS[kind](), name, value)


def test_a_text_of_several_lines_has_an_editor_of_its_own() -> None:
    assert "source" not in fields_of(LAYERS["Code"]()) and "made_with" in fields_of(LAYERS["Code"]())
    assert not {"graph", "exposed"} & set(fields_of(own()))
