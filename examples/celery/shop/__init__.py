"""The project; Celery is set up with it, so that the web process can send tasks."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
