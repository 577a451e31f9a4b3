"""In which role somebody or something is named: by the words of the sentence around the name.

Reads a sentence with the place of a name; gives one of `ROLES`. Patterns look at what stands before the name and
behind it, for a sentence that condemns one state may thank another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..instruments import KINDS

ROLES = {
    "partner": "named as somebody to work with or to help, or as a place to work together",
    "threat": "named as the source of a danger, or for a wrong that it does",
    "model": "named as an example or a source to follow",
    "obligation": "named as binding: joined or to be joined, kept to, or carried out",
    "mention": "named in passing",
}

_NEAR = 130
"""How many characters before a name and behind it count, within its part of the sentence."""
_FAR = 600
"""So much is looked at in all, for a list of names does not count towards the rest."""
_MODEL_NEAR = 70
"""The same for a model, of which only what stands before it counts."""


def _any(*parts: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these whole words, whatever their capitals."""
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


_NAMES = r"(?: the)?(?: [A-Z][\w.\u2019'-]*,?(?: and)?){0,%s} $"
"""Other names on the way to the one in question: "condemn Russia and Belarus"."""

_WRONG = (
    r"(?:war|aggress\w+|inva(?:sion|d\w+)|(?:cyber)?attack\w*|malicious|irresponsible|(?:il|un)lawful|illegal\w*"
    r"|unprovoked|unjustif\w+|brutal|coerc\w+|destabili[sz]\w+|provocat\w+|escalat\w+|annex\w+|occupation|disinformation"
    r"|ballistic|missile\w*|espionage|theft|threat\w*|excessive|violat\w+|interfer\w+|weaponi[sz]\w+|repress\w+|abus\w+"
    r"|hostile|intrusion\w*|militari[sz]\w+|sponsor\w+|harass\w+|malign|adversar\w+|steal\w*|stole|undermin\w+|hack\w*"
    r"|challenge to|unwilling\w*|nuclear (?:weapons?|program\w*|escalation|ambitions?|and missile)|proliferation)"
)
_NO_PROPOSAL = r"(?! (?:propos\w+|solutions?|texts?|positions?|with|between|on)\b)"
_ITS_WRONG = re.compile(
    r"(?: \([A-Z]{2,5}\))?(?:\u2019s?|'s?)(?: [\w\u2019'-]+){0,5}? "
    rf"(?:{_WRONG}\b|compromises? of\b|compromise\b{_NO_PROPOSAL}|breach\w* of|infiltrat\w+|meddling|sabotage"
    r"|(?:cyber )?operations? against)",
    re.IGNORECASE,
)
_DOES_WRONG = re.compile(
    r"(?: \([A-Z]{2,5}\))?,?(?: and [A-Z]\w+)?(?: (?:must|to) (?:cease|stop|end|withdraw)"
    r"|(?: has| have| had| is| are| was| to| continues? to| will| may| can| could| also| further| once| itself| that| which"
    rf"| not| [a-z]+ing| [a-z]+ed| [a-z]+ly){{1,4}}(?: [\w\u2019'-]+){{0,3}}? {_WRONG}\b)"
    r"|-(?:based|backed|sponsored|linked) [a-z]*(?:attack|hack|terror|actor|threat|criminal)",
    re.IGNORECASE,
)
_PLAIN = r"(?: (?!(?:against|about|after|at|by|during|for|from|in|into|of|on|to|under|with|within)\b)[\w\u2019'-]+,?)"
"""A word on the way to the noun that a verb governs: no preposition, behind which another noun would stand."""
_TALK_OF_IT = (
    r"(?!-| (?:analys\w+|assess\w+|aware\w+|defen\w+|detect\w+|drills?|exercis\w+|hunt\w+|inform\w+|intelligence"
    r"|landscape|mitigat\w+|model\w*|monitor\w+|prevent\w+|reports?|respon\w+|scenarios?|simulat\w+|surveys?"
    r"|warnings?)\b)"
)
"""Behind a wrong: words that make it something good, "a threat assessment"."""
_ATTACK = r"(?:attacks?|cyber-?attacks?|aggression|espionage|hack(?:s|ing)?|intrusions?|sabotage|theft|disinformation)"
_STRUCK = r"(?:attacked|invaded|annexed|hacked|breached|infiltrated|sabotaged|compromised|stole)"
_ATTACKS = re.compile(
    r"(?: \([A-Z]{2,5}\))?(?: has| have| had| also| then| once| again| repeatedly| illegally){0,3}"
    r"(?: (?:engag\w+ in|conduct\w*|launch\w*|carr\w+ out|perpetrat\w+|mount\w*|wag\w+|orchestrat\w+|commit\w*)"
    rf"{_PLAIN}{{0,6}}? {_ATTACK}\b{_TALK_OF_IT}| {_STRUCK}\b(?! (?:at|by|during|in|on)\b))",
    re.IGNORECASE,
)
_ENDANGERS = re.compile(
    r"(?: \([A-Z]{2,5}\))?,?(?: also| now| still| today| currently| clearly| already| therefore){0,2}"
    r" (?:(?:presents?|poses?|constitutes?|represents?)"
    rf"{_PLAIN}{{0,9}}? (?:threats?|dangers?|risks?|challenges?)"
    rf"|(?:is|are|remains?|becomes?){_PLAIN}{{0,9}}? (?:threats?|dangers?|adversar(?:y|ies)))\b{_TALK_OF_IT}",
    re.IGNORECASE,
)
_WITHIN_IT = re.compile(r"\b(?:in|within|inside|at|across|throughout|against)(?: the)? $")
"""Behind these a verb that follows the name is not its own: "offices in Belmora have been attacked"."""
_IS_STRUCK = re.compile(rf"\b(?:was|were|been|being|be|is|are)(?: [a-z]+ly)? {_STRUCK}\b", re.IGNORECASE)
_ATTACKS_BY = re.compile(
    rf"\b{_ATTACK}(?:,? [\w\u2019'-]+){{0,4}}? (?:launched|conducted|carried out|perpetrated|mounted|waged|committed"
    r"|orchestrated|directed) by(?: the)?(?: [a-z-]+){0,2}" + _NAMES % 6
)
_STUDIED = _any(r"exercis\w+", r"simulat\w+", r"stud(?:y|ies)", r"surveys?", r"research", r"drills?", r"tests?")
_IS_THE_ONE = re.compile(
    r"(?:attribut\w+ to|threats? (?:from|posed by|of|by)|posed by|perpetrated by|sponsored by|backed by"
    r"|originat\w+ (?:in|from)|emanat\w+ from|servers? in|actors? (?:in|from|linked to|affiliated with)"
    r"|hackers?[^.;]{0,50} (?:in|from|for|by)|(?:strategic )?compet\w+ (?:with|from)|sanctions? (?:on|against)"
    r"|adversaries,? (?:such as|like|including)|[Aa]ttacks? (?:by|from)|aggression (?:by|of|from)|invasion by|war by"
    r"|(?:breach|intrusion|hack|compromise) by"
    r"|coercion by|violence committed by|deter|counter|condemn\w*|denounce\w*|deplore\w*|safe havens? in|prevent(?:ing)?"
    r"|consequences on|restrictions targeting|concerns? (?:about|regarding|over|with)|concerned (?:about|by|that)"
    r"|measures (?:against|on))(?: [a-z-]+){0,2}" + _NAMES % 6
)
_HOLDS = re.compile(r"\bhold\w*(?: the)? $")
_TO_ACCOUNT = re.compile(r" (?:accountable|to account|responsible)\b")
_DEFENDS = _any(
    r"right to", r"defen[cds]\w+", r"respon[ds]\w+", r"experienc\w+", r"fight\w*", r"efforts?", r"abilit\w+",
    r"protect\w+", r"against", r"counter\w*", r"prevent\w*", r"solidarity", r"resilien\w+", r"combat\w*",
    r"mitigat\w+", r"victims?", r"capabilit\w+", r"capacit\w+", r"tackl\w+", r"suffer\w*", r"fac(?:e|es|ed|ing)",
    r"targets?", r"targeted by", r"subject(?:ed)? to", r"hit by", r"struck by", r"withst\w+", r"investigat\w+", r"detect\w+",
    r"(?<!been )(?<!is )(?<!was )identif\w+", r"defin\w+", r"prohibit\w*", r"criminali[sz]\w+", r"outlaw\w*", r"punish\w*", r"stud(?:y|ies)", r"surveys?",
    r"inquir\w+", r"research\w*", r"simulat\w+",
)  # fmt: skip
_VICTIM = re.compile(
    r"(?:(?<!sanctions )(?<!measures )against|(?:attacks?|war|aggression|invasion) (?:up)?(?:on|in)|invasion of"
    r"|invaded|attacked|hit|struck|paraly[sz]ed|crippled|(?:directed|aimed|launched) at|(?<!restrictions )target(?:ing|ed)"
    r"|(?:sovereignty|integrity) of"
    r"|support\w*(?: to| for| of)?)" + _NAMES % 2
)
_SUFFERS = re.compile(
    r"\b(?:war|aggression|invasion|attacks?|operations?|campaigns?|forces|conflict|violence)(?: [a-z]+){0,3}"
    r" (?:against|on|in|of|(?<=forces )from)(?: the)?(?: [A-Z][\w.\u2019'-]* and(?: the)?)? $"
)

