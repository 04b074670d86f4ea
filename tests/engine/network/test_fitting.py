"""Weights of others in a network: what fits by name and shape is taken, the rest is named; nothing is refused whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.experiment.experiment import Experiment, load_experiment
from engine.export.state_dicts import Held
from engine.graph.graph import Edge, Graph, Node
from engine.layers import LAYERS
from engine.layers.inputs import Input
from engine.line.line import build_line
from engine.messages import say
from engine.network.fitting import OrderError, fitted, told
from engine.network.weights import WeightsError, initial_module, trained_module

LENET = load_experiment("gallery:lenet")
THEIRS = {key: torch.full_like(value, 0.5) for key, value in initial_module(LENET).state_dict().items()}


def held(weights: Mapping[str, Tensor], where: str = "", **odd: Any) -> list[Held]:
    return [Held(where, dict(weights), odd)]


def renamed(change: Callable[[str], str]) -> dict[str, Tensor]:
    return {change(key): value for key, value in THEIRS.items()}


@pytest.mark.parametrize(("change", "prefix"), [
    (lambda key: key, ""), (lambda key: f"module.{key}", "module."), (lambda key: f"_orig_mod.{key}", "_orig_mod."),
    (lambda key: f"module._orig_mod.{key}", "module._orig_mod."), (lambda key: f"model.{key}", "model."),
    (lambda key: f"state.student.module.{key}", "state.student.module."),
    (lambda key: f"net._orig_mod.backbone.{key}", "net._orig_mod.backbone."),
    (lambda key: key.replace("conv1.", "conv1._orig_mod."), ""), (lambda key: key.replace(".", ".module."), ""),
])  # fmt: skip
def test_what_stands_before_the_names_is_no_obstacle(change: Callable[[str], str], prefix: str) -> None:
    fit = fitted(LENET, held(renamed(change)))
    assert fit.is_whole and not fit.left and list(fit.weights) == list(THEIRS) and fit.prefix == prefix
    assert all(torch.equal(fit.weights[key], value) for key, value in THEIRS.items())
    note = told(fit, "a.pt")
    if prefix:
        assert str(note) == f"a.pt fits. Their names are taken without “{prefix}”"


def test_other_things_beside_the_network_are_left_and_named() -> None:
    fit = fitted(LENET, held({**renamed(lambda key: f"model.{key}"), "loss.weight": torch.ones(10)}))
    assert fit.is_whole and [left.key for left in fit.left] == ["loss.weight"]


def test_a_node_that_is_called_module_keeps_its_name() -> None:
    made = build_line(Graph(), "input 4, linear 3")[0].renamed("fc1", "module")
    base = Experiment(made)
    theirs = {"module.weight": torch.ones(3, 4), "module.bias": torch.ones(3)}
    for weights in (theirs, {f"module.{key}": value for key, value in theirs.items()}):
        assert fitted(base, held(weights)).is_whole


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("prefix", ["", "net."])
def test_a_name_of_the_networks_own_counts_before_a_wrapped_one(is_first: bool, prefix: str) -> None:
    wrapped = {f"{prefix}module.{key}": value * 0 for key, value in THEIRS.items()}
    own = {prefix + key: value for key, value in THEIRS.items()}
    fit = fitted(LENET, held({**wrapped, **own} if is_first else {**own, **wrapped}))
    assert fit.is_whole and all(torch.equal(fit.weights[key], value) for key, value in THEIRS.items())
    assert {left.key: str(left.reason) for left in fit.left} == {
        f"{prefix}module.{key}": f"{prefix}{key} counts instead" for key in THEIRS}


def test_a_network_counts_before_its_average_wherever_it_stands() -> None:
    ema, teacher, mine = ({f"{name}.{key}": value * times for key, value in THEIRS.items()}
                          for name, times in (("model_ema", 2), ("teacher", 3), ("student", 1)))
    optimizer = {f"optim.{key}": value * 5 for key, value in THEIRS.items()}
    fit = fitted(LENET, held({**optimizer, **ema, **teacher, **mine}))
    assert fit.prefix == "student." and torch.equal(fit.weights["fc3.bias"], THEIRS["fc3.bias"])
    assert fit.others == ("model_ema", "teacher")
    assert "are taken without “student.”. The file also has “model_ema”, “teacher”, which would fit as well" in str(
        told(fit, "a.pt"))
    nested = fitted(LENET, [*held(THEIRS, "model"), *held(THEIRS, "ema"), *held({**mine, **ema})])
    assert (nested.where, nested.others) == ("model", ("ema",))


def test_of_many_names_before_those_of_a_network_the_likeliest_is_tried() -> None:
    theirs = {f"{name}.{key}": value for key, value in THEIRS.items()
              for name in (*(f"ema{place}" for place in range(20)), "net")}
    assert fitted(LENET, held(theirs)).prefix == "net."


def test_a_layers_own_names_are_not_asked_about() -> None:
    graph = build_line(Graph(), "input 4, linear 4, linear 4, linear 4")[0]
    theirs = initial_module(Experiment(graph)).state_dict()
    fit = fitted(Experiment(graph), held(theirs), "fc2")
    assert fit.is_whole and not fit.others and told(fit, "a.pt") is not None


@pytest.mark.parametrize("gallery", ["lenet", "tied"])
def test_every_tensor_is_alone_in_its_memory(gallery: str) -> None:
    base = load_experiment(f"gallery:{gallery}")
    names = initial_module(base).state_dict()
    large = torch.rand(sum(value.numel() for value in names.values()) + 10_000)
    theirs = {key: large[place : place + value.numel()].view(value.shape)
              for place, (key, value) in enumerate(names.items())}
    fit = fitted(base, held(theirs))
    memories = [value.untyped_storage() for value in fit.weights.values()]
    assert len({memory.data_ptr() for memory in memories}) == len(memories)
    assert all(memory.nbytes() == value.nbytes for memory, value in zip(memories, fit.weights.values(), strict=True))
    kept = fitted(base, held(names)).weights
    assert gallery == "tied" or all(kept[key].data_ptr() == value.data_ptr() for key, value in names.items()), "no copy"


def test_an_edited_network_keeps_what_fits_and_the_rest_is_told() -> None:
    graph = LENET.graph.with_layer("fc2", LENET.graph.nodes["fc2"].layer.with_options(out_features=50))
    edited = Experiment(graph.renamed("conv2", "other"), LENET.data, LENET.recipe)
    fit = fitted(edited, held(THEIRS, where="model_state_dict"))
    assert set(fit.loaded) == {"conv1.weight", "conv1.bias", "fc1.weight", "fc1.bias", "fc3.bias"}
    assert set(fit.missing) == {"other.weight", "other.bias", "fc2.weight", "fc2.bias", "fc3.weight"}
    reasons = {left.key: str(left.reason) for left in fit.left}
    assert reasons == {"conv2.weight": "the network has nothing of this name",
                       "conv2.bias": "the network has nothing of this name",
                       "fc2.weight": "84×120, where the network has 50×120", "fc2.bias": "84, where the network has 50",
                       "fc3.weight": "10×84, where the network has 10×50"}
    fresh = initial_module(edited).state_dict()
    assert torch.equal(fit.weights["other.weight"], fresh["other.weight"])  # as training begins
    assert torch.equal(fit.weights["fc1.weight"], THEIRS["fc1.weight"])
    trained_module(edited, fit.weights)  # is a whole state dict
    assert str(told(fit, "a.pt")) == (
        "a.pt: 5 of 10 tensors fit. They are what the file has as “model_state_dict”. Left out: conv2.weight (the "
        "network has nothing of this name), conv2.bias (the network has nothing of this name), fc2.weight (84×120, "
        "where the network has 50×120) … (5 in all). Not in the file, and so as before: other.weight, other.bias")


def test_of_several_state_dicts_the_one_that_fits_is_taken() -> None:
    both = [*held({"a.weight": torch.ones(3, 3)} | {f"b{i}": torch.ones(1) for i in range(30)}, "discriminator"),
            *held(THEIRS, "generator")]
    fit = fitted(LENET, both)
    assert fit.where == "generator" and fit.is_whole


def test_tensors_that_cannot_be_used_are_named_one_by_one() -> None:
    theirs = {**THEIRS, "fc1.bias": torch.ones(120) * 1j, "fc2.bias": torch.ones(84, dtype=torch.int8)}
    del theirs["fc3.bias"]
    fit = fitted(LENET, held(theirs, **{"fc3.bias": say("a sparse tensor")}))
    assert {left.key: str(left.reason) for left in fit.left} == {
        "fc3.bias": "a sparse tensor", "fc1.bias": "its values are complex64", "fc2.bias": "its values are int8"}
    assert set(fit.missing) == {"fc1.bias", "fc2.bias", "fc3.bias"}


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_decimals_become_the_networks(kind: torch.dtype) -> None:
    fit = fitted(LENET, held({key: value.to(kind) for key, value in THEIRS.items()}))
    assert fit.is_whole and {value.dtype for value in fit.weights.values()} == {torch.float32}


def test_values_that_are_no_numbers_are_counted() -> None:
    theirs = {key: value.clone() for key, value in THEIRS.items()}
    theirs["fc3.bias"][2:5] = float("nan")
    theirs["fc1.weight"][0, 0] = -float("inf")
    fit = fitted(LENET, held(theirs))
    assert fit.no_numbers == {"fc1.weight": 1, "fc3.bias": 3}
    assert str(told(fit, "a.pt")) == ("a.pt fits. Not all values are numbers (NaN or infinite): 1 in fc1.weight, 3 in "
                                      "fc3.bias")


def test_other_names_in_the_same_order_are_offered_and_taken_when_asked() -> None:
    theirs = {f"{place}.{'wb'[place % 2]}": value for place, value in enumerate(THEIRS.values())}
    with pytest.raises(OrderError) as raised:
        fitted(LENET, held(theirs))
    assert dict(raised.value.in_order) == dict(zip(THEIRS, theirs, strict=True))
    fit = fitted(LENET, held(theirs), by_order=True)
    assert fit.is_whole and torch.equal(fit.weights["fc3.bias"], THEIRS["fc3.bias"])
    some = fitted(LENET, held({"fc1.weight" if key == "4.w" else key: value for key, value in theirs.items()}))
    assert len(some.loaded) == 1 and len(some.in_order) == 10  # where some fit by name, all are still offered
    with pytest.raises(WeightsError):  # in another order they do not
        fitted(LENET, held(dict(reversed(theirs.items()))), by_order=True)


def test_layers_of_the_same_shapes_are_offered_in_the_order_of_their_kind() -> None:
    """torch keeps a block's layers as they are made, a network as they are called; a block's names are no prefix."""
    graph = Graph.of([Node("input", Input(shape=(4, 6, 6)))])
    for name, kind, options in (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("bn1", "BatchNorm2d", {}),
                                ("conv2", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("bn2", "BatchNorm2d", {}),
                                ("conv3", "Conv2d", {"out_channels": 4, "kernel_size": 1}), ("flat", "Flatten", {}),
                                ("fc", "Linear", {"out_features": 2})):
        before = graph.order[-1]
        graph = graph.with_node(Node(name, LAYERS[kind](**options))).with_edge(Edge(before, name))
    own = Experiment(graph, LENET.data, LENET.recipe)
    names = {"conv1": "0.conv1", "conv2": "1.0.conv1", "conv3": "1.0.conv2", "bn1": "0.bn1", "bn2": "1.0.bn1",
             "fc": "2"}
    mine = initial_module(own).state_dict()
    theirs = {f"{its}.{key.partition('.')[2]}": torch.rand(value.shape) if value.is_floating_point() else value
              for name, its in names.items() for key, value in mine.items() if key.startswith(f"{name}.")}
    with pytest.raises(OrderError) as raised:
        fitted(own, held(theirs))
    assert all(its.rpartition(".")[0] == names[key.partition(".")[0]] for key, its in raised.value.in_order.items())
    fit = fitted(own, held(theirs), by_order=True)
    assert fit.is_whole and torch.equal(fit.weights["bn2.running_var"], theirs["1.0.bn1.running_var"])


@pytest.mark.parametrize("change", [str, lambda key: f"fc2.{key}", lambda key: f"module.classifier.{key}"])
def test_a_layers_own_state_dict_goes_into_the_layer(change: Callable[[str], str]) -> None:
    theirs = {change("weight"): torch.ones(84, 120), change("bias"): torch.ones(84)}
    before = {key: value * 3 for key, value in THEIRS.items()}
    fit = fitted(LENET, held(theirs), "fc2", before)
    assert set(fit.loaded) == {"fc2.weight", "fc2.bias"} and fit.is_whole
    assert fit.weights["fc2.bias"].unique().tolist() == [1] and fit.weights["fc1.bias"].unique().tolist() == [1.5]
    with pytest.raises(WeightsError, match=r"fit fc3: it has fc3\.weight \(10×84\), fc3\.bias \(10\), the file "):
        fitted(LENET, held(theirs), "fc3")
    with pytest.raises(WeightsError, match="input has no weights"):
        fitted(LENET, held(theirs), "input")


def test_a_single_layers_weights_say_which_layers_they_are_for() -> None:
    with pytest.raises(WeightsError, match=r"of a single layer: select the layer that they are for \(conv1\)"):
        fitted(LENET, held({"weight": torch.ones(6, 1, 5, 5), "bias": torch.ones(6)}))


def test_weights_of_a_block_fit_it() -> None:
    base = load_experiment("gallery:residual-small")
    whole = initial_module(base).state_dict()
    block = next(key.split(".")[0] for key in whole if key.count(".") > 1)
    inner = {key.removeprefix(f"{block}."): value for key, value in whole.items() if key.startswith(f"{block}.")}
    fit = fitted(base, held(inner), block)
    assert fit.is_whole and len(fit.loaded) == len(inner)


def test_what_fits_nowhere_is_refused_with_both_sides_named() -> None:
    said = r"It has conv1\.weight, conv1\.bias, conv2\.weight … \(10 in all\); the file has a, b$"
    with pytest.raises(WeightsError, match=said):
        fitted(LENET, held({"a": torch.ones(1), "b": torch.ones(2)}))


def test_files_without_the_counter_of_batch_norm_are_whole() -> None:
    base = load_experiment("gallery:lenet-bn")
    theirs = {key: value for key, value in initial_module(base).state_dict().items()
              if not key.endswith("num_batches_tracked")}
    assert fitted(base, held(theirs)).is_whole


@pytest.mark.parametrize(("change", "reason"), [
    (lambda value: value[None], r"conv1\.weight: 1×6×1×5×5, where the network has 6×1×5×5$"),
    (lambda value: torch.empty(0), r"conv1\.weight: 0, where the network has 6×1×5×5$"),
    (lambda value: value.long(), r"conv1\.weight: its values are int64$"),
])  # fmt: skip
def test_where_only_the_names_agree_the_shapes_are_told(change: Callable[[Tensor], Tensor], reason: str) -> None:
    for before in ("", "module."):
        theirs = {before + key: change(value) for key, value in THEIRS.items()}
        with pytest.raises(WeightsError, match=f"the names agree. {before}{reason}"):
            fitted(LENET, held(theirs))
