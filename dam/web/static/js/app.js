/* The little the pages need besides htmx. Everything works without it; this only makes it smoother. */
"use strict";

document.documentElement.classList.add("js");

/* A button that shows and hides what it names: <button data-toggles="ID" aria-expanded="false">. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.dataset.toggles).classList.toggle("open", open);
});

/* A button that copies the text of what it names: <button data-copies="ID" data-copied="Copied">. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copies).textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
  }
});

/* A form that asks first: <form data-asks="Really?">. */
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.asks;
  if (question && !window.confirm(question)) event.preventDefault();
});

/* Filters that stand open at a desk are folded where they would fill a telephone: <details data-folds open>. */
if (matchMedia("(max-width: 767px)").matches) {
  document.addEventListener("DOMContentLoaded", () => {
    for (const part of document.querySelectorAll("details[data-folds]")) part.open = false;
  });
}
