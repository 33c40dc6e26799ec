"""Fill an empty house with the demo's street."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from devstack.demo import cast
from devstack.demo.seed import brands, circles, history, opening, present, speaking, wishes
from devstack.demo.seed.world import World
from kit import clock
from people.models import Person


class Command(BaseCommand):
    help = "Seed the demo: people, shops, products and ninety days of their lives."

    def handle(self, *args: Any, **options: Any) -> None:
        if Person.objects.filter(email=cast.address_of("desk")).exists():
            self.stdout.write("  the street is already there")
            return
        self.began = time.monotonic()
        today = datetime.fromtimestamp(time.time(), UTC)
        world = World(present=today)
        clock.move_to(world.ago(days=92))
        try:
            self._play(world)
        finally:
            clock.move_to(datetime.fromtimestamp(time.time(), UTC))

    def _play(self, world: World) -> None:
        self._step("people arrive", opening.people_arrive, world)
        self._step("friends are made", opening.friends_are_made, world)
        self._step("shops open", opening.shops_open, world)
        self._step("followers come", opening.followers_come, world)
        self._tell("shelves are filled")
        opening.shelves_are_filled(world, tell=self._tell)
        self._tell("ninety days pass")
        history.live_through(world, tell=self._tell)
        clock.move_to(world.present)
        self._step("the desk fills up", present.desk_fills_up, world)
        self._step("words are answered", speaking.words_are_answered, world)
        self._step("life goes on", present.life_goes_on, world)
        self._step("something is given away", present.something_is_given_away, world)
        self._step("circles are opened", circles.circles_are_opened, world)
        self._step("scenes open and wishes are made", wishes.scenes_and_wishes, world)
        self._step("brands are registered", brands.brands_are_registered, world)
        self._tell("done")

    def _step(self, what: str, step: Callable[[World], None], world: World) -> None:
        self._tell(what)
        step(world)

    def _tell(self, what: str) -> None:
        self.stdout.write(f"  {time.monotonic() - self.began:5.1f} s  {what}")
        self.stdout.flush()
