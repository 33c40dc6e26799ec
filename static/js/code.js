// A code of known length is sent as soon as its last digit is there.
for (const input of document.querySelectorAll('input[autocomplete="one-time-code"]')) {
  let sent = false;
  input.addEventListener("input", () => {
    const digits = input.value.replace(/[\s-]/g, "");
    if (sent || !/^[0-9]{6}$/.test(digits)) return;
    sent = true;
    input.value = digits;
    input.form?.requestSubmit();
  });
}
