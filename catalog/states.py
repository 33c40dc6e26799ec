"""How listings, brands and certificates move: one may become <key> only from <values>."""

from __future__ import annotations

from catalog.models import Brand, Certificate, Product
from kit.states import Moves

S = Product.State

MAY_BECOME: Moves = {
    S.HELD: frozenset({S.DRAFT, S.RETURNED, S.UNLISTED, S.LIVE}),
    S.LIVE: frozenset({S.DRAFT, S.RETURNED, S.UNLISTED, S.HELD}),
    S.RETURNED: frozenset({S.HELD}),
    S.UNLISTED: frozenset({S.LIVE, S.HELD}),
}

B = Brand.State

# A refused brand may be sent in again; what is verified stays as it is until it is closed.
BRAND_MAY_BECOME: Moves = {
    B.WAITING: frozenset({B.WAITING, B.REFUSED}),
    B.VERIFIED: frozenset({B.WAITING}),
    B.REFUSED: frozenset({B.WAITING}),
    B.CLOSED: frozenset({B.WAITING, B.VERIFIED, B.REFUSED}),
}

# Over is over: who is authorised again gets a new certificate.
CERTIFICATE_MAY_BECOME: Moves = {
    Certificate.State.ENDED: frozenset({Certificate.State.ISSUED}),
    Certificate.State.REVOKED: frozenset({Certificate.State.ISSUED}),
}
