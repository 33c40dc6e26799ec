"""The addresses of signing in: ours where they differ, then allauth's."""

from __future__ import annotations

from django.urls import include, path, re_path

from weidian.signing_in import proving, views

urlpatterns = [
    path("accounts/signup/", views.SignUpView.as_view(), name="account_signup"),
    path("accounts/login/code/", views.to_sign_in, name="account_request_login_code"),
    path(
        "accounts/login/code/confirm/",
        views.ConfirmView.as_view(),
        name="account_confirm_login_code",
    ),
    path("accounts/prove/", proving.prove, name="prove"),
    path("accounts/logout/", views.SignOutView.as_view(), name="account_logout"),
    path("accounts/2fa/first/", views.second_factor, name="second_factor"),
    path("accounts/2fa/webauthn/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    re_path(r"^accounts/password/", views.no_passwords),
    path("accounts/", include("allauth.urls")),
]
