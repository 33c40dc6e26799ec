// Minus and plus beside a number; without scripts the number is typed.
for (const stepper of document.querySelectorAll(".stepper")) {
  const input = stepper.querySelector("input");
  const buttons = stepper.querySelectorAll("button[data-step]");
  const low = Number(input.min || 1);
  const high = () => Number(input.max || 999); // it moves with what is chosen
  const held = () => Math.min(high(), Math.max(low, Math.trunc(Number(input.value)) || low));

  function tell() {
    for (const button of buttons) {
      const next = held() + Number(button.dataset.step);
      button.disabled = next < low || next > high();
    }
  }

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      input.value = held() + Number(button.dataset.step);
      input.dispatchEvent(new Event("change", { bubbles: true }));
      tell();
    });
  }
  input.addEventListener("change", () => {
    input.value = held();
    tell();
  });
  tell();
}

// A quantity that is sent as soon as it changes: <form data-send-on-change>.
for (const form of document.querySelectorAll("form[data-send-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
