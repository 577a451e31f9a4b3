"""In which role somebody or something is named: by the words of the sentence around the name.

Reads a sentence with the place of a name; gives one of `ROLES`. Patterns look at what stands before the name and
behind it, for a sentence that condemns one state may thank another.
"""

from __future__ import annotations

import re

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

_MODEL_NEAR = 70
"""The same for a model, of which only what stands before it counts."""

_WRONG = (
    r"(?:war|aggress\w+|inva(?:sion|d\w+)|(?:cyber)?attack\w*|malicious|irresponsible|(?:il|un)lawful|illegal\w*"
    r"|unprovoked|unjustif\w+|brutal|coerc\w+|destabili[sz]\w+|provocat\w+|annex\w+|occupation|disinformation|ballistic"
    r"|missile\w*|espionage|theft|threat\w*|excessive|violat\w+|interfer\w+|weaponi[sz]\w+|repress\w+|abus\w+|hostile"
    r"|intrusion\w*|militari[sz]\w+|sponsor\w+|harass\w+|malign|adversar\w+|steal\w*|stole|undermin\w+|hack\w*"
    r"|challenge to|unwilling\w*|nuclear (?:weapons?|program\w*|escalation|ambitions?|and missile)|proliferation|war)"
)
_ITS_WRONG = re.compile(rf"(?: \([A-Z]{{2,5}}\))?(?:\u2019s?|'s?)(?: [\w\u2019'-]+){{0,5}}? {_WRONG}\b", re.IGNORECASE)
_DOES_WRONG = re.compile(
    r"(?: \([A-Z]{2,5}\))?,?(?: and [A-Z]\w+)?(?: must (?:cease|stop|end|withdraw)| to (?:cease|stop|end|withdraw)|(?: has| have| had| is| are| was| to| continues? to| will| may| can| could| also| further| once"
    rf"| that| which| not| [a-z]+ing| [a-z]+ed| [a-z]+ly){{1,4}}(?: [\w\u2019'-]+){{0,3}}? {_WRONG}\b)|-(?:based|backed|sponsored|linked) [a-z]*(?:attack|hack|terror|actor|threat|criminal)",
    re.IGNORECASE,
)
_IS_THE_ONE = re.compile(
    r"(?:attribut\w+ to|threats? (?:from|posed by|of|by)|posed by|perpetrated by|sponsored by"
    r"|backed by|originat\w+ (?:in|from)|emanat\w+ from|servers? in|actors? (?:in|from|linked to|affiliated with)"
    r"|hackers?[^.;]{0,50} (?:in|from|for|by)|(?:strategic )?compet\w+ (?:with|from)|sanctions? (?:on|against)|adversaries,? (?:such as|like|including)"
    r"|attacks? (?:by|from)|aggression (?:by|of|from)|invasion by|war by|coercion by|deter|counter|condemn\w*"
    r"|safe havens? in|denounce\w*|prevent(?:ing)?|consequences on|restrictions targeting|concerns? (?:about|regarding|over|with)|concerned (?:about|by|that)|measures (?:against|on)|to hold|violence committed by)(?: [a-z-]+){0,2}(?: the)?(?: [A-Z][\w.\u2019'-]*,?(?: and)?){0,6} $"
)
_DEFENDS = re.compile(
    r"\b(?:right to|defen[cds]\w+|respon[ds]\w+|experienc\w+|fight\w*|efforts?|abilit\w+|protect\w+|against|counter\w*"
    r"|prevent\w*|solidarity|resilien\w+|combat\w*|mitigat\w+|victims?|capabilit\w+|capacit\w+|tackl\w+)\b",
    re.IGNORECASE,
)
_VICTIM = re.compile(
    r"(?:against|(?:attacks?|war|aggression|invasion) (?:on|in|of)|invaded|attacked|(?:sovereignty|integrity) of|support\w*(?: to| for| of)?)"
    r"(?: the)?(?: [A-Z][\w.\u2019'-]*,?(?: and)?){0,2} $"
)

