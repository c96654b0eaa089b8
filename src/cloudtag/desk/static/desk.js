// Keys and news. Everything here can be done without it as well.
"use strict";
(() => {
  const listed = () => [...document.querySelectorAll("li.case")];
  let at = -1;

  function choose(n) {
    const cases = listed();
    if (!cases.length) return;
    if (cases[at]) cases[at].classList.remove("at");
    at = Math.max(0, Math.min(cases.length - 1, n));
    cases[at].classList.add("at");
    cases[at].querySelector("a").focus({ preventScroll: true });
    cases[at].scrollIntoView({ block: "nearest" });
  }

  function press(key) {
    const found = document.querySelector(`[data-key="${key}"]`);
    if (!found) return false;
    if (found.tagName === "SUMMARY") {
      found.parentElement.open = true;
      found.scrollIntoView({ block: "start" });
      found.focus();
    } else {
      found.click();
      if (found.type === "radio") found.form.querySelector("textarea").focus();
    }
    return true;
  }

  const pages = { "?": "/keys", q: "/queue" };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field && field.form) {
      event.preventDefault();
      field.form.requestSubmit();
      return;
    }
    if (event.key === "Escape" && field) { field.blur(); return; }
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "k") choose(at + (event.key === "j" ? 1 : -1));
    else if (event.key === "n") location.assign(`/next${location.pathname === "/queue" ? location.search : ""}`);
    else if (pages[event.key]) location.assign(pages[event.key]);
    else if (!"aoicturpvwyx".includes(event.key) || !press(event.key)) return;
    event.preventDefault();
  });

  // The queue: that it has changed is said at once; the list follows unless that would move something under a hand.
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const inHand = () => {
    const focused = document.activeElement;
    return focused.matches("input, textarea, select") || Boolean(focused.closest("[data-live]"));
  };

  function put(page) {
    const rows = listed();
    const chosen = rows[at] && rows[at].dataset.case;
    for (const part of parts()) {
      const anew = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (anew) part.replaceWith(document.adoptNode(anew));
    }
    // Whoever has a case in hand finds it where it was.
    rows.forEach((row, place) => {
      const same = row.dataset.mine && listed().find((other) => other.dataset.case === row.dataset.case);
      if (!same) return;
      const list = same.parentElement;
      same.remove();
      list.insertBefore(same, list.children[place] || null);
    });
    at = listed().findIndex((row) => row.dataset.case === chosen);
    if (at >= 0) listed()[at].classList.add("at");
  }

  function follow(source) {
    let notBefore = 0, waits = false, changed = false;

    async function anew() {
      if (inHand()) return;
      const begun = performance.now();
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const text = await answer.text();
        if (answer.ok && !inHand()) put(new DOMParser().parseFromString(text, "text/html"));
      } catch { /* The line that says so stays, and its link. */ }
      const ended = performance.now();
      notBefore = ended + Math.max(1000, 10 * (ended - begun));
    }

    function soon() {
      if (waits) return;
      waits = true;
      setTimeout(async () => {
        changed = false;
        await anew();
        waits = false;
        if (changed) soon();
      }, Math.max(0, notBefore - performance.now()));
    }

    source.addEventListener("queue", (event) => {
      const line = document.createElement("p");
      const link = document.createElement("a");
      link.href = location.pathname + location.search;
      link.textContent = JSON.parse(event.data).text;
      line.append(link);
      news.replaceChildren(line);
      news.hidden = false;
      changed = true;
      soon();
    });

    addEventListener("pagehide", () => source.close());
  }

  // What changes on a case that is on screen is said, and never shown silently.
  const shown = [...document.querySelectorAll("[data-case]")];
  const news = document.getElementById("news");
  const head = document.querySelector("[data-queue]");
  if (head && news && "EventSource" in window) {
    follow(new EventSource(`/changes?queue=${encodeURIComponent(head.dataset.queue)}`));
  } else if (shown.length && news && "EventSource" in window) {
    const query = shown.map((e) => `case=${encodeURIComponent(`${e.dataset.case}:${e.dataset.revision}`)}`).join("&");
    const source = new EventSource(`/changes?${query}`);
    source.addEventListener("changed", (event) => {
      const told = JSON.parse(event.data);
      const line = document.createElement("p");
      const link = document.createElement("a");
      link.href = `/cases/${encodeURIComponent(told.alert_id)}`;
      link.textContent = told.text;
      line.append(link);
      news.append(line);
      news.hidden = false;
      const waiting = document.querySelector("[data-sent=yes] a");
      if (waiting) waiting.click();
    });
    source.addEventListener("looking", (event) => {
      const line = document.getElementById("looking");
      if (!line) return;
      line.textContent = JSON.parse(event.data).text;
      line.hidden = !line.textContent;
    });
    addEventListener("pagehide", () => source.close());
  }
})();
