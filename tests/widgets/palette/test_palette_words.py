"""Every layer is found in the palette by what people call it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

import engine.blocks  # noqa: F401 - fills the registry
from engine.layers.base import LAYERS
from widgets.palette.tree import KIND, LayerFilter, layer_model

OFFERED = sorted(kind for kind, layer in LAYERS.items() if getattr(layer, "in_palette", True))


@pytest.fixture(scope="module")
def found(qapp: QApplication) -> LayerFilter:
    """The list as it is searched."""
    words = LayerFilter()
    words.setSourceModel(layer_model(list(LAYERS.values())))
    return words


def best(found: LayerFilter, typed: str) -> str | None:
    found.search(typed)
    kind: str | None = found.best().data(KIND)
    return kind


def test_enough_layers_are_offered() -> None:
    assert len(OFFERED) >= 110


@pytest.mark.parametrize("kind", OFFERED)
def test_a_title_finds_its_layer(found: LayerFilter, kind: str) -> None:
    found.search(LAYERS[kind].title)
    assert kind in [index.data(KIND) for index in found.layer_indexes()]
    found.search(LAYERS[kind].torch or kind)
    assert kind in [index.data(KIND) for index in found.layer_indexes()]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("deconvolution", "ConvTranspose2d"), ("fully connected", "Linear"), ("swish", "SiLU"),
        ("LRN", "LocalResponseNorm"),
        ("word vector", "Embedding"), ("self-attention", "MultiheadAttention"), ("resize", "Upsample"),
        ("buffer", "Constant"), ("hadamard", "Multiply"), ("im2col", "Unfold"), ("GAP", "AdaptiveAvgPool2d"),
        ("last step", "Select"), ("dot product", "MatMul"), ("average", "AvgPool2d"), ("lstm", "LSTM"),
        ("gelu", "GELU"), ("crop", "Slice"), ("siamese", "CosineSimilarity"), ("depth to space", "PixelShuffle"),
    ],
)  # fmt: skip
def test_other_words_find_it_too(found: LayerFilter, typed: str, kind: str) -> None:
    assert best(found, typed) == kind


@pytest.mark.parametrize(("category", "first"), [
    ("convolution", ["Conv2d", "Conv1d", "Conv3d"]), ("pooling", ["MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d"]),
    ("activation", ["ReLU", "Sigmoid", "Tanh", "Softmax"]), ("shape", ["Flatten", "Reshape"]),
    ("merge", ["Add", "Concatenate"]), ("input", ["Input", "Constant"]),
])  # fmt: skip
def test_what_is_usual_comes_first(category: str, first: list[str]) -> None:
    assert [kind for kind, layer in LAYERS.items() if layer.category == category][: len(first)] == first
