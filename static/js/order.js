// Tiles change places by dragging or by their two buttons, and leave by the third.
for (const shots of document.querySelectorAll(".shots")) {
  let dragged = null;

  shots.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-move], button[data-remove]");
    const tile = button?.closest("li");
    if (!tile) return;
    if (button.hasAttribute("data-remove")) {
      (tile.nextElementSibling ?? tile.previousElementSibling)?.querySelector("button")?.focus();
      tile.remove();
    } else if (button.dataset.move === "-1") {
      tile.previousElementSibling?.before(tile);
      button.focus();
    } else {
      tile.nextElementSibling?.after(tile);
      button.focus();
    }
  });

  shots.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
  });
  shots.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const tiles = [...shots.children];
    if (tiles.indexOf(over) > tiles.indexOf(dragged)) over.after(dragged);
    else over.before(dragged);
  });
  shots.addEventListener("dragend", () => {
    dragged = null;
  });
}
