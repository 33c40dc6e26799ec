"""The sandbox payment provider: stands for the outside world's money, in a process of its own.

``python -m devstack.provider --port N --data DIR --secret S --webhook-url URL``

It knows nothing of the rooms and shares no database with them: what it was told, it keeps in a
journal file of its own. Every request but those of the hosted page bears ``Authorization: Bearer
SECRET``; bodies are JSON; what is refused answers ``{"error": {"code", "message", "field"}}``.

==========================================  ====================================================
POST /v1/charges                            with ``Idempotency-Key``; ``payer`` is optional: one
                                            payer's charges bear one ``instrument`` once paid
GET  /v1/charges/<id>, ?reference=          status open, paid or closed (``reason``: declined,
                                            asked)
POST /v1/charges/<id>/close                 409 once paid
POST /v1/charges/<id>/pay                   pay without the page, for seeds and tests
GET, POST /pay/<id>                         the hosted page: Pay, or Decline, which closes
POST /v1/refunds                            one per reference; together at most what was paid
GET  /v1/refunds/<id>, ?reference=          status pending, then settled or returned
POST /v1/refunds/<id>/return                a refund that was paid comes back after all
POST /v1/payouts                            one per reference; ``Sandbox-Script: on`` plays the
                                            failures of ``payouts.Script``
GET  /v1/payouts/<id>, ?reference=          status pending, settled, returned or rejected
POST /v1/payouts/<id>/return                a payout that arrived comes back after all
GET  /v1/statement?day=YYYY-MM-DD           what moved that day (UTC)
GET  /v1/events, ?reference=                every event, with the body and headers of its webhook
PUT  /v1/webhook                            ``{"url"}``: where later events are sent; null: nowhere
GET  /healthz                               it is up
==========================================  ====================================================
"""
