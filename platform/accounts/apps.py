"""Django registration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See models and services of accounts."""

    name = "accounts"
