"""How gunicorn serves the project in its container."""

import os
import signal
import threading

wsgi_app = "django.core.wsgi:get_wsgi_application()"
raw_env = [
    "DJANGO_SETTINGS_MODULE=config.settings",
    "PGOPTIONS=-c statement_timeout=8s -c lock_timeout=3s",  # libpq reads it when it connects
]
bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# Longer than the load balancer's idle timeout (60 s), so that the load balancer closes connections and not gunicorn.
keepalive = 75
# Together with the delay below, it is less than the task's stop timeout (30 s).
graceful_timeout = 10
forwarded_allow_ips = "*"  # only the load balancer can connect to the port
# The root filesystem is read-only, except /tmp.
worker_tmp_dir = "/tmp"
control_socket_disable = True
accesslog = "-"
SHUTDOWN_DELAY = float(os.environ.get("SHUTDOWN_DELAY", "15"))


def when_ready(server):
    """On SIGTERM, keep serving for a while before the port closes.

    ECS sends it at about the time at which it deregisters the task, and the load balancer still sends requests for a few
    seconds.
    """
    stop = signal.getsignal(signal.SIGTERM)

    def stop_later(number, frame):
        signal.signal(signal.SIGTERM, stop)  # a second SIGTERM stops at once
        timer = threading.Timer(SHUTDOWN_DELAY, os.kill, (os.getpid(), signal.SIGTERM))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, stop_later)