_PARTNER = _any(
    r"co-?operat\w+", r"partner\w*", r"all(?:y|ies|iances?)", r"collaborat\w+", r"together with", r"working together",
    r"work(?:s|ing|ed)?(?: closely| actively)? with", r"work (?:in|within|of|at)", r"joint\w*", r"alongside",
    r"dialogues?", r"bilateral\w*", r"multilateral\w*", r"trilateral\w*", r"engag(?:e|es|ed|ing) with", r"engagement",
    r"exchang\w+", r"assist\w*", r"capacity[- ]building", r"relation(?:s|ships?)", r"members? (?:of|in)", r"membership",
    r"contribut\w+", r"participat\w+(?! of)", r"participants? in", r"part in", r"support\w*", r"negotiat\w+",
    r"consult\w+", r"discussions? with", r"welcom\w+", r"co-?ordinat\w+", r"solidarity", r"friendship", r"memorand\w+",
    r"agreements? (?:with|between)", r"help\w*", r"shar(?:e|es|ed|ing)", r"hosted?", r"hosting",
    r"represented (?:at|in|by)", r"representatives? (?:of|from|to)", r"forums?", r"fora", r"met", r"commend\w*",
    r"thank\w*", r"appreciat\w+", r"role played", r"role (?:in|within|at)", r"in conjunction with",
    r"(?:took|takes?|taking|taken) part", r"contact points?", r"points? of contact", r"liaison", r"organi[sz]ed by",
    r"active in", r"invest(?:s|ed|ing|ments?)?", r"fund(?:s|ed|ing)?", r"donat\w+", r"initiatives? (?:of|by|in)",
    r"activities (?:of|in)", r"joined", r"joining", r"committed with", r"organi[sz]ations? such as", r"deepen\w*",
    r"strengthen\w*", r"stand with", r"centrality", r"in (?:the )?frameworks? of", r"(?:co-?)?led by",
    r"in (?:international|regional|multilateral) (?:bodies|institutions|organi[sz]ations)",
)  # fmt: skip
_WITHIN = re.compile(r"\b(?:through|(?:with)?in the frameworks? of)(?: the)? $")
_MEETS = re.compile(
    r"(?:-[A-Z][\w.-]+)* (?:[A-Z]\w+ )*(?:Meeting|Dialogue|Forum|Summit|Partnership|Alliance|Council|Agreement)\b"
)
_JOINED = re.compile(r"[A-Z]\w+-$")
_IS_DESCRIBED = re.compile(r"(?: \([A-Z]+\))?(?: Inc\.\)| Inc\))? (?:is|was) (?:an? |the |founded )")

