// Menus are <details>: they open without this file. Here they learn Esc, the arrow keys and click-away.
const OPEN = "details[data-ui-menu][open]";

function items(menu) {
  return [...menu.querySelectorAll(".menu-item")];
}

function close(menu, { refocus = false } = {}) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-ui-menu]");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    event.preventDefault();
    close(menu, { refocus: true });
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  menu.open = true;
  const all = items(menu);
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = all.indexOf(document.activeElement);
  const next = at === -1 ? (step === 1 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
  all[next]?.focus();
});
