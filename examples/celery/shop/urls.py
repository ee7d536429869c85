"""The project's addresses."""

from django.urls import path
from reports import views

urlpatterns = [
    path("reports", views.create),
    path("reports/<int:number>", views.show),
    path("summary", views.summary),
]
