/* The console's own script: everything works without it but live updates and what is typed
   surviving a lost session. No inline handlers, no eval: the content security policy forbids both. */
(() => {
  "use strict";
  const body = document.body;

  // --- what is typed survives a lost session -----------------------------------------------------
  const kept = form => "form " + form.dataset.keep;
  const isOurs = field => field.name && !["hidden", "password", "file", "submit"].includes(field.type);
  const values = form => [...form.elements].filter(isOurs).map(field =>
    [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);

  const keep = form => sessionStorage.setItem(kept(form), JSON.stringify(values(form)));

  const restore = form => {
    const found = sessionStorage.getItem(kept(form));
    if (!found) return;
    const fields = [...form.elements].filter(isOurs);
    if (document.querySelector("[role=alert]")) return; // the server showed it again, as it was sent
    for (const [name, value] of JSON.parse(found)) {
      for (const field of fields.filter(each => each.name === name)) {
        if (Array.isArray(value)) { if (field.value === value[0]) field.checked = value[1]; }
        else field.value = value;
      }
    }
    form.dataset.touched = "yes";
    form.dispatchEvent(new Event("restored", { bubbles: true }));
  };

  const forms = () => document.querySelectorAll("form[data-keep]");
  if (new URLSearchParams(location.search).has("done")) // what was sent is recorded
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("form ")) sessionStorage.removeItem(name);
  forms().forEach(restore);
  document.addEventListener("input", event => {
    const form = event.target.closest("form");
    if (!form) return;
    form.dataset.touched = "yes";
    if (form.dataset.keep) keep(form);
  });
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.dataset.keep) keep(form);
    if (form.getAttribute("action") === "/logout") sessionStorage.clear();
  });

  // --- focus on what went wrong ------------------------------------------------------------------
  document.querySelector("[data-focus]")?.focus();

  // --- clocks: the server says the truth, this counts down in between ------------------------------
  const skew = Date.now() - Date.parse(document.querySelector("footer time")?.dateTime ?? new Date().toISOString());
  const tick = () => document.querySelectorAll("[data-until]").forEach(clock => {
    const seconds = Math.round((Date.parse(clock.dataset.until) - (Date.now() - skew)) / 1000);
    const apart = Math.abs(seconds);
    if (apart > 4 * 86400) return; // days are told in words
    const two = n => String(n).padStart(2, "0");
    const said = `${Math.floor(apart / 3600)}:${two(Math.floor(apart / 60) % 60)}:${two(apart % 60)}`;
    (clock.querySelector("a") ?? clock).textContent = `${said} ${seconds >= 0 ? body.dataset.left : body.dataset.ago}`;
  });
  if (!document.querySelector("[data-as-of]")) { // what is looked back on stands still
    tick();
    setInterval(tick, 1000);
  }

  // --- live: fetch the parts of this page that are marked, unless a form in them was touched -------
  const touched = part => part.querySelector("form[data-touched], [data-touched]") || part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  const parts = within => [...within.querySelectorAll("[data-live][id]")];
  const besides = (part, way) => { // the nearest neighbour that stands on this page as well
    for (let next = part[way]; next; next = next[way])
      if (next.id && document.getElementById(next.id)) return document.getElementById(next.id);
  };
  const exchange = (part, anew) => {
    const held = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const open = [...part.querySelectorAll("details")].map(each => each.open);
    anew.querySelectorAll("details").forEach((each, n) => { each.open ||= open[n]; });
    part.replaceWith(anew);
    if (held) anew.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
  };
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return; // logged out, or left meanwhile: the next click tells
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts(document)) {
      const anew = fresh.getElementById(part.id);
      if (touched(part)) continue;
      if (!anew) part.remove();
      else if (!anew.isEqualNode(part)) exchange(part, anew);
    }
    for (const anew of parts(fresh)) {
      if (document.getElementById(anew.id)) continue;
      const before = besides(anew, "previousElementSibling");
      if (before) before.after(anew); else besides(anew, "nextElementSibling")?.before(anew);
    }
    tick();
  };
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(refresh, 250); };
  const concerns = said => {
    const about = document.querySelector("[data-incident]")?.dataset.incident;
    return !about || said.incidents.includes(about);
  };
  if (body.dataset.liveAt && document.querySelector("[data-live]")) {
    const stream = new EventSource(body.dataset.liveAt);
    let lost = false;
    stream.addEventListener("moved", event => { if (concerns(JSON.parse(event.data))) soon(); });
    stream.addEventListener("ended", () => stream.close());
    stream.addEventListener("error", () => { lost = true; });
    stream.addEventListener("open", () => { if (lost) soon(); lost = false; });
    addEventListener("pagehide", () => stream.close());
  }

  // --- keys --------------------------------------------------------------------------------------
  let before = "";
  const step = way => {
    const heads = [...document.querySelectorAll("main h2")];
    const at = heads.findIndex(head => head === document.activeElement);
    const to = heads[Math.min(Math.max(at + way, 0), heads.length - 1)];
    if (!to) return;
    to.tabIndex = -1;
    to.focus();
    to.scrollIntoView({ block: "start" });
  };
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    const key = event.key;
    if (before === "g") document.querySelector(`nav a[data-key="${CSS.escape(key)}"]`)?.click();
    else if (key === "?") document.getElementById("keys").showModal();
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "n") document.querySelector(".todo a, .todo button")?.focus();
    else if (key === "/") { event.preventDefault(); document.querySelector("main :is(input:not([type=hidden]), select, textarea)")?.focus(); }
    before = key === "g" && before !== "g" ? "g" : "";
  });
})();
