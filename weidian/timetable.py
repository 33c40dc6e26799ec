"""Every timed job in one table.

All of them are sweeps that ask the database what is due, so a missed, doubled or late
beat changes nothing, and a moved clock is seen at the next beat. ``expires`` keeps a
queue from filling with stale beats while workers are away.
"""

from __future__ import annotations

from typing import Any

SECONDS_BETWEEN = {
    "referrals.drain_clicks": 2,
    "referrals.sweep_click_spool": 10,
    "notifications.send_letters": 5,
    "orders.refresh_open_payments": 15,
    "orders.close_unpaid_orders": 15,
    "orders.complete_overdue_orders": 15,
    "orders.settle_refunds": 10,
    "orders.mind_circle_orders": 15,
    "referrals.release_due_commissions": 15,
    "referrals.destroy_old_salts": 3600,
    "referrals.look_at_channels": 900,
    "referrals.forget_old_doorsteps": 3600,
    # Far more often than paydays, and than anybody earns enough to ask for between two looks.
    "referrals.look_before_payouts": 300,
    "referrals.keep_click_partitions": 600,
    "referrals.count_visitors": 300,
    "referrals.forget_old_touches": 3600,
    "referrals.forget_drawn_pictures": 3600,
    "payments.send_payouts": 5,
    "payments.look_up_unknown_payouts": 10,
    "payments.run_payday": 15,
    "payments.act_on_events": 10,
    "payments.reconcile": 900,
    "api.act_on_events": 10,
    "catalog.make_missing_renditions": 20,
    "catalog.mind_certificates": 60,
    "catalog.count_due_items": 10,
    "discovery.look_at_wishes": 60,
    "discovery.write_directory": 20,
    "insights.roll_up_days": 60,
    "ledger.seal_days": 60,
    "ledger.follow_floors": 3600,
    "people.work_out_trust": 600,
    "weidian.forget_old_counts": 3600,
}

# These move money: a queue of their own, so that pictures and letters never stand before them.
MONEY_TASKS = (
    "orders.refresh_open_payments",
    "orders.close_unpaid_orders",
    "orders.complete_overdue_orders",
    "orders.settle_refund",
    "orders.settle_refunds",
    "referrals.release_due_commissions",
    "payments.send_payouts",
    "payments.look_up_unknown_payouts",
    "payments.run_payday",
    "payments.act_on_events",
    "payments.reconcile",
    "api.act_on_events",
)

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in SECONDS_BETWEEN.items()
}
