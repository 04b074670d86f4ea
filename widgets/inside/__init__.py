"""The layer in hand: its maps, kernels and gradients, its arithmetic step by step, and why it says what it says."""
