"""The clean mark: a document counts as saved exactly while it is what was written last."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document import undo
from app.document.document import Document
from app.document.undo import UndoStack
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.recipe import Recipe

ACTS = ("edit", "type", "type elsewhere", "save", "undo", "redo", "forget the file")


def numbered(number: int) -> Experiment:
    """A value that no other edit leads to."""
    return Experiment(recipe=Recipe(seed=number))


@settings(max_examples=300, deadline=None)
@given(acts=st.lists(st.sampled_from(ACTS), max_size=30), depth=st.sampled_from([3, 500]))
def test_clean_is_exactly_what_was_saved_last(acts, depth):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(undo, "DEPTH", depth)
        numbers = count(1)
        stack = UndoStack(numbered(0))
        saved: Experiment | None = numbered(0)
        for act in acts:
            if act == "save":
                stack.mark_clean()
                saved = stack.experiment
            elif act == "forget the file":
                stack.mark_clean(False)
                saved = None
            elif act in ("undo", "redo"):
                getattr(stack, act)()
            else:
                stack.push(act, numbered(next(numbers)), "" if act == "edit" else act)
            assert stack.is_clean == (stack.experiment == saved)


@settings(max_examples=200, deadline=None)
@given(keys=st.lists(st.sampled_from(["", "lr", "seed"]), max_size=12))
def test_each_edit_is_a_step_but_those_of_one_field_in_a_row(keys):
    stack, steps = UndoStack(numbered(0)), []
    for number, key in enumerate(keys, 1):
        stack.push(f"{number}", numbered(number), key)
        steps = steps[:-1] if key and number > 1 and keys[number - 2] == key else steps
        steps = [*steps, number]
    assert [text for text, _ in stack.earlier] == [f"{number}" for number in reversed(steps)]
    assert [experiment for _, experiment in stack.earlier] == [numbered(n) for n in reversed([0, *steps][:-1])]
    assert stack.redo_text is None
    for number in reversed(steps):
        assert (stack.undo_text, stack.experiment) == (f"{number}", numbered(number))
        stack.undo()
        assert stack.redo_text == f"{number}"
    assert stack.undo_text is None and stack.experiment == numbered(0)
    stack.undo()
    assert stack.experiment == numbered(0), "there is nothing before the first"


def test_only_so_many_states_are_remembered(monkeypatch):
    monkeypatch.setattr(undo, "DEPTH", 4)
    stack = UndoStack(numbered(0))
    for number in range(1, 8):
        stack.push(f"{number}", numbered(number))
    assert [text for text, _ in stack.earlier] == ["7", "6", "5"]
    for _ in range(9):
        stack.undo()
    assert stack.experiment == numbered(4)
    stack.push("another", numbered(9))
    stack.undo()
    assert stack.experiment == numbered(4)


def test_what_follows_from_the_world_is_no_step_and_leaves_a_saved_document_saved():
    stack = UndoStack(numbered(0))
    stack.push("1", numbered(1))
    stack.mark_clean()
    stack.amend(numbered(5))
    assert stack.is_clean and stack.experiment == numbered(5) and len(stack.earlier) == 1
    stack.undo()
    assert stack.experiment == numbered(0)


# -- of a document ----------------------------------------------------------------------------------------------------


@pytest.fixture
def document(qapp) -> Document:
    return Document.open("gallery:lenet")


def change(document: Document, seed: int, key: str = "") -> None:
    experiment = document.experiment
    document.edit("seed", replace(experiment, recipe=experiment.recipe.with_options(seed=seed)), key)


def test_undone_behind_what_was_saved_it_is_dirty_and_redone_clean(document, tmp_path):
    change(document, 1)
    document.save(tmp_path / "mine.loom")
    change(document, 2)
    assert document.dirty
    document.undo()
    assert not document.dirty
    document.undo()
    assert document.dirty, "the file holds the edit that was undone"
    document.redo()
    assert not document.dirty
    document.redo()
    assert document.dirty


def test_an_edit_after_undoing_what_was_saved_can_never_come_back_to_it(document, tmp_path):
    change(document, 1)
    document.save(tmp_path / "mine.loom")
    document.undo()
    change(document, 2)
    assert document.dirty
    document.undo()
    assert document.dirty, "it is the network as it was opened, and the file holds another"
    document.redo()
    assert document.dirty
    document.save(tmp_path / "mine.loom")
    assert not document.dirty and load_experiment(tmp_path / "mine.loom").recipe.seed == 2


def test_typing_on_in_a_field_after_saving_is_another_step(document, tmp_path):
    change(document, 1, "seed")
    document.save(tmp_path / "mine.loom")
    change(document, 12, "seed")
    assert document.dirty
    document.undo()
    assert document.experiment.recipe.seed == 1 and not document.dirty


def test_saved_elsewhere_it_is_clean_there_and_the_first_file_stays(document, tmp_path):
    first, second = tmp_path / "first.loom", tmp_path / "second.loom"
    change(document, 1)
    document.save(first)
    change(document, 2)
    document.save(second)
    assert not document.dirty and (document.path, document.name) == (second, "second")
    assert (load_experiment(first).recipe.seed, load_experiment(second).recipe.seed) == (1, 2)
    document.undo()
    assert document.dirty, "clean is what its own file holds now, not the first one"


def test_an_edit_that_changes_nothing_leaves_it_clean(document):
    document.edit("nothing", replace(document.experiment))
    assert not document.dirty and document.history.undo_text is None


def test_each_change_of_the_mark_is_told(document, tmp_path):
    told: list[bool] = []
    document.state_changed.connect(lambda: told.append(document.dirty))
    change(document, 1)
    document.save(tmp_path / "mine.loom")
    document.undo()
    document.redo()
    document.mark_unsaved()
    assert told == [True, False, True, False, True]
