"""Time travel: a run's curves with a handle at the moment whose weights are looked at, and how far they have gone."""
