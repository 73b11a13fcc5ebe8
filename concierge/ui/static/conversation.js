// New words of a linked conversation appear by themselves. The page works without this.
(() => {
  const talk = document.getElementById("talk");
  if (!talk) return;
  const address = `/c/${encodeURIComponent(talk.dataset.token)}/messages`;
  let last = Number(talk.dataset.last);
  let wait = 3000;
  let resolved = null;

  async function look() {
    try {
      const answer = await fetch(`${address}?after=${last}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      if (news.html) talk.insertAdjacentHTML("beforeend", news.html);
      last = news.next;
      wait = 3000;
      // The question how it went stands in the page itself: it is shown once the ticket closes.
      const writing = document.querySelector("textarea")?.value;
      if (resolved === false && news.resolved && !writing) location.reload();
      resolved = news.resolved;
    } catch {
      wait = Math.min(wait * 2, 30000);
    }
    setTimeout(look, wait);
  }
  setTimeout(look, wait);
})();
