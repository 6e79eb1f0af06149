/* The shell around every page: find anything, toasts, the page's help, lists that are chosen from, the tour.
   Everything is delegated from the document, so that it also holds for what htmx swaps in. */
(() => {
  "use strict";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // --- find anything ----------------------------------------------------------------------------------------------
  const palette = find("#lw-find");

  function openPalette() {
    if (!palette || palette.open) return;
    const field = find("input", palette);
    palette.showModal();
    field.select();
    htmx.trigger(field, "lw:opened");
  }

  const hits = () => all("[role=option]:not([aria-disabled])", palette);

  function point(to) {
    for (const hit of hits()) hit.setAttribute("aria-selected", hit === to);
    find("input", palette).setAttribute("aria-activedescendant", to ? to.id : "");
    to?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const listed = hits();
    if (!listed.length) return;
    const here = listed.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    point(listed[(here + by + listed.length) % listed.length]);
  }

  palette?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape") palette.close(); // at once: the field alone would only be emptied
    else if (event.key === "Enter" && event.target.matches("input")) find("[aria-selected=true]", palette)?.click();
    else return;
    event.preventDefault();
  });
  palette?.addEventListener("click", (event) => {
    if (event.target === palette) palette.close(); // beside it
  });
  palette?.addEventListener("htmx:afterSwap", () => point(hits()[0]));

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !palette) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else if (!find("dialog[open]")) openPalette();
  });
  document.addEventListener("click", (event) => {
    if (!palette || !event.target.closest("[data-find-open]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openPalette();
  });

  // --- lists: rows chosen by hand ---------------------------------------------------------------------------------
  const boxes = (form) => all(`input[name=pick][form="${form.id}"]`);

  function count(form) {
    const chosen = boxes(form).filter((box) => box.checked).length;
    const words = `${chosen} ${chosen === 1 ? form.dataset.one : form.dataset.many}`;
    form.hidden = !chosen;
    find("[data-bulk-count]", form).textContent = `${words} chosen`;
    for (const name of all("[data-bulk-number]", form)) name.textContent = words;
    for (const every of all("[data-pick-all]")) every.checked = chosen > 0 && chosen === boxes(form).length;
  }

  document.addEventListener("change", (event) => {
    const form = find("[data-bulk]");
    if (!form || !event.target.matches("[name=pick], [data-pick-all]")) return;
    if (event.target.matches("[data-pick-all]")) boxes(form).forEach((box) => (box.checked = event.target.checked));
    count(form);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-pick-none]")) return;
    const form = event.target.closest("[data-bulk]");
    boxes(form).forEach((box) => (box.checked = false));
    count(form);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
    const here = document.activeElement;
    const box = !here.matches("input:not([type=checkbox]), textarea, select") && find("input[name=pick]", here.closest(".lw-list tbody tr") || document.createElement("i"));
    if (!box) return;
    event.preventDefault();
    box.click();
    here.focus();
  });
  window.addEventListener("pageshow", () => find("[data-bulk]") && count(find("[data-bulk]"))); // boxes the browser kept

  // --- toasts: what was done, with the way to it; eight seconds that stand still while somebody looks --------------
  const STAYS = 8000;
  function stay(toast) {
    let left = STAYS;
    let began = 0;
    let timer = 0;
    const run = () => {
      if (timer || toast.matches(":hover, :focus-within")) return;
      began = Date.now();
      timer = setTimeout(() => toast.remove(), left);
    };
    const hold = () => {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      left = Math.max(left - (Date.now() - began), 1000);
    };
    for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, hold);
    for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, () => setTimeout(run));
    if (document.visibilityState === "visible") run();
    document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? run() : hold()));
  }
  all("[data-toast]").forEach(stay);
  document.addEventListener("htmx:load", (event) => event.target.matches("[data-toast]") && stay(event.target)); // one that came later

  // --- the page's help ----------------------------------------------------------------------------------------------
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "lw-page-help-text") return;
    const dialog = find("#lw-page-help");
    if (!dialog.open) dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const dialog = find("#lw-page-help");
    if (dialog && event.target === dialog) dialog.close(); // beside it
  });

  // --- the tour: the part of the page that a step is about ----------------------------------------------------------
  const tour = find("[data-tour-at]");
  if (tour) find(tour.dataset.tourAt)?.classList.add("lw-tour-here");
})();
