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

PARTNERS = _any(
    "partners?", "allies", "ally", "stakeholders?", "industry", "sector", "sectors", "compan(?:y|ies)", "businesses", "firms",
    "operators?", "providers?", "states?", "countries", "nations", "governments?", "agenc(?:y|ies)", "authorities", "authority",
    "organi[sz]ations?", "universities", "academia", "community", "communities", "society", "departments?", "ministries",
    "ministry", "institutions?", "bodies", "teams?", "certs?", "csirts?", "police", "forces?", "institutes?", "others", "services?",
    "members?", "territories", "provinces", "owners", "vendors?", "manufacturers?", "experts?", "parties", "counterparts?", "entities",
)  # fmt: skip
"""Heads of phrases that name somebody to act together with."""

BODIES = _any(
    "academ(?:y|ies)", "administrat(?:ions?|ors?)", "alliance", "ambassadors?", "army", "associations?", "auditors?", "banks?", "boards?",
    "branch", "bureau[sx]?", "business", "cabinet", "cent(?:re|er)s?", "chairs?", "chairman", "chambers?", "chancell(?:ery|ors?)", "chief",
    "cit(?:y|ies)", "citizens?", "civilians?", "collaborators?", "colleges?", "commanders?", "commands?", "commission(?:s|ers?)?",
    "committees?", "consumers?", "contractors?", "controllers?", "coordinators?", "corporations?", "councils?", "count(?:y|ies)", "country",
    "courts?", "customers?", "delegations?", "directorates?", "directors?", "divisions?", "embass(?:y|ies)", "employe(?:e|r)s?",
    "enterprises?", "entity", "envoys?", "expert", "forums?", "foundations?", "governors?", "groups?", "headquarters", "heads?", "hubs?",
    "inspect(?:orates?|ors?)", "investigators?", "judges?", "judiciary", "kingdom", "laborator(?:y|ies)", "leaders?", "legislators?",
    "managers?", "military", "ministers?", "municipalit(?:y|ies)", "nation", "navy", "officers?", "offices?", "officials?", "ombudsman",
    "panels?", "parliaments?", "participants?", "partnerships?", "party", "people", "personnel", "persons?", "presiden(?:cy|ts?)", "prosecutors?",
    "province", "public", "regions?", "regist(?:ries|ry)", "regulators?", "representatives?", "republic", "researchers?", "schools?",
    "secretar(?:iat|ies|y)", "servants?", "sides?", "signator(?:y|ies)", "specialists?", "staff", "students?", "suppliers?", "taskforce", "teachers?",
    "territory", "treasury", "union", "units?", "university", "users?", "body",
)  # fmt: skip
"""Heads of phrases that name a person or a body, besides the partners."""

ACTS = frozenset(
    "create establish set build publish issue ratify appoint fund test launch adopt enact introduce develop draft deliver "
    "conduct carry hold host organise organize sign join designate form found open train recruit hire deploy implement "
    "allocate invest provide install procure update revise amend legislate propose submit report audit certify exercise "
    "convene require mandate prohibit ban sanction prosecute investigate share exchange appoint complete prepare produce "
    "identify define run operate finance award set-up instal integrate register notify inspect pilot".split()
)
"""Verbs of a concrete act: a point of precision."""

REAFFIRMING = _any(
    "re-?affirms?", "re-?affirming", "recommits?", "re-?iterates? (?:our|its|their|the) commitment", "renews? (?:our|its|their) commitment",
    "reaffirm(?:s|ed)? (?:our|its|their) commitment",
)  # fmt: skip
"""A promise that says of itself that it was made before."""

SPEAKS_OF_THE_LAST = ("This will", "It will be", "This is to", "These will", "They will be", "This work will")
"""Beginnings of a sentence whose deadline belongs to the sentence before it."""

NEGATIVE = _any(
    "(?:will|shall) not(?! (?:only|just|merely|simply|hesitate|rest|waver)\\b)", "won[\u2019']t", "refrain from", "will never",
    "not to (?:conduct|support|use|target|permit|allow)", "abstain from", "will neither", "prohibit ourselves",
)  # fmt: skip

_LETTERS = re.compile(r"[A-Za-z]{2,}")


