"""Words on cards: as many as cards usually say, in any font; the tooltip has what does not fit."""

from __future__ import annotations

import pytest

from widgets.canvas.cards.sizes import CARD_HEIGHT, CARD_WIDTH
from widgets.canvas.ground.fonts import Fonts

pytestmark = pytest.mark.usefixtures("font")


def test_a_card_has_room_for_what_layers_usually_say(qapp):
    fonts = Fonts.get()
    assert fonts.detail_size.horizontalAdvance("Conv 2d · 6 · 5×5 · pad 2") <= CARD_WIDTH - 28
    assert fonts.name_size.horizontalAdvance("residual_12") + fonts.count_size.horizontalAdvance("1 234 567") < 190
    assert fonts.pill_size.horizontalAdvance("64×112×112") < 80
    for size, line in ((fonts.name_size, 19.5), (fonts.detail_size, 36.5)):
        assert size.ascent() < line and line + size.descent() < CARD_HEIGHT
    assert 19.5 + fonts.name_size.descent() <= 36.5 - fonts.detail_size.ascent() + 2  # the lines keep apart


def test_what_a_card_shortens_is_its_tooltip(desk):
    long = "a_name_that_no_card_has_room_for_at_all"
    desk.take("rename", desk.graph.renamed("conv1", long), "")
    assert desk.scene.cards[long].toolTip() == long
    assert desk.scene.cards["input"].toolTip() == ""
