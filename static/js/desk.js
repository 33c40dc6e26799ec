// The moderator's keys: J next, K earlier, A approve, R send back. Every key presses what
// stands on the page, so nothing here can be done that a click could not do.
const KEYS = { j: "following", k: "previous", a: "approve", r: "send-back" };

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// On a phone's width the queue page keeps its second pane hidden; keys leave it alone.
const shown = (id) => {
  const found = document.getElementById(id);
  return found && found.checkVisibility() ? found : null;
};

const press = (button) => {
  const reason = document.getElementById("id_reason");
  if (button.id === "send-back" && reason && !reason.value.trim()) {
    reason.focus();
    return;
  }
  button.click();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) {
    return;
  }
  const button = shown(KEYS[event.key.toLowerCase()]);
  if (button) {
    event.preventDefault();
    press(button);
  }
});
