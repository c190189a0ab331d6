"""JUnit XML, as CI servers read it: one suite, a case for each benchmark, failures that count as failures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

# XML 1.0 can hold none of these, not even escaped. (0x7F to 0x9F are allowed, but no reader wants to see them.)
UNFIT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Case:
    """One test case; at most one of FAILURE, ERROR and SKIPPED says why it did not pass. SECONDS are finite."""

    classname: str
    name: str
    seconds: float
    failure: str | None = None
    error: str | None = None
    skipped: str | None = None
    output: str = ""

    def endings(self) -> dict[str, str]:
        """How it ended, by the name of the element that says so; nothing where it passed."""
        endings = {"failure": self.failure, "error": self.error, "skipped": self.skipped}
        return {tag: text for tag, text in endings.items() if text is not None}


def junit(
    suite_name: str, cases: Sequence[Case], properties: Mapping[str, str] | None = None, output: str = ""
) -> bytes:
    """The whole file. PROPERTIES and OUTPUT are the suite's: the schema of Jenkins has no properties for a case."""
    endings = [case.endings() for case in cases]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum("failure" in each for each in endings)),
        "errors": str(sum("error" in each for each in endings)),
        "skipped": str(sum("skipped" in each for each in endings)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    root = ElementTree.Element("testsuites", name=_text(suite_name))
    suite = ElementTree.SubElement(root, "testsuite", {"name": _text(suite_name), **counts})
    if properties:
        parent = ElementTree.SubElement(suite, "properties")
        for name, value in properties.items():
            ElementTree.SubElement(parent, "property", name=_text(name), value=_text(value))
    for case, found in zip(cases, endings, strict=True):
        names = {"classname": _text(case.classname), "name": _text(case.name), "time": f"{case.seconds:.9f}"}
        element = ElementTree.SubElement(suite, "testcase", names)
        for tag, text in found.items():
            message = _text(text)
            ending = ElementTree.SubElement(element, tag, message=message.partition("\n")[0])
            ending.text = message  # some readers show only the attribute, others only what is inside
        if case.output:
            ElementTree.SubElement(element, "system-out").text = _text(case.output)
    if output:
        ElementTree.SubElement(suite, "system-out").text = _text(output)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _text(text: str) -> str:
    """TEXT with every character that XML cannot hold written as its number, as pytest does: #x1B."""
    return UNFIT.sub(lambda found: f"#x{ord(found[0]):02X}", text)
