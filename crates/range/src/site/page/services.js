// The page's requests to its two services, and what their failures are called on the page.

/** Where the services are. */
export const places = await fetch("/config.json").then((answer) => answer.json()).catch(() => ({ api: "", backend: "" }));

/** A failure in words for a person. */
export class Failure extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

/** One request with the token; resolves with the JSON of a 2xx, and with how long it took. */
export async function ask(base, path, token, { method = "GET", body } = {}) {
  const began = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    const signal = AbortSignal.timeout(40000);
    const text = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(base + path, { method, headers, body: text, signal });
  } catch (error) {
    const late = error.name === "TimeoutError";
    throw new Failure(late ? "No answer for 40 s" : "The service cannot be reached", 0);
  }
  const said = await answer.json().catch(() => ({}));
  const took = (performance.now() - began) / 1000;
  if (answer.ok) return { said, took };
  throw new Failure(words(answer.status, said), answer.status);
}

function words(status, said) {
  if (status === 401) return "Unauthorized";
  if (status === 429) return "Too many requests: wait a moment";
  const error = said.error ?? "Something went wrong";
  return said.reason ? `${error} (${said.reason})` : error;
}
