// The claim on a bill ends when its window is closed or left. Submitting ends it by itself, and without this
// file it ends five minutes after Verify Payment: all it does is warn others.
let submitting = false;

function leave(mark) {
  const page = mark.closest("dialog, main");
  const token = page?.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (submitting || !token) return;
  const data = new FormData();
  data.append("csrfmiddlewaretoken", token);
  navigator.sendBeacon(mark.dataset.portalLeave, data);
}

function leaveAll(root) {
  root.querySelectorAll?.("[data-portal-leave]").forEach(leave);
}

document.addEventListener("submit", (event) => {
  submitting = !event.defaultPrevented;
});
document.addEventListener("close", (event) => leaveAll(event.target), true);
// A window closed while its next step was under way: that step came too late to be shown.
document.addEventListener("ui:left", (event) => leaveAll(event.detail));
window.addEventListener("pagehide", () => leaveAll(document));
window.addEventListener("pageshow", () => {
  submitting = false;
});
