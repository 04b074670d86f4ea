"""Why: what counted for a class, as heat over the sample and in words."""

from __future__ import annotations

import torch
from torch import Tensor

from app.insight.values import words_of
from app.insight.wanted import Wanted, Why
from engine.experiment.experiment import Experiment
from engine.inspect.answers import class_name, top
from engine.inspect.lens import Lens, Look
from engine.inspect.why.gradcam import grad_cam
from engine.inspect.why.gradients import score_of
from engine.inspect.why.places import is_spatial
from engine.inspect.why.saliency import over_channels, saliency
from engine.messages import LayerloomError, say
from engine.units import measure_text, value_text
from widgets.look.text import message_text

BRIGHTEST = 1 / 6  # of a heat map: what is covered to see whether it counts


def class_in_hand(wanted: Wanted, look: Look) -> int | None:
    """The class that is asked about, else the one that is answered."""
    if look.answer is None:
        return None
    outputs = look.answer[0].numel()
    if wanted.class_number is not None and 0 <= wanted.class_number < outputs:
        return wanted.class_number
    return int(look.answer[0].flatten().argmax())


def why(wanted: Wanted, lens: Lens, look: Look, seed: int) -> Why | None:
    """What counted, by Grad-CAM or saliency; None: there is no answer, or it takes longer."""
    number = class_in_hand(wanted, look)
    if number is None or wanted.method == "occlusion":
        return None
    experiment, name = lens.experiment, class_name(lens.experiment, number)
    title = message_text(say("Why {name}?", name=name))
    try:
        if wanted.method in ("saliency", "smooth"):
            is_smooth = wanted.method == "smooth"
            found = saliency(lens, look.x, score_of(number), "smooth" if is_smooth else "gradient")
            heat = over_channels(found) if found.dim() == 3 else None
            words = say("Saliency: the brighter, the more the score of {name} depends on it", name=name)
            if is_smooth:
                words = say("{words}, as a mean over noisy copies", words=words)
        elif not is_spatial(look.outputs[wanted.place]):
            found = grad_cam(lens, look.x, wanted.place, score_of(number)).signed
            return Why(title, None, _units_that_count(wanted.place, name, found))
        else:
            cam = grad_cam(lens, look.x, wanted.place, score_of(number))
            heat = cam.over(tuple(look.x.shape[2:])) if look.x.dim() == 4 else None
            words = say("Grad-CAM of {name} at {place}: the brighter, the more it speaks for it", name=name,
                        place=wanted.place)
        if heat is None or heat.dim() != 2:
            return Why(title, None, message_text(words))
        covered = _covered(lens, look, experiment, heat, number, seed)
        return Why(title, heat.numpy(), ". ".join((message_text(words), covered)) + ".")
    except (LayerloomError, RuntimeError) as error:
        return Why(title, None, words_of(error))


def _units_that_count(place: str, name: str, found: Tensor) -> str:
    best = found.flatten().abs().sort(descending=True).indices[:5].tolist()
    best = [unit for unit in best if float(found.flatten()[unit])]
    if not best:
        return message_text(say("{place} has no places, and none of its units counts for {name}", place=place,
                                name=name))
    units = ", ".join(f"{unit} ({value_text(float(found.flatten()[unit]))})" for unit in best)
    return message_text(say("{place} has no places. Its units that count most for {name}: {units}", place=place,
                            name=name, units=units))


def _covered(lens: Lens, look: Look, experiment: Experiment, heat: Tensor, number: int, seed: int) -> str:
    """What becomes of the answer where the brightest part is covered."""
    if float(heat.max()) <= 0:
        return message_text(say("Nothing speaks for it"))
    least = heat.flatten().quantile(1 - BRIGHTEST)
    x = torch.where(heat > least, look.x.amin(), look.x)
    before, answer = look.answer, lens.look(x, seed=seed).answer
    if before is None or answer is None:
        return ""
    one, other = top(before, experiment, 1), top(answer, experiment, 1)
    if not one or not other:
        return message_text(say("With the brightest sixth covered {before} becomes {after}",
                                before=value_text(float(before[0].flatten()[number])),
                                after=value_text(float(answer[0].flatten()[number]))))
    values = {"before": one[0].name, "after": other[0].name, "p": measure_text(one[0].probability),
              "q": measure_text(other[0].probability)}
    if one[0].number == other[0].number:
        return message_text(say("With the brightest sixth covered the answer stays {before} ({p} → {q})", **values))
    return message_text(say("With the brightest sixth covered the answer turns to {after} ({q})", **values))
