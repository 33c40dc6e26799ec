"""What the nightly run found out about whom to trust, and from whom it starts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kit import clock
from people.models.person import Person


class TrustRun(models.Model):
    """One attempt to work out everybody's weight, with what it saw.

    ``counts`` says whether weights count from here on: with too few seeds they do not, and
    everybody counts as 1. A run that found something unlikely is *kept back*, with why; the
    one published before it goes on to hold. ``accepted_by`` let the next run pass for all that.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PUBLISHED = "published", _("published")
        KEPT_BACK = "kept_back", _("kept back")

    class Reason(models.TextChoices):
        CRASHED = "crashed", _("it broke off")
        NO_SEEDS = "no_seeds", _("there is nobody to start from")
        FEW_SEEDS = "few_seeds", _("there are too few people to start from, all at once")
        NOT_A_NUMBER = "not_a_number", _("it came to no number")
        UNREACHED = "unreached", _("the walk reached less than half of the people")
        MEDIAN_MOVED = "median_moved", _("the middle moved too far")
        MANY_CROSSED = "many_crossed", _("too many people rose or fell across the line at once")

    state = models.CharField(max_length=9, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True)
    engine = models.CharField(max_length=5, blank=True)
    parameters = models.JSONField(default=dict)
    seed_hash = models.CharField(max_length=64, blank=True)
    counts = models.BooleanField(default=False)
    people = models.IntegerField(default=0)
    edges = models.IntegerField(default=0)
    seeds = models.IntegerField(default=0)
    steps = models.IntegerField(default=0)
    median = models.FloatField(null=True)
    crossed_bp = models.IntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="kept_back", reason__gt="")
                | ~Q(state="kept_back") & Q(reason=""),
                name="a_run_kept_back_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(finished_at__isnull=False),
                name="a_published_run_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.state}"


class AccountTrust(models.Model):
    """What the word of one person weighs, since the run that last changed it.

    ``g`` is how well the walk from the seeds reaches them, ``e`` what their friends bear
    out, ``t`` both together; all from 0 to 1, and never shown. Whoever has no row weighs
    what ``people.trust_score.missing_weight()`` says, which is not always the same.
    """

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    g = models.FloatField()
    e = models.FloatField()
    t = models.FloatField()
    run = models.ForeignKey(TrustRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            # A NaN is greater than every number: the bounds refuse it too.
            models.CheckConstraint(
                condition=Q(g__range=(0, 1), e__range=(0, 1), t__range=(0, 1)),
                name="a_weight_is_from_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in run {self.run_id}"


class TrustSeed(models.Model):
    """Somebody the walk starts from: proposed by one of the staff, approved by another.

    To take one away needs two people as well. Never published, or the seeds would be wooed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        SEED = "seed", _("starts the walk")
        LEAVING = "leaving", _("to be taken away")
        GONE = "gone", _("taken away")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    leave_asked_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+"
    )
    gone_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=~Q(state="gone"), name="a_seed_only_once"
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by")), name="a_seed_needs_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "gone"]) | Q(approved_by__isnull=False),
                name="a_seed_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(gone_by=F("leave_asked_by")), name="a_seed_leaves_by_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("proposed_by")) & ~Q(person=F("approved_by")),
                name="nobody_makes_themselves_a_seed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"


class TrustBar(models.Model):
    """A moderator upheld that somebody abuses trust: until lifted, their word weighs nothing.

    Reports alone weigh nothing either way; only this does.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    lifted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(lifted_at=None), name="barred_only_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_bar_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.at:%Y-%m-%d}"
