"""Files of own blocks: kept, listed, and each thing that can be wrong with one; which code has been agreed to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.blocks.custom import Custom
from engine.experiment import block_files
from engine.experiment.block_files import keep_block, load_block, own_blocks, save_block
from engine.experiment.experiment import Experiment, Variant, from_json, to_json
from engine.experiment.notes import Notes, Reported
from engine.experiment.trust import allow, first_not_allowed, is_allowed, not_allowed, sources_of
from engine.graph.frames import Frame
from engine.graph.graph import Graph, Node
from engine.graph.json import FileError
from engine.layers.code import Code
from engine.line.line import build_line


def own(label: str = "My Part") -> Custom:
    return Custom(label=label, graph=build_line(Graph(), "input 4, linear 3, relu")[0])


def test_blocks_are_kept_by_name_and_listed_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "blocks"
    assert own_blocks(folder) == []
    second, first = keep_block(own("My Part"), folder), keep_block(own("A"), folder)
    assert (second.name, first.name) == ("my_part.loomblock", "a.loomblock")
    (folder / "other.txt").write_text("x")
    assert [(each.path, each.block, each.problem) for each in own_blocks(folder)] == [
        (first, own("A"), None), (second, own("My Part"), None)]
    assert keep_block(own("A"), folder) == first and len(own_blocks(folder)) == 2
    assert first.read_text(encoding="utf-8").endswith("}\n") and '\n "block": {\n  "repeat"' in first.read_text()


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "{path} is empty"),
    (b"\xff\xfe", "{path} could not be read: it is not text"),
    (b"{}", "{path}: This is not a Layerloom file: it does not say “format”: “layerloom block”"),
    (b'{"format": "layerloom"}', "{path}: This is not a Layerloom file: it does not say “format”: “layerloom block”"),
    (b'{"format": "layerloom block"}', "{path}: This file does not say which version it is"),
    (b'{"format": "layerloom block", "version": 3}', "{path}: This file was made by a newer Layerloom (file version 3; "
                                                     "this program reads 2)"),
    (b'{"format": "layerloom block", "version": ' + b"1" * 5000 + b"}",
     "{path}: This is not a Layerloom file: it is not readable as JSON: a number in it cannot be read"),
])  # fmt: skip
def test_a_file_that_is_no_block_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.loomblock"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        load_block(path)
    assert str(caught.value) == reason.replace("{path}", str(path))
    [listed] = own_blocks(tmp_path)
    assert listed.block is None and str(listed.problem) == str(caught.value)


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.loomblock"
    with pytest.raises(FileError, match=r"could not be read: no such file"):
        load_block(path)
    save_block(own(), path)
    monkeypatch.setattr(block_files, "MAX_BYTES", path.stat().st_size)
    assert load_block(path) == own()
    monkeypatch.setattr(block_files, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(FileError, match="could not be read: it is too large"):
        load_block(path)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "x.loomblock"
    save_block(own("größe"), path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_block(path) == own("größe")


# -- experiments ------------------------------------------------------------------------------------------------------


def test_the_whole_of_a_small_file() -> None:
    graph = build_line(Graph(), "input 4, linear 3")[0].with_frames([Frame("ä", ("fc1",))])
    experiment = Experiment(graph, title="größe", about="one\ntwo", notes=Notes(
        section="1.2", reported=(Reported("accuracy", 0.5),)), variants=(Variant(title="a", recipe={"lr": 0.5}),))
    text = to_json(experiment)
    assert from_json(text) == experiment
    lines = text.splitlines()
    assert lines[:15] == [
        "{", '  "format": "layerloom",', '  "version": 2,', '  "title": "größe",', '  "about": "one\\ntwo",',
        '  "nodes": [',
        '    {"name": "input", "layer": "Input", "options": {"shape": [4]}, "position": [0.0, 0.0]},',
        '    {"name": "fc1", "layer": "Linear", "options": {"out_features": 3}, "position": [0.0, 76.0]}',
        "  ],", '  "edges": [', '    ["input", "fc1", 0]', "  ],", '  "frames": [',
        '    {"text": "ä", "members": ["fc1"]}', "  ],"]
    assert lines[-5:] == [
        "  },", '  "variants": [', '    {"title": "a", "recipe": {"lr": 0.5}, "data": {}}', "  ]", "}"]
    assert '    "section": "1.2",' in lines and '    "reported": [["accuracy", 0.5]],' in lines
    assert text.endswith("}\n")
    empty = to_json(Experiment())
    assert '"nodes": [],' in empty and "notes" not in empty and "variants" not in empty and "frames" not in empty
    assert list(json.loads(text)) == ["format", "version", "title", "about", "nodes", "edges", "frames", "data",
                                      "recipe", "notes", "variants"]


def test_a_variant_is_the_experiment_with_its_options() -> None:
    variant = Variant(title="a", recipe={"lr": 0.5}, data={"resize": 16})
    made = variant.of(Experiment(title="x", variants=(variant,)))
    assert (made.recipe.lr, made.data.resize, made.variants, made.title) == (0.5, 16, (), "x")


# -- code -------------------------------------------------------------------------------------------------------------


def code(name: str) -> Code:
    return Code(source=f"class {name}(nn.Module):\n    def forward(self, x):\n        return x\n")


def test_code_is_found_also_inside_blocks_until_it_is_agreed_to() -> None:
    one, two, three = code("TrustOne"), code("TrustTwo"), code("TrustThree")
    inner = Graph.of([Node("deep", two), Node("last", three)])
    graph = Graph.of([Node("first", one), Node("own", Custom(label="Own", graph=inner)),
                      Node("res", build_line(Graph(), "residual 4")[0].nodes["residual1"].layer)])
    sources = [each.source for each in (one, two, three)]
    assert sources_of(graph) == not_allowed(graph) == set(sources)
    assert first_not_allowed(graph) == ((), "first")
    allow([one.source])
    assert is_allowed(one.source) and not is_allowed(two.source)
    assert not_allowed(graph) == {two.source, three.source} and first_not_allowed(graph) == (("own",), "deep")
    allow([two.source])
    assert first_not_allowed(graph) == (("own",), "last")
    allow([three.source])
    assert first_not_allowed(graph) is None and not_allowed(graph) == set()
