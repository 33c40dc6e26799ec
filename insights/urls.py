"""Addresses of the insights room."""

from django.urls import path

from insights import views

app_name = "insights"
urlpatterns = [
    path("shop/", views.home, name="home"),
    path("shop/figures", views.figures_page, name="figures"),
    path("shop/figures.csv", views.figures_file, name="figures_file"),
]
