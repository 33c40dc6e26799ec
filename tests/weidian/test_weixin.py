"""Who comes from Weixin proves an address first, and is one person from then on."""

from datetime import timedelta

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage

from kit import clock
from people.models import Person
from tests.weidian.entrance import LOGIN, sign_in, who
from weidian.signing_in import codes
from weidian.signing_in.adapters import SocialAdapter

pytestmark = pytest.mark.usefixtures("english")


def weixin_login() -> SocialLogin:
    return SocialLogin(user=Person(), account=SocialAccount(provider="weixin", uid="openid-1"))


def test_who_comes_from_weixin_first_proves_an_address(rf, client, linwei):
    request = rf.get("/accounts/weixin/login/callback/")
    request.user, request.session = AnonymousUser(), client.session
    request._messages = FallbackStorage(request)

    with pytest.raises(ImmediateHttpResponse) as led:
        SocialAdapter().pre_social_login(request, weixin_login())

    assert led.value.response["Location"] == LOGIN
    assert codes.WEIXIN_KEY in request.session
    assert Person.objects.get() == linwei
    assert not SocialAccount.objects.exists()


def kept_from_weixin(client, *, ago: timedelta) -> None:
    session = client.session
    kept_at = (clock.now() - ago).timestamp()
    session[codes.WEIXIN_KEY] = ["weixin", "openid-1", {"nickname": "小薇"}, kept_at]
    session.save()
    client.cookies["session"] = session.session_key


def test_the_proven_address_and_weixin_are_one_account(client, linwei):
    kept_from_weixin(client, ago=timedelta(minutes=9))

    sign_in(client, linwei.email)

    assert SocialAccount.objects.get(uid="openid-1").user == linwei
    assert Person.objects.count() == 1
    assert codes.WEIXIN_KEY not in client.session


def test_who_sits_down_later_is_not_joined_to_a_strangers_weixin(client, linwei):
    kept_from_weixin(client, ago=timedelta(minutes=10))

    sign_in(client, linwei.email)

    assert who(client) == linwei
    assert not SocialAccount.objects.exists()
    assert codes.WEIXIN_KEY not in client.session