_MODEL = _any(
    r"examples? (?:of|in|from|set by)", r"model+ed (?:on|after)", r"model of", r"best practices? (?:of|from|in|by|such as)",
    r"similar to", r"similar approach", r"lessons? (?:learn\w+ )?(?:from|in)", r"experiences? (?:of|in|from)",
    r"according to", r"accordance with the (?:recommendation|guideline)s?", r"inspired by", r"adapting",
    r"(?:based|draws?|drawing|built|relies) (?:mostly )?(?:up)?on", r"attention was given to", r"used as a reference",
    r"recommend(?:s|ed|ations?) (?:by|of|from)", r"defin(?:ed|itions?) (?:by|of|in|cited by)", r"in terms of the \w+ of",
    r"(?:guidelines?|standards?) (?:of|by|from|published by|issued by)", r"comparable (?:with|to)", r"comparison",
    r"(?:other|several|many|leading|developed) (?:countries|states|nations)(?:,? such as|,? like|,? including|:)",
    r"(?:approach|practic|experienc|best)\w* [^.;]*(?:countries|nations|states)(?:,? such as|,? like)",
    r"most advanced", r"taken by",
)  # fmt: skip
_BEHIND_MODEL = re.compile(
    r"(?:\u2019s|'s)?(?: \([A-Z]+\))? (?:uses? an? [a-z ]*definition|recommendations?|guidelines?|guidance|best practices?"
    r"|standards?|definitions?|recommends?|defines?|Rec\.|provides [a-z ]*with a model)\b"
)

