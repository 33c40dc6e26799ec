"""A contract fake of WeChat Pay's transfer bills, with keys made for the run.

It refuses a request whose signature, shape or encryption is not as WeChat's documents say,
and signs its answers as WeChat does. It proves what we send, not what WeChat does.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kit import clock
from tests.payments.rails.fake_http import Answered, Asked, Dropped, served

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
MERCHANT, APP, SERIAL = "1900000001", "wxf636efh567hg4356", "7C9AB1"
API_KEY = "k" * 32
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026"
CONFIRMED_WITHIN = timedelta(hours=24)

Row = dict[str, Any]


class FakeWeChatPay:
    """WeChat's side: bills by number, a balance, a clock, and what goes wrong next."""

    def __init__(self, folder: Path) -> None:
        self.merchant_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.folder = folder
        private = self.merchant_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = self.own_key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        (folder / "merchant.pem").write_bytes(private)
        (folder / "wechat.pem").write_bytes(public)
        self.calm()

    def calm(self) -> None:
        self.bills: dict[str, Row] = {}
        self.sent: list[Row] = []  # what requests held, the name decrypted
        self.faults: list[str] = []
        self.look_ups: list[str] = []
        self.balance_minor = 10**9
        self.ahead = timedelta()
        self.signs_well = True

    def point_here(self, settings: Any, url: str) -> None:
        settings.WECHATPAY_URL = url
        settings.WECHATPAY_MERCHANT_ID = MERCHANT
        settings.WECHATPAY_APP_ID = APP
        settings.WECHATPAY_SCENE_ID = "1005"
        settings.WECHATPAY_SCENE_REPORT = ["岗位类型=分享者", "报酬说明=分享佣金"]
        settings.WECHATPAY_API_KEY = API_KEY
        settings.WECHATPAY_KEY_FILE = str(self.folder / "merchant.pem")
        settings.WECHATPAY_KEY_SERIAL = SERIAL
        settings.WECHATPAY_PUBLIC_KEY_FILE = str(self.folder / "wechat.pem")
        settings.WECHATPAY_PUBLIC_KEY_ID = PUBLIC_KEY_ID

    # --- what the payee, the merchant's staff and time do -----------------------------------

    def confirm(self, reference: str) -> None:
        self._move(reference, "SUCCESS")

    def fail(self, reference: str, reason: str) -> None:
        self._move(reference, "FAIL", reason)

    def money_moved(self) -> dict[str, int]:
        done = [bill for bill in self.bills.values() if bill["state"] == "SUCCESS"]
        return {bill["out_bill_no"]: -bill["transfer_amount"] for bill in done}

    def _now(self) -> datetime:
        return clock.now() + self.ahead

    def _move(self, reference: str, state: str, reason: str = "") -> None:
        bill = self.bills[reference]
        if bill["state"] == "WAIT_USER_CONFIRM":
            bill |= {"state": state, "update_time": self._now().isoformat("T", "seconds")}
            bill |= {"fail_reason": reason} if reason else {}
            self.balance_minor += 0 if state == "SUCCESS" else bill["transfer_amount"]

    def _age(self) -> None:
        for reference, bill in self.bills.items():
            if self._now() - datetime.fromisoformat(bill["create_time"]) >= CONFIRMED_WITHIN:
                self._move(reference, "FAIL", "SOME_NEW_WORD")

    # --- the doors --------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Answered:
        problem = self._problem(asked)
        if problem:
            return self._say(401, {"code": "SIGN_ERROR", "message": problem})
        self._age()
        if asked.method == "POST" and asked.target == BILLS:
            return self._create(json.loads(asked.body), asked)
        found = re.fullmatch(rf"{BILLS}/out-bill-no/([A-Za-z0-9]{{1,32}})(/cancel)?", asked.target)
        if found is None:
            return self._say(404, {"code": "RESOURCE_NOT_EXISTS", "message": "no such address"})
        return self._say(*self._told(found[1], is_cancel=bool(found[2])))

    def _told(self, reference: str, *, is_cancel: bool) -> tuple[int, Row]:
        fault = self.look_ups.pop(0) if self.look_ups else ""
        if fault == "drop":
            raise Dropped
        if fault:
            return int(fault), {"code": "SYSTEM_ERROR", "message": "sorry"}
        bill = self.bills.get(reference)
        if bill is None:
            return 404, {"code": "NOT_FOUND", "message": "no such bill"}
        if is_cancel:
            self._move(reference, "CANCELLED")
            return 200, {"out_bill_no": reference, "state": bill["state"]}
        return 200, {name: bill[name] for name in bill if name != "package_info"}

    def _create(self, words: Row, asked: Asked) -> Answered:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop_before":
            raise Dropped
        if fault.isdigit():
            return self._say(int(fault), {"code": "SYSTEM_ERROR", "message": "sorry"})
        if fault.isupper():
            return self._say(400, {"code": fault, "message": "as the test wants"})
        status, row = self._created(words, asked)
        if fault == "drop_after":
            raise Dropped
        return self._say(status, row)

    def _created(self, words: Row, asked: Asked) -> tuple[int, Row]:
        problem = self._wrong_in(words, asked)
        if problem:
            return 400, {"code": "PARAM_ERROR", "message": problem}
        before = self.bills.get(words["out_bill_no"])
        asks = [words[name] for name in ("openid", "transfer_amount")]
        if before and asks != [before["openid"], before["transfer_amount"]]:
            return 400, {"code": "INVALID_REQUEST", "message": "other words"}
        if before is None and self.balance_minor < words["transfer_amount"]:
            return 403, {"code": "NOT_ENOUGH", "message": "no funds"}
        bill = before or self._open(words)
        told = ["out_bill_no", "transfer_bill_no", "create_time", "state"]
        told += ["package_info"] if bill["state"] == "WAIT_USER_CONFIRM" else []
        return 200, {name: bill[name] for name in told}

    def _open(self, words: Row) -> Row:
        now = self._now().isoformat("T", "seconds")
        number = f"13300000711009999911820{len(self.bills):020d}"
        bill = {
            "mch_id": MERCHANT,
            "appid": APP,
            "out_bill_no": words["out_bill_no"],
            "transfer_bill_no": number,
            "openid": words["openid"],
            "transfer_amount": words["transfer_amount"],
            "transfer_remark": words["transfer_remark"],
            "state": "WAIT_USER_CONFIRM",
            "create_time": now,
            "update_time": now,
            "package_info": f"package-of-{number}",
        }
        self.bills[words["out_bill_no"]] = bill
        self.balance_minor -= words["transfer_amount"]
        return bill

    # --- what the documents demand ------------------------------------------------------------

    def _wrong_in(self, words: Row, asked: Asked) -> str:
        name = words.get("user_name")
        if name is not None:
            if asked.headers.get("wechatpay-serial") != PUBLIC_KEY_ID:
                return "Wechatpay-Serial"
            oaep = padding.OAEP(mgf=padding.MGF1(SHA1()), algorithm=SHA1(), label=None)
            words = {
                **words,
                "user_name": self.own_key.decrypt(base64.b64decode(name), oaep).decode(),
            }
        self.sent.append(words)
        checks = {
            "appid": words.get("appid") == APP,
            "out_bill_no": re.fullmatch("[A-Za-z0-9]{1,32}", words.get("out_bill_no", "")),
            "transfer_scene_id": words.get("transfer_scene_id") == "1005",
            "openid": words.get("openid", "").startswith("o"),
            "transfer_amount": type(words.get("transfer_amount")) is int
            and words["transfer_amount"] >= 10,
            "transfer_remark": 0 < len(words.get("transfer_remark", "")) <= 32,
            "user_name": words.get("user_name") or words["transfer_amount"] < 200_000,
            "transfer_scene_report_infos": all(
                one["info_type"] and one["info_content"]
                for one in words.get("transfer_scene_report_infos", [{"info_type": ""}])
            ),
        }
        return ", ".join(field for field, is_right in checks.items() if not is_right)

    def _problem(self, asked: Asked) -> str:
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or given.get("mchid") != MERCHANT:
            return "the scheme or the merchant"
        if given.get("serial_no") != SERIAL or abs(time.time() - int(given["timestamp"])) > 300:
            return "the serial number or the time"
        words = [asked.method, asked.target, given["timestamp"], given["nonce_str"], asked.body]
        try:
            self.merchant_key.public_key().verify(
                base64.b64decode(given["signature"]),
                ("\n".join(words) + "\n").encode(),
                padding.PKCS1v15(),
                SHA256(),
            )
        except InvalidSignature:
            return "the signature"
        return ""

    def notification(self, reference: str, number: str = "EV-1") -> bytes:
        """Return the body of the notification about a bill, encrypted for the merchant."""
        sealed = AESGCM(API_KEY.encode()).encrypt(
            b"n" * 12, json.dumps(self.bills[reference]).encode(), b"mch_payment"
        )
        resource = {
            "original_type": "mch_payment",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": "mch_payment",
            "nonce": "n" * 12,
        }
        event = {"id": number, "event_type": "MCHTRANSFER.BILL.FINISHED", "summary": "done"}
        also = {"resource_type": "encrypt-resource", "resource": resource}
        return json.dumps({**event, **also}).encode()

    def _say(self, status: int, row: Row) -> Answered:
        body = json.dumps(row)
        return Answered(status, body, self.signed(body, at=int(time.time())))

    def signed(self, body: str, *, at: int) -> dict[str, str]:
        """Return the headers under which WeChat sends this body."""
        moment, nonce = str(at), "n" * 32
        words = f"{moment}\n{nonce}\n{body if self.signs_well else 'other'}\n".encode()
        signature = self.own_key.sign(words, padding.PKCS1v15(), SHA256())
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": PUBLIC_KEY_ID,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }


@contextmanager
def running_wechatpay(folder: Path) -> Iterator[tuple[FakeWeChatPay, str]]:
    """Serve a fake for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    fake = FakeWeChatPay(folder)
    with served(fake.answer) as url:
        yield fake, url
