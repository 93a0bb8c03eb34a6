/* Narrowing a long list of choices while somebody types; a chosen one never disappears. */
"use strict";

for (const part of document.querySelectorAll("[data-narrows]")) {
  const line = part.querySelector("input[type=search]");
  const options = [...part.querySelectorAll("option")];
  line.hidden = false;
  line.addEventListener("input", () => {
    const wanted = line.value.trim().toLowerCase();
    for (const option of options) {
      option.hidden = wanted !== "" && !option.selected && !option.textContent.toLowerCase().includes(wanted);
    }
  });
}
