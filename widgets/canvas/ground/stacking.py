"""What lies above what on the canvas: z values."""

from __future__ import annotations

FRAME_LAYER, PASSING_LAYER, WIRE_LAYER, CARD_LAYER, LINK_LAYER, BUTTON_LAYER = -2.0, -1.0, 0.0, 1.0, 1.5, 2.0
HELD_LAYER, TOP_LAYER = 10.0, 20.0  # a wire that is drawn; boxes and lines that show what is being done
