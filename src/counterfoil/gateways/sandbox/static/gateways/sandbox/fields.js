// The page's side of the gateway's fields: asks the frame for a token when the form is sent, and puts it in the form.
// It listens to one frame, of one origin, with this page's nonce, and to nothing else.
(() => {
  "use strict";
  if (window.counterfoilHostedFields) return;
  window.counterfoilHostedFields = true;
  const READY_WITHIN = 10000;
  const ANSWER_WITHIN = 20000;

  const start = (box) => {
    const { origin, nonce } = box.dataset;
    const frame = box.querySelector("iframe");
    const token = box.querySelector("input[name=token]");
    const wait = box.querySelector("[data-hosted-wait]");
    const fallback = box.querySelector("[data-hosted-fallback]");
    const form = box.closest("form");
    if (!form || !frame.dataset.src) return;
    let ready = false;
    let asked = 0;
    let submitter = null;

    const tell = (message) => frame.contentWindow.postMessage({ source: "cf-host", nonce, ...message }, origin);
    const waiting = (on) => {
      wait.hidden = !on;
      form.toggleAttribute("aria-busy", on);
      window.clearTimeout(asked);
      asked = on ? window.setTimeout(() => { waiting(false); fallback.hidden = false; }, ANSWER_WITHIN) : 0;
    };
    const finish = (value) => {
      waiting(false);
      token.value = value;
      const button = submitter && submitter.isConnected ? submitter : null;
      form.requestSubmit(button);
    };

    window.addEventListener("message", (event) => {
      const data = event.data;
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      if (!data || data.source !== "cf-fields" || data.nonce !== nonce) return;
      if (data.type === "ready") {
        ready = true;
        fallback.hidden = true;
        const hue = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--hue"));
        if (Number.isFinite(hue)) tell({ type: "theme", hue });
      } else if (data.type === "height" && Number.isFinite(data.height)) {
        frame.height = String(Math.min(Math.max(Math.ceil(data.height), 80), 2000));
      } else if (data.type === "enter") {
        form.requestSubmit();
      } else if (data.type === "errors") {
        waiting(false);
        box.dispatchEvent(new CustomEvent("hosted-fields:errors", { bubbles: true, detail: data.errors }));
      } else if (data.type === "token" && typeof data.token === "string" && asked) {
        finish(data.token);
      }
    });

    form.addEventListener("submit", (event) => {
      // A hidden or switched-off part of the form asks nothing; a token in hand lets the form go. The first
      // listener to stop the sending wins, so that a script of the page cannot send it half filled.
      // Who chose the gateway's own page goes there, with what was typed in ours.
      if (event.submitter && event.submitter.name === "full_page") return;
      if (!ready || token.value || token.disabled || !box.getClientRects().length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asked) return;
      submitter = event.submitter;
      waiting(true);
      tell({ type: "submit" });
    }, { capture: true });

    // Back brings the page as it was left: a used token must not be sent again.
    window.addEventListener("pageshow", () => { token.value = ""; waiting(false); });

    frame.hidden = false;
    fallback.hidden = true;
    frame.src = frame.dataset.src;
    window.setTimeout(() => { if (!ready) fallback.hidden = false; }, READY_WITHIN);
  };

  document.querySelectorAll("[data-hosted-fields]").forEach(start);
})();