_DENYING = re.compile(
    r"\b(?:we|the (?:federal |national )?government|the state|our (?:government|country|states)|the ministers|the leaders)"
    r"(?: (?:further|also|therefore|all|each|hereby|of \w+))?\s+(?:(?:will|shall) (?:not|never)|(?:undertake|commit|agree|pledge|resolve|promise)s?(?: (?:itself|ourselves|themselves))? not to"
    r"|(?:will|shall) refrain from)\s+(?:\w+ly\s+|ever\s+)?"
    r"(?:(?:conduct|support|us|attack|target|engag|sponsor|interfer|undermin|damag|weaken|sell|export|deploy|impos|forc|"
    r"restrict|block|collect|stor|shar|disclos|demand|requir|permit|allow)\w*)\b",
    re.IGNORECASE,
)
_OF_OUR_DOMAIN = re.compile(
    r"cyber|digital|electronic|online|internet|network|\bdata\b|\bICTs?\b|encrypt|\bcomputer|incident|information system",
    re.IGNORECASE,
)


def denies_itself(text: str) -> bool:
    """Say whether an issuer promises to refrain from an act in our domain.

    That is a commitment, and so rare in the texts that the model has not learnt it. Only acts count:
    who "will not accept" or "will not rest" says how firm it is, not what it will do.
    """
    return _DENYING.search(text) is not None and _OF_OUR_DOMAIN.search(text) is not None


_DEFINING = _any("shall mean", "shall have the meaning")
_THREATENING = re.compile(
    r"^(?:\w+,? ){0,4}?(?:criminals?|criminal (?:groups|actors|organi[sz]ations)|attackers?|adversaries|hackers|terrorists|cyber ?attacks|"
    r"(?:cyber )?threats|attacks) (?:\w+ ){0,2}?will\b",
    re.IGNORECASE,
)
_ABLE = re.compile(r"^(?:(?!\b(?:that|which|who|so)\b)[^;:])*?\bwill be able to\b", re.IGNORECASE)
_OURS = re.compile(
    r"\b(?:we|our|government|ministr(?:y|ies)|minister|agency|agencies|centre|center|authority|council|department|strategy)\b",
    re.IGNORECASE,
)
_BY_STANCE = re.compile(
    r"^\W*(?:therefore,? |also |further |furthermore,? |in (?:this|that) (?:regard|context),? )*(?:we|the \w+(?: \w+)?|they) "
    r"(?:also |further |therefore |jointly |strongly )?"
    r"(?:recogni[sz]e|welcome|note|recall|acknowledge|believe|condemn|stress|emphasi[sz]e|underline|underscore|appreciate|applaud|"
    r"commend|highlight|express (?:our |their )?concern)[sd]?\b",
    re.IGNORECASE,
)
_BINDING = re.compile(
    r"\b(?:will|shall|commit\w*|pledge\w*|undertake\w*|agree\w*|decide\w*|resolve\w*|intend\w*|plan\w*|aim\w*|determin\w+)\b",
    re.IGNORECASE,
)


_POSSIBLE = re.compile(
    r"^\W*(?:(?!(?:that|which|who)\b)[\w\u2019'-]+,? ){0,6}?(?:(?-i:may)|might|could)\b", re.IGNORECASE
)
_FORCING = re.compile(rf"{_BINDING.pattern}|\b(?:must|should)\b", re.IGNORECASE)
_MEASURING = re.compile(
    r"\b(?:measures? of (?:progress|success|performance)|(?:performance|progress|success) indicators?|indicators? of success)\W*$",
    re.IGNORECASE,
)
"""Headings of lists that say how one will know, and not what will be done."""


def certainly_none(text: str, lead_in: str = "", heading: str = "", *, shortest: int) -> bool:
    """Say whether a sentence cannot be a commitment, whatever the model says.

    It is too short to be one, it defines a word, it says what criminals will do, or only what
    somebody will be able to do, or what may happen, it is an item under a lead-in of stance, in which
    nothing binds ("We welcome:"), or it stands under a heading of indicators.
    """
    return (
        len(_LETTERS.findall(text)) < shortest
        or _DEFINING.search(text) is not None
        or (_THREATENING.search(text) is not None and _OURS.search(text) is None)
        or (_ABLE.search(text) is not None and len(_BINDING.findall(text)) == 1)
        or (_POSSIBLE.search(text) is not None and _FORCING.search(text) is None)
        or _MEASURING.search(heading) is not None
        or (_BY_STANCE.search(lead_in) is not None and _BINDING.search(f"{lead_in} {text}") is None)
    )


CONDITIONS = re.compile(
    r"\b(?:subject to|provided that|if (?=\w)|where (?:appropriate|necessary|possible|feasible)|as (?:appropriate|necessary)|"
    r"to the extent possible|depending on|unless|when(?:ever)? necessary|in the event of)\b[^,.;]*",
    re.IGNORECASE,
)
