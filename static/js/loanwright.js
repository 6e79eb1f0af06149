/* What every page of Loanwright does by itself: shortcuts, lists, menus, forms sent once, amounts on buttons.
   Everything is delegated from the document, so that it also holds for what htmx swaps in. */
(() => {
  "use strict";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });

  // --- saying something that the server could not -----------------------------------------------------------------
  /* In the form that it is about, where the person is working; without one at the foot of the window. */
  function say(sentence, { link, form } = {}) {
    let place = find("#lw-alerts");
    if (!place) {
      place = document.createElement("div");
      place.id = "lw-alerts";
      place.className = "lw-alerts";
      place.setAttribute("role", "alert");
    }
    const near = form?.isConnected && form.method === "post";
    place.classList.toggle("lw-alerts-here", near);
    const home = near ? find(".lw-money-fields", form) || form : document.body; // below the button that was pressed
    if (place.parentElement !== home) home.append(place);
    const line = document.createElement("p");
    line.textContent = sentence;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      anchor.target = "_blank";
      line.append(" ", anchor);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-sm";
    close.textContent = "Dismiss";
    close.addEventListener("click", () => place.replaceChildren());
    line.append(" ", close);
    place.replaceChildren(line);
    if (near) place.scrollIntoView({ block: "nearest" });
  }

  // --- the mouse --------------------------------------------------------------------------------------------------
  function openRow(event) {
    const row = event.target.closest(".lw-list tbody tr");
    const link = row && find("a[href]", row);
    if (!link || event.target.closest("a, button, input, label, select, summary")) return;
    if (window.getSelection().toString()) return; // the person is copying a figure, not opening the row
    if (event.ctrlKey || event.metaKey) window.open(link.href);
    else link.click();
  }

  async function copy(button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("lw-copied");
    setTimeout(() => button.classList.remove("lw-copied"), 1200);
  }

  function unfoldNavigation(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", open);
    find("#navigation").classList.toggle("lw-open", open);
  }

  function signInAs(button) {
    const form = find("form[data-sign-in]");
    form.elements.login.value = button.dataset.fillEmail;
    form.elements.password.value = button.dataset.fillPassword;
    form.requestSubmit();
  }

  /* A link of data-panel opens beside the page; with a key held, or without scripts, it is an ordinary link. */
  function openPanel(link) {
    const panel = find("#lw-panel");
    const body = find("#lw-panel-body");
    body.textContent = "Working it out…";
    if (!panel.open) panel.showModal();
    htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" });
  }

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    for (const open of all("details.lw-menu[open], details.lw-info[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (event.target.matches("dialog.lw-panel")) event.target.close(); // the page behind it
    else if (on("a[data-panel]") && plain && find("#lw-panel")) {
      event.preventDefault();
      openPanel(on("a[data-panel]"));
    } else if (on("[data-copy]")) copy(on("[data-copy]"));
    else if (on("[data-nav-toggle]")) unfoldNavigation(on("[data-nav-toggle]"));
    else if (on("[data-help]")) showHelp();
    else if (on("[data-dismiss]")) on(".lw-notice").remove();
    else if (on("[data-print]")) window.print();
    else if (on("[data-fill-email]")) signInAs(on("[data-fill-email]"));
    else openRow(event);
  });

  // --- the keyboard -----------------------------------------------------------------------------------------------
  const typing = (element) =>
    element.isContentEditable ||
    (element.matches("input, textarea, select") && !element.matches("[type=checkbox], [type=radio], [type=button], [type=submit]"));

  function move(step) {
    const rows = all(".lw-list tbody tr").filter((row) => seen(row));
    if (!rows.length) return false;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1)];
    let target = find("a[href]", row);
    if (!target) {
      target = row;
      row.tabIndex = -1;
    }
    target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    return true;
  }

  function act(key) {
    const wanted = `[data-key="${CSS.escape(key)}"]`;
    // What is in the page comes before what is in the navigation; behind an open dialog there is nothing to press.
    const modal = find("dialog[open]");
    const places = modal ? all(wanted, modal) : [...all(wanted, find("main") || document), ...all(wanted)];
    const target = places.find((element) => seen(element) && !element.disabled);
    if (!target) return false;
    if (target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea")) target.focus();
    else if (target.matches(".lw-chart-table summary")) showTables(!target.parentElement.open);
    else target.click();
    return true;
  }

  /* One key for the tables of all charts of the page. */
  function showTables(open) {
    all(".lw-chart-table").forEach((table) => (table.open = open));
  }

  function toFilter() {
    const filter = find("[data-filter]") || find("main input[type=search]");
    filter?.focus();
    return Boolean(filter);
  }

  function escape() {
    const open = find("details.lw-menu[open], details.lw-info[open]");
    if (open) {
      open.open = false;
      find("summary", open).focus();
    } else if (typing(document.activeElement)) {
      document.activeElement.blur();
    } else {
      return false;
    }
    return true;
  }

  const KEYS = {
    "?": () => showHelp(),
    "/": toFilter,
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => inList() && move(1),
    ArrowUp: () => inList() && move(-1),
  };
  const inList = () => document.activeElement === document.body || document.activeElement.closest(".lw-list, .lw-scroll");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const modal = find("dialog[open]");
    if (modal) {
      if (modal.matches(".lw-panel") && !typing(event.target) && act(event.key)) event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      if (escape()) event.preventDefault();
      return;
    }
    if (typing(event.target)) return;
    // A page may give j, k or / another meaning only where it has no list.
    const done = (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) || act(event.key);
    if (done) event.preventDefault();
  });

  function showHelp() {
    const dialog = find("#lw-help");
    if (!dialog) return false;
    const list = find("[data-help-list]", dialog);
    all("[data-help-found]", list).forEach((row) => row.remove());
    const known = new Set();
    const first = list.firstElementChild;
    for (const element of all("main [data-key], [data-key]")) {
      if (known.has(element.dataset.key) || !seen(element)) continue;
      known.add(element.dataset.key);
      const row = document.createElement("div");
      row.dataset.helpFound = "";
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = element.dataset.key;
      term.append(key);
      const meaning = document.createElement("dd");
      const words = element.cloneNode(true);
      all("kbd", words).forEach((hint) => hint.remove());
      meaning.textContent = element.getAttribute("aria-label") || words.textContent.trim().replace(/\s+/g, " ");
      row.append(term, meaning);
      first.before(row);
    }
    all("[data-help-lists]", list).forEach((row) => (row.hidden = !find(".lw-list")));
    all("[data-help-filter]", list).forEach((row) => (row.hidden = !find("[data-filter], main input[type=search]")));
    dialog.showModal();
    return true;
  }

  // --- forms ------------------------------------------------------------------------------------------------------
  function busy(form, is) {
    form.toggleAttribute("data-sent", is);
    form.setAttribute("aria-busy", is);
    for (const button of all("button:not([type=button]), input[type=submit]", form)) {
      if (is && !button.disabled) button.dataset.held = "";
      if ("held" in button.dataset) button.disabled = is;
      if (!is) delete button.dataset.held;
    }
  }

  /* A page outlives its sign-in. Before a form is sent, the server is asked who is signed in; when it cannot be reached,
     or it is nobody, or somebody else, the form stays as it is and the page says what to do. */
  const meta = (name) => find(`meta[name=${name}]`)?.content;
  const SIGNED_OUT = "You have been signed out. What you typed is still here: sign in, then send it again.";
  const UNREACHABLE =
    "The server cannot be reached. Nothing was lost: what you typed is still here. Check the connection, then send it again; it will not be booked twice.";
  const saySignedOut = (form) => say(SIGNED_OUT, { form, link: { href: meta("sign-in"), text: "Sign in in another tab" } });

  async function mayBeSent(form) {
    const failed = () => null;
    const answer = await fetch(meta("signed-in"), { cache: "no-store", signal: AbortSignal.timeout(20000) }).catch(failed);
    const { person } = (answer?.ok && (await answer.json().catch(failed))) || {};
    if (person && String(person) === meta("person")) return true;
    if (!answer) say(UNREACHABLE, { form });
    else if (!answer.ok) sayStatus(answer.status, form);
    else if (!person) saySignedOut(form);
    else say("Somebody else has signed in since this page was opened. What you typed is still here: sign in as yourself again, or reload the page.", { form });
    return false;
  }

  /* The token of a page from before the last sign-in, made to count again: the same mask, the secret of today's cookie.
     See django.middleware.csrf: a token is a mask and, letter by letter, the secret added to it. */
  const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  function renewed(token) {
    const secret = /(?:^|; )csrftoken=(\w{32})(?:;|$)/.exec(document.cookie)?.[1];
    if (!secret || !/^\w{64}$/.test(token)) return token;
    const mask = token.slice(0, 32);
    const added = (letter, k) => LETTERS[(LETTERS.indexOf(letter) + LETTERS.indexOf(mask[k])) % LETTERS.length];
    return mask + [...secret].map(added).join("");
  }

  /* Back at a form that was sent, by the browser's button: it is the same form again, not a fresh one, so that the
     server knows it. What names it is kept with the entry of the history: never the token's secret. */
  const NAMING = ["key", "seen", "csrfmiddlewaretoken"];
  const naming = (form) => NAMING.map((name) => form.elements.namedItem(name)).filter((field) => field?.type === "hidden");
  const placeOf = (form) => all("form[method=post]").indexOf(form) + (form.getAttribute("action") || "");

  function rememberSent(form) {
    const kept = Object.fromEntries(naming(form).map((field) => [field.name, field.value.slice(0, field.name === "key" ? 64 : 32)]));
    history.replaceState({ ...history.state, sent: { ...history.state?.sent, [placeOf(form)]: kept } }, "");
  }

  function backAtWhatWasSent() {
    const { sent, ...rest } = history.state || {};
    if (!sent) return;
    const [how] = performance.getEntriesByType("navigation");
    if (how?.type !== "back_forward") return history.replaceState(rest, ""); // reloaded: afresh
    for (const form of all("form[method=post]")) {
      const kept = sent[placeOf(form)] || {};
      for (const field of naming(form)) {
        if (!(field.name in kept)) continue;
        const token = field.name === "csrfmiddlewaretoken";
        field.value = token ? renewed(kept[field.name] + field.value.slice(32)) : kept[field.name];
      }
      if (kept.key) say("You sent this form already. Sent again as it was, it does nothing a second time. Reload the page to do another.", { form });
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !meta("person")) return;
    if (form.dataset.asked === "yes") {
      delete form.dataset.asked; // on its way now, by htmx or by the browser
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if ("asked" in form.dataset || "sent" in form.dataset) return; // a second click
    form.dataset.asked = "";
    form.setAttribute("aria-busy", "true");
    const may = await mayBeSent(form);
    form.removeAttribute("aria-busy");
    delete form.dataset.asked;
    if (!may) return;
    find("#lw-alerts")?.replaceChildren();
    const token = form.elements.namedItem("csrfmiddlewaretoken");
    if (token) token.value = renewed(token.value);
    rememberSent(form);
    form.dataset.asked = "yes";
    form.requestSubmit(event.submitter?.isConnected ? event.submitter : null); // its effect may have brought another button
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
    if (form.hasAttribute("data-sent")) event.preventDefault(); // a second click on what is already on its way
    else setTimeout(() => busy(form, true)); // after the browser has read which button was pressed
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all("form[data-sent]").forEach((form) => busy(form, false));
  });

  /* "1234.5" as $1,234.50, with text alone: no amount ever becomes a floating-point number. */
  function dollars(text) {
    const match = /^\s*\$?\s*(\d{1,3}(?:,\d{3})*|\d{1,16})(?:\.(\d{0,2}))?\s*$/.exec(text);
    if (!match) return "";
    const whole = match[1].replaceAll(",", "").replace(/^0+(?=\d)/, "");
    return `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${(match[2] || "").padEnd(2, "0")}`;
  }

  function nameAmounts() {
    for (const button of all("[data-amount-from]")) {
      const field = document.getElementById(button.dataset.amountFrom);
      if (field) find("[data-amount]", button).textContent = dollars(field.value);
    }
  }
  document.addEventListener("input", nameAmounts);

  /* "$1,234.50" was pasted: the server takes 1234.50. What cannot be read stays, and the server says so. */
  const plain = (field) => (dollars(field.value) ? field.value.replace(/[$,\s]/g, "") : field.value);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-figure]")) event.target.value = plain(event.target);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = event.detail;
    if (headers["X-CSRFToken"]) headers["X-CSRFToken"] = renewed(headers["X-CSRFToken"]);
    if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = renewed(parameters.csrfmiddlewaretoken);
    const form = event.target.closest("form");
    for (const field of form ? all("[data-figure]", form) : []) parameters[field.name] = plain(field);
  });

  // --- htmx -------------------------------------------------------------------------------------------------------
  function arrived(within) {
    nameAmounts();
    all("form[method=post]", within).forEach((form) => (form.noValidate = true)); // the server says it in our words
    // Staff go on at the first answer that is wrong; the borrower at the summary, which says all of it.
    const wrong = document.body.matches(".lw-staff") && all("form [aria-invalid=true]", within).find(seen);
    (wrong || find("form [data-error-summary]", within))?.focus();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches("form")) return;
    if (event.target.hasAttribute("data-sent")) event.preventDefault();
    else busy(event.target, true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("form")) busy(event.target, false);
  });
  document.addEventListener("htmx:afterSettle", (event) => arrived(event.target.parentElement || document));
  /* A refusal that the page did not expect goes to the top: what was typed stays where it is. */
  function refused(event) {
    event.detail.target = find("#lw-messages");
    event.detail.swapOverride = "innerHTML";
    event.detail.target.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 409 && find("#lw-messages")) refused(event);
    const answeredBy = event.detail.xhr.responseURL;
    if (!answeredBy || new URL(answeredBy).pathname !== meta("sign-in")) return;
    event.detail.shouldSwap = false;
    saySignedOut(formOf(event));
  });
  const formOf = (event) => event.target.closest?.("form");
  document.addEventListener("htmx:sendError", (event) => say(UNREACHABLE, { form: formOf(event) }));
  document.addEventListener("htmx:timeout", (event) =>
    say("The server did not answer in time. Send it again; it will not be booked twice.", { form: formOf(event) }));
  document.addEventListener("htmx:responseError", (event) => sayStatus(event.detail.xhr.status, formOf(event)));
  function sayStatus(status, form) {
    if (status === 403) say("Your role does not allow this, or the page is too old. Reload it and look at what it offers now.", { form });
    else if (status === 404) say("This is no longer here. Reload the page to see what is.", { form });
    else say(`The server could not do this (error ${status}). Nothing half-done was kept. Send it again, or tell your administrator the time and this number.`, { form });
  }

  arrived(document);
  backAtWhatWasSent();
})();
