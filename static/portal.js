// Comfort only: every page works without this file.

/** The column head "AVV-Status" loads all rows of the page anew, in place. */
function reloadInPlace(link) {
  const table = document.getElementById("kundenliste");
  const status = document.getElementById("geladen");
  if (!table || !status) return;
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    table.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(link.href, { headers: { accept: "text/html" } });
      if (response.redirected) {
        // Signed out meanwhile: go where the server leads.
        location.assign(response.url);
        return;
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const rows = page.querySelector("#kundenliste > tbody");
      const loaded = page.getElementById("geladen");
      if (!response.ok || !rows || !loaded) throw new Error("no list");
      table.tBodies[0].replaceWith(rows);
      nameRoles(table);
      say(status, loaded.textContent);
    } catch {
      say(status, "Status konnte nicht geladen werden. Bitte versuchen Sie es erneut.");
    } finally {
      table.removeAttribute("aria-busy");
    }
  });
}

/** As cards, the cells of a table are nothing to some readers unless their roles are written out. */
function nameRoles(list) {
  const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
  for (const part of [list, ...list.querySelectorAll("thead, tbody, tr, td, th")]) {
    const own = part.localName === "th" && (part.scope === "row" ? "rowheader" : "columnheader");
    part.setAttribute("role", own || roles[part.localName]);
  }
}

/** Puts a sentence into the live region, and before everybody's eyes. */
function say(region, text) {
  region.classList.remove("visually-hidden");
  region.classList.add("small", "soft");
  region.textContent = text;
}

/** Menus close with Esc, with a click elsewhere and when another one opens. */
function closeMenus() {
  const opened = () => document.querySelector("details:is(.menu, .submenu)[open]");
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && opened();
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details:is(.menu, .submenu)[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

/** What is wrong with a form is read first. */
function focusErrors() {
  document.querySelector(".errors")?.focus();
}

/** While somebody writes a contract, the checks and the preview follow. */
function checkWhileWriting(form) {
  const text = form.querySelector("textarea.code");
  const button = form.querySelector("button[value=pruefen]");
  if (!button) return;
  let timer;
  let running;
  const look = async () => {
    running?.abort();
    running = new AbortController();
    const beside = document.getElementById("v-pruefung");
    beside.setAttribute("aria-busy", "true");
    try {
      const body = new FormData(form);
      body.set("tun", "pruefen");
      const response = await fetch(form.action, { method: "POST", body, signal: running.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("v-pruefung");
      if (response.ok && fresh) beside.replaceChildren(...fresh.childNodes);
    } catch {
      // The next key, or the button, tries again.
    } finally {
      beside.removeAttribute("aria-busy");
    }
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 900);
  });
}

/** Whoever leaves with text that is not saved is asked first. */
function askBeforeLeaving(form) {
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  addEventListener("beforeunload", (event) => {
    const texts = [...form.querySelectorAll("input, textarea")];
    if (!sending && texts.some((one) => one.value !== one.defaultValue)) event.preventDefault();
  });
}

/** What is typed in a clause is kept on the server while somebody types, and sent with the next button. */
function keepWhileWriting(form) {
  const status = document.getElementById("v-gemerkt");
  if (!status) return;
  let timer;
  let open = false;
  let sending = false;
  const running = new AbortController();
  const keep = async () => {
    const body = new FormData(form);
    body.set("tun", "merken");
    try {
      const response = await fetch(form.action, { method: "POST", body, redirect: "manual", signal: running.signal });
      if (response.status !== 204) throw new Error("not kept");
      open = false;
      const time = new Date().toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit" });
      status.textContent = `Ihre Eingaben sind gemerkt (${time}), aber noch nicht gespeichert.`;
    } catch {
      if (sending) return;
      status.textContent = "Ihre Eingaben konnten nicht gemerkt werden. Speichern Sie, damit nichts verloren geht.";
    }
  };
  form.addEventListener("input", () => {
    open = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => {
    sending = true;
    clearTimeout(timer);
    running.abort();
  });
  addEventListener("beforeunload", (event) => {
    if (open && !sending) event.preventDefault();
  });
}

/** A value goes to the cursor; without this file the server puts it into the text. */
function insertAtCursor(form) {
  const chosen = form.querySelector("#wert");
  for (const button of form.querySelectorAll("button[value^=wert_]")) {
    const code = button.value.slice("wert_".length);
    const text = form.querySelector(`#text_${code}`);
    button.addEventListener("click", (event) => {
      const token = chosen?.selectedOptions[0]?.dataset[code];
      if (!token || !text) return;
      event.preventDefault();
      const mark = text.value.indexOf("[]");
      if (mark >= 0) text.setSelectionRange(mark, mark + 2);
      text.setRangeText(token, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      text.focus();
    });
  }
}

/** A link from the checks leads to its line. */
function goToLine(text) {
  const line = Number(text.dataset.line);
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 4);
}

/** Bytes as they travel in JSON, and back. */
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

/** What the portal asks of the device, as the browser wants it. */
function question(json) {
  const named = (list) => list?.map((one) => ({ ...one, id: toBytes(one.id) }));
  const asked = { ...json, challenge: toBytes(json.challenge) };
  if (json.user) asked.user = { ...json.user, id: toBytes(json.user.id) };
  if (json.excludeCredentials) asked.excludeCredentials = named(json.excludeCredentials);
  if (json.allowCredentials) asked.allowCredentials = named(json.allowCredentials);
  return asked;
}

/** What the device answered, as the portal reads it. */
function answer(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = toText(made.response[part]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return JSON.stringify({
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response,
    clientExtensionResults: {},
  });
}

/** A passkey takes the place of what is typed in its form. Without this its button is not shown. */
function offerPasskey(place) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const form = place.closest("form");
  const field = place.querySelector("[name=passkey]");
  const button = place.querySelector("button");
  const status = place.querySelector("[role=status]");
  place.hidden = false;
  button.addEventListener("click", async () => {
    status.textContent = "";
    // The code is what the passkey replaces; what else is missing is said first.
    form.querySelector("[name=bestaetigungscode]")?.removeAttribute("required");
    if (!form.noValidate && !form.reportValidity()) return;
    button.disabled = true;
    try {
      const body = new URLSearchParams();
      const token = form.querySelector("[name=csrf]");
      if (token) body.set("csrf", token.value);
      const response = await fetch(place.dataset.passkey, { method: "POST", body });
      if (response.status === 429) {
        status.textContent = place.dataset.wait;
        return;
      }
      const publicKey = question(await response.json());
      const made = publicKey.user
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
      field.value = answer(made);
      const sends = [...form.querySelectorAll("button")].find((one) => one.type === "submit");
      form.requestSubmit(sends);
    } catch (error) {
      const why = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
      status.textContent = place.dataset[why[error.name] ?? "failed"];
    } finally {
      button.disabled = false;
    }
  });
}

document.querySelectorAll("[data-passkey]").forEach(offerPasskey);
document.querySelectorAll("form#v-entwurf").forEach(checkWhileWriting);
document.querySelectorAll("form#v-entwurf").forEach(askBeforeLeaving);
document.querySelectorAll("form#v-klauselform").forEach(keepWhileWriting);
document.querySelectorAll("form#v-klauselform").forEach(insertAtCursor);
document.querySelectorAll("textarea[data-line]").forEach(goToLine);
document.querySelectorAll("#kundenliste").forEach(nameRoles);
document.querySelectorAll("a.reload").forEach(reloadInPlace);
closeMenus();
focusErrors();
