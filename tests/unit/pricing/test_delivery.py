"""Messages really leave: to a mail server and to web hooks on this machine that stand in for the robots."""

import pytest

from pricing.notifying import delivery
from pricing.notifying.addresses import ChannelKind
from pricing.notifying.delivery import Outcome, Post, deliver
from tests.support.receivers import Robots, post_office, robots

TOKEN = {"token": "0123456789abcdef"}


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch):
    with robots() as here:
        monkeypatch.setattr(delivery, "OPEN_HOSTS", dict.fromkeys(delivery.OPEN_HOSTS, here.address))
        yield here


@pytest.mark.parametrize(
    ("kind", "path", "payload"),
    [
        ("dingtalk", "/robot/send?access_token=0123456789abcdef", lambda sent: sent["text"]["content"]),
        ("wecom", "/cgi-bin/webhook/send?key=0123456789abcdef", lambda sent: sent["text"]["content"]),
        ("feishu", "/open-apis/bot/v2/hook/0123456789abcdef", lambda sent: sent["content"]["text"]),
    ],
)
def test_a_robot_gets_the_message(hooks: Robots, kind, path, payload) -> None:
    assert deliver(ChannelKind(kind), TOKEN, "价格预警", "无缝钢管 4,011.9", None) == Outcome(True)
    ((address, sent),) = hooks.received
    assert address == path
    assert "价格预警" in payload(sent)
    assert "无缝钢管 4,011.9" in payload(sent)


def test_a_signed_dingtalk_message_carries_its_signature(hooks: Robots) -> None:
    assert deliver(ChannelKind.DINGTALK, TOKEN | {"secret": "SEC12345678"}, "t", "b", None).sent
    assert "&timestamp=" in hooks.received[0][0]
    assert "&sign=" in hooks.received[0][0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, '{"errcode": 310000, "errmsg": "keywords not in content"}'), "310000 keywords not in content"),
        ((200, '{"code": 19024, "msg": "Key Words Not Found"}'), "19024 Key Words Not Found"),
        ((200, "<html>"), "the answer is no JSON"), ((200, "[]"), "the answer is no object"),
        ((500, "{}"), "HTTP 500"), ((302, "http://127.0.0.1:1/"), "HTTP 302"),
    ],
)  # fmt: skip
def test_a_refusal_is_no_success(hooks: Robots, answer: tuple[int, str], reason: str) -> None:
    """Robots refuse with HTTP 200 and a number; redirects are not followed."""
    hooks.answers.append(answer)
    assert deliver(ChannelKind.DINGTALK, TOKEN, "t", "b", None) == Outcome(False, reason)
    assert len(hooks.received) == 1


def test_a_machine_that_does_not_answer_is_told_without_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "OPEN_HOSTS", dict.fromkeys(delivery.OPEN_HOSTS, "http://127.0.0.1:1"))
    assert deliver(ChannelKind.WECOM, TOKEN, "t", "b", None) == Outcome(False, "ConnectionError")


def test_mail_reaches_the_configured_server() -> None:
    with post_office() as office:
        post = Post(office.url, "steelyard@example.com")
        assert deliver(ChannelKind.EMAIL, {"to": "caigou@example.com"}, "价格预警", "无缝钢管\n4,011.9", post).sent
        ((recipients, message),) = office.received
    assert recipients == ["caigou@example.com"]
    assert message["Subject"] == "价格预警"
    assert "steelyard@example.com" in message["From"]
    assert message.get_content().split() == ["无缝钢管", "4,011.9"]


def test_mail_needs_a_server() -> None:
    assert "STEELYARD_SMTP_URL" in deliver(ChannelKind.EMAIL, {"to": "a@b.cn"}, "t", "b", None).reason
    refused = deliver(ChannelKind.EMAIL, {"to": "a@b.cn"}, "t", "b", Post("smtp://127.0.0.1:1?plain", "a@b.cn"))
    assert not refused.sent
    assert refused.reason
