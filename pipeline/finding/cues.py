"""The words that give a promise its force, its strength and its subject.

Lists, not code: each is a closed set that a person can check against `docs/commitments.md`.
"""

from __future__ import annotations

import re


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


WEAK_VERBS = frozenset(
    "consider explore review examine study assess discuss investigate evaluate analyse analyze look".split()
)
"""With "will" these promise to think about something: bindingness 1."""

SUPPORTING_VERBS = frozenset(
    "continue maintain support promote encourage sustain keep remain foster uphold preserve facilitate endorse".split()
)
"""With "will" these promise to go on or to help: bindingness 2."""

ASPIRING = _any(
    "aims? to", "aims? at", "aiming (?:to|at)", "aim is to", "aims are to", "our aim", "seeks? to", "aspires? to", "strives? to",
    "intends? to", "intention (?:is )?to", "hopes? to", "endeavou?rs? to", "goal is to", "objective is to", "objectives are to",
)  # fmt: skip
COMMITTING = _any(
    "commits? (?:itself |ourselves |themselves )?to", "(?:is|are|am|be) committed to", "pledges? to", "undertakes? to",
    "agrees? to", "agreed to", "resolves? to", "(?:is|are) resolved to", "plans? to", "(?:is|are) planning to",
    "(?:is|are) determined to", "(?:is|are) going to", "(?:is|are) dedicated to", "(?:is|are) to be", "promises? to",
    "reaffirms? (?:our|its|their|the) commitments?", "commitment to", "express(?:es)? (?:our|their|its) commitment",
)  # fmt: skip
REMAINING = _any("remains? committed", "remains? determined", "remains? dedicated", "continues? to be committed")
DECIDING = _any(
    "ha(?:s|ve) decided", "decides? to", "decided to", "(?:is|are) (?:hereby )?(?:tasked|mandated|charged|directed|instructed)",
    "(?:is|are) responsible for", "will allocate", "will invest", "will by law", "legislation will", "will legislate",
    "will enact", "will be required by law", "(?:has|have) been allocated", "will fund",
)  # fmt: skip

STANCE = _any(
    "recogni[sz](?:e|es|ed|ing)", "welcom(?:e|es|ed|ing)", "not(?:e|es|ed|ing)", "recall(?:s|ed|ing)?", "condemn(?:s|ed)?",
    "believ(?:e|es|ed)", "stress(?:es|ed)?", "emphasi[sz](?:e|es|ed)", "underlin(?:e|es|ed)", "underscor(?:e|es|ed)",
    "acknowledg(?:e|es|ed)", "applaud(?:s|ed)?", "concerned", "regret(?:s|ted)?", "reiterat(?:e|es|ed)", "highlight(?:s|ed)?",
    "express(?:es|ed)? (?:our|their|its) (?:concern|appreciation|support)", "affirm(?:s|ed)?", "share the view",
    "it is (?:essential|important|necessary|crucial|vital|imperative|critical|indispensable|desirable)",
    "there is a need", "need(?:s|ed)? to be",
)  # fmt: skip
PROPOSING = _any(
    "objectives?", "goals?", "aims?", "actions?", "measures?", "initiatives?", "priorit(?:y|ies)", "activities", "tasks?",
    "steps", "strategies", "action plan", "implementation", "commitments?", "we will", "will", "shall", "deliverables",
    "programmes?", "key elements", "approach", "recommendations?", "roadmap", "plan",
)  # fmt: skip

DOMAIN = _any(
    r"cyber\w*", r"digital\w*", "icts?", "information (?:and communications? )?technolog(?:y|ies)", "information security", "internet",
    "online", r"data\w*", r"network\w*", r"telecom\w*", "5g", "6g", "artificial intelligence", "ai", r"encrypt\w*", r"cryptograph\w*",
    "ransomware", "malware", "certs?", "csirts?", "software", "electronic", "computers?", "privacy", "disinformation", "broadband",
    "cloud", "semiconductors?", "quantum", "critical infrastructures?", "hackers?", "vulnerabilit(?:y|ies)", "technolog(?:y|ies)",
    "information (?:sharing|systems?|society|operations|warfare|space|infrastructures?)", "supply chains?", "e-government",
)  # fmt: skip
"""Words of the domain: in a text about everything, only what holds one is about cyberspace."""

