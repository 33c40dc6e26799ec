"""Passkeys for tests: a device that has one, and a session that has shown one."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client
from playwright.sync_api import Page

from people.models import Person

# A phone that unlocks at once: what Chromium plays for a page that asks for a passkey.
PHONE_THAT_UNLOCKS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def sign_in_twice(client: Client, person: Person) -> None:
    """Sign somebody in as their code and their passkey do, one after the other."""
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person, method="mfa", type="webauthn")
    request.session.save()


def give_passkeys(page: Page) -> None:
    """Let a page's device make and show passkeys."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_THAT_UNLOCKS})
