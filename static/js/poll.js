// A region that waits for news: <section id="status" data-poll="/path" data-every="3">.
// It is replaced by the element of the same id in the answer, and rests when that one
// has no data-poll any more, or after ten minutes; a link to reload stands in it anyway.
const GIVE_UP_MS = 600_000;
const since = Date.now();

async function look(region) {
  const again = Number(region.dataset.every || 3) * 1000;
  if (Date.now() - since > GIVE_UP_MS) return;
  let fresh = null;
  if (!document.hidden) {
    try {
      const answer = await fetch(region.dataset.poll, { headers: { "X-Part": region.id } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = answer.ok ? page.getElementById(region.id) : null;
    } catch {
      fresh = null; // no network for a moment: look again later
    }
  }
  const next = fresh ?? region;
  if (fresh && fresh.outerHTML !== region.outerHTML) region.replaceWith(fresh);
  const shown = fresh && !fresh.isConnected ? region : next;
  if (shown.dataset.poll) setTimeout(look, again, shown);
}

for (const region of document.querySelectorAll("[data-poll]")) {
  setTimeout(look, Number(region.dataset.every || 3) * 1000, region);
}
