"""The worker's tasks."""

import boto3
from celery import shared_task
from django.conf import settings
from django.core.cache import cache

from reports.models import Report


@shared_task
def write(number):
    """Write a report to the bucket; it is safe to run this twice."""
    report = Report.objects.get(pk=number)
    report.file = f"{number}.txt"
    body = f"{report.title}\n".encode()
    boto3.client("s3").put_object(Bucket=settings.REPORTS_BUCKET, Key=report.file, Body=body)
    report.save(update_fields=["file"])


@shared_task
def count():
    """Count the written reports, for the summary; beat sends this task."""
    cache.set("written", Report.objects.exclude(file="").count(), timeout=None)
