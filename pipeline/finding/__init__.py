"""Finding commitments in sentences: pure functions, used by `commitments.py` in this order.

cues.py        the words that give a promise its force, its strength and its subject
judging.py     walk the coding manual's steps for one sentence: commitment, pledge, or why not
slots.py       actor, modality, action, object, deadline: words of the text, with their offsets
deadlines.py   a deadline as written, and the days that it means
strength.py    bindingness and precision, with the cue that decided each
"""
