"""Signing in: how allauth's flows meet the rooms."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms


class AccountAdapter(DefaultAccountAdapter):
    pass


class SocialAdapter(DefaultSocialAccountAdapter):
    pass


class SignupForm(forms.Form):
    def signup(self, request, user) -> None:
        pass
