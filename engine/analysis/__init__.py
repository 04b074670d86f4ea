"""What flows through a network and what it costs, by the layers' own arithmetic."""
