"""What scanned codes say: our labels, GS1, the codes of mills, and how each damaged one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import code_errors, codes
from inventory.codes import Read
from steelyard.core.errors import Refused

SSCC = "069012345000000011"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("K-26-0815-001", Read("K-26-0815-001"), id="tag"),
        pytest.param("steelyard:bundle:LC01/K%2F7", Read("K/7", yard="LC01"), id="own-label"),
        pytest.param(f"00{SSCC}3303000689", Read(SSCC, sscc=SSCC), id="sscc-with-mass"),
        pytest.param(f"]d200{SSCC}", Read(SSCC, sscc=SSCC), id="symbology"),
        pytest.param(f"(00){SSCC}(3303)000689", Read(SSCC, sscc=SSCC), id="sscc-as-people-read-it"),
        pytest.param("010952123454321310H1\x1d21K-7\x1d3103000689", Read("K-7"), id="serial"),
        pytest.param("https://id.gs1.org/01/09521234543213/21/K-7", Read("K-7"), id="digital-link"),
        pytest.param("炉号:26-0815;规格:219*6,20#;捆号:K7", Read("K7", heat="26-0815"), id="mill-text"),
        pytest.param("炉号：26-0815\n捆包号：K7\n重量：3.512", Read("K7", heat="26-0815"), id="mill-lines"),
        pytest.param('{"heatNo":"H1","bundle_no":"K7","pcs":10}', Read("K7", heat="H1"), id="mill-json"),
        pytest.param("https://mill.example/q?heat=H1&bundleNo=K7", Read("K7", heat="H1"), id="mill-address"),
        pytest.param("K(7):x", Read("K(7):x"), id="odd-tag"),
    ],
)
def test_a_code_names_its_bundle(text: str, expected: Read) -> None:
    assert codes.read(text) == expected


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        pytest.param("steelyard:bundle:LC01", code_errors.CodeCutShort, id="own-label-cut"),
        pytest.param("steelyard:bundle:LC01/K%2", code_errors.CodeCutShort, id="own-label-cut-in-a-letter"),
        pytest.param(f"00{SSCC[:-1]}", code_errors.CodeCutShort, id="sscc-cut"),
        pytest.param(f"00{SSCC}33", code_errors.CodeCutShort, id="gs1-cut-in-identifier"),
        pytest.param(f"00{SSCC[:-1]}7", code_errors.CheckDigitWrong, id="sscc-check-digit"),
        pytest.param("010952123454321421K-7", code_errors.CheckDigitWrong, id="gtin-check-digit"),
        pytest.param(f"00{SSCC}550123", code_errors.IdentifierUnknown, id="unknown-identifier"),
        pytest.param(f"(00){SSCC}(55)0123", code_errors.IdentifierUnknown, id="unknown-identifier-in-brackets"),
        pytest.param("010952123454321310H1", code_errors.CodeWithoutBundle, id="article-and-lot-only"),
        pytest.param(f"00{SSCC}00069012345000000028", code_errors.CodeContradictory, id="two-numbers"),
        pytest.param("炉号:26-0815;规格:219*6", code_errors.CodeCutShort, id="mill-text-cut"),
        pytest.param('{"heatNo":"H1","bundle', code_errors.CodeCutShort, id="mill-json-cut"),
        pytest.param("https://mill.example/q?heat=H1", code_errors.CodeCutShort, id="mill-address-cut"),
        pytest.param("https://example.org/", code_errors.CodeWithoutBundle, id="some-address"),
        pytest.param("捆号:K7;件号:K8", code_errors.CodeContradictory, id="two-bundles"),
        pytest.param("[1,2]", code_errors.CodeWithoutBundle, id="some-json"),
        pytest.param("x" * 61, code_errors.CodeUnreadable, id="too-long"),
        pytest.param("]d2", code_errors.CodeCutShort, id="symbology-alone"),
    ],
)
def test_a_damaged_code_is_refused_by_name(text: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as told:
        codes.read(text)
    assert told.value.params


@given(st.one_of(st.text(max_size=80), st.from_regex(r"(\]d2)?\(?0[01]\)?[0-9(){}\x1d:=,;]{0,40}", fullmatch=True)))
def test_whatever_is_scanned_is_a_tag_or_refused(text: str) -> None:
    try:
        found = codes.read(text)
    except Refused:
        return
    assert 0 < len(found.tag) <= codes.LONGEST_TAG
    assert found.tag.isprintable()
