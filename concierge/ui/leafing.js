// Leafs through a row of cards: what part of it is in view, and a step back or on.
// Runs once for each row, from within the bar above it; the row itself may be drawn later.
((bar) => {
  // The script may run before its bar has found its place in the page, or when it has lost it again.
  function begin(frames) {
    const whole = bar.closest('[class*="st-key-leafing-"]');
    if (whole) leafThrough(whole);
    else if (frames) requestAnimationFrame(() => begin(frames - 1));
  }

  function leafThrough(whole) {
    const [place, back, on] = bar.children;
    const total = Number(bar.dataset.total);
    const row = () => whole.querySelector('[class*="st-key-row-"]');

    // The first and the last card that is wholly in view; else the one of which most is.
    function inView(cards, box) {
      const shares = cards.map((card) => {
        const { left, right, width } = card.getBoundingClientRect();
        return (Math.min(right, box.right) - Math.max(left, box.left)) / width;
      });
      const most = Math.min(Math.max(...shares), 0.98);
      return [shares.findIndex((share) => share >= most), shares.findLastIndex((share) => share >= most)];
    }

    function look() {
      const shown = row();
      const cards = shown ? [...shown.children] : [];
      if (!cards.length) return null;
      const [first, last] = inView(cards, shown.getBoundingClientRect());
      return { shown, cards, first, last };
    }

    function tell() {
      const now = look();
      if (!now) return;
      const { shown, first, last } = now;
      const words = `${first === last ? first + 1 : `${first + 1}–${last + 1}`} of ${total}`;
      if (place.textContent !== words) place.textContent = words;
      const rest = shown.scrollWidth - shown.clientWidth;
      bar.hidden = rest <= 1;
      // Not `disabled`: that would take the focus from who just pressed it.
      back.setAttribute("aria-disabled", String(shown.scrollLeft <= 1));
      on.setAttribute("aria-disabled", String(shown.scrollLeft >= rest - 1));
    }

    function leaf(forward) {
      const now = look();
      if (!now) return;
      const { shown, cards, first, last } = now;
      const to = cards[forward ? Math.min(last + 1, cards.length - 1) : Math.max(2 * first - last - 1, 0)];
      const left = to.getBoundingClientRect().left - cards[0].getBoundingClientRect().left;
      shown.scrollTo({ left });
    }

    back.addEventListener("click", () => leaf(false));
    on.addEventListener("click", () => leaf(true));
    // On into the row where it stands: its first card would take it back to the beginning.
    on.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey) return;
      const now = look();
      const next = now?.cards[now.first].querySelector("button:not(:disabled)");
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
    whole.addEventListener("scroll", tell, { capture: true, passive: true });
    new ResizeObserver(tell).observe(whole);
    new MutationObserver(tell).observe(whole, { childList: true, subtree: true });
    tell();
  }

  begin(60);
})(document.currentScript.parentElement.querySelector(".leafing"));
