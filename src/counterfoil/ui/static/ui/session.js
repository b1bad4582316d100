// Warns before a session ends, prolongs it when asked, and when it has ended keeps what was typed until its
// reader is back (WCAG 2.2.1). Asking the server how much is left prolongs nothing: another page of the same
// session may have been used meanwhile. Without this file the server keeps what is sent too late.
const WARN_MS = 180_000;
const PING_MS = 240_000;
const LOOK_MS = 1000;

const box = document.getElementById("session-box");
const keep = document.getElementById("session-keep");
let endsAt = Date.now() + Number(box.dataset.left) * 1000;
let pinged = Date.now();
let ended = false;
let isAsking = false;
let isLast = false; // eight hours are over: no more time can be had
let typedIn = null;

// Seconds left as the server counts, 0 when the session is over, null when it could not be asked.
async function ask(method) {
  try {
    const body = method === "POST" ? new FormData(keep) : undefined;
    const answer = await fetch(box.dataset.state, { method, body, redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return 0;
    return answer.ok ? (await answer.json()).left : null;
  } catch {
    return null;
  }
}

function show(part) {
  box.querySelectorAll("[data-part]").forEach((each) => {
    each.hidden = each.dataset.part !== part;
  });
  box.setAttribute("aria-labelledby", `session-${part}-title`);
  if (!box.open) box.showModal();
}

function say() {
  const minutes = Math.max(1, Math.round((endsAt - Date.now()) / 60_000));
  const words = minutes === 1 ? box.dataset.one : box.dataset.many.replace("%n", minutes);
  const place = box.querySelector("[data-left-words]");
  // Written only when it changes: a screen reader says it each time.
  if (place.textContent !== words) place.textContent = words;
}

function warn() {
  box.querySelectorAll("[data-last]").forEach((each) => (each.hidden = !isLast));
  box.querySelectorAll("[data-more]").forEach((each) => (each.hidden = isLast));
  say();
  show("warning");
}

function end() {
  ended = true;
  document.title = box.dataset.ended;
  show("ended");
  box.querySelector("[data-part=ended] button").focus();
}

async function look() {
  if (ended || isAsking) return;
  const left = endsAt - Date.now();
  if (left > WARN_MS || (box.open && left > 0)) {
    if (box.open) say();
    return;
  }
  if (isLast && left > 0) return;
  isAsking = true;
  const real = await ask("GET");
  isAsking = false;
  if (real === null) return;
  endsAt = Date.now() + real * 1000;
  if (real <= 0) end();
  else if (real * 1000 > WARN_MS) box.close();
  else warn();
}

async function stay() {
  pinged = Date.now();
  const left = await ask("POST");
  if (left === null || ended) return;
  endsAt = Date.now() + left * 1000;
  if (left <= 0) end();
  else if (left * 1000 > WARN_MS) box.close();
  else {
    isLast = true;
    warn();
  }
}

// Whoever types or points is there: that counts as use, a few times an hour.
function isHere(event) {
  if (event.type === "input" && event.target.form && !box.contains(event.target)) typedIn = event.target.form;
  if (!ended && !box.open && Date.now() - pinged > PING_MS) stay();
}

function keepTyped() {
  const form = typedIn?.isConnected ? typedIn : null;
  const opened = form?.closest("dialog") ? new URL(form.getAttribute("action") || "", location.href) : location;
  const fields = form ? [...new FormData(form)] : [];
  const secret = new Set([...(form?.querySelectorAll("input[type=password]") ?? [])].map((input) => input.name));
  for (const [name, value] of [["cf_page", opened.pathname + opened.search], ...fields]) {
    if (typeof value !== "string" || name === "csrfmiddlewaretoken" || secret.has(name)) continue;
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    keep.append(input);
  }
}

keep.addEventListener("submit", keepTyped);
box.querySelector("[data-stay]").addEventListener("click", stay);
box.querySelector("[data-close]").addEventListener("click", () => box.close());
box.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (ended) return;
  if (isLast) box.close();
  else stay();
});
for (const name of ["input", "keydown", "pointerdown"]) document.addEventListener(name, isHere, { passive: true });
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_MS);
