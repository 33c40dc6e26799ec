// The round share button opens a sheet. Who is signed in gets its inside from the share page;
// when that cannot be had, and without scripts, the button leads to that page itself.
import { awaken } from "./share.js";

const way = document.querySelector("a[data-sheet]");
const sheet = way && document.getElementById(way.dataset.sheet);

async function fill(place) {
  const answer = await fetch(place.dataset.from, { headers: { "X-Part": place.dataset.part } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = answer.ok ? page.getElementById(place.dataset.part) : null;
  if (!part) throw new Error("no such part");
  place.replaceWith(part);
  awaken(part);
}

async function open(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
  event.preventDefault();
  sheet.showModal();
  const place = sheet.querySelector("[data-from]");
  try {
    if (place) await fill(place);
  } catch {
    if (sheet.open) location.assign(way.href);
  }
}

if (sheet?.showModal) way.addEventListener("click", open);
