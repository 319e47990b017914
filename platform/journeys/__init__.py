"""Whole days through the public surface: a real stack, real browsers, and an audit at the end."""
