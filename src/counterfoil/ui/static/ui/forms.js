// Forms work without this file. Here: the error summary takes the focus, a submit button works once,
// passwords can be shown, files can be dropped, toasts can be sent away.
const BUSY = "uiBusy";
const STALE_MS = 20000; // a form that got no answer, or answered with a download, can be sent again

function focusErrors(root) {
  root.querySelector("[data-ui-errors]")?.focus();
}

function addShowButtons(root) {
  for (const box of root.querySelectorAll("[data-ui-secret]:not([data-ready])")) {
    const input = box.querySelector("input");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "secret-show";
    button.textContent = box.dataset.show;
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? box.dataset.hide : box.dataset.show;
    });
    box.append(button);
    box.dataset.ready = "";
  }
}

function addDismissButtons(root) {
  for (const toast of root.querySelectorAll("[data-ui-toast]:not([data-ready])")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-close";
    button.setAttribute("aria-label", toast.dataset.dismiss);
    button.textContent = "✕";
    button.addEventListener("click", () => {
      toast.remove();
      document.getElementById("main")?.focus();
    });
    toast.append(button);
    toast.dataset.ready = "";
  }
}

function letFilesDrop(root) {
  for (const box of root.querySelectorAll("[data-ui-drop]:not([data-ready])")) {
    const input = box.querySelector("input[type=file]");
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    box.dataset.ready = "";
  }
}

function prepare(root) {
  focusErrors(root);
  addShowButtons(root);
  addDismissButtons(root);
  letFilesDrop(root);
}

// One live region says that something is being sent; it exists before it speaks, or readers miss it.
const voice = document.createElement("p");
voice.className = "sr-only";
voice.setAttribute("role", "status");
document.body.append(voice);

function release(form) {
  delete form.dataset[BUSY];
  form.querySelectorAll("[aria-disabled=true]").forEach((button) => button.removeAttribute("aria-disabled"));
}

// Listens after the form's own handlers: a gateway's script that holds the form back to fetch a token first
// has not sent anything yet. The pressed button is marked only after the browser has read its name and value.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // The attribute, not the property: a field called "method" hides that.
  if (form.getAttribute("method")?.toLowerCase() !== "post" || form.hasAttribute("data-ui-many") || event.defaultPrevented) return;
  if (form.dataset[BUSY] !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset[BUSY] = "";
  const button = event.submitter;
  setTimeout(() => {
    button?.setAttribute("aria-disabled", "true");
    voice.textContent = button?.dataset.once ?? "";
  });
  setTimeout(() => release(form), STALE_MS);
});

// Back shows the page from the browser's memory: its buttons must work again.
window.addEventListener("pageshow", () => {
  voice.textContent = "";
  document.querySelectorAll("form").forEach(release);
});

document.addEventListener("ui:content", (event) => prepare(event.detail));
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);
