// What a page gains with JavaScript. Everything works without this file.

const root = document.documentElement;
root.classList.add("js");

// --- Errors: the summary is read out and reached first ---------------------------------------------------------------
document.querySelector(".errors")?.focus();

// --- Copy buttons: the value without its spaces; what was done is also said to screen readers --------------------------
const said = document.createElement("p");
said.className = "vh";
said.setAttribute("role", "status");
document.body.append(said);

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy button");
  if (!button) return;
  const value = button.parentElement.querySelector("code").textContent.replace(/\s/g, "");
  await navigator.clipboard.writeText(value);
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = said.textContent = button.dataset.copied;
  setTimeout(() => {
    label.textContent = before;
    said.textContent = "";
  }, 2000);
});

// --- Appearance: kept in a cookie, so that the server writes it and no page flashes ------------------------------------
const choices = document.querySelectorAll("[data-theme-choice]");

function showTheme() {
  for (const choice of choices) {
    choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === (root.dataset.theme ?? "")));
  }
}

for (const choice of choices) {
  choice.addEventListener("click", () => {
    const theme = choice.dataset.themeChoice;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
    showTheme();
  });
}
showTheme();

// --- A region that changes by itself: <div id="…" data-poll="3"> is asked for again every 3 seconds --------------------
// The same page is fetched and the region replaced; it stops when the new one has no data-poll. Nothing is touched while
// nothing changed, so that screen readers stay silent and the keyboard keeps its place.
async function refresh(id) {
  const region = document.getElementById(id);
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(id);
  if (!fresh) return location.reload();
  if (fresh.innerHTML !== region.innerHTML) {
    region.replaceChildren(...fresh.childNodes);
    document.title = page.title;
  }
  if (!fresh.dataset.poll) delete region.dataset.poll;
  return poll(region);
}

function poll(region) {
  if (!region.dataset.poll) return;
  setTimeout(async () => {
    try {
      await refresh(region.id);
    } catch {
      poll(region); // no network for a moment: the next turn may have it
    }
  }, Number(region.dataset.poll) * 1000);
}

for (const region of document.querySelectorAll("[data-poll][id]")) poll(region);

// --- The amount: <form data-amounts="amount"> keeps the chips, the field of that name and the button together -----------
for (const form of document.querySelectorAll("form[data-amounts]")) {
  const typed = form.elements[form.dataset.amounts];
  const repeated = form.querySelector("[data-repeat]");
  const chips = [...form.querySelectorAll(".amount input")];
  const repeat = (...amount) => repeated?.replaceChildren(...amount);
  for (const chip of chips) {
    chip.addEventListener("change", () => {
      const amount = chip.parentElement.querySelector(".money");
      if (amount) {
        typed.value = amount.textContent.replace(/[^\d.,]/g, "");
        repeat(amount.cloneNode(true));
      } else {
        typed.focus();
        typed.select();
      }
    });
  }
  typed.addEventListener("input", () => {
    const other = chips.find((chip) => !chip.parentElement.querySelector(".money"));
    if (other) other.checked = true;
    repeat(); // what is typed is read by the server alone
  });
}
