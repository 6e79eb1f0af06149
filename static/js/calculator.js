/* The calculator while one types: what arrives too late is left out, what was open stays open, and what changed is said. */
(() => {
  "use strict";
  const page = () => document.getElementById("calculator");
  const form = () => page().querySelector("form");
  const typed = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.replace(/[$,\s]/g, "")]));
  let asked = "";
  let open = [];

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.closest("#calculator")) asked = typed(form());
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "calculator") return;
    if (typed(form()) !== asked) event.detail.shouldSwap = false; // typed on since: the next answer is on its way
    open = [...page().querySelectorAll("[aria-expanded=true][aria-controls]")].map((button) => button.getAttribute("aria-controls"));
    open.push(...[...page().querySelectorAll("details[id][open]")].map((details) => details.id));
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "calculator") return;
    open.forEach(reopen);
    const says = page().querySelector("[data-says]");
    document.getElementById("calculator-said").textContent = says ? says.dataset.says : "An answer needs another look.";
  });

  function reopen(id) {
    const found = document.getElementById(id);
    if (found instanceof HTMLDetailsElement) found.open = true;
    else if (found) fold(found, true);
  }

  function fold(rows, unfolded) {
    rows.classList.toggle("lw-unfolded", unfolded);
    page().querySelector(`[aria-controls="${rows.id}"]`).setAttribute("aria-expanded", unfolded);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".lw-fold");
    if (button) {
      const rows = document.getElementById(button.getAttribute("aria-controls"));
      fold(rows, !rows.classList.contains("lw-unfolded"));
    } else if (event.target.closest("[data-unfold-all]")) {
      page().querySelectorAll(".lw-folded").forEach((rows) => fold(rows, true));
    }
  });
})();
