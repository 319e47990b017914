"""JSON log lines with a request id from browser to worker, and without personal data.

Settings point `LOGGING_CONFIG` here, so every role logs alike from its first line.
"""

import logging
import logging.config
import re
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger

REDACTED: Final = "[redacted]"
# Keys whose values never reach a log, wherever they stand.
SECRET_KEYS: Final = frozenset(
    {
        "authorization",
        "body",
        "cookie",
        "csrftoken",
        "email",
        "full_name",
        "password",
        "phone",
        "secret",
        "sessionid",
        "text",
        "ticket",
        "token",
        "value",
    }
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_PHONE = re.compile(r"\+\d{8,15}\b")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace secrets and personal data in one log line."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: object) -> object:
    if key.lower() in SECRET_KEYS:
        return REDACTED
    if isinstance(value, str):
        return _PHONE.sub(REDACTED, _EMAIL.sub(REDACTED, value))
    if isinstance(value, dict):
        return {inner: _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean("", item) for item in value]
    return value


def shared_processors() -> list[Any]:
    """Return the steps that every line passes, ours or a library's."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]


def configure(options: dict[str, Any]) -> None:
    """Set up standard logging and structlog; called by Django with settings.LOGGING.

    Args:
        options: `level` is the least level that is written; `cache` False lets tests capture
            lines of loggers that were used before.
    """
    shared = shared_processors()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["out"], "level": options.get("level", "INFO")},
            "loggers": {
                "django.server": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "daphne": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=bool(options.get("cache", True)),
    )
