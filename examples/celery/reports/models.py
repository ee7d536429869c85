"""The tables of the database."""

from django.db import models


class Report(models.Model):
    """A requested report; `file` is its key in the bucket once it is written."""

    title = models.CharField(max_length=100)
    file = models.CharField(max_length=100, blank=True)
