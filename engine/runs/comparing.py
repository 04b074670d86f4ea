"""Several runs on one page: only what differs, in their network, data and recipe, in costs and in results. No torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from pydantic import BaseModel

from engine.analysis.analysis import analyze
from engine.compare.fields import NOTHING, Field, differing
from engine.compare.telling import in_one_line, what_changed
from engine.experiment.choices.measures import MEASURES
from engine.experiment.costs import costs_of
from engine.experiment.experiment import Experiment
from engine.messages import Message, say
from engine.runs.book.entry import PARTS, Entry, Part
from engine.runs.book.reading import experiment_in
from engine.runs.book.seeds import Seeds, folds_of
from engine.runs.spread import Spread, spread, spread_text
from engine.units import bytes_text, clock_text, count_text, measure_text

About = Literal["network", "data", "recipe", "costs", "results"]
_PART_WORDS: Mapping[Part, Message] = {"best": say("best"), "last": say("last"), "train": say("train"),
                                       "test": say("test")}


class Row(NamedTuple):
    """Something that is not the same in all runs: ``titles`` are the forms' own, from the whole to the part.

    ``best``: the places of the best values, where one is better than another.
    """

    about: About
    titles: tuple[str, ...]
    values: tuple[Message, ...]  # one of each run
    best: tuple[int, ...] = ()


def compared(runs: Sequence[Entry | Seeds]) -> list[Row]:
    """What differs, the first run being what the others are held against; several seeds are told by the first of them
    and by the mean of what they came to. Raises LayerloomError."""
    entries = [run.first if isinstance(run, Seeds) else run for run in runs]
    experiments = [experiment_in(entry.folder, entry.kind) for entry in entries]
    rows = [*_network(experiments),
            *_fields("data", [each.data for each in experiments]),
            *_fields("recipe", [each.recipe for each in experiments]),
            *_costs(experiments), *_results(runs)]
    return [row for row in rows if len(set(map(str, row.values))) > 1]


def _network(experiments: Sequence[Experiment]) -> Iterator[Row]:
    """What each has otherwise than the first, in words."""
    first = experiments[0]
    told = [what_changed(first, replace(each, data=first.data, recipe=first.recipe)) for each in experiments[1:]]
    if any(told):
        words = [in_one_line(parts, 5) if parts else say("as the first") for parts in told]
        yield Row("network", ("Network",), (say("{title}", title=first.title or "first"), *words))


def _fields(about: About, values: Sequence[BaseModel]) -> Iterator[Row]:
    """Options that are not the same in all, each as its form says it."""
    first = values[0]
    found = [{field.titles: field for field in differing(first, each)} for each in values[1:]]
    for titles in dict.fromkeys(titles for fields in found for titles in fields):
        of_first = next(fields[titles].before for fields in found if titles in fields)
        yield Row(about, titles, (of_first, *(_after(fields.get(titles), of_first) for fields in found)))


def _after(field: Field | None, otherwise: Message) -> Message:
    if field is None:
        return otherwise
    return say("changed") if field.after is None else field.after


def _costs(experiments: Sequence[Experiment]) -> Iterator[Row]:
    analyses = [analyze(each.graph, each.data.sample_shape) for each in experiments]
    costs = [costs_of(analysis, each.recipe) for analysis, each in zip(analyses, experiments, strict=True)]
    yield _numbers("costs", "Parameters", [analysis.params for analysis in analyses], count_text)
    yield _numbers("costs", "Multiply-adds", [analysis.mult_adds for analysis in analyses], count_text)
    yield _numbers("costs", "Training memory", [each.training_memory for each in costs], bytes_text)


def _numbers(about: About, title: str, values: Sequence[int], text: Callable[[int], str]) -> Row:
    return Row(about, (title,), tuple(say("{value}", value=text(value)) for value in values))


def _results(runs: Sequence[Entry | Seeds]) -> Iterator[Row]:
    """Of every measure that any has, the best first; then what it took."""
    entries = [run.first if isinstance(run, Seeds) else run for run in runs]
    for place, name in enumerate(names_in(entries)):
        for part in PARTS if place == 0 else ("best", "test"):
            found = [_came_to(run, part, name) for run in runs]
            values = [each.mean for each in found]
            if any(map(math.isfinite, values)):
                texts = [spread_text(each) if each.runs > 1 else measure_text(each.mean, 4) for each in found]
                yield Row("results", (name.replace("_", " "), str(_PART_WORDS[part])),
                          tuple(say("{value}", value=text) for text in texts), _best(name, values))
    yield Row("results", ("Epochs",), tuple(
        NOTHING if entry.members else say("{count}", count=entry.epochs) for entry in entries))
    yield Row("results", ("Time",), tuple(say("{time}", time=clock_text(_seconds(run))) for run in runs))
    yield Row("results", ("Device",), tuple(
        say("{device}", device=entry.device) if entry.device else NOTHING for entry in entries))


def _came_to(run: Entry | Seeds, part: Part, name: str) -> Spread:
    """Of seeds and folds the mean, of variants and of a sweep that of the best run."""
    together = run if isinstance(run, Seeds) else folds_of(run)
    if together is not None:
        return together.spread(part, name)
    assert isinstance(run, Entry)
    return Spread(1, run.best_run.value(part, name), math.nan)


def _seconds(run: Entry | Seeds) -> float:
    """Of several seeds what one takes."""
    return spread(entry.seconds for entry in run.entries).mean if isinstance(run, Seeds) else run.seconds


def names_in(entries: Sequence[Entry]) -> list[str]:
    """The measures of these runs, that which chose the best epoch first."""
    chosen = [entry.measure for entry in entries if entry.measure]
    known = [name for entry in entries for run in entry.runs for part in PARTS for name in run.numbers.get(part, ())]
    return [name for name in dict.fromkeys([*chosen, *known]) if name in known]


def _best(name: str, values: Sequence[float]) -> tuple[int, ...]:
    known = [value for value in values if math.isfinite(value)]
    best = max(known) if is_larger_better(name) else min(known)
    return tuple(place for place, value in enumerate(values) if value == best)


def is_larger_better(name: str) -> bool:
    """Of a measure by its name."""
    return any(row.name == name and row.is_larger_better for row in MEASURES.values())
