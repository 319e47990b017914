"""Composition root. Loads the Celery app so that every role shares one."""

from invigil.celery import app as celery_app

__all__ = ["celery_app"]
