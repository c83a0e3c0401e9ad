// Keys, the list of keys, and the one door through which htmx may turn an answer of our own server into a page.
// An element with data-act="accept" is pressed by the key that the person's map gives to "accept".

const policy = window.trustedTypes?.createPolicy("chartroom", {
  createHTML: (html) => html, // only htmx asks, and only with what this server sent: mode is same-origin
  createScript: () => "", // no answer may bring a script
});
if (policy) window.htmx?.registerExtension("chartroom-types", { init: (api) => api.initSecurity(policy) });

const keys = JSON.parse(document.body.dataset.keys || "{}");
const acts = new Map(Object.entries(keys).map(([act, key]) => [key, act]));
const dialog = document.getElementById("keys");

const typing = (target) => target.isContentEditable || (target.matches("input, textarea, select") && !target.matches("[type=checkbox], [type=radio]"));
const pressable = (target) => target.matches("a[href], button, summary");

function name(event) {
  const held = (event.ctrlKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "");
  return held + (event.key.length === 1 && held ? event.key.toLowerCase() : event.key);
}

function listed() {
  return [...document.querySelectorAll("[data-act]")].filter((element) => keys[element.dataset.act] && !element.hidden);
}

function help() {
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  for (const element of listed()) {
    const key = document.createElement("dt");
    const what = document.createElement("dd");
    key.textContent = keys[element.dataset.act];
    what.textContent = element.dataset.label || element.textContent.trim();
    list.append(key, what);
  }
  if (!list.children.length) list.append(Object.assign(document.createElement("dd"), { textContent: "This screen has no keys of its own." }));
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.repeat || dialog.open || typing(event.target)) return;
  const act = acts.get(name(event));
  if (!act || (event.key === "Enter" && pressable(event.target))) return;
  const element = listed().find((one) => one.dataset.act === act && !one.disabled);
  if (act !== "help" && !element) return;
  event.preventDefault();
  if (act === "help") help();
  else if (element.matches("input, textarea")) element.focus();
  else element.click();
});

document.querySelectorAll("img").forEach((image) => {
  // A page that cannot be shown says so in its own words instead of a broken picture.
  image.addEventListener("error", () => image.replaceWith(Object.assign(document.createElement("p"), { className: "alert", textContent: `${image.alt}: no picture could be made of it.` })));
});
