"""GET /health and GET /ready, answered before anything checks the Host header."""

from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from threading import Lock

from django.db import connection
from django.http import JsonResponse

READY_SECONDS = 1
_thread = ThreadPoolExecutor(max_workers=1)
_lock = Lock()
_probe: Future | None = None


def _ask():
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _problem():
    """The class of the error that keeps the database from answering, or None."""
    global _probe
    with _lock:  # concurrent requests share one probe, and a probe that hangs is not repeated
        if _probe is None or _probe.done():
            _probe = _thread.submit(_ask)
        probe = _probe
    try:
        probe.result(timeout=READY_SECONDS)
    except TimeoutError:
        return "TimeoutError"
    except Exception as error:
        return type(error).__name__
    return None


def health(get_response):
    """The middleware; it must be the first in MIDDLEWARE."""

    def middleware(request):
        if request.path == "/health":
            return JsonResponse({"status": "ok"})
        if request.path == "/ready":
            problem = _problem()
            return JsonResponse({"status": problem or "ok"}, status=503 if problem else 200)
        return get_response(request)

    return middleware
