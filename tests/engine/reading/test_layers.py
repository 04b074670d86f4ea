"""A call of a torch class with its arguments is a layer, or it is said why it is none."""

from __future__ import annotations

from typing import Any

import pytest

from engine.layers import LAYERS
from engine.reading.layers import INFERRED, layer_of, signature
from engine.reading.values import MASK, OPAQUE, ReadingError, Unknown


@pytest.mark.parametrize(("kind", "given", "named", "options"), [
    ("Softmax", [], {}, {}), ("Softmax", [], {"dim": None}, {}), ("Softmax", [None], {}, {}),
    ("Softmax", [2], {}, {"dim": 2}), ("LogSoftmax", [], {"dim": 0}, {"dim": 0}), ("LogSoftmax", [None], {}, {}),
    ("Softmin", [None], {}, {}),
    ("Upsample", [], {"size": [4, 4]}, {"size": (4, 4), "scale_factor": None}),
    ("Upsample", [], {"scale_factor": 3}, {"scale_factor": 3}), ("Upsample", [None, 2], {}, {"scale_factor": 2}),
    ("FractionalMaxPool2d", [], {"kernel_size": 2, "output_size": 3}, {"kernel_size": 2, "output_size": 3,
                                                                      "output_ratio": None}),
    ("FractionalMaxPool2d", [2], {"output_ratio": 0.5}, {"kernel_size": 2, "output_ratio": 0.5}),
    ("LayerNorm", [[4, 4]], {}, {"dims": 2}), ("LayerNorm", [(4,)], {}, {"dims": 1}), ("LayerNorm", [16], {}, {}),
    ("PReLU", [], {}, {}), ("PReLU", [1], {}, {}), ("PReLU", [4], {}, {"per_channel": True}),
    ("PReLU", [Unknown("n")], {}, {"per_channel": True}),
    ("Conv2d", [3, 8, [3, 5]], {}, {"out_channels": 8, "kernel_size": (3, 5)}),
    ("Conv2d", [Unknown("channels"), 8], {"kernel_size": 3, "device": OPAQUE, "dtype": "x"},
     {"out_channels": 8, "kernel_size": 3}),
    ("ReLU", [True], {}, {"inplace": True}), ("Dropout", [0.25, True], {}, {"p": 0.25, "inplace": True}),
    ("LSTM", [3, 4], {"batch_first": True}, {"hidden_size": 4}),
    ("MaxPool2d", [2, None, 1], {"return_indices": False}, {"kernel_size": 2, "padding": 1}),
    ("Identity", [1, 2, 3], {"anything": 4}, {}),
    ("MultiheadAttention", [8, 2], {"batch_first": True, "add_bias_kv": False}, {"num_heads": 2}),
])  # fmt: skip
def test_a_call_is_a_layer(kind: str, given: list[Any], named: dict[str, Any], options: dict[str, Any]) -> None:
    assert layer_of(kind, given, named, 7) == LAYERS[kind]().with_options(**options)


@pytest.mark.parametrize(("kind", "given", "named", "words"), [
    ("ReLU", [True, 2], {}, "ReLU takes at most 1 arguments"),
    ("Conv2d", [3, Unknown("width")], {}, "“width” has no value here: write a number, or give it a default"),
    ("Conv2d", [3, 8, 0], {}, "Conv2d: Kernel size must be at least 1"),
    ("LSTM", [3, 4], {}, "LSTM needs batch_first=True: here the batch is always the first dimension"),
    ("GRU", [3, 4], {"batch_first": False}, "GRU needs batch_first=True"),
    ("LSTM", [3, 4], {"batch_first": 1}, "LSTM needs batch_first=True"),
    ("MaxPool2d", [2], {"return_indices": True}, "MaxPool2d with return_indices=True has no layer here"),
    ("Linear", [3, 4], {"colour": 1}, "Linear has no option “colour” here"),
])  # fmt: skip
def test_a_call_that_is_no_layer_says_why_and_where(kind: str, given: list[Any], named: dict[str, Any],
                                                    words: str) -> None:
    with pytest.raises(ReadingError) as caught:
        layer_of(kind, given, named, 7)
    assert words in str(caught.value) and caught.value.line == 7


@pytest.mark.parametrize("value", [OPAQUE, MASK])
def test_what_nobody_looks_at_may_be_given(value: object) -> None:
    assert layer_of("Linear", [3, 4], {"colour": value}, 1) == LAYERS["Linear"]().with_options(out_features=4)


def test_arguments_stand_in_torchs_order_and_can_be_named_otherwise() -> None:
    assert signature("Linear") == ("in_features", "out_features", "bias")
    assert signature("PReLU") == ("num_parameters", "init") and "in_channels" in INFERRED
    made = layer_of("Linear", [4, 3], {}, 1, names=("out_features", "in_features"))
    assert made == LAYERS["Linear"]().with_options(out_features=4)
    with pytest.raises(ReadingError, match="at most 1 arguments"):
        layer_of("Linear", [4, 3], {}, 1, names=("out_features",))
