"""What is wrong or unwise in an experiment, in words, and what mends it."""
