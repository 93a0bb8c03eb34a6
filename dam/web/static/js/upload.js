/* Many photographs at once, each sent by itself with its own progress; without this script the plain form does the same. */
"use strict";

const form = document.getElementById("upload");
const say = form.dataset;
const input = form.querySelector("input[type=file]");
const list = form.querySelector(".queue");
const rowTemplate = document.getElementById("queue-row");
const AT_ONCE = 3;
const POLL_MS = 1500;
const rows = [];
let sending = 0;

const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function addFiles(files) {
  for (const file of files) addRow(file);
  document.getElementById("queue").hidden = rows.length === 0;
  input.required = rows.length === 0;
  input.value = "";
  report();
}

function addRow(file) {
  const node = rowTemplate.content.firstElementChild.cloneNode(true);
  const row = { file, node, state: "waiting" };
  node.querySelector(".queue-name").textContent = file.name;
  node.querySelector(".queue-size").textContent = size(file.size);
  node.querySelector("progress").setAttribute("aria-label", file.name);
  rows.push(row);
  list.append(node);
  show(row, "waiting", say.waiting);
  if (file.size > Number(say.limit)) fail(row, say.large, false);
}

function show(row, state, label, message = "") {
  row.state = state;
  const badge = row.node.querySelector(".queue-state");
  badge.textContent = label;
  badge.className = `state queue-state state-${state}`;
  row.node.querySelector(".queue-message").textContent = message;
  row.node.querySelector(".queue-words").hidden = state !== "waiting";
  report();
}

function link(row, href, label) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = label;
  row.node.querySelector(".queue-links").replaceChildren(anchor);
}

function fail(row, message, again = true) {
  show(row, "refused", say.refused, message);
  if (!again) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = say.again;
  button.addEventListener("click", () => {
    row.node.querySelector(".queue-links").replaceChildren();
    show(row, "waiting", say.waiting);
    sendNext();
  });
  row.node.querySelector(".queue-links").replaceChildren(button);
}

function bodyOf(row) {
  const body = new FormData(form);
  body.delete("file");
  for (const field of row.node.querySelectorAll("[data-field]")) {
    if (field.value.trim()) body.set(field.dataset.field, field.value);
  }
  body.set("file", row.file);
  return body;
}

function sendNext() {
  while (sending < AT_ONCE) {
    const row = rows.find((each) => each.state === "waiting");
    if (!row) return;
    send(row);
  }
}

function send(row) {
  sending += 1;
  show(row, "processing", say.sending);
  const call = new XMLHttpRequest();
  call.open("POST", form.action);
  call.setRequestHeader("Accept", "application/json");
  call.responseType = "json";
  call.upload.addEventListener("progress", (event) => {
    row.node.querySelector("progress").value = (100 * event.loaded) / event.total;
  });
  call.addEventListener("load", () => settle(row, call));
  call.addEventListener("error", () => fail(row, say.failed));
  call.addEventListener("loadend", () => {
    sending -= 1;
    sendNext();
  });
  call.send(bodyOf(row));
}

function settle(row, call) {
  const answer = call.response;
  if (answer === null || typeof answer !== "object") {
    fail(row, call.responseURL.includes("/login") ? say.signedOut : call.status === 413 ? say.large : say.failed);
  } else if (call.status === 201) {
    row.node.querySelector("progress").value = 100;
    show(row, "received", say.received, answer.accession_number);
    link(row, answer.page, say.show);
    follow(row, answer.state);
  } else {
    const faults = (answer.faults || []).map((fault) => fault.message).join(" ");
    fail(row, `${answer.message} ${faults}`.trim(), call.status !== 409 && call.status !== 415);
    if (answer.page) link(row, answer.page, say.show);
  }
}

async function follow(row, address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const now = await answer.json();
      show(row, now.state, now.label, now.reason || row.node.querySelector(".queue-message").textContent);
      if (now.settled) return;
    }
  } catch {
    /* The network is away for a moment: the next look tells. */
  }
  setTimeout(() => follow(row, address), POLL_MS);
}

function report() {
  const settled = rows.filter((row) => !["waiting", "processing", "received"].includes(row.state)).length;
  document.getElementById("queue-status").textContent = rows.length
    ? say.done.replace("{done}", settled).replace("{all}", rows.length)
    : "";
}

input.addEventListener("change", () => addFiles(input.files));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("queue").scrollIntoView({ block: "start" });
  sendNext();
});

const drop = form.querySelector("[data-drop]");
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("dropping", kind === "dragover");
    if (kind === "drop") addFiles(event.dataTransfer.files);
  });
}
window.addEventListener("beforeunload", (event) => {
  if (rows.some((row) => row.state === "waiting" || (row.state === "processing" && sending))) event.preventDefault();
});
