// What the page of reconciliation gains with JavaScript: keys. Every key presses a link or a button that is there.

const STORE = "reconcile.keys";
const FIELDS = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const list = document.querySelector(".recon-lines");
let on = true;
try {
  on = localStorage.getItem(STORE) !== "off";
} catch {
  // without a store the switch lasts as long as the page
}

// --- The line that is open stays in sight -----------------------------------------------------------------------------
const current = list?.querySelector("[aria-current]");
if (matchMedia("(min-width: 60rem)").matches) current?.scrollIntoView({ block: "nearest" });
document.querySelector(".errors")?.focus();

// --- The links to open documents follow the chosen candidate: M opens those of the one that is chosen ------------------
function follow() {
  const chosen = document.querySelector("input[name=candidate]:checked");
  for (const link of document.querySelectorAll("[data-of]")) {
    if (link.dataset.of === chosen?.id) link.dataset.key = "m";
    else delete link.dataset.key;
  }
}
document.addEventListener("change", follow);
follow();

// --- Keys -------------------------------------------------------------------------------------------------------------
function step(by) {
  const lines = [...(list?.querySelectorAll("a") ?? [])];
  const place = lines.indexOf(current);
  const next = place < 0 ? lines.at(by > 0 ? 0 : -1) : lines[place + by];
  (next ?? document.querySelector(`.pager [rel=${by > 0 ? "next" : "prev"}]`))?.click();
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches(FIELDS)) {
    target.focus();
    target.select?.();
  } else if (target.matches("input")) {
    target.checked = true;
    target.focus();
    follow();
  } else target.click();
  return true;
}

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function act(key) {
  if (key in STEPS) {
    step(STEPS[key]);
    return true;
  }
  return press(key.length === 1 ? key.toLowerCase() : key);
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat) return;
  const at = event.target;
  if (at.closest(FIELDS)) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (event.key === "Enter" && at.closest("a, button, summary")) return;
  if (event.key.startsWith("Arrow") && at.closest("input[type=radio]")) return;
  if (act(event.key)) event.preventDefault();
});

// --- The switch: kept by this browser ----------------------------------------------------------------------------------
const row = document.querySelector("[data-keys-switch]");
const button = row?.querySelector("button");

function show() {
  button.textContent = on ? button.dataset.on : button.dataset.off;
  for (const key of document.querySelectorAll(".ours .key")) key.hidden = !on;
}

if (button) {
  row.hidden = false;
  button.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(STORE, on ? "on" : "off");
    } catch {
      // as above
    }
    show();
  });
  show();
}
