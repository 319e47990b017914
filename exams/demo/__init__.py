"""The demo exam and a finished sitting of it, made through the ordinary services."""
