// Sharing by the phone's own sheet, and copying with a word that it was done.
//   <button data-share data-title data-text data-url hidden>   shown where the browser can share
//   <button data-copy="https://…" data-done="Copied">          copies the words, or data-copy="#id"
import { say } from "./toast.js";

function wordsOf(source) {
  if (!source.startsWith("#")) return source;
  const node = document.querySelector(source);
  return node?.value ?? node?.textContent ?? "";
}

function copyByHand(words) {
  const box = document.createElement("textarea");
  box.value = words;
  box.className = "vh";
  (document.querySelector("dialog[open]") ?? document.body).append(box); // the rest is inert
  box.select();
  const done = document.execCommand("copy"); // plain HTTP has no clipboard object
  box.remove();
  return done;
}

async function share({ title, text, url, failed }) {
  try {
    await navigator.share({ title, text, url });
  } catch (reason) {
    if (reason.name !== "AbortError" && failed) say(failed);
  }
}

async function copy({ copy: source, done, failed }) {
  const words = wordsOf(source);
  let copied = true;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    copied = copyByHand(words);
  }
  const line = copied ? done : failed;
  if (line) say(line);
}

// Makes the buttons in one part of the page work: the page itself, or a part fetched later.
export function awaken(part) {
  for (const button of part.querySelectorAll("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => share(button.dataset));
  }
  for (const button of part.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(button.dataset));
  }
}

awaken(document);
