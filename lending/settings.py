"""Settings. Everything that differs between machines comes from the environment: docs/operations.md lists it all.

What a lender decides (products, policies, fees, dates) is data in the database, never a setting.
"""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The variable `name`, or `default`; missing without a default is said in one sentence."""
    value = os.environ.get(name, "") or default
    if value is None:
        raise ImproperlyConfigured(
            f"The environment variable {name} is not set. docs/operations.md says what it holds."
        )
    return value


def names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


ENVIRONMENT = env("LOANWRIGHT_ENVIRONMENT", "production")
if ENVIRONMENT not in ("demo", "sandbox", "production"):
    raise ImproperlyConfigured(f"LOANWRIGHT_ENVIRONMENT is {ENVIRONMENT!r}; it can be demo, sandbox or production.")
# The clock of a tenant may be moved by hand only where no real borrower is hurt by it.
CLOCK_CAN_BE_MOVED = ENVIRONMENT in ("demo", "sandbox")
MFA_REQUIRED_FOR_STAFF = ENVIRONMENT != "demo"

# Commands that need neither a database nor secrets, and commands that only the owner of the tables may run.
COMMAND = sys.argv[1] if Path(sys.argv[0]).name == "manage.py" and len(sys.argv) > 1 else ""
DETACHED = COMMAND in ("calculate", "collectstatic", "help", "compilemessages")
AS_OWNER = COMMAND in ("migrate", "makemigrations", "sqlmigrate", "showmigrations", "optimizemigration")

SECRET_KEY = env("LOANWRIGHT_SECRET_KEY", "not-used-by-this-command" if DETACHED else None)
FIELD_KEYS = env("LOANWRIGHT_FIELD_KEYS", "" if not DETACHED else "none:")
STATE_DIR = Path(env("LOANWRIGHT_STATE", str(BASE_DIR / ".state")))
# Where each close writes its sealed day, for an auditor to keep; empty: only as a download.
SEALS_DIR = env("LOANWRIGHT_SEALS_DIR", "")
DEBUG = False
ALLOWED_HOSTS = names(env("LOANWRIGHT_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"))
CSRF_TRUSTED_ORIGINS = names(env("LOANWRIGHT_TRUSTED_ORIGINS", ""))


# --- database -------------------------------------------------------------------------------------------------------
def database(url: str) -> dict[str, object]:
    """Django's settings of the PostgreSQL at `url`: postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": None if SERVES_FOR_LONG else 0,
        # Each view is atomic inside the transaction that the tenant's middleware opens for the whole request.
        "ATOMIC_REQUESTS": True,
        "OPTIONS": options,
        "TEST": {"NAME": unquote(parts.path.lstrip("/"))},
    }


SERVES_FOR_LONG = COMMAND == ""
DATABASE_URL = env("DATABASE_URL", "postgresql://nobody@localhost/none" if DETACHED else None)
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", "")
APPLICATION_ROLE = database(DATABASE_URL)["USER"]
DATABASES = {"default": database(DATABASE_OWNER_URL if AS_OWNER and DATABASE_OWNER_URL else DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache, sessions, jobs ------------------------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "lw"}
}
# Sessions live in Redis alone: no table holds the sessions of several tenants side by side.
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True

CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix:")
    else REDIS_URL
)
# The database holds the truth; a message only starts work, so a lost broker loses nothing.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# How many workers share the night: as many as the database has cores, and no more than there are workers.
NIGHT_WORKERS = int(env("LOANWRIGHT_NIGHT_WORKERS", "2"))
# How many rows of a list, entries of an export or loans of a month's close a person waits for; more is long work.
ROWS_AT_ONCE = int(env("LOANWRIGHT_ROWS_AT_ONCE", "10000"))
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "lending.admin_site.LoanwrightAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "tenants",
    "parties",
    "ledger",
    "servicing.payments",
    "servicing.payoffs",
    "servicing.statements",
    "origination",
    "reporting",
    "lending",
]

MIDDLEWARE = [
    "lending.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    # From here inwards one transaction belongs to one tenant.
    "tenants.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lending.middleware.StaffMfaMiddleware",
    "lending.middleware.SentOnceMiddleware",
    "lending.recent.RecentMiddleware",
    "lending.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "lending.urls"
WSGI_APPLICATION = "lending.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lending.context.shell",
            ],
            "builtins": ["lending.templatetags.loanwright"],
        },
    },
]

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "lending.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "lending.accounts.SignupForm"
ACCOUNT_FORMS = {
    "login": "lending.account_forms.SignIn",
    "signup": "lending.account_forms.SignUp",
    "reset_password": "lending.account_forms.ForgottenPassword",
    "change_password": "lending.account_forms.ChangedPassword",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# The same person may borrow from two lenders on one system; each tenant sees its own addresses only.
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENVIRONMENT == "production" else "http"
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # axes counts failed sign-ins
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Loanwright"

AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "lending.accounts.username_within_tenant"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "login", "ip_address"]

# --- security -------------------------------------------------------------------------------------------------------
SECURED = ENVIRONMENT != "demo"
SECURE_SSL_REDIRECT = SECURED
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURED else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURED
SECURE_HSTS_PRELOAD = SECURED
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = SECURED
CSRF_COOKIE_SECURE = SECURED
CSRF_FAILURE_VIEW = "lending.views.signed_in.page_too_old"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # an e-mail address is unique within a tenant, which is what the sign-in sees
    "axes.W003",  # our stand-alone axes backend comes first
]

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    # Closed: an address of the API opens by naming its permission, never by forgetting to.
    "DEFAULT_PERMISSION_CLASSES": ["lending.api_access.Closed"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "lending.api.refused",
    # For one address that nobody signs in from: what answers, and what is made into a file.
    "DEFAULT_THROTTLE_RATES": {
        "calculator_api": "60/min",
        "calculator_pages": "240/min",
        "calculator_files": "20/min",
        "check_code": "30/min",
    },
    # Whose address counts: behind the proxy of operations.md the last it names, else the other end of the connection.
    "NUM_PROXIES": 1 if SECURED else 0,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Loanwright",
    "DESCRIPTION": "Amounts are text in dollars with two decimals, rates text in percent a year, dates YYYY-MM-DD.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- words, numbers, files ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j M Y"
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static" if ENVIRONMENT == "demo" else BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": STATE_DIR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = True

EMAIL_URL = env("LOANWRIGHT_EMAIL_URL", "")
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp"
    EMAIL_USE_SSL = _mail.scheme == "smtps"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOANWRIGHT_LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
