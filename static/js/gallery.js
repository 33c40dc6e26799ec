// A gallery swipes by itself; this adds the counter and the arrows.
for (const gallery of document.querySelectorAll(".gallery")) {
  const strip = gallery.querySelector(".strip");
  const counter = gallery.querySelector("[data-now]");
  const steps = gallery.querySelectorAll("[data-step]");
  const now = () => Math.round(strip.scrollLeft / strip.clientWidth);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function tell() {
    if (counter) counter.textContent = now() + 1;
    for (const button of steps) {
      const next = now() + Number(button.dataset.step);
      button.disabled = next < 0 || next >= strip.children.length;
    }
  }

  for (const button of steps) {
    button.hidden = strip.children.length < 2;
    button.addEventListener("click", () => {
      strip.scrollTo({
        left: (now() + Number(button.dataset.step)) * strip.clientWidth,
        behavior: calm.matches ? "instant" : "smooth",
      });
    });
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
