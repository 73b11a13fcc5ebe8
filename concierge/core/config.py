"""Settings, read once from the environment and `.env`; the only module that looks there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AliasChoices, Field, PrivateAttr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from concierge.core.errors import ConfigError
from concierge.core.folders import PROJECT_ROOT

_EXAMPLES = {
    "MONGODB_URI": "mongodb+srv://user:password@cluster.example.net",
    "CONCIERGE_DB": "concierge",
    "CONCIERGE_DATA_DIR": "/var/lib/aurora",
    "CONCIERGE_DEMO": "1",
    "CONCIERGE_SECRET_KEY": "a-random-text-of-32-characters-or-more",
    "CONCIERGE_MODE": "localDb",
    "CONCIERGE_ENABLED": "true",
    "CONCIERGE_ROLLOUT_PERCENT": "100",
    "CONCIERGE_ALLOWED_ORIGINS": "https://shop.example.com",
    "CONCIERGE_TRUSTED_PROXIES": "127.0.0.1",
    "CONCIERGE_TIMEZONE": "America/New_York",
    "CONCIERGE_HOST": "127.0.0.1",
    "CONCIERGE_PUBLIC_URL": "https://desk.example.com",
    "CONCIERGE_SMTP_HOST": "smtp.example.com",
    "CONCIERGE_SMTP_PORT": "587",
    "PORT": "8501",
}
_SECRETS = {"mongodb_uri", "secret_key", "smtp_password"}


class Mode(StrEnum):
    """Where products and orders live: our database, the shop's services, or neither (stub)."""

    LOCAL_DB = "localDb"
    REMOTE = "remote"
    STUB = "stub"


def _name(variable: str) -> Any:
    return Field(validation_alias=AliasChoices(variable))


