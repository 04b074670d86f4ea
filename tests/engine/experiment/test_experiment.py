"""The .loom file: what is saved comes back, and every damaged file gives a sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import VERSION, Experiment, from_json, load_experiment, save_experiment, to_json
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph, Node
from engine.layers.activation import ReLU
from engine.layers.base import OptionError
from engine.layers.convolution import Conv2d
from engine.messages import LayerloomError


@pytest.fixture
def raw(lenet: Graph) -> dict[str, Any]:
    """A good file, as JSON values to damage."""
    parsed: dict[str, Any] = json.loads(to_json(Experiment(lenet, title="LeNet")))
    return parsed


def reason(text: str) -> str:
    """The sentence that a text gives instead of an experiment."""
    with pytest.raises(LayerloomError) as raised:
        from_json(text)
    return assert_sentence(str(raised.value))


def assert_sentence(text: str) -> str:
    assert text
    assert "\n" not in text
    assert len(text) < 500
    assert not re.search(r"Traceback|Error\b|Errno|<class|object at", text), text
    return text


# -- there and back ----------------------------------------------------------

WORDS = st.text(max_size=30)
SPECS = st.builds(
    DataSpec, dataset=st.sampled_from(sorted(SOURCES)), resize=st.none() | st.integers(1, 1024),
    normalize=st.booleans(), validation=st.floats(0.01, 0.99), seed=st.integers(0, 2**31 - 1),
)  # fmt: skip
RECIPES = st.builds(
    Recipe, loss=st.sampled_from(["cross_entropy", "mse"]), lr=st.floats(1e-9, 1000), epochs=st.integers(1, 100_000),
    optimizer=st.sampled_from(["sgd", "momentum", "adam", "adamw"]), batch_size=st.integers(1, 1_000_000),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:3", "mps"]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(data=st.data(), spec=SPECS, recipe=RECIPES, title=WORDS, about=WORDS)
def test_what_is_saved_comes_back(random_graphs: Any, data: st.DataObject, spec: DataSpec, recipe: Recipe, title: str,
                                  about: str) -> None:
    experiment = Experiment(data.draw(random_graphs), spec, recipe, title, about)
    text = to_json(experiment)
    again = from_json(text)
    assert again == experiment
    assert list(again.graph.nodes) == list(experiment.graph.nodes)
    assert to_json(again) == text


def test_file_there_and_back(lenet: Graph, tmp_path: Path) -> None:
    experiment = Experiment(lenet, DataSpec(dataset="mnist"), Recipe(lr=0.9), "LeNet — 1×28×28", "„Größe“ 层 🧵")
    save_experiment(experiment, tmp_path / "a.loom")
    assert load_experiment(tmp_path / "a.loom") == experiment
    assert load_experiment(str(tmp_path / "a.loom")) == experiment
    assert [path.name for path in tmp_path.iterdir()] == ["a.loom"]
    assert analyze(load_experiment(tmp_path / "a.loom").graph, (1, 28, 28)).params == 61_706


def test_the_file_is_readable_and_a_change_is_one_line(lenet: Graph) -> None:
    before = to_json(Experiment(lenet)).splitlines()
    wider = lenet.with_layer("conv1", Conv2d(out_channels=7, kernel_size=5, padding=2))
    after = to_json(Experiment(wider)).splitlines()
    assert len(before) == len(after)
    [changed] = [line for line, old in zip(after, before, strict=True) if line != old]
    assert changed.strip().startswith('{"name": "conv1", "layer": "Conv2d", "options": {"out_channels": 7, ')


def test_only_options_that_were_chosen_are_written(raw: dict[str, Any]) -> None:
    options = {node["name"]: node["options"] for node in raw["nodes"]}
    assert options["conv2"] == {"out_channels": 16, "kernel_size": 5}
    assert options["act1"] == options["flatten"] == {}


def test_a_place_too_far_away_can_still_be_opened() -> None:
    far = Graph.of([Node("act", ReLU(), (1e12, -1e12))])
    assert from_json(to_json(Experiment(far))).graph.nodes["act"].position == (1e7, -1e7)


def test_half_a_character_does_not_prevent_saving(lenet: Graph, tmp_path: Path) -> None:
    save_experiment(Experiment(lenet, title="a\ud83dz"), tmp_path / "a.loom")
    assert load_experiment(tmp_path / "a.loom").title == "a?z"


def test_a_byte_order_mark_is_no_obstacle(lenet: Graph, tmp_path: Path) -> None:
    (tmp_path / "a.loom").write_bytes(b"\xef\xbb\xbf" + to_json(Experiment(lenet)).encode())
    assert load_experiment(tmp_path / "a.loom").graph == lenet


# -- damaged text ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "not readable as JSON"),
        ("[1, 2, 3]", "does not say “format”"),
        ("null", "does not say “format”"),
        ('"layerloom"', "does not say “format”"),
        ("{}", "does not say “format”"),
        ('{"format": "other", "version": 1}', "does not say “format”"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 10_000, "not readable as JSON"),
        ("\x00\x01\x02", "not readable as JSON"),
    ],
)
def test_text_that_is_no_experiment(text: str, words: str) -> None:
    assert words in reason(text)


def changed(raw: dict[str, Any], **values: Any) -> str:
    return json.dumps({**raw, **values})


@pytest.mark.parametrize("version", [None, "1", 0, -1, 1.5, True, [1]])
def test_no_version(raw: dict[str, Any], version: Any) -> None:
    assert reason(changed(raw, version=version)) == "This file does not say which version it is"


def test_a_newer_version(raw: dict[str, Any]) -> None:
    assert "newer Layerloom (file version 9" in reason(changed(raw, version=9))
    assert VERSION == 2


@pytest.mark.parametrize("key", ["nodes", "edges"])
@pytest.mark.parametrize("value", [None, {}, "text", 5])
def test_no_list(raw: dict[str, Any], key: str, value: Any) -> None:
    assert reason(changed(raw, **{key: value})) == f"This file is damaged: it has no list of {key}"


def node(**values: Any) -> dict[str, Any]:
    return {"name": "conv1", "layer": "Conv2d", "options": {}, "position": [0, 0], **values}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([None], "a node has no name"),
        ([node(name=5)], "a node has no name"),
        ([{}], "a node has no name"),
        ([node(layer="Conv9d")], "conv1: this Layerloom knows no layer “Conv9d”"),
        ([node(layer=None)], "conv1: this Layerloom knows no layer"),
        ([node(layer=["Conv2d"])], "conv1: this Layerloom knows no layer"),
        ([node(), node()], "There are two layers named conv1"),
        ([node(name="class")], "“class” is a word of the Python language"),
        ([node(name="forward")], "“forward” is used by PyTorch itself"),
        ([node(name="a b")], "“a b” is not a name"),
        ([node(name="")], "“” is not a name"),
        ([node(name="a" * 5000)], "is too long for a name"),
        ([node(name="\ud800")], "is not a name"),
        ([node(options=[])], "conv1: The value is not possible"),
        ([node(options={"kernel_size": 0})], "conv1: Kernel size must be at least 1"),
        ([node(options={"kernel_size": "five"})], "conv1: Kernel size must be a whole number"),
        ([node(options={"kernel_size": [1, 2, 3]})], "conv1: Kernel size must be at most 2 numbers"),
        ([node(options={"kernel_size": 10**30})], "conv1: Kernel size must be at most 65536"),
        ([node(options={"padding": "same", "stride": 2})], "conv1: padding “same” needs stride 1"),
        ([node(options={"groups": 3})], "conv1: output channels (16) must be divisible by groups (3)"),
        ([node(options={"colour": "red"})], "conv1: colour is not an option here"),
        ([node(options={"{0}{x}": 1})], "conv1: {0}{x} is not an option here"),
        ([node(layer="Dropout", options={"p": float("nan")})], "conv1: Probability must be a finite number"),
        ([node(layer="Dropout", options={"p": 1.5})], "conv1: Probability must be at most 1"),
        ([node(layer="BatchNorm2d", options={"eps": float("inf")})], "conv1: Epsilon must be a finite number"),
        ([node(layer="Input", options={"shape": [0]})], "conv1: Shape must be at least 1"),
        ([node(layer="Input", options={"shape": []})], "conv1: Shape must not be empty"),
        ([node(layer="Input", options={"shape": [1] * 7})], "conv1: Shape must be at most 6 numbers"),
        ([node(position=[float("nan"), 0])], "conv1: its position is not two numbers"),
        ([node(position=[float("inf"), 0])], "conv1: its position is not two numbers"),
        ([node(position=[10**400, 0])], "conv1: its position is not two numbers"),
        ([node(position=[1])], "conv1: its position is not two numbers"),
        ([node(position=["1", "2"])], "conv1: its position is not two numbers"),
        ([node(position=[True, False])], "conv1: its position is not two numbers"),
        ([node(position=None)], "conv1: its position is not two numbers"),
    ],
)
def test_damaged_nodes(raw: dict[str, Any], bad: list[Any], words: str) -> None:
    assert words in reason(changed(raw, nodes=bad, edges=[]))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (["conv1"], "a wire is not [from, to, input number]"),
        ([["conv1", "act1"]], "a wire is not [from, to, input number]"),
        ([["conv1", "act1", "0"]], "a wire is not [from, to, input number]"),
        ([["conv1", "act1", True]], "a wire is not [from, to, input number]"),
        ([["conv1", "act1", 0.0]], "a wire is not [from, to, input number]"),
        ([["conv1", None, 0]], "a wire is not [from, to, input number]"),
        ([["nowhere", "act1", 0]], "A wire names nowhere, which is not in the network"),
        ([["conv1", "nowhere", 0]], "A wire names nowhere, which is not in the network"),
        ([["conv1", "act1", 1]], "act1 has no input number 2"),
        ([["conv1", "act1", -1]], "act1 has no input number 0"),
        ([["conv1", "act1", 10**12]], "act1 has no input number"),
        ([["conv1", "input", 0]], "input is where data comes in: it takes no wire"),
        ([["conv1", "act1", 0], ["fc1", "act1", 0]], "This input of act1 already has a wire"),
        ([["conv1", "conv1", 0]], "These layers form a loop: conv1"),
        ([["conv1", "act1", 0], ["act1", "conv1", 0]], "These layers form a loop: "),
    ],
)
def test_damaged_wires(raw: dict[str, Any], bad: list[Any], words: str) -> None:
    assert words in reason(changed(raw, edges=bad))


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("data", {"dataset": "imagenet"}, "data: Data must be 'digits', 'mnist', 'fashion-mnist',"),
        ("data", {"validation": -0.1}, "data: Validation share must be at least 0"),
        ("data", {"resize": 10**9}, "data: Resize must be at most 1024"),
        ("data", [], "data: "),
        ("recipe", {"lr": float("nan")}, "recipe: Learning rate must be a finite number"),
        ("recipe", {"lr": -1}, "recipe: Learning rate must be more than 0"),
        ("recipe", {"batch_size": 0}, "recipe: Batch size must be at least 1"),
        ("recipe", {"epochs": 1.5}, "recipe: Epochs must be a whole number"),
        ("recipe", {"optimizer": "magic"}, "recipe: there is no optimizer “magic”: choose sgd, "),
        ("recipe", {"device": "toaster"}, "recipe: Device "),
        ("recipe", None, "recipe: "),
        ("title", 5, "its title is not text"),
        ("about", {}, "its about is not text"),
    ],
)
def test_damaged_data_recipe_and_texts(raw: dict[str, Any], part: str, value: Any, words: str) -> None:
    assert words in reason(changed(raw, **{part: value}))


def test_missing_data_and_recipe_are_the_defaults(raw: dict[str, Any]) -> None:
    read = from_json(json.dumps({key: raw[key] for key in ("format", "version", "nodes", "edges")}))
    assert (read.data, read.recipe, read.title) == (DataSpec(), Recipe(), "")


@pytest.mark.parametrize("value", [DataSpec(), Recipe(), Conv2d()])
def test_options_are_refused_in_words(value: DataSpec | Recipe | Conv2d) -> None:
    with pytest.raises(OptionError, match="nonsense is not an option here"):
        value.with_options(nonsense=1)
    assert value.with_options() == value


def test_every_truncation_of_a_file_gives_a_sentence(lenet: Graph) -> None:
    text = to_json(Experiment(lenet)).rstrip()
    for length in range(0, len(text), 7):
        reason(text[:length])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_file_gives_a_sentence_or_a_network(lenet: Graph, data: st.DataObject) -> None:
    """Some value somewhere in the file becomes another."""
    value: Any = json.loads(to_json(Experiment(lenet)))
    whole = value
    for _ in range(data.draw(st.integers(0, 3))):
        if isinstance(value, (dict, list)) and value:
            key = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
            if isinstance(value[key], (dict, list)) and data.draw(st.booleans()):
                value = value[key]
            else:
                value[key] = data.draw(JSON)
    try:
        read = from_json(json.dumps(whole))
    except LayerloomError as error:
        assert str(error)
    else:
        analyze(read.graph, read.data.sample_shape)
        assert from_json(to_json(read)) == read
