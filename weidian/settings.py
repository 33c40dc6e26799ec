"""Settings: one file, read from the environment, closed by default."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from weidian import env
from weidian.timetable import MONEY_TASKS

ROOT = Path(__file__).resolve().parent.parent

# --- what kind of installation this is ---------------------------------------------

DEBUG = env.flag("WEIDIAN_DEBUG", default=False)
DEMO = env.flag("WEIDIAN_DEMO", default=False)
SECRET_KEY = env.text("WEIDIAN_SECRET_KEY")
SECRET_KEY_FALLBACKS = env.words("WEIDIAN_OLD_SECRET_KEYS")
BASE_URL = env.text("WEIDIAN_BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.words("WEIDIAN_ALLOWED_HOSTS", default="localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CLOCK_FILE = env.path("WEIDIAN_CLOCK_FILE")  # absent in production: time cannot be moved

# The demo runs over plain HTTP so that a phone on the same network can open it.
IS_SECURE = not (DEMO or DEBUG)

INSTALLED_APPS = [
    "weidian",
    "api",
    "insights",
    "moderation",
    "orders",
    "referrals",
    "discovery",
    "catalog",
    "payments",
    "shops",
    "people",
    "notifications",
    "ledger",
    "audit",
    "kit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "template_partials.apps.SimpleAppConfig",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
DEVELOPMENT_APPS = env.words("WEIDIAN_EXTRA_APPS")  # linters of migrations, the demo
INSTALLED_APPS += DEVELOPMENT_APPS

# What answers at the public doors before all else; the web server asks it without the rest.
FRONT_DOOR = "referrals.views.short_way.ShareLinksFirst"

MIDDLEWARE = [
    FRONT_DOOR,
    "kit.middleware.NarrowPermissions",
    "kit.middleware.RefuseUnreadableInput",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kit.middleware.KeepFromOthers",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kit.middleware.AnswerTransitionRefused",
    "weidian.signing_in.middleware.AnswerInvalidForms",
]

ROOT_URLCONF = env.text("WEIDIAN_URLCONF", default="") or "weidian.urls"
WSGI_APPLICATION = "weidian.wsgi.application"
APPEND_SLASH = False  # one address a page: /shop/ and /desk/ end in a slash, the rest do not
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- templates -----------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "weidian.page_context.house",
            ],
            # Left to themselves the two template apps overwrite each other's loaders.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "kit.templatetags.kit",
            ],
        },
    }
]
COTTON_DIR = "ui"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data ------------------------------------------------------------------------------

DATABASES = {"default": environ.Env.db_url_config(env.text("DATABASE_URL"))}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c lock_timeout=3s"  # who waits longer for a lock is answered 409 instead
    " -c statement_timeout=30s -c timezone=UTC"
)
# A server that is gone without a word would hold every request until the kernel gives up.
DATABASES["default"]["OPTIONS"]["connect_timeout"] = 3

VALKEY_URL = env.text("VALKEY_URL")
VALKEY_PREFIX = env.text("WEIDIAN_VALKEY_PREFIX", default="wd")
CACHES = {
    "default": {
        "BACKEND": "weidian.counting.CountingCache",
        "LOCATION": VALKEY_URL,
        "KEY_PREFIX": VALKEY_PREFIX,
        "TIMEOUT": 60,
        # Without these a lost Valkey holds every request for seconds.
        "OPTIONS": {"socket_timeout": 0.05, "socket_connect_timeout": 0.05, "retry": None},
    }
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=60).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())

# --- work in the background ------------------------------------------------------------

CELERY_BROKER_URL = env.text("WEIDIAN_BROKER_URL", default="") or VALKEY_URL.replace(
    "unix://", "redis+socket://", 1
)
# A task that takes longer is given to somebody else as well; all of ours bear that. It is six
# times what any task may take, and Celery reads it in three places.
VISIBILITY_SECONDS = env.number("WEIDIAN_VISIBILITY_SECONDS", default=3600)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 3,
    "max_retries": 0,
    "global_keyprefix": f"{VALKEY_PREFIX}:",
    "visibility_timeout": VISIBILITY_SECONDS,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": VISIBILITY_SECONDS}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_SECONDS
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a request never waits for the broker; sweeps find the work
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
# Money has a queue of its own; a worker that is told no queues reads both.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"money": {}, CELERY_TASK_DEFAULT_QUEUE: {}}
CELERY_TASK_ROUTES = {task: {"queue": "money"} for task in MONEY_TASKS}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("WEIDIAN_STATIC_ROOT", default=ROOT / "build" / "static")
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "kit.sheets.SheetFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600  # of plain names; a name with its hash is kept for ever
MEDIA_ROOT = env.path("WEIDIAN_MEDIA_ROOT", default=ROOT / "media")
MEDIA_URL = "/media/"
# Where clicks wait while neither Valkey nor PostgreSQL takes them; web and worker share it. In
# a checkout each database has a folder of its own, for the clicks name its rows.
CLICK_SPOOL = env.folder(
    "WEIDIAN_CLICK_SPOOL",
    default=ROOT / ".devstack" / "clicks" / sha256(env.text("DATABASE_URL").encode()).hexdigest(),
)
CLICK_SPOOL_MB = env.number("WEIDIAN_CLICK_SPOOL_MB", default=64)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO or DEBUG or not IS_SECURE
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A phone photo is 3 to 8 MB; nine of them come in one form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 12

# --- words and time ----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "weidian" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- people ------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "weidian.signing_in.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "weidian.signing_in.adapters.SocialAdapter"
ACCOUNT_FORMS = {"login": "weidian.signing_in.forms.ContactForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone"]  # our form asks for one of the two
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # mail takes minutes where it is greylisted
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
ACCOUNT_CHANGE_EMAIL = True  # a person has one address, and a new one counts once proven
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    # Three tries a code, 150 a day: guessing one of a million takes eighteen years.
    "request_login_code": "20/m/ip,3/m/key,10/h/key,50/d/key",
    "verify_phone": "20/m/ip,1/30s/key,5/h/key",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_SECURE else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("WEIDIAN_TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "weidian.signing_in.forms.AddPasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE

# Weixin is offered when an application is configured. Inside WeChat the page uses the
# oauth2/authorize endpoint, on a desktop the QR code; they are two applications.
WEIXIN_APP_ID = env.text("WEIDIAN_WEIXIN_APP_ID", default="")
if WEIXIN_APP_ID:
    INSTALLED_APPS.append("allauth.socialaccount.providers.weixin")
    SOCIALACCOUNT_PROVIDERS = {
        "weixin": {
            "APPS": [{"client_id": WEIXIN_APP_ID, "secret": env.text("WEIDIAN_WEIXIN_SECRET")}]
        }
    }

# --- consent ---------------------------------------------------------------------------

# "strict": a share link leaves no cookie before the visitor allows it; the link still
# counts within the visit. "notice": it leaves one and the page says who gains.
CONSENT = env.choice("WEIDIAN_CONSENT", among=("notice", "strict"))

# --- letters -----------------------------------------------------------------------------

MAIL_DIR = env.path("WEIDIAN_MAIL_DIR")
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if MAIL_DIR
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = MAIL_DIR
if not MAIL_DIR:
    vars().update(
        environ.Env.email_url_config(env.text("WEIDIAN_EMAIL_URL", default="smtp://localhost:25"))
    )
EMAIL_TIMEOUT = 5  # seconds; signing in waits for the letter, and a silent server holds its thread
DEFAULT_FROM_EMAIL = env.text("WEIDIAN_FROM_EMAIL", default="Weidian <weidian@localhost>")
# Whom "write to us" means; answers to our letters go to who sends them, unless it is another.
HELP_EMAIL = env.text("WEIDIAN_HELP_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
# The carrier of text messages: a function (phone, words) -> None.
SMS_CARRIER = env.text("WEIDIAN_SMS_CARRIER", default="notifications.senders.sms.by_mail")

# --- money: the house's numbers, each with its reason in docs/architecture.md --------------

PLATFORM_FEE_BP = env.number("WEIDIAN_PLATFORM_FEE_BP", default=100)
PAYOUT_MINIMUM_MINOR = env.number("WEIDIAN_PAYOUT_MINIMUM_MINOR", default=1000)
# A payout above the first goes only when a person approves it, above the second when two do;
# a payday whose sum is above the third waits as a whole.
PAYOUT_AUTO_LIMIT_MINOR = env.number("WEIDIAN_PAYOUT_AUTO_LIMIT_MINOR", default=200_000)
PAYOUT_SECOND_APPROVAL_MINOR = env.number("WEIDIAN_PAYOUT_SECOND_APPROVAL_MINOR", default=500_000)
PAYOUT_RUN_LIMIT_MINOR = env.number("WEIDIAN_PAYOUT_RUN_LIMIT_MINOR", default=5_000_000)
DESTINATION_COOLS_HOURS = env.number("WEIDIAN_DESTINATION_COOLS_HOURS", default=72)
CLAWBACK_FLOOR_MINOR = env.number("WEIDIAN_CLAWBACK_FLOOR_MINOR", default=50_000)
PAYMENT_PROVIDER = env.text("WEIDIAN_PAYMENT_PROVIDER", default="sandbox")
# Which rails new payouts may take; payments.gateways.registry has their names.
PAYOUT_RAILS = env.words("WEIDIAN_PAYOUT_RAILS", default="sandbox")
SANDBOX_URL = env.text("WEIDIAN_SANDBOX_URL", default="http://127.0.0.1:8100")
SANDBOX_PORT = env.number("WEIDIAN_SANDBOX_PORT", default=8100)
SANDBOX_SECRET = env.text("WEIDIAN_SANDBOX_SECRET", default="")
# On: a payout's last two digits choose how it fails (01 rejected, 02 unheard but paid, ...).
SANDBOX_SCRIPT = env.flag("WEIDIAN_SANDBOX_SCRIPT", default=False)

# The rails of a real installation; a rail asks for its settings when it is first used.
STRIPE_SECRET_KEY = env.text("WEIDIAN_STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.text("WEIDIAN_STRIPE_WEBHOOK_SECRET", default="")
STRIPE_URL = env.text("WEIDIAN_STRIPE_URL", default="https://api.stripe.com")
BANK_LAYOUT = env.text("WEIDIAN_BANK_LAYOUT", default="china")
WECHATPAY_MERCHANT_ID = env.text("WEIDIAN_WECHATPAY_MERCHANT_ID", default="")
WECHATPAY_APP_ID = env.text("WEIDIAN_WECHATPAY_APP_ID", default="")
WECHATPAY_SCENE_ID = env.text("WEIDIAN_WECHATPAY_SCENE_ID", default="")
WECHATPAY_SCENE_REPORT = env.words("WEIDIAN_WECHATPAY_SCENE_REPORT")
WECHATPAY_API_KEY = env.text("WEIDIAN_WECHATPAY_API_KEY", default="")
WECHATPAY_KEY_FILE = env.text("WEIDIAN_WECHATPAY_KEY_FILE", default="")
WECHATPAY_KEY_SERIAL = env.text("WEIDIAN_WECHATPAY_KEY_SERIAL", default="")
WECHATPAY_PUBLIC_KEY_FILE = env.text("WEIDIAN_WECHATPAY_PUBLIC_KEY_FILE", default="")
WECHATPAY_PUBLIC_KEY_ID = env.text("WEIDIAN_WECHATPAY_PUBLIC_KEY_ID", default="")
WECHATPAY_URL = env.text("WEIDIAN_WECHATPAY_URL", default="https://api.mch.weixin.qq.com")
ALIPAY_APP_ID = env.text("WEIDIAN_ALIPAY_APP_ID", default="")
ALIPAY_KEY_FILE = env.text("WEIDIAN_ALIPAY_KEY_FILE", default="")
ALIPAY_APP_CERTIFICATE_FILE = env.text("WEIDIAN_ALIPAY_APP_CERTIFICATE_FILE", default="")
ALIPAY_CERTIFICATE_FILE = env.text("WEIDIAN_ALIPAY_CERTIFICATE_FILE", default="")
ALIPAY_ROOT_CERTIFICATE_FILE = env.text("WEIDIAN_ALIPAY_ROOT_CERTIFICATE_FILE", default="")
ALIPAY_URL = env.text("WEIDIAN_ALIPAY_URL", default="https://openapi.alipay.com/gateway.do")

# --- what the browser is told --------------------------------------------------------------

SECURE_SSL_REDIRECT = IS_SECURE
SECURE_HSTS_SECONDS = 63_072_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Paying leaves through a form and a redirect to the provider's own page.
        "form-action": [SELF, *env.words("WEIDIAN_PAY_ORIGINS"), *(["http:"] if DEMO else [])],
    }
}

# --- logs ----------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("WEIDIAN_LOG_LEVEL", default="INFO")},
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "celery", "stripe")},
}
