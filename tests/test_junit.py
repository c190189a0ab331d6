"""JUnit XML: what its readers count is what is there, whatever characters the names hold."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli.junit import Case, junit

# What the schema that Jenkins validates against (junit-10.xsd) allows: attributes and children of each element.
SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
SECONDS = {"testsuite": re.compile(r"\d+\.\d{3}"), "testcase": re.compile(r"\d+\.\d{9}")}  # no exponents


def checked(content: bytes) -> ElementTree.Element:
    """The suite of a file that any reader of JUnit takes."""
    root = ElementTree.fromstring(content)
    assert root.tag == "testsuites"
    (suite,) = root
    for element in root.iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) <= attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
        if "time" in element.attrib:
            assert SECONDS[element.tag].fullmatch(element.attrib["time"])
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[count]) == sum(case.find(tag) is not None for case in cases)
    return suite


TEXT = st.text(st.characters(), max_size=30)  # with control characters, surrogates and non-characters
CASES = st.builds(
    Case,
    TEXT,
    TEXT,
    st.floats(0, 1e6),
    *(st.none() | TEXT for _ in range(3)),
    TEXT,
)


@given(TEXT, st.lists(CASES, max_size=4), st.dictionaries(TEXT, TEXT, max_size=2))
def test_any_text_makes_a_file_that_readers_take(name, cases, properties):
    suite = checked(junit(name, cases, properties))
    assert len(suite.findall("testcase")) == len(cases)
    assert len(suite.findall("properties/property")) == len(properties)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"])))
def test_a_text_that_xml_can_hold_comes_back_as_it_was(text):
    (case,) = checked(junit("s", [Case(text, text, 0.1, failure=text, output=text)])).findall("testcase")
    assert (case.attrib["classname"], case.attrib["name"]) == (text, text)
    assert case.find("failure").attrib["message"] == text
    assert (case.findtext("failure"), case.findtext("system-out", default="")) == (text, text)


@pytest.mark.parametrize("tag", ["failure", "error", "skipped"])
def test_each_ending_is_counted_as_itself(tag):
    cases = [Case("m", "passes", 1.5), Case("m", "ends", 0.25, **{tag: "why\nand how"})]
    suite = checked(junit("gate", cases))
    counts = {name: int(suite.attrib[name]) for name in ("failures", "errors", "skipped")}
    assert counts == {name: int(name.startswith(tag)) for name in counts}
    assert suite.attrib["time"] == "1.750"
    ending = suite.find(f"testcase[@name='ends']/{tag}")
    assert (ending.attrib["message"], ending.text) == ("why", "why\nand how")


def test_what_xml_cannot_hold_is_written_as_its_number():
    suite = checked(junit("s", [Case("m", "red \x1b[31m \x00 \ud800 \ufffe", 0)]))
    assert suite.find("testcase").attrib["name"] == "red #x1B[31m #x00 #xD800 #xFFFE"
