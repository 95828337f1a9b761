"""A channel leads to a robot's official host or to a mail address, and to nothing else."""

import pytest

from pricing.notifying.addresses import ChannelKind, NoAddress, target

TOKEN = "0123456789abcdef0123"
GOOD = {
    ChannelKind.DINGTALK: f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
    ChannelKind.WECOM: f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={TOKEN}",
    ChannelKind.FEISHU: f"https://open.feishu.cn/open-apis/bot/v2/hook/{TOKEN}",
}


@pytest.mark.parametrize("kind", list(GOOD))
def test_the_token_of_an_official_address_is_kept(kind: ChannelKind) -> None:
    assert target(kind, GOOD[kind], None) == {"token": TOKEN}


def test_a_mail_address_is_kept_and_a_signature_belongs_to_dingtalk() -> None:
    assert target(ChannelKind.EMAIL, "caigou@example.com", None) == {"to": "caigou@example.com"}
    assert target(ChannelKind.DINGTALK, GOOD[ChannelKind.DINGTALK], "SEC12345678")["secret"] == "SEC12345678"
    with pytest.raises(NoAddress):
        target(ChannelKind.WECOM, GOOD[ChannelKind.WECOM], "SEC12345678")


@pytest.mark.parametrize(
    "address",
    [
        f"http://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"https://oapi.dingtalk.com.evil.example/robot/send?access_token={TOKEN}",
        f"https://oapi.dingtalk.com@127.0.0.1/robot/send?access_token={TOKEN}",
        f"https://oapi.dingtalk.com:8443/robot/send?access_token={TOKEN}",
        f"https://127.0.0.1/robot/send?access_token={TOKEN}",
        f"https://[::1]/robot/send?access_token={TOKEN}",
        "https://[oapi.dingtalk.com/robot/send",
        f"https://oapi.dingtalk.com/robot/../x?access_token={TOKEN}",
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}&to=1",
        f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}#x",
        "https://oapi.dingtalk.com/robot/send?access_token=a/../../b",
        "https://oapi.dingtalk.com/robot/send",
        f"dingtalk://{TOKEN}/",
        "",
    ],
)
def test_another_address_is_refused(address: str) -> None:
    """Another host, port, scheme, user, path or parameter: none of them is reached."""
    with pytest.raises(NoAddress):
        target(ChannelKind.DINGTALK, address, None)


@pytest.mark.parametrize(
    "address", [f"https://open.feishu.cn/open-apis/bot/v2/hook/{TOKEN}?x=1", "https://open.feishu.cn/", GOOD["wecom"]]
)
def test_a_feishu_address_has_its_token_in_the_path(address: str) -> None:
    with pytest.raises(NoAddress):
        target(ChannelKind.FEISHU, address, None)


@pytest.mark.parametrize(
    "address", ["a@localhost", "a@b.c, d@e.fg", "a b@c.de", "a@c.de?smtp=evil", "<a@c.de>", "@c.de"]
)
def test_no_other_text_is_a_mail_address(address: str) -> None:
    with pytest.raises(NoAddress):
        target(ChannelKind.EMAIL, address, None)
