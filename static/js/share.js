// Sharing by the phone's own sheet, and copying with a word that it was done.
//   <button data-share data-title data-text data-url hidden>   shown where the browser can share
//   <button data-copy="https://…" data-done="Copied">          copies the words, or data-copy="#id"
import { say } from "./toast.js";

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { title, text, url } = button.dataset;
    try {
      await navigator.share({ title, text, url });
    } catch (reason) {
      if (reason.name !== "AbortError" && button.dataset.failed) say(button.dataset.failed);
    }
  });
}

function wordsOf(source) {
  if (!source.startsWith("#")) return source;
  const node = document.querySelector(source);
  return node?.value ?? node?.textContent ?? "";
}

function copyByHand(words) {
  const box = document.createElement("textarea");
  box.value = words;
  box.className = "vh";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy"); // plain HTTP has no clipboard object
  box.remove();
  return done;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const words = wordsOf(button.dataset.copy);
    let done = true;
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      done = copyByHand(words);
    }
    const line = done ? button.dataset.done : button.dataset.failed;
    if (line) say(line);
  });
}
