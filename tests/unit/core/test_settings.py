"""Settings from the environment: each mistake has one sentence, and all are told at once."""

import os
import stat
import threading

import pytest

from steelyard.core.settings import Settings, SettingsError

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def environ(tmp_path):
    return {"STEELYARD_DATA_DIR": str(tmp_path), "STEELYARD_SECRET_KEY": SECRET}


def test_the_embedded_default_needs_nothing_but_a_folder(tmp_path):
    settings = Settings.from_env({"STEELYARD_DATA_DIR": str(tmp_path / "new" / "folder")})
    assert settings.database_url == f"sqlite:///{tmp_path}/new/folder/steelyard.db"
    assert len(settings.secret_key) >= 32
    assert (settings.locale, settings.log_format) == ("zh", "text")


def test_nothing_is_fetched_unless_it_is_said(environ):
    assert Settings.from_env(environ).fetch_prices is False
    said = Settings.from_env(environ | {"STEELYARD_FETCH_PRICES": "on", "STEELYARD_FETCH_CONTACT": "mail@example.org"})
    assert (said.fetch_prices, said.fetch_contact) == (True, "mail@example.org")


def test_the_secret_made_at_the_first_start_is_kept_for_its_owner_alone(tmp_path):
    environ = {"STEELYARD_DATA_DIR": str(tmp_path)}
    first, second = Settings.from_env(environ), Settings.from_env(environ)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_servers_that_start_together_share_one_whole_secret(tmp_path):
    found = []
    gate = threading.Barrier(8)

    def start():
        gate.wait()
        found.append(Settings.from_env({"STEELYARD_DATA_DIR": str(tmp_path)}).secret_key)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 32


def test_a_kept_secret_that_was_emptied_is_not_used(tmp_path):
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({"STEELYARD_DATA_DIR": str(tmp_path)})
    assert [mistake.split(":")[0] for mistake in refusal.value.mistakes] == ["STEELYARD_SECRET_KEY"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/db"),
        ("DATABASE_URL", "postgresql://host:port/db"),
        ("DATABASE_URL", "no url"),
        ("SECRET_KEY", "short"),
        ("PUBLIC_URL", "ftp://yard"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("LOCALE", "fr"),
        ("MAX_BODY_BYTES", "1"),
        ("MAX_BODY_BYTES", "9" * 5_000),
        ("REQUESTS_PER_MINUTE", "many"),
        ("REQUESTS_PER_MINUTE", "1e3"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "٣"),
        ("FETCH_PRICES", "yes"),
        ("FETCH_CONTACT", "价格@example.org"),
        ("FETCH_CONTACT", "a@b.example\r\nX-Header: 1"),
        ("FETCH_CONTACT", "x" * 121),
    ],
    ids=lambda value: value[:24],
)
def test_each_mistake_is_one_sentence_that_names_the_variable(environ, name, value):
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ | {f"STEELYARD_{name}": value})
    [mistake] = refusal.value.mistakes
    assert mistake.startswith(f"STEELYARD_{name}: ")
    assert mistake.endswith((".", ";")) or "makes one." in mistake
    assert "\n" not in mistake
    assert len(mistake) < 250


def test_all_mistakes_are_told_at_once(environ):
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ | {"STEELYARD_LOCALE": "fr", "STEELYARD_LOG_LEVEL": "LOUD"})
    assert len(refusal.value.mistakes) == 2
    assert str(refusal.value).splitlines() == refusal.value.mistakes


def test_a_server_on_postgresql_must_be_given_its_secret(tmp_path):
    environ = {"STEELYARD_DATA_DIR": str(tmp_path), "STEELYARD_DATABASE_URL": "postgresql://h/d"}
    with pytest.raises(SettingsError, match="STEELYARD_SECRET_KEY"):
        Settings.from_env(environ)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"STEELYARD_DATA_DIR: the folder .* cannot be made"):
        Settings.from_env({"STEELYARD_DATA_DIR": str(tmp_path / "file" / "below"), "STEELYARD_SECRET_KEY": SECRET})


def test_blank_values_are_as_good_as_none(environ):
    settings = Settings.from_env(environ | {"STEELYARD_LOCALE": "  ", "STEELYARD_PUBLIC_URL": ""})
    assert (settings.locale, settings.public_url) == ("zh", None)


def test_a_trailing_slash_of_the_public_address_is_dropped(environ):
    assert Settings.from_env(environ | {"STEELYARD_PUBLIC_URL": "https://y.cn/"}).public_url == "https://y.cn"


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.com:587", "smtps://name:p%40ss@mail.example.com", "smtp://127.0.0.1:25?plain"]
)
def test_a_mail_server_is_taken_with_the_address_that_mail_comes_from(environ, url):
    mail = {"STEELYARD_SMTP_URL": url, "STEELYARD_MAIL_FROM": "steelyard@example.com"}
    settings = Settings.from_env(environ | mail)
    assert (settings.smtp_url, settings.mail_from) == (url, "steelyard@example.com")


@pytest.mark.parametrize(
    ("mail", "names"),
    [
        ({"SMTP_URL": "http://mail.example.com", "MAIL_FROM": "a@b.cn"}, ["STEELYARD_SMTP_URL"]),
        ({"SMTP_URL": "smtp://mail.example.com:x", "MAIL_FROM": "a@b.cn"}, ["STEELYARD_SMTP_URL"]),
        ({"SMTP_URL": "smtp://mail.example.com"}, ["STEELYARD_MAIL_FROM"]),
        ({"MAIL_FROM": "nobody"}, ["STEELYARD_MAIL_FROM"]),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_told(environ, mail, names):
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env(environ | {f"STEELYARD_{name}": value for name, value in mail.items()})
    assert [mistake.split(":")[0] for mistake in refusal.value.mistakes] == names