_KEPT = _any(
    r"ratif\w+", r"acced\w+", r"accession", r"part(?:y|ies) to", r"member (?:of|to)", r"signator\w+",
    r"sign(?:ed|ing|s|ature)?", r"compl(?:y|ies|iance|iant|ying)", r"in accordance with", r"in line with",
    r"pursuant to", r"under", r"obligat\w+", r"oblig(?:ed|es)", r"implement\w*", r"transpos\w+", r"adher\w+",
    r"bound by", r"requirements?", r"required?", r"requires", r"commit\w*", r"uphold\w*", r"consistent with",
    r"reflected in", r"respect\w*", r"abid\w+", r"appl(?:y|ies|ied|icab\w+|ication)", r"entr(?:y|ies) into force",
    r"(?:entered|come) into force", r"enshrined", r"set(?:s|ting)? out", r"legal framework", r"frameworks? of",
    r"conclusion of", r"support(?:s|ed|ing)? for", r"reaffirm\w*", r"re-emphasi[sz]\w*", r"provided for",
    r"accorded by", r"international law,? including", r"provisions of", r"conform\w*", r"follow(?:s|ing|ed)?",
    r"certif\w+", r"adopt\w*", r"join\w*", r"endors\w+", r"principles of", r"violat\w+", r"accord\w* with",
    r"align\w*", r"harmoni[sz]\w+", r"governed by", r"rights under", r"in the spirit of", r"fulfil\w*", r"achiev\w+",
    r"advanc\w+", r"incorporat\w+", r"introduc\w+", r"laid down", r"meet", r"based on",
)  # fmt: skip
_JOINS = r"(?:sign|ratif|acced|adopt|join|endors)\w*"
_MANY = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|dozens of|other|many|most|several|numerous|some|all|few)"
_OTHERS = (
    rf"(?:{_MANY}(?: of the)?(?: [a-z-]+){{0,2}}? (?:countries|states|nations|governments|members|parties|signatories))"
)
_OF_OTHERS = re.compile(
    rf"(?<!and )(?<!with ){_OTHERS}(?:(?:,| and|, and) {_OTHERS})*"
    rf"(?: have| has| had| that| which| who| already| since| now| also| yet| to){{0,4}}(?: {_JOINS},?(?: and| or| to)?)+"
    rf"|{_JOINS}(?: and {_JOINS})?(?: to)? by(?: the| more than| over| about| nearly| at least| some){{0,2}} {_OTHERS}"
    r"|(?:opened|open) (?:for|to) (?:signature|ratification|accession)\b"
    r"|adopted (?:in|on) (?:[A-Z]\w+(?:,? in)? )?\d[\w ]*",
    re.IGNORECASE,
)
"""An instrument joined by others, or its history: nothing that binds the issuer."""
_UNDECIDED = re.compile(r"\bwhether(?: or not)?(?: [\w\u2019'-]+){0,5}? (?:should|could|would|will|can|may|to)\b.*")
_ROOTS = re.compile(
    r"\b(?:roots?|origins?)\b[^.;]{0,40} (?:dates?|goes|go|reach\w*|traced?) back to(?: [\w-]+){0,6}? ?$"
)
_LAW = re.compile(
    r"(?:\u2019s|'s)? (?:[\w-]+ ){0,2}(?:obligations?|law|laws|legislation|legislative|[Dd]irectives?|[Rr]egulations?|acquis"
    r"|rules|legal|requirements?|framework decisions?|[Tt]reaty|(?:Security Council )?[Rr]esolutions?)\b"
)
_OF_A_LAW = re.compile(
    r"\b(?:Directive|Regulation|Decision|Communication|COMMUNICATION|Recommendation)\b[^,;:]{0,30} of the $"
)
_OWED = re.compile(
    r"\b(?:obligations?|dut(?:y|ies)|responsibilities|commitments? (?:made )?(?=under|within|as))(?: [a-z]+){0,3}"
    r" ?(?:to|towards|under|within|of|in|from)" + _NAMES % 3
)
_COMPLIES = re.compile(
    r"\b(?:compl(?:y|ies|iance|iant) with|(?:application|implementation) of|adherence to|conform\w* (?:to|with))(?: the)?"
    r"(?: [\w\u2019'-]+){0,6} ?$"
)
_PROCESS_WORK = _any(
    r"participat\w+", r"part in", r"contribut\w+", r"engag\w+", r"active\w*", r"work\w*", r"negotiat\w+", r"support\w*",
    r"host\w*", r"attend\w*", r"member\w*", r"discuss\w+", r"cooperat\w+", r"dialogue", r"continu\w+",
)  # fmt: skip

