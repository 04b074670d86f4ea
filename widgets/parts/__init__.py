"""Small widgets that all others are made of."""
