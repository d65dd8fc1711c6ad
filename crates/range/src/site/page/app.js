// The page: who is signed in, their sessions, and the chat of one of them.

import { Chat } from "/chat.js";
import { Failure, ask, places } from "/services.js";

const REPOSITORY = "demo/small";
/** An answer that takes longer is called slow, as the playbook does. */
const SLOW_S = 2;

const at = (id) => document.getElementById(id);
const kept = sessionStorage;
let chat = null;
let session = null;
let asked = null;
const seen = new Set();

function show(id, shown) {
  at(id).hidden = !shown;
}

function tell(words) {
  at("error").textContent = words ?? "";
  show("error", Boolean(words));
}

/** Runs what a person asked for and tells what goes wrong. */
async function attempt(act) {
  tell(null);
  try {
    await act();
  } catch (error) {
    tell(error instanceof Failure ? error.message : "Something went wrong");
    if (error.status === 401) forget();
    if (!(error instanceof Failure)) throw error;
  }
}

// Who is signed in.

function takeFragment() {
  const said = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  const nonce = kept.getItem("nonce");
  kept.removeItem("nonce");
  if (!said.has("token") && !said.has("error")) return;
  if (!nonce || said.get("nonce") !== nonce) tell("Sign-in failed: it was not begun on this page");
  else if (said.has("error")) tell(said.get("error"));
  else {
    kept.setItem("token", said.get("token"));
    kept.setItem("name", said.get("name"));
  }
}

function signIn() {
  const nonce = crypto.randomUUID();
  kept.setItem("nonce", nonce);
  const back = encodeURIComponent(`${location.origin}/`);
  location.assign(`${places.backend}/api/auth/signin/github?return_to=${back}&nonce=${nonce}`);
}

function forget() {
  kept.clear();
  close();
  draw();
}

async function signOut() {
  const token = kept.getItem("token");
  forget();
  await ask(places.backend, "/api/auth/signout", token, { method: "POST" });
}

function draw() {
  const signedIn = kept.getItem("token") !== null;
  show("welcome", !signedIn);
  show("desk", signedIn);
  show("who", signedIn);
  at("name").textContent = kept.getItem("name") ?? "";
}

// Sessions.

const api = async (path, options) => {
  const { said, took } = await ask(places.api, path, kept.getItem("token"), options);
  pace(took);
  return said;
};
const backend = async (path) => (await ask(places.backend, `/api${path}`, kept.getItem("token"))).said;

async function listSessions() {
  const { sessions } = await backend("/sessions");
  const items = sessions.map(({ id, state }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = id;
    button.setAttribute("aria-current", String(id === session));
    button.onclick = () => attempt(() => open(id));
    const note = document.createElement("small");
    note.textContent = state;
    const item = document.createElement("li");
    item.append(button, note);
    return item;
  });
  at("sessions").replaceChildren(...items);
}

async function create() {
  close();
  show("chat", true);
  at("status").textContent = "starting";
  try {
    const made = await api("/sessions", { method: "POST", body: { repository: REPOSITORY } });
    await open(made.id);
  } catch (error) {
    if (session === null) show("chat", false);
    throw error;
  }
}

async function open(id) {
  close();
  session = id;
  kept.setItem("session", id);
  show("chat", true);
  const url = `${places.api.replace(/^http/, "ws")}/sessions/${id}/ws`;
  chat = new Chat(url, kept.getItem("token"), { status, frame });
  // What was said before comes from the backend; what is said from now on over the connection.
  const { messages } = await backend(`/sessions/${id}/messages`);
  messages.forEach((message) => put({ ...message, done: true }));
  await listSessions();
}

function close() {
  chat?.end();
  chat = null;
  session = null;
  asked = null;
  seen.clear();
  at("messages").replaceChildren();
  at("pace").textContent = "";
  show("resume", false);
  show("chat", false);
}

function status(words) {
  at("status").textContent = words;
}

function pace(seconds) {
  const slow = seconds > SLOW_S ? "Slow response: " : "";
  at("pace").textContent = `${slow}answered in ${seconds.toFixed(1)} s`;
}

// The chat.

function frame(said) {
  if (said.type === "state") state(said);
  if (said.type === "message") hear(said);
  if (said.type === "error") tell(said.error ?? "Something went wrong");
}

function state({ state, reason }) {
  const words = { running: "Connected", paused: "Session paused", error: "Failed to create session" };
  status(words[state] ?? state);
  show("resume", state === "paused");
  const listed = document.querySelector("#sessions [aria-current=true] + small");
  if (listed) listed.textContent = state;
  if (state === "error") tell(`Failed to create session${reason ? ` (${reason})` : ""}`);
}

/** Drops whole messages that were shown already, and puts the others. */
function deduplicateMessages(message) {
  if (seen.has(message.id)) return;
  if (message.done) seen.add(message.id);
  put(message);
}

function hear(message) {
  if (message.role === "assistant" && asked !== null) {
    pace((performance.now() - asked) / 1000);
    asked = null;
  }
  deduplicateMessages(message);
}

function put({ id, role, text, done }) {
  if (done) seen.add(id);
  let item = document.querySelector(`#messages > [data-id="${CSS.escape(id)}"]`);
  if (!item) {
    item = document.createElement("li");
    item.dataset.id = id;
    item.className = role;
    at("messages").append(item);
  }
  item.textContent = text;
  item.classList.toggle("coming", !done);
  item.scrollIntoView({ block: "nearest" });
}

function say(event) {
  event.preventDefault();
  tell(null);
  const text = at("text").value.trim();
  if (!text) return;
  const sent = chat?.send({ type: "prompt", id: `msg_${crypto.randomUUID()}`, text });
  if (!sent) return tell("Not connected");
  // Until an answer begins, the first of several questions counts.
  asked ??= performance.now();
  at("pace").textContent = "";
  at("text").value = "";
}

// The beginning.

at("sign-in").onclick = signIn;
at("sign-out").onclick = () => attempt(signOut);
at("new").onclick = () => attempt(create);
at("resume").onclick = () => attempt(() => api(`/sessions/${session}/resume`, { method: "POST", body: {} }));
at("say").onsubmit = say;
takeFragment();
draw();
if (kept.getItem("token") !== null) {
  const before = at("error").textContent;
  await attempt(async () => {
    await listSessions();
    const last = kept.getItem("session");
    if (last) await open(last);
  });
  if (before) tell(before);
}
document.body.dataset.ready = "yes";
