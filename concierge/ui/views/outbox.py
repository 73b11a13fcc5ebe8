"""Messages to a customer, as the customer reads them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from concierge.core.formatting import datetime_text
from concierge.notifications.models import Channel, Mail
from concierge.ui import state
from concierge.ui.components import pill, plain


def messages(title: str, mails: Sequence[Mail]) -> None:
    """Folded up, the newest first; without any, nothing is shown."""
    if not mails:
        return
    with st.expander(f"{title}, {len(mails)}"):
        for mail in mails:
            at = datetime_text(mail.created_at, state.zone())
            about = pill(mail.status.value, "bad" if mail.error else "plain")
            subject = mail.subject if mail.channel is Channel.EMAIL else "Text message"
            st.markdown(f"**{plain(subject)}** :gray[{at}] {about}")
            st.text(mail.body)
