"""Carrying one message to one channel, by apprise; nothing here knows the database.

Only the hosts in `OPEN_HOSTS` are spoken to, without following redirects; mail goes to the configured server
only. A robot that answers 200 with an error code in its body has refused the message, so its answer is read.
"""

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pricing.notifying.addresses import ROBOTS, ChannelKind

if TYPE_CHECKING:
    import requests

TIMEOUT_SECONDS = (5.0, 10.0)
"""To connect and to wait for an answer."""
LONGEST_REASON = 300
_CODES = ("errcode", "code", "StatusCode")
"""Where DingTalk and WeCom (the first) and Feishu put an error's number; 0 is success."""
OPEN_HOSTS = {kind: f"https://{shape.host}" for kind, shape in ROBOTS.items()}
"""Where each kind of robot is reached; tests lead it to a stand-in on this machine."""
_reason: ContextVar[str] = ContextVar("reason", default="")


@dataclass(frozen=True, slots=True)
class Post:
    """Our own mail server, as the settings name it, and the address that mail comes from."""

    smtp_url: str
    mail_from: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a message was taken, and else why not."""

    sent: bool
    reason: str = ""


def deliver(kind: ChannelKind, target: dict[str, str], title: str, body: str, post: Post | None) -> Outcome:
    """Hand a message over; never raises for what the other side does."""
    if kind is ChannelKind.EMAIL and post is None:
        return Outcome(False, "no mail server is configured (STEELYARD_SMTP_URL)")
    import apprise

    carrier = _mail(target["to"], post) if kind is ChannelKind.EMAIL and post else _robot(kind, target)
    _reason.set("")
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as heard:
        sent = bool(carrier.notify(body=body, title=title))
        reason = "" if sent else _reason.get() or heard.getvalue().strip() or "refused"
    return Outcome(sent, reason[:LONGEST_REASON])


def _robot(kind: ChannelKind, target: dict[str, str]) -> Any:
    from apprise.plugins import dingtalk, feishu, wecombot

    root = OPEN_HOSTS[kind]
    for module in (dingtalk, feishu, wecombot):
        module.requests = _Desk  # type: ignore[attr-defined]  # the one place where an answer's body can be judged
    robot: Any
    if kind is ChannelKind.DINGTALK:
        robot = dingtalk.NotifyDingTalk(token=target["token"], secret=target.get("secret"))
        robot.notify_url = f"{root}/robot/send?access_token={{token}}"
    elif kind is ChannelKind.WECOM:
        robot = wecombot.NotifyWeComBot(key=target["token"], overflow="split")
        robot.api_url = f"{root}/cgi-bin/webhook/send?key={target['token']}"
    else:
        robot = feishu.NotifyFeishu(token=target["token"])
        robot.notify_url = f"{root}/open-apis/bot/v2/hook/{{token}}"
    return robot


def _mail(to: str, post: Post) -> Any:
    from apprise.plugins.email import NotifyEmail

    parts = urlsplit(post.smtp_url)
    mode = "ssl" if parts.scheme == "smtps" else "insecure" if parts.query == "plain" else "starttls"
    return NotifyEmail(
        host=parts.hostname,
        port=parts.port or {"ssl": 465, "starttls": 587, "insecure": 25}[mode],
        smtp_host=parts.hostname,
        secure=mode != "insecure",
        secure_mode=mode,
        from_addr=post.mail_from,
        targets=[to],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        format="text",
    )


class _Desk:
    """What the robots' plugins call as ``requests``: one question to an open host, its answer judged."""

    import requests as _requests

    codes = _requests.codes
    RequestException = _requests.RequestException

    @classmethod
    def post(cls, url: str, **options: Any) -> "requests.Response":
        """Post as ``requests`` does; raises `RequestException` for a refusal that hides behind a 200."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" not in OPEN_HOSTS.values():
            raise cls._refused(f"{parts.hostname} is no host of a robot")
        try:
            answer = cls._requests.post(url, **options | {"allow_redirects": False, "timeout": TIMEOUT_SECONDS})
        except cls.RequestException as error:
            _reason.set(type(error).__name__)  # its text would repeat the token within the address
            raise
        if answer.status_code != cls.codes.ok:
            _reason.set(f"HTTP {answer.status_code}")
            return answer
        found = _error(answer)
        if found is not None:
            raise cls._refused(found)
        return answer

    @classmethod
    def _refused(cls, reason: str) -> Exception:
        _reason.set(reason)
        return cls.RequestException(reason)


def _error(answer: "requests.Response") -> str | None:
    """The error that a robot's answer tells of, None where it took the message."""
    try:
        said = answer.json()
    except ValueError:
        return "the answer is no JSON"
    if not isinstance(said, dict):
        return "the answer is no object"
    code = next((said[name] for name in _CODES if name in said), 0)
    return None if code == 0 else f"{code} {said.get('errmsg') or said.get('msg') or ''}".strip()
