"""Code on the screen: read and edited."""
