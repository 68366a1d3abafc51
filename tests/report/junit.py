"""Holds a JUnit report against what CI systems read, and against the JSON and the text of the same run.

    junit.py check RUN.xml [RUN.json RUN.txt]    prints what is wrong; the status is 1 where something is
    junit.py test FOLDER                         the golden report, and that the check sees what it is for

The table is what the schema of Jenkins' xUnit plugin (junit-10.xsd) allows, but for its nested suites and
reruns, with what GitLab and the reporters of GitHub read beside it: `file` and `line` of a case, and
`skipped` of all suites.
"""
import json
import os
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree

# Attributes that must and that may be there, and children in their order.
ELEMENTS = {
    "testsuites": (["name", "tests", "failures", "errors", "skipped", "time"], [], ["testsuite"]),
    "testsuite": (["name", "tests", "failures", "errors", "skipped", "time", "timestamp"], [],
                  ["properties", "testcase"]),
    "properties": ([], [], ["property"]),
    "property": (["name", "value"], [], []),
    "testcase": (["classname", "name", "time"], ["file", "line"],
                 ["skipped", "error", "failure", "system-out"]),
    "skipped": (["type", "message"], [], []),
    "error": (["type", "message"], [], []),
    "failure": (["type", "message"], [], []),
    "system-out": ([], [], []),
}
COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
FORMS = {
    "time": r"\d+\.\d{3}",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "line": r"[1-9]\d*",
    "name": r".+",
}
VERDICTS = ["PASS", "WARN", "FAIL", "SKIP", "INCONCLUSIVE", "ERROR"]


def form_of(element):
    """What is wrong with one element by itself."""
    must, may, children = ELEMENTS[element.tag]
    for name in must:
        if name not in element.attrib:
            yield f"{element.tag} has no {name}"
    for name, value in element.attrib.items():
        if name not in must + may:
            yield f"{element.tag} has an attribute {name}"
        elif not re.fullmatch(FORMS.get(name, ".*"), value, re.DOTALL):
            yield f'{element.tag} has {name}="{value}"'
    places = [children.index(child.tag) if child.tag in children else -1 for child in element]
    if -1 in places or places != sorted(places):
        yield f"{element.tag} has {', '.join(child.tag for child in element)}"


def counts_of(element):
    """What is wrong with the counts of a suite, or of all."""
    cases = list(element.iter("testcase"))
    if element.get("tests") != str(len(cases)):
        yield f"{element.get('name')}: tests is {element.get('tests')}, there are {len(cases)}"
    for attribute, tag in COUNTS.items():
        there = sum(case.find(tag) is not None for case in cases)
        if element.get(attribute) != str(there):
            yield f"{element.get('name')}: {attribute} is {element.get(attribute)}, there are {there}"


def names_of(root):
    """GitLab reads only the first of two cases with one name; Jenkins counts such suites twice."""
    suites = [suite.get("name") for suite in root.iter("testsuite")]
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    for names in suites, cases:
        for name in sorted(set(names)):
            if names.count(name) > 1:
                yield f"there are {names.count(name)} of {name}"


def problems(root):
    if root.tag != "testsuites":
        yield f"the outermost element is {root.tag}"
        return
    for element in root.iter():
        if element.tag not in ELEMENTS:
            yield f"there is an element {element.tag}"
            return
        yield from form_of(element)
    for element in [root, *root.iter("testsuite")]:
        yield from counts_of(element)
    for case in root.iter("testcase"):
        if sum(case.find(tag) is not None for tag in ("skipped", "error", "failure")) > 1:
            yield f"{case.get('name')} has more than one ending"
    yield from names_of(root)


def wanted(ending):
    """The element that an ending of the JSON becomes, or None."""
    if ending["counts_as"]:
        return {"failure": "failure", "doubt": "error"}[ending["counts_as"]]
    if ending["baseline"] or ending["verdict"] == "SKIP":
        return "skipped"
    return "system-out" if ending["verdict"] == "WARN" else None


def id_of(suite, case):
    return case.get("name") if suite.get("name") == "." else f"{suite.get('name')}/{case.get('name')}"


def against_json(root, run):
    """Each ending of the JSON is a case, and the other way round."""
    cases = {id_of(suite, case): case for suite in root.iter("testsuite")
             for case in suite.iter("testcase")}
    if run["stopped"] is not None and cases.pop("run/whole").find("error") is None:
        yield "a run that was stopped is no error"
    endings = {ending["id"]: ending for ending in run["cases"]}
    endings |= {"rules/" + ending["id"]: ending for ending in run["rules"]}
    endings |= {ending["id"] if "/" in ending["id"] else "rules/" + ending["id"]: ending
                for ending in run["lines"]}
    for name in sorted(cases.keys() ^ endings.keys()):
        yield f"{name} is in one of the reports alone"
    for name in sorted(cases.keys() & endings.keys()):
        there = [child.tag for child in cases[name]]
        if there != [wanted(endings[name])] and (there or wanted(endings[name])):
            yield f"{name} is {there}, not {wanted(endings[name])}"