OTHERS = _any(
    "compan(?:y|ies)", "organi[sz]ations?", "enterprises?", "businesses?", "firms", "operators?", "providers?", "vendors?",
    "manufacturers?", "users?", "citizens", "individuals?", "people", "consumers?", "customers", "parents", "employees",
    "owners", "industry", "private sector", "stakeholders?", "everyone", "society", "communit(?:y|ies)", "all states",
    "states", "countries", "nations", "governments", "member states", "parties", "attackers?", "criminals?", "hackers?",
    "adversar(?:y|ies)", "terrorists?", "threats?", "attacks?", "incidents?", "devices?", "technolog(?:y|ies)", "systems?",
    "networks?", "internet", "cyberspace", "economy", "world", "number", "use", "growth", "demand", "dependence", "risks?",
    "vulnerabilit(?:y|ies)", "challenges?", "consequences?", "damage", "malware", "software", "infrastructures?", "this",
    "these", "that", "such", "failure", "success", "future", "trend", "impact", "universities", "schools", "developers",
)  # fmt: skip
"""Heads of subjects who are not the issuer: what they "will" do is a prediction, what they "should" do advice."""

OWN_BODIES = _any(
    "we", "our", "government", "administration", "ministr(?:y|ies)", "ministers?", "department", "agenc(?:y|ies)", "authorit(?:y|ies)",
    "council", "committee", "commission", "secretariat", "office", "directorate", "cent(?:re|er)", "certs?", "csirts?", "cabinet",
    "president", "prime minister", "leaders", "police", "armed forces", "forces", "bureau", "task force", "working group", "board",
    "strategy", "policy", "plan", "programme", "program", "project", "initiative", "republic", "kingdom", "state", "nation", "country",
    "headquarters", "dod", "dhs", "nsa", "federal", "group", "members", "both sides", "partnership", "union", "it", "they",
)  # fmt: skip
"""Heads of subjects who are the issuer, or a body or plan of its own."""

HAPPENINGS = frozenset(
    "affect become increase grow rise change require need lead result cause face continue remain evolve depend reach expand "
    "emerge have be make mean suffer occur happen bring play benefit see spread develop disrupt threaten".split()
)
"""Verbs of what happens to somebody: with "will" and no own subject, a prediction."""

ACTS = frozenset(
    "create establish set build publish issue ratify appoint fund test launch adopt enact introduce develop draft deliver "
    "conduct carry hold host organise organize sign join designate form found open train recruit hire deploy implement "
    "allocate invest provide install procure update revise amend legislate propose submit report audit certify exercise "
    "convene require mandate prohibit ban sanction prosecute investigate share exchange appoint complete prepare produce "
    "identify define run operate finance award set-up instal integrate register notify inspect pilot".split()
)
"""Verbs of a concrete act: a point of precision."""
NOT_CONCRETE = frozenset(
    "improve strengthen enhance support promote foster ensure encourage address increase raise work cooperate".split()
)

EMPTY_PROMISES = _any(
    "everything (?:possible|in (?:our|its) power)", "do our utmost", "spare no effort", "all possible measures",
    "high level of security", "stand (?:together|united|ready)",
)  # fmt: skip

NEGATIVE = _any(
    "will not", "shall not", "won[\u2019']t", "refrain from", "will never", "not (?:to )?(?:conduct|support|use|target|permit|allow)",
    "abstain from", "will neither", "prohibit ourselves",
)  # fmt: skip

CONDITIONS = re.compile(
    r"\b(?:subject to|provided that|if (?=\w)|where (?:appropriate|necessary|possible|feasible)|as (?:appropriate|necessary)|"
    r"to the extent possible|depending on|unless|when(?:ever)? necessary|in the event of)\b[^,.;]*",
    re.IGNORECASE,
)
