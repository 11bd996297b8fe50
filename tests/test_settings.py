"""Every setting is checked before anything listens; a refusal says what is expected."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatserver.cli import main
from chatserver.core.business_hours import BusinessHours, split_at_midnight
from chatserver.settings import Settings
from chatserver.settings_file import load_settings

WRONG = {
    "port": ("many", "a whole number"),
    "smtp_port": ("70000", "65535 or less"),
    "capacity": ("0", "1 or more"),
    "burst": ("0", "1 or more"),
    "rate": ("nan", "a finite number"),
    "drain_s": ("inf", "a finite number"),
    "keep_days": ("-1", "0 or more"),
    "host": ("localhost:8080", "without a port"),
    "public_url": ("help.example.org", "http:// or https:// and a host"),
    "allowed_origins": ('["www.example.org"]', "a scheme and a host"),
    "trusted_proxies": ('["nonsense"]', "an address or network"),
    "identity_secret": ("short", "32 characters or more"),
    "log_level": ("loud", "'debug', 'info', 'warning', 'error' or 'critical'"),
    "smtp_security": ("ssl", "'tls', 'starttls' or 'none'"),
    "smtp_authorities": ("/no/such.pem", "there is no such file"),
    "mail_reply_to": ("Help", "an e-mail address"),
    "file_types": ('["png"]', "a media type"),
    "clamav": ("localhost", "HOST:PORT"),
    "solved_shared": ("perhaps", "true or false"),
    "mask": ('["cards"]', "'card', 'password' or 'token'"),
    "work_days": ("[7]", "6 or less"),
    "work_opens": ("nine", "a time of day"),
    "work_closes": ("17:00Z", "without a zone"),
    "timezone": ("Europe/Berlln", "did you mean Europe/Berlin?"),
    "keep_days_by_topic": ('{"dsl": -1}', "0 or more"),
}
"""For each kind of setting a value that is refused, and a part of what is expected."""


def refused(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """The complaint of `settings`, which refuses all that `serve` refuses."""
    assert main(["settings", *options]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "pydantic" not in said.err
    return said.err


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_value_is_refused_with_its_name_and_what_is_expected(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    value, hint = WRONG[name]
    variable = f"CHATSERVER_{name.upper()}"
    monkeypatch.setenv(variable, value)
    complaint = refused(capsys)
    assert complaint.startswith(f"chatserver: {variable}")
    assert hint in complaint
    if name == "identity_secret":
        assert value not in complaint
    else:
        assert str(value.strip('[]"{}').split('"')[0]) in complaint
    assert len(complaint.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        *("help.example.org", "ftp://help.example.org", "https://", "https:help.example.org"),
        *("https://help.example.org/chat", "https://help.example.org?x=1", "https://a/#b"),
        *("https://user:word@help.example.org", "https://help.example.org:99999", ""),
    ],
)
def test_a_public_url_has_a_scheme_and_a_host_and_nothing_else(url: str) -> None:
    with pytest.raises(ValueError, match="http:// or https://"):
        load_settings(None, public_url=url)


def test_the_slash_after_a_public_url_is_not_doubled_in_links() -> None:
    assert (
        load_settings(None, public_url="https://help.example/").base_url == "https://help.example"
    )


@pytest.mark.parametrize(
    ("together", "sentence"),
    [
        ({"work_opens": "09:00", "work_closes": "09:00"}, "business hours need a length"),
        ({"mail_from": "help@example.org"}, "MAIL_FROM is set and CHATSERVER_SMTP_HOST is not"),
        ({"standby": "true"}, "STANDBY is set and CHATSERVER_DATABASE is not"),
        ({"smtp_host": "localhost"}, "SMTP_HOST is set and CHATSERVER_MAIL_FROM is not"),
        (
            {"smtp_host": "localhost", "mail_from": "a@example.org", "smtp_user": "ann"},
            "SMTP_USER is set and CHATSERVER_SMTP_PASSWORD is not",
        ),
        ({"work_days": "[]"}, "at least one weekday"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    together: dict[str, str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in together.items():
        monkeypatch.setenv(f"CHATSERVER_{name.upper()}", value)
    assert sentence in refused(capsys)


@pytest.mark.parametrize(
    ("opens", "closes", "open_at", "closed_at"),
    [
        ("09:00", "24:00", "23:59", "08:59"),
        ("22:00", "06:00", "05:59", "06:00"),
        ("00:00", "24:00", "23:59", None),
    ],
)
def test_business_hours_of_the_settings_may_reach_midnight_and_the_next_day(
    opens: str, closes: str, open_at: str, closed_at: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATSERVER_WORK_OPENS", opens)
    monkeypatch.setenv("CHATSERVER_WORK_CLOSES", closes)
    schedule = load_settings(None).schedule
    hours = BusinessHours(split_at_midnight(schedule.week), UTC)
    # A Wednesday: the day before it is a working day, too.
    assert hours.is_open(datetime.fromisoformat(f"2026-11-25T{open_at}Z"))
    if closed_at is not None:
        assert not hours.is_open(datetime.fromisoformat(f"2026-11-25T{closed_at}Z"))


def test_a_variable_that_is_no_setting_is_refused_with_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATSERVER_ALOWED_ORIGINS", "[]")
    assert "did you mean CHATSERVER_ALLOWED_ORIGINS?" in refused(capsys)


def test_a_list_that_is_not_json_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATSERVER_TRUSTED_PROXIES", "127.0.0.1")
    complaint = refused(capsys)
    assert complaint.startswith(
        "chatserver: CHATSERVER_TRUSTED_PROXIES = '127.0.0.1': expected JSON"
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('\nport = "many"\n', ":2: CHATSERVER_PORT = 'many': expected a whole number"),
        ("prot = 80\n", "there is no setting prot; did you mean port?"),
        ("xyzzy = 80\n", "`settings` prints all"),
        ("port = 80\nhost: x\n", "line 2, column 5: this is not TOML"),
        ("# \udcff", "is not UTF-8"),
    ],
)
def test_a_settings_file_is_refused_with_the_line(
    content: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "chat.toml"
    config.write_text(content, "utf-8", "surrogateescape")
    complaint = refused(capsys, "--config", str(config))
    assert str(config) in complaint
    assert sentence in complaint


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_settings_file_that_is_none_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no file" in refused(capsys, "--config", str(tmp_path / name))


def test_a_data_folder_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert "this is a file" in refused(capsys, "--data", str(tmp_path / "file"))


def test_every_default_is_accepted() -> None:
    defaults = {
        name: field.default
        for name, field in Settings.model_fields.items()
        if field.default is not None
    }
    assert json.dumps(load_settings(None, **defaults).model_dump(mode="json"))
