"""The project; importing it sets up Celery, so that the web process can send tasks."""

from shop.celery import app as celery_app

__all__ = ["celery_app"]
