// A shop's card follows what is typed: its name and its colours.
for (const card of document.querySelectorAll("[data-preview]")) {
  const form = document.getElementById(card.dataset.preview);
  const name = card.querySelector("[data-name]");
  form.addEventListener("input", () => {
    const theme = form.elements.theme.value;
    if (theme) card.dataset.theme = theme;
    name.textContent = form.elements.name.value;
  });
}
