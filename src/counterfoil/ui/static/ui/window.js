// A link with data-ui-window opens the window of the page it leads to as a dialog over this page, when
// there is room. The page is the same one that opens without this file: same address, same template.
const ROOM = matchMedia("(min-width: 48rem)");
let opener = null;
// The request whose answer is waited for. Closing the window ends the wait: what comes then opens nothing.
let awaited = null;

function dialog() {
  let found = document.querySelector("dialog.over");
  if (!found) {
    found = document.createElement("dialog");
    found.className = "over";
    found.addEventListener("close", () => {
      awaited = null;
      found.replaceChildren();
      opener?.focus();
    });
    document.body.append(found);
  }
  return found;
}

// Addresses in the window were written for its own page; here another page is open.
function anchorAddresses(part, base) {
  part.querySelectorAll("form").forEach((form) => {
    form.setAttribute("action", new URL(form.getAttribute("action") ?? "", base));
  });
  part.querySelectorAll("a[href]:not([href^='#'])").forEach((link) => {
    link.setAttribute("href", new URL(link.getAttribute("href"), base));
  });
}

// Shows the window of an answered page; a page without one, or with one that must stand alone, is gone to.
function show(answer, page) {
  const part = page.querySelector('[data-ui-window="dialog"]');
  if (!part) {
    location.assign(answer.url);
    return;
  }
  anchorAddresses(part, answer.url);
  const place = dialog();
  place.setAttribute("aria-labelledby", part.getAttribute("aria-labelledby"));
  place.replaceChildren(document.adoptNode(part));
  if (!place.open) place.showModal();
  place.scrollTop = 0;
  const wrong = place.querySelector("[data-ui-errors]");
  const title = place.querySelector(".window-title");
  title?.setAttribute("tabindex", "-1");
  // The title is the same in every step: who hears it is told which step it is, too.
  const step = place.querySelector(".steps-words");
  if (step) {
    step.id = "window-step";
    title?.setAttribute("aria-describedby", step.id);
  }
  (wrong ?? title)?.focus();
  document.dispatchEvent(new CustomEvent("ui:content", { detail: place }));
}

async function go(address, options, fallback) {
  const asked = Symbol(address);
  awaited = asked;
  try {
    // The header keeps the messages of the session for the next page that people see in full.
    const headers = { "X-Ui-Window": "1" };
    const answer = await fetch(address, { credentials: "same-origin", headers, ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (awaited === asked) show(answer, page);
    else document.dispatchEvent(new CustomEvent("ui:left", { detail: page }));
  } catch {
    if (awaited === asked) fallback();
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("a[href]");
  if (!link) return;
  const inside = link.closest("dialog.over");
  if (inside && link.hasAttribute("data-ui-close")) {
    event.preventDefault();
    inside.close();
  } else if (link.hasAttribute("data-ui-window") && (inside || !link.closest("section[data-ui-window]")) && ROOM.matches) {
    event.preventDefault();
    if (!inside) opener = link.closest("details[data-ui-menu]")?.querySelector("summary") ?? link;
    go(link.href, {}, () => location.assign(link.href));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.closest("dialog.over") || form.hasAttribute("data-ui-alone")) return;
  const target = new URL(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action"), location.href);
  if (target.origin !== location.origin) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  // Attributes, not properties: a field called "method" or "action" hides the property of that name.
  if (form.getAttribute("method")?.toLowerCase() === "post") {
    go(target, { method: "POST", body: data }, () => HTMLFormElement.prototype.submit.call(form));
  } else {
    target.search = new URLSearchParams(data).toString();
    go(target, {}, () => location.assign(target));
  }
});
