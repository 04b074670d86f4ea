"""Step by step: the real arithmetic of one number of a layer's output, forward and backward, as plain values."""
