// The bar's buttons open the sheet of options, whose one button repeats what was pressed and
// says the total. Without scripts the same form stands in the page and the bar sends it.
const sheet = document.getElementById("options");
const form = document.getElementById("buy");
const go = form?.querySelector("[data-go]");

const CHOSEN = 'input[name="variant"]:checked, input[name="variant"][type="hidden"]';

// Symbol, whole units, fraction: as the server writes an amount.
function money(minor) {
  const digits = Math.max(0, form.dataset.rest.length - 1);
  const unit = 10 ** digits;
  const rest = digits ? `.${String(minor % unit).padStart(digits, "0")}` : "";
  return [form.dataset.symbol, Math.floor(minor / unit).toLocaleString("en"), rest];
}

function showPrice(minor) {
  const [symbol, whole, rest] = money(minor);
  const [big, read] = sheet.querySelector("[data-price] .price").children;
  const [first, last] = big.querySelectorAll("small");
  first.textContent = symbol;
  last.textContent = rest;
  big.replaceChildren(first, whole, last);
  read.textContent = symbol + whole + rest;
}

function tell() {
  const chosen = form.querySelector(CHOSEN);
  const quantity = form.elements.quantity;
  if (!chosen) return;
  const { minor, left } = chosen.dataset;
  const said = chosen.dataset.said?.trim();
  const most = String(Math.min(99, left));
  if (quantity.max !== most) {
    quantity.max = most;
    quantity.dispatchEvent(new Event("change")); // the stepper keeps to it
  }
  const line = sheet.querySelector("[data-said]");
  if (said && line.textContent.trim() !== said) {
    line.textContent = said;
    showPrice(Number(minor));
  }
  const pieces = Math.min(quantity.max, Math.max(1, Math.trunc(quantity.value) || 1));
  go.querySelector("[data-total]").textContent = money(minor * pieces).join("");
}

function open(event) {
  event.preventDefault();
  go.value = event.currentTarget.value;
  go.querySelector("[data-act]").textContent = event.currentTarget.textContent.trim();
  sheet.showModal();
  form.querySelector("input:checked, .stepper button:enabled")?.focus({ preventScroll: true });
}

if (go && sheet.showModal) {
  const { value } = go;
  const words = go.querySelector("[data-act]").textContent;
  for (const button of document.querySelectorAll("button[data-options]")) {
    button.addEventListener("click", open);
  }
  sheet.addEventListener("close", () => {
    go.value = value; // in a wide window it stands in the page, beside the other one
    go.querySelector("[data-act]").textContent = words;
  });
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  addEventListener("pageshow", tell); // a page come back to keeps what was chosen
}
