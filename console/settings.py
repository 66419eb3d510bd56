"""Every setting, from the environment, refusing nonsense. docs/configuration is the table in the README."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

env: Any = environ.Env()  # type: ignore[no-untyped-call]
BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: str = "0") -> bool:
    value = env.str(name, default=default)
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}.")
    return bool(value == "1")


def _port() -> int:
    value = env.str("PORT", default="8000")
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise ImproperlyConfigured(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _auth() -> str:
    value = env.str("AUTH", default="strict")
    if value not in ("strict", "permissive"):
        raise ImproperlyConfigured(f"AUTH must be strict or permissive, not {value!r}.")
    if value == "permissive" and not DEMO:
        raise ImproperlyConfigured("AUTH=permissive is for the demo account, and DEMO=0 says that there is none.")
    return str(value)


def _invoke_hosts() -> list[str]:
    """HOST:PORT, as in "127.0.0.1:9000" or "[::1]:9000"."""
    found: list[str] = [each.strip().lower() for each in env.list("ROTATION_INVOKE_HOSTS", default=[])]
    for each in found:
        host, _, port = each.rpartition(":")
        if not host or (":" in host and not host.startswith("[")) or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ImproperlyConfigured(f"ROTATION_INVOKE_HOSTS must be a list of HOST:PORT, not {each!r}.")
    return found


def _kept_session_key() -> str:
    """The key that signs sessions and CSRF tokens: $SECRET_KEY, or the file the first start wrote."""
    try:
        return env.str("SECRET_KEY", default="") or (DATA_DIR / "session.key").read_text().strip()
    except OSError:  # not there yet, or not ours to read: then the start-up checks say so
        return get_random_secret_key()


# --- where things are ----------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
PORT = _port()
# Where this server can be reached by the functions it runs and the CLI it configures.
PUBLIC_ENDPOINT = env.str("PUBLIC_ENDPOINT", default=f"http://127.0.0.1:{PORT}")

# The only addresses of Lambda-compatible functions that this server calls.
ROTATION_INVOKE_HOSTS = _invoke_hosts()

# --- secrets of the installation -----------------------------------------------------------------

ROOT_KEY = env.str("ROOT_KEY", default="")  # base64 of 32 bytes; "" for the file under DATA_DIR
SECRET_KEY = _kept_session_key()

# --- the demo account ----------------------------------------------------------------------------

DEMO_ACCOUNT = "123456789012"
HOME_REGION = "us-west-2"
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")
# Whether the account is there to try things out: it starts with examples, and may be emptied and filled again.
DEMO = _flag("DEMO", "1")

# --- who may connect -----------------------------------------------------------------------------

AUTH = _auth()  # "permissive": any credentials are taken for an administrator (docs/threat-model.md)
AUTH_PERMISSIVE_ANYWHERE = _flag("AUTH_PERMISSIVE_ANYWHERE")  # also where other machines can reach it
DEBUG = _flag("DEBUG")
BEHIND_TLS = _flag("BEHIND_TLS")  # a TLS proxy stands in front: cookies are Secure, HSTS is sent
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if BEHIND_TLS and not host.startswith("[")]

# --- Django --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "console",
    "secrets_app",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "console.security_headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.middleware.ConsoleMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "console.urls"
WSGI_APPLICATION = "console.wsgi.application"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "console.context.frame",
            ],
        },
    }
]


def _postgresql(url: str) -> dict[str, object]:
    try:
        config: dict[str, object] = env.db_url_config(url)
    except ValueError:  # its text holds parts of the URL, and with them the password
        raise ImproperlyConfigured(
            "DATABASE_URL is not a URL of the form postgres://USER:PASSWORD@HOST:PORT/NAME."
        ) from None
    options = config.get("OPTIONS")
    # Statements of the hot path are prepared by their second use (secrets_app/statements.py).
    config["OPTIONS"] = {"connect_timeout": 5, "prepare_threshold": 1, **(options if isinstance(options, dict) else {})}
    return config


def _database() -> dict[str, object]:
    url = env.str("DATABASE_URL", default="")
    if url.startswith(("postgres://", "postgresql://")):
        return {**_postgresql(url), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    if url:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres:// or be empty, for SQLite in DATA_DIR.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "secrets.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA secure_delete=ON;"
                "PRAGMA wal_autocheckpoint=16000"
            ),
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

# --- static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Collected under hashed names at the start (console/start_up/static_files.py); straight from the source with DEBUG=1.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage."
        + ("StaticFilesStorage" if DEBUG else "ManifestStaticFilesStorage")
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- uploads ---------------------------------------------------------------------------------------

# A secret's value can be uploaded as a file: it stays in memory and is never spooled to disk. A page's request can't be
# larger than this (console/serving/pages.py).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# --- sign-in -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "secrets_app.Principal"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "console.sign_in.backend.PrincipalBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign-in"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_FAILURE_VIEW = "console.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
IDLE_SECONDS = 60 * 60  # a session unused for this long ends

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "console.sign_in.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_PASSWORD_FORM_FIELD = "password"  # noqa: S105  the form field axes must mask
AXES_IPWARE_PROXY_COUNT = 1 if BEHIND_TLS else 0

# --- headers -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],  # the policy editor checks JSON in a worker
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
SECURE_HSTS_PRELOAD = BEHIND_TLS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # DisallowedHost and broken CSRF are the caller's doing; the request line may carry a secret's name.
    "loggers": {
        "django.security": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}