_SPELT_OUT = re.compile(
    r"[A-Z][\w\u2019'&-]*(?: (?:[A-Z][\w\u2019'&-]*|of|the|for|and|on|in|against))*(?:\u2019s|'s)? \($"
)
_IN_A_NAME = re.compile(r"\b(?:Economic|Security and|Islamic) Co-?operation\b|\bMinister of[^;.]* and Cooperation\b")
_ADDRESS = re.compile(r"https?:|www\.")
_TITLE = re.compile(r"(?:[Cc]ommunication (?:from|to)|Proposal for)[^;]*$")
_LISTED = re.compile(
    r"(?:(?:the )?(?!Ministers|Representatives|Members?|Partners?|Allies)[A-Z][\w.\u2019'-]*(?: of(?: the)?)?"
    r"(?: \([A-Z]+\))?(?:,|,? and)? ){3,}"
)


def role_of(sentence: str, start: int, end: int, kind: str = "state", others: Iterable[str] = ()) -> str:
    """Return the role in which `sentence[start:end]` is named.

    Args:
        kind: of an issuer or of an instrument.
        others: names in the sentence of those who are not the issuer: what they joined does not bind it.
    """
    before, after = sentence[max(0, start - _FAR) : start], sentence[end : end + _FAR]
    spelt_out = _SPELT_OUT.search(before)
    if spelt_out and after.startswith(
        ")"
    ):  # "the International Telecommunication Union (ITU)": what stands beside both counts
        before, after = before[: spelt_out.start()], after[1:]
    if kind in KINDS:
        return _role_of_instrument(before, after, kind, others)
    around = _part_of(before, after)
    if _ADDRESS.search(sentence) or _SUFFERS.search(before):
        return "mention"
    if _is_threat(before, after, kind):
        return "threat"
    if _OF_A_LAW.search(before):
        return "obligation" if _KEPT.search(around) else "mention"
    if _OWED.search(before) or _COMPLIES.search(before) or (_LAW.match(after) and _KEPT.search(around)):
        return "obligation"
    if _is_model(before, after):
        return "model"
    if kind == "group" and not before.strip() and _IS_DESCRIBED.match(after):
        return "mention"
    meets = _MEETS.match(after) and (after.startswith("-") or _JOINED.search(before))
    is_partner = _PARTNER.search(around) or _WITHIN.search(before) or meets
    return "partner" if is_partner else "mention"