class Settings(BaseSettings):
    """The whole configuration; every field says which variable sets it."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    mongodb_uri: Annotated[str | None, _name("MONGODB_URI")] = None
    mongod_path: Annotated[str | None, _name("CONCIERGE_MONGOD")] = None
    db: Annotated[str, _name("CONCIERGE_DB")] = "concierge"
    data_dir: Annotated[Path, _name("CONCIERGE_DATA_DIR")] = PROJECT_ROOT / "var"
    demo_choice: Annotated[bool | None, _name("CONCIERGE_DEMO")] = None
    secret_key: Annotated[str | None, _name("CONCIERGE_SECRET_KEY")] = None
    mode: Annotated[Mode, _name("CONCIERGE_MODE")] = Mode.LOCAL_DB
    enabled: Annotated[bool, _name("CONCIERGE_ENABLED")] = True
    rollout_percent: Annotated[
        int, Field(ge=0, le=100, validation_alias=AliasChoices("CONCIERGE_ROLLOUT_PERCENT"))
    ] = 100
    allowed_origins: Annotated[tuple[str, ...], NoDecode, _name("CONCIERGE_ALLOWED_ORIGINS")] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, _name("CONCIERGE_TRUSTED_PROXIES")] = ()
    timezone: Annotated[str | None, _name("CONCIERGE_TIMEZONE")] = None
    host: Annotated[str, _name("CONCIERGE_HOST")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, validation_alias=AliasChoices("PORT"))] = 8501
    public_url: Annotated[str | None, _name("CONCIERGE_PUBLIC_URL")] = None
    smtp_host: Annotated[str | None, _name("CONCIERGE_SMTP_HOST")] = None
    smtp_port: Annotated[
        int, Field(ge=1, le=65535, validation_alias=AliasChoices("CONCIERGE_SMTP_PORT"))
    ] = 587
    smtp_username: Annotated[str | None, _name("CONCIERGE_SMTP_USERNAME")] = None
    smtp_password: Annotated[str | None, _name("CONCIERGE_SMTP_PASSWORD")] = None
    mail_from: Annotated[str, _name("CONCIERGE_MAIL_FROM")] = "concierge@shop.example"
    _secret_was_kept: bool = PrivateAttr(default=False)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any, info: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            return cls.model_fields[info.field_name].default
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        for origin in value:
            if not origin.startswith(("https://", "http://")):
                raise ValueError(f"'{origin}' is not an origin")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_addresses(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = tuple(part.strip() for part in value.split(",") if part.strip())
        for proxy in value:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise ValueError(f"'{proxy}' is not an IP address or network") from error
        return value

    @field_validator("mongodb_uri")
    @classmethod
    def _is_mongo(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("must start with mongodb:// or mongodb+srv://")
        return value

    @field_validator("mode")
    @classmethod
    def _is_in_use(cls, value: Mode) -> Mode:
        if value is not Mode.LOCAL_DB:
            raise ValueError(
                f"'{value}' is not in use yet: products and orders are in our database"
            )
        return value

    @field_validator("db")
    @classmethod
    def _is_database_name(cls, value: str) -> str:
        if not value or len(value) > 50 or any(c in '/\\. "$*<>:|?' for c in value):
            raise ValueError('must be 1-50 characters without / \\ . " $ * < > : | ? or spaces')
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: str | None) -> str | None:
        if value is not None and len(value) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise ValueError(f"'{value}' is not a time zone") from error
        return value

    @property
    def demo(self) -> bool:
        """Demo shop and accounts: by default only on the server we run ourselves."""
        return self.mongodb_uri is None if self.demo_choice is None else self.demo_choice

    @property
    def embedded(self) -> bool:
        return self.mongodb_uri is None

    @property
    def base_url(self) -> str:
        """Where people reach us, for links in mails; no trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def known_url(self) -> str | None:
        """Where people reach us, if a setting says so; else only a running app knows its port."""
        told = self.public_url is not None or "port" in self.model_fields_set
        return self.base_url if told else None

    def source(self, variable: str) -> str:
        """Where the variable's value comes from, in words."""
        if os.environ.get(variable, "").strip():
            return "environment"
        if variable == "CONCIERGE_SECRET_KEY" and self._secret_was_kept:
            return "data folder"
        told = {
            _variable(field, type(self).model_fields[field].validation_alias)
            for field in self.model_fields_set
        }
        return ".env" if variable in told else "default"

    def masked(self) -> dict[str, object]:
        """Variable name -> value for people to read; secrets show only that they are set."""
        shown: dict[str, object] = {}
        for field, info in type(self).model_fields.items():
            value = getattr(self, field)
            if field in _SECRETS and value is not None:
                value = "••• (set)"
            elif isinstance(value, tuple):
                value = list(value)
            elif isinstance(value, Path | Mode):
                value = str(value)
            shown[_variable(field, info.validation_alias)] = value
        return shown


def _variable(field: str, alias: object) -> str:
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return field


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the environment; raises `ConfigError`, one line, for the first bad value.

    Without `CONCIERGE_SECRET_KEY`, one is made and kept, 0600, in the data directory; a database
    named by `MONGODB_URI` needs its own, as several machines may share it.
    """
    try:
        settings = Settings(**dict(overrides or {}))
    except ValidationError as error:
        first = error.errors()[0]
        variable = str(first["loc"][0]) if first["loc"] else "configuration"
        field = Settings.model_fields.get(variable)
        if field is not None:
            variable = _variable(variable, field.validation_alias)
        fault = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigError(variable, fault, _EXAMPLES.get(variable, "...")) from None
    if settings.secret_key is None:
        settings.secret_key = _kept_secret(settings.data_dir)
        settings._secret_was_kept = True
    return settings


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Several processes may start at once: whoever creates the file decides.
        draft = data_dir / f".secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            "CONCIERGE_DATA_DIR", f"'{data_dir}' cannot be written ({error.strerror})", "./var"
        ) from error


def child_environment(**extra: str) -> dict[str, str]:
    """The environment for a process we start, with `extra` on top."""
    return {**os.environ, **extra}
