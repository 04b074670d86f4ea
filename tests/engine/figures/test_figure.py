"""The paper's figure: what it shows, and that nothing in it lies over anything else."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest

from engine.analysis.analysis import analyze
from engine.blocks.edits import dissolved
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.experiment.trust import allow, sources_of
from engine.figures.export import DrawingError, check_picture, draw
from engine.figures.figure import TINTS, paper_figure, places_of, volume_of
from engine.figures.plan import Station, stations_of
from engine.files import WriteError
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import CATEGORIES
from engine.layers.combine import MatMul
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.messages import LayerloomError


def analysis_of(id: str):
    experiment = load_experiment(f"gallery:{id}")
    allow(sources_of(experiment.graph))
    return analyze(experiment.graph, experiment.data.sample_shape)


def opened(id: str):
    """A network with its first block dissolved: branches on the canvas."""
    analysis = analysis_of(id)
    name = next(name for name, node in analysis.graph.nodes.items() if node.layer.category == "block")
    experiment = load_experiment(f"gallery:{id}")
    return analyze(dissolved(analysis.graph, name, analysis)[0], experiment.data.sample_shape)


CASES = [*gallery_ids(), *(f"{id} opened" for id in ("residual-small", "inception-small", "densenet"))]


def case(name: str):
    return opened(name.removesuffix(" opened")) if name.endswith("opened") else analysis_of(name)


@pytest.mark.parametrize("name", CASES)
def test_no_volume_and_no_words_lie_over_others(name):
    stations = stations_of(case(name))
    places, width, height = places_of(stations)
    boxes = []
    for station in stations.values():
        place = places[station.name]
        boxes.append((place.x - place.volume.width / 2, place.y - place.volume.height / 2 - 0.13 * len(station.words),
                      place.x + place.volume.width / 2 + place.volume.depth, place.top + 0.15))
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], name
    assert all(left >= 0 and right <= width and bottom >= -height and top <= 0 for left, bottom, right, top in boxes)
    for station in stations.values():
        for source in station.sources:
            assert stations[source].rank < station.rank


def test_lenet_is_drawn_as_in_its_paper():
    stations = stations_of(analysis_of("lenet"))
    assert [station.label for station in stations.values()] == [
        "1@28×28", "6@28×28", "6@14×14", "16@10×10", "16@5×5", "400", "120", "84", "10"]
    assert stations["conv1"].words == ["Conv 2d", "5×5, pad 2", "+ Sigmoid"]
    assert {station.lane for station in stations.values()} == {0}


def test_what_is_said_of_a_layer_is_not_torn_apart():
    nodes = [Node("input", Input()), Node("a", Linear(out_features=3)), Node("b", Linear(out_features=3)),
             Node("mul", MatMul(transpose=True))]
    graph = Graph.of(nodes, [Edge("input", "a"), Edge("input", "b"), Edge("a", "mul"), Edge("b", "mul", 1)])
    assert stations_of(analyze(graph, (2, 4)))["mul"].words[-1] == "a · bᵀ"


def test_every_category_has_a_tint():
    assert set(TINTS) == set(CATEGORIES)


def test_larger_maps_are_drawn_larger_and_more_channels_as_more_sheets():
    def of(*shape: int):
        return volume_of(Station("a", shape, "convolution", []), 224, 4096)

    assert of(3, 224, 224).height > of(3, 112, 112).height > of(3, 7, 7).height
    assert of(1, 8, 8).sheets < of(16, 8, 8).sheets < of(256, 8, 8).sheets
    assert of(4096).height > of(10).height


def test_branches_have_lanes_of_their_own_and_sums_are_signs():
    stations = stations_of(opened("residual-small"))
    assert any(station.symbol == "+" for station in stations.values())
    inception = stations_of(opened("inception-small"))
    assert len({station.lane for station in inception.values()}) == 4


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_it_is_written_in_every_kind(tmp_path, suffix):
    path = tmp_path / f"net{suffix}"
    draw(analysis_of("lenet"), path)
    check_picture(path)
    assert path.read_bytes().startswith({".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF-"}[suffix])


def test_a_vector_picture_has_a_path_for_every_sheet_and_letter(tmp_path):
    draw(analysis_of("lenet"), tmp_path / "net.svg")
    root = ElementTree.parse(tmp_path / "net.svg").getroot()
    sheets = sum(place.volume.sheets for place in places_of(stations_of(analysis_of("lenet")))[0].values())
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 40 + sheets


def test_a_network_that_is_wrong_says_so(tmp_path):
    graph = Graph.of([Node("input", Input()), Node("a", Linear(out_features=2)), Node("b", Linear(out_features=2))],
                     [Edge("input", "a")])
    with pytest.raises(LayerloomError):
        paper_figure(analyze(Graph.of([graph.nodes["input"]], []), None))
    assert paper_figure(analyze(graph, (4,))) is not None  # what is loose is no part of it


def test_no_room_is_told(tmp_path):
    with pytest.raises(WriteError):
        draw(analysis_of("lenet"), tmp_path / "missing" / "net.svg")
    (tmp_path / "not.png").write_text("no")
    with pytest.raises(DrawingError):
        check_picture(tmp_path / "not.png")
