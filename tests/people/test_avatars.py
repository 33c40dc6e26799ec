"""Faces: of two new ones at once one stays, and no file of the other."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from people.avatars import remove_avatar, set_avatar
from people.models import Person
from tests.races import all_at_once


def face() -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 300), "#c8361a").save(file, "PNG")
    return file.getvalue()


def stems() -> set[str]:
    _folders, files = default_storage.listdir("people")
    return {name.rsplit("-", 1)[0] for name in files}


@pytest.mark.django_db(transaction=True)
def test_of_five_faces_set_at_once_only_the_last_ones_files_stay(linwei):
    def choose() -> str:
        return set_avatar(person=Person.objects.get(pk=linwei.pk), data=face())

    chosen = all_at_once(choose, times=5)

    linwei.refresh_from_db()
    assert linwei.avatar in chosen
    assert stems() == {linwei.avatar}


@pytest.mark.django_db(transaction=True)
def test_a_face_set_in_another_window_goes_too(linwei):
    stale = Person.objects.get(pk=linwei.pk)
    set_avatar(person=linwei, data=face())

    remove_avatar(person=stale)

    linwei.refresh_from_db()
    assert (linwei.avatar, stems()) == ("", set())
