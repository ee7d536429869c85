"""The project's settings, from the variables that blogstack sets in the containers."""

import os

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TIME_ZONE = "UTC"
USE_TZ = True

ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["reports"]
MIDDLEWARE = [
    "shop.health.health",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["DATABASE_HOST"],
        "PORT": os.environ["DATABASE_PORT"],
        "NAME": os.environ["DATABASE_NAME"],
        "USER": os.environ["DATABASE_USER"],
        "PASSWORD": os.environ["DATABASE_PASSWORD"],
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"sslmode": os.environ["DATABASE_SSLMODE"], "connect_timeout": 3},
    }
}

# One Valkey for Django's cache and for Celery's messages; the URL is rediss://, so both use TLS. Celery checks the
# certificate only when asked to.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": os.environ["CACHE_URL"]}}
CELERY_BROKER_URL = os.environ["CACHE_URL"] + "?ssl_cert_reqs=required"
# A task that is interrupted, for example by a deployment, runs again: tasks must be repeatable.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE = {
    "count reports": {"task": "reports.tasks.count", "schedule": float(os.environ.get("COUNT_SECONDS", "300"))}
}

REPORTS_BUCKET = os.environ["REPORTS_BUCKET"]