_PARTNER = re.compile(
    r"\b(?:co-?operat\w+|partner\w*|all(?:y|ies|iances?)|collaborat\w+|together with|work(?:s|ing|ed)?(?: closely| actively)? with"
    r"|joint\w*|alongside|dialogues?|bilateral\w*|multilateral\w*|trilateral\w*|engag(?:e|es|ed|ing) with|engagement|exchang\w+|assist\w*|capacity[- ]building"
    r"|relation(?:s|ships?)|members? (?:of|in)|membership|contribut\w+|participat\w+|part in|support\w*|negotiat\w+|consult\w+"
    r"|welcom\w+|co-?ordinat\w+|solidarity|friendship|memorand\w+|agreements? (?:with|between)|help\w*|shar(?:e|es|ed|ing)"
    r"|hosted?|represented (?:at|in|by)|representatives? (?:of|from|to)|forums?|fora|met|commend\w*|thank\w*|role played|in conjunction with"
    r"|(?:took|takes?|taking|taken) part|role (?:in|within|at)|contact points?|points? of contact|liaison|organi[sz]ed by|active in|participants? in|hosting|invest(?:s|ed|ing|ments?)?|fund(?:s|ed|ing)?|initiatives? (?:of|by|in)|activities (?:of|in)|joined|joining|work (?:in|within|of|at)|committed with|organi[sz]ations? such as"
    r"|donat\w+|deepen\w*|strengthen\w*|stand with|centrality|in (?:the )?frameworks? of|led by|co-?led|appreciat\w+"
    r"|in (?:international|regional|multilateral) (?:bodies|institutions|organi[sz]ations))\b",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"\b(?:examples? (?:of|in|from|set by)|model+ed (?:on|after)|best practices? (?:of|from|in|by)|similar to|similar approach"
    r"|lessons? (?:learn\w+ )?(?:from|in)|experiences? (?:of|in|from)|according to|accordance with the (?:recommendation|guideline)s?"
    r"|(?:based|draws?|drawing|built|relies) (?:mostly )?(?:up)?on|inspired by|recommend(?:s|ed|ations?) (?:by|of|from)|defined by|as defined in"
    r"|guidelines? (?:of|by|from|published by|issued by)|standards? (?:of|by|published by)|(?:other|several|many|leading|developed) (?:countries|states|nations)(?:,? such as|,? like|,? including|:)"
    r"|(?:approach|practic|experienc|best)\w* [^.;]*(?:countries|nations|states)(?:,? such as|,? like)|comparable (?:with|to)"
    r"|used as a reference|in terms of the [a-z]+ of|most advanced|comparison|definition (?:of|by|cited by)|best practices? such as|taken by)\b",
    re.IGNORECASE,
)
_BEHIND_MODEL = re.compile(
    r"(?:\u2019s|'s)?(?: \([A-Z]+\))? (?:uses? an? [a-z ]*definition|recommendations?|guidelines?|guidance|best practices?|standards?|definitions?|recommends?|defines?|Rec\.)\b"
)

