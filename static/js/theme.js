/* Light or dark, decided before the first paint: the person's choice, else the system's. */
(() => {
  "use strict";
  const STORE = "loanwright-theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null; // storage is refused: follow the system
    }
  }

  function apply() {
    const theme = chosen() || (system.matches ? "dark" : "light");
    root.dataset.bsTheme = theme;
    root.dataset.theme = theme; // the name Django admin's style sheets use
    document.dispatchEvent(new CustomEvent("loanwright:theme", { detail: theme }));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const wanted = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      if ((wanted === "dark") === system.matches) localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, wanted);
    } catch {
      root.dataset.bsTheme = wanted;
      root.dataset.theme = wanted;
      return;
    }
    apply();
  });
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => {
    if (event.key === STORE) apply();
  });
  root.dataset.js = ""; // style sheets fold the navigation only where a script can unfold it
  apply();
})();
