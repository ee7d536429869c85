"""The views of the web process."""

from functools import partial

import boto3
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from reports.models import Report
from reports.tasks import write


@require_POST
def create(request):
    """Request a report; the task is sent to the worker once the row is committed."""
    with transaction.atomic():
        report = Report.objects.create(title=request.POST["title"])
        transaction.on_commit(partial(write.delay, report.pk))
    return JsonResponse({"number": report.pk}, status=202)


@require_GET
def show(request, number):
    """The report, or 202 until it is written."""
    report = get_object_or_404(Report, pk=number)
    if not report.file:
        return JsonResponse({"number": number}, status=202)
    file = boto3.client("s3").get_object(Bucket=settings.REPORTS_BUCKET, Key=report.file)
    return HttpResponse(file["Body"].read(), content_type="text/plain")


@require_GET
def summary(request):
    """How many reports were written at beat's last count."""
    return JsonResponse({"written": cache.get("written")})
