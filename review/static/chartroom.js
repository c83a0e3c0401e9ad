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

// Nobody sees a page sooner: what is pressed before was meant for the last one, and must not decide anything on this one.
const UNSEEN = 250; // milliseconds
const begun = Object.keys(keys).length ? performance.now() : -UNSEEN;
const decides = (event, act) => (event.key === "Enter" ? !event.target.matches("a, summary") : !typing(event.target) && /^(accept|candidate)/.test(act ?? ""));

document.addEventListener("keydown", (event) => {
  const act = acts.get(name(event));
  if ((event.repeat || event.timeStamp - begun < UNSEEN) && decides(event, act)) return event.preventDefault();
  if (event.metaKey || event.repeat || dialog.open || typing(event.target)) return;
  if (!act || (event.key === "Enter" && pressable(event.target))) return;
  const element = listed().find((one) => one.dataset.act === act && !one.disabled);
  if (act !== "help" && !element) return;
  event.preventDefault();
  if (act === "help") help();
  else if (element.matches("input, textarea")) element.focus();
  else element.click();
  const choice = element?.closest("details[open]")?.querySelector("button");
  if (choice) choice.focus();
});

// A form that is on its way is not sent again, however often somebody presses; coming back to the page frees it.
let sent = false;
addEventListener("pageshow", () => { sent = false; });
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  if (sent) event.preventDefault();
  sent = true;
});

// When the session must have ended, nobody's record stays on the screen. All windows of the browser count as one person's.
const idle = Number(document.body.dataset.idle) * 1000;
if (idle) {
  localStorage.setItem("stirred", Date.now());
  setInterval(() => { if (Date.now() - Number(localStorage.getItem("stirred")) > idle) location.replace("/"); }, 5000);
}

// What is printed is put on record.
addEventListener("beforeprint", () => {
  const token = document.querySelector("input[name=token]");
  if (token) navigator.sendBeacon("/printed", new URLSearchParams({ token: token.value, screen: location.pathname }));
});

document.querySelectorAll("img").forEach((image) => {
  // A page that cannot be shown says so in its own words instead of a broken picture.
  image.addEventListener("error", () => image.replaceWith(Object.assign(document.createElement("p"), { className: "alert", textContent: `${image.alt}: no picture could be made of it.` })));
});

// The page viewer: which page, how large, which piece of evidence. Sizes are set on the elements themselves; no style stands in the page.
const view = document.querySelector(".viewer .sheets");
if (view) {
  const sheets = [...view.querySelectorAll(".sheet")];
  const places = [...view.querySelectorAll("rect")].sort((one, other) => other.matches(".deciding") - one.matches(".deciding"));
  const READABLE = 1000; // pixels across a page
  const LABEL = 0.1; // of its width: what a value is called stands before it
  let size = 1;
  let place = -1;
  let turned = 0;

  const resize = (to) => {
    size = Math.min(4, Math.max(0.5, to));
    for (const sheet of sheets) sheet.style.width = `${size * 100}%`;
  };
  const current = () => sheets.findLastIndex((sheet) => sheet.offsetTop <= view.scrollTop + 40);
  const flip = (by) => view.scrollTo({ top: sheets[Math.min(sheets.length - 1, Math.max(0, current() + by))].offsetTop });
  const centre = (rect) => {
    const [there, here] = [rect.getBoundingClientRect(), view.getBoundingClientRect()];
    view.scrollBy(there.x + there.width / 2 - here.x - here.width / 2, there.y + there.height / 2 - here.y - here.height / 2);
  };
  const show = (which) => {
    if (!places.length) return;
    places[place]?.classList.remove("now");
    place = which % places.length;
    places[place].classList.add("now");
    if (size < 1.15) resize(1.6);
    centre(places[place]);
  };
  const turn = () => {
    turned = (turned + 90) % 360;
    for (const sheet of sheets) sheet.style.rotate = `${turned}deg`;
  };

  const work = { next_page: () => flip(1), previous_page: () => flip(-1), evidence: () => show(place + 1), larger: () => resize(size * 1.25), smaller: () => resize(size / 1.25), turn };
  for (const [act, does] of Object.entries(work)) document.querySelector(`.tools [data-act=${act}]`)?.addEventListener("click", does);
  // Opened at the first deciding place, with as many of the others on its page beside it as fit and can still be read.
  const start = () => {
    const sheet = places[0].closest(".sheet");
    resize(1);
    const [width, height] = [sheet.offsetWidth, sheet.offsetHeight];
    const most = Math.min(4, Math.max(1.6, READABLE / width));
    let frame = null;
    for (const box of places.filter((one) => one.matches(".deciding") && one.closest(".sheet") === sheet).map((one) => one.getBBox())) {
      const [left, top] = [Math.min(Math.max(0, box.x - LABEL), frame?.left ?? 1), Math.min(box.y, frame?.top ?? 1)];
      const [right, bottom] = [Math.max(box.x + box.width, frame?.right ?? 0), Math.max(box.y + box.height, frame?.bottom ?? 0)];
      const fits = Math.min(most, (view.clientWidth * 0.94) / (width * (right - left)), (view.clientHeight * 0.9) / (height * (bottom - top)));
      if (!frame || fits >= 1.15) frame = { left, top, right, bottom, fits: Math.max(1, fits) };
    }
    resize(frame.fits);
    show(0);
    view.scrollTo({
      left: sheet.offsetLeft + (sheet.offsetWidth * (frame.left + frame.right) - view.clientWidth) / 2,
      top: sheet.offsetTop + (sheet.offsetHeight * (frame.top + frame.bottom) - view.clientHeight) / 2,
    });
  };
  if (places[0]?.matches(".deciding")) {
    start(); // before anything is painted: the page's shape is nearly known
    addEventListener("load", start);
  }
}

