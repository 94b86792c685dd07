#!/usr/bin/env python3
"""Write the requests of the browser test: urgent.json, other.json, more.json, and naughty.json, in which each free text would be
markup, script, another direction of writing or a very long word if a page took it for that.

usage: requests.py SAMPLE_REQUEST DIRECTORY
"""
import json
import subprocess
import sys
from pathlib import Path

NAUGHTY = [
    "<script>document.title='ran'</script>",
    "\"><img src=x onerror=\"document.title='ran'\">",
    "javascript:document.title='ran'",
    "</textarea><svg/onload=document.title='ran'>",
    "{{constructor.constructor('document.title=1')()}}",
    "\u202etxt.exe\u202c and \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "Ștefăniță Brâncoveanu, Çelë Hoxha, Љубица Њежић, محمد عبد الله",
    "W" * 200,
    "%s%n &amp; &#60;b&#62; ' \" ` \\ \U0001f6a8",
]


def given_of(request):
    """What is given unasked, about the person of a request."""
    person = request["persons"][0]
    return {"reference": request["reference"], "authority": request["authority"], "provision": "may", "purpose": request["purpose"],
            "exception": "f_ii", "offences": request["offences"], "relevance": "He was seen again in the exercise.",
            "to_judge": "Border log of yesterday.", "officer": "officer", "approved_by": "officer", "language": "en",
            "handling": ["H1"], "classification": "unclassified", "no_death_penalty": True, "transfer": request["transfer"],
            "training": True, "items": [{"source_kind": "register", "person": person}]}


def main():
    sample, home = sys.argv[1], Path(sys.argv[2])

    def request(reference):
        text = subprocess.run([sample, reference], check=True, capture_output=True).stdout
        body = json.loads(text)
        body["authority"] = "Single Point of Contact, Tirana"
        for person in body["persons"]:
            person["marking"]["origin_party"] = "al"
        return body

    def write(name, body):
        (home / f"{name}.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")

    urgent = request("AL-URGENT-1")
    urgent.update(urgent=True, urgency_ground="threat_life",
                  urgency_reason="Two people are locked in a lorry; it is expected within hours.")
    write("urgent", urgent)
    for name, reference in (("other", "AL-OTHER-1"), ("more", "AL-MORE-1")):
        body = request(reference)
        body["urgent"] = False
        body.pop("urgency_ground", None)
        body.pop("urgency_reason", None)
        write(name, body)
    # Somebody of our own case, with what the form of the console does not have.
    person = request("RO-CASE")["persons"][0]
    person["marking"]["origin_party"] = "ro"
    person["marking"].pop("transfer", None)
    person["phones"] = ["+355 69 000 0001"]
    person["documents"] = [{"kind": "passport", "number": "ZZ0000099", "country": "AL"}]
    person["names"] = [{"family": "Krasniqi", "given": "Dritan", "script": "latin"}]
    person["link_to_purpose"] = "Hired the van in the exercise."
    write("person", person)
    write("given", given_of(request("AL-GIVEN-1")))
    naughty = request("<b>naughty</b>&'\"")
    naughty["facts"] = "\n".join(NAUGHTY)
    naughty["asked"] = NAUGHTY[1]
    naughty["believed_available_reason"] = NAUGHTY[0]
    naughty["address"] = NAUGHTY[3]
    for person in naughty.get("persons", []):
        person["link_to_purpose"] = NAUGHTY[4]
        for name in person.get("names", []):
            name["family"] = NAUGHTY[0]
    write("naughty", naughty)
    (home / "<b>naughty.html").write_text("<script>document.title='ran'</script>", encoding="utf-8")


main()