def totals_line(run):
    """What the text report says last of such a run, without the time."""
    totals, sum_of_cases = run["totals"], sum(run["totals"]["cases"].values())
    line = f"{sum_of_cases} case{'s' if sum_of_cases != 1 else ''}: " + ", ".join(
        f"{totals['cases'][verdict]} {verdict}" for verdict in VERDICTS
        if totals["cases"][verdict] or verdict in ("PASS", "FAIL"))
    if totals["rules"]["FAIL"] + totals["rules"]["WARN"]:
        line += f"; rules broken: {totals['rules']['FAIL']} FAIL, {totals['rules']['WARN']} WARN"
    for word in "known", "stale":
        if totals[word]:
            line += f"; {totals[word]} {word} {'from' if word == 'known' else 'in'} the baseline"
    return line


def against_text(run, text):
    found = [re.sub(r" in [\d.]+ s:", ":", line) for line in text.splitlines()
             if re.match(r"\d+ cases? in ", line)]
    if found != [totals_line(run)]:
        yield f"the text says {found}, the JSON {totals_line(run)}"


def counted(run):
    """The totals are those of the endings."""
    for kind in "cases", "rules":
        for verdict in VERDICTS:
            there = sum(one["verdict"] == verdict and bool(kind == "cases" or one["cases"])
                        for one in run[kind])
            if run["totals"][kind][verdict] != there:
                yield f"{kind}: {run['totals'][kind][verdict]} {verdict} in all, {there} are there"


def check(xml, json_file=None, text_file=None):
    root = ElementTree.parse(xml).getroot()
    wrong = list(problems(root))
    if json_file:
        with open(json_file, encoding="ascii") as file:
            run = json.load(file)
        wrong += [*against_json(root, run), *counted(run)]
        with open(text_file, encoding="utf-8") as file:
            wrong += against_text(run, file.read())
    for line in wrong:
        print(line)
    return bool(wrong)


class Golden(unittest.TestCase):
    folder = "."

    def setUp(self):
        self.root = ElementTree.parse(os.path.join(self.folder, "run.xml")).getroot()

    def test_golden_report_is_read(self):
        self.assertEqual(list(problems(self.root)), [])

    def test_breaches_are_seen(self):
        suite = case = None
        for breach, change in [
                ("tests is 5, there are 4", lambda: suite.set("tests", "5")),
                ("failures is 1, there are 2", lambda: suite.set("failures", "1")),
                ("skipped is 0, there are 1", lambda: suite.set("skipped", "0")),
                ("server vsftpd: errors is 3, there are 2", lambda: self.root.set("errors", "3")),
                ("testcase has an attribute status", lambda: case.set("status", "bad")),
                ('testcase has time="1,250"', lambda: case.set("time", "1,250")),
                ('testsuite has timestamp="today"', lambda: suite.set("timestamp", "today")),
                ('testcase has line="0"', lambda: case.set("line", "0")),
                ("testcase has no classname", lambda: case.attrib.pop("classname")),
                ("there is an element flaky", lambda: case.append(ElementTree.Element("flaky"))),
                ("greeting has more than one ending",
                 lambda: case.insert(0, ElementTree.Element("error", type="", message=""))),
                ("testcase has system-out, failure",
                 lambda: case.insert(0, ElementTree.Element("system-out"))),
                ("there are 2 of ('vsftpd.ftp.login', 'acct')", lambda: case.set("name", "acct"))]:
            self.setUp()
            suite = self.root.findall("testsuite")[1]
            case = suite.findall("testcase")[1]
            change()
            self.assertTrue(any(breach in line for line in problems(self.root)), breach)

    def test_another_run_is_another(self):
        run = {"stopped": None, "rules": [], "lines": [], "cases": [
            {"id": "ftp/login/greeting", "counts_as": None, "baseline": None, "verdict": "PASS"},
            {"id": "ftp/login/other", "counts_as": None, "baseline": None, "verdict": "PASS"}]}
        wrong = list(against_json(self.root, run))
        self.assertIn("ftp/login/greeting is ['failure'], not None", wrong)
        self.assertIn("ftp/login/other is in one of the reports alone", wrong)
        self.assertIn("rules/FTP-REPLY-CRLF is in one of the reports alone", wrong)


if __name__ == "__main__":
    if sys.argv[1] == "test":
        Golden.folder = sys.argv[2]
        unittest.main(argv=sys.argv[:1])
    sys.exit(check(*sys.argv[2:]))
