"""A contract fake of Alipay's transfer and its query, with certificates made for the run.

It refuses a request whose signature, certificates or shape are not as Alipay's documents say,
and signs its answers as Alipay does. It proves what we send, not what Alipay does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kit import clock
from tests.payments.rails.fake_http import Answered, Asked, Dropped, served

APP = "2021000000000001"
TRANSFER, QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"
PRODUCT = {"product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}

Row = dict[str, Any]


class FakeAlipay:
    """Alipay's side: orders by our number, a balance, and what goes wrong next."""

    def __init__(self, folder: Path) -> None:
        self.app_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.folder = folder
        (folder / "app.pem").write_bytes(
            self.app_key.private_bytes(
                Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
            )
        )
        self.app_serial = self._certificate("app.crt", self.app_key, root_key)
        self._certificate("alipay.crt", self.own_key, root_key)
        self.root_serial = self._certificate("root.crt", root_key, root_key)
        self.calm()

    def calm(self) -> None:
        self.orders: dict[str, Row] = {}
        self.sent: list[Row] = []
        self.faults: list[str] = []
        self.look_ups: list[str] = []
        self.balance_minor = 10**9
        self.signs_well = True

    def point_here(self, settings: Any, url: str) -> None:
        settings.ALIPAY_URL = f"{url}/gateway.do"
        settings.ALIPAY_APP_ID = APP
        settings.ALIPAY_KEY_FILE = str(self.folder / "app.pem")
        settings.ALIPAY_APP_CERTIFICATE_FILE = str(self.folder / "app.crt")
        settings.ALIPAY_CERTIFICATE_FILE = str(self.folder / "alipay.crt")
        settings.ALIPAY_ROOT_CERTIFICATE_FILE = str(self.folder / "root.crt")

    def money_moved(self) -> dict[str, int]:
        done = [order for order in self.orders.values() if order["status"] == "SUCCESS"]
        return {order["out_biz_no"]: -_fen(order["trans_amount"]) for order in done}

    def answer(self, asked: Asked) -> Answered:
        parts = urlsplit(asked.target)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        problem = self._problem(given)
        if parts.path != "/gateway.do" or problem:
            words = {"code": "40002", "msg": "Invalid", "sub_code": f"isv.{problem}"}
            return Answered(200, json.dumps({"error_response": words}))
        words = json.loads(given["biz_content"])
        act = {TRANSFER: self._transfer, QUERY: self._query}[given["method"]]
        return self._say(given["method"], act(words))

    def _transfer(self, words: Row) -> Row:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop_before":
            raise Dropped
        if fault == "20000":
            return {"code": "20000", "msg": "Service Currently Unavailable"}
        if fault.isupper() and fault != "DEALING":
            return _no(fault)
        row = self._ordered(words, status="DEALING" if fault == "DEALING" else "SUCCESS")
        if fault == "drop_after":
            raise Dropped
        return _no("SYSTEM_ERROR") if fault == "system_error_after" else row

    def _ordered(self, words: Row, *, status: str) -> Row:
        self.sent.append(words)
        problem = _wrong_in(words)
        if problem:
            return _no("INVALID_PARAMETER", problem)
        minor = _fen(words["trans_amount"])
        if words["out_biz_no"] not in self.orders:
            if self.balance_minor < minor:
                return _no("PAYER_BALANCE_NOT_ENOUGH")
            self.balance_minor -= minor
            self.orders[words["out_biz_no"]] = {
                "out_biz_no": words["out_biz_no"],
                "order_id": f"20261122110070000006{len(self.orders):012d}",
                "status": status,
                "trans_amount": words["trans_amount"],
            }
        order = self.orders[words["out_biz_no"]]
        told = {name: order[name] for name in ("out_biz_no", "order_id", "status")}
        return {"code": "10000", "msg": "Success", **told, "trans_date": "2026-11-22 12:00:00"}

    def _query(self, words: Row) -> Row:
        fault = self.look_ups.pop(0) if self.look_ups else ""
        if fault == "drop":
            raise Dropped
        if fault:
            return {"code": fault, "msg": "sorry"}
        if any(words.get(name) != value for name, value in PRODUCT.items()):
            return _no("INVALID_PARAMETER")
        order = self.orders.get(words["out_biz_no"])
        return {"code": "10000", "msg": "Success", **order} if order else _no("ORDER_NOT_EXIST")

    def _problem(self, given: Row) -> str:
        words = "&".join(f"{name}={given[name]}" for name in sorted(given) if name != "sign")
        try:
            self.app_key.public_key().verify(
                base64.b64decode(given.get("sign", "")),
                words.encode(),
                padding.PKCS1v15(),
                SHA256(),
            )
        except InvalidSignature:
            return "invalid-signature"
        if given["app_id"] != APP or given["sign_type"] != "RSA2" or given["charset"] != "utf-8":
            return "invalid-app"
        if given.get("app_cert_sn") != self.app_serial:
            return "invalid-app-cert-sn"
        return (
            "" if given.get("alipay_root_cert_sn") == self.root_serial else "invalid-root-cert-sn"
        )

    def _say(self, method: str, row: Row) -> Answered:
        content = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        sign = self._sign(content if self.signs_well else "other")
        name = method.replace(".", "_") + "_response"
        return Answered(200, f'{{"{name}":{content},"alipay_cert_sn":"x","sign":"{sign}"}}')

    def _sign(self, words: str) -> str:
        signature = self.own_key.sign(words.encode(), padding.PKCS1v15(), SHA256())
        return base64.b64encode(signature).decode()

    def notification(self, reference: str, number: str = "N-1", **also: str) -> bytes:
        """Return the signed form that says a transfer has changed."""
        form = {
            "app_id": APP,
            "biz_content": json.dumps({"out_biz_no": reference, "status": "SUCCESS"}),
            "charset": "utf-8",
            "msg_method": "alipay.fund.trans.order.changed",
            "notify_id": number,
            **also,
        }
        words = "&".join(f"{name}={form[name]}" for name in sorted(form))
        return urlencode({**form, "sign_type": "RSA2", "sign": self._sign(words)}).encode()

    def _certificate(self, file: str, key: rsa.RSAPrivateKey, root_key: rsa.RSAPrivateKey) -> str:
        """Write a certificate and return its serial as Alipay counts it."""
        names = {
            NameOID.COMMON_NAME: "Root of the tests",
            NameOID.ORGANIZATIONAL_UNIT_NAME: "Tests",
            NameOID.ORGANIZATION_NAME: "Weidian",
            NameOID.COUNTRY_NAME: "CN",
        }
        issuer = x509.Name([x509.NameAttribute(oid, value) for oid, value in names.items()])
        now = clock.now()
        made = (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(root_key, SHA256())
        )
        (self.folder / file).write_bytes(made.public_bytes(Encoding.PEM))
        words = f"CN=Root of the tests,OU=Tests,O=Weidian,C=CN{made.serial_number}"
        return hashlib.md5(words.encode()).hexdigest()


def _wrong_in(words: Row) -> str:
    payee = words.get("payee_info", {})
    identity, kind = payee.get("identity", ""), payee.get("identity_type")
    is_user_id = bool(re.fullmatch("2088[0-9]{12}", identity))
    checks = {
        "out_biz_no": re.fullmatch("[A-Za-z0-9_-]{1,64}", words.get("out_biz_no", "")),
        "trans_amount": re.fullmatch(r"[0-9]+\.[0-9]{2}", str(words.get("trans_amount"))),
        "product_code": all(words.get(name) == value for name, value in PRODUCT.items()),
        "identity_type": kind == ("ALIPAY_USER_ID" if is_user_id else "ALIPAY_LOGON_ID"),
        "name": kind == "ALIPAY_USER_ID" or payee.get("name"),
        "order_title": 0 < len(words.get("order_title", "")) <= 128,
    }
    return ", ".join(field for field, is_right in checks.items() if not is_right)


def _no(sub_code: str, message: str = "") -> Row:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": message}


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part)


@contextmanager
def running_alipay(folder: Path) -> Iterator[tuple[FakeAlipay, str]]:
    """Serve a fake for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    fake = FakeAlipay(folder)
    with served(fake.answer) as url:
        yield fake, url
