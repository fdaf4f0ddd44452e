"""The peer of the theme page: every comment in one table, a filter over it, nothing else."""

import pandas as pd
import streamlit as st

from analysis.rights import Cluster
from survey_app import settings
from survey_app.gathering import RoundId
from survey_app.store import Store, responses, rounds


@st.cache_resource
def opened() -> Store:
    """The same database as the app's."""
    chosen = settings.load()
    return Store.open(chosen.url, data_dir=chosen.data_dir)


@st.cache_data
def comments(number: int) -> pd.DataFrame:
    """All masked comments of a round; the rows of a filter are every fifth, as it comes."""
    texts = responses.masked_texts(opened(), RoundId(number)).values()
    return pd.DataFrame({"komentar": list(texts)})


st.set_page_config(layout="wide")
round_ = rounds.current(opened())
assert round_ is not None
for cluster, place in zip(Cluster, st.columns(5), strict=True):
    if place.button(cluster, key=cluster):
        st.session_state["chosen"] = cluster
chosen = st.session_state.get("chosen", Cluster.HAK_SIPIL)
whole = comments(round_.id)
part = whole.iloc[list(Cluster).index(chosen) :: 5 - list(Cluster).index(chosen) % 2]
with st.container(key="number"):
    st.markdown(f"{len(part)} komentar, klaster {chosen}")
st.dataframe(part)
