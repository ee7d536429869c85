"""What the worker does."""

import boto3
from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from reports.models import Report


@shared_task
def write(number):
    """Write a report into the bucket; once more does no harm."""
    report = Report.objects.get(pk=number)
    report.file = f"{number}.txt"
    body = f"{report.title}\n".encode()
    boto3.client("s3").put_object(Bucket=settings.REPORTS_BUCKET, Key=report.file, Body=body)
    report.save(update_fields=["file"])


@shared_task
def count():
    """Count the reports that are written, for the page that shows it; beat sends this."""
    cache.set("written", Report.objects.exclude(file="").count(), timeout=None)
