"""Time travel: the weights of a run's moments, kept exactly and small while it goes on, and read back."""
