"""The canvas: cards, wires and the gestures on them."""
