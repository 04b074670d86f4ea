"""What a recipe chooses between: a table each, a row a choice. No torch."""
