// The street goes on: the next page is put below this one, and Back finds the same place.
// Without this script the same link leads to the next page.

const columns = document.getElementById("columns");
const pager = () => document.querySelector("nav.pager");
const next = () => pager()?.querySelector("a[rel=next]");

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function goOn() {
  const link = next();
  if (!link) return null;
  const page = await fetched(link.href);
  const lists = [...(page.querySelectorAll("#columns > ul") ?? [])];
  const own = columns.querySelectorAll(":scope > ul");
  let first = null;
  lists.forEach((list, side) => {
    for (const tile of [...list.children]) {
      first ??= tile;
      own[side]?.append(tile);
    }
  });
  const later = page.querySelector("nav.pager");
  const stands = pager();
  if (later) {
    later.querySelector("a[rel=prev]")?.remove(); // it stands above already
    stands.replaceWith(later);
  } else {
    stands.remove();
  }
  return first;
}

function remember(changes) {
  history.replaceState({ ...history.state, ...changes }, "");
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("nav.pager a[rel=next]");
  if (!link || !columns || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  link.ariaBusy = "true";
  try {
    const first = await goOn();
    remember({ appended: (history.state?.appended ?? 0) + 1 });
    first?.querySelector("a")?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href); // as without this script
  }
});

addEventListener("pagehide", () => remember({ top: scrollY }));

// A browser that kept the page whole needs none of this: then this script does not run again.
async function comeBack() {
  const { appended = 0, top = 0 } = history.state ?? {};
  const [way] = performance.getEntriesByType("navigation");
  if (!columns || !appended) return;
  if (way?.type !== "back_forward") {
    remember({ appended: 0 }); // loaded anew: nothing is below the first page yet
    return;
  }
  try {
    for (let turn = 0; turn < appended; turn += 1) await goOn();
    scrollTo(0, top);
  } catch {
    remember({ appended: 0 });
  }
}

comeBack();
