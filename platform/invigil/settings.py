"""All settings, driven by the environment and grouped by concern. `.env.example` lists them."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from invigil import env

ROOT = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.text("VAR_DIR", str(ROOT / "var")))

# ── Core ────────────────────────────────────────────────────────────────────────────────────
DEBUG = env.flag("DJANGO_DEBUG")
TESTING = env.flag("INVIGIL_TESTING") or "pytest" in sys.modules  # passwords are hashed cheaply
SECRET_KEY = env.text("DJANGO_SECRET_KEY", "insecure-only-for-development-and-tests-0123456789")
# Earlier keys, newest first, while one changes.
SECRET_KEY_FALLBACKS = env.words("DJANGO_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env.words("DJANGO_CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "invigil.urls"
WSGI_APPLICATION = "invigil.wsgi.application"
ASGI_APPLICATION = "invigil.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.number('PORT', 8000)}")

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # its reactor costs 0.6 s of every start
    "invigil",
    "kernel",
    "accounts",
    "web",
    "realtime",
    "scanner",
    "exams",
    "chat",
    "proctoring",
    "notifications",
    "monitoring",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "django_vite",
    "ninja",
    "django_structlog",
]

MIDDLEWARE = [
    "monitoring.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "web.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.middleware.ProfileMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.middleware.DomainErrorMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "platform/web/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.site",
            ],
        },
    },
]

# ── Database and Redis ──────────────────────────────────────────────────────────────────────
DATABASE_URL = env.text("DATABASE_URL", "postgres://invigil@127.0.0.1:8004/invigil")
REDIS_URL = env.of_test_process(env.text("REDIS_URL", "redis://127.0.0.1:8005/0"))
# Pub/sub knows no database numbers: the number is part of the names, so that neighbours stay apart.
REDIS_PREFIX = env.text("REDIS_PREFIX", f"invigil{urlparse(REDIS_URL).path.strip('/') or 0}")
_db = urlparse(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _db.path.lstrip("/"),
        "USER": unquote(_db.username or ""),
        "PASSWORD": unquote(_db.password or ""),
        "HOST": _db.hostname or "",
        "PORT": str(_db.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # An acknowledged answer must survive kill -9: never weaker than "on" (a test asserts it).
        "OPTIONS": {
            # Prepared statements (kernel/prepared.py) keep one plan, whatever the values.
            "options": "-c synchronous_commit=on -c lock_timeout=10s"
            " -c plan_cache_mode=force_generic_plan",
            "connect_timeout": 5,
        },
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": REDIS_URL,
                    "health_check_interval": 15,
                    "socket_timeout": 5,
                    "socket_connect_timeout": 1,
                }
            ],
            "prefix": REDIS_PREFIX,
        },
    }
}

# ── Accounts and sessions ───────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.InvigilBackend"]
# Sessions live in the database: Redis may be emptied at any moment.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.answers.csrf_failed"
# E-mail is unique whatever its case, by a constraint on Lower(); the check looks for unique=True.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS[1:]]

# ── Security headers ────────────────────────────────────────────────────────────────────────
HTTPS = env.flag("INVIGIL_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.flag("INVIGIL_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
RT_PORT = env.number("RT_PORT", env.number("PORT", 8000) + 1)
RT_PUBLIC_URL = env.text("RT_PUBLIC_URL")  # empty: same host, RT_PORT
SOCKET_HOSTS = [f"{'wss' if HTTPS else 'ws'}://{host}:{RT_PORT}" for host in ALLOWED_HOSTS]
# Pages of these origins (scheme, host and port) may open the socket; nobody else.
REALTIME_ALLOWED_ORIGINS: list[str] = env.words("REALTIME_ALLOWED_ORIGINS") or [
    SITE_URL,
    *(
        f"https://{host}" if HTTPS else f"http://{host}:{env.number('PORT', 8000)}"
        for host in ALLOWED_HOSTS
    ),
    *CSRF_TRUSTED_ORIGINS,
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [
            SELF,
            *([RT_PUBLIC_URL] if RT_PUBLIC_URL else SOCKET_HOSTS),
        ],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"],
    "microphone": ["self"],
    "display-capture": ["self"],
    "fullscreen": ["self"],
    "geolocation": [],
    "payment": [],
    "usb": [],
}

# ── Language and time ───────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fa", _("Persian"))]
LOCALE_PATHS = [ROOT / "platform/web/locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ── Static and media files ──────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "static-build"
STATICFILES_DIRS = (
    [("dist", ROOT / "platform/web/dist")] if (ROOT / "platform/web/dist").exists() else []
)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Vite names its files by their content.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.*/dist/assets/.+-[\w-]{8}\.[a-z0-9]+$"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "static_url_prefix": "dist",
        "manifest_path": ROOT / "platform/web/dist/manifest.json",
    }
}
QUARANTINE_DIR = Path(env.text("QUARANTINE_DIR", str(VAR_DIR / "uploads/quarantine")))
CLEAN_DIR = Path(env.text("CLEAN_DIR", str(VAR_DIR / "uploads/clean")))
MAX_UPLOAD_BYTES = env.number("MAX_UPLOAD_BYTES", 25 * 1024 * 1024)
# Kept free for the database and the logs: below it no upload is stored, and /readyz says so.
DISK_RESERVE_BYTES = env.number("DISK_RESERVE_BYTES", 1024 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CLAMD_HOST = env.text("CLAMD_HOST")
CLAMD_PORT = env.number("CLAMD_PORT", 3310)
CLAMD_SOCKET = env.text("CLAMD_SOCKET")

# ── Celery ──────────────────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 15,
    "socket_connect_timeout": 2,
    "global_keyprefix": "celery:",
}
CELERY_TASK_TIME_LIMIT = 40
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# ── Notices ─────────────────────────────────────────────────────────────────────────────────
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN")
TWILIO_MESSAGING_SERVICE_SID = env.text("TWILIO_MESSAGING_SERVICE_SID")
TWILIO_FROM = env.text("TWILIO_FROM")  # a number in E.164, where there is no messaging service
NOTICES_COUNTRIES = env.words("NOTICES_COUNTRIES")  # for example GB,IR; empty allows every country
NOTICES_PER_NUMBER_A_DAY = env.number("NOTICES_PER_NUMBER_A_DAY", 10)
NOTICES_PER_INSTITUTION_A_DAY = env.number("NOTICES_PER_INSTITUTION_A_DAY", 5000)
# Numbers that answered STOP are kept under this key: it stays when the site's key changes.
NOTICES_HASH_KEY = env.text("NOTICES_HASH_KEY", [SECRET_KEY, *SECRET_KEY_FALLBACKS][-1])
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10  # seconds; a person waits for the page
_backend = "smtp" if EMAIL_HOST else "console"
EMAIL_BACKEND = env.text("EMAIL_BACKEND", f"django.core.mail.backends.{_backend}.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "invigil@localhost")

# ── Login (allauth) ─────────────────────────────────────────────────────────────────────────
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}  # our form and backend take registration numbers as well
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
# An exam hall sits behind one address: the limits per address are wide, per key they stay narrow.
# Passwords are counted by accounts.tries: one lock of allauth's for a whole hall refused people.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/15m/key",  # codes of two-step sign-in, by person
    "reset_password": "300/m/ip,5/15m/key",
    "reset_password_from_key": "300/m/ip",
}
# With a proxy in front, the client's address is the last one it added.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("INVIGIL_PROXY_COUNT", 1 if BEHIND_PROXY else 0)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_TOTP_ISSUER = "Invigil"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are off by some seconds
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the institution's own list
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.ActivateCodeForm",
}

# ── Logging ─────────────────────────────────────────────────────────────────────────────────
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "monitoring.logging.configure"
LOGGING = {"level": LOG_LEVEL, "cache": not TESTING}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
