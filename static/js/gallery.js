// A gallery swipes by itself; this adds the counter, the arrows and the small pictures.
for (const gallery of document.querySelectorAll(".gallery")) {
  const strip = gallery.querySelector(".strip");
  const counter = gallery.querySelector("[data-now]");
  const steps = gallery.querySelectorAll("[data-step]");
  const now = () => Math.round(strip.scrollLeft / strip.clientWidth);
  const thumbs = gallery.querySelectorAll("[data-to]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function tell() {
    if (counter) counter.textContent = now() + 1;
    for (const button of steps) {
      const next = now() + Number(button.dataset.step);
      button.disabled = next < 0 || next >= strip.children.length;
    }
    for (const thumb of thumbs) thumb.setAttribute("aria-current", Number(thumb.dataset.to) === now());
  }

  function show(place) {
    strip.scrollTo({
      left: place * strip.clientWidth,
      behavior: calm.matches ? "instant" : "smooth",
    });
  }

  for (const button of steps) {
    button.hidden = strip.children.length < 2;
    button.addEventListener("click", () => show(now() + Number(button.dataset.step)));
  }
  for (const thumb of thumbs) {
    thumb.addEventListener("click", () => show(Number(thumb.dataset.to)));
  }

  let waiting = 0;
  strip.addEventListener(
    "scroll",
    () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(tell);
    },
    { passive: true },
  );
  tell();
}
