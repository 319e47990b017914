"""THE page: event → handlers, topic → handler, port → adapter. Nothing else binds anything."""


def bind() -> None:
    """Bind everything; called once per process after the apps are loaded."""
