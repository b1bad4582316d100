"""Every setting of an installation; the environment is read in `environment.py` alone."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from counterfoil.config import addresses, environment, logs

PACKAGE = Path(__file__).resolve().parent.parent
_env = environment.read(os.environ)
_is_live = not _env.is_demo

# -- What our own code reads ------------------------------------------------------------------------------------
COUNTERFOIL_INSTALLATION = _env.installation
COUNTERFOIL_PROCESS = _env.process
COUNTERFOIL_KEYS_FILE = _env.keys_file
COUNTERFOIL_BASE_URL = _env.base_url.rstrip("/")
COUNTERFOIL_MFA_REQUIRED = _env.mfa_required
COUNTERFOIL_MAIL_FROM = _env.mail_from
COUNTERFOIL_SANDBOX_URL = _env.sandbox_url.rstrip("/")
COUNTERFOIL_TRUSTED_PROXY_COUNT = _env.trusted_proxy_count
COUNTERFOIL_BIND = _env.bind
COUNTERFOIL_PORT = _env.port
COUNTERFOIL_WEB_WORKERS = _env.web_workers
COUNTERFOIL_WEB_THREADS = _env.web_threads
COUNTERFOIL_WORKER_JOBS = _env.worker_jobs
COUNTERFOIL_SESSION_IDLE = timedelta(minutes=15)
COUNTERFOIL_SESSION_LONGEST = timedelta(hours=8)
COUNTERFOIL_SEEN_EVERY = timedelta(minutes=1)
COUNTERFOIL_SETTINGS_PAGE = environment.as_page  # how the settings are documented

# -- Applications -----------------------------------------------------------------------------------------------
# Ours come first: their templates take the place of allauth's.
INSTALLED_APPS = [
    "counterfoil.cli.apps.CliApp",
    "counterfoil.portal.apps.PortalApp",
    "counterfoil.desk.apps.DeskApp",
    "counterfoil.inbound.apps.InboundApp",
    "counterfoil.worker.apps.WorkerApp",
    "counterfoil.ui.apps.UiApp",
    "counterfoil.requests.apps.RequestsApp",
    "counterfoil.schedules.apps.SchedulesApp",
    "counterfoil.sharing.apps.SharingApp",
    "counterfoil.refunds.apps.RefundsApp",
    "counterfoil.payments.apps.PaymentsApp",
    "counterfoil.methods.apps.MethodsApp",
    "counterfoil.invoices.apps.InvoicesApp",
    "counterfoil.gateway_events.apps.GatewayEventsApp",
    "counterfoil.ledger.apps.LedgerApp",
    "counterfoil.imports.apps.ImportsApp",
    "counterfoil.notices.apps.NoticesApp",
    "counterfoil.agreements.apps.AgreementsApp",
    "counterfoil.payers.apps.PayersApp",
    "counterfoil.audit.apps.AuditApp",
    "counterfoil.identity.apps.IdentityApp",
    "counterfoil.rules.apps.RulesApp",
    "counterfoil.files.apps.FilesApp",
    "counterfoil.billers.apps.BillersApp",
    "counterfoil.documents.apps.DocumentsApp",
    "counterfoil.gateways.sandbox.apps.SandboxGatewayApp",
    "counterfoil.core.apps.CoreApp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "procrastinate.contrib.django",
]
ROOT_URLCONF = "counterfoil.config.urls"
WSGI_APPLICATION = "counterfoil.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE = [
    "counterfoil.config.middleware.RequestLine",
    "counterfoil.config.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages, as small as static files are. Django masks the form token and varies the length (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "counterfoil.config.signed_in.SessionLimits",
    "counterfoil.config.signed_in.PreferredLanguage",
    "counterfoil.config.signed_in.WithActor",
    "counterfoil.config.signed_in.SecondFactor",
    "counterfoil.config.signed_in.Face",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- Database, cache, jobs --------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": addresses.database(_env.database_url, process=_env.process),
}
if _env.migrate_database_url:
    DATABASES["owner"] = addresses.database(
        _env.migrate_database_url, process=_env.process, name="MIGRATE_DATABASE_URL"
    )
# In the database, so that sign-in limits hold for all processes together. The table comes with a migration.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"},
}

# -- Sessions, cookies, transport -------------------------------------------------------------------------------
# Cookies do not know ports: every process of a demo on localhost needs names of its own.
_cookie_prefix = "__Host-" if _is_live else ""
SECRET_KEY = _env.signing_key
SECRET_KEY_FALLBACKS = [_env.secret_key_old] if _env.secret_key_old else []
ALLOWED_HOSTS = [urlsplit(_env.base_url).hostname or "localhost"]
ALLOWED_HOSTS += [host.strip() for host in _env.hosts.split(",") if host.strip()]
if _env.is_demo:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
SESSION_COOKIE_NAME = f"{_cookie_prefix}cf_session"
SESSION_COOKIE_SECURE = _is_live
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(COUNTERFOIL_SESSION_LONGEST.total_seconds())
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = f"{_cookie_prefix}cf_csrf"
CSRF_COOKIE_SECURE = _is_live
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "cf_language"
LANGUAGE_COOKIE_SECURE = _is_live
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# `no-referrer` would make browsers send `Origin: null` on our own forms, and the CSRF check refuse them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _is_live
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _is_live else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _env.trusted_proxy_count else None

# -- Who is who -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.Login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {
        "NAME": f"{_validation}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
ACCOUNT_ADAPTER = "counterfoil.portal.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one address; the new one counts when its code was typed in
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # our adapter then works as long as for a known one, and sends nothing
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# As long as codes sent by mail may live (ASVS 6.5.5): who reads mail on another device needs the time.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _is_live else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
    "request_login_code": "20/m/ip,3/m/key",
    "confirm_email": "1/3m/key",
    # Codes of messages: nobody tries them through.
    "message_check": "20/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = _env.trusted_proxy_count
MFA_ADAPTER = "counterfoil.portal.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "counterfoil.portal.forms.passkeys.AddPasskey",
    "edit_webauthn": "counterfoil.portal.forms.passkeys.EditPasskey",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_NAME = f"{_cookie_prefix}cf_trusted"
MFA_TRUST_COOKIE_SECURE = _is_live
MFA_TOTP_ISSUER = "Counterfoil"
MFA_TOTP_TOLERANCE = 1  # a code typed in slowly still counts for half a minute
# Browsers let passkeys live on http://localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _env.is_demo

# -- Language, time, static files, mail, logs -------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [str(PACKAGE / "locale")]
STATIC_URL = "/static/"
STATIC_ROOT = _env.static_dir
_static_storage = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if _env.process == "web"
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
# Only `counterfoil web` gathers the files first; elsewhere (tests) they are found where they lie.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = _env.process != "web"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
_mail = addresses.mail(_env.smtp_url)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = _env.mail_from
SERVER_EMAIL = _env.mail_from
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starttls, _mail.tls
EMAIL_TIMEOUT = 20
LOGGING = logs.configuration(_env.log_level)
