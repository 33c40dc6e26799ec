"""What people ask each other, and the directory by which shops and circles are found."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from catalog.models import Product
from kit import clock
from kit.public_ids import public_id
from people.models import Circle, Person
from people.trust import blocked_ids, friend_ids
from shops.models import Shop


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions, by whom they were put to."""

    def seen_by(self, viewer: Person) -> QuestionQuerySet:
        """Questions a person may read: their own, their friends', and those of their circles.

        Of people blocked, either way, and of closed accounts there are none.
        """
        circles = Circle.objects.joined_by(viewer.pk).values("pk")
        to_friends = Q(circle__isnull=True, asker_id__in=friend_ids(viewer.pk))
        seen = Q(asker=viewer) | to_friends | Q(circle_id__in=circles)
        return self.filter(seen, asker__is_active=True).exclude(asker_id__in=blocked_ids(viewer.pk))


class Question(models.Model):
    """Somebody looked for something, found nothing, and asked: a circle, or else their friends."""

    public_id = models.CharField(max_length=10, unique=True, default=public_id, editable=False)
    asker = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="questions")
    circle = models.ForeignKey(
        Circle, on_delete=models.CASCADE, related_name="questions", null=True, blank=True
    )
    words = models.CharField(max_length=80)
    asked_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="a_question_says_something"),
            models.UniqueConstraint(
                fields=["asker", "words", "circle"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="an_open_question_is_asked_once",
            ),
        ]
        indexes = [models.Index(fields=["circle", "-asked_at"], name="questions_of_a_circle")]

    def __str__(self) -> str:
        return self.words


class Answer(models.Model):
    """What somebody answered, in words, with a product, or both; the last wording counts."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers")
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="answers", null=True, blank=True
    )
    words = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(words="") | Q(product__isnull=False), name="an_answer_says_something"
            ),
            models.UniqueConstraint(
                fields=["question", "person"], name="one_answer_a_person_a_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on question {self.question_id}"


class Entry(models.Model):
    """One line of the house's directory: a shop or a circle by its name, cut for searching.

    Written by a sweep whenever a name differs; whether it may be shown is asked of the shop
    or circle itself each time.
    """

    shop = models.OneToOneField(
        Shop, on_delete=models.CASCADE, related_name="entry", null=True, blank=True
    )
    circle = models.OneToOneField(
        Circle, on_delete=models.CASCADE, related_name="entry", null=True, blank=True
    )
    name = models.CharField(max_length=40)
    search = SearchVectorField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shop__isnull=True) ^ Q(circle__isnull=True),
                name="an_entry_is_of_one_thing",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="entries_by_word")]

    def __str__(self) -> str:
        return self.name