_KEPT = re.compile(
    r"\b(?:ratif\w+|acced\w+|accession|part(?:y|ies) to|member (?:of|to)|signator\w+|sign(?:ed|ing|s|ature)?|compl(?:y|ies|iance|iant|ying)"
    r"|in accordance with|in line with|pursuant to|under|obligat\w+|oblig(?:ed|es)|implement\w*|transpos\w+|adher\w+|bound by"
    r"|requirements?|required?|requires|commit\w*|uphold\w*|consistent with|reflected in|respect\w*|abid\w+|appl(?:y|ies|ied|icab\w+|ication)"
    r"|entr(?:y|ies) into force|entered into force|come into force|enshrined|set(?:s|ting)? out|legal framework|support(?:s|ed|ing)? for|reaffirm\w*|re-emphasi[sz]\w*|provided for|accorded by|international law,? including|provisions of|conform\w*|follow(?:s|ing|ed)?|certif\w+"
    r"|adopt\w*|join\w*|endors\w+|principles of|violat\w+|accord\w* with|align\w*|harmoni[sz]\w+|governed by|rights under"
    r"|in the spirit of|fulfil\w*|achiev\w+|advanc\w+|incorporat\w+|introduc\w+|laid down|meet|based on)\b",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"(?:\u2019s|'s)? (?:[\w-]+ ){0,2}(?:obligations?|law|laws|legislation|legislative|directives?|Directives?|regulations?|Regulations?|acquis|rules|legal"
    r"|requirements?|framework decisions?|treaty|Treaty|(?:Security Council )?[Rr]esolutions?)\b"
)
_OWED = re.compile(
    r"\b(?:obligations?|dut(?:y|ies)|responsibilities|commitments? (?:made )?(?=under|within|as))(?: [a-z]+){0,3} ?(?:to|towards|under|within|of|in|from)(?: the)?"
    r"(?: [A-Z][\w.-]*,?(?: and)?){0,3} $"
)
_SPELT_OUT = re.compile(
    r"[A-Z][\w\u2019'&-]*(?: (?:[A-Z][\w\u2019'&-]*|of|the|for|and|on|in|against))*(?:\u2019s|'s)? \($"
)
_SUFFERS = re.compile(
    r"\b(?:war|aggression|invasion|attacks?|operations?|campaigns?|forces|conflict|violence)(?: [a-z]+){0,3} (?:against|on|in|of|from)"
    r"(?: the)?(?: [A-Z][\w.\u2019'-]* and(?: the)?)? $"
)
_IN_A_NAME = re.compile(r"\b(?:Economic|Security and|Islamic) Co-?operation\b")
_ADDRESS = re.compile(r"https?:|www\.")
_OF_A_LAW = re.compile(
    r"\b(?:Directive|Regulation|Decision|Communication|COMMUNICATION|Recommendation)\b[^,;:]{0,30} of the $"
)
_TITLE = re.compile(r"(?:[Cc]ommunication (?:from|to)|Proposal for|http)[^;]*$")
_LISTED = re.compile(
    r"(?:(?:the )?(?!Ministers|Representatives|Members?|Partners?|Allies)[A-Z][\w.\u2019'-]*(?: of(?: the)?)?(?: \([A-Z]+\))?(?:,|,? and)? ){3,}"
)
_COMPLIES = re.compile(
    r"\b(?:compl(?:y|ies|iance|iant) with|application of|conform\w* (?:to|with))(?: the)?(?: [\w\u2019'-]+){0,6} ?$"
)
_WITHIN = re.compile(r"\b(?:through|(?:with)?in the frameworks? of)(?: the)? $")
_MEETS = re.compile(
    r"(?:-[A-Z][\w.-]+)+ (?:[A-Z]\w+ )*(?:Meeting|Dialogue|Forum|Summit|Partnership|Alliance|Council|Agreement)\b"
)
_PROCESS_WORK = re.compile(
    r"\b(?:participat\w+|part in|contribut\w+|engag\w+|active\w*|work\w*|negotiat\w+|support\w*|host\w*|attend\w*|member\w*|discuss\w+"
    r"|cooperat\w+|dialogue|continu\w+)\b",
    re.IGNORECASE,
)


def role_of(sentence: str, start: int, end: int, kind: str = "state") -> str:
    """Return the role in which `sentence[start:end]` is named.

    Args:
        kind: of an issuer or of an instrument.
    """
    before, after = sentence[:start], sentence[end:]
    spelt_out = _SPELT_OUT.search(before)
    if spelt_out and after.startswith(
        ")"
    ):  # "the International Telecommunication Union (ITU)": what stands beside both counts
        before, after = before[: spelt_out.start()], after[1:]
    around = _part_of(before, after)
    if kind in KINDS:
        return _role_of_instrument(before, after, around, kind)
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
    is_partner = _PARTNER.search(around) or _WITHIN.search(before) or _MEETS.match(after)
    return "partner" if is_partner else "mention"


def _role_of_instrument(before: str, after: str, around: str, kind: str) -> str:
    if kind == "process":
        if _PROCESS_WORK.search(around):
            return "partner"
        return "model" if _is_model(before, after) else "obligation" if _KEPT.search(around) else "mention"
    if _TITLE.search(before):
        return "mention"
    if _KEPT.search(around):
        return "obligation"
    return "model" if _is_model(before, after) else "mention"


def _is_threat(before: str, after: str, kind: str) -> bool:
    """Say whether a state is named for a danger or a wrong; of a group only a wrong of its own counts."""
    if _VICTIM.search(before):
        return False
    wrong = _ITS_WRONG.match(after) or (kind == "state" and _DOES_WRONG.match(after))
    if wrong and not _DEFENDS.search(wrong[0]):
        return True
    return kind == "state" and _IS_THE_ONE.search(before) is not None


def _is_model(before: str, after: str) -> bool:
    return _BEHIND_MODEL.match(after) is not None or _MODEL.search(_part_of(before, "")[-_MODEL_NEAR:]) is not None


def _part_of(before: str, after: str) -> str:
    """Return the words around a name, as far as its part of the sentence reaches; of a list of names nothing."""
    left = _LISTED.sub(" \u2026 ", re.split(r"[;\u2022]| \u2013 |: ", before)[-1])[-_NEAR:]
    right = _LISTED.sub(" \u2026 ", re.split(r"[;\u2022]| \u2013 ", after)[0])[:_NEAR]
    return _IN_A_NAME.sub("", f"{left} {right}")
