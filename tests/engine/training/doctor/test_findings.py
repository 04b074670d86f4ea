"""Every finding, provoked by a small training, and cured by its own repair."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from engine.graph.graph import Node
from engine.layers.base import LAYERS
from engine.messages import say
from engine.training import fit
from engine.training.doctor.cures import cures
from engine.training.doctor.kinds import KINDS, severity_of
from engine.training.events import CheckpointReached
from engine.training.values import Remark, RemarkKind
from tests.engine.cases import experiment, of_type
from tests.engine.training.doctor.sick import BN_CNN, SICK, Sick, cured, found, layers, run

NAMED = [f"{case.kind}-{number}" for number, case in enumerate(SICK)]


@pytest.mark.parametrize("case", SICK, ids=NAMED)
def test_it_is_found_and_its_cure_helps(case: Sick) -> None:
    events, before = run(case.make, case.data, case.part)
    [mine] = [remark for remark in found(events) if remark.kind == case.kind]
    assert mine.place == case.place or not case.place
    mended = cured(case, mine)
    assert mended != case.make
    events, after = run(mended, case.data, case.part)
    assert after.named[case.measure] > before.named[case.measure] + case.worse
    assert case.kind not in [remark.kind for remark in found(events)] or case.kind in ("overfitting", "underfitting")


def test_every_kind_has_a_name_and_every_finding_a_case() -> None:
    assert set(KINDS) == set(get_args(RemarkKind))
    findings = {kind for kind, row in KINDS.items() if row.is_finding and row.severity != "note"}
    assert findings == {case.kind for case in SICK}
    assert severity_of("of a later version") == "note"  # type: ignore[arg-type]


@pytest.mark.parametrize("case", SICK, ids=NAMED)
def test_every_cure_changes_something_and_can_be_trained(case: Sick) -> None:
    remark = Remark(case.kind, say("x"), place=case.place)
    offered = cures(case.make, remark)
    assert offered and len({str(repair.text) for repair in offered}) == len(offered)
    for repair in offered:
        assert repair.of(case.make) != case.make


def test_what_a_later_version_says_has_no_cure() -> None:
    assert cures(experiment(), Remark("of a later version", say("x"))) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("rows", [layers("ReLU"), layers("Tanh", "ReLU"), layers("ReLU", "Sigmoid"), BN_CNN])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_network_that_is_well_has_no_finding(rows: tuple, seed: int) -> None:  # type: ignore[type-arg]
    events, metrics = run(experiment(*rows, optimizer="adam", lr=0.005, batch_size=32, epochs=6, seed=seed))
    assert metrics.accuracy > 0.85
    assert [remark.kind for remark in found(events)] == []


def test_a_run_that_goes_on_from_what_no_doctor_has_seen_is_judged_as_far_as_it_is_known() -> None:
    still = experiment(*layers("Sigmoid", "Sigmoid", "Sigmoid"), optimizer="sgd", lr=1e-3, batch_size=32, epochs=8)
    events = list(fit(still, doctor=False))
    middle = of_type(events, CheckpointReached)[3].checkpoint
    assert middle.doctor.losses == []
    assert [remark.kind for remark in found(list(fit(still, resume=middle)))] == ["flat"]


def test_dropout_is_put_there_once_and_a_card_beside_the_network_is_left_alone() -> None:
    remark = Remark("overfitting", say("x"))
    base = experiment(*layers("ReLU"))
    stray = replace(base, graph=base.graph.with_node(Node("stray", LAYERS["Linear"](out_features=3), (900.0, 900.0))))
    for start in (base, stray):
        first = next(cure for cure in cures(start, remark) if "dropout" in str(cure.text)).of(start)
        assert [node.layer.kind() for node in first.graph.nodes.values()].count("Dropout") == 1
        assert not [cure for cure in cures(first, remark) if "dropout" in str(cure.text)]


def test_xaviers_rule_counts_for_layers_with_a_start_of_their_own() -> None:
    case = next(case for case in SICK if case.kind == "copies")
    cure = next(cure for cure in cures(case.make, Remark("copies", say("x"))) if "Xavier" in str(cure.text))
    assert "copies" not in [remark.kind for remark in found(run(cure.of(case.make))[0])]


def test_an_end_is_no_activation_that_is_replaced_and_no_gate_either() -> None:
    base = experiment(("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 8}), ("act1", "Sigmoid", {}),
                      ("out", "Linear", {"out_features": 10}), ("end", "Sigmoid", {}), loss="bce")
    cure = next(cure for cure in cures(base, Remark("vanishing", say("x"))) if "ReLU" in str(cure.text))
    assert [node.layer.kind() for node in cure.of(base).graph.nodes.values()].count("Sigmoid") == 1
