// Messages leave by themselves after ten seconds, unless somebody is on them or they warn.
const STAY_MS = 10_000;

export function say(words) {
  // An open sheet covers the page, so it has a place of its own.
  const place =
    document.querySelector("dialog[open] .toasts") ?? document.querySelector(".toasts");
  const toast = document.createElement("div");
  toast.className = "toast";
  const line = document.createElement("p");
  line.textContent = words;
  toast.append(line);
  place?.append(toast);
  leaveLater(toast);
}

function leaveLater(toast) {
  const busy = () => toast.matches(":hover") || toast.contains(document.activeElement);
  const leave = () => (busy() ? setTimeout(leave, 1000) : toast.remove());
  setTimeout(leave, STAY_MS);
}

for (const toast of document.querySelectorAll(".toast:not(.error, .warning)")) leaveLater(toast);
