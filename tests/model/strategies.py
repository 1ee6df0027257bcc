"""What may happen in a history, as hypothesis draws it."""

from __future__ import annotations

from hypothesis import strategies as st

from .network import FINE
from .world import TEAMS

#: {device: whose it is, how many records a page has}
DEVICES = {"ann": ("una", 1000), "bob": ("una", 5), "cem": ("ugo", 1000)}

texts = st.sampled_from([None, "a", "b", "c"])
edits = st.dictionaries(st.sampled_from(("phone", "city", "function", "zip")), texts, min_size=1)
whos = st.sampled_from(list(DEVICES))
persons = st.sampled_from(["una", "ugo"])
picks = st.integers(0, 40)
job_edits = st.one_of(
    st.fixed_dictionaries({"note": st.sampled_from(["x", "y", "x\ny", None])}),
    st.fixed_dictionaries({"count": st.integers(0, 9)}),
    st.fixed_dictionaries({"best": st.integers(0, 9), "count": st.integers(0, 9)}),
)
#: One thing that a person does on a device: (what, which record, how).
actions = st.one_of(
    st.tuples(st.just("contact"), picks, edits),
    st.tuples(st.just("edit"), picks, edits),
    st.tuples(st.just("tag"), picks, st.sets(st.integers(0, 2))),
    st.tuples(st.just("job"), picks, st.integers(0, 5)),
    st.tuples(st.just("job edit"), picks, job_edits),
    st.tuples(st.just("job edit"), picks, job_edits),
    st.tuples(st.just("visit"), picks, st.integers(1, 3)),
    st.tuples(st.just("delete job"), picks, st.none()),
    st.tuples(st.just("nameless"), picks, st.none()),
    st.tuples(st.just("file"), picks, st.integers(0, 999)),
)
#: The same for the office.
office_actions = st.one_of(
    st.tuples(st.just("create"), picks, edits),
    st.tuples(
        st.just("make a job"),
        picks,
        st.fixed_dictionaries({"count": st.integers(0, 9), "best": st.integers(0, 9)}),
    ),
    st.tuples(st.just("edit"), picks, edits),
    st.tuples(st.just("edit a job"), picks, job_edits),
    st.tuples(st.just("tag"), picks, st.sets(st.integers(0, 2))),
    st.tuples(st.just("team"), picks, st.sampled_from((None, *TEAMS))),
    st.tuples(st.sampled_from(("company", "archive")), picks, st.booleans()),
    st.tuples(st.sampled_from(("delete", "delete a job")), picks, st.none()),
    st.tuples(st.just("sql"), picks, texts),
    st.tuples(st.just("merge"), picks, picks),
)
rights = st.tuples(st.sampled_from(("team", "abroad", "write", "rule")), st.booleans())
#: The faults of the next requests; "die" counts what the server's worker does in the database until it is killed.
troubles = st.one_of(
    st.tuples(st.sampled_from(("down", "lose", "repeat", "delay", "later")), st.just(0)),
    st.tuples(st.just("cut"), st.integers(0, 99)),
    st.tuples(st.just("die"), st.integers(0, 160)),
    st.tuples(st.just("die committed"), st.integers(1, 2)),
    st.just(FINE),
)
