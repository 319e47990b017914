"""What `run.py` does. Standard library only: it runs before any package is installed."""
