// The desk's keys: "?" shows the sheet, "g" and a letter go to a place. They can be switched off, as keys of one
// letter must be: some people speak to their computer (WCAG 2.1.4). The choice is kept on this computer.
const KEPT = "cf-desk-keys";
const WAIT_MS = 1500;
const sheet = document.querySelector("[data-desk-keys]");
const opener = document.querySelector("[data-desk-keys-open]");
const toggle = document.querySelector("[data-desk-keys-on]");
let goingUntil = 0;

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

function isOn() {
  return localStorage.getItem(KEPT) !== "off";
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!isOn()) {
    event.stopImmediatePropagation();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    sheet.showModal();
    return;
  }
  const going = Date.now() < goingUntil;
  goingUntil = event.key === "g" ? Date.now() + WAIT_MS : 0;
  if (!going) return;
  const place = [...sheet.querySelectorAll("[data-desk-key]")].find((link) => link.dataset.deskKey === event.key);
  if (place) {
    event.preventDefault();
    location.assign(place.href);
  }
}

if (sheet && opener && toggle) {
  opener.hidden = false;
  opener.addEventListener("click", () => sheet.showModal());
  toggle.checked = isOn();
  toggle.addEventListener("change", () => localStorage.setItem(KEPT, toggle.checked ? "on" : "off"));
  // Before everybody else's, so that switching off holds for "/" too.
  document.addEventListener("keydown", pressed, { capture: true });
}
