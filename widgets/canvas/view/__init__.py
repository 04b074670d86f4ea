"""What is shown and what of it is looked at."""
