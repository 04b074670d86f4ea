"""An activation function as it is shown: its curve, its slope, and where the layer's own values lie."""

from __future__ import annotations

from collections.abc import Sequence

from app.insight.wanted import LayerSeen, Wanted
from engine.inspect.lens import Lens, Look
from engine.inspect.why.activation import CUTTING, FLAT, activation
from engine.messages import LayerloomError, say
from engine.units import share_text
from widgets.inside.curve import Curve
from widgets.look.text import message_text


def with_curve(seen: LayerSeen, lens: Lens, look: Look, wanted: Wanted) -> LayerSeen:
    """The same with its function, where it is one that can be drawn."""
    try:
        found = activation(lens, wanted.place, look, wanted.unit[0] if wanted.unit else 0)
    except LayerloomError:
        return seen
    title = lens.modules[wanted.place].__class__.__name__
    words = []
    if found.saturated is not None:
        words.append(say("{share} of what comes in lies where the slope is next to nothing",
                         share=share_text(found.saturated)))
    if found.negative is not None:
        words.append(say("{share} of what comes in is cut off to 0", share=share_text(found.negative)))
    if found.dead and found.channels > 1:
        words.append(say("{count} of {all} channels are 0 everywhere", count=len(found.dead), all=found.channels))
    x, y, slope = (each.tolist() for each in (found.curve.x, found.curve.y, found.curve.slope))
    flat = _flat(x, slope) if found.saturated is not None or isinstance(lens.modules[wanted.place], CUTTING) else ()
    return seen._replace(curve=Curve(title, x, y, slope, flat), curve_counts=found.inputs.counts,
                         curve_edges=found.inputs.edges, curve_words=". ".join(map(message_text, words)))


def _flat(x: Sequence[float], slope: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Spans where the slope is next to nothing."""
    least = FLAT * max(map(abs, slope), default=0.0)
    spans = list[tuple[float, float]]()
    begin = None
    for at, each in zip(x, slope, strict=True):
        if abs(each) < least and begin is None:
            begin = at
        elif abs(each) >= least and begin is not None:
            spans.append((begin, at))
            begin = None
    return (*spans, (begin, x[-1])) if begin is not None else tuple(spans)
