// The desk's keys: "/" goes to the search field.
function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const field = document.querySelector("[data-ui-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