// Splitting and merging: documents are the lists of leaves on the page, and the field of page numbers says what they are.
const cuts = document.querySelector(".cuts");
const field = document.querySelector("input[name=parts]");
if (cuts && field) {
  const leaves = () => [...cuts.querySelectorAll(".leaf")];
  const number = (leaf) => Number(leaf.dataset.page);
  const partOf = (leaf) => leaf.closest(".part");
  const isFixed = (part) => !part || "fixed" in part.dataset;
  let now = leaves().find((leaf) => !isFixed(partOf(leaf)));

  const sorted = (part) => part.querySelector(".leaves").append(...[...part.querySelectorAll(".leaf")].sort((one, other) => number(one) - number(other)));
  const newPart = (after) => {
    const part = Object.assign(document.createElement("li"), { className: "part" });
    part.append(Object.assign(document.createElement("p"), { className: "what", textContent: "to be decided anew" }), Object.assign(document.createElement("div"), { className: "leaves" }));
    after.after(part);
    return part;
  };
  const numbers = (part) => {
    const runs = [];
    for (const page of [...part.querySelectorAll(".leaf")].map(number)) {
      if (runs.length && runs.at(-1)[1] + 1 === page) runs.at(-1)[1] = page;
      else runs.push([page, page]);
    }
    return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
  };
  const tell = () => {
    for (const part of [...cuts.querySelectorAll(".part")]) if (!part.querySelector(".leaf")) part.remove();
    const parts = [...cuts.querySelectorAll(".part")];
    field.value = parts.map(numbers).join("; ");
    for (const leaf of leaves()) leaf.classList.toggle("now", leaf === now);
    now?.scrollIntoView({ block: "nearest" });
    document.querySelector(".said").textContent = now ? `Page ${now.dataset.page}, document ${parts.indexOf(partOf(now)) + 1} of ${parts.length}` : "";
  };
  const changed = (...parts) => {
    for (const part of parts) part.querySelector(".what").textContent = "to be decided anew";
  };
  const give = (leaf, part) => {
    if (isFixed(part) || isFixed(partOf(leaf)) || part === partOf(leaf)) return;
    changed(part, partOf(leaf));
    part.querySelector(".leaves").append(leaf);
    sorted(part);
    now = leaf;
    tell();
  };
  const step = (by) => {
    const free = leaves().filter((leaf) => !isFixed(partOf(leaf)));
    now = free[Math.min(free.length - 1, Math.max(0, free.indexOf(now) + by))];
    tell();
  };
  const cut = () => {
    const part = partOf(now);
    const mine = [...part.querySelectorAll(".leaf")];
    const rest = mine.slice(mine.indexOf(now));
    if (rest.length < mine.length) {
      changed(part);
      newPart(part).querySelector(".leaves").append(...rest);
    } else if (!isFixed(part.previousElementSibling)) {
      const before = part.previousElementSibling;
      changed(before);
      before.querySelector(".leaves").append(...mine);
      sorted(before);
    }
    tell();
  };
  const beside = (side) => {
    let part = partOf(now)[side];
    while (part && isFixed(part)) part = part[side];
    if (part) give(now, part);
  };

  const does = { previous_page: () => step(-1), next_page: () => step(1), cut, page_back: () => beside("previousElementSibling"), page_on: () => beside("nextElementSibling") };
  for (const [act, work] of Object.entries(does)) document.querySelector(`.tools [data-act=${act}]`)?.addEventListener("click", () => now && work());
  cuts.addEventListener("click", (event) => {
    const leaf = event.target.closest(".leaf");
    if (leaf && !isFixed(partOf(leaf))) now = leaf;
    tell();
  });
  cuts.addEventListener("dragstart", (event) => {
    now = event.target.closest(".leaf");
    event.dataTransfer.setData("text/plain", now.dataset.page);
    event.dataTransfer.effectAllowed = "move";
  });
  cuts.addEventListener("dragover", (event) => {
    const part = event.target.closest(".part");
    if (!isFixed(part)) event.preventDefault();
    for (const one of cuts.querySelectorAll(".part")) one.classList.toggle("over", one === part && !isFixed(part));
  });
  cuts.addEventListener("drop", (event) => {
    event.preventDefault();
    const part = event.target.closest(".part");
    for (const one of cuts.querySelectorAll(".part")) one.classList.remove("over");
    if (now && !isFixed(part)) give(now, part);
  });
  tell();
}

addEventListener("load", () => {
  // The next item is leased already: its first page is fetched while this one is looked at.
  const next = document.querySelector("[data-prefetch]");
  if (next) new Image().src = next.dataset.prefetch;
});
