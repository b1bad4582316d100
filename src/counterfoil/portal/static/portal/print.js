// The Print button is only there where it can work.
function prepare(root) {
  for (const button of root.querySelectorAll("[data-portal-print][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);
