"""Corrections as values of the data: which example, in what order, which labels can be, what is written and said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine import Experiment, load_experiment, save_experiment
from engine.compare.fields import option_text
from engine.compare.telling import what_changed
from engine.data.options.corrections import Correction, ExampleId, corrections_words
from engine.data.options.options import Known
from engine.data.spec.correcting import excluded, relabelled, restored
from engine.data.spec.kept import Kept
from engine.data.spec.setting import names_of
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import FileError, from_json, to_json
from engine.layers.base import OptionError
from engine.training.steering import way_on

DIGITS = DataSpec()
ONE, TWO, TESTED = (ExampleId("train", 7, "0000000a"), ExampleId("train", 3, "0000000b"),
                    ExampleId("test", 1, "0000000c"))


def test_each_example_has_one_correction_the_last_in_the_order_of_the_data() -> None:
    spec = excluded(relabelled(excluded(DIGITS, [TESTED, ONE]), [TWO], "4"), [TWO])
    assert [each.id for each in spec.corrections] == [TWO, ONE, TESTED] and all(
        each.excludes for each in spec.corrections)
    assert relabelled(spec, [ONE], "9").corrections[1] == Correction(part="train", number=7, mark="0000000a", label="9")
    assert restored(spec, [ONE, TESTED]) == excluded(DIGITS, [TWO])
    assert restored(spec, [ONE, TWO, TESTED]) == DIGITS


def test_examples_that_are_left_out_are_not_counted() -> None:
    assert excluded(DIGITS, [ONE, TESTED]).examples == 1795 and relabelled(DIGITS, [ONE], "4").examples == 1797


NUMBERS = DataSpec(dataset="table", path="x.csv", known=Known(sample_shape=(2,), task="regression", output_shape=(1,)))


@pytest.mark.parametrize(("spec", "label", "says"), [
    (DIGITS, "10", "There is no class “10”: there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
    (DIGITS, 3.0, "There is no class “3.0”"),
    (NUMBERS, "cat", "Numbers are learned of these data, not classes"),
    (NUMBERS.with_options(table={"log_target": True}, known=NUMBERS.known), -2.0, "has none"),
    (DataSpec(dataset="edges"), 1.0, "1×6×7 numbers: it can be excluded"),
])  # fmt: skip
def test_a_label_that_cannot_be_is_refused_in_words(spec: DataSpec, label: str | float, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        relabelled(spec, [ONE], label)


@pytest.mark.parametrize("wrong", [{"number": -1}, {"number": 10**30}, {"part": "elsewhere"}, {"mark": "123456789"},
                                   {"label": [1]}])
def test_a_file_with_what_can_be_no_correction_is_refused(wrong: dict[str, object]) -> None:
    raw = json.loads(to_json(Experiment(data=excluded(DIGITS, [ONE]))))
    raw["data"]["corrections"][0] |= wrong
    with pytest.raises(FileError, match=r"data"):
        from_json(json.dumps(raw))


def test_the_file_holds_them_and_is_as_before_without(tmp_path: Path) -> None:
    plain = Experiment(data=DIGITS)
    assert "corrections" not in to_json(plain)
    corrected = replace(plain, data=relabelled(excluded(DIGITS, [ONE]), [TWO], "4"))
    save_experiment(corrected, tmp_path / "net.loom")
    assert load_experiment(tmp_path / "net.loom") == corrected
    numbers = Experiment(data=relabelled(NUMBERS, [ONE], 3.0))
    assert from_json(to_json(numbers)) == numbers


def test_other_data_forget_them_and_have_them_again_when_they_come_back() -> None:
    spec = excluded(DIGITS, [ONE])
    other = spec.with_dataset("mnist")
    assert other.corrections == () and spec.with_options(validation=0.3, seed=4).corrections == spec.corrections
    assert Kept().after(spec).back(other.with_dataset("digits"), other).corrections == spec.corrections


def test_they_are_no_option_to_be_typed() -> None:
    assert "corrections" not in [name for _, name in names_of(DIGITS)]


def test_a_run_goes_on_with_them_as_one_of_other_data() -> None:
    ran = Experiment(data=DIGITS)
    assert way_on(ran, replace(ran, data=excluded(DIGITS, [ONE]))) == "other"


@pytest.mark.parametrize(("before", "after", "says"), [
    ([], [ONE], ["1 example excluded"]),
    ([TWO], [ONE, TWO, TESTED], ["2 examples excluded"]),
    ([ONE, TWO], [ONE], ["1 example restored"]),
    ([ONE, TWO], [TESTED], ["1 example excluded", "2 restored"]),
])  # fmt: skip
def test_what_is_another_is_said_in_a_few_words(before: list[ExampleId], after: list[ExampleId],
                                                says: list[str]) -> None:
    one, other = (Experiment(data=excluded(DIGITS, ids)) for ids in (before, after))
    assert list(map(str, what_changed(one, other))) == says


def test_all_of_them_are_said_in_a_few_words() -> None:
    assert corrections_words(()) is None
    some = relabelled(excluded(DIGITS, [ONE, TESTED]), [TWO], "4").corrections
    assert str(corrections_words(some)) == "2 examples excluded, 1 relabelled"
    assert str(option_text(DataSpec, "corrections", some)) == "2 examples excluded, 1 relabelled"
    assert str(corrections_words(some[:1])) == "1 example relabelled"
