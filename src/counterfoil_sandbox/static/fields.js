// The frame's side: reads the fields, asks its own server for a token, talks to the merchant's page and to no other.
(() => {
  "use strict";
  const form = document.querySelector("[data-fields]");
  const { kind, merchant, nonce, locale } = form.dataset;
  const origins = form.dataset.origins.split(" ").filter(Boolean);
  const formError = form.querySelector("[data-form-error]");
  const ancestor = window.location.ancestorOrigins && window.location.ancestorOrigins[0];
  let host = origins.includes(ancestor) ? ancestor : null;
  let busy = false;

  const tell = (message) => {
    const full = { source: "cf-fields", nonce, ...message };
    // Until the host has spoken, each permitted origin is addressed; the browser drops what is not for it.
    for (const origin of host ? [host] : origins) window.parent.postMessage(full, origin);
  };
  const tellHeight = () => tell({ type: "height", height: Math.ceil(document.documentElement.getBoundingClientRect().height) });

  const mark = (name, message) => {
    const place = form.querySelector(`[data-error="${name}"]`);
    if (!place) return;
    place.textContent = message;
    for (const control of form.querySelectorAll(`[name="${name}"]`)) {
      if (control.type !== "radio") control.setAttribute("aria-invalid", message ? "true" : "false");
    }
  };
  const clear = () => {
    formError.hidden = true;
    for (const place of form.querySelectorAll("[data-error]")) mark(place.dataset.error, "");
  };
  const show = (errors) => {
    for (const { field, message } of errors) mark(field, message);
    const first = errors.length && form.querySelector(`[name="${errors[0].field}"]`);
    if (first) first.focus();
  };

  const submit = async () => {
    if (busy) return;
    busy = true;
    clear();
    try {
      const values = Object.fromEntries(new FormData(form));
      const answer = await fetch(`/fields/${kind}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...values, merchant, nonce, locale }),
      });
      const found = await answer.json();
      if (answer.ok) {
        tell({ type: "token", token: found.token });
      } else if (answer.status === 422) {
        show(found.errors);
        tell({ type: "errors", errors: found.errors });
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      formError.textContent = form.dataset.networkError;
      formError.hidden = false;
      tell({ type: "errors", errors: [{ field: "", message: form.dataset.networkError }] });
    } finally {
      busy = false;
      tellHeight();
    }
  };

  window.addEventListener("message", (event) => {
    const data = event.data;
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    if (!data || data.source !== "cf-host" || data.nonce !== nonce) return;
    host = event.origin;
    if (data.type === "submit") submit();
    if (data.type === "theme" && Number.isFinite(data.hue)) {
      document.documentElement.style.setProperty("--hue", String(data.hue));
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell({ type: "enter" });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      tell({ type: "enter" });
    }
  });

  const number = form.querySelector("#number");
  if (number) {
    number.addEventListener("input", () => {
      const digits = number.value.replace(/\D/g, "").slice(0, 19);
      if (number.selectionStart === number.value.length) number.value = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
    });
  }
  const exp = form.querySelector("#exp");
  if (exp) {
    exp.addEventListener("input", (event) => {
      if (event.inputType === "insertText" && /^\d{2}$/.test(exp.value)) exp.value += "/";
    });
  }
  const routing = form.querySelector("#routing");
  if (routing) {
    const hint = document.getElementById("routing-hint");
    const usual = hint.textContent;
    routing.addEventListener("input", async () => {
      const digits = routing.value.replace(/\D/g, "");
      if (digits.length !== 9) {
        hint.textContent = usual;
        return;
      }
      try {
        const found = await (await fetch(`/fields/routing?number=${digits}`)).json();
        if (routing.value.replace(/\D/g, "") === digits) hint.textContent = found.bank_name || usual;
      } catch {
        hint.textContent = usual;
      }
    });
  }

  new ResizeObserver(tellHeight).observe(document.body);
  tell({ type: "ready" });
  tellHeight();
})();
