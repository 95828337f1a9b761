"""Certificates: read exactly, judged by the limits of the grade, derived for our bundles."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inventory.certificates import deriving, limits, metals, printing, typing_in
from inventory.certificates.deriving import Ancestor, Derived, MillPaper
from inventory.certificates.exact import Exact, read
from inventory.certificates.judging import Family, Value, Verdict, judge, limits_for
from inventory.certificates.limits import GRADES, SOURCES, Direction
from inventory.certificates.metals import CertificateInvalid, Figure
from inventory.certificates.typing_in import ThicknessUnreadable, ValuesUnreadable
from inventory.epcis.canonical import dumps
from steelyard.core.errors import BadRequest


def certificate(**changes: Any) -> dict[str, Any]:
    """A small sound certificate; ``changes`` replace parts of its passport, ``None`` takes one out."""
    party = {"Name": "聊城钢厂", "Street": ["1"], "ZipCode": "252000", "City": "聊城", "Country": "CN"}
    passport = {
        "Languages": ["EN"], "Id": "ZB-1", "Version": "1.0.0", "IssueDate": "2026-08-31",
        "TransactionData": {
            "Parties": {"Manufacturer": party, "Customer": party},
            "BusinessTransaction": {"Order": {"Id": "1"},
                                    "Delivery": {"Id": "1", "Quantity": 1, "QuantityUnit": "kg"}},
        },
        "Product": {"Name": "无缝钢管", "BatchId": "B1", "ProductNorms": [{"Standard": "GB/T 5310"}],
                    "MaterialDesignations": [{"Name": {"Value": "20G"}}],
                    "Shape": {"Form": "Pipe", "WallThickness": 4.5, "Unit": "mm"}},
        "ChemicalAnalysis": {"HeatNumber": "H1", "Elements": [
            {"PropertySymbol": "C", "Unit": "%", "Actual": {"ResultType": "numeric", "Value": 0.2}},
        ]},
        "Validation": {"ValidationStatement": {"Statement": "so"}, "ValidationDate": "2026-08-31",
                       "Validators": [{"Name": "Li", "Title": "QA"}]},
        **changes,
    }  # fmt: skip
    return {"DigitalMaterialPassport": {name: part for name, part in passport.items() if part is not None}}


def raw(document: Any) -> bytes:
    """The document as bytes."""
    return json.dumps(document, ensure_ascii=False).encode()


def test_every_official_fixture_is_read(shared_data: Path) -> None:
    """All of them, with all of their figures."""
    found = {
        path.stem: metals.read(path.read_bytes()) for path in (shared_data / "certificates" / "fixtures").glob("*.json")
    }
    assert len(found) == 10
    assert all(paper.values and paper.number and paper.mill_name for paper in found.values())
    assert found["valid_basic_certificate"].heat_number == "H-10987"
    minimal = {value.symbol: value.figure for value in found["valid_minimal"].values}
    assert minimal["Si"] == Exact(4502, 4)
    hardness = [value for value in found["valid_array_result"].values if value.symbol == "HRC"]
    assert hardness[0].part == "Distance from quenched end 1.5 mm"
    assert (hardness[0].low, hardness[0].high) == (Exact(42, 0), Exact(47, 0))


def test_figures_are_read_as_they_are_written() -> None:
    """A zero that a laboratory wrote stays, and nothing passes through a binary fraction."""
    text = raw(certificate()).replace(b'"Value": 0.2}', b'"Value": 0.200, "Operator": "<"}')
    (value,) = metals.read(text).values
    assert (str(value.figure), value.operator) == ("0.200", "<")
    assert Exact.of("1E+2") == Exact(100, 0)
    assert Exact.of(Decimal("-0.05")).decimal == Decimal("-0.05")
    paper = metals.read(raw(certificate()))
    assert (paper.grade, paper.standard, paper.thickness_um) == ("20G", "GB/T 5310", 4500)


WRONG: dict[str, tuple[Any, str]] = {
    "a list": ([], "document"),
    "nothing": ({}, "DigitalMaterialPassport"),
    "no number": (certificate(Id=None), "DigitalMaterialPassport"),
    "no day": (certificate(IssueDate="2026-02-30"), "DigitalMaterialPassport.IssueDate"),
    "another language": (certificate(Languages=["ZH"]), "DigitalMaterialPassport.Languages.0"),
    "an unknown field": (certificate(Colour="red"), "DigitalMaterialPassport"),
    "a figure as text": (
        certificate(ChemicalAnalysis={"HeatNumber": "H1", "Elements": [{"Actual": {"ResultType": "numeric",
                                                                                   "Value": "0.2"}}]}),
        "DigitalMaterialPassport.ChemicalAnalysis.Elements.0.Actual",
    ),
    "another version": (
        {"RefSchemaUrl": "https://schemas.materialidentity.org/metals-schemas/v0.2.0/schema.json", **certificate()},
        "RefSchemaUrl",
    ),
    "a figure beyond reason": (
        certificate(MechanicalProperties=[{"Actual": {"ResultType": "numeric", "Value": 1e200}}]),
        "DigitalMaterialPassport",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "path"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_document_is_refused_with_the_path(document: Any, path: str) -> None:
    """By the official schema, and by our bounds."""
    with pytest.raises(CertificateInvalid) as refused:
        metals.read(raw(document))
    assert path in refused.value.fields


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000], ids=range(5))
def test_what_is_no_json_is_refused(text: bytes) -> None:
    """Before any schema looks at it."""
    with pytest.raises(BadRequest):
        metals.read(text)


def verdict(grade: str, standard: str, symbol: str, figure: str, unit: str = "%", **more: Any) -> Verdict:
    """Judge one typed figure."""
    parsed = read(figure)
    assert parsed is not None
    family = Family.CHEMICAL if symbol in typing_in.ELEMENTS else Family.MECHANICAL
    thickness = more.pop("thickness_um", None)
    value = Value(family, symbol, parsed[1], parsed[0], unit, **more)
    found = limits.find(grade, standard)
    steel, mechanics = found or (None, False)
    return judge(value, limits_for(value, steel, mechanics, thickness))


VERDICTS: dict[str, tuple[Verdict, Verdict]] = {
    "the bound itself": (verdict("20G", "GB/T 5310-2017", "C", "0.23"), Verdict.WITHIN),
    "just beyond": (verdict("20G", "GB/T 5310", "C", "0.231"), Verdict.OUTSIDE),
    "below": (verdict("20G", "GB/T5310", "C", "0.169"), Verdict.OUTSIDE),
    "less than a bound": (verdict("20G", "GB/T 5310", "S", "<0.015"), Verdict.WITHIN),
    "less than something above": (verdict("20G", "GB/T 5310", "S", "<0.02"), Verdict.UNCLEAR),
    "less than a least": (verdict("12Cr1MoVG", "GB/T 5310", "Cr", "<0.90"), Verdict.OUTSIDE),
    "more than a least": (verdict("45", "GB/T 699", "Rm", ">600", "MPa"), Verdict.WITHIN),
    "another grade's chemistry": (verdict("12Cr1MoVG", "GB/T 5310", "Mo", "0.24"), Verdict.OUTSIDE),
    "no such element": (verdict("20", "GB/T 699", "Nb", "0.01"), Verdict.NO_LIMIT),
    "another unit": (verdict("20", "GB/T 699", "C", "200", "ppm"), Verdict.NO_LIMIT),
    "an unknown grade": (verdict("S355J2", "EN 10025-2", "C", "0.5"), Verdict.NO_LIMIT),
    "no standard": (verdict("20", "", "C", "0.5"), Verdict.NO_LIMIT),
    "grade with a sign": (verdict("20#", "GB/T 699-2015", "C", "0.5"), Verdict.OUTSIDE),
    "a pipe's chemistry": (verdict("20", "GB/T 8163", "C", "0.5"), Verdict.OUTSIDE),
    "a pipe's mechanics": (verdict("20", "GB/T 8163", "Rm", "100", "MPa"), Verdict.NO_LIMIT),
    "thin": (verdict("Q355B", "GB/T 1591", "ReH", "350", "MPa", thickness_um=16_000), Verdict.OUTSIDE),
    "thick": (verdict("Q355B", "GB/T 1591", "ReH", "350", "MPa", thickness_um=16_001), Verdict.WITHIN),
    "of unknown thickness": (verdict("Q355B", "GB/T 1591", "ReH", "350", "N/mm²"), Verdict.UNCLEAR),
    "enough at any thickness": (verdict("Q355B", "GB/T 1591", "ReH", "355", "MPa"), Verdict.WITHIN),
    "too thick": (verdict("Q355B", "GB/T 1591", "ReH", "350", "MPa", thickness_um=120_000), Verdict.NO_LIMIT),
    "across": (verdict("20G", "GB/T 5310", "A", "23", direction=Direction.TRANSVERSE), Verdict.WITHIN),
    "along": (verdict("20G", "GB/T 5310", "A", "23", direction=Direction.LONGITUDINAL), Verdict.OUTSIDE),
    "in an unknown direction": (verdict("20G", "GB/T 5310", "A", "23"), Verdict.UNCLEAR),
    "in the cold": (verdict("Q355B", "GB/T 1591", "KV2", "10", "J", circumstances="at -20 °C"), Verdict.NO_LIMIT),
    "at room temperature": (verdict("Q355B", "GB/T 1591", "KV", "10", "J", circumstances="20 °C"), Verdict.OUTSIDE),
    "hot": (verdict("20G", "GB/T 5310", "Rm", "300", "MPa", circumstances="at 350°C"), Verdict.NO_LIMIT),
}


@pytest.mark.parametrize(("got", "expected"), VERDICTS.values(), ids=VERDICTS.keys())
def test_verdicts(got: Verdict, expected: Verdict) -> None:
    """Within, outside, no limit; unclear where it depends on what the certificate does not say."""
    assert got is expected


def test_the_table_is_sound() -> None:
    """The five grades; each limit with a source, low below high, no two that speak of the same thing."""
    assert {(grade.standard, grade.name) for grade in GRADES} == {
        ("GB/T 699", "20"), ("GB/T 699", "45"), ("GB/T 1591", "Q355B"), ("GB/T 5310", "20G"),
        ("GB/T 5310", "12Cr1MoVG"),
    }  # fmt: skip
    for grade in GRADES:
        both = (*grade.chemistry, *grade.mechanics)
        assert {limit.symbol for limit in grade.chemistry} >= {"C", "Si", "Mn", "P", "S"}
        assert len({(one.symbol, one.direction, one.over_um) for one in both}) == len(both)
        for limit in both:
            assert limit.source in SOURCES
            assert limit.source.standard == grade.standard
            assert limit.low or limit.high
            assert limit.low is None or limit.high is None or limit.low.decimal < limit.high.decimal


def test_values_are_typed_one_to_a_line() -> None:
    """With the usual units, signs and separators."""
    found = typing_in.values("C 0.19\nP <0.005；Rm = 455 MPa\n\nKV2 62\nHBW 156 HBW")
    assert [(one.symbol, one.operator, str(one.figure), one.unit, one.family) for one in found] == [
        ("C", "=", "0.19", "%", Family.CHEMICAL), ("P", "<", "0.005", "%", Family.CHEMICAL),
        ("Rm", "=", "455", "MPa", Family.MECHANICAL), ("KV2", "=", "62", "J", Family.MECHANICAL),
        ("HBW", "=", "156", "HBW", Family.MECHANICAL),
    ]  # fmt: skip
    for text, line in (
        ("", 1),
        ("C", 1),
        ("C 0.19\nSi much", 2),
        ("C 0.1.9", 1),
        ("C 1234567890", 1),
        ("C 0.123456789", 1),
        ("x" * 30 + " 1", 1),
    ):
        with pytest.raises(ValuesUnreadable) as refused:
            typing_in.values(text)
        assert refused.value.params["line"] == line
    assert typing_in.thickness_um("4.5 mm".replace(" ", "")) == 4500
    for text in ("thick", "-1", "<4", "0.00001"):
        with pytest.raises(ThicknessUnreadable):
            typing_in.thickness_um(text)


def derived(**more: Any) -> Derived:
    """Our certificate for a pipe bundle of one heat."""
    values = (
        Figure(Family.CHEMICAL, "C", Exact(20, 2), unit="%"),
        Figure(Family.CHEMICAL, "P", Exact(5, 3), operator="<", unit="%"),
        Figure(Family.MECHANICAL, "A", Exact(245, 1), unit="%", direction=Direction.TRANSVERSE, part="1"),
        Figure(Family.SUPPLEMENTARY, "UT", None, text="yes", name="Ultrasonic test"),
    )
    paper = MillPaper("ZB-1", "聊城钢厂", "H1", date(2026, 8, 31), values)
    base = Derived(
        tag="T1/a", warehouse_code="LC01", issuer="聊城仓库", signer="王芳", owner="鲁贸", product="108×4.5×6000 20G",
        grade="20G", standard="GB/T 5310", is_pipe=True, od_mm_x100=10_800, wall_mm_x100=450, pieces=4,
        piece_length_mm=6000, mass_g=275_451, order="DH-1", issued_on=date(2026, 11, 23), heats=(("H1", "聊城钢厂"),),
        papers=(paper,), ancestors=(Ancestor("T1", "split", "H1"),),
    )  # fmt: skip
    return replace(base, **more)


SEVERAL = {
    "heats": (("H1", "聊城钢厂"), ("H2", "Mill Two")),
    "papers": (
        *derived().papers,
        MillPaper("ZB-2", "Mill Two", "H2", date(2026, 9, 1), (Figure(Family.CHEMICAL, "C", Exact(22, 2), unit="%"),)),
    ),
}


def test_our_certificate_is_sound_and_names_its_ancestors() -> None:
    """Valid by the official schema, figures as the mill wrote them, and no doubt of what it is."""
    document = deriving.metals_document(derived())
    text = dumps(document, ordered=False)
    assert metals.faults(json.loads(text)) == {}
    assert '"Value":0.20' in text
    statement = document["DigitalMaterialPassport"]["Validation"]["ValidationStatement"]["Statement"]
    assert statement.startswith("Derived certificate – not a mill test certificate.")
    assert "Ancestors of the bundle: T1 (split, heat H1)." in statement
    assert "ZB-1 of 聊城钢厂, 2026-08-31" in statement
    again = metals.read(text.encode())
    assert [(one.symbol, str(one.figure), one.operator) for one in again.values][:3] == [
        ("C", "0.20", "="), ("P", "0.005", "<"), ("A", "24.5", "="),
    ]  # fmt: skip


def test_a_bundle_of_several_heats_says_so() -> None:
    """In the document and on paper, each value with its heat."""
    document = deriving.metals_document(derived(**SEVERAL))
    assert metals.faults(json.loads(dumps(document))) == {}
    passport = document["DigitalMaterialPassport"]
    assert "The bundle holds several heats: H1 (聊城钢厂), H2 (Mill Two)." in str(passport["Validation"])
    assert [one["SampleRef"] for one in passport["ChemicalAnalysis"]["Elements"]] == ["H1", "H1", "H2"]
    assert "This bundle holds several heats" in str(list(printing.lines(derived(**SEVERAL))))


def test_what_the_mill_did_not_certify_is_said() -> None:
    """A heat without a certificate, and steel that was treated after the mill's tests."""
    lacking = derived(heats=SEVERAL["heats"])
    assert "No mill's certificate is on file for heat H2." in lacking.statements()
    assert "heat H2" in str(list(printing.lines(lacking)))
    treated = derived(ancestors=(Ancestor("A", "heat-treated", "H1"), Ancestor("T1", "split", "H1")))
    assert deriving.TREATED in treated.statements()
    assert "热处理或返修" in str(list(printing.lines(treated)))
    plain = derived()
    assert not plain.is_treated
    assert plain.heats_without_paper == []


def test_our_certificate_on_paper_says_what_it_is() -> None:
    """On each page, however many there are; its text can be read again."""
    import pypdfium2

    many = tuple(Figure(Family.MECHANICAL, f"V{number}", Exact(number, 0)) for number in range(100))
    paper = replace(derived().papers[0], values=(*derived().papers[0].values, *many))
    pdf = pypdfium2.PdfDocument(printing.pdf(derived(papers=(paper,))))
    pages = [page.get_textpage().get_text_range() for page in pdf]
    assert len(pages) > 1
    assert all("not a mill test certificate" in text for text in pages)
    assert "T1/a" in pages[0]
    assert "0.20 %" in pages[0]
