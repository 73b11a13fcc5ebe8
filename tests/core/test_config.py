from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from concierge.core.config import Mode, Settings, load_settings
from concierge.core.errors import ConfigError

VARIABLES = [str(f.validation_alias.choices[0]) for f in Settings.model_fields.values()]  # type: ignore[union-attr]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours is set, and the working directory has no `.env`."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONCIERGE_DATA_DIR", str(tmp_path / "var"))


def test_without_any_setting_the_app_runs_its_own_database_and_the_demo_shop() -> None:
    settings = load_settings()
    assert settings.mongodb_uri is None
    assert settings.embedded
    assert settings.demo
    assert settings.db == "concierge"
    assert settings.mode is Mode.LOCAL_DB
    assert settings.enabled
    assert settings.rollout_percent == 100
    assert (settings.host, settings.port) == ("127.0.0.1", 8501)
    assert settings.base_url == "http://127.0.0.1:8501"


def test_a_named_database_has_no_demo_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://db.example.com")
    assert not load_settings().demo
    monkeypatch.setenv("CONCIERGE_DEMO", "1")
    assert load_settings().demo


def test_the_demo_can_be_turned_off_on_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONCIERGE_DEMO", "0")
    assert not load_settings().demo


def test_every_value_says_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=8600\nCONCIERGE_DB=shop\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "8700")
    settings = load_settings()
    asked = ("PORT", "CONCIERGE_DB", "CONCIERGE_SECRET_KEY", "CONCIERGE_ENABLED")
    assert [settings.source(variable) for variable in asked] == [
        "environment",
        ".env",
        "data folder",
        "default",
    ]


@pytest.mark.parametrize("wrong", ["*", "proxy.example.com", "10.0.0.0/33", "10.0.0.1 10.0.0.2"])
def test_a_trusted_proxy_is_an_address_or_a_network(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    assert load_settings().trusted_proxies == ()
    monkeypatch.setenv("CONCIERGE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8 ,::1")
    assert load_settings().trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1")
    monkeypatch.setenv("CONCIERGE_TRUSTED_PROXIES", wrong)
    with pytest.raises(ConfigError, match="CONCIERGE_TRUSTED_PROXIES"):
        load_settings()


def test_a_file_named_env_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=8600\nCONCIERGE_DB=shop\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "8700")
    settings = load_settings()
    assert (settings.port, settings.db) == (8700, "shop")


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_set_to_nothing_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    if variable == "CONCIERGE_DATA_DIR":
        # Absent it means a folder beside the source, which a test has no business to make.
        monkeypatch.setenv("CONCIERGE_SECRET_KEY", "s" * 32)
    monkeypatch.setenv(variable, "  ")
    load_settings()


def test_allowed_origins_are_a_list_without_trailing_slashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "CONCIERGE_ALLOWED_ORIGINS", "https://shop.example.com/, http://127.0.0.1:3000"
    )
    assert load_settings().allowed_origins == (
        "https://shop.example.com",
        "http://127.0.0.1:3000",
    )


def test_links_in_mails_use_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_PUBLIC_URL", "https://desk.example.com/")
    assert load_settings().base_url == "https://desk.example.com"


BAD = [
    ("MONGODB_URI", "http://db.example.com"),
    ("CONCIERGE_DB", "two words"),
    ("CONCIERGE_DB", "x" * 51),
    ("CONCIERGE_DEMO", "maybe"),
    ("CONCIERGE_SECRET_KEY", "too short"),
    ("CONCIERGE_MODE", "mysql"),
    ("CONCIERGE_ENABLED", "perhaps"),
    ("CONCIERGE_ROLLOUT_PERCENT", "101"),
    ("CONCIERGE_ROLLOUT_PERCENT", "half"),
    ("CONCIERGE_ALLOWED_ORIGINS", "shop.example.com"),
    ("CONCIERGE_TIMEZONE", "Mars/Olympus"),
    ("CONCIERGE_TIMEZONE", "../etc/passwd"),
    ("CONCIERGE_SMTP_PORT", "0"),
    ("PORT", "70000"),
    ("PORT", "eighty"),
]


@pytest.mark.parametrize(("variable", "value"), BAD)
def test_a_bad_value_stops_the_start_with_one_line_that_names_it_and_an_example(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    line = str(caught.value)
    assert re.fullmatch(
        rf"{variable}: .{{5,}} \(example: {variable}=[^. ][^ ]+\)|"
        rf"{variable}: .{{5,}} \(example: {variable}=1\)",
        line,
    ), line


@pytest.mark.parametrize(("variable", "value"), BAD)
def test_the_example_of_a_bad_value_is_a_good_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    monkeypatch.setenv(variable, caught.value.example)
    load_settings()


def test_a_bad_value_in_a_file_is_named_like_one_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^PORT: "):
        load_settings()


def test_a_secret_never_stands_in_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_SECRET_KEY", "hush")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "hush" not in str(caught.value)


def test_a_secret_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    first = load_settings().secret_key
    assert first is not None
    assert len(first) >= 32
    assert load_settings().secret_key == first
    kept = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert os.listdir(kept.parent) == ["secret_key"]


def test_a_given_secret_is_used_and_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONCIERGE_SECRET_KEY", "s" * 32)
    assert load_settings().secret_key == "s" * 32
    assert not (tmp_path / "var").exists()


def test_a_data_folder_that_cannot_be_written_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CONCIERGE_DATA_DIR", str(tmp_path / "file" / "var"))
    with pytest.raises(ConfigError, match=r"^CONCIERGE_DATA_DIR: .* cannot be written"):
        load_settings()


def test_settings_for_people_name_every_variable_and_show_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets = {
        "MONGODB_URI": "mongodb://user:hush-hush@db.example.com",
        "CONCIERGE_SECRET_KEY": "hush-hush" * 4,
        "CONCIERGE_SMTP_PASSWORD": "hush-hush",
    }
    for variable, value in secrets.items():
        monkeypatch.setenv(variable, value)
    shown = load_settings().masked()
    assert set(shown) == set(VARIABLES)
    assert "hush" not in str(shown)
    assert all(shown[variable] == "••• (set)" for variable in secrets)
