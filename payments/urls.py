"""The addresses of the wallet, and of the house's desk for money."""

from __future__ import annotations

from django.urls import path

from payments.views import desk, desk_books, desk_holds, desk_payouts, destination, wallet

app_name = "payments"

urlpatterns = [
    path("me/wallet", wallet.show, name="wallet"),
    path("me/wallet/withdraw", wallet.withdraw, name="withdraw"),
    path("me/wallet/withdrawals.csv", wallet.as_table, name="download"),
    path("me/wallet/destination", destination.destination, name="destination"),
    path("me/wallet/<public_id:reference>/call-off", wallet.call_off, name="call_off"),
    path("me/wallet/<public_id:reference>/confirm", wallet.confirm, name="confirm"),
    path("desk/money", desk.overview, name="desk"),
    path("desk/money/runs/now", desk.run_now, name="run_now"),
    path("desk/money/runs/<int:pk>/approve", desk.approve_run, name="approve_run"),
    path("desk/money/rails/<slug:rail>/pause", desk.pause, name="pause_rail"),
    path("desk/money/rails/<slug:rail>/resume", desk.resume, name="resume_rail"),
    path("desk/payouts", desk_payouts.listing, name="desk_payouts"),
    path("desk/payouts/<public_id:reference>", desk_payouts.story, name="desk_payout"),
    path("desk/payouts/<public_id:reference>/approve", desk_payouts.approve, name="approve"),
    path("desk/payouts/<public_id:reference>/cancel", desk_payouts.cancel, name="cancel"),
    path("desk/payouts/<public_id:reference>/decide", desk_payouts.decide, name="decide"),
    path("desk/money/holds", desk_holds.listing, name="desk_holds"),
    path("desk/money/holds/<int:pk>/lift", desk_holds.lift, name="lift_hold"),
    path("desk/money/files", desk_books.files, name="desk_files"),
    path("desk/money/files/<public_id:reference>.csv", desk_books.download, name="file"),
    path("desk/money/statements", desk_books.statements, name="desk_statements"),
    path("desk/money/differences/<int:pk>", desk_books.difference, name="difference"),
    path("desk/money/write-offs", desk_books.write_offs, name="desk_write_offs"),
    path(
        "desk/money/write-offs/<int:pk>/decide",
        desk_books.decide_write_off,
        name="decide_write_off",
    ),
]
