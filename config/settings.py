"""Django settings.  What differs between deployments comes from :mod:`config.env`."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from config.env import Environment
from operations.bounds import Bounds
from operations.checkout import BASE_DIR
from operations.embedded.database import embedded_database_url
from operations.secret_key import stored_secret_key

django_stubs_ext.monkeypatch()  # Lets ModelAdmin[Seat] run as well as type-check.

ENV = Environment()
BOUNDS = Bounds()
KNOWN_VARIABLES = frozenset({*ENV.variables(), *BOUNDS.variables()})

# --- Identity of the deployment -------------------------------------------------------------

BASE_URL = ENV.base_url
PORT = ENV.port
DEBUG = ENV.debug
COMPONENTS_PAGE = ENV.components
SECRET_KEY = ENV.secret_key or stored_secret_key(ENV.data_dir)
SECRET_KEY_IS_GENERATED = not ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.previous_secret_keys
ALLOWED_HOSTS = ENV.allowed_hosts or [str(urlsplit(BASE_URL).hostname), "127.0.0.1", "localhost"]
DATA_DIR = ENV.data_dir
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

# --- Applications ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "rest_framework",
    "procrastinate.contrib.django",
    "accounts.apps.AccountsConfig",
    "provisioning.apps.ProvisioningConfig",
    "access_requests.apps.AccessRequestsConfig",
    "access_reviews.apps.AccessReviewsConfig",
    "licenses.apps.LicensesConfig",
    "scim.apps.ScimConfig",
    "saml_sso.apps.SamlSsoConfig",
    "operations.apps.OperationsConfig",
    "console.apps.ConsoleConfig",
    "config.apps.GatehouseConfig",
]
MIDDLEWARE = [
    "operations.requests.request_id.RequestIdMiddleware",
    "operations.requests.refused_bodies.RequestBodyMiddleware",
    "operations.requests.client_address.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "scim.http.middleware.SCIMMiddleware",
    "accounts.secrets.secret_paths.SecretPathMiddleware",
    "operations.requests.charsets.CharsetMiddleware",
    "operations.requests.storable.StorableRequestMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "operations.requests.caching.NoStoreMiddleware",
    "accounts.signing_in.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.signing_in.marker.MarkerMiddleware",
    "accounts.posted_forms.kept_forms.KeptFormMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.signing_in.devices.DeviceMiddleware",
    "accounts.views.whose_brand.RememberTenantMiddleware",
    "axes.middleware.AxesMiddleware",
    "accounts.views.busy.HashingBusyMiddleware",
    "operations.requests.methods.WrongMethodMiddleware",
    "operations.requests.outages.ConflictMiddleware",
]
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
                "accounts.views.whose_brand.brand",
            ],
            "builtins": ["console.templatetags.components"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")
SILENCED_SYSTEM_CHECKS = [
    # user_name is unique in its tenant; SignInBackend takes the tenant into account.
    "auth.W004",
]

# --- Database -------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    url = ENV.database_url or embedded_database_url(ENV.data_dir.resolve())
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "accounts.postgresql",  # Django's own, within limits.
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": BOUNDS.connect_seconds,
            # A machine or a network that is gone says nothing: ask after 30 seconds of silence.
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,  # Milliseconds.
            **parts,
            "application_name": "gatehouse",
            # For what accounts.storage.prepared executes; Django's own are never prepared.
            "prepare_threshold": None if ENV.transaction_pooling else 0,
        },
    }


EMBEDDED_DATABASE = not ENV.database_url
TRANSACTION_POOLING = ENV.transaction_pooling
OUTGOING_NETWORKS = ENV.outgoing_networks
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People: passwords, sessions, throttling ------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.SignInBackend",
    "accounts.backends.RecoveryCodeBackend",
]
PASSWORD_HASHERS = [
    "accounts.secrets.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
TRAIL_DAYS = ENV.trail_days  # Unless a tenant has its own.
TRAIL_PERSON_DAYS = ENV.trail_person_days  # From the person's deletion on.
PASSWORD_HASHES_AT_ONCE = ENV.hashes_at_once  # In a worker process; 100 MiB each.
PASSWORD_HASH_WAIT_SECONDS = 2.0
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {
            "user_attributes": (
                *("user_name", "email", "given_name", "family_name", "display_name", "company"),
            )
        },
    },
    {"NAME": "accounts.signing_in.password_rules.OwnWordsValidator"},
    {"NAME": "accounts.signing_in.password_rules.RepetitionValidator"},
    {"NAME": "accounts.signing_in.password_rules.PermittedCharactersValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_ENGINE = "accounts.signing_in.sessions"
SESSION_SERIALIZER = "accounts.signing_in.sessions.Serializer"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "gatehouse_session"
CSRF_COOKIE_NAME = "gatehouse_csrf"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # Hours.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "accounts.signing_in.throttling.SignInThrottle"
AXES_USERNAME_CALLABLE = "accounts.signing_in.throttling.throttled_name"
AXES_CLIENT_IP_CALLABLE = "accounts.signing_in.throttling.client_address"
AXES_SENSITIVE_PARAMETERS: list[str] = ["password", "secret"]
AXES_LOCKOUT_CALLABLE = "accounts.views.errors.locked_out"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # The audit trail and the sessions say who signed in.
AXES_VERBOSE = False

# --- The browser: TLS, cookies, Content-Security-Policy -------------------------------------

_HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
TRUSTED_PROXIES = ENV.trusted_proxies
SECURITY_CONTACT = ENV.security_contact
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [BASE_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Files, language, time ------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "operations.static_files.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A body is whole in memory before a page sees it (operations.server.bodies): files need no disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = BOUNDS.body_bytes

# --- Mail -----------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
if ENV.email_url:
    _mail = urlsplit(ENV.email_url)
    EMAIL_BACKEND = "accounts.smtp_backend.DeadlineEmailBackend"
    EMAIL_HOST = str(_mail.hostname)
    EMAIL_PORT = _mail.port or 25
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls" or "tls" in parse_qs(_mail.query)
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 10
    EMAIL_SECONDS = BOUNDS.mail_seconds
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = ENV.data_dir / "mail"

# --- Jobs -----------------------------------------------------------------------------------

# Ours are not Procrastinate's tasks, and accounts.jobs knows where they are.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

# --- Protocols ------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {"UNAUTHENTICATED_USER": None}
SCIM_SERVICE_PROVIDER = {
    "NETLOC": urlsplit(BASE_URL).netloc,
    "SCHEME": urlsplit(BASE_URL).scheme,
    "AUTHENTICATION_SCHEMES": [{"type": "oauthbearertoken"}],
    "USER_ADAPTER": "scim.adapters.user_adapter.UserAdapter",
    "GROUP_ADAPTER": "scim.adapters.group_adapter.GroupAdapter",
    "WWW_AUTHENTICATE_HEADER": "Bearer",
}

# --- Logs -----------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "operations.log_lines.text_lines.TextLines"},
        "json": {"()": "operations.log_lines.json_lines.JSONLines"},
    },
    "filters": {
        "bounded": {"()": "operations.log_lines.bounded.Bounded"},
        "one_line": {"()": "accounts.requests.outages.OneLine"},
        "request_id": {"()": "accounts.requests.request_id.RequestId"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": ENV.log_format,
            "filters": ["bounded", "one_line", "request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": ENV.log_level},
    # One writes a line for each request of ours, with the whole address; one for each job; one who
    # tried to sign in from where, which is in the audit trail and goes when that does.
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}
