"""The addresses that a channel may have: the official hosts of three robots, and mail through our own server; pure.

A robot's address is read to its token and made anew from the constants here, so that no text of a user ever
decides which machine is spoken to. Shapes of the addresses by the platforms' documents for custom robots:
DingTalk open.dingtalk.com/document/robots/custom-robot-access, WeCom developer.work.weixin.qq.com/document/path/91770,
Feishu open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

LONGEST = 300
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
_SECRET = re.compile(r"[A-Za-z0-9]{8,128}")


class ChannelKind(StrEnum):
    """What carries the message."""

    EMAIL = "email"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


@dataclass(frozen=True, slots=True)
class Shape:
    """A robot's address: its host, its path up to the token, and the parameter that holds the token if any."""

    host: str
    path: str
    parameter: str | None


ROBOTS = {
    ChannelKind.DINGTALK: Shape("oapi.dingtalk.com", "/robot/send", "access_token"),
    ChannelKind.WECOM: Shape("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
    ChannelKind.FEISHU: Shape("open.feishu.cn", "/open-apis/bot/v2/hook/", None),
}
SIGNED = frozenset({ChannelKind.DINGTALK})
"""Robots whose messages can be signed with a second secret (加签)."""


class NoAddress(ValueError):
    """A text that is no address of that kind."""


def target(kind: ChannelKind, address: str, secret: str | None) -> dict[str, str]:
    """What it takes to reach the channel: the mail address, or the robot's token and secret; raises `NoAddress`."""
    if secret is not None and (kind not in SIGNED or not _SECRET.fullmatch(secret)):
        raise NoAddress(kind)
    if kind is ChannelKind.EMAIL:
        if not _MAIL.fullmatch(address):
            raise NoAddress(kind)
        return {"to": address}
    found = {"token": _token(ROBOTS[kind], address)}
    return found if secret is None else found | {"secret": secret}


def _token(shape: Shape, address: str) -> str:
    """The token within a robot's address, which must be of the official host over HTTPS and hold nothing else."""
    try:
        parts = urlsplit(address.strip())
        plain = parts.scheme == "https" and parts.netloc == shape.host and not parts.fragment
    except ValueError:
        plain = False
    if not plain:
        raise NoAddress(address[:40])
    if shape.parameter is None:
        found = parts.path.removeprefix(shape.path).rstrip("/") if parts.path.startswith(shape.path) else ""
        given = {} if not parts.query else {"": ""}
    else:
        given = dict(parse_qsl(parts.query))
        found = given.pop(shape.parameter, "") if parts.path == shape.path else ""
    if given or not _TOKEN.fullmatch(found):
        raise NoAddress(address[:40])
    return found
