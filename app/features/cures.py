"""What is offered against a finding of a run, wherever it is said: the same words, and one undoable edit."""

from __future__ import annotations

from collections.abc import Sequence

from app.document.page import Page
from engine.advice.repairs.repair import Repair
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.messages import Message, say
from engine.training.doctor.cures import cures
from engine.training.doctor.kinds import KINDS
from engine.training.values import Remark
from widgets.look.text import message_text, translated

FEW = 24  # cards


def offered(experiment: Experiment, remark: Remark) -> tuple[Repair, ...]:
    """What may cure it and would change something of this experiment."""
    return cures(experiment, remark)


def are_made_at_once(experiment: Experiment) -> bool:
    """Whether trying them takes no time that anybody would notice."""
    return len(experiment.graph.nodes) <= FEW


def cured(page: Page, remark: Remark, cure: Repair, before: Experiment) -> bool:
    """Do what was offered when the experiment was ``before``; why not is said. Nothing undoes a newer choice of the
    person."""
    now = page.document.experiment
    other = _chosen_since(cure, before, now)
    if other is not None:
        page.refuse(other)
        return False
    found = next((each for each in offered(now, remark) if each.text == cure.text), None)
    if found is None:
        page.refuse(say("The network has changed: that is not needed any more"))
        return False
    page.document.edit(message_text(cure.text), found.of(now))
    return True


def _chosen_since(cure: Repair, before: Experiment, now: Experiment) -> Message | None:
    """What a person has set to another value meanwhile, of what it would change."""
    wanted = cure.of(before).recipe
    for option in Recipe.model_fields:
        old, value = getattr(before.recipe, option), getattr(now.recipe, option)
        if getattr(wanted, option) != old and value not in (old, getattr(wanted, option)):
            title = translated(Recipe.model_fields[option].title or option)
            return say("{option} is {value} by now, and stays so", option=title, value=value)
    return None


def headline(remark: Remark) -> str:
    """What was found, in a few words, and where."""
    kind = KINDS.get(remark.kind)  # of a run of a later version nothing is known
    title = translated(kind.title if kind is not None else remark.kind)
    return f"{remark.place}: {title[:1].lower()}{title[1:]}" if remark.place else title


def is_finding(remark: Remark) -> bool:
    """Whether it is about what ails a run, and not only about what happened."""
    return remark.kind in KINDS and KINDS[remark.kind].is_finding


def texts(some: Sequence[Repair]) -> tuple[str, ...]:
    """As the links and buttons say them."""
    return tuple(message_text(each.text) for each in some)

