"""The addresses of the people room."""

from __future__ import annotations

from django.urls import path

from people.views import circles, friends, hosting, mine, trust_desk

app_name = "people"

urlpatterns = [
    path("me", mine.me, name="me"),
    path("me/profile", mine.profile, name="profile"),
    path("me/profile/no-picture", mine.remove_picture, name="remove_picture"),
    path("me/privacy", mine.privacy, name="privacy"),
    path("me/circles", circles.mine, name="circles"),
    path("me/circles/new", circles.new, name="new_circle"),
    path("me/friends", friends.friends, name="friends"),
    path("me/code", friends.my_code, name="my_code"),
    path("me/code.svg", friends.my_code_file, name="my_code_file"),
    path("u/<public_id:public_id>", friends.page_of_person, name="person"),
    path("u/<public_id:public_id>/add", friends.invitation, name="invitation"),
    path("u/<public_id:public_id>/ask", friends.ask, name="ask"),
    path("u/<public_id:public_id>/accept", friends.accept, name="accept"),
    path("u/<public_id:public_id>/decline", friends.decline, name="decline"),
    path("u/<public_id:public_id>/withdraw", friends.withdraw, name="withdraw"),
    path("u/<public_id:public_id>/end", friends.end, name="end"),
    path("u/<public_id:public_id>/block", friends.block, name="block"),
    path("u/<public_id:public_id>/unblock", friends.unblock, name="unblock"),
    path("desk/trust", trust_desk.trust, name="trust_desk"),
    path("desk/trust/seeds/<int:pk>/<slug:act>", trust_desk.act_on_seed, name="trust_seed"),
    path("desk/trust/runs/<int:pk>/accept", trust_desk.accept_run, name="accept_trust_run"),
    path("desk/trust/bars", trust_desk.bars, name="trust_bars"),
    path("desk/trust/bars/<int:pk>/lift", trust_desk.lift_bar, name="lift_trust_bar"),
    path("c/<public_id:code>", circles.invitation, name="circle_invitation"),
    path("c/<public_id:code>/join", circles.join, name="join_circle"),
    path("circles/<public_id:public_id>", circles.circle, name="circle"),
    path("circles/<public_id:public_id>/ask", circles.ask, name="ask_circle"),
    path("circles/<public_id:public_id>/withdraw", circles.withdraw, name="withdraw_circle"),
    path("circles/<public_id:public_id>/leave", circles.leave, name="leave_circle"),
    path("circles/<public_id:public_id>/people", circles.people, name="circle_people"),
    path("circles/<public_id:public_id>/edit", hosting.edit, name="edit_circle"),
    path("circles/<public_id:public_id>/close", hosting.close, name="close_circle"),
    path("circles/<public_id:public_id>/link", hosting.renew_link, name="renew_circle_link"),
    path("circles/<public_id:public_id>/take", hosting.take, name="take_circle"),
    path("circles/<public_id:public_id>/refuse", hosting.refuse, name="refuse_circle"),
    *(
        path(
            f"circles/<public_id:public_id>/people/<public_id:who>/{act.__name__}",
            act,
            name=f"{act.__name__}_in_circle",
        )
        for act in (hosting.accept, hosting.decline, hosting.remove, hosting.offer)
    ),
]
