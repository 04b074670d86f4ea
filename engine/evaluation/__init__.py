"""A network judged on a whole part of its data: confusion, calibration, numbers of each class, fits. Torch."""
