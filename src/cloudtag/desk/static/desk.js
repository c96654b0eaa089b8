// Keys and news. Everything here can be done without it as well.
"use strict";
(() => {
  const cases = [...document.querySelectorAll("li.case")];
  let at = -1;

  function choose(n) {
    if (!cases.length) return;
    if (at >= 0) cases[at].classList.remove("at");
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

  // What changes on a case that is on screen is said, and never shown silently.
  const shown = [...document.querySelectorAll("[data-case]")];
  const news = document.getElementById("news");
  if (shown.length && news && "EventSource" in window) {
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
