"""Choices with options, as text; and presets."""

from __future__ import annotations

from typing import Any

import pytest

from engine.experiment.choices.averages import AVERAGES, averaging_of
from engine.experiment.choices.choice import Option
from engine.experiment.choices.measures import MEASURES
from engine.experiment.choices.optimizers import OPTIMIZERS, optimizer_of
from engine.experiment.choices.schedules import SCHEDULES, schedule_of
from engine.experiment.presets import DECIDED, PRESETS, with_preset
from engine.experiment.recipe import Recipe
from engine.layers.base import OptionError
from engine.messages import ImpossibleError

TABLES: tuple[tuple[dict[str, Any], Any], ...] = ((OPTIMIZERS, optimizer_of), (SCHEDULES, schedule_of),
                                                  (AVERAGES, averaging_of))
ROWS = [(row, read) for rows, read in TABLES for row in rows.values()]
OPTIONS = [(row, read, option) for row, read in ROWS for option in row.options]


def another(option: Option) -> Any:
    """A value that is not the usual one."""
    if option.is_switch:
        return not option.default
    if option.words:
        return next(word for word in option.words if word != option.default)
    if option.is_list:
        return (2.0, 7.0)
    return next(value for value in (option.default + 1, option.default / 2, 0.5) if option.low <= value <= option.high
                and value not in (option.default, *option.excludes) and (not option.is_whole or value % 1 == 0))


@pytest.mark.parametrize(("row", "read"), ROWS, ids=lambda each: getattr(each, "id", ""))
def test_every_row_says_what_it_is_and_is_its_own_text(row: Any, read: Any) -> None:
    assert str(read(row.id)) == row.id and read(row.id).row is row
    assert row.title and row.about.endswith(".")
    assert len({option.name for option in row.options}) == len(row.options)


@pytest.mark.parametrize(("row", "read", "option"), OPTIONS, ids=lambda each: getattr(each, "id", None) or getattr(
    each, "name", ""))
def test_every_option_is_read_back_and_named_only_where_it_is_not_as_usual(row: Any, read: Any, option: Option) -> None:
    assert option.title and option.about.endswith(".")
    usual, changed = option.written(option.default), option.written(another(option))
    assert str(read(f"{row.id}:{option.name}={usual}")) == row.id
    choice = read(f"{row.id}: {option.name} = {changed} ")
    assert str(choice) == f"{row.id}:{option.name}={changed}"
    assert choice.options[option.name] == another(option)
    assert read(row.id).with_option(option.name, another(option)) == choice
    with pytest.raises(ImpossibleError) as raised:
        read(f"{row.id}:{option.name}=?")
    assert str(raised.value).startswith(option.name) and "“?”" in str(raised.value)


@pytest.mark.parametrize(("text", "said"), [
    ("adm", f"there is no optimizer “adm”: did you mean adam? There are {', '.join(OPTIMIZERS)}"),
    ("", f"there is no optimizer “”: choose {', '.join(OPTIMIZERS)}"),
    ("adam:beta=1", "“adam” has no option “beta”; it has beta1, beta2, eps, amsgrad"),
    ("sgd:nesterov=yes", "“sgd” has no option “nesterov”; it has none"),
    ("adam:beta1=1", "beta1 should be at least 0 and below 1"),
    ("adam:amsgrad=maybe", "amsgrad is yes or no, not “maybe”"),
    ("momentum:dampening=2", "dampening should be between 0 and 1"),
    ("momentum:nesterov=yes,dampening=0.1", "Nesterov momentum has no dampening: leave out one of them"),
    ("rprop:least=3,most=2", "least should not be above most"),
    ("rprop:grow=1", "grow should be above 1"),
    ("asgd:t0=-1", "t0 should be at least 0"),
    ("muon:ns_steps=0", "ns_steps should be a whole number of at least 1"),
])
def test_an_optimizer_that_cannot_be_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(OptionError) as raised:
        Recipe().with_options(optimizer=text)
    assert str(raised.value) == said


def test_averaging_is_refused_in_words() -> None:
    with pytest.raises(OptionError, match="there is no averaging “eme”: did you mean ema"):
        Recipe().with_options(averaging="eme")
    with pytest.raises(OptionError, match="start should be at least 0 and below 1"):
        Recipe().with_options(averaging="swa:start=1")


def test_a_value_given_by_a_form_is_checked_as_a_typed_one() -> None:
    with pytest.raises(ImpossibleError):
        optimizer_of("adam").with_option("beta1", 2.0)
    with pytest.raises(ImpossibleError):
        optimizer_of("adam").with_option("rho", 0.5)


def test_what_older_files_hold_stays_as_it_is() -> None:
    for name in ("sgd", "momentum", "adam", "adamw"):
        assert Recipe().with_options(optimizer=name).optimizer == name


def test_measures_are_of_what_is_learned_and_validated_never_of_the_test() -> None:
    assert {row.part for row in MEASURES.values()} == {"", "validation", "train"}
    assert all(row.id == row.words.replace(" ", "_") for row in MEASURES.values() if row.part)


# -- presets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", PRESETS)
def test_a_preset_decides_how_to_learn_and_nothing_else(id: str) -> None:
    preset = PRESETS[id]
    before = Recipe(loss="bce", epochs=77, batch_size=9, seed=5, device="cpu", l1=0.3, clip_norm=2, averaging="swa")
    after = with_preset(before, preset)
    kept = set(Recipe.model_fields) - set(DECIDED) - set(preset.fields)
    assert all(getattr(after, name) == getattr(before, name) for name in kept)
    assert {"loss", "epochs", "seed", "device"} <= kept
    assert all(getattr(after, name) == value for name, value in preset.fields.items())
    usual = Recipe()
    assert all(getattr(after, name) == getattr(usual, name) for name in set(DECIDED) - set(preset.fields))


def test_the_notes_preset_is_the_usual_recipe() -> None:
    assert with_preset(Recipe(optimizer="adam", lr=1, batch_size=2), PRESETS["notes"]) == Recipe()
