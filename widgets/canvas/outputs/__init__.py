"""What each layer gives, drawn beside its card."""
