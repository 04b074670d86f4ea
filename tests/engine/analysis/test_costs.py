"""What networks of the gallery cost, to the byte: parameters, multiply-adds, memory of training and of predicting."""

from __future__ import annotations

import pytest

from engine.analysis.analysis import Analysis, analyze
from engine.experiment.experiment import load_experiment


def _analysis(name: str) -> Analysis:
    experiment = load_experiment(f"gallery:{name}")
    return analyze(experiment.graph, experiment.data.sample_shape)


@pytest.mark.parametrize(("name", "one", "eight_with_adam", "peaks"), [
    ("lenet", (61706, 416520, 553232, 287592), (1463968, 572968), (40768, 59584)),
    ("mlp-dropout", (269322, 268800, 2165904, 1082472), (4399776, 1118760), (9320, 11328)),
    ("residual-small", (19786, 561472, 235088, 112936), (930976, 349480), (74752, 76800)),
    ("inception-small", (13574, 352032, 209456, 88088), (1024096, 324632), (92992, 100864)),
    ("alexnet", (46764746, 938146176, 378486352, 189499176), (783183008, 206580520), (3998760, 4368384)),
    ("lenet-bn", (44878, 281640, 417456, 210296), (1185504, 425784), (46528, 58432)),
    ("rgnet", (309, 260, 2728, 1332), (6992, 2004), (224, 256)),
    ("tied", (121, 168, 1144, 564), (3344, 1124), (144, 176)),
    ("vgg11", (43093322, 512155648, 357390928, 178996520), (790647968, 225359144), (12316200, 12644352)),
    ("pool-checks", (90, 80, 896, 496), (2848, 1448), (136, 176)),
    ("nest-mlp", (3969, 3856, 32664, 16468), (70800, 20612), (592, 912)),
])  # fmt: skip
def test_the_whole_network(name: str, one: tuple[int, ...], eight_with_adam: tuple[int, ...], peaks: tuple[int, int]
                           ) -> None:
    analysis = _analysis(name)
    assert analysis.costs(1) == one
    assert analysis.costs(8, 2) == (*one[:2], *eight_with_adam)
    assert analysis.memory.training_peaks() == peaks


@pytest.mark.parametrize(("name", "costs"), [
    ("residual-small", {
        "input": (0, 0, 2048, 2048),
        "conv1": (160, 36864, 34688, 33408),
        "bn1": (32, 0, 33152, 32896),
        "act1": (0, 0, 32768, 32768),
        "pool1": (0, 0, 24576, 8192),
        "residual1": (4704, 294912, 89216, 27008),
        "residual2": (14560, 229376, 191104, 62336),
        "pool2": (0, 0, 256, 256),
        "flatten": (0, 0, 0, 0),
        "fc1": (330, 320, 4040, 1400),
    }),
    ("mlp-dropout", {
        "input": (0, 0, 6272, 6272),
        "flatten": (0, 0, 0, 0),
        "fc1": (200960, 200704, 2413568, 805888),
        "act1": (0, 0, 2048, 2048),
        "drop1": (0, 0, 4096, 0),
        "fc2": (65792, 65536, 791552, 265216),
        "act2": (0, 0, 2048, 2048),
        "drop2": (0, 0, 4096, 0),
        "fc3": (2570, 2560, 30920, 10360),
    }),
])  # fmt: skip
def test_each_layer_of_two_with_momentum(name: str, costs: dict[str, tuple[int, ...]]) -> None:
    analysis = _analysis(name)
    assert {node: analysis.node_costs(node, 2, 1) for node in analysis.nodes} == costs
