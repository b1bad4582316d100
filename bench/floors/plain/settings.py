"""Plain Django on the product's tables: Django's own middleware and nothing of ours."""

from __future__ import annotations

from counterfoil.config.settings import *  # noqa: F403 - the same database, sessions, logins and logs

ROOT_URLCONF = "bench.floors.plain.urls"
WSGI_APPLICATION = "bench.floors.plain.wsgi.application"
LOGIN_URL = "/signed-out/"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # the sign-in library refuses to start without it
]
INSTALLED_APPS = [*INSTALLED_APPS, "bench.floors.plain"]  # noqa: F405
