"""What `run.py` does.

Standard library only, because it runs before any package is installed; but for `up`, `suite` and
`tables`, which `cli` imports when the packages are there.
"""
