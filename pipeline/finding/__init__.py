"""Finding commitments in sentences: pure functions, used by `commitments.py` in this order.

detector.py    what each sentence does, is about, and how firm it is: the trained model
clauses.py     the clause that carries the promise: verb, subject, and the words that bind
splitting.py   one commitment for each actor, action and target
slots.py       actor, modality, action, object, partner, money: words of the text, with their offsets
deadlines.py   a deadline as written, and the days that it means
strength.py    bindingness and precision, with the cue that decided each
cues.py        the words that all of these look for
"""