def _role_of_instrument(before: str, after: str, kind: str, others: Iterable[str]) -> str:
    around = _part_of(before, after)
    if kind == "process":
        if _PROCESS_WORK.search(around):
            return "partner"
        return "model" if _is_model(before, after) else "obligation" if _KEPT.search(around) else "mention"
    if _TITLE.search(before) or _ROOTS.search(before):
        return "mention"
    if _BEHIND_MODEL.match(after) or _MODEL.search(before[-25:]):
        return "model"
    if any(_KEPT.search(_of_its_own(part, others)) for part in (_part_of(before, ""), _part_of("", after))):
        return "obligation"
    return "model" if _is_model(before, after) else "mention"


def _of_its_own(words: str, others: Iterable[str]) -> str:
    """Return the words beside an instrument without what others did with it, and what is not decided."""
    for name in sorted(others, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "other states", words)
    return _OF_OTHERS.sub(" \u2026 ", _UNDECIDED.sub("", words))


def _is_threat(before: str, after: str, kind: str) -> bool:
    """Say whether a state is named for a danger or a wrong; of a group only a wrong of its own counts."""
    if _VICTIM.search(before):
        return False
    wrong = _ITS_WRONG.match(after)
    if not wrong and kind == "state" and not _WITHIN_IT.search(before):
        wrong = _DOES_WRONG.match(after)
    if wrong and not _DEFENDS.search(wrong[0]) and not _IS_STRUCK.search(wrong[0]):
        return True
    is_held = _HOLDS.search(before) and _TO_ACCOUNT.match(after)
    return kind == "state" and (_IS_THE_ONE.search(before) is not None or bool(is_held) or _attacks(before, after))


def _attacks(before: str, after: str) -> bool:
    """Say whether a state is said to attack, or to be a danger."""
    by_it = _ATTACKS_BY.search(before)
    if by_it and not _STUDIED.search(before[: by_it.start()][-_MODEL_NEAR:]):
        return True
    does = _ATTACKS.match(after) or _ENDANGERS.match(after)
    return does is not None and not _WITHIN_IT.search(before) and not _DEFENDS.search(does[0])


def _is_model(before: str, after: str) -> bool:
    return _BEHIND_MODEL.match(after) is not None or _MODEL.search(_part_of(before, "")[-_MODEL_NEAR:]) is not None


def _part_of(before: str, after: str) -> str:
    """Return the words around a name, as far as its part of the sentence reaches; of a list of names nothing."""
    left = _LISTED.sub(" \u2026 ", re.split(r"[;\u2022]| \u2013 |: ", before)[-1])[-_NEAR:]
    right = _LISTED.sub(" \u2026 ", re.split(r"[;\u2022]| \u2013 ", after)[0])[:_NEAR]
    return _IN_A_NAME.sub("", f"{left} {right}")
