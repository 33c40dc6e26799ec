"""What ``check --deploy`` says beyond Django's own checks."""

from django.db import connection

from weidian.checks import text_messages_reach_phones


def found(settings, *, carrier: str, folder: object) -> list[str | None]:
    settings.SMS_CARRIER, settings.MAIL_DIR = carrier, folder
    return [one.id for one in text_messages_reach_phones()]


def test_a_carrier_that_reaches_nobody_is_refused_where_mail_leaves_the_house(settings, tmp_path):
    nobodys = "notifications.senders.sms.by_mail"

    assert found(settings, carrier=nobodys, folder=None) == ["weidian.E001"]
    assert found(settings, carrier=nobodys, folder=tmp_path) == []
    assert found(settings, carrier="acme.sms.send", folder=None) == []


def test_a_database_server_gone_without_a_word_holds_nobody_for_long(db):
    connection.ensure_connection()

    assert connection.connection.get_dsn_parameters()["connect_timeout"] == "3"
