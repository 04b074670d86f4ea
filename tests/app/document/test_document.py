"""The document: any sequence of edits undone gives the first value back, redone the last."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document.document import Document
from app.document.recovery import Recovery
from engine.data.options.options import Known
from engine.experiment.experiment import Experiment, load_experiment
from engine.files import WriteError
from engine.graph import edits
from engine.graph.graph import GraphError
from engine.layers.base import LAYERS, OptionError
from tests.app.ran import come_to

STEP = st.tuples(st.sampled_from(["append", "delete", "move", "rename", "connect", "recipe", "data", "undo", "redo"]),
                 st.integers(0, 30), st.integers(0, 30))


def edited(experiment: Experiment, action: str, a: int, b: int) -> Experiment:
    """One edit as a gesture or a form would make it."""
    graph, names = experiment.graph, list(experiment.graph.nodes)
    if action == "recipe":
        return replace(experiment, recipe=experiment.recipe.with_options(batch_size=a + 1))
    if action == "data":
        return replace(experiment, data=experiment.data.with_options(seed=a))
    if action == "append" or not names:
        layer = LAYERS[sorted(LAYERS)[a % len(LAYERS)]]()
        after = [names[b % len(names)]] if names and b else []
        return replace(experiment, graph=edits.appended(graph, layer, after)[0])
    one, two = names[a % len(names)], names[b % len(names)]
    changes = {
        "delete": lambda: graph.without([one]),
        "move": lambda: graph.moved({one: (float(a), float(b))}),
        "rename": lambda: graph.renamed(one, f"layer{b}"),
        "connect": lambda: edits.connected(graph, one, two),
    }
    return replace(experiment, graph=changes[action]())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=25))
def test_any_edits_undone_give_the_first_back_and_redone_the_last(qapp, steps):
    document = Document(Experiment(), "test")
    first = document.experiment
    for action, a, b in steps:
        if action == "undo":
            document.undo()
        elif action == "redo":
            document.redo()
        else:
            try:
                document.edit(action, edited(document.experiment, action, a, b))
            except (GraphError, OptionError):
                continue
    while document.history.redo_text is not None:
        document.redo()
    last = document.experiment
    while document.history.undo_text is not None:
        document.undo()
    assert document.experiment == first
    while document.history.redo_text is not None:
        document.redo()
    assert document.experiment == last


def test_edits_of_one_field_undo_together(qapp):
    document = Document(Experiment(), "test")
    before = document.experiment
    for lr in (0.2, 0.3, 0.4):
        recipe = document.experiment.recipe.with_options(lr=lr)
        document.edit("lr", replace(document.experiment, recipe=recipe), "recipe.lr")
    document.edit("seed", replace(document.experiment, recipe=recipe.with_options(seed=1)), "recipe.seed")
    assert document.history.undo_text == "seed"
    document.undo()
    assert document.experiment.recipe.lr == 0.4
    document.undo()
    assert document.experiment == before


def test_dirty_until_saved_and_a_failed_save_keeps_the_old_file(qapp, tmp_path, monkeypatch):
    document = Document.open("gallery:lenet")
    path = tmp_path / "mine.loom"
    assert not document.dirty
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    assert document.dirty
    document.save(path)
    assert not document.dirty and document.name == "mine"
    assert load_experiment(path) == document.experiment
    document.edit_graph("Delete", document.experiment.graph.without(["fc2"]))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(WriteError, match=r"no space left on device\. Nothing was changed"):
        document.save(path)
    assert path.read_bytes() == before and document.dirty
    assert list(tmp_path.glob(".*")) == []


def test_unsaved_work_of_a_killed_process_comes_back(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    Recovery(tmp_path).keep(document)
    (copy,) = tmp_path.glob("*.json")
    copy.rename(tmp_path / "999999999-5-abc.json")  # as if another process had written it
    (tmp_path / "999999998-5-torn.json").write_text('{"name": "x", "loo')
    (tmp_path / "notes.json").write_text("somebody else's")
    recovery = Recovery(tmp_path)
    (recovered,) = recovery.recovered()
    assert recovered.experiment == document.experiment and recovered.dirty
    assert recovery.recovered() == [], "its own copies are not recovered again"
    recovery.drop(recovered)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["999999998-5-torn.damaged", "notes.json"]


def test_copies_of_a_living_process_are_left_alone_and_those_of_its_number_s_last_owner_are_not(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    Recovery(tmp_path).keep(document)
    assert Recovery(tmp_path).recovered() == []
    (copy,) = tmp_path.glob("*.json")
    number, _, rest = copy.name.split("-")
    copy.rename(tmp_path / f"{number}-1-{rest}")  # another process had this number before us
    assert len(Recovery(tmp_path).recovered()) == 1


def test_a_run_that_fails_at_its_start_takes_no_weights_away(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    first = document.begin_run(tmp_path)
    come_to(first, {"fc1.weight": None})
    document.begin_run(tmp_path)
    assert document.trained is first
    third = document.begin_run(tmp_path)
    assert document.trained is first
    come_to(third, {"w": 1})
    assert document.trained is third


def test_what_is_found_in_the_data_is_learned_and_is_nobody_s_edit(qapp):
    document = Document.open("gallery:linreg")
    told = []
    document.changed.connect(lambda: told.append("changed"))
    document.state_changed.connect(lambda: told.append("state"))
    data = document.experiment.data.with_options(dataset="folder", path="pets")
    document.edit("data", replace(document.experiment, data=data))
    told.clear()
    known = data.model_copy(update={"known": Known(sample_shape=(3, 9, 9), classes=("cat", "dog"))})
    document.learn(known.model_copy(update={"path": "elsewhere"}))
    assert document.experiment.data == data and not told, "of other data"
    document.learn(known)
    assert document.experiment.data == known and told == ["changed", "state"]
    document.learn(known)
    assert told == ["changed", "state"], "it was known"
    assert document.history.undo_text == "data"
    document.undo()
    assert document.history.undo_text is None


def test_whoever_shows_a_document_hears_of_every_change(qapp, tmp_path):
    document, told = Document.open("gallery:lenet"), []
    document.changed.connect(lambda: told.append("changed"))
    document.state_changed.connect(lambda: told.append("state"))
    graph = document.experiment.graph.without(["fc3"])
    for act, said in ((lambda: document.edit_graph("Delete", graph), ["changed", "state"]),
                      (lambda: document.edit_graph("Delete", graph), []), (document.undo, ["changed", "state"]),
                      (document.redo, ["changed", "state"]), (lambda: document.save(tmp_path / "net.loom"), ["state"]),
                      (document.mark_unsaved, ["state"])):
        told.clear()
        act()
        assert told == said
    assert document.dirty and document.name == "net" and document.path == tmp_path / "net.loom"


def test_a_file_knows_where_it_is(qapp, tmp_path, monkeypatch):
    Document.open("gallery:lenet").save(tmp_path / "mine.loom")
    monkeypatch.chdir(tmp_path)
    document = Document.open("mine.loom")
    assert (document.name, document.path, document.dirty) == ("mine", tmp_path / "mine.loom", False)
    example = Document.open("gallery:lenet")
    assert (example.name, example.path, example.dirty) == ("lenet", None, False)
    assert example.trained is None and not example.weights_are_loaded


def test_weights_from_a_file_count_until_a_run_began_from_them(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    come_to(document.begin_run(tmp_path), {"fc1.weight": None})
    document.loaded = {"fc1.weight": None}
    assert document.weights_are_loaded
    run = document.begin_run(tmp_path)
    assert run.begun_from is document.loaded and run.experiment is document.experiment and run.folder == tmp_path
    assert document.weights_are_loaded, "it has come to none yet"
    come_to(run, {"fc1.weight": None})
    assert not document.weights_are_loaded
    document.loaded = {"fc1.weight": 1}
    assert document.weights_are_loaded


def test_where_the_folder_cannot_be_changed_unsaved_work_comes_back_all_the_same(qapp, tmp_path, monkeypatch):
    document = Document.open("gallery:lenet")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    Recovery(tmp_path).keep(document)
    (copy,) = tmp_path.glob("*.json")
    left = copy.rename(tmp_path / "999999999-5-abc.json")

    def fixed(*_: object) -> None:
        raise PermissionError("read only")

    monkeypatch.setattr(Path, "replace", fixed)
    monkeypatch.setattr(Path, "unlink", fixed)
    recovery = Recovery(tmp_path)
    (recovered,) = recovery.recovered()
    recovery.drop(recovered)
    assert recovered.experiment == document.experiment and left.exists()
    monkeypatch.setattr("app.document.recovery.write_text", fixed)
    recovery.keep(recovered)  # a full disk is no reason to end


def test_a_copy_says_what_it_is_of_and_goes_with_its_document(qapp, tmp_path):
    document, recovery = Document.open("gallery:lenet"), Recovery(tmp_path / "recovery")
    recovery.keep(document)
    assert not (tmp_path / "recovery").exists(), "there is nothing to lose"
    document.save(tmp_path / "mine.loom")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    recovery.keep(document)
    recovery.keep(document)
    (copy,) = (tmp_path / "recovery").iterdir()
    said = json.loads(copy.read_text())
    assert (said["name"], said["path"]) == ("mine", str(tmp_path / "mine.loom"))
    copy.rename(copy.with_name("999999999-5-abc.json"))
    (recovered,) = Recovery(tmp_path / "recovery").recovered()
    assert (recovered.name, recovered.path, recovered.dirty) == ("mine", tmp_path / "mine.loom", True)
    document.undo()
    recovery.keep(document)
    recovery.drop(document)


def test_another_person_s_process_is_alive(qapp, tmp_path, monkeypatch):
    document = Document.open("gallery:lenet")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    Recovery(tmp_path).keep(document)

    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbidden)
    assert Recovery(tmp_path).recovered() == []


def test_a_file_is_the_document_s_by_whatever_way_the_path_leads_there(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    path = tmp_path / "mine.loom"
    assert not document.is_file(path)
    document.save(path)
    (tmp_path / "sub").mkdir()
    assert document.is_file(path) and document.is_file(tmp_path / "sub" / ".." / "mine.loom")
    assert not document.is_file(tmp_path / "other.loom")
    again = Document.open(str(path))
    assert (again.name, again.path, again.dirty) == ("mine", path, False) and again.is_file(path)
    assert Document.open("gallery:lenet").path is None


def test_weights_from_a_file_count_until_a_run_has_begun_from_them(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    assert not document.weights_are_loaded and document.trained is None
    document.loaded = {"of": "a file"}
    assert document.weights_are_loaded
    run = document.begin_run(tmp_path)
    assert document.weights_are_loaded, "it has not come to any"
    come_to(run, {"of": "the run"})
    assert not document.weights_are_loaded
    document.loaded = {"of": "another file"}
    assert document.weights_are_loaded


@pytest.mark.skipif(sys.platform == "win32", reason="processes are asked in another way there")
def test_a_living_process_is_asked_and_not_harmed(qapp, tmp_path):
    document = Document.open("gallery:lenet")
    document.edit_graph("Delete", document.experiment.graph.without(["fc3"]))
    Recovery(tmp_path).keep(document)
    (copy,) = tmp_path.glob("*.json")
    _, birth, rest = copy.name.split("-")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    copy.rename(tmp_path / f"{other.pid}-{birth}-{rest}")
    Recovery(tmp_path).recovered()
    other.communicate(b"\n", timeout=60)
    assert other.returncode == 0
