"""GET /health and GET /ready, answered before anything checks the Host header, which is a task's address."""

from django.db import Error, connection
from django.http import JsonResponse


def health(get_response):
    """The middleware; it must be the first in MIDDLEWARE."""

    def middleware(request):
        if request.path == "/health":
            return JsonResponse({"status": "ok"})
        if request.path == "/ready":
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except Error as error:
                return JsonResponse({"status": type(error).__name__}, status=503)
            return JsonResponse({"status": "ok"})
        return get_response(request)

    return middleware
